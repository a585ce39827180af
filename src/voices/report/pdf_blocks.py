"""The kinds of blocks that ``templates/report.typ`` knows, as plain data."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any

from voices.report.drawing import PAPER
from voices.report.pictures import Pictures

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from voices.report.i18n import Words
    from voices.report.model import Report, Share
    from voices.report.pictures import Picture

    Block = dict[str, Any]

WIDTH, HEIGHT, GUTTER = 476.0, 600.0, 14.0
"""Points that a drawing may be wide and high, and between two drawings; the line is 16.8 cm."""
POINTS_PER_PIXEL, SMALLEST = 0.75, 0.58
_SIZE = re.compile(r'<svg[^>]*? width="([\d.]+)"[^>]*? height="([\d.]+)"')


def heading(level: int, text: str) -> Block:
    """Give a heading, which is a bookmark too."""
    return {"kind": "heading", "level": level, "text": text}


def text(told: str) -> Block:
    """Give a paragraph."""
    return {"kind": "text", "text": told}


def quiet(text: str) -> Block:
    """Give a small grey line."""
    return {"kind": "quiet", "text": text}


def box(title: str, text: str) -> Block:
    """Give a paragraph with a title that stands out."""
    return {"kind": "box", "title": title, "text": text}


def facts(pairs: Sequence[Sequence[str]]) -> Block:
    """Give pairs of a label and a value."""
    return {"kind": "facts", "pairs": [list(pair) for pair in pairs]}


def table(columns: str, head: Sequence[str], rows: Sequence[Sequence[Any]], *, size: float = 9) -> Block:
    """Give a table; ``columns`` holds a width and an alignment (``<``, ``>``, ``^``) a column, as ``2fr< 1.5cm>``."""
    sides = {"<": "left", ">": "right", "^": "center"}
    shapes = [{"width": shape[:-1], "align": sides[shape[-1]]} for shape in columns.split()]
    return {"kind": "table", "columns": shapes, "head": list(head), "rows": [list(row) for row in rows], "size": size}


def drawn(report: Report, words: Words) -> Pictures:
    """Give the charts of the page in the colours of print and in the font that Typst holds."""
    return Pictures(report, words, dataclasses.replace(PAPER, font="Libertinus Serif"))


def charts(pictures: Iterable[Picture], *, titled: bool = True, largest: float = POINTS_PER_PIXEL) -> list[Block]:
    """Give drawings, each below its statement, side by side where letters stay large enough; [] without any.

    ``largest`` is the size of a drawing that has room enough, in points per pixel.
    """
    told = [picture for picture in pictures if picture.svg]
    half = (WIDTH - GUTTER) / 2
    beside = len(told) > 1 and all(_scale(picture.svg, half) >= SMALLEST for picture in told)
    room, count = (half, 2) if beside else (WIDTH, 1)
    items = [
        {
            "title": picture.title if titled else "",
            "svg": picture.svg,
            "alt": f"{picture.title}. {picture.description}",
            "width": min(largest, _scale(picture.svg, room)) * _size(picture.svg)[0],
        }
        for picture in told
    ]
    rows = [items[place : place + count] for place in range(0, len(items), count)]
    return [{"kind": "charts", "rows": rows}] if rows else []


def _size(svg: str) -> tuple[float, float]:
    """Give the width and height of a drawing in pixels."""
    found = _SIZE.search(svg)
    return (float(found[1]), float(found[2])) if found else (WIDTH, HEIGHT)


def _scale(svg: str, room: float) -> float:
    """Give the points per pixel at which a drawing fits its place: letters of 9 points, smaller where it is large."""
    width, height = _size(svg)
    return min(POINTS_PER_PIXEL, room / width, HEIGHT / height)


def bar(voice: str, share: Share, top: float) -> dict[str, Any] | str:
    """Give a share as a bar with its range; ``top`` is the share at the full width."""
    if share.value is None or top <= 0:
        return ""
    low, high = (share.low, share.high) if share.low is not None and share.high is not None else (None, None)
    return {"bar": {"voice": voice, "value": share.value, "low": low, "high": high, "top": top}}
