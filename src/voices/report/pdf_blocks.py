"""The kinds of blocks that ``templates/report.typ`` knows, as plain data."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from voices.report.drawing import PAPER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voices.report.drawing import Palette
    from voices.report.model import Share

    Block = dict[str, Any]


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


def chart(title: str, svg: str, *, width: float = 0.72) -> Block:
    """Give a drawing with its statement; ``width`` is a part of the line."""
    return {"kind": "chart", "title": title, "svg": svg, "alt": title, "width": width}


def paper() -> Palette:
    """Give the colours of print with the font that Typst holds."""
    return dataclasses.replace(PAPER, font="Libertinus Serif")


def turned(block: Block, first: int) -> Block:
    """Give a table whose heads stand upright from column ``first`` on."""
    columns = [{**column, "turned": index >= first} for index, column in enumerate(block["columns"])]
    return {**block, "columns": columns}


def bar(voice: str, share: Share, top: float) -> dict[str, Any] | str:
    """Give a share as a bar with its range; ``top`` is the share at the full width."""
    if share.value is None or top <= 0:
        return ""
    low, high = (share.low, share.high) if share.low is not None and share.high is not None else (None, None)
    return {"bar": {"voice": voice, "value": share.value, "low": low, "high": high, "top": top}}
