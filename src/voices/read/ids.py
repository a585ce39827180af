"""Which ids were seen before, on disk, so that millions of them take no memory."""

from __future__ import annotations

import hashlib
import sqlite3
from types import TracebackType


def _hash(text: str) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


class SeenIds:
    """A temporary table of 64-bit hashes of ids and contents; a context manager."""

    def __enter__(self) -> SeenIds:
        """Open the table; an empty name is a file that SQLite removes by itself."""
        self._connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-65536", "locking_mode=EXCLUSIVE"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute(
            "CREATE TABLE ids (id INTEGER PRIMARY KEY, content INTEGER, row INTEGER, copies INTEGER) WITHOUT ROWID"
        )
        self._connection.execute(
            "CREATE TABLE others (id INTEGER, content INTEGER, row INTEGER, PRIMARY KEY (id, content)) WITHOUT ROWID"
        )
        self._connection.execute("BEGIN")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the table."""
        self._connection.close()

    def add(self, id_: str, content: str, row: int) -> tuple[str, int | None]:
        """Remember an answer and give it an id of its own.

        Returns
        -------
        id : str
            The id, with ``~2``, ``~3``, ... behind it when another text had it before.
        duplicate_of : int or None
            The row that had the same id and the same content; nothing is remembered then.
        """
        key, hashed = _hash(id_), _hash(content)
        if self._take(key, hashed, row):
            return id_, None
        first_content, first_row, copies = self._connection.execute(
            "SELECT content, row, copies FROM ids WHERE id = ?", (key,)
        ).fetchone()
        if first_content == hashed:
            return id_, first_row
        other = self._connection.execute(
            "SELECT row FROM others WHERE id = ? AND content = ?", (key, hashed)
        ).fetchone()
        if other is not None:
            return id_, other[0]
        copies += 1
        while not self._take(_hash(f"{id_}~{copies}"), hashed, row):
            copies += 1
        self._connection.execute("UPDATE ids SET copies = ? WHERE id = ?", (copies, key))
        self._connection.execute("INSERT INTO others VALUES (?, ?, ?)", (key, hashed, row))
        return f"{id_}~{copies}", None

    def _take(self, key: int, content: int, row: int) -> bool:
        """Take an id that nobody has; tell whether it was free."""
        values = (key, content, row)
        return self._connection.execute("INSERT OR IGNORE INTO ids VALUES (?, ?, ?, 1)", values).rowcount == 1
