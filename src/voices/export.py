"""Stream coded comments to Parquet, JSON lines or CSV in the columns of the contract."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self

from voices.errors import InputError
from voices.types import Coded, Rejected

if TYPE_CHECKING:
    import pyarrow as pa

REJECTED_COLUMNS = ("file", "row", "reason")
CODED_SUFFIXES = (".jsonl", ".csv", ".parquet")


def comments_schema() -> pa.Schema:
    """Give the columns of ``comments.parquet``."""
    import pyarrow as pa

    text, number = pa.string(), pa.float32()
    return pa.schema(
        [
            ("id", text), ("voice", text), ("source", text), ("row", pa.int64()), ("question", text), ("unit", text),
            ("date", pa.date32()), ("language", text), ("text", text), ("status", text), ("sentiment", text),
            ("sentiment_score", number), ("confidence", number), ("emotion", text), ("needs_review", pa.bool_()),
            ("outcome", pa.float64()),
        ]
    )  # fmt: skip


def mentions_schema() -> pa.Schema:
    """Give the columns of ``mentions.parquet``."""
    import pyarrow as pa

    text = pa.string()
    return pa.schema(
        [
            ("id", text), ("voice", text), ("unit", text), ("date", pa.date32()), ("theme", text), ("polarity", text),
            ("confidence", pa.float32()), ("segment", text), ("start", pa.int32()), ("end", pa.int32()),
        ]
    )  # fmt: skip


def comment_row(coded: Coded) -> dict[str, Any]:
    """Give one row of ``comments.parquet``."""
    comment = coded.comment
    return {
        "id": comment.id,
        "voice": str(comment.voice),
        "source": comment.source,
        "row": comment.row,
        "question": comment.question,
        "unit": comment.unit,
        "date": comment.date,
        "language": coded.language,
        "text": comment.text,
        "status": str(coded.status),
        "sentiment": coded.sentiment,
        "sentiment_score": coded.sentiment_score,
        "confidence": coded.confidence,
        "emotion": coded.emotion,
        "needs_review": coded.needs_review,
        "outcome": comment.outcome,
    }


def mention_rows(coded: Coded) -> list[dict[str, Any]]:
    """Give the rows of ``mentions.parquet`` of one comment."""
    comment = coded.comment
    return [
        {
            "id": comment.id,
            "voice": str(comment.voice),
            "unit": comment.unit,
            "date": comment.date,
            "theme": mention.theme,
            "polarity": mention.polarity,
            "confidence": mention.confidence,
            "segment": mention.segment,
            "start": mention.start,
            "end": mention.end,
        }
        for mention in coded.mentions
    ]


def coded_object(coded: Coded) -> dict[str, Any]:
    """Give the object that ``voices classify`` writes for one comment."""
    row = comment_row(coded)
    for name in ("source", "row"):
        del row[name]
    row["date"] = row["date"].isoformat() if row["date"] else None
    for name in ("sentiment_score", "confidence"):
        row[name] = None if row[name] is None else round(row[name], 4)
    row["themes"] = [
        {
            "theme": m.theme,
            "polarity": m.polarity,
            "confidence": round(m.confidence, 4),
            "segment": m.segment,
        }
        for m in coded.mentions
    ]
    return row


FLAT_COLUMNS = (
    "id", "voice", "language", "unit", "date", "question", "outcome", "text", "status", "sentiment",
    "sentiment_score", "confidence", "emotion", "needs_review", "themes",
)  # fmt: skip


def flat_row(coded: Coded) -> dict[str, Any]:
    """Give the row of a CSV or Parquet file of ``classify``: themes as ``theme:polarity;...``."""
    row = coded_object(coded)
    row["themes"] = ";".join(f"{m.theme}:{m.polarity}" for m in coded.mentions)
    return row


FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""First characters after which a spreadsheet may run a cell."""


def without_formula(value: Any) -> Any:
    """Keep a spreadsheet from running a cell: text that starts like a formula gets an apostrophe.

    Examples
    --------
    >>> without_formula("=1+1"), without_formula(-1.5), without_formula("fine")
    ("'=1+1", -1.5, 'fine')
    """
    if isinstance(value, str) and value[:1] in FORMULA_STARTS:
        return "'" + value
    return value


def from_cell(value: Any) -> Any:
    """Give a cell as it was before :func:`without_formula`.

    Examples
    --------
    >>> from_cell("'=1+1"), from_cell("'s avonds"), from_cell(-1.5)
    ('=1+1', "'s avonds", -1.5)
    """
    return value[1:] if isinstance(value, str) and value[:1] == "'" and value[1:2] in FORMULA_STARTS else value


class CodedWriter:
    """Writes the coded comments of ``classify`` to a path or a text stream.

    Parameters
    ----------
    target : Path or text stream
        A path ends in one of :data:`CODED_SUFFIXES`; a stream gets JSON lines.
    suffix : str or None
        The suffix that decides the format where ``target`` is a temporary path.
    """

    def __init__(self, target: Path | IO[str], *, suffix: str | None = None) -> None:
        self._close: Callable[[], None] = lambda: None
        kind = (suffix or target.suffix.lower()) if isinstance(target, Path) else ".jsonl"
        check_suffix(kind)
        if kind == ".parquet":
            assert isinstance(target, Path)
            self._open_parquet(target)
            return
        stream = target.open("w", encoding="utf8", newline="") if isinstance(target, Path) else target
        if isinstance(target, Path):
            self._close = stream.close
        if kind == ".csv":
            table = csv.DictWriter(stream, FLAT_COLUMNS)
            table.writeheader()
            self._write: Callable[[Coded], object] = lambda coded: table.writerow(
                {name: without_formula(value) for name, value in flat_row(coded).items()}
            )
        else:
            self._write = lambda coded: stream.write(json.dumps(coded_object(coded), ensure_ascii=False) + "\n")

    def _open_parquet(self, path: Path) -> None:
        parquet = ParquetRows(path, _flat_schema())
        self._write = lambda coded: parquet.write([flat_row(coded)])
        self._close = parquet.close

    def write(self, batch: Iterable[Coded]) -> None:
        """Write a batch, one row a comment."""
        for coded in batch:
            self._write(coded)

    def __enter__(self) -> Self:
        """Give the writer itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._close()


def check_suffix(suffix: str) -> None:
    """Refuse an output format that is not known.

    Raises
    ------
    InputError
        Naming the possible suffixes.
    """
    if suffix not in CODED_SUFFIXES:
        raise InputError(
            f"--out: cannot write {suffix or 'a file without a suffix'}; use {', '.join(CODED_SUFFIXES)} or -"
        )


def _flat_schema() -> pa.Schema:
    import pyarrow as pa

    types = dict.fromkeys(("outcome", "sentiment_score", "confidence"), pa.float64()) | {"needs_review": pa.bool_()}
    return pa.schema([(name, types.get(name, pa.string())) for name in FLAT_COLUMNS])


class RejectedRows:
    """The list of rows that were not used, as CSV; without a path they are only counted elsewhere."""

    def __init__(self, path: Path | None) -> None:
        self._stream = path.open("w", encoding="utf8", newline="") if path else None
        self._table = csv.writer(self._stream) if self._stream else None
        if self._table:
            self._table.writerow(REJECTED_COLUMNS)

    def write(self, rejected: Iterable[Rejected]) -> None:
        """Add rows."""
        if self._table:
            self._table.writerows([without_formula(r.file), r.row, without_formula(r.reason)] for r in rejected)

    def __enter__(self) -> Self:
        """Give the list itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        if self._stream:
            self._stream.close()


class ParquetRows:
    """A Parquet file that grows by rows and holds at most ``group`` of them in memory."""

    def __init__(self, path: Path, schema: pa.Schema, *, group: int = 16_384) -> None:
        import pyarrow.parquet as pq

        self._schema, self._group = schema, group
        self._rows: list[dict[str, Any]] = []
        self._file = pq.ParquetWriter(path, schema, compression="zstd")

    def write(self, rows: list[dict[str, Any]]) -> None:
        """Add rows."""
        self._rows += rows
        if len(self._rows) >= self._group:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._rows:
            self._file.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
            self._rows = []

    def close(self) -> None:
        """Write what is left and close the file."""
        self._flush()
        self._file.close()
