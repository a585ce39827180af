"""The second pass: rows become comments, and every row that cannot says why."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from voices.errors import InputError
from voices.read import formats
from voices.read.cells import NotTextError, as_number, as_text
from voices.read.clean import clean
from voices.read.dates import read_date
from voices.read.ids import SeenIds
from voices.read.languages import iso_code
from voices.read.layout import Row
from voices.read.planning import Plan
from voices.read.source import Source
from voices.read.words import header
from voices.types import Comment, Rejected, Voice

LONGEST_TEXT = 100_000
_LONGEST_SLUG = 24
_EXCEL_ERRORS = frozenset({"#N/A", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!"})


@dataclass
class ReadCounts:
    """What happened while comments were read; grows with every record that is taken.

    ``comments + rejected_answers == (rows - rejected_rows) * number of text columns`` and
    ``comments + rejected_answers + rejected_rows`` is the number of records that came out.

    Attributes
    ----------
    rows : int
        Data rows.
    rejected_rows : int
        Rows that could not be used at all; one :class:`Rejected` each.
    comments, rejected_answers : int
        Answers that became a comment, and answers that could not.
    unreadable_dates : int
        Rows with something in the date column that is no date; kept without one.
    renamed_ids : int
        Comments whose id another text had before.
    short_rows : int
        Rows with fewer fields than the header; kept, the missing ones empty.
    """

    rows: int = 0
    rejected_rows: int = 0
    comments: int = 0
    rejected_answers: int = 0
    unreadable_dates: int = 0
    renamed_ids: int = 0
    short_rows: int = 0


def read_comments(
    source: Source, plan: Plan, *, voice: str, counts: ReadCounts | None = None
) -> Iterator[Comment | Rejected]:
    """Stream the answers of a source, in file order and in constant memory.

    Every text column of a row gives one record, also where the answer is empty; a row that cannot
    be used gives one :class:`Rejected`.

    Parameters
    ----------
    voice : str
        ``employee`` or ``customer``.
    counts : ReadCounts or None
        Filled along the way.

    Raises
    ------
    InputError
        If the source changed since it was planned and can no longer be read.
    """
    return _Reader(source, plan, Voice(voice).value, ReadCounts() if counts is None else counts).records()


class _Reader:
    def __init__(self, source: Source, plan: Plan, voice: str, counts: ReadCounts) -> None:
        self._source = source
        self._plan = plan
        self._voice = voice
        self._counts = counts
        self._suffixes = _suffixes(plan.columns.text)
        self._seen: SeenIds | None = None

    def records(self) -> Iterator[Comment | Rejected]:
        plan = self._plan
        with contextlib.ExitStack() as stack:
            if plan.columns.id is not None:
                self._seen = stack.enter_context(SeenIds())
            for row in formats.rows(self._source, plan.layout, wanted=plan.columns.used()):
                self._counts.rows += 1
                if row.problem is not None:
                    self._counts.rejected_rows += 1
                    yield Rejected(plan.file, row.number, row.problem)
                else:
                    yield from self._answers(row)
        if self._counts.rows < plan.rows:
            raise InputError(
                f"{plan.file}: {plan.rows:,} rows were found at first and {self._counts.rows:,} the second time. "
                "The file changed while it was read; run again when nothing writes to it."
            )

    def _answers(self, row: Row) -> Iterator[Comment | Rejected]:
        plan, counts = self._plan, self._counts
        columns, cells = plan.columns, row.cells
        counts.short_rows += row.short
        id_ = _plain(cells.get(columns.id), once=True) if columns.id else ""
        id_ = id_ or f"{self._source.stem}:{row.number}"
        unit = (_plain(cells.get(columns.unit)) or None) if columns.unit else None
        language = iso_code(_plain(cells.get(columns.language))) if columns.language else None
        outcome = as_number(cells.get(columns.score)) if columns.score else None
        date = self._date(cells.get(columns.date)) if columns.date else None
        asked = (_plain(cells.get(columns.question)) or None) if columns.question else None
        for column, suffix in zip(columns.text, self._suffixes, strict=True):
            text, problem = self._text(cells.get(column), column)
            question = asked or plan.questions[column]
            comment_id = id_ + suffix
            if problem is None and self._seen is not None:
                comment_id, problem = self._unique(comment_id, f"{question}\0{text}", row.number)
            if problem is not None:
                counts.rejected_answers += 1
                yield Rejected(plan.file, row.number, problem)
                continue
            counts.comments += 1
            yield Comment(comment_id, self._voice, plan.file, row.number, text, question, unit, date, language, outcome)

    def _text(self, cell: object, column: str) -> tuple[str, str | None]:
        try:
            text = as_text(cell)
        except NotTextError as error:
            return "", f"column '{column}': {error}"
        if len(text) > LONGEST_TEXT:
            return "", f"column '{column}': {len(text):,} characters; the most is {LONGEST_TEXT:,}"
        if self._plan.format == "xlsx" and text in _EXCEL_ERRORS:
            return "", f"column '{column}': the Excel error {text} in place of an answer"
        return clean(text), None

    def _unique(self, id_: str, content: str, row: int) -> tuple[str, str | None]:
        if self._seen is None:
            return id_, None
        found, duplicate_of = self._seen.add(id_, content, row)
        if duplicate_of is not None:
            return id_, f"duplicate of row {duplicate_of} (same id and text)"
        self._counts.renamed_ids += found != id_
        return found, None

    def _date(self, cell: object) -> dt.date | None:
        found = read_date(cell, self._plan.date_order)
        if found is None and _plain(cell):
            self._counts.unreadable_dates += 1
        return found


def _plain(cell: object, *, once: bool = False) -> str:
    """Give a cell that is not an answer as one clean line; nothing where it is no text.

    Values that come back (units, dates) are remembered; those that are there ``once`` are not.
    """
    try:
        text = as_text(cell)
    except NotTextError:
        return ""
    return _line.__wrapped__(text) if once else _line(text)


@lru_cache(maxsize=4096)
def _line(text: str) -> str:
    return " ".join(clean(text).split())


def _suffixes(columns: Sequence[str]) -> list[str]:
    """Tell the answers of one row apart: by the column's name where that is short, else by number."""
    if len(columns) == 1:
        return [""]
    slugs = [re.sub(r"\s+", "_", header(column).plain) for column in columns]
    if len(set(slugs)) == len(slugs) and all(0 < len(slug) <= _LONGEST_SLUG for slug in slugs):
        return [f"/{slug}" for slug in slugs]
    return [f"/{position}" for position in range(1, len(columns) + 1)]
