"""Count codes in cells of voice, unit and period; everything that is reported adds such cells up."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from voices.periods import coarser, period_of
from voices.taxonomy import POLARITIES, Theme, themes_of
from voices.types import Coded, Status

if TYPE_CHECKING:
    import numpy as np

ANSWERS_A_ROW = 20
"""At most so many different endings of ids, such as ``/pros``, tell the answers of one person apart."""
MOST_ROWS = 24
"""Rows of one person that are told apart; what a person says in later ones counts as nobody's."""
Key = tuple[str, str | None, str | None]
"""Voice, unit and name of the period of a cell; None where a comment has no unit or date."""


@dataclass
class Cell:
    """Counts of the judged comments of one voice, unit and period.

    ``polarities[theme]`` counts the comments that mention the theme as positive, negative, neutral;
    ``speakers[theme]`` counts the people who mention it. Where people have several rows, people are at least
    so many: those of the first rows, or of the second rows, or of the third, whichever are most.
    """

    n_comments: int = 0
    polarities: dict[str, list[int]] = field(default_factory=dict)
    n_people: int = 0
    speakers: dict[str, int] = field(default_factory=dict)

    def mentions(self, theme: str) -> int:
        """Count the comments that mention a theme."""
        return sum(self.polarities.get(theme, ()))

    def count(self, theme: str, polarity: str) -> int:
        """Count the comments that mention a theme with one polarity."""
        return self.polarities.get(theme, (0, 0, 0))[POLARITIES.index(polarity)]


@dataclass
class VoiceCounts:
    """What became of the comments of one voice; ``people[part, kind]`` are those behind a feeling or language."""

    classified: int = 0
    status: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    sentiment: Counter[str] = field(default_factory=Counter)
    emotion: Counter[str] = field(default_factory=Counter)
    units: Counter[str] = field(default_factory=Counter)
    people: Counter[tuple[str, str]] = field(default_factory=Counter)
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
        self._arrays: _Tables | None = None
        self._person: tuple[str, str, int] | None = None
        self._said: set[object] = set()
        self._again: dict[int, dict[Key, Counter[str | None]]] = {}

    @property
    def comments(self) -> np.ndarray:
        """Give the judged comments of each cell, shape (cells,)."""
        return self._tables().comments[: len(self.keys)]

    @property
    def people(self) -> np.ndarray:
        """Give the people who wrote them, shape (cells,)."""
        return self._tables().people[: len(self.keys)]

    @property
    def counts(self) -> np.ndarray:
        """Give the comments that mention a theme, shape (cells, themes, 3): positive, negative, neutral."""
        return self._tables().counts[: len(self.keys), : len(self.theme_ids)]

    @property
    def speakers(self) -> np.ndarray:
        """Give the people who mention a theme, shape (cells, themes)."""
        return self._tables().speakers[: len(self.keys), : len(self.theme_ids)]

    def add(self, batch: Iterable[Coded]) -> None:
        """Count a batch; the answers of one person must follow each other, as readers give them."""
        keys: list[Key] = []
        mentions: list[tuple[int, str, str]] = []
        people: list[int] = []
        speakers: list[int] = []
        for coded in batch:
            comment = coded.comment
            self._listen_to((str(comment.voice), comment.source, comment.row))
            self._add_to_voice(coded)
            if coded.status is not Status.CODED:
                continue
            when = period_of(comment.date, self.period) if comment.date else None
            key = (str(comment.voice), comment.unit, when)
            row = copy_number(comment.id)
            for mention in coded.mentions:
                mentions.append((len(keys), mention.theme, mention.polarity))
                speakers.append(self._count_first(key, mention.theme, row))
            people.append(self._count_first(key, None, row))
            keys.append(key)
        self.add_counts(keys, [1] * len(keys), mentions, [1] * len(mentions), people, speakers)

    def _listen_to(self, person: tuple[str, str, int]) -> None:
        if person != self._person:
            self._person, self._said = person, set()

    def _first(self, what: object) -> int:
        """Give 1 where the present person had not said this before, else 0."""
        if what in self._said:
            return 0
        self._said.add(what)
        return 1

    def _count_first(self, key: Key, theme: str | None, row: int) -> int:
        """Give 1 where a person is heard for the first time in a cell; later rows of a person are kept apart."""
        first = self._first((key, theme))
        if row > 1 and first:
            self.add_again(row, key, theme)
        return first if row == 1 else 0

    def add_again(self, row: int, key: Key, theme: str | None) -> None:
        """Count somebody who has been heard in an earlier row.

        Parameters
        ----------
        row : int
            Which one of the person's rows this is, from 2.
        key : Key
        theme : str or None
            None counts the person, a theme who mentions it.
        """
        if row <= MOST_ROWS:
            self._again.setdefault(row, {}).setdefault(key, Counter())[theme] += 1

    def add_counts(
        self,
        keys: Sequence[Key],
        comments: Sequence[int],
        mentions: Sequence[tuple[int, str, str]],
        counts: Sequence[int],
        people: Sequence[int] | None = None,
        speakers: Sequence[int] | None = None,
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
        people : sequence of int or None
            People behind the comments of each key, each person once; None takes every comment for a person.
        speakers : sequence of int or None
            People behind each mention, each person once a theme; None takes every comment for a person.
        """
        import numpy as np

        rows = np.array([self._row(key) for key in keys], np.int64)
        columns = np.array([self._column(theme) for _, theme, _ in mentions], np.int64)
        tables = self._tables()
        np.add.at(tables.comments, rows, np.asarray(comments, np.int64))
        np.add.at(tables.people, rows, np.asarray(comments if people is None else people, np.int64))
        if mentions:
            signs = np.array([POLARITIES.index(polarity) for _, _, polarity in mentions])
            at = rows[np.array([index for index, _, _ in mentions])]
            np.add.at(tables.counts, (at, columns, signs), np.asarray(counts, np.int32))
            np.add.at(tables.speakers, (at, columns), np.asarray(counts if speakers is None else speakers, np.int32))

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

    def _tables(self) -> _Tables:
        """Give the arrays with room for all cells and themes; they grow by doubling."""
        room, width = self._arrays.speakers.shape if self._arrays else (0, 0)
        if not self._arrays or len(self.keys) > room or len(self.theme_ids) > width:
            self._arrays = _Tables.sized(
                max(16, room, 2 * len(self.keys)), max(16, width, 2 * len(self.theme_ids)), self._arrays
            )
        return self._arrays

    def _add_to_voice(self, coded: Coded) -> None:
        comment = coded.comment
        counts = self.voices.setdefault(str(comment.voice), VoiceCounts())
        counts.classified += 1
        counts.status[str(coded.status)] += 1
        if coded.language:
            counts.languages[coded.language] += 1
            counts.people["languages", coded.language] += self._once("languages", coded.language, comment.id)
        if comment.unit:
            counts.units[comment.unit] += 1
        if comment.date:
            counts.with_date += 1
            counts.first_date = min(counts.first_date or comment.date, comment.date)
            counts.last_date = max(counts.last_date or comment.date, comment.date)
        if coded.status in (Status.CODED, Status.WORDLESS):
            counts.sentiment[str(coded.sentiment)] += 1
            counts.emotion[str(coded.emotion)] += 1
            for part, kind in (("sentiment", str(coded.sentiment)), ("emotion", str(coded.emotion))):
                counts.people[part, kind] += self._once(part, kind, comment.id)

    def _once(self, part: str, kind: str, name: str) -> int:
        """Give 1 in the first row of a person where this had not been shown before, else 0."""
        return self._first((part, kind)) if copy_number(name) == 1 else 0

    def themes_of(self, voice: str) -> tuple[str, ...]:
        """List the themes of a voice: those that it can mention, and others that somebody coded there, by id."""
        known = themes_of(voice, self.themes)
        mentioned = self.counts[self._rows_of(voice)].sum(axis=(0, 2))
        others = {theme for theme, n in zip(self.theme_ids, mentioned, strict=True) if n}
        return (*known, *sorted(others - set(known)))

    def total(self, voice: str) -> Cell:
        """Add up all cells of a voice."""
        return self._sum(self._rows_of(voice))

    def by_period(self, voice: str, kind: str | None = None) -> dict[str, Cell]:
        """Add up the cells of a voice per period, in order of time; undated comments are left out.

        ``kind`` may name a coarser period than the one that was counted in; None takes that one.
        """
        periods: dict[str, list[int]] = {}
        for row in self._rows_of(voice):
            when = self.keys[row][2]
            if when is not None:
                periods.setdefault(coarser(when, kind or self.period), []).append(row)
        return {when: self._sum(rows) for when, rows in sorted(periods.items())}

    def by_unit(self, voice: str) -> dict[str, Cell]:
        """Add up the cells of a voice per unit, by name; comments without a unit are left out."""
        units: dict[str, list[int]] = {}
        for row in self._rows_of(voice):
            unit = self.keys[row][1]
            if unit is not None:
                units.setdefault(unit, []).append(row)
        return {unit: self._sum(rows) for unit, rows in sorted(units.items())}

    def _rows_of(self, voice: str) -> list[int]:
        return [row for row, (of, _, _) in enumerate(self.keys) if of == voice]

    def _sum(self, rows: list[int]) -> Cell:
        counts, speakers = self.counts[rows].sum(axis=0), self.speakers[rows].sum(axis=0)
        present = [(k, theme) for k, theme in enumerate(self.theme_ids) if counts[k].any()]
        again = self._heard_again(rows)
        return Cell(
            int(self.comments[rows].sum()),
            {theme: [int(n) for n in counts[k]] for k, theme in present},
            max(int(self.people[rows].sum()), again[None]),
            {theme: max(int(speakers[k]), again[theme]) for k, theme in present},
        )

    def _heard_again(self, rows: list[int]) -> Counter[str | None]:
        """Give theme -> people who mention it in their second rows, or their third, whichever are most."""
        most: Counter[str | None] = Counter()
        for cells in self._again.values():
            heard: Counter[str | None] = Counter()
            for row in rows:
                heard.update(cells.get(self.keys[row], {}))
            most |= heard
        return most


@dataclass
class _Tables:
    """The arrays of :class:`Aggregates`, with room for more cells and themes than there are."""

    comments: np.ndarray
    people: np.ndarray
    counts: np.ndarray
    speakers: np.ndarray

    @classmethod
    def sized(cls, room: int, width: int, before: _Tables | None) -> Self:
        """Make arrays for so many cells and themes that hold what smaller ones held."""
        import numpy as np

        made = cls(
            np.zeros(room, np.int64),
            np.zeros(room, np.int64),
            np.zeros((room, width, len(POLARITIES)), np.int32),
            np.zeros((room, width), np.int32),
        )
        if before is not None:
            rows, columns = before.speakers.shape
            made.comments[:rows], made.people[:rows] = before.comments, before.people
            made.counts[:rows, :columns], made.speakers[:rows, :columns] = before.counts, before.speakers
        return made


def copy_number(name: str) -> int:
    """Give which row of a person an id is of: the reader writes ``e7~2`` for the second one.

    Examples
    --------
    >>> copy_number("e7"), copy_number("e7/pros~3")
    (1, 3)
    """
    end = name.rpartition("~")[2] if "~" in name else ""
    return max(1, int(end)) if end.isdecimal() and len(end) < 8 else 1


def person_ids(ids: Iterable[str]) -> list[str]:
    """Take the question and the number of the copy off ids such as ``e7/pros``, ``e7/cons`` and ``e7~2``.

    What is behind a slash is a question where few endings serve many ids.

    Examples
    --------
    >>> person_ids(["e1/pros", "e1/cons", "e2/pros"])
    ['e1', 'e1', 'e2']
    >>> person_ids(["e1", "e1~2"])
    ['e1', 'e1']
    >>> person_ids([f"file-2/e{n}" for n in range(30)])[:2]
    ['file-2/e0', 'file-2/e1']
    """
    ids = [re.sub(r"~\d{1,7}$", "", name) if "~" in name else name for name in ids]
    endings = Counter(name.rpartition("/")[2] for name in ids if "/" in name)
    if not endings or len(endings) > ANSWERS_A_ROW:
        return ids
    return [re.sub(r"/[^/]*$", "", name) for name in ids]
