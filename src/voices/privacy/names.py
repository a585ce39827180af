"""Find names of people in English and Dutch text, from lists of names and the words around them.

There is no small recogniser of Dutch names that a package registry has, and an English one was measured and
found worse than these rules on comments (``benchmarks/masking.py``). Lists do not know every name; what stands
before and after decides about names that are words or places as well, and about names that no list has.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from voices.privacy import context
from voices.privacy.lists import Lists, fold, load

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_POSSESSIVE = re.compile(r"(?:['’](?:s|S|z)?)$")
_LABEL = re.compile(r"\[[a-z-]+\]")
_MONTH = re.compile(r"\d[\w.]*\s*$")
_NUMBER = re.compile(r"[\s.-]*(?:\d|['’]\d)")
SHORTEST = 3
SHORTEST_LOWER = 4
CAPITALS = 0.6
"""Part of the long words of a text with a capital above which a capital says nothing."""
FEW_WORDS = 4
LONGEST_SURNAME = 4
"""Words that a name can have after the first, particles and initials included."""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    lower: str
    start: int
    end: int

    @property
    def is_capital(self) -> bool:
        """Tell whether it is written as a name is: one capital, or one more inside (McKay, Anne-Marie)."""
        return self.text[0].isupper() and any(c.islower() for c in self.text)

    @property
    def is_shouted(self) -> bool:
        return len(self.text) > 1 and self.text.isupper()


def find_names(text: str) -> list[tuple[int, int]]:
    """Give where names of people stand.

    Parameters
    ----------
    text : str
        English, Dutch, or both.

    Returns
    -------
    list of (int, int)
        Half-open ranges of characters, in order, not overlapping; titles ("dhr.", "Dr") stay outside.

    Examples
    --------
    >>> [text[a:b] for text in ["Thanks to Sophie at Albert Heijn, Utrecht"] for a, b in find_names(text)]
    ['Sophie']
    """
    return _Finder(text).find()


class _Finder:
    """Goes through one text from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lists: Lists = load()
        self.tokens = [_token(match) for match in _WORD.finditer(text)]
        self.reserved: list[tuple[int, int]] | None = None
        self._informative: bool | None = None

    @property
    def capitals_tell(self) -> bool:
        """Tell whether the text is written with few capitals, so that one means something."""
        if self._informative is None:
            long = [token for token in self.tokens if len(token.text) >= FEW_WORDS]
            capital = sum(token.text[0].isupper() for token in long)
            self._informative = len(long) < FEW_WORDS or capital <= CAPITALS * len(long)
        return self._informative

    def find(self) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        index = 0
        while index < len(self.tokens):
            end = self._name_at(index)
            if end > index and not self._is_reserved(index, end):
                found.append((self._start(index, found), self.tokens[end - 1].end))
                index = end
            else:
                index += 1
        return found

    def _name_at(self, index: int) -> int:
        """Give the index after the name that begins at a token; the index itself where none does."""
        token = self.tokens[index]
        if not self._may_begin(token):
            return index
        if self._is_first(index) or self._is_introduced(index) or self._is_signed(index):
            return self._extended(index)
        if self._is_last(index):
            return self._extended(index)
        return index

    def _may_begin(self, token: _Token) -> bool:
        """Leave out nearly all words at once."""
        if token.is_capital:
            return len(token.text) > 1
        lower = token.lower
        known = self.lists
        return lower in known.first or lower in known.capital or lower in known.last or lower in known.last_doubtful

    def _is_first(self, index: int) -> bool:
        token, known = self.tokens[index], self.lists
        lower = token.lower
        parts = lower.split("-")
        if lower in known.first or (len(parts) > 1 and all(part in known.first | known.capital for part in parts)):
            return self._first_in_case(token)
        if token.is_capital and lower[-1:] == "s" and lower[:-1] in known.first and lower not in _stop_words():
            return True  # "Karins planning"
        if lower in known.capital:
            return self._capital_first(index)
        if not token.is_capital:
            return False
        if lower in known.words:
            return (self._is_inside(index) and self.capitals_tell) or self._near_person(index)
        return lower in known.doubtful and self._near_person(index, sure=True)

    def _first_in_case(self, token: _Token) -> bool:
        return token.is_capital or len(token.text) >= SHORTEST_LOWER

    def _capital_first(self, index: int) -> bool:
        token = self.tokens[index]
        if not token.is_capital:
            return self._after_person(index)
        if token.lower != "jan":
            return self.capitals_tell or self._near_person(index)
        before = self._lower(index - 1)
        is_month = before in context.MONTH_BEFORE or _MONTH.search(self.text[: token.start])
        return not is_month and not _NUMBER.match(self.text, token.end)

    def _near_person(self, index: int, *, sure: bool = False) -> bool:
        """Tell whether something beside a doubtful name speaks of a person."""
        token = self.tokens[index]
        if self._after_person(index) or context.VERBS.match(self.text, token.end) or self._is_signed(index):
            return not (sure and self._lower(index - 1) in context.ARTICLES)
        if not sure and self._lower(index - 1) in context.BEFORE and self._adjoins(index - 1):
            return True
        following = self._neighbour(index + 1)
        if following is None:
            return False
        if following.lower in {"and", "en"} and not sure:
            other = self._neighbour(index + 2)
            return other is not None and other.is_capital and self._is_listed(other)
        return following.is_capital and following.lower in self.lists.last

    def _after_person(self, index: int) -> bool:
        """Tell whether a title, a noun of a person or an introduction stands right before a token."""
        before = self._lower(index - 1)
        if before in context.TITLES or before in context.PEOPLE:
            return self._adjoins(index - 1) and not self.tokens[index - 1].is_shouted
        return (
            context.INTRODUCED.search(self.text, max(0, self.tokens[index].start - 40), self.tokens[index].start)
            is not None
        )

    def _is_introduced(self, index: int) -> bool:
        """Tell whether an unknown or doubtful word is a name for what stands before it."""
        token = self.tokens[index]
        if token.lower in context.NOT_NAMES or token.lower in _stop_words():
            return False
        before = self._lower(index - 1) if self._adjoins(index - 1) else ""
        if before and self.tokens[index - 1].is_shouted:
            return False
        if before in context.TITLES:
            return self._is_titled(index, before)
        if not token.is_capital or not self.capitals_tell:
            return False
        if before in context.PEOPLE:
            gap, after = self._gap(index), self.text[token.end : token.end + 1]
            return self._is_listed(token) or (before not in context.UNSURE and ("," not in gap or after == ","))
        start = max(0, token.start - 40)
        return len(token.text) >= SHORTEST and context.INTRODUCED.search(self.text, start, token.start) is not None

    def _is_titled(self, index: int, title: str) -> bool:
        token, known = self.tokens[index], self.lists
        if token.is_capital:
            return title in context.SURE_TITLES or self.tokens[index - 1].text[0].isupper() or self._is_listed(token)
        if title in context.SURE_TITLES and title != "ms":
            return self._is_listed(token) or token.lower in known.last_doubtful
        return token.lower in known.first or token.lower in known.last

    def _is_listed(self, token: _Token) -> bool:
        lower, known = token.lower, self.lists
        return any(lower in part for part in (known.first, known.capital, known.words, known.last, known.last_doubtful))

    def _is_signed(self, index: int) -> bool:
        """Tell whether the last words of a text are the writer's name under it."""
        token = self.tokens[index]
        if not token.is_capital or len(self.tokens) < FEW_WORDS or len(self.tokens) - index > 3:
            return False
        rest = self.text[token.end :].strip(" .!,x\n")
        if rest and not all(word.is_capital or word.lower in context.PARTICLES for word in self.tokens[index + 1 :]):
            return False
        signed = context.SIGNED.search(self.text, max(0, token.start - 30), token.start)
        if signed is None or token.lower in context.NOT_NAMES or token.lower in _stop_words():
            return False
        return "\n" not in signed[0] or signed[0].strip(" \n-–—") != "" or self._is_listed(token)

    def _is_last(self, index: int) -> bool:
        """Tell whether a surname begins here: alone, after particles, or after initials."""
        token, known = self.tokens[index], self.lists
        lower = token.lower
        particles = self._particles_before(index)
        if not token.is_capital:
            titled = particles > 0 and self._lower(index - particles - 1) in context.SURE_TITLES
            return titled and (lower in known.last or lower in known.last_doubtful)
        has_initials = self._initials_before(index - particles)
        if lower in context.NOT_NAMES:
            return False
        if has_initials and lower not in _stop_words():
            return has_initials > 1 or particles > 0 or self._is_listed(token)
        if lower in known.last:
            return (self.capitals_tell or particles > 0) and self._lower(index - 1) not in context.PLACED
        if not particles or not self.capitals_tell:
            return False
        words = [self._lower(index - n) for n in range(particles, 0, -1)]
        is_surname = self.tokens[index - particles].is_capital and self._is_inside(index - particles)
        if words in (["van", "der"], ["van", "den"]) or (is_surname and words[0] in {"van", "el", "ter"}):
            return lower not in _stop_words()
        is_dutch = words[0] in {"van", "von", "ter", "ten", "el", "de"}
        return is_dutch and lower in known.last_doubtful and lower not in known.doubtful

    def _particles_before(self, index: int) -> int:
        count = 0
        while count < 3 and self._lower(index - count - 1) in context.PARTICLES and self._adjoins(index - count - 1):
            count += 1
        return count

    def _initials_before(self, index: int) -> int:
        """Count the initials ("J.", "A. B.") before a token."""
        match = re.search(
            r"(?<![\w.])((?:[A-Z]\. ?){1,4})$",
            self.text[max(0, self.tokens[index].start - 14) : self.tokens[index].start],
        )
        if not match:
            return 0
        initials = re.findall(r"[A-Z]", match[1])
        return 0 if "".join(initials) in {"US", "UK", "EU", "NS", "NV", "BV", "VS", "PS", "AM", "PM"} else len(initials)

    def _start(self, index: int, found: Sequence[tuple[int, int]]) -> int:
        """Give where a name starts, with the initials and particles that stand before it."""
        particles = self._particles_before(index)
        if particles and not self._is_last(index):
            particles = 0
        start = self.tokens[index - particles].start
        initials = re.search(r"(?<![\w.])(?:[A-Z]\. ?){1,4}$", self.text[:start])
        if initials:
            start = initials.start()
        return max(start, found[-1][1] if found else 0)

    def _extended(self, index: int) -> int:
        """Give the index after the last word of a name that begins at a token."""
        end = index + 1
        while end < len(self.tokens) and end - index <= LONGEST_SURNAME:
            step = self._surname_at(end, self.tokens[index].is_capital)
            if not step:
                break
            end += step
        return end

    def _surname_at(self, index: int, after_capital: bool) -> int:
        """Count the words, particles first, that go on with a name; 0 where it ends."""
        particles = 0
        while (
            self._follows(index + particles) and self._lower(index + particles) in context.PARTICLES and particles < 3
        ):
            particles += 1
        here = index + particles
        if not self._follows(here):
            return 0
        token = self.tokens[here]
        lower = token.lower
        if lower in context.NOT_NAMES or lower in _stop_words() or lower in context.THINGS:
            return 0
        listed = lower in self.lists.last or (lower in self.lists.last_doubtful and bool(particles or token.is_capital))
        if token.is_capital and after_capital:
            return particles + 1 if listed or self._is_listed(token) or self.capitals_tell else 0
        if (
            len(token.text) == 1
            and token.text.isupper()
            and after_capital
            and self.text[token.end : token.end + 1] == "."
        ):
            return particles + 1
        return particles + 1 if listed and not after_capital else 0

    def _follows(self, index: int) -> bool:
        """Tell whether only a blank (or the stop of an initial) parts a token from the one before it."""
        if not 0 < index < len(self.tokens):
            return False
        before, here = self.tokens[index - 1], self.tokens[index]
        between = self.text[before.end : here.start]
        return between in (" ", "  ", " '", " ’") or (between in (". ", ".") and len(before.text) == 1)

    def _adjoins(self, index: int) -> bool:
        """Tell whether only a blank, or a stop after a title, parts a token from the next one."""
        if not 0 <= index < len(self.tokens) - 1:
            return False
        token = self.tokens[index]
        between = self.text[token.end : self.tokens[index + 1].start]
        is_short = token.lower in context.TITLES
        return between.strip(" '’") in ({"", "."} if is_short else {"", ",", "&"}) and "\n" not in between

    def _gap(self, index: int) -> str:
        return self.text[self.tokens[index - 1].end : self.tokens[index].start]

    def _is_inside(self, index: int) -> bool:
        """Tell whether a token stands inside a sentence, where a capital means a name."""
        before = self.text[: self.tokens[index].start].rstrip(" \t\"'“‘(*")
        return bool(before) and before[-1] not in ".!?\n:;•-–—*…"

    def _is_reserved(self, index: int, end: int) -> bool:
        """Tell whether the words are part of the name of a thing, or of a label of masked data."""
        first, last = self.tokens[index], self.tokens[end - 1]
        before = self._lower(index - 1)
        if before in context.VENUES and self._adjoins(index - 1):
            return True
        if (
            before in context.ARTICLES
            and before not in {"our", "your", "my", "mijn", "onze"}
            and self._is_thing(index, end)
        ):
            return True
        following = self._neighbour(end)
        if following is not None and following.is_capital and following.lower in context.THINGS:
            return True
        if self.reserved is None:
            spans = [m.span() for m in context.ORGANISATIONS.finditer(self.text)]
            self.reserved = spans + [m.span() for m in _LABEL.finditer(self.text)]
        return any(a < last.end and first.start < b for a, b in self.reserved)

    def _is_thing(self, index: int, end: int) -> bool:
        """Tell whether a name with an article before it is a word or a brand rather than a person."""
        lower = self.tokens[index].lower
        return end == index + 1 and (lower in self.lists.words or lower in self.lists.doubtful or lower == "dirk")

    def _lower(self, index: int) -> str:
        return self.tokens[index].lower if 0 <= index < len(self.tokens) else ""

    def _neighbour(self, index: int) -> _Token | None:
        return self.tokens[index] if self._follows(index) else None


def _token(match: re.Match[str]) -> _Token:
    """Make a token of a word, without the mark of possession."""
    text = _POSSESSIVE.sub("", match[0]) or match[0]
    return _Token(text, fold(text), match.start(), match.start() + len(text))


def is_first_name(word: str) -> bool:
    """Tell whether a word in lower case is a first name and nothing else."""
    return word in load().first


@cache
def _stop_words() -> frozenset[str]:
    from spacy.lang.en.stop_words import STOP_WORDS as ENGLISH
    from spacy.lang.nl.stop_words import STOP_WORDS as DUTCH

    return frozenset({*ENGLISH, *DUTCH})
