"""Which characters the bytes of a text file stand for, decided over the whole file."""

from __future__ import annotations

import codecs
from typing import BinaryIO

from voices.errors import InputError

CHUNK = 1 << 20
_LONGEST_TAIL = 8 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\x0b\x0c\r\x1b\x1a")) + b"\x7f"
_UNDEFINED_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"


def detect_encoding(stream: BinaryIO, *, name: str) -> str:
    """Name the encoding of a text file after reading all of it.

    Without a byte order mark a file is UTF-8 when its bytes are, and also when they nearly are:
    at least as many lines with valid UTF-8 sequences as lines that break it; the rows of those
    lines are then refused one by one. Otherwise it is what Windows writes, cp1252, or latin-1
    where it holds bytes that cp1252 does not define.

    Parameters
    ----------
    stream : BinaryIO
        At its beginning; read to its end in constant memory.
    name : str
        Name of the file, for errors.

    Raises
    ------
    InputError
        If the file is not text.
    """
    head = stream.read(CHUNK)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            _drain(stream)
            return encoding
    sixteen = _utf16_without_mark(head[:65536])
    if sixteen is not None:
        _drain(stream)
        return sixteen
    _refuse_binary(head[:65536], name)
    evidence = _Evidence()
    tail = b""
    block = head
    while block:
        block = tail + block
        cut = block.rfind(b"\n") + 1
        if not cut and len(block) > _LONGEST_TAIL:
            cut = block.rfind(b" ") + 1
        evidence.add(block[:cut])
        tail = block[cut:]
        block = stream.read(CHUNK)
    evidence.add(tail)
    return evidence.verdict()


class _Evidence:
    """Lines that are and are not UTF-8; pure ASCII says nothing."""

    def __init__(self) -> None:
        self.good = 0
        self.bad = 0
        self.undefined = False

    def add(self, block: bytes) -> None:
        if block.isascii():
            return
        try:
            block.decode("utf-8")
        except UnicodeDecodeError:
            whole = False
        else:
            whole = True
        for line in block.split(b"\n"):
            if line.isascii():
                continue
            if whole or _is_utf8(line):
                self.good += 1
            else:
                self.bad += 1
                self.undefined = self.undefined or any(byte in line for byte in _UNDEFINED_IN_CP1252)

    def verdict(self) -> str:
        if self.bad == 0 or self.good >= self.bad:
            return "utf-8"
        return "latin-1" if self.undefined else "cp1252"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _drain(stream: BinaryIO) -> None:
    """Read on to the end, so that a truncated gzip shows itself now."""
    while stream.read(CHUNK):
        pass


def _utf16_without_mark(head: bytes) -> str | None:
    """Recognise UTF-16 by the zero bytes of its Latin letters."""
    if len(head) < 4 or b"\0" not in head:
        return None
    half = len(head) // 2
    first, second = head[0::2].count(0) / half, head[1::2].count(0) / half
    if second > 0.4 and first < 0.05:
        return "utf-16-le"
    if first > 0.4 and second < 0.05:
        return "utf-16-be"
    return None


def _refuse_binary(head: bytes, name: str) -> None:
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls > 16 and controls > 0.02 * len(head):
        raise InputError(
            f"{name}: this is not a text file: {controls:,} of its first {len(head):,} bytes are control characters. "
            "A .csv, .tsv, .json or .jsonl file holds readable text; export the data again in one of these formats."
        )
