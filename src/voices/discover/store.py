"""Segments with their vectors, spilled to disk while comments stream by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from voices.aggregate import person_ids

if TYPE_CHECKING:
    import numpy as np
    import pyarrow.parquet as pq

ROWS = 16_384
"""Rows that are held in memory before they are written."""


@dataclass(frozen=True)
class SegmentRow:
    """One segment of a comment.

    Attributes
    ----------
    id : str
        Of the comment.
    person : str
        Tells people apart; the answers of one person share it.
    text : str
        The segment, masked.
    start, end : int
        Offsets in the comment's text.
    language : str
        ``en`` or ``nl``.
    feeling : float
        -1 (negative) to 1: of the themes that the segment carries, else of the comment.
    themes : str
        Ids of the themes that the segment carries, joined by ``;``.
    """

    id: str
    person: str
    text: str
    start: int
    end: int
    language: str
    feeling: float
    themes: str


@dataclass(frozen=True)
class Segments:
    """All segments of one voice; the arrays and lists have one entry a segment.

    Attributes
    ----------
    vectors : ndarray of float16, shape (n, hidden)
        Unit vectors, mapped from disk.
    person : ndarray of int, shape (n,)
        Number of the person.
    """

    id: list[str]
    person: np.ndarray
    text: list[str]
    start: np.ndarray
    end: np.ndarray
    language: np.ndarray
    feeling: np.ndarray
    themes: list[str]
    vectors: np.ndarray

    def __len__(self) -> int:
        """Count the segments."""
        return len(self.text)


class SegmentStore:
    """Keeps the segments of one voice in two files: rows as Parquet, vectors as float16.

    Parameters
    ----------
    folder : Path
        Where the files go; whoever made the folder removes it.
    voice : str
        ``employee`` or ``customer``.
    """

    def __init__(self, folder: Path, voice: str) -> None:
        self.folder, self.voice = folder, voice
        self.n_comments = 0
        self._rows: list[SegmentRow] = []
        self._hidden = 0
        self._table: pq.ParquetWriter | None = None
        self._vectors: IO[bytes] = (folder / f"{voice}.f16").open("wb")

    def add(self, rows: Sequence[SegmentRow], vectors: np.ndarray) -> None:
        """Add the segments of one comment; ``vectors`` is (n_segments, hidden)."""
        self.n_comments += 1
        if not rows:
            return
        self._hidden = vectors.shape[1]
        self._vectors.write(vectors.astype("float16").tobytes())
        self._rows += rows
        if len(self._rows) >= ROWS:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        if not self._rows:
            return
        table = pa.table({name: [getattr(row, name) for row in self._rows] for name in SegmentRow.__dataclass_fields__})
        if self._table is None:
            self._table = pq.ParquetWriter(self.folder / f"{self.voice}.parquet", table.schema)
        self._table.write_table(table)
        self._rows = []

    def read(self) -> Segments | None:
        """Close the files and give what was stored; None when nothing was."""
        import numpy as np
        import pyarrow.parquet as pq

        self._flush()
        self._vectors.close()
        if self._table is None:
            return None
        self._table.close()
        table = pq.read_table(self.folder / f"{self.voice}.parquet")
        columns: dict[str, Any] = {name: table[name].to_pylist() for name in ("id", "person", "text", "themes")}
        vectors = np.memmap(self.folder / f"{self.voice}.f16", np.float16, "r", shape=(table.num_rows, self._hidden))
        people = np.unique(np.array(person_ids(columns["person"]), dtype=object).astype(str), return_inverse=True)[1]
        return Segments(
            id=columns["id"],
            person=people,
            text=columns["text"],
            start=table["start"].to_numpy(),
            end=table["end"].to_numpy(),
            language=np.array(table["language"].to_pylist()),
            feeling=table["feeling"].to_numpy(),
            themes=columns["themes"],
            vectors=vectors,
        )
