"""The one place that knows every format: look at a source once, then stream its rows."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from voices.errors import InputError
from voices.read import csvfile, frames, jsonfile, workbook
from voices.read.encoding import detect_encoding
from voices.read.layout import Layout, Row, find_header, table_rows
from voices.read.source import Source

_HEAD = 30


def look(source: Source, *, rate: Callable[[Source, Layout], float]) -> Layout:
    """Find out how a source is laid out.

    Parameters
    ----------
    rate : callable
        Says how much a sheet of a workbook looks like one with comments; the best sheet is read.

    Raises
    ------
    InputError
        If the source is damaged or has no header.
    """
    if source.frame is not None:
        return frames.frame_layout(source.frame)
    if source.format == "xlsx":
        return _workbook_layout(source, rate)
    if source.format == "parquet":
        return Layout("parquet")
    with source.binary() as stream:
        encoding = detect_encoding(stream, name=source.name)
    if source.format == "jsonl":
        return Layout("jsonl", encoding=encoding)
    if source.format == "json":
        with source.text(encoding, newline="\n") as text:
            return Layout("json", encoding=encoding, prefix=jsonfile.find_list(text, name=source.name))
    return _csv_layout(source, encoding)


def rows(source: Source, layout: Layout, *, wanted: frozenset[str] | None = None) -> Iterator[Row]:
    """Stream the data rows of a source.

    Parameters
    ----------
    wanted : frozenset of str or None
        The columns that will be used, where the format can leave the others unread; None for all.
    """
    if source.frame is not None:
        yield from frames.frame_rows(source.frame, layout)
    elif layout.format == "xlsx":
        with source.binary() as stream, workbook.opened(stream, name=source.name) as book:
            yield from table_rows(workbook.records(book, layout.sheet or ""), layout, strict_width=False)
    elif layout.format == "parquet":
        with source.binary() as stream:
            yield from frames.parquet_rows(stream, name=source.name, wanted=wanted)
    elif layout.format == "jsonl":
        with source.text(layout.encoding or "utf-8", newline="\n") as text:
            yield from jsonfile.line_rows(text)
    elif layout.format == "json":
        with source.text(layout.encoding or "utf-8", newline="\n") as text:
            yield from jsonfile.document_rows(text, prefix=layout.prefix, name=source.name)
    else:
        with source.text(layout.encoding or "utf-8", newline="") as text:
            found = csvfile.records(text, delimiter=layout.delimiter, escape=layout.escape, width=len(layout.names))
            yield from table_rows(found, layout, strict_width=True)


def _csv_layout(source: Source, encoding: str) -> Layout:
    prefer = "\t" if source.format == "tsv" else ","
    with source.text(encoding, newline="") as text:
        delimiter, escape = csvfile.find_delimiter(text, prefer=prefer)
    with source.text(encoding, newline="") as text:
        found = csvfile.records(text, delimiter=delimiter, escape=escape, width=0)
        first_row, names, labels = find_header(list(itertools.islice(found, _HEAD)))
    if not names:
        raise InputError(f"{source.name}: this file has no header. The first row should name the columns.")
    kind = "tsv" if delimiter == "\t" else "csv"
    return Layout(kind, encoding=encoding, delimiter=delimiter, escape=escape, first_row=first_row, names=names,
                  labels=labels)  # fmt: skip


def _workbook_layout(source: Source, rate: Callable[[Source, Layout], float]) -> Layout:
    with source.binary() as stream, workbook.opened(stream, name=source.name) as book:
        sheets = workbook.sheet_names(book)
        layouts = []
        for sheet in sheets:
            first_row, names, labels = find_header(list(itertools.islice(workbook.records(book, sheet), _HEAD)))
            if names:
                others = tuple(other for other in sheets if other != sheet)
                layouts.append(Layout("xlsx", sheet=sheet, other_sheets=others, first_row=first_row, names=names,
                                      labels=labels))  # fmt: skip
    if not layouts:
        raise InputError(f"{source.name}: this workbook is empty. Export it again, with a header and rows.")
    if len(layouts) == 1:
        return layouts[0]
    return max(layouts, key=lambda layout: rate(source, layout))
