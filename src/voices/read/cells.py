"""Typed cells as text and as numbers, and nested objects as columns."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from decimal import Decimal

_NUMBER = re.compile(
    r"\s*(?:rating\s*:?\s*|score\s*:?\s*|cijfer\s*:?\s*|rated\s*)?([-+]?\d{1,9}(?:[.,]\d+)?)\s*"
    r"(?:$|%$|[/(–:-]|-\s|(?:out\s+of|van\s+de|van|uit|of|stars?|sterren|ster|points?|punten?)\b)",
    re.IGNORECASE,
)
_STARS = re.compile(r"\s*([★⭐🌟]{1,10})[☆✩\ufe0f\s]*$")
_NUMBER_WORDS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "nul": 0, "een": 1, "één": 1, "twee": 2, "drie": 3, "vier": 4, "vijf": 5, "zes": 6, "zeven": 7,
    "acht": 8, "negen": 9, "tien": 10,
}  # fmt: skip


class NotTextError(ValueError):
    """A cell holds something that cannot be an answer; the message says what, never its contents."""


def as_text(cell: object) -> str:
    r"""Write a cell as a spreadsheet user sees it; nothing for an empty one.

    Raises
    ------
    NotTextError
        For bytes that are not UTF-8, and for lists of objects.

    Examples
    --------
    >>> as_text(4.0), as_text(None), as_text(["a", 1])
    ('4', '', 'a\n1')
    """
    if isinstance(cell, str):
        return cell
    if cell is None or is_missing(cell):
        return ""
    if isinstance(cell, float | Decimal):
        return str(int(cell)) if cell == int(cell) and abs(float(cell)) < 1e15 else str(cell)
    if isinstance(cell, bytes):
        try:
            return cell.decode("utf-8")
        except UnicodeDecodeError:
            raise NotTextError("bytes that are not UTF-8") from None
    if isinstance(cell, dict):
        raise NotTextError("an object where text was expected")
    if isinstance(cell, list | tuple | set) or type(cell).__name__ == "ndarray":
        return _joined(cell)
    return str(cell)


def _joined(cell: object) -> str:
    """Join a list of plain values, a line each."""
    values = list(cell)  # type: ignore[call-overload]
    if any(isinstance(value, dict | list | tuple) for value in values):
        raise NotTextError("a list of objects where text was expected")
    return "\n".join(filter(None, map(as_text, values)))


def is_missing(cell: object) -> bool:
    """Tell whether a cell is one of the missing values of its library (NaN, NaT, NA)."""
    if isinstance(cell, float):
        return math.isnan(cell) or math.isinf(cell)
    if isinstance(cell, Decimal):
        return not cell.is_finite()
    return type(cell).__name__ in {"NaTType", "NAType"}


def as_number(cell: object) -> float | None:
    """Read a score: ``4``, ``4,5``, ``4/5``, ``8 out of 10``, ``★★★★☆``, ``FIVE``; None if there is none.

    The first number counts, so the score stays on the file's own scale.

    Examples
    --------
    >>> as_number("4,5"), as_number("8 / 10"), as_number("★★★☆☆"), as_number("fine")
    (4.5, 8.0, 3.0, None)
    """
    if isinstance(cell, bool) or cell is None or isinstance(cell, dt.date | dt.time):
        return None
    if isinstance(cell, int | float | Decimal):
        return None if is_missing(cell) else float(cell)
    if not isinstance(cell, str):
        return as_number(cell.item()) if hasattr(cell, "item") else None
    if not cell:
        return None
    try:
        value = float(cell)
    except ValueError:
        return _worded_number(cell)
    return value if math.isfinite(value) else None


def _worded_number(text: str) -> float | None:
    if len(text) > 60:
        return None
    match = _NUMBER.match(text)
    if match:
        return float(match[1].replace(",", "."))
    stars = _STARS.match(text)
    if stars:
        return float(len(stars[1]))
    word = _NUMBER_WORDS.get(text.strip().lower())
    return None if word is None else float(word)


def flatten(record: Mapping[str, object], *, prefix: str = "") -> dict[str, object]:
    """Turn nested objects into columns named with dots.

    Examples
    --------
    >>> flatten({"id": 1, "user": {"name": "x"}})
    {'id': 1, 'user.name': 'x'}
    """
    flat: dict[str, object] = {}
    for key, value in record.items():
        name = f"{prefix}{key}".strip().replace("\ufeff", "")
        if isinstance(value, dict) and value:
            flat.update(flatten(value, prefix=f"{name}."))
        else:
            flat[name] = value
    return flat
