"""Count codes in cells of voice, unit and period; everything that is reported adds such cells up."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from voices.taxonomy import POLARITIES, Theme, themes_of
from voices.types import Coded, Status

if TYPE_CHECKING:
    import numpy as np

Key = tuple[str, str | None, str | None]
"""Voice, unit and name of the period of a cell; None where a comment has no unit or date."""


def period_of(date: dt.date, period: str) -> str:
    """Name the calendar week (ISO 8601), month or quarter of a date, so that names sort by time.

    Examples
    --------
    >>> period_of(dt.date(2024, 12, 30), "week"), period_of(dt.date(2024, 5, 3), "quarter")
    ('2025-W01', '2024-Q2')
    """
    if period == "week":
        year, week, _ = date.isocalendar()
        return f"{year:04d}-W{week:02d}"
    if period == "quarter":
        return f"{date.year:04d}-Q{(date.month + 2) // 3}"
    return f"{date.year:04d}-{date.month:02d}"


def period_number(name: str) -> int:
    """Give a number that grows by one from a period to the next, for slopes over time.

    Examples
    --------
    >>> period_number("2024-01") - period_number("2023-12"), period_number("2025-Q1") - period_number("2024-Q4")
    (1, 1)
    """
    year = int(name[:4])
    if "W" in name:
        return dt.date.fromisocalendar(year, int(name[6:]), 1).toordinal() // 7
    if "Q" in name:
        return year * 4 + int(name[6:])
    return year * 12 + int(name[5:])


@dataclass
class Cell:
    """Counts of the judged comments of one voice, unit and period.

    ``polarities[theme]`` counts the comments that mention the theme as positive, negative, neutral.
    """

    n_comments: int = 0
    polarities: dict[str, list[int]] = field(default_factory=dict)

    def mentions(self, theme: str) -> int:
        """Count the comments that mention a theme."""
        return sum(self.polarities.get(theme, ()))

    def count(self, theme: str, polarity: str) -> int:
        """Count the comments that mention a theme with one polarity."""
        return self.polarities.get(theme, (0, 0, 0))[POLARITIES.index(polarity)]


@dataclass
class VoiceCounts:
    """What became of the comments of one voice.

    Attributes
    ----------
    people : Counter
        Theme -> rows of the file (people) in which it is mentioned at least once.
    """

    classified: int = 0
    status: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    sentiment: Counter[str] = field(default_factory=Counter)
    emotion: Counter[str] = field(default_factory=Counter)
    people: Counter[str] = field(default_factory=Counter)
    units: Counter[str] = field(default_factory=Counter)
    with_date: int = 0
    first_date: dt.date | None = None
    last_date: dt.date | None = None


class Aggregates:
    """Counts of a whole run; grows with units and periods, not with comments.

    Parameters
    ----------
    period : str
        ``week``, ``month`` or ``quarter``.
    themes : mapping or None
        Theme id -> theme of everything that is counted; None takes the shipped taxonomy.

    Attributes
    ----------
    keys : list of Key
        One a cell, in the order of the rows of ``comments`` and ``counts``.
    theme_ids : list of str
        In the order of the second axis of ``counts``.
    """

    def __init__(self, period: str, themes: Mapping[str, Theme] | None = None) -> None:
        self.period = period
        self.themes = themes
        self.keys: list[Key] = []
        self.theme_ids: list[str] = []
        self.voices: dict[str, VoiceCounts] = {}
        self._rows: dict[Key, int] = {}
        self._columns: dict[str, int] = {}
        self._comments: np.ndarray | None = None
        self._counts: np.ndarray | None = None
        self._last_row: dict[tuple[str, str], tuple[str, int]] = {}

    @property
    def comments(self) -> np.ndarray:
        """Give the judged comments of each cell, shape (cells,)."""
        return self._arrays()[0][: len(self.keys)]

    @property
    def counts(self) -> np.ndarray:
        """Give the comments that mention a theme, shape (cells, themes, 3): positive, negative, neutral."""
        return self._arrays()[1][: len(self.keys), : len(self.theme_ids)]

    def add(self, batch: Iterable[Coded]) -> None:
        """Count a batch; the answers of one person must follow each other, as readers give them."""
        keys: list[Key] = []
        mentions: list[tuple[int, str, str]] = []
        for coded in batch:
            self._add_to_voice(coded)
            if coded.status is Status.CODED:
                comment = coded.comment
                when = period_of(comment.date, self.period) if comment.date else None
                mentions += [(len(keys), mention.theme, mention.polarity) for mention in coded.mentions]
                keys.append((str(comment.voice), comment.unit, when))
        self.add_counts(keys, [1] * len(keys), mentions, [1] * len(mentions))

    def add_counts(
        self,
        keys: Sequence[Key],
        comments: Sequence[int],
        mentions: Sequence[tuple[int, str, str]],
        counts: Sequence[int],
    ) -> None:
        """Count comments that somebody else has counted already.

        Parameters
        ----------
        keys : sequence of Key
            May repeat.
        comments : sequence of int
            Judged comments of each key.
        mentions : sequence of tuple
            Index into ``keys``, theme and polarity.
        counts : sequence of int
            Comments of each mention.
        """
        import numpy as np

        rows = np.array([self._row(key) for key in keys], np.int64)
        columns = np.array([self._column(theme) for _, theme, _ in mentions], np.int64)
        cells, table = self._arrays()
        np.add.at(cells, rows, np.asarray(comments, np.int64))
        if mentions:
            signs = np.array([POLARITIES.index(polarity) for _, _, polarity in mentions])
            at = rows[np.array([index for index, _, _ in mentions])]
            np.add.at(table, (at, columns, signs), np.asarray(counts, np.int32))

    def _row(self, key: Key) -> int:
        row = self._rows.setdefault(key, len(self.keys))
        if row == len(self.keys):
            self.keys.append(key)
        return row

    def _column(self, theme: str) -> int:
        column = self._columns.setdefault(theme, len(self.theme_ids))
        if column == len(self.theme_ids):
            self.theme_ids.append(theme)
        return column

    def _arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """Give both arrays with room for all cells and themes; they grow by doubling."""
        import numpy as np

        if self._comments is None or self._counts is None:
            self._comments, self._counts = np.zeros(16, np.int64), np.zeros((16, 16, 3), np.int32)
        room, width = self._counts.shape[:2]
        if len(self.keys) > room or len(self.theme_ids) > width:
            grown = max(room, 2 * len(self.keys)), max(width, 2 * len(self.theme_ids))
            comments, counts = np.zeros(grown[0], np.int64), np.zeros((*grown, 3), np.int32)
            comments[:room], counts[:room, :width] = self._comments, self._counts
            self._comments, self._counts = comments, counts
        return self._comments, self._counts

    def _add_to_voice(self, coded: Coded) -> None:
        comment = coded.comment
        counts = self.voices.setdefault(str(comment.voice), VoiceCounts())
        counts.classified += 1
        counts.status[str(coded.status)] += 1
        if coded.language:
            counts.languages[coded.language] += 1
        if comment.unit:
            counts.units[comment.unit] += 1
        if comment.date:
            counts.with_date += 1
            counts.first_date = min(counts.first_date or comment.date, comment.date)
            counts.last_date = max(counts.last_date or comment.date, comment.date)
        if coded.status in (Status.CODED, Status.WORDLESS):
            counts.sentiment[str(coded.sentiment)] += 1
            counts.emotion[str(coded.emotion)] += 1
        for mention in coded.mentions:
            key, row = (str(comment.voice), mention.theme), (comment.source, comment.row)
            if self._last_row.get(key) != row:
                self._last_row[key] = row
                counts.people[mention.theme] += 1

    def themes_of(self, voice: str) -> tuple[str, ...]:
        """List the themes of a voice: those that it can mention, and others that somebody coded there, by id."""
        known = themes_of(voice, self.themes)
        rows = [row for row, (of, _, _) in enumerate(self.keys) if of == voice]
        mentioned = self.counts[rows].sum(axis=(0, 2))
        others = {theme for theme, n in zip(self.theme_ids, mentioned, strict=True) if n}
        return (*known, *sorted(others - set(known)))

    def total(self, voice: str) -> Cell:
        """Add up all cells of a voice."""
        return self._sum([row for row, (of, _, _) in enumerate(self.keys) if of == voice])

    def by_period(self, voice: str) -> dict[str, Cell]:
        """Add up the cells of a voice per period, in order of time; undated comments are left out."""
        periods: dict[str, list[int]] = {}
        for row, (of, _, when) in enumerate(self.keys):
            if of == voice and when is not None:
                periods.setdefault(when, []).append(row)
        return {when: self._sum(rows) for when, rows in sorted(periods.items())}

    def _sum(self, rows: list[int]) -> Cell:
        counts = self.counts[rows].sum(axis=0)
        found = {theme: [int(n) for n in counts[k]] for k, theme in enumerate(self.theme_ids) if counts[k].any()}
        return Cell(int(self.comments[rows].sum()), found)
