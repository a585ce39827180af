"""Charts on a slide that PowerPoint can edit: shares as percentages, 95 % ranges as lines, alternative text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voices.report import cells
from voices.report.slide_shapes import BODY_FONT, COLOURS, INK, MUTED, RULE, clean, colour, points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voices.report.model import Share
    from voices.report.slide_shapes import Box

_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2)


@dataclass(frozen=True)
class Series:
    """Numbers of one colour (``RRGGBB``), one or None a category; ``ranges`` are drawn as lines over bars."""

    name: str
    colour: str
    numbers: Sequence[float | None]
    ranges: Sequence[Share] = ()


def chart(
    slide: Any, box: Box, kind: str, labels: Sequence[str], series: Sequence[Series], *, text: str, size: float = 12
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
    series : sequence of Series
        Shares (floats) have an axis in percentages, counts (integers) one in whole numbers.
    text : str
        What the chart shows, for who cannot see it.
    size : float
        Of the letters, in points.
    """
    from pptx.chart import data as chart_data
    from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
    from pptx.util import Inches

    shares = all(number is None or isinstance(number, float) for part in series for number in part.numbers)
    make: Any = chart_data.CategoryChartData
    found = make(number_format="0%" if shares else "#,##0")
    found.categories = [clean(label) for label in labels]
    for part in series:
        found.add_series(clean(part.name), part.numbers)
    places = (Inches(part) for part in (box.left, box.top, box.width, box.height))
    frame = slide.shapes.add_chart(getattr(XL_CHART_TYPE, kind), *places, found)
    (properties,) = frame._element.xpath("./p:nvGraphicFramePr/p:cNvPr")
    properties.set("descr", clean(text))
    made = frame.chart
    made.font.size, made.font.name = points(size), BODY_FONT
    made.has_title = False
    made.has_legend = len(series) > 1
    if made.has_legend:
        made.legend.position, made.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    made.value_axis.major_gridlines.format.line.color.rgb = colour(RULE)
    made.value_axis.format.line.fill.background()
    made.value_axis.minimum_scale = 0
    made.category_axis.format.line.color.rgb = colour(MUTED)
    if shares:
        _percentages(made.value_axis, series)
    for plotted, part in zip(made.plots[0].series, series, strict=True):
        _paint(plotted, kind, part.colour)
        if part.ranges:
            _ranges(plotted, part)
    return frame


def _percentages(axis: Any, series: Sequence[Series]) -> None:
    """Write an axis in whole percentages, from 0 to a round share above every number and range."""
    highs = [number for part in series for number in part.numbers if number is not None]
    highs += [share.high for part in series for share in part.ranges if share.high is not None]
    top = cells.ceiling(highs)
    axis.maximum_scale = top
    axis.major_unit = next((step for step in _STEPS if round(top / step, 6) <= 6), _STEPS[-1])
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = "0%", False


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
    plotted.format.line.width = points(2.5)
    customer = code == COLOURS["customer"]
    plotted.format.line.dash_style = MSO_LINE.DASH if customer else MSO_LINE.SOLID
    plotted.marker.style = XL_MARKER_STYLE.SQUARE if customer else XL_MARKER_STYLE.CIRCLE
    plotted.marker.size = 7
    plotted.marker.format.fill.solid()
    plotted.marker.format.fill.fore_color.rgb = colour(code)
    plotted.marker.format.line.color.rgb = colour(code)


def _ranges(plotted: Any, part: Series) -> None:
    """Add the 95 % ranges of a series of bars as error bars."""
    from lxml import etree
    from pptx.oxml.ns import qn

    bars = etree.Element(qn("c:errBars"))
    for tag, value in (("errBarType", "both"), ("errValType", "cust"), ("noEndCap", "0")):
        etree.SubElement(bars, qn(f"c:{tag}"), val=value)
    for tag, ends in (("plus", [share.high for share in part.ranges]), ("minus", [share.low for share in part.ranges])):
        literal = etree.SubElement(etree.SubElement(bars, qn(f"c:{tag}")), qn("c:numLit"))
        etree.SubElement(literal, qn("c:ptCount"), val=str(len(ends)))
        for index, (number, end) in enumerate(zip(part.numbers, ends, strict=True)):
            gap = 0.0 if number is None or end is None else abs(end - number)
            point = etree.SubElement(literal, qn("c:pt"), idx=str(index))
            etree.SubElement(point, qn("c:v")).text = repr(gap)
    line = etree.SubElement(etree.SubElement(bars, qn("c:spPr")), qn("a:ln"), w="15875")
    etree.SubElement(etree.SubElement(line, qn("a:solidFill")), qn("a:srgbClr"), val=INK)
    plotted._element.find(qn("c:cat")).addprevious(bars)


def recolour(frame: Any, colours: Sequence[str]) -> None:
    """Give each bar of the only series a colour of its own."""
    (series,) = frame.chart.plots[0].series
    for index, code in enumerate(colours):
        fill = series.points[index].format.fill
        fill.solid()
        fill.fore_color.rgb = colour(code)


def upside_down(frame: Any, *, gap: int) -> None:
    """Put the first category of a bar chart at the top, with its axis at the bottom; ``gap`` is in % of a bar."""
    from pptx.enum.chart import XL_TICK_LABEL_POSITION

    frame.chart.category_axis.reverse_order = True
    frame.chart.value_axis.tick_label_position = XL_TICK_LABEL_POSITION.HIGH
    frame.chart.plots[0].gap_width = gap
