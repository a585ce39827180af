"""The counts that both voices left in the same units and periods, as arrays for the tests over them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from voices.aggregate import Aggregates
from voices.align.units import UnitMatches
from voices.periods import period_number, period_of
from voices.taxonomy import POLARITIES

MOST_PERIODS = 120
"""Periods, counted back from the last one, that are looked at."""
ODD_PART = 0.001
"""Part of the dated comments before which the first period of the panel is not looked for."""
FEWEST_COMMENTS = 3
"""Comments of each voice below which a unit is left out."""
PRIOR_COMMENTS = 50
"""Weight of the overall share in the share of one period, in comments, so that a thin period decides little."""


@dataclass(frozen=True)
class Side:
    """What one voice wrote.

    Attributes
    ----------
    themes : tuple of str
        Ids, in the order of the last axis of ``negative``.
    comments : ndarray of int, shape (units, periods + 1)
        Judged comments; the last column holds those without a date.
    negative : ndarray of int, shape (units, periods + 1, themes)
        Those among them in which the theme is negative.
    """

    themes: tuple[str, ...]
    comments: np.ndarray
    negative: np.ndarray

    def unit_totals(self) -> tuple[np.ndarray, np.ndarray]:
        """Give comments (units,) and negative mentions (units, themes) over all periods."""
        return self.comments.sum(axis=1), self.negative.sum(axis=1)

    def expected(self) -> np.ndarray:
        """Give the negative mentions (units, themes) of a unit that differs from no other.

        Indirect standardisation: the share of each period, over all units, times the unit's
        comments of that period. A unit that happened to be asked in a bad season is compared with
        that season, not with the whole year.
        """
        comments, negative = self.comments.sum(axis=0), self.negative.sum(axis=0)
        overall = negative.sum(axis=0) / max(1, comments.sum())
        shares = (negative + PRIOR_COMMENTS * overall) / (comments + PRIOR_COMMENTS)[:, None]
        return np.asarray(self.comments @ shares)


@dataclass(frozen=True)
class Panel:
    """Both voices over the units that both wrote about.

    Attributes
    ----------
    units : tuple of str
    periods : tuple of str
        Consecutive, in order of time, also those in which nobody wrote.
    employee, customer : Side
        Of the same units and periods.
    contact : ndarray of float, shape (units,), or None
        How much employees and customers meet in a unit, on any scale; NaN where unknown.
    """

    units: tuple[str, ...]
    periods: tuple[str, ...]
    employee: Side
    customer: Side
    contact: np.ndarray | None = field(default=None)

    @property
    def n_units(self) -> int:
        """Give the number of units."""
        return len(self.units)


@dataclass(frozen=True)
class LeftOut:
    """What the panel does not hold, for the reader.

    Attributes
    ----------
    thin_units : int
        Units of both voices with too few comments on a side.
    future_comments : int
        Comments that are dated after today; they count as undated.
    old_comments : int
        Comments before the :data:`MOST_PERIODS` periods; they count as undated.
    """

    thin_units: int = 0
    future_comments: int = 0
    old_comments: int = 0


def panel_of(
    aggregates: Aggregates,
    matches: UnitMatches,
    *,
    today: dt.date,
    contact: Mapping[str, float] | None = None,
    fewest: int = FEWEST_COMMENTS,
) -> tuple[Panel, LeftOut]:
    """Lay out the counts of both voices over the units that they share.

    Parameters
    ----------
    aggregates : Aggregates
    matches : UnitMatches
    today : date
        Later periods are mistakes; their comments keep their unit and lose their date.
    contact : mapping or None
        Unit, by any of its names -> contact intensity.
    fewest : int
        Comments that a unit needs of each voice.
    """
    last = period_number(period_of(today, aggregates.period))
    numbers = {when: period_number(when) for _, _, when in aggregates.keys if when is not None}
    first, length = _span(aggregates, numbers, last)
    sides, totals, future, old = [], [], 0, 0
    for voice in ("employee", "customer"):
        unit_of = matches.index(voice)
        themes = aggregates.themes_of(voice)
        columns = [aggregates.theme_ids.index(theme) if theme in aggregates.theme_ids else -1 for theme in themes]
        rows, units, times = [], [], []
        for row, (of, unit, when) in enumerate(aggregates.keys):
            if of != voice or unit not in unit_of:
                continue
            number = numbers[when] if when is not None else None
            dated = number is not None and first <= number <= last
            future += int(aggregates.comments[row]) if number is not None and number > last else 0
            old += int(aggregates.comments[row]) if number is not None and number < first else 0
            rows.append(row)
            units.append(unit_of[unit])
            times.append(number - first if dated and number is not None else length)
        comments = np.zeros((len(matches.both), length + 1), np.int64)
        negative = np.zeros((len(matches.both), length + 1, len(themes)), np.int32)
        np.add.at(comments, (units, times), aggregates.comments[rows])
        for k, column in enumerate(columns):
            if column >= 0:
                hits = aggregates.counts[rows, column, POLARITIES.index("negative")]
                np.add.at(negative[:, :, k], (units, times), hits)
        sides.append(Side(themes, comments, negative))
        totals.append(comments.sum(axis=1))
    kept = np.flatnonzero((totals[0] >= fewest) & (totals[1] >= fewest))
    employee, customer = (Side(s.themes, s.comments[kept], s.negative[kept]) for s in sides)
    panel = Panel(
        units=tuple(matches.both[k].name for k in kept),
        periods=_names(first, length, aggregates.period),
        employee=employee,
        customer=customer,
        contact=_contact(matches, kept, contact),
    )
    return panel, LeftOut(len(matches.both) - len(kept), future, old)


def _span(aggregates: Aggregates, numbers: Mapping[str, int], last: int) -> tuple[int, int]:
    """Give the first period and how many there are, without the odd comment of long before."""
    counts: dict[int, int] = {}
    for row, (_, _, when) in enumerate(aggregates.keys):
        if when is not None and numbers[when] <= last:
            counts[numbers[when]] = counts.get(numbers[when], 0) + int(aggregates.comments[row])
    if not counts:
        return 0, 0
    final, total, before = max(counts), sum(counts.values()), 0
    first = final
    for number in sorted(counts):
        before += counts[number]
        if before > ODD_PART * total:
            first = number
            break
    first = max(first, final - MOST_PERIODS + 1)
    return first, final - first + 1


def _names(first: int, length: int, period: str) -> tuple[str, ...]:
    """Name consecutive periods by their numbers, see :func:`voices.periods.period_number`."""
    names = []
    for number in range(first, first + length):
        if period == "week":
            date = dt.date.fromordinal(number * 7 + 4)
        elif period == "quarter":
            date = dt.date((number - 1) // 4, (number - 1) % 4 * 3 + 1, 1)
        else:
            date = dt.date((number - 1) // 12, (number - 1) % 12 + 1, 1)
        names.append(period_of(date, period))
    return tuple(names)


def _contact(matches: UnitMatches, kept: np.ndarray, told: Mapping[str, float] | None) -> np.ndarray | None:
    if not told:
        return None
    values = []
    for k in kept:
        match = matches.both[k]
        names = (match.name, *match.employee, *match.customer)
        values.append(next((told[name] for name in names if name in told), np.nan))
    return np.array(values)
