"""Read coded comments, whoever coded them, in batches of columns: JSON lines, CSV or Parquet."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
import re
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from voices.errors import InputError
from voices.taxonomy import POLARITIES
from voices.types import Rejected, Voice

if TYPE_CHECKING:
    import pyarrow as pa

SUFFIXES = (".jsonl", ".ndjson", ".csv", ".parquet", ".pq")
NEEDED = ("id", "voice", "themes")
TEXTS = ("id", "voice", "unit", "language", "status", "sentiment", "emotion", "text", "themes")
NUMBERS = ("outcome", "contact")
BATCH = 65_536
ALIASES = {"lang": "language"}
"""Names that other coders use for our columns."""
MANY_BAD = 0.5
"""Part of the first batch that may be unusable before the file is taken for something else."""


@dataclass(frozen=True)
class CodedTable:
    """Some rows of a coded file.

    Attributes
    ----------
    file : str
        Its name, without folders.
    table : pyarrow.Table
        Columns ``id, voice, unit, language, status, sentiment, emotion, text, themes`` (text), ``date`` (day),
        ``outcome, contact`` (number; NaN or null where there is none) and ``segments`` (list
        of text, one a mention, or null). Themes are ``theme:polarity;...``, each theme once. Every voice,
        polarity and id can be used.
    rejected : list of Rejected
        Rows that cannot be used, with the reason and without any text.
    unreadable_dates : int
        Rows whose date could not be read; they count as undated.
    """

    file: str
    table: pa.Table
    rejected: list[Rejected]
    unreadable_dates: int


def read_coded(path: Path) -> Iterator[CodedTable]:
    """Read a coded file in batches.

    Parameters
    ----------
    path : Path
        ``.jsonl``, ``.ndjson`` or ``.csv``, also with ``.gz``, or ``.parquet``; as ``voices classify`` writes
        them, or anything with ``id``, ``voice`` and ``themes`` (a list of objects with theme and
        polarity, an object of theme to polarity, or ``theme:polarity;...``).

    Yields
    ------
    CodedTable

    Raises
    ------
    InputError
        If the file is missing, of another kind, lacks a column, or holds nothing that can be used.
    """
    if not path.is_file():
        raise InputError(f"{path}: there is no such file")
    name = path.name.removesuffix(".gz")
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f"{path}: not a coded file; name one that ends in {', '.join(SUFFIXES)} (also with .gz)")
    usable, read = 0, 0
    for batch in _parquet(path) if suffix in (".parquet", ".pq") else _lines(path, suffix):
        usable, read = usable + batch.table.num_rows, read + batch.table.num_rows + len(batch.rejected)
        if read <= BATCH and len(batch.rejected) > MANY_BAD * read:
            first = batch.rejected[0]
            raise InputError(
                f"{path.name}, row {first.row}: {first.reason} (as in {len(batch.rejected):,} of "
                f"the first {read:,} rows); give coded comments, as 'voices classify' writes them"
            )
        yield batch
    if not usable:
        raise InputError(f"{path.name}: no coded comment in it; give what 'voices classify' wrote")


def _lines(path: Path, suffix: str) -> Iterator[CodedTable]:
    opener: Any = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", newline="" if suffix == ".csv" else None) as stream:
            records = _csv_records(stream, path.name) if suffix == ".csv" else _json_records(stream)
            while chunk := list(islice(records, BATCH)):
                yield _from_records(path.name, chunk)
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name}: not UTF-8 text; write it again as UTF-8") from error
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path.name}: cannot be read to its end ({type(error).__name__}); copy it again") from error


_Record = tuple[int, Mapping[str, Any] | None]


def _json_records(stream: IO[str]) -> Iterator[_Record]:
    for number, line in enumerate(stream, start=1):
        if line.strip():
            try:
                item = json.loads(line)
            except ValueError:
                item = None
            yield number, item if isinstance(item, dict) else None


def _csv_records(stream: IO[str], name: str) -> Iterator[_Record]:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    table = csv.DictReader(stream)
    table.fieldnames = [head.strip() for head in table.fieldnames or ()]
    _check_columns(name, table.fieldnames)
    yield from enumerate(table, start=2)


def _check_columns(name: str, columns: Sequence[str]) -> None:
    missing = [column for column in NEEDED if column not in columns]
    if missing:
        raise InputError(
            f"{name}: no column {' and no '.join(missing)}; the columns are: {', '.join(columns[:20]) or 'none'}. "
            "Coded files come from 'voices classify'"
        )


def _from_records(name: str, records: Sequence[_Record]) -> CodedTable:
    columns: dict[str, list[Any]] = {column: [] for column in (*TEXTS, *NUMBERS, "date", "segments")}
    rejected = []
    for number, item in records:
        try:
            row = _row(item)
        except ValueError as error:
            rejected.append(Rejected(name, number, str(error)))
            continue
        for column, values in columns.items():
            values.append(row.get(column))
    return _table(name, columns, rejected)


def _row(item: Mapping[str, Any] | None) -> dict[str, Any]:
    """Bring one record into the columns of a :class:`CodedTable`.

    Raises
    ------
    ValueError
        Saying what makes it unusable, without its text.
    """
    if item is None:
        raise ValueError("not a JSON object")
    row = {own: item[key] for key, own in ALIASES.items() if key in item} | dict(item)
    if row.get("id") in (None, ""):
        raise ValueError("no id")
    if row.get("voice") not in tuple(Voice):
        raise ValueError("voice is not employee or customer")
    mentions = list(_mentions(row.get("themes")))
    once = {theme: (polarity, segment) for theme, polarity, segment in reversed(mentions)}
    kept = {theme: once[theme] for theme in dict.fromkeys(theme for theme, _, _ in mentions)}
    result: dict[str, Any] = {column: _text(row.get(column)) for column in TEXTS}
    result |= {column: _number(row.get(column)) for column in NUMBERS}
    result["date"] = _text(row.get("date"))
    result["themes"] = ";".join(f"{theme}:{polarity}" for theme, (polarity, _) in kept.items())
    result["segments"] = [segment for _, segment in kept.values()]
    return result


def _mentions(themes: Any) -> Iterator[tuple[str, str, str | None]]:
    """Give theme, polarity and segment of every mention, in whatever way they are written."""
    if themes is None:
        return
    found: Iterable[tuple[Any, Any, Any]]
    if isinstance(themes, str):
        parts = [part.strip().rpartition(":") for part in themes.split(";") if part.strip()]
        found = [(theme, polarity, None) for theme, _, polarity in parts]
    elif isinstance(themes, Mapping):
        found = [(theme, polarity, None) for theme, polarity in themes.items()]
    elif isinstance(themes, list) and all(isinstance(mention, Mapping) for mention in themes):
        found = [(mention.get("theme"), mention.get("polarity"), mention.get("segment")) for mention in themes]
    else:
        raise ValueError("themes is not a list of mentions")
    for theme, polarity, segment in found:
        if not isinstance(theme, str) or not theme or set(theme) & {";", ":"}:
            raise ValueError("a mention has no theme")
        if polarity not in POLARITIES:
            raise ValueError(f"the polarity of a mention is not {', '.join(POLARITIES)}")
        yield theme, polarity, segment if isinstance(segment, str) else None


def _numbers(column: Any) -> Any:
    """Read a column of numbers; words in it are no numbers."""
    import pyarrow as pa

    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return column.cast(pa.float64())
    return pa.array([_number(value) for value in column.to_pylist()], pa.float64())


def _text(value: Any) -> str | None:
    if value is None or value == "" or value != value:
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a column of numbers with gaps turns 12 into 12.0
    return str(value)


def _number(value: Any) -> float | None:
    try:
        return float(value) if value not in (None, "") else None
    except (TypeError, ValueError):
        return None


def _table(name: str, columns: Mapping[str, list[Any]], rejected: list[Rejected]) -> CodedTable:
    import pyarrow as pa

    arrays: dict[str, Any] = {column: pa.array(columns[column], pa.string()) for column in TEXTS}
    arrays |= {column: pa.array(columns[column], pa.float64()) for column in NUMBERS}
    dates = _dates(pa.array(columns["date"], pa.string()))
    lost = sum(value is not None for value in columns["date"]) - (len(dates) - dates.null_count)
    arrays["date"] = dates
    arrays["segments"] = pa.array(columns["segments"], pa.list_(pa.string()))
    return CodedTable(name, pa.table(arrays), rejected, lost)


def _dates(values: Any) -> Any:
    """Read days from text that starts like 2025-01-31, or names a period: 2025-01, 2025-W05, 2025-Q1; else null."""
    import pyarrow as pa

    coded = values.dictionary_encode()
    days = pa.array([_day(value) for value in coded.dictionary.to_pylist()], pa.date32())
    return days.take(coded.indices)


def _day(text: str | None) -> dt.date | None:
    """Give the day, or the first day of the period, that a text names."""
    text = (text or "").strip()
    period = re.fullmatch(r"(\d{4})-(?:W(\d{1,2})|Q([1-4])|(\d{1,2}))", text)
    try:
        if period is None:
            return dt.date.fromisoformat(text[:10]) if re.match(r"\d{4}-\d{2}-\d{2}", text) else None
        year, week, quarter, month = (int(part) if part else 0 for part in period.groups())
        return dt.date.fromisocalendar(year, week, 1) if week else dt.date(year, month or quarter * 3 - 2, 1)
    except ValueError:
        return None


def _parquet(path: Path) -> Iterator[CodedTable]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path.name}: not a Parquet file, or damaged; write it again") from error
    given = file.schema_arrow.names
    names = [name if ALIASES.get(name) in given else ALIASES.get(name, name) for name in given]
    _check_columns(path.name, names)
    wanted = [name for name, known in zip(given, names, strict=True) if known in (*TEXTS, *NUMBERS, "date")]
    start = 1
    for batch in file.iter_batches(batch_size=BATCH, columns=wanted):
        yield _from_arrow(path.name, pa.Table.from_batches([batch]), start)
        start += batch.num_rows


def _from_arrow(name: str, table: pa.Table, start: int) -> CodedTable:
    """Bring a Parquet batch into our columns without touching every row, unless themes are nested."""
    import pyarrow as pa
    import pyarrow.compute as pc

    table = table.rename_columns([ALIASES.get(column, column) for column in table.column_names])
    if not pa.types.is_string(table["themes"].type) and not pa.types.is_large_string(table["themes"].type):
        records = [(start + k, row) for k, row in enumerate(table.to_pylist())]
        for _, row in records:
            row["themes"] = dict(row["themes"]) if _is_pairs(row["themes"]) else row["themes"]
            row["date"] = None if row.get("date") is None else str(row["date"])
        return _from_records(name, records)
    n = table.num_rows
    arrays: dict[str, Any] = {}
    for column in TEXTS:
        given = (
            table[column].combine_chunks().cast(pa.string()) if column in table.column_names else pa.nulls(n, "string")
        )
        arrays[column] = pc.if_else(pc.equal(given, ""), None, given)
    for column in NUMBERS:
        arrays[column] = (
            _numbers(table[column].combine_chunks()) if column in table.column_names else pa.nulls(n, pa.float64())
        )
    given = table["date"].combine_chunks() if "date" in table.column_names else pa.nulls(n, pa.date32())
    if not pa.types.is_temporal(given.type):
        given = given.cast(pa.string())
        given = pc.if_else(pc.equal(given, ""), None, given)
    arrays["date"] = _dates(given) if pa.types.is_string(given.type) else given.cast(pa.date32())
    lost = arrays["date"].null_count - given.null_count
    arrays["themes"] = _told_once(arrays["themes"])
    arrays["segments"] = pa.nulls(n, pa.list_(pa.string()))
    reasons = _reasons(arrays["id"], arrays["voice"], arrays["themes"])
    rejected = [Rejected(name, start + k, reason) for k, reason in reasons.items()]
    whole = pa.table(arrays)
    if reasons:
        kept = pa.array([k not in reasons for k in range(n)])
        whole = whole.filter(kept)
    return CodedTable(name, whole, rejected, lost)


def _told_once(themes: Any) -> Any:
    """Write every theme once and in one way; each different cell is looked at once, bad ones stay."""
    import pyarrow as pa

    coded = themes.dictionary_encode()
    whole = pa.array([_clean(cell) for cell in coded.dictionary.to_pylist()], pa.string())
    return whole.take(coded.indices)


def _clean(cell: str) -> str:
    try:
        return str(_row({"id": "x", "voice": "employee", "themes": cell})["themes"])
    except ValueError:
        return cell


def _is_pairs(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], tuple)


def _reasons(ids: Any, voices: Any, themes: Any) -> dict[int, str]:
    """Give row -> why it cannot be used; each different value of voice and themes is looked at once."""
    import numpy as np
    import pyarrow.compute as pc

    reasons: dict[int, str] = {}
    for column, values in (("id", ids), ("voice", voices), ("themes", themes)):
        coded = values.dictionary_encode(null_encoding="encode") if column != "id" else None
        if coded is None:
            missing = pc.or_kleene(pc.is_null(values), pc.equal(values, "")).to_numpy(zero_copy_only=False)
            reasons |= {int(k): "no id" for k in np.flatnonzero(missing)}
            continue
        bad = {code: why for code, value in enumerate(coded.dictionary.to_pylist()) if (why := _why_not(column, value))}
        if bad:
            codes = coded.indices.to_numpy()
            for code, why in bad.items():
                reasons |= {int(k): why for k in np.flatnonzero(codes == code) if int(k) not in reasons}
    return reasons


def _why_not(column: str, value: str | None) -> str | None:
    try:
        _row({"id": "x", "voice": "employee", "themes": None, column: value})
    except ValueError as error:
        return str(error)
    return None
