"""Calendar periods: weeks, months, quarters and years, by names that sort in order of time."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache

LADDER = ("week", "month", "quarter", "year")
"""Kinds of period, each coarser than the one before."""
_NAME = re.compile(r"(\d{4})(?:-(?:(\d{2})|Q([1-4])|W(\d{2})))?")


def period_of(date: dt.date, kind: str) -> str:
    """Name the calendar week (ISO 8601), month, quarter or year of a date.

    Examples
    --------
    >>> period_of(dt.date(2024, 12, 30), "week"), period_of(dt.date(2024, 5, 3), "quarter")
    ('2025-W01', '2024-Q2')
    """
    if kind == "week":
        year, week, _ = date.isocalendar()
        return f"{year:04d}-W{week:02d}"
    if kind == "quarter":
        return f"{date.year:04d}-Q{(date.month + 2) // 3}"
    return f"{date.year:04d}" if kind == "year" else f"{date.year:04d}-{date.month:02d}"


def period_start(name: str) -> dt.date | None:
    """Give the first day of '2024-03', '2024-Q1', '2024-W05' or '2024'; None for anything else.

    Examples
    --------
    >>> period_start("2024-Q2").isoformat(), period_start("2024-W05").isoformat()
    ('2024-04-01', '2024-01-29')
    """
    match = _NAME.fullmatch(name)
    if not match:
        return None
    year, month, quarter, week = (int(part) if part else 0 for part in match.groups())
    try:
        return dt.date.fromisocalendar(year, week, 1) if week else dt.date(year, month or max(quarter * 3 - 2, 1), 1)
    except ValueError:
        return None


def period_number(name: str) -> int:
    """Give a number that grows by one from a period to the next of its kind.

    Raises
    ------
    ValueError
        If the name is not that of a period.

    Examples
    --------
    >>> period_number("2024-01") - period_number("2023-12"), period_number("2025-Q1") - period_number("2024-Q4")
    (1, 1)
    """
    start = _start(name)
    if "W" in name:
        return start.toordinal() // 7
    if "Q" in name:
        return start.year * 4 + (start.month + 2) // 3
    return start.year * 12 + start.month if "-" in name else start.year


@cache
def coarser(name: str, kind: str) -> str:
    """Name the period of a coarser kind in which a period lies; a week lies where its Thursday does.

    Examples
    --------
    >>> coarser("2025-W01", "month"), coarser("2024-05", "quarter"), coarser("2024-Q2", "year")
    ('2025-01', '2024-Q2', '2024')
    """
    start = _start(name)
    return period_of(start + dt.timedelta(days=3) if "W" in name else start, kind)


def _start(name: str) -> dt.date:
    start = period_start(name)
    if start is None:
        raise ValueError(f"{name!r} is no period")
    return start
