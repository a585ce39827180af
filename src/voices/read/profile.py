"""What the cells of a column look like, in memory that does not grow with the file."""

from __future__ import annotations

import datetime as dt
import re

from voices.privacy import is_personal_number
from voices.read.cells import NotTextError, as_number, as_text, is_missing
from voices.read.dates import DateEvidence
from voices.read.languages import iso_code
from voices.read.words import LIKERT, PROSE

_MOST_DISTINCT = 20_000
_CLOSE_LOOKS = 2_000
_URL = re.compile(r"\s*(?:https?://|www\.)\S+\s*$", re.I)
_EMAIL = re.compile(r"\s*\S+@\S+\.\w+\s*$")
_AGENT = re.compile(r"\w+/\d+(?:\.\d+)+")
_WORD = re.compile(r"[^\W\d_]+")


class ColumnProfile:
    """Counts over the sampled cells of one column.

    Attributes
    ----------
    rows, filled : int
        Sampled rows, and those with something in this column.
    numeric, whole : int
        Cells that are numbers, and whole numbers.
    low, high : float
        Range of the numbers.
    looked : int
        Cells that got a close look; the counts below are of these.
    words, letters, characters, multiword, prose, likert, codes, odd : int
        Words, letters and characters in all; cells of four or more words; cells with the small
        words of running text; cells that are an answer category; cells without a blank; cells
        that are links, addresses or user agents.
    languages, personal : int
        Cells that name a language, and those that are a number that looks like one of a person.
    objects : int
        Filled cells that hold lists or objects in place of text.
    """

    def __init__(self, name: str, position: int) -> None:
        self.name = name
        self.position = position
        self.rows = 0
        self.filled = 0
        self.numeric = 0
        self.whole = 0
        self.plain_numbers = 0
        self.low = float("inf")
        self.high = float("-inf")
        self.looked = 0
        self.words = 0
        self.most_words = 0
        self.letters = 0
        self.characters = 0
        self.multiword = 0
        self.prose = 0
        self.likert = 0
        self.codes = 0
        self.odd = 0
        self.languages = 0
        self.objects = 0
        self.personal = 0
        self.typed_dates = 0
        self.dates = DateEvidence()
        self._seen: set[int] = set()
        self._next: int | None = None
        self.counts_up = True

    def add(self, cell: object) -> None:
        """Count one cell of a sampled row."""
        self.rows += 1
        if cell is None or is_missing(cell):
            return
        try:
            text = as_text(cell).strip()
        except NotTextError:
            self.filled += 1
            self.objects += 1
            return
        if not text:
            return
        self.filled += 1
        if len(self._seen) < _MOST_DISTINCT:
            self._seen.add(hash(text.casefold()))
        self.dates.add(cell)
        self.typed_dates += isinstance(cell, dt.date)
        self._add_number(cell, text)
        if self.looked < _CLOSE_LOOKS:
            self._look(text)

    def _add_number(self, cell: object, text: str) -> None:
        number = as_number(cell)
        if number is None:
            self.counts_up = False
            return
        self.numeric += 1
        self.low, self.high = min(self.low, number), max(self.high, number)
        whole = number == int(number)
        self.whole += whole
        self.plain_numbers += text.replace(".", "", 1).replace(",", "", 1).lstrip("-").isdigit()
        if self._next is None:
            self.counts_up = whole and number in (0, 1)
        elif number < self._next or not whole:
            self.counts_up = False
        self._next = int(number) + 1

    def _look(self, text: str) -> None:
        self.looked += 1
        words = [word.lower() for word in _WORD.findall(text[:2000])]
        blanks = len(text.split())
        self.words += len(words)
        self.most_words = max(self.most_words, len(words))
        self.letters += sum(map(len, words))
        self.characters += len(text[:2000]) - blanks + 1
        self.multiword += len(words) >= 4
        self.prose += len(words) >= 3 and any(word in PROSE for word in words)
        self.likert += 0 < len(words) <= 8 and all(word in LIKERT for word in words)
        self.codes += blanks == 1
        self.odd += bool(_URL.match(text) or _EMAIL.match(text) or len(_AGENT.findall(text[:300])) >= 2)
        self.personal += is_personal_number(text)
        self.languages += iso_code(text) is not None

    @property
    def distinct(self) -> int:
        """Different values, without regard to case; counting stops at 20,000."""
        return len(self._seen)

    @property
    def is_distinct_capped(self) -> bool:
        """Whether counting stopped."""
        return len(self._seen) >= _MOST_DISTINCT

    def repeats(self, other: ColumnProfile) -> bool:
        """Whether nearly all values of this column are also values of the other one."""
        return len(self._seen) >= 3 and len(self._seen & other._seen) >= 0.9 * len(self._seen)

    @property
    def distinct_share(self) -> float:
        """Share of the filled cells that would be left without repeats; 1 where it was not counted out."""
        if self.is_distinct_capped:
            return 1.0
        return self.distinct / self.filled if self.filled else 0.0

    @property
    def filled_share(self) -> float:
        """Share of the sampled rows with something in this column."""
        return self.filled / self.rows if self.rows else 0.0

    @property
    def number_share(self) -> float:
        """Share of the filled cells that are numbers."""
        return self.numeric / self.filled if self.filled else 0.0

    @property
    def date_share(self) -> float:
        """Share of the filled cells that can be read as dates."""
        return self.dates.read / self.filled if self.filled else 0.0

    @property
    def mean_words(self) -> float:
        """Words in a filled cell, on average."""
        return self.words / self.looked if self.looked else 0.0

    def share(self, count: int) -> float:
        """Give a count of the close looks as a share of them."""
        return count / self.looked if self.looked else 0.0
