"""A file, stdin or frame, recognised by name and contents, before anything is read from it."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import shutil
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, TextIO, cast

from voices.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = {
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".xlsx": "xlsx", ".xlsm": "xlsx", ".json": "json",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip
_KNOWN = ".csv, .tsv, .xlsx, .xlsm, .json, .jsonl, .ndjson, .parquet, each also with .gz"
_SPECIAL = {
    ".xls": "an old Excel workbook. Save it as .xlsx",
    ".xlsb": "a binary Excel workbook. Save it as .xlsx",
    ".ods": "an OpenDocument spreadsheet. Save it as .xlsx or .csv",
    ".numbers": "an Apple Numbers spreadsheet. Export it as .xlsx or .csv",
    ".docx": "a Word document. Put the comments in a table with a header and save that as .csv or .xlsx",
    ".doc": "a Word document. Put the comments in a table with a header and save that as .csv or .xlsx",
    ".pdf": "a PDF. Export the comments from the survey tool as .csv or .xlsx",
    ".sav": "an SPSS file. Export it as .csv",
    ".zip": "a zip archive. Unpack it and name the file inside",
    ".txt": "plain text. If it is a table with a header, rename it to .csv or .tsv",
}
_GZIP = b"\x1f\x8b"
_OLE = b"\xd0\xcf\x11\xe0"
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_PIECE = 1 << 20


@dataclass
class Source:
    """Something to read comments from; a context manager that removes its temporary files.

    Attributes
    ----------
    name : str
        File name without folders; ``stdin`` for ``-``.
    format : str
        As found from name and contents: ``csv``, ``tsv``, ``xlsx``, ``json``, ``jsonl``,
        ``parquet`` or ``dataframe``.
    path : Path or None
        Where the bytes are; None for a frame.
    gzipped : bool
        Whether the bytes are to be unpacked while reading.
    frame : DataFrame or None
        For ``dataframe`` only.
    """

    name: str
    format: str
    path: Path | None = None
    gzipped: bool = False
    frame: pd.DataFrame | None = None
    _temporary: list[Path] = field(default_factory=list, repr=False)

    @property
    def stem(self) -> str:
        """Name without its suffixes, the first part of generated ids."""
        name = self.name[:-3] if self.name.lower().endswith(".gz") else self.name
        suffix = Path(name).suffix
        return name[: -len(suffix)] if suffix.lower() in SUFFIXES else name

    def __enter__(self) -> Source:
        """Use as ``with open_source(path) as source``."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove temporary files."""
        self.close()

    def close(self) -> None:
        """Remove temporary files; the source cannot be read afterwards."""
        while self._temporary:
            self._temporary.pop().unlink(missing_ok=True)

    @contextlib.contextmanager
    def binary(self) -> Iterator[BinaryIO]:
        """Open the unpacked bytes.

        Raises
        ------
        InputError
            If they cannot be read or the gzip is damaged.
        """
        if self.path is None:
            raise ValueError("a frame has no bytes")
        with read_errors(self.name):
            if self.gzipped:
                with gzip.open(self.path, "rb") as packed:
                    yield cast("BinaryIO", packed)
            else:
                with self.path.open("rb") as plain:
                    yield plain

    @contextlib.contextmanager
    def text(self, encoding: str, *, newline: str) -> Iterator[TextIO]:
        """Open the text; bytes that break UTF-8 become lone surrogates, to be found per row."""
        errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
        with self.binary() as stream:
            wrapped = io.TextIOWrapper(io.BufferedReader(cast("io.RawIOBase", stream), _PIECE), encoding=encoding,
                                       errors=errors, newline=newline)  # fmt: skip
            try:
                yield wrapped
            finally:
                wrapped.detach().detach()


@contextlib.contextmanager
def read_errors(name: str) -> Iterator[None]:
    """Turn failures to read bytes into one line."""
    try:
        yield
    except EOFError as error:
        raise InputError(
            f"{name}: this gzip file is cut off: it ends before its data does. Download or copy it again."
        ) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise InputError(
            f"{name}: this is not a good gzip file. Check it with gzip -t, and download or pack it again."
        ) from error
    except PermissionError as error:
        raise InputError(
            f"{name}: no permission to read this file. Ask its owner, or change it with chmod u+r."
        ) from error
    except OSError as error:
        raise InputError(f"{name}: this cannot be read ({error.strerror}). Copy it to a local disk first.") from error


def open_source(path: str) -> Source:
    """Recognise a file, or stdin, that comments are to be read from.

    Parameters
    ----------
    path : str
        A file, or ``-`` for stdin, which is first copied to a temporary file, as are pipes.

    Raises
    ------
    InputError
        If there is no such file, it is empty, or its format is not one that can be read.
    """
    if path == "-":
        return _spooled(cast("BinaryIO", sys.stdin.buffer), name="stdin")
    file = Path(path)
    with read_errors(path):
        try:
            exists = file.exists()
        except (ValueError, OSError) as error:
            if isinstance(error, PermissionError):
                raise
            raise InputError(f"{path}: this is not a path. Give the name of a file, or - for stdin.") from error
        if not exists:
            raise InputError(f"{path}: there is no such file. Check the spelling and the folder.{_similar(file)}")
        if file.is_dir():
            raise InputError(f"{path}: this is a folder. Name the file in it; several files are named one by one.")
        if not file.is_file():
            with file.open("rb") as stream:
                return _spooled(stream, name=file.name)
        if not os.access(file, os.R_OK):
            raise PermissionError
        return _recognised(file, name=file.name, by_suffix=True)


def from_dataframe(df: pd.DataFrame, *, name: str = "dataframe") -> Source:
    """Read comments from a pandas frame; its rows count from 1."""
    if len(df) == 0:
        raise InputError(f"{name}: this frame has no rows. Give one with at least one row.")
    return Source(name, "dataframe", frame=df)


def _similar(file: Path) -> str:
    import difflib

    try:
        names = [entry.name for entry in file.parent.iterdir()] if file.parent.is_dir() else []
    except OSError:
        return ""
    near = difflib.get_close_matches(file.name, names, n=1, cutoff=0.75)
    return f" Did you mean {near[0]}?" if near else ""


def _spooled(stream: BinaryIO, *, name: str) -> Source:
    handle, temporary = tempfile.mkstemp(prefix="voices-")
    path = Path(temporary)
    try:
        with os.fdopen(handle, "wb") as copy:
            shutil.copyfileobj(stream, copy, _PIECE)
        source = _recognised(path, name=name, by_suffix=False)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    source._temporary.append(path)
    return source


def _recognised(path: Path, *, name: str, by_suffix: bool) -> Source:
    source = Source(name, "", path)
    with path.open("rb") as raw:
        source.gzipped = raw.read(2) == _GZIP
    plain = name.lower().removesuffix(".gz")
    if plain != name.lower() and not source.gzipped and path.stat().st_size:
        raise InputError(f"{name}: this is not a gzip file, though its name says so. Rename it without .gz.")
    with source.binary() as stream:
        head = stream.read(65536)
    suffix = Path(plain).suffix
    if by_suffix and suffix not in SUFFIXES:
        _refuse_suffix(name, suffix)
    if not head.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        _refuse_if_empty(source)
    _refuse_other_kinds(source, head)
    source.format = _format(source, head, SUFFIXES.get(suffix))
    if source.gzipped and source.format in {"xlsx", "parquet"}:
        _unpack(source)
    return source


def _refuse_suffix(name: str, suffix: str) -> None:
    if suffix in _SPECIAL:
        raise InputError(f"{name}: this is {_SPECIAL[suffix]}. Files that can be read: {_KNOWN}.")
    kind = f"'{suffix}'" if suffix else "a name without suffix"
    raise InputError(f"{name}: {kind} is not a format that can be read. Convert it to one of: {_KNOWN}.")


def _refuse_if_empty(source: Source) -> None:
    with source.binary() as stream:
        while piece := stream.read(_PIECE):
            if piece.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
                return
    raise InputError(f"{source.name}: this file is empty. Export it again, with a header and at least one row.")


def _refuse_other_kinds(source: Source, head: bytes) -> None:
    if head.startswith(_OLE):
        if _contains(source, "EncryptedPackage".encode("utf-16-le")):
            raise InputError(
                f"{source.name}: this workbook is protected with a password. "
                "Open it in Excel, remove the password (File > Info > Protect Workbook), and save it as .xlsx."
            )
        raise InputError(f"{source.name}: this is {_SPECIAL['.xls']}. Files that can be read: {_KNOWN}.")
    if head.startswith(b"%PDF"):
        raise InputError(f"{source.name}: this is {_SPECIAL['.pdf']}. Files that can be read: {_KNOWN}.")


def _contains(source: Source, needle: bytes) -> bool:
    tail = b""
    with source.binary() as stream:
        while piece := stream.read(_PIECE):
            if needle in tail + piece:
                return True
            tail = piece[-len(needle) :]
    return False


def _format(source: Source, head: bytes, promised: str | None) -> str:
    """Decide by contents first; the name decides between kinds of text."""
    if head.startswith(b"PK\x03\x04"):
        return _zip_format(source)
    if head.startswith(b"PAR1"):
        return "parquet"
    if promised == "xlsx":
        raise InputError(f"{source.name}: this is not an Excel workbook, or a damaged one. Save it again as .xlsx.")
    if promised == "parquet":
        raise InputError(f"{source.name}: this is not a Parquet file, or a damaged one. Write it again.")
    if promised in {"csv", "tsv"}:
        return promised
    start = _as_ascii(head).lstrip()
    if start.startswith("["):
        is_json = promised is not None or start[1:].lstrip()[:1] in {"{", "]"}
        return "json" if is_json else "csv"
    if start.startswith("{"):
        return _object_format(start, promised)
    return promised or "csv"


def _as_ascii(head: bytes) -> str:
    """Give the beginning of a text file, good enough for the brackets of JSON."""
    for mark in _BOMS:
        head = head.removeprefix(mark)
    return head.replace(b"\0", b"").decode("latin-1")


def _object_format(start: str, promised: str | None) -> str:
    """JSON lines when the first line is an object by itself and another follows, or it holds no list."""
    import json

    first, newline, rest = start.partition("\n")
    try:
        value = json.loads(first)
    except (ValueError, RecursionError):
        # An object over several lines, or a first line longer than what was looked at.
        is_document = first.strip() == "{" or (promised != "jsonl" and not (newline and first.rstrip().endswith("}")))
        return "json" if is_document else "jsonl"
    if rest.strip():
        return "jsonl"
    has_list = any(isinstance(item, list) and item and isinstance(item[0], dict) for item in value.values())
    return "json" if has_list else "jsonl"


def _zip_format(source: Source) -> str:
    if source.gzipped:
        return "xlsx"
    try:
        with zipfile.ZipFile(cast("Path", source.path)) as archive:
            names = set(archive.namelist())
            kind = archive.read("mimetype").decode("latin-1") if "mimetype" in names else ""
    except (zipfile.BadZipFile, OSError, KeyError, zlib.error) as error:
        raise InputError(
            f"{source.name}: this workbook is damaged (its zip archive cannot be opened). "
            "Open it in Excel or LibreOffice, save it again as .xlsx, or export it as .csv."
        ) from error
    special = (
        ".xlsb" if "xl/workbook.bin" in names
        else ".docx" if "word/document.xml" in names
        else ".ods" if "opendocument.spreadsheet" in kind
        else ".zip" if not any(name.startswith("xl/") for name in names)
        else None
    )  # fmt: skip
    if special:
        raise InputError(f"{source.name}: this is {_SPECIAL[special]}. Files that can be read: {_KNOWN}.")
    return "xlsx"


def _unpack(source: Source) -> None:
    """Workbooks and Parquet are read from several places at once: unpack them to disk."""
    handle, temporary = tempfile.mkstemp(prefix="voices-")
    path = Path(temporary)
    source._temporary.append(path)
    try:
        with os.fdopen(handle, "wb") as copy, source.binary() as stream:
            shutil.copyfileobj(stream, copy, _PIECE)
    except BaseException:
        source.close()
        raise
    source.path, source.gzipped = path, False
