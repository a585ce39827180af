"""Dates as exports write them; whether the day or the month comes first is decided per column."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from voices.read.cells import is_missing

DAY_FIRST, MONTH_FIRST, ISO = "day-first", "month-first", "iso"

_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "january jan januari janvier januar", "february feb februari février fevrier februar",
            "march mar maart mrt mars märz", "april apr avril", "may mei mai", "june jun juni juin",
            "july jul juli juillet", "august aug augustus août aout", "september sep sept septembre",
            "october oct oktober okt octobre", "november nov novembre", "december dec décembre dezember dez",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_NAME = "|".join(sorted(_MONTHS, key=len, reverse=True))
_TIME = r"(?:[T ,]+\(?\d{1,2}[:.u]\d{2}.*)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/. ])(\d{{1,2}})\2(\d{{1,2}}){_TIME}$")
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/. ])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}$")
_COMPACT = re.compile(r"(19|20)(\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:T\d{4,6}.*)?$")
_YEAR_MONTH = re.compile(r"(\d{4})[-/](\d{1,2})$")
_MONTH_YEAR = re.compile(r"(\d{1,2})[-/](\d{4})$")
_WEEK = re.compile(r"(\d{4})-?\s?[Ww](?:eek)?\s?(\d{1,2})(?:-(\d))?$")
_QUARTER = re.compile(r"(\d{4})[- ]?[QqKk](\d)$")
_DAY_NAME = re.compile(
    rf"(?:^|[\s,(]|on )(\d{{1,2}})(?:st|nd|rd|th|er|e)?[\s.\-/]+(?:of\s+)?({_NAME})\.?[\s,\-/']+(\d{{4}}|\d{{2}})\b",
    re.I,
)
_NAME_DAY = re.compile(rf"\b({_NAME})\.?[\s\-]+(\d{{1,2}})(?:st|nd|rd|th)?(?:,|\s|,\s)\s*(\d{{4}})\b", re.I)
_NAME_YEAR = re.compile(rf"^({_NAME})\.?[\s,\-/']+(\d{{4}}|\d{{2}})$", re.I)
_DIGITS = re.compile(r"\d{5}(?:\.\d+)?$|\d{9,16}(?:\.\d+)?$")
_EXCEL_EPOCH = dt.date(1899, 12, 30)
_OLDEST, _NEWEST = dt.date(1990, 1, 1), dt.date(2100, 1, 1)
_LONGEST = 80


@dataclass
class DateEvidence:
    """What the cells of one column say about the order of day and month.

    Attributes
    ----------
    day_first, month_first : int
        Cells that can be read in one order only.
    either : int
        Cells that can be read in both orders.
    clear : int
        Cells in which the order is written out: year first, month names, typed dates.
    dashed : int
        Cells among the numeric ones with ``-`` or ``.`` as separator.
    read, filled : int
        Cells that are dates, and cells that are not empty.
    """

    day_first: int = 0
    month_first: int = 0
    either: int = 0
    clear: int = 0
    dashed: int = 0
    read: int = 0
    filled: int = 0

    def add(self, cell: object) -> None:
        """Count one cell."""
        kind = _kind(cell) if isinstance(cell, str) else _typed_kind(cell)
        if kind == "empty":
            return
        self.filled += 1
        if kind == "none":
            return
        self.read += 1
        if kind == "clear":
            self.clear += 1
            return
        self.dashed += kind.endswith("-")
        name = kind.rstrip("-")
        setattr(self, name, getattr(self, name) + 1)

    def order(self, *, dutch: bool) -> tuple[str | None, str]:
        """Decide the order of day and month.

        Cells that allow one order only decide, by majority where they contradict each other. When
        every cell allows both, the column is read day first if its dates are written with ``-`` or
        ``.`` or the file looks Dutch, else month first.

        Parameters
        ----------
        dutch : bool
            Whether headers or delimiter say that the file comes from a country that writes the
            day first.

        Returns
        -------
        order : str or None
            None when no date could be read.
        reason : str
            Short, for the user.
        """
        numeric = self.day_first + self.month_first + self.either
        if not numeric:
            return (
                (ISO, "dates are written year first, with month names or as date cells") if self.clear else (None, "")
            )
        if self.day_first != self.month_first:
            order = DAY_FIRST if self.day_first > self.month_first else MONTH_FIRST
            most, least = sorted((self.day_first, self.month_first), reverse=True)
            against = f", {least:,} the other way" if least else ""
            return order, f"{most:,} dates can only be read {order}{against}"
        if self.dashed * 2 > numeric or dutch:
            why = "they are written with - or ." if self.dashed * 2 > numeric else "the file looks Dutch"
            return DAY_FIRST, f"assumed: every date can be read both ways, and {why}"
        return MONTH_FIRST, "assumed: every date can be read both ways; write them as 2024-03-05 to be sure"


def read_date(cell: object, order: str | None) -> dt.date | None:
    """Read the date in a cell; None when there is none.

    A time is dropped, a week is its Monday, a month or quarter its first day. A date that fits one
    order only is read in that order, whatever the column's is.

    Parameters
    ----------
    order : str or None
        ``month-first`` to read ``3/5/2024`` as 5 March; anything else reads 3 May.

    Examples
    --------
    >>> read_date("3/5/2024", "day-first"), read_date("March 5, 2024", None), read_date("2024-W05", None)
    (datetime.date(2024, 5, 3), datetime.date(2024, 3, 5), datetime.date(2024, 1, 29))
    """
    if isinstance(cell, str):
        return _from_text(cell, order == MONTH_FIRST)
    return _from_typed(cell)


def _typed_kind(cell: object) -> str:
    if cell is None or is_missing(cell):
        return "empty"
    return "none" if _from_typed(cell) is None else "clear"


def _from_typed(cell: object) -> dt.date | None:
    if cell is None or isinstance(cell, bool) or is_missing(cell):
        return None
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    if hasattr(cell, "astype") and type(cell).__name__ == "datetime64":
        return _from_text(str(cell), False)
    try:
        number = float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return _from_number(number)


def _from_number(number: float) -> dt.date | None:
    """Read Excel's day count, YYYYMMDD, or seconds, milli- or microseconds since 1970."""
    try:
        if number < 1e5:
            found = _EXCEL_EPOCH + dt.timedelta(days=int(number))
        elif number < 1e8 and number == int(number):
            text = str(int(number))
            found = dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
        elif number >= 1e17:
            return None
        else:
            seconds = number
            while seconds > 1e10:
                seconds /= 1000
            found = dt.datetime.fromtimestamp(seconds, dt.UTC).date()
    except (ValueError, OverflowError, OSError):
        return None
    return found if _OLDEST <= found < _NEWEST else None


@lru_cache(maxsize=8192)
def _kind(text: str) -> str:
    """Tell ``empty``, ``none``, ``clear``, ``day_first``, ``month_first`` or ``either``; ``-`` behind it for dashes."""
    plain = text.strip()
    if not plain:
        return "empty"
    match = _YEAR_LAST.match(plain) if len(plain) <= _LONGEST else None
    if match is None:
        return "clear" if _from_text(plain, False) else "none"
    first, second = int(match[1]), int(match[3])
    if not 1 <= min(first, second) <= 12 or max(first, second) > 31:
        return "none"
    kind = "day_first" if first > 12 else "month_first" if second > 12 else "either"
    return kind + ("-" if match[2] in "-." else "")


@lru_cache(maxsize=8192)
def _from_text(text: str, month_first: bool) -> dt.date | None:
    plain = text.strip()
    if not plain or len(plain) > _LONGEST:
        return None
    for pattern, build in _FORMS:
        match = pattern.search(plain) if pattern in _SEARCHED else pattern.match(plain)
        if match:
            try:
                return build(match, month_first)
            except ValueError:
                return None
    return None


def _year(text: str) -> int:
    year = int(text)
    if year >= 100:
        return year
    return year + (2000 if year < 70 else 1900)


def _from_year_last(match: re.Match[str], month_first: bool) -> dt.date:
    first, second, year = int(match[1]), int(match[3]), _year(match[4])
    month, day = (first, second) if month_first else (second, first)
    if month > 12:
        month, day = day, month
    return dt.date(year, month, day)


def _from_week(match: re.Match[str], _: bool) -> dt.date:
    return dt.date.fromisocalendar(int(match[1]), int(match[2]), int(match[3] or 1))


_Builder = Callable[[re.Match[str], bool], dt.date | None]
_FORMS: tuple[tuple[re.Pattern[str], _Builder], ...] = (
    (_YEAR_FIRST, lambda m, _: dt.date(int(m[1]), int(m[3]), int(m[4]))),
    (_YEAR_LAST, _from_year_last),
    (_COMPACT, lambda m, _: dt.date(int(m[1] + m[2]), int(m[3]), int(m[4]))),
    (_YEAR_MONTH, lambda m, _: dt.date(int(m[1]), int(m[2]), 1)),
    (_MONTH_YEAR, lambda m, _: dt.date(int(m[2]), int(m[1]), 1)),
    (_WEEK, _from_week),
    (_QUARTER, lambda m, _: dt.date(int(m[1]), int(m[2]) * 3 - 2, 1)),
    (_DIGITS, lambda m, _: _from_number(float(m[0]))),
    (_DAY_NAME, lambda m, _: dt.date(_year(m[3]), _MONTHS[m[2].lower()], int(m[1]))),
    (_NAME_DAY, lambda m, _: dt.date(int(m[3]), _MONTHS[m[1].lower()], int(m[2]))),
    (_NAME_YEAR, lambda m, _: dt.date(_year(m[2]), _MONTHS[m[1].lower()], 1)),
)
_SEARCHED = {_DAY_NAME, _NAME_DAY}
