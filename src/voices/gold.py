"""Comments that people coded, to fit heads to; a row that cannot be used is set aside and says why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voices.errors import InputError
from voices.evaluate import Codes, codes_of, read_records
from voices.prepare import prepare
from voices.privacy import mask
from voices.read import clean
from voices.taxonomy import EMOTIONS, POLARITIES, SENTIMENTS
from voices.types import Comment, Prepared, Rejected, Status, Voice

THEME_ID = re.compile(r"[^\W_][^:;\"\x00-\x1f]{0,59}")
NOT_JUDGED = {
    Status.PLACEHOLDER: "empty or a filler",
    Status.WORDLESS: "no words",
    Status.OTHER_LANGUAGE: "in a language that the model was not made for",
}
WRITTEN_AS_FORMULA = re.compile(r"'(?=[=+\-@\t\r])")
"""The mark that ``classify`` puts before a text in a CSV file that a spreadsheet would run."""


@dataclass(frozen=True)
class Gold:
    """Coded comments: what the model reads and what people coded, one for one.

    Attributes
    ----------
    groups : list of str
        Comments of one group (a text and its translation, or the same text twice) are never on two sides of a split.
    read : dict
        File name -> records read; those that are not among the items are ``rejected``.
    rejected : list of Rejected
        ``row`` counts the records of the file.
    """

    items: list[Prepared]
    codes: list[Codes]
    groups: list[str]
    read: dict[str, int]
    rejected: list[Rejected]

    @property
    def reasons(self) -> str:
        """Say why records were set aside, the most frequent reason first, as ``3 no text, 1 no voice``."""
        counts = Counter(entry.reason for entry in self.rejected)
        return ", ".join(f"{n} {reason}" for reason, n in counts.most_common(5))


def read_gold(paths: Sequence[Path]) -> Gold:
    """Read coded comments.

    Parameters
    ----------
    paths : sequence of Path
        JSON lines (also gzipped), CSV or Parquet with id, voice, text, themes and, where they are coded, sentiment
        and emotion; ``translated_from`` names the id that a comment is a translation of.

    Raises
    ------
    InputError
        If a file cannot be read.
    """
    read: Counter[str] = Counter()
    rejected: list[Rejected] = []
    comments: list[Comment] = []
    codes: list[Codes] = []
    origins: list[str] = []
    seen: set[tuple[str, str, str]] = set()
    for path in paths:
        for number, item in read_records(path):
            read[path.name] += 1
            reason = next(_mistakes(item), None)
            key = (str(item.get("id")), str(item.get("voice")), str(item.get("text")))
            if reason or key in seen:
                rejected.append(Rejected(path.name, number, reason or "the same comment is there twice"))
                continue
            seen.add(key)
            entry = codes_of(item)
            comments.append(_comment(item, entry, path.name, number))
            codes.append(entry)
            origins.append(str(item.get("translated_from") or entry.id))
    items = prepare(comments)
    kept = [index for index, made in enumerate(items) if made.status is Status.CODED]
    rejected += [
        Rejected(made.comment.source, made.comment.row, NOT_JUDGED[made.status])
        for made in items
        if made.status is not Status.CODED
    ]
    texts = [" ".join(comments[i].text.casefold().split()) for i in kept]
    return Gold(
        [items[i] for i in kept],
        [_as_read(codes[i], items[i]) for i in kept],
        groups_of([origins[i] for i in kept], texts),
        dict(read),
        rejected,
    )


def _comment(item: Mapping[str, Any], entry: Codes, file: str, number: int) -> Comment:
    text = WRITTEN_AS_FORMULA.sub("", item["text"], count=1) if item["text"].startswith("'") else item["text"]
    question, language = item.get("question"), entry.language
    return Comment(
        entry.id,
        str(entry.voice),
        file,
        number,
        mask(clean(text)),
        question if isinstance(question, str) and question.strip() else None,
        language=language.lower() if isinstance(language, str) and language else None,
    )


def _as_read(entry: Codes, item: Prepared) -> Codes:
    """Give the codes with the language that the text was found to be in."""
    return Codes(entry.id, entry.voice, item.language, entry.sentiment or None, entry.emotion or None, entry.themes)


def _mistakes(item: Mapping[str, Any]) -> Iterator[str]:
    """Say what is wrong with a record, without its text."""
    if not item:
        yield "not a JSON object"
    if item.get("id") in (None, ""):
        yield "no id"
    if not isinstance(item.get("text"), str) or not item["text"].strip():
        yield "no text"
    yield from _unknown("voice", item.get("voice"), tuple(Voice), needed=True)
    yield from _unknown("sentiment", item.get("sentiment"), SENTIMENTS)
    yield from _unknown("emotion", item.get("emotion"), EMOTIONS)
    if "themes" not in item:
        yield "no themes; a comment without any has an empty object or cell"
    try:
        themes = codes_of(item).themes
    except (ValueError, KeyError, TypeError, AttributeError):
        yield "themes in no form that is known"
        return
    for theme, polarity in themes.items():
        if not isinstance(theme, str) or not THEME_ID.fullmatch(theme):
            yield "a theme id that does not start with a letter or digit, has over 60 characters, or : ; or quotes"
        yield from _unknown("polarity", polarity, POLARITIES)


def _unknown(what: str, value: Any, known: Sequence[str], *, needed: bool = False) -> Iterator[str]:
    """Refuse a value that is none of the known ones; it is named only where it is one short word."""
    if value in known or (not needed and value in (None, "")):
        return
    is_word = isinstance(value, str) and re.fullmatch(r"[\w-]{1,20}", value)
    shown = f"{what} {value!r}" if is_word else f"another {what}" if value else f"no {what}"
    yield f"{shown}; must be {', '.join(known[:-1])} or {known[-1]}"


def groups_of(origins: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Join comments that share an origin or a text, also by way of others, and name the group of each.

    Examples
    --------
    >>> one, two, three, four = groups_of(["a", "b", "a", "c"], ["good", "bad", "goed", "bad"])
    >>> one == three, two == four, one == two
    (True, True, False)
    """
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        parent.setdefault(key, key)
        while parent[key] != key:
            key = parent[key]
        return key

    for origin, text in zip(origins, texts, strict=True):
        first, second = root(f"t:{text}"), root(f"o:{origin}")
        parent[first] = second
    return [root(f"o:{origin}") for origin in origins]


def check_enough(gold: Gold, *, fewest: int) -> None:
    """Refuse too few comments; repeats and translations count once.

    Raises
    ------
    InputError
        Saying how many there are, how many are needed, and why others were set aside.
    """
    n = len(set(gold.groups))
    if n < fewest:
        aside = f" ({len(gold.rejected)} set aside: {gold.reasons})" if gold.rejected else ""
        raise InputError(
            f"--gold: {n} different comments can be used{aside}; at least {fewest} are needed, "
            "some hundreds are better. Code more of them"
        )
