"""Native charts beside the tables of the workbook; each names cells, so that it follows what an analyst changes."""

from __future__ import annotations

from typing import Any

VOICES = {"employee": "#0B5C94", "customer": "#B5480A"}
DASHES = {"employee": "solid", "customer": "dash"}
MARKERS = {"employee": "circle", "customer": "square"}
POLARITIES = {
    "employee": {"negative": "#0B5C94", "neutral": "#D5D2CB", "positive": "#A9C9E0"},
    "customer": {"negative": "#B5480A", "neutral": "#D5D2CB", "positive": "#EDBB98"},
}
MAX_BARS = 15


def bars(
    book: Any,
    sheet: Any,
    *,
    title: str,
    names: tuple[int, int, int],
    series: list[tuple[int, str]],
    stacked: bool = False,
    place: int = 0,
) -> None:
    """Put a bar chart beside a table.

    Parameters
    ----------
    book, sheet
        Of xlsxwriter.
    title : str
    names : tuple of int
        First row, last row and column of the names; at most :data:`MAX_BARS` rows are drawn.
    series : list of tuple
        Column of the numbers, whose head names the series, and its colour.
    stacked : bool
    place : int
        Row at which the chart begins.
    """
    first, last, column = names
    last = min(last, first + MAX_BARS - 1)
    chart = book.add_chart({"type": "bar", "subtype": "stacked"} if stacked else {"type": "bar"})
    for index, colour in series:
        chart.add_series(
            {
                "name": [sheet.get_name(), 0, index],
                "categories": [sheet.get_name(), first, column, last, column],
                "values": [sheet.get_name(), first, index, last, index],
                "fill": {"color": colour},
                "gap": 60,
            }
        )
    _finish(chart, title, 120 + 24 * (last - first + 1))
    chart.set_y_axis({"reverse": True, "line": {"none": True}})
    chart.set_x_axis({"major_gridlines": {"visible": True, "line": {"color": "#DCD8D0"}}, "min": 0})
    sheet.insert_chart(place, sheet.dim_colmax + 2, chart, {"description": title})


def course(
    book: Any, sheet: Any, *, title: str, columns: tuple[int, int], lines: list[tuple[str, str, int, int]]
) -> None:
    """Put a line chart beside a table: ``columns`` of the periods and the numbers, a line per block of rows."""
    labels, numbers = columns
    chart = book.add_chart({"type": "line"})
    for name, voice, first, last in lines:
        fill = {"fill": {"color": VOICES[voice]}, "border": {"color": VOICES[voice]}}
        chart.add_series(
            {
                "name": name,
                "categories": [sheet.get_name(), first, labels, last, labels],
                "values": [sheet.get_name(), first, numbers, last, numbers],
                "line": {"color": VOICES[voice], "width": 2.25, "dash_type": DASHES[voice]},
                "marker": {"type": MARKERS[voice], "size": 6, **fill},
            }
        )
    _finish(chart, title, 320)
    chart.set_y_axis({"min": 0, "num_format": "0%", "major_gridlines": {"visible": True, "line": {"color": "#DCD8D0"}}})
    sheet.insert_chart(0, sheet.dim_colmax + 2, chart, {"description": title})


def _finish(chart: Any, title: str, height: int) -> None:
    chart.set_title({"name": title, "name_font": {"size": 12}, "overlay": False})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 640, "height": height})
