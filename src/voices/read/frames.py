"""Parquet files and pandas frames, in batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from voices.errors import InputError
from voices.read.cells import flatten
from voices.read.layout import Layout, Row, unique_names

if TYPE_CHECKING:
    import pandas as pd

_BATCH = 1_000


def parquet_rows(stream: BinaryIO, *, name: str, wanted: frozenset[str] | None = None) -> Iterator[Row]:
    """Give the rows of a Parquet file, numbered from 1.

    Parameters
    ----------
    wanted : frozenset of str or None
        Columns to read (a nested one by its full name); None for all.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        file = pq.ParquetFile(stream)
        tops = [
            top for top in file.schema_arrow.names
            if wanted is None or any(column == top or column.startswith(f"{top}.") for column in wanted)
        ]  # fmt: skip
        for batch in file.iter_batches(batch_size=_BATCH, columns=tops):
            for record in batch.to_pylist():
                number += 1
                yield Row(number, flatten(record))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(
            f"{name}: this Parquet file is damaged ({type(error).__name__} after row {number:,}). "
            "A download may have been cut off; copy or export it again."
        ) from error


def frame_layout(frame: pd.DataFrame) -> Layout:
    """Name the columns of a frame."""
    return Layout("dataframe", names=unique_names(frame.columns))


def frame_rows(frame: pd.DataFrame, layout: Layout) -> Iterator[Row]:
    """Give the rows of a frame, numbered from 1."""
    names = layout.names
    values: Any
    for number, values in enumerate(frame.itertuples(index=False, name=None), start=1):
        yield Row(number, flatten(dict(zip(names, values, strict=True))))
