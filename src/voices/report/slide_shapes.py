"""Shapes of a slide: text and tables that fit their box, and a deck that is the same bytes each time."""

from __future__ import annotations

import io
import math
import re
import textwrap
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voices.report import values

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

INK, MUTED, RULE, SOFT = "1B1B1B", "5C5A56", "CFCAC1", "F6F4EF"
COLOURS = {"employee": "0B5C94", "customer": "B5480A"}
TINTS = {"employee": "A9C9E0", "customer": "EDBB98"}
GREY = "B9B5AC"
HEAD_FONT, BODY_FONT = "Georgia", "Calibri"
WIDTH, HEIGHT, MARGIN = 13.333, 7.5, 0.6
"""Inches; 16:9."""
_WIDE = 0.56
"""Mean width of a letter as a part of its size, on the wide side, so that another font still fits."""
_BOLD = 0.68
_LINE = 1.22
_SIDE, _ABOVE = 0.05, 0.04
"""Inches inside a cell."""
_WORD = 24
"""Letters of a word that must not break."""
_STAMP = (1980, 1, 1, 0, 0, 0)
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms)")


@dataclass(frozen=True)
class Box:
    """A place on a slide, in inches from the left upper corner."""

    left: float
    top: float
    width: float
    height: float


def fitting(texts: Sequence[str], box: Box, sizes: Sequence[float], *, bold: bool = False) -> float:
    """Give the first size, in points, at which paragraphs fit their box; the last one where none does.

    Examples
    --------
    >>> fitting(["short"], Box(0, 0, 5, 1), (20, 12)), fitting(["long " * 60], Box(0, 0, 5, 1), (20, 12))
    (20, 12)
    """
    for size in sizes:
        per_line = max(1, int(box.width * 72 / (size * (_BOLD if bold else _WIDE))))
        lines = sum(max(1, math.ceil(len(text) / per_line)) for text in texts)
        if (lines + 0.4 * (len(texts) - 1)) * size * _LINE <= box.height * 72:
            return size
    return sizes[-1]


def room(box: Box, size: float) -> int:
    """Give about how many characters of a size fit a box."""
    return int(box.width * 72 / (size * _WIDE)) * int(box.height * 72 / (size * _LINE))


def clean(text: str) -> str:
    """Give a text that PowerPoint can hold on one line: no control characters, no line breaks."""
    return " ".join(values.text(text).replace("\u202e", "").split())


def write(
    slide: Any, box: Box, texts: Sequence[str], *, sizes: Sequence[float] = (18, 16, 14, 12, 11), **style: Any
) -> Any:
    """Put paragraphs in a box, at the largest size that fits.

    ``style`` may hold ``colour``, ``bold``, ``italic`` and ``fill``.
    """
    from pptx.enum.text import MSO_ANCHOR
    from pptx.util import Inches, Pt

    shape = slide.shapes.add_textbox(*(Inches(part) for part in (box.left, box.top, box.width, box.height)))
    frame = shape.text_frame
    frame.word_wrap = True
    frame.vertical_anchor = MSO_ANCHOR.TOP
    pad = 0.12 if style.get("fill") else 0.0
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Inches(pad)
    if style.get("fill"):
        shape.fill.solid()
        shape.fill.fore_color.rgb = colour(style["fill"])
    told = [clean(text) for text in texts]
    size = fitting(told, Box(0, 0, box.width - 2 * pad, box.height - 2 * pad), sizes, bold=bool(style.get("bold")))
    for index, text in enumerate(told):
        paragraph = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
        paragraph.space_before = Pt(0 if index == 0 else size * 0.4)
        run = paragraph.add_run()
        run.text = text
        dress(run.font, size, **style)
    return shape


def dress(font: Any, size: float, **style: Any) -> None:
    """Set size, colour and weight of a font."""
    from pptx.util import Pt

    font.size = Pt(size)
    font.bold = bool(style.get("bold"))
    font.italic = bool(style.get("italic"))
    font.color.rgb = colour(style.get("colour", INK))


def colour(code: str) -> Any:
    """Give a colour from ``RRGGBB``."""
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(code)  # type: ignore[no-untyped-call]


def table(
    slide: Any,
    box: Box,
    rows: Sequence[Sequence[Any]],
    widths: Sequence[float],
    *,
    sizes: Sequence[float] = (16, 14, 13, 12, 11, 10, 9),
    centred: bool = False,
) -> Any:
    """Put a table with a head, at the largest size that fits its box without breaking a word.

    A cell is a text, or a pair of a text and a fill as ``RRGGBB``; ``centred`` is for all but the first column.
    """
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Inches

    columns = [box.width * width / sum(widths) for width in widths]
    told = [[clean(entry[0] if isinstance(entry, tuple) else entry) for entry in row] for row in rows]
    size = next((size for size in sizes if sum(_heights(told, columns, size)) <= box.height), sizes[-1])
    heights = _heights(told, columns, size)
    spare = max(0.0, min(0.2, (box.height - sum(heights)) / len(rows)))
    places = (Inches(part) for part in (box.left, box.top, box.width, sum(heights) + spare * len(rows)))
    frame = slide.shapes.add_table(len(rows), len(rows[0]), *places)
    made = frame.table
    made.horz_banding = False
    for index, width in enumerate(columns):
        made.columns[index].width = Inches(width)
    for y, row in enumerate(rows):
        made.rows[y].height = Inches(heights[y] + spare)
        for x, entry in enumerate(row):
            fill = entry[1] if isinstance(entry, tuple) else None
            cell = made.cell(y, x)
            cell.margin_left = cell.margin_right = Inches(_SIDE)
            cell.margin_top = cell.margin_bottom = Inches(_ABOVE)
            cell.vertical_anchor = MSO_ANCHOR.BOTTOM if y == 0 else MSO_ANCHOR.MIDDLE
            cell.fill.solid()
            cell.fill.fore_color.rgb = colour(SOFT if y == 0 else fill or "FFFFFF")
            paragraph = cell.text_frame.paragraphs[0]
            paragraph.alignment = PP_ALIGN.CENTER if centred and x else PP_ALIGN.LEFT
            run = paragraph.add_run()
            run.text = told[y][x]
            dress(run.font, size, bold=y == 0 or x == 0)
    return frame


def _heights(rows: Sequence[Sequence[str]], columns: Sequence[float], size: float) -> list[float]:
    """Give the height in inches of each row; one is too high where a word of usual length would break."""
    result = []
    for y, row in enumerate(rows):
        lines = 1
        for x, (text, width) in enumerate(zip(row, columns, strict=True)):
            wide = _WIDE if x and y else _BOLD
            room = max(1, int((width - 2 * _SIDE) * 72 / (size * wide)))
            longest = max((len(word) for word in text.split()), default=0)
            lines = max(lines, len(textwrap.wrap(text, room)), 99 if room < longest <= _WORD else 1)
        result.append(lines * size * _LINE / 72 + 2 * _ABOVE)
    return result


def points(size: float) -> Any:
    """Give a size in points as PowerPoint counts."""
    from pptx.util import Pt

    return Pt(size)


def stable(deck: bytes, created: dt.datetime | None) -> bytes:
    """Give a zipped document without the time at which it was zipped, so that equal runs give equal bytes."""
    told = created.strftime("%Y-%m-%dT%H:%M:%SZ") if created else "1980-01-01T00:00:00Z"
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(deck)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name in source.namelist():
            body = source.read(name)
            if name.endswith(".xlsx"):
                body = stable(body, created)
            if name == "docProps/core.xml":
                body = _TIMES.sub(lambda match: match[1] + told.encode() + match[2], body)
            entry = zipfile.ZipInfo(name, _STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, body)
    return target.getvalue()
