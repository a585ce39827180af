"""What is known about the shape of a file, and the rows of a table that has a header."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

Record = tuple[int, Sequence[object], str | None]
"""Row number, cells and, where the row cannot be used, why."""

_SUBHEADS = {"open ended response", "response", "open antwoord", "antwoord", "open response", "reactie"}
_HEADER_SEARCH = 20


@dataclass(frozen=True)
class Layout:
    """How one file is laid out; enough to read its rows a second time without looking again.

    Attributes
    ----------
    format : str
        ``csv``, ``tsv``, ``xlsx``, ``json``, ``jsonl``, ``parquet`` or ``dataframe``.
    encoding, delimiter, escape, sheet : str or None
        Only where the format has them. ``delimiter`` is None for a text file of one column.
    other_sheets : tuple of str
        Sheets of the workbook that are not read.
    first_row : int
        Number of the first row below the header.
    names : tuple of str
        Column names, unique; empty for JSON, whose columns are met along the way.
    labels : dict of str to str
        Column name -> question, where an export has a second header row with questions.
    prefix : str
        Place of the list of objects in a JSON file, in the notation of ijson.
    """

    format: str
    encoding: str | None = None
    delimiter: str | None = None
    escape: str | None = None
    sheet: str | None = None
    other_sheets: tuple[str, ...] = ()
    first_row: int = 1
    names: tuple[str, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)
    prefix: str = "item"


@dataclass(slots=True)
class Row:
    """One data row: cells by column name, or the reason why it cannot be used."""

    number: int
    cells: dict[str, object]
    problem: str | None = None
    short: bool = False


def unique_names(header: Iterable[object]) -> tuple[str, ...]:
    """Strip column names, name the nameless and tell doubles apart.

    Examples
    --------
    >>> unique_names([" id", "text", "", "text"])
    ('id', 'text', 'column 3', 'text (2)')
    """
    names: list[str] = []
    taken: set[str] = set()
    for position, cell in enumerate(header, start=1):
        plain = " ".join(("" if cell is None else str(cell)).replace("\ufeff", "").split()) or f"column {position}"
        name, copy = plain, 1
        while name in taken:
            copy += 1
            name = f"{plain} ({copy})"
        taken.add(name)
        names.append(name)
    return tuple(names)


def find_header(head: Sequence[Record]) -> tuple[int, tuple[str, ...], dict[str, str]]:
    """Find the header of a table in its first records.

    Lines above the header (a title, a blank line, ``sep=;``) are skipped; the extra header rows of
    Qualtrics (question text and import ids) and SurveyMonkey (sub-questions) are taken as labels.

    Returns
    -------
    first_row : int
        Number of the first data row.
    names : tuple of str
        Column names; empty when there is no header at all.
    labels : dict of str to str
        Column name -> question text.
    """
    usable = [record for record in head if any(_filled(cell) for cell in record[1])]
    if not usable:
        return 1, (), {}
    start = _header_index(usable)
    number, cells, _ = usable[start]
    cells = _without_blank_tail(cells)
    after = usable[start + 1 : start + 3]
    if len(after) == 2 and _is_import_row(after[1][1]):
        names = unique_names(cells)
        return after[1][0] + 1, names, _labels(names, after[0][1])
    if after and _is_import_row(after[0][1]):
        return after[0][0] + 1, unique_names(cells), {}
    if after and _is_subheader(cells, after[0][1]):
        names = unique_names(_merged(cells, after[0][1]))
        return after[0][0] + 1, names, {}
    return number + 1, unique_names(cells), {}


def table_rows(records: Iterable[Record], layout: Layout, *, strict_width: bool) -> Iterator[Row]:
    """Give the data rows of a table by column name.

    A line without any cell is not a row. Rows whose cells are all empty are rows, except at the
    end of the table, where they are leftovers of a spreadsheet.

    Parameters
    ----------
    strict_width : bool
        Whether a cell beyond the header makes the row unusable (text files) or is ignored
        (workbooks, where people write notes beside a table).
    """
    names = layout.names
    width = len(names)
    blanks = array("Q")
    for number, cells, problem in records:
        if number < layout.first_row or (not cells and problem is None):
            continue
        if problem is None and _is_blank(cells):
            blanks.append(number)
            continue
        for blank in blanks:
            yield Row(blank, dict.fromkeys(names, ""))
        del blanks[:]
        if problem is not None:
            yield Row(number, {}, problem)
        elif len(cells) > width and strict_width and any(_filled(cell) for cell in cells[width:]):
            yield Row(number, {}, f"{len(cells)} fields where the header has {width}")
        else:
            short = strict_width and len(cells) < width
            row = dict(zip(names, cells, strict=False))
            yield Row(number, row, short=short)


def _filled(cell: object) -> bool:
    return cell is not None and bool(str(cell).replace("\ufeff", "").strip())


def _is_blank(cells: Sequence[object]) -> bool:
    return not any(map(_filled, cells))


def _without_blank_tail(cells: Sequence[object]) -> Sequence[object]:
    end = len(cells)
    while end > 1 and cells[end - 1] is None:
        end -= 1
    return cells[:end]


def _header_index(usable: Sequence[Record]) -> int:
    """Skip title lines: they fill one cell where the table below fills several."""
    counts = [sum(map(_filled, cells)) for _, cells, _ in usable[:_HEADER_SEARCH]]
    typical = sorted(counts)[len(counts) // 2]
    if typical < 2 or (counts[0] > 1 and counts[0] * 3 > typical):
        return 1 if _is_separator_line(usable[0][1]) and len(usable) > 1 else 0
    for index, count in enumerate(counts):
        if count > 1 and count * 2 >= typical:
            return index
    return 0


def _is_separator_line(cells: Sequence[object]) -> bool:
    """Excel's ``sep=;`` line, also when the delimiter cut it in two."""
    return bool(cells) and re.fullmatch(r"(?i)sep=.?", str(cells[0]).replace("\ufeff", "").strip()) is not None


def _is_import_row(cells: Sequence[object]) -> bool:
    ids = sum('"ImportId"' in str(cell) for cell in cells)
    return ids > 0 and ids * 2 >= sum(map(_filled, cells))


def _labels(names: Sequence[str], cells: Sequence[object]) -> dict[str, str]:
    pairs = zip(names, cells, strict=False)
    return {name: " ".join(str(cell).split()) for name, cell in pairs if _filled(cell)}


def _is_subheader(cells: Sequence[object], below: Sequence[object]) -> bool:
    """Whether the second row holds SurveyMonkey's sub-headings, and nothing under the first column."""
    plain = [re.sub(r"\W+", " ", str(cell)).strip().lower() for cell in below if _filled(cell)]
    return bool(below) and not _filled(below[0]) and _filled(cells[0]) and any(cell in _SUBHEADS for cell in plain)


def _merged(cells: Sequence[object], below: Sequence[object]) -> list[str]:
    """Join question and sub-heading, carrying a question over the columns of its options."""
    merged: list[str] = []
    question = ""
    for index in range(max(len(cells), len(below))):
        top = str(cells[index]).strip() if index < len(cells) and _filled(cells[index]) else ""
        under = str(below[index]).strip() if index < len(below) and _filled(below[index]) else ""
        question = top or question
        plain = re.sub(r"\W+", " ", under).strip().lower()
        merged.append(top if top and (not under or plain in _SUBHEADS) else " - ".join(filter(None, (question, under))))
    return merged
