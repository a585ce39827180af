"""JSON lines and JSON documents, one object at a time."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import TextIO

from voices.errors import InputError
from voices.read.cells import flatten
from voices.read.csvfile import NOT_UTF8
from voices.read.layout import Row

_SURROGATE = re.compile("[\udc80-\udcff]")
_BAD_BYTE = "\U0010fffe"
"""Stands for a byte that is not UTF-8 while the JSON parser, which takes UTF-8 only, runs."""


def line_rows(stream: TextIO) -> Iterator[Row]:
    """Give the objects of a JSON lines file; the row number is the line number. Blank lines are no rows."""
    for number, line in enumerate(stream, start=1):
        text = line.strip().lstrip("\ufeff")
        if not text:
            continue
        if not text.isascii() and _SURROGATE.search(text):
            yield Row(number, {}, NOT_UTF8)
            continue
        try:
            value = json.loads(text)
        except json.JSONDecodeError as error:
            yield Row(number, {}, f"not valid JSON at character {error.pos + 1:,} of the line")
        except (ValueError, RecursionError):
            yield Row(number, {}, "not readable as JSON: a number or a nesting is too large")
        else:
            yield _row(number, value)


def _row(number: int, value: object) -> Row:
    if not isinstance(value, dict):
        return Row(number, {}, f"{_kind(value)} where a JSON object was expected")
    return Row(number, flatten(value))


def _kind(value: object) -> str:
    kinds = {str: "a string", bool: "true or false", int: "a number", float: "a number", list: "a list"}
    return kinds.get(type(value), "a null" if value is None else "a number")


def find_list(stream: TextIO, *, name: str) -> str:
    """Find the list of objects in a JSON document: the document itself, or the longest list inside it.

    Reads all of the file, so that a break anywhere in it is found before anything is written.

    Raises
    ------
    InputError
        If the document is not valid JSON or holds no list of objects.
    """
    import ijson

    found: Counter[str] = Counter()
    events = 0
    try:
        for prefix, event, _ in ijson.parse(_Recoded(stream)):
            events += 1
            if event == "start_map" and (prefix == "item" or prefix.endswith(".item")):
                found[prefix] += 1
    except (ijson.JSONError, UnicodeDecodeError, ValueError) as error:
        raise _broken(name, sum(found.values())) from error
    outer = {prefix: count for prefix, count in found.items() if f".{prefix}".count(".item") == 1}
    if not outer:
        raise InputError(
            f"{name}: no list of objects in this JSON. It should be [{{...}}, ...], or an object with one such list "
            'as in {"data": [...]}; one object a line is JSON lines, and is named .jsonl.'
        )
    return max(outer, key=lambda prefix: outer[prefix])


def document_rows(stream: TextIO, *, prefix: str, name: str) -> Iterator[Row]:
    """Give the objects of the list at ``prefix``; the row number is the place in the list, from 1."""
    import ijson

    number = 0
    try:
        for number, value in enumerate(ijson.items(_Recoded(stream), prefix), start=1):
            row = _row(number, value)
            if any(isinstance(cell, str) and _BAD_BYTE in cell for cell in row.cells.values()):
                row = Row(number, {}, NOT_UTF8)
            yield row
    except ijson.JSONError as error:
        raise _broken(name, number) from error


def _broken(name: str, objects: int) -> InputError:
    return InputError(
        f"{name}: not valid JSON after {objects:,} complete or begun objects. The file is cut off or damaged there; "
        "export it again, or save it as JSON lines (.jsonl), of which the good lines can still be used."
    )


class _Recoded:
    """A text stream as the UTF-8 bytes that ijson reads, whatever its encoding was."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        text = self._stream.read(size)
        try:
            data = text.encode("utf-8")
        except UnicodeEncodeError:
            data = _SURROGATE.sub(_BAD_BYTE, text).encode("utf-8", "replace")
        return data
