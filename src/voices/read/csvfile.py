"""Delimited text: which delimiter, and records that survive unclosed quotes."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from typing import TextIO

from voices.read.layout import Record

_FIELD_LIMIT = 2**31 - 1
_MOST_PENDING = 8_000_000
_SAMPLE_CHARACTERS = 262_144
_CANDIDATES = ",;\t|"
_ONE_COLUMN = "\x1f"
_SURROGATE = re.compile("[\ud800-\udfff]")

NOT_UTF8 = "bytes that are not UTF-8"
NUL = "a NUL character"
UNCLOSED = 'a quote (") is opened in this row and not closed'


def find_delimiter(stream: TextIO, *, prefer: str | None) -> tuple[str | None, str | None]:
    r"""Choose the delimiter under which the first records have the same number of fields.

    Parameters
    ----------
    stream : TextIO
        Opened with ``newline=""``; up to 262,144 characters are read.
    prefer : str or None
        The delimiter that the file name promises; wins a tie.

    Returns
    -------
    delimiter : str or None
        None for a file of one column, whose lines are then not split at all.
    escape : str or None
        A backslash where quotes inside cells are written as ``\"``.
    """
    csv.field_size_limit(_FIELD_LIMIT)
    sample = stream.read(_SAMPLE_CHARACTERS)
    lines = list(io.StringIO(sample, newline=""))
    if len(sample) == _SAMPLE_CHARACTERS and len(lines) > 1:
        lines.pop()
    named = re.match(r"(?i)\ufeff?sep=(.)\r?\n", sample)
    if named and named[1] in _CANDIDATES:
        prefer = named[1]
        lines = lines[1:]
    escapes: list[str | None] = [None, "\\"] if '\\"' in sample else [None]
    best: tuple[float, str | None, str | None] = (0.0, None, None)
    order = sorted(_CANDIDATES, key=lambda mark: mark != prefer)
    for delimiter in order:
        for escape in escapes:
            score = _agreement(lines, delimiter, escape)
            if score > best[0] + 0.02:
                best = (score, delimiter, escape)
    return best[1], best[2]


def _agreement(lines: Sequence[str], delimiter: str, escape: str | None) -> float:
    """Share of records with the usual number of fields, discounted when that number is small."""
    try:
        counts = [len(record) for record in csv.reader(lines, delimiter=delimiter, escapechar=escape) if record]
    except csv.Error:
        return 0.0
    if not counts:
        return 0.0
    usual = Counter(counts).most_common(1)[0][0]
    best = 0.0
    for width in {counts[0], usual} - {1}:
        # A first record of another width is a title line at best.
        first = 1.0 if counts[0] == width else 0.7
        best = max(best, first * counts.count(width) / len(counts) * (1 - 0.5 / width))
    return best


class _Runaway(Exception):
    """A record grew beyond any real row: its quote was never closed."""


class _Lines:
    """The physical lines of a file, with those of the record in progress at hand."""

    def __init__(self, stream: Iterator[str]) -> None:
        self._stream = stream
        self._back: deque[str] = deque()
        self.pending: list[str] = []
        self._size = 0
        self.ended = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self._back:
            line = self._back.popleft()
        else:
            try:
                line = next(self._stream)
            except StopIteration:
                self.ended = True
                raise
        self.pending.append(line)
        self._size += len(line)
        if self._size > _MOST_PENDING and len(self.pending) > 1:
            raise _Runaway
        return line

    def take(self) -> list[str]:
        """Hand over the lines of the record that is finished."""
        lines, self.pending, self._size = self.pending, [], 0
        return lines

    def put_back(self, lines: list[str]) -> None:
        """Read these lines again, before the rest."""
        self._back.extendleft(reversed(lines))
        self.ended = False


def records(stream: Iterator[str], *, delimiter: str | None, escape: str | None, width: int) -> Iterator[Record]:
    """Give the records of a delimited file; a bad one costs itself, not the rows after it.

    Parameters
    ----------
    stream : iterator of str
        Lines, opened with ``newline=""`` and ``errors="surrogateescape"``.
    width : int
        Number of fields of the header; 0 while it is not known.
    """
    csv.field_size_limit(_FIELD_LIMIT)
    lines = _Lines(iter(stream))
    mark = delimiter or _ONE_COLUMN
    number = 0
    while True:
        reader = csv.reader(lines, delimiter=mark, escapechar=escape)
        try:
            for cells in reader:
                number += 1
                restart, problem = _judge(lines, mark, escape, width)
                yield number, cells, problem or _unusable(cells)
                if restart:
                    break
            else:
                return
        except (_Runaway, csv.Error) as error:
            number += 1
            lines.put_back(lines.take()[1:])
            yield number, (), UNCLOSED if isinstance(error, _Runaway) else "not a row of delimited text"


def _judge(lines: _Lines, mark: str, escape: str | None, width: int) -> tuple[bool, str | None]:
    """Look whether the record just read swallowed others; if so, put those back."""
    ended = lines.ended
    record = lines.take()
    if not ended and len(record) == 1:
        return False, None
    if not ended and _is_strict(record, mark, escape):
        return False, None
    if len(record) > 1 and (_swallowed(record, mark, escape, width) or (ended and width == 1)):
        lines.put_back(record[1:])
        return True, UNCLOSED
    return False, UNCLOSED if ended else None


def _is_strict(record: Sequence[str], mark: str, escape: str | None) -> bool:
    return _strict_width(record, mark, escape) > 0


def _strict_width(record: Sequence[str], mark: str, escape: str | None) -> int:
    """Count the fields of the one record that these lines are by the letter of the format, else 0."""
    try:
        parsed = list(csv.reader(record, delimiter=mark, escapechar=escape, strict=True))
    except csv.Error:
        return 0
    return len(parsed[0]) if len(parsed) == 1 else 0


def _swallowed(record: Sequence[str], mark: str, escape: str | None, width: int) -> bool:
    """Whether a later line of a badly quoted record is a row of its own.

    It is when it has the fields of the header, or when its first quote stands in the same column
    as the first quote of the record.
    """
    if width < 2:
        return False
    column = record[0].partition('"')[0].count(mark)
    for line in record[1:]:
        if _strict_width([line], mark, escape) == width:
            return True
        before, quote, _ = line.partition('"')
        if quote and column and before.endswith(mark) and before.count(mark) == column:
            return True
    return False


def _unusable(cells: Sequence[str]) -> str | None:
    joined = "".join(cells)
    if "\0" in joined:
        return NUL
    if not joined.isascii() and _SURROGATE.search(joined):
        return NOT_UTF8
    return None
