"""Count codes in cells of voice, unit and period; everything that is reported adds such cells up."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from voices.taxonomy import POLARITIES, Theme, themes_of
from voices.types import Coded, Status


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

    def add(self, other: Cell) -> None:
        """Add the counts of another cell."""
        self.n_comments += other.n_comments
        for theme, counts in other.polarities.items():
            mine = self.polarities.setdefault(theme, [0, 0, 0])
            for sign, count in enumerate(counts):
                mine[sign] += count

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
    """

    def __init__(self, period: str, themes: Mapping[str, Theme] | None = None) -> None:
        self.period = period
        self.themes = themes
        self.cells: dict[tuple[str, str | None, str | None], Cell] = {}
        self.voices: dict[str, VoiceCounts] = {}
        self._last_row: dict[tuple[str, str], tuple[str, int]] = {}

    def add(self, batch: Iterable[Coded]) -> None:
        """Count a batch; the answers of one person must follow each other, as readers give them."""
        for coded in batch:
            self._add_to_voice(coded)
            if coded.status is not Status.CODED:
                continue
            comment = coded.comment
            when = period_of(comment.date, self.period) if comment.date else None
            cell = self.cells.setdefault((comment.voice, comment.unit, when), Cell())
            cell.n_comments += 1
            for mention in coded.mentions:
                cell.polarities.setdefault(mention.theme, [0, 0, 0])[POLARITIES.index(mention.polarity)] += 1

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
        """List the themes that can be mentioned by a voice, also those that nobody mentions."""
        return themes_of(voice, self.themes)

    def total(self, voice: str) -> Cell:
        """Add up all cells of a voice."""
        whole = Cell()
        for (of, _, _), cell in self.cells.items():
            if of == voice:
                whole.add(cell)
        return whole

    def by_period(self, voice: str) -> dict[str, Cell]:
        """Add up the cells of a voice per period, in order of time; undated comments are left out."""
        periods: dict[str, Cell] = {}
        for (of, _, when), cell in self.cells.items():
            if of == voice and when is not None:
                periods.setdefault(when, Cell()).add(cell)
        return dict(sorted(periods.items()))
