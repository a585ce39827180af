"""Small charts as inline SVG: bars that stretch with their cell, lines in a fixed frame.

No chart carries a number that is not in text or in a table beside it. The sides differ in colour
and in form (solid line and dots, dashed line and squares), so that grey paper is enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voices.report.model import Share

_STEPS = (0.02, 0.04, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class Line:
    """One line of a chart: a voice with (number of the period, share); None breaks the line."""

    voice: str
    points: tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Frame:
    """The axes of a line chart: the share at the top, and the labels as text, upper and left first."""

    top: float
    upright: tuple[str, ...]
    level: tuple[str, ...]


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


def sparkline(voice: str, points: Sequence[tuple[int, float]]) -> Markup:
    """Draw a course over time without axes, from zero to its own highest share."""
    if len(points) < 2:
        return Markup("")
    top = max(share for _, share in points) or 1.0
    first, last = points[0][0], points[-1][0]
    places = [(2 + 84 * (time - first) / (last - first), 20 - 17 * share / top, time) for time, share in points]
    body = [_path(f"line {voice}", places), _dot(voice, *places[-1][:2])]
    shape = Markup(
        '<svg class="spark" viewBox="0 0 90 22" width="90" height="22" aria-hidden="true" focusable="false">'
    )
    return shape + Markup("").join(body) + Markup("</svg>")


def lines(series: Sequence[Line], frame: Frame, title: str, description: str, *, name: str) -> Markup:
    """Draw the courses of one or two voices in one frame that stretches with its place.

    The labels are text beside the drawing, so that they keep their size on a phone and on paper.

    Parameters
    ----------
    series : sequence of Line
        Drawn in this order.
    frame : Frame
        Top of the axis and labels; grid lines go with the upright labels, evenly spaced down to 0.
    title, description : str
        What the chart says, for who cannot see it.
    name : str
        Makes the ids of title and description unique on the page.
    """
    times = [time for line in series for time, _ in line.points]
    if not times:
        return Markup("")
    first, span = min(times), max(max(times) - min(times), 1)
    steps = len(frame.upright) - 1
    parts = [
        _line("axis" if step == steps else "grid", 0, 100 * step / steps, 100, 100 * step / steps)
        for step in range(steps + 1)
    ]
    for line in series:
        places = [(2 + 96 * (time - first) / span, 100 - _part(share, frame.top), time) for time, share in line.points]
        parts.append(_path(f"line {line.voice}", places))
        parts += [_dot(line.voice, x, y) for x, y, _ in places]
    opening = Markup(
        '<svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-labelledby="{}-t {}-d">'
        '<title id="{}-t">{}</title><desc id="{}-d">{}</desc>'
    ).format(name, name, name, title, name, description)
    drawing = opening + Markup("").join(parts) + Markup("</svg>")
    return Markup('<div class="chart"><div class="upright">{}</div>{}<div class="level">{}</div></div>').format(
        _labels(frame.upright), drawing, _labels(frame.level)
    )


def _labels(texts: Sequence[str]) -> Markup:
    return Markup("").join(Markup("<span>{}</span>").format(text) for text in texts)


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


def _dot(voice: str, x: float, y: float) -> Markup:
    """Draw a point as a line without length: its caps keep their form however the drawing stretches."""
    return Markup('<path class="dot {}" d="M{} {}h0"/>').format(voice, _number(x), _number(y))


def _path(kind: str, places: Sequence[tuple[float, float, int]]) -> Markup:
    """Join neighbouring periods; a missing period breaks the line."""
    steps, before = [], None
    for x, y, time in places:
        steps.append(f"{'L' if before is not None and time == before + 1 else 'M'}{_number(x)} {_number(y)}")
        before = time
    return Markup('<path class="{}" d="{}"/>').format(kind, " ".join(steps))


def _stretch(kind: str, parts: Sequence[Markup]) -> Markup:
    opening = Markup(
        '<svg class="{}" viewBox="0 0 100 16" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
    ).format(escape(kind))
    return opening + Markup("").join(parts) + Markup("</svg>")
