"""Excel workbooks (.xlsx, .xlsm), streamed row by row."""

from __future__ import annotations

import contextlib
import itertools
import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from voices.errors import InputError
from voices.read.layout import Record

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

_BATCH = 500
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@contextlib.contextmanager
def opened(stream: BinaryIO, *, name: str) -> Iterator[Workbook]:
    """Open a workbook for streaming.

    Raises
    ------
    InputError
        If it is damaged.
    """
    import openpyxl

    with damage_reported(name):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
        try:
            yield book
        finally:
            book.close()


@contextlib.contextmanager
def damage_reported(name: str) -> Iterator[None]:
    """Turn whatever a damaged workbook makes openpyxl raise into one line."""
    try:
        yield
    except (InputError, GeneratorExit):
        raise
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError, EOFError, OSError, AttributeError,
            IndexError, zipfile.LargeZipFile) as error:  # fmt: skip
        raise InputError(
            f"{name}: this workbook is damaged ({type(error).__name__} while reading it). "
            "Open it in Excel or LibreOffice, save it again as .xlsx, or export it as .csv."
        ) from error


def sheet_names(book: Workbook) -> list[str]:
    """Give the sheets that hold cells: visible ones first, chart sheets left out."""
    sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "iter_rows")]
    return [sheet.title for sheet in sorted(sheets, key=lambda sheet: sheet.sheet_state != "visible")]


def records(book: Workbook, sheet: str) -> Iterator[Record]:
    """Give the rows of a sheet with typed cells; the row number is Excel's."""
    page: Any = book[sheet]
    # Some writers store a wrong or tiny dimension, and openpyxl believes it.
    page.reset_dimensions()
    rows = enumerate(page.iter_rows(values_only=True), start=1)
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            batch = list(itertools.islice(rows, _BATCH))
        if not batch:
            return
        for number, cells in batch:
            # A row without any cell is a blank row of the sheet, as is one of empty cells.
            yield number, [_cell(cell) for cell in cells] or [None], None


def _cell(cell: object) -> object:
    """Undo Excel's escapes of control characters (``_x000D_``)."""
    if isinstance(cell, str) and "_x" in cell:
        return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), cell)
    return cell
