"""How a table becomes a sheet of the workbook: cells that cannot run, heads, widths, filters and what columns mean."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voices.periods import period_start
from voices.report import board, values
from voices.report.workbook_columns import BARS, COLUMNS, LATER, NAMES, TEXTS, TRANSLATED, WIDTHS, WITHHELD, kind

if TYPE_CHECKING:
    from voices.report.i18n import Words

MAX_CELL = 32_767
"""UTF-16 units that a cell holds."""
MAX_ROWS = 1_000_000


def cell_text(value: object) -> str:
    r"""Give a text as a cell can hold it: no control characters, at most 32,767 UTF-16 units.

    Examples
    --------
    >>> cell_text("a\x07b"), len(cell_text("x" * 40_000)), cell_text("x" * 40_000)[-1]
    ('ab', 32767, '…')
    """
    text = values.text(value)
    units = text.encode("utf-16-le")
    if len(units) <= 2 * MAX_CELL:
        return text
    return units[: 2 * (MAX_CELL - 1)].decode("utf-16-le", "ignore") + "…"


@dataclass(frozen=True)
class _Column:
    """A column as it is written: its field, and how a row becomes a cell."""

    field: str
    source: str
    kind: str


@dataclass(frozen=True)
class Sheet:
    """A table as it was written: its sheet, and the place of each field."""

    sheet: Any
    places: dict[str, int]


class Writer:
    """Sheets of one workbook in one language."""

    def __init__(self, book: Any, words: Words) -> None:
        self.book = book
        self.words = words
        self._explained: list[tuple[str, str]] = []
        top = {"valign": "top"}
        self.formats = {
            "head": book.add_format(
                {"bold": True, "bottom": 2, "text_wrap": True, "valign": "bottom", "bg_color": "#F1EFE9"}
            ),
            "title": book.add_format({"bold": True, "font_size": 16, "text_wrap": True, **top}),
            "bold": book.add_format({"bold": True, "text_wrap": True, **top}),
            "wrap": book.add_format({"text_wrap": True, **top}),
            "text": book.add_format(top),
            "count": book.add_format({"num_format": "#,##0", **top}),
            "share": book.add_format({"num_format": "0.0%", **top}),
            "number": book.add_format({"num_format": "0.000", **top}),
            "change": book.add_format({"num_format": "+0.00%;-0.00%;0.00%", **top}),
            "turned": book.add_format(
                {"bold": True, "rotation": 90, "bottom": 2, "align": "center", "bg_color": "#F1EFE9"}
            ),
            "depth": book.add_format({"num_format": "0;;·", "align": "center", **top}),
            "fact": book.add_format({"num_format": "#,##0", "align": "left", **top}),
            "withheld": book.add_format({"bg_color": "#ECEAE4"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd", "align": "left", **top}),
        }

    def sheet(self, key: str) -> Any:
        """Add a sheet and give it."""
        name = self.words(f"sheet.{key}")[:31]
        sheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        return sheet

    def put(self, sheet: Any, row: int, column: int, value: object, kind: str) -> None:
        """Write one cell as what it is; text always as a string, an empty value not at all."""
        found = values.number(value)
        if isinstance(value, dt.date):
            sheet.write_datetime(row, column, value, self.formats["date"])
        elif found is not None:
            sheet.write_number(row, column, found, self.formats[kind])
        elif text := cell_text(value):
            sheet.write_string(row, column, text, self.formats["wrap" if kind == "wrap" else "text"])

    def table(self, key: str, rows: values.Records) -> Sheet:
        """Write a table with a head, a filter and the columns that hold anything, and give where they are."""
        sheet = self.sheet(key)
        columns = self._columns(key, rows)
        for index, column in enumerate(columns):
            sheet.write_string(0, index, self.words(f"column.{column.field}"), self.formats["head"])
            sheet.set_column(index, index, WIDTHS.get(column.field, 34 if column.kind == "name" else 14))
            self._explained.append((key, column.field))
        for number, row in enumerate(rows[:MAX_ROWS], start=1):
            for index, column in enumerate(columns):
                self.put(sheet, number, index, self._value(column, row), column.kind)
        self._finish(key, sheet, columns, min(len(rows), MAX_ROWS))
        if not rows:
            sheet.write_string(1, 0, self.words("book.empty"), self.formats["text"])
        if len(rows) > MAX_ROWS:
            sheet.write_string(
                MAX_ROWS + 1, 0, self.words("book.cut", n=self.words.integer(MAX_ROWS)), self.formats["bold"]
            )
        return Sheet(sheet, {column.field: index for index, column in enumerate(columns)})

    def explain(self, min_group: int | None) -> None:
        """Write the sheet that says what every column means, and what an empty number means."""
        sheet = self.sheet("columns")
        heads = ("sheet", "column", "field", "meaning")
        for index, (head, width) in enumerate(zip(heads, (22, 30, 26, 100), strict=True)):
            sheet.write_string(0, index, self.words(f"book.{head}"), self.formats["head"])
            sheet.set_column(index, index, width)
        if min_group is not None:
            told = self.words("book.withheld", fewer=board.Numbers(self.words, min_group).withheld)
            sheet.write_string(1, 1, self.words("book.empty_cell"), self.formats["bold"])
            sheet.write_string(1, 3, told, self.formats["bold"])
            sheet.set_row(1, 48)
        first = 1 if min_group is None else 2
        for row, (key, field) in enumerate(self._explained, start=first):
            cells = (f"sheet.{key}", f"column.{field}", "", f"meaning.{field}")
            sheet.set_row(row, 15 * math.ceil(len(self.words(cells[-1])) / 100))
            for index, entry in enumerate(cells):
                sheet.write_string(row, index, self.words(entry) if entry else field, self.formats["wrap"])
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(first + len(self._explained) - 1, 1), len(heads) - 1)

    def note(self, key: str, field: str) -> None:
        """Have a sheet that is no list of rows explained too."""
        self._explained.append((key, field))

    def _columns(self, key: str, rows: values.Records) -> list[_Column]:
        """Give the columns to write: names beside theme ids, later layers only where they are filled."""
        result = []
        for field in COLUMNS[key]:
            if field in LATER and all(values.number(row.get(field)) is None for row in rows):
                continue
            if field in NAMES:
                result.append(_Column(NAMES[field], field, "name"))
            result.append(_Column(field, field, kind(field)))
            if field == "period":
                result.append(_Column("period_start", field, "date"))
        return result

    def _value(self, column: _Column, row: dict[str, Any]) -> object:
        value = row.get(column.source)
        if column.kind == "name":
            return self.words.theme(values.text(value))
        if column.kind == "date":
            return period_start(values.text(value))
        text = values.text(value)
        if column.field in {"why", "reason"}:
            return self.words.why(text) if column.field == "why" else self.words.reason(text)
        return self._told(column.field, text) if column.field in TRANSLATED else value

    def _told(self, field: str, text: str) -> str:
        return self.words.known("comparison", text) if field == "verdict" else self.words.known(field, text)

    def _finish(self, key: str, sheet: Any, columns: list[_Column], n_rows: int) -> None:
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.autofilter(0, 0, max(n_rows, 1), len(columns) - 1)
        for index, column in enumerate(columns):
            if key in WITHHELD and n_rows and column.kind in ("share", "count") and column.field not in TEXTS:
                empty = {"type": "blanks", "format": self.formats["withheld"], "stop_if_true": True}
                sheet.conditional_format(1, index, n_rows, index, empty)
            if column.field in BARS and n_rows:
                colour = "#EDBB98" if column.field.startswith("customer") else "#A9C9E0"
                shape = {"type": "data_bar", "bar_color": colour, "min_type": "num", "min_value": 0}
                sheet.conditional_format(1, index, n_rows, index, shape)
