"""Bars inside the cells of tables, as rectangles that stretch with their cell; charts are in ``charts.py``.

No bar carries a number that is not in text beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voices.report.model import Share

_STEPS = (0.02, 0.04, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)


def ceiling(shares: Sequence[float]) -> float:
    """Give the round share at or above all shares, for the top of an axis.

    Examples
    --------
    >>> ceiling([0.03, 0.17]), ceiling([])
    (0.2, 0.02)
    """
    highest = max(shares, default=0.0)
    return next((step for step in _STEPS if step >= highest), 1.0)


def bar(voice: str, share: Share, top: float) -> Markup:
    """Draw a share as a bar with its interval as a line; ``top`` is the share at the full width."""
    if share.value is None or top <= 0:
        return Markup("")
    parts = [_rect("track", 0, 4, 100, 8), _rect(f"fill {voice}", 0, 4, _part(share.value, top), 8)]
    if share.low is not None and share.high is not None:
        low, high = _part(share.low, top), _part(share.high, top)
        parts += [_line("halo", low, 8, high, 8)]
        parts += [_line("whisker", low, 8, high, 8), _line("whisker", low, 4.5, low, 11.5)]
        parts += [_line("whisker", high, 4.5, high, 11.5)]
    return _stretch("bar", parts)


def split(voice: str, counts: Sequence[tuple[str, int]]) -> Markup:
    """Draw counts as parts of one bar, in the order given; a kind is a class of the style sheet."""
    total = sum(count for _, count in counts)
    if total <= 0:
        return Markup("")
    parts, start = [], 0.0
    for kind, count in counts:
        width = 100 * count / total
        parts.append(_rect(f"{kind} {voice}", start, 3, width, 10))
        start += width
    return _stretch("split", parts)


def _part(share: float, top: float) -> float:
    return 100 * min(max(share / top, 0.0), 1.0)


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _rect(kind: str, x: float, y: float, width: float, height: float) -> Markup:
    shape = '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>'
    return Markup(shape).format(kind, *(_number(value) for value in (x, y, width, height)))


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> Markup:
    shape = '<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>'
    return Markup(shape).format(kind, *(_number(value) for value in (x1, y1, x2, y2)))


def _stretch(kind: str, parts: Sequence[Markup]) -> Markup:
    opening = Markup(
        '<svg class="{}" viewBox="0 0 100 16" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
    ).format(escape(kind))
    return opening + Markup("").join(parts) + Markup("</svg>")
