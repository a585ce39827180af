"""Safe readings of cells and of ``run.json``: what is missing or odd becomes None, never an error."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    Records = list[dict[str, Any]]

# What neither XML 1.0 nor HTML may hold, with lone surrogates, which cannot be written as UTF-8 at all.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_MISSING = ("nan", "NaT", "<NA>")


def records(frame: pd.DataFrame) -> Records:
    """Give the rows of a table as dictionaries, column name -> value."""
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def text(value: object) -> str:
    r"""Give a cell as printable text, '' for a missing one.

    Examples
    --------
    >>> text("a\x00b\ud800"), text(None), text(float("nan"))
    ('ab', '', '')
    """
    if value is None or (not isinstance(value, str) and str(value) in _MISSING):
        return ""
    return _UNPRINTABLE.sub("", str(value).replace("\r\n", "\n").replace("\r", "\n"))


def number(value: object) -> float | None:
    """Give a cell as a finite number; None where it is empty, text, a truth value or infinite.

    Examples
    --------
    >>> number(3), number(float("nan")), number("3"), number(None)
    (3.0, None, None, None)
    """
    if isinstance(value, str | bytes | bool) or value is None:
        return None
    try:
        result = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return result if math.isfinite(result) else None


def count(value: object) -> int | None:
    """Give a cell as a whole number; None where it is no number."""
    result = number(value)
    return None if result is None else round(result)


def mapping(value: object) -> dict[str, Any]:
    """Give a JSON object as a dictionary; {} for anything else."""
    return {text(key): item for key, item in value.items()} if isinstance(value, dict) else {}


def items(value: object) -> tuple[str, ...]:
    """Give a JSON list, or one text, as texts; () for anything else."""
    if isinstance(value, str):
        return (text(value),)
    return tuple(text(item) for item in value) if isinstance(value, list | tuple) else ()


def date(value: object) -> dt.date | None:
    """Give an ISO date or a date as a date; None where it is neither."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    moment = instant(value)
    return moment.date() if moment else None


def instant(value: object) -> dt.datetime | None:
    """Give an ISO date and time as such; None where it is not one."""
    try:
        return dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
