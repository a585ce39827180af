"""Shapes of a slide: text that fits its box, tables, native charts, and a deck that is the same bytes each time."""

from __future__ import annotations

import io
import math
import re
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
_LINE = 1.22
_STAMP = (1980, 1, 1, 0, 0, 0)
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms)")


@dataclass(frozen=True)
class Box:
    """A place on a slide, in inches from the left upper corner."""

    left: float
    top: float
    width: float
    height: float


def fitting(texts: Sequence[str], box: Box, sizes: Sequence[float]) -> float:
    """Give the first size, in points, at which paragraphs fit their box; the last one where none does.

    Examples
    --------
    >>> fitting(["short"], Box(0, 0, 5, 1), (20, 12)), fitting(["long " * 60], Box(0, 0, 5, 1), (20, 12))
    (20, 12)
    """
    for size in sizes:
        per_line = max(1, int(box.width * 72 / (size * _WIDE)))
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
    size = fitting(told, Box(0, 0, box.width - 2 * pad, box.height - 2 * pad), sizes)
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


def table(slide: Any, box: Box, rows: Sequence[Sequence[Any]], widths: Sequence[float], *, size: float = 12) -> Any:
    """Put a table with a head; a cell is a text, or a pair of a text and a fill as ``RRGGBB``."""
    from pptx.util import Inches, Pt

    height = min(box.height, 0.36 * len(rows))
    places = (Inches(part) for part in (box.left, box.top, box.width, height))
    frame = slide.shapes.add_table(len(rows), len(rows[0]), *places)
    made = frame.table
    made.horz_banding = False
    for index, width in enumerate(widths):
        made.columns[index].width = Inches(box.width * width / sum(widths))
    for y, row in enumerate(rows):
        made.rows[y].height = Inches(height / len(rows))
        for x, entry in enumerate(row):
            text, fill = entry if isinstance(entry, tuple) else (entry, None)
            cell = made.cell(y, x)
            cell.margin_left = cell.margin_right = Inches(0.06)
            cell.margin_top = cell.margin_bottom = Inches(0.03)
            cell.fill.solid()
            cell.fill.fore_color.rgb = colour(SOFT if y == 0 else fill or "FFFFFF")
            run = cell.text_frame.paragraphs[0].add_run()
            run.text = clean(text)
            dress(run.font, size, bold=y == 0 or x == 0)
            run.font.size = Pt(size)
    return frame


def describe(shape: Any, text: str) -> None:
    """Give a shape its alternative text."""
    (properties,) = shape._element.xpath("./p:nvGraphicFramePr/p:cNvPr")
    properties.set("descr", clean(text))


def chart(
    slide: Any, box: Box, kind: str, labels: Sequence[str], series: Sequence[tuple[str, str, Sequence[Any]]]
) -> Any:
    """Put a chart that PowerPoint can edit.

    Parameters
    ----------
    slide : pptx slide
    box : Box
    kind : str
        Name in ``XL_CHART_TYPE``.
    labels : sequence of str
        Of the categories.
    series : sequence of tuple
        Name, colour as ``RRGGBB`` and a number or None a category.
    """
    from pptx.chart import data as chart_data
    from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
    from pptx.util import Inches

    make: Any = chart_data.CategoryChartData
    found = make(number_format="0%" if all(_is_share(part) for _, _, part in series) else "#,##0")
    found.categories = [clean(label) for label in labels]
    for name, _, numbers in series:
        found.add_series(clean(name), numbers)
    places = (Inches(part) for part in (box.left, box.top, box.width, box.height))
    frame = slide.shapes.add_chart(getattr(XL_CHART_TYPE, kind), *places, found)
    made = frame.chart
    made.font.size, made.font.name = _points(12), BODY_FONT
    made.has_title = False
    made.has_legend = len(series) > 1
    if made.has_legend:
        made.legend.position, made.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    made.value_axis.major_gridlines.format.line.color.rgb = colour(RULE)
    made.value_axis.format.line.fill.background()
    made.value_axis.minimum_scale = 0
    made.category_axis.format.line.color.rgb = colour(MUTED)
    for plotted, (_, code, _) in zip(made.plots[0].series, series, strict=True):
        _paint(plotted, kind, code)
    return frame


def _is_share(numbers: Sequence[Any]) -> bool:
    return all(number is None or (isinstance(number, float) and abs(number) <= 1) for number in numbers)


def _points(size: float) -> Any:
    from pptx.util import Pt

    return Pt(size)


def _paint(plotted: Any, kind: str, code: str) -> None:
    """Colour one series; the second voice has squares and dashes, so that grey paper is enough."""
    from pptx.enum.chart import XL_MARKER_STYLE
    from pptx.enum.dml import MSO_LINE

    if not kind.startswith("LINE"):
        plotted.format.fill.solid()
        plotted.format.fill.fore_color.rgb = colour(code)
        return
    plotted.smooth = False
    plotted.format.line.color.rgb = colour(code)
    plotted.format.line.width = _points(2.5)
    customer = code == COLOURS["customer"]
    plotted.format.line.dash_style = MSO_LINE.DASH if customer else MSO_LINE.SOLID
    plotted.marker.style = XL_MARKER_STYLE.SQUARE if customer else XL_MARKER_STYLE.CIRCLE
    plotted.marker.size = 7
    plotted.marker.format.fill.solid()
    plotted.marker.format.fill.fore_color.rgb = colour(code)
    plotted.marker.format.line.color.rgb = colour(code)


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
