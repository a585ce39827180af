"""Write files so that a reader sees the whole of them or nothing."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from voices.errors import InputError, VoicesError


def check_folder(out: Path, *, force: bool) -> None:
    """Refuse an output folder that holds something, before any work is done.

    Raises
    ------
    InputError
        If ``out`` is a file, or not empty without ``force``.
    """
    if out.exists() and not out.is_dir():
        raise InputError(f"--out {out}: is a file; name a folder")
    if not force and out.is_dir() and any(out.iterdir()):
        raise InputError(f"--out {out}: the folder is not empty; name another one, or replace a run with --force")


@contextmanager
def staged_folder(out: Path) -> Iterator[Path]:
    """Give a temporary folder beside ``out`` whose files move into ``out`` at the end.

    When anything fails the temporary folder is removed and ``out`` stays as it was.

    Raises
    ------
    VoicesError
        If the disk is full or the folder cannot be written.
    """
    stage: Path | None = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=f".{out.name}-", suffix=".tmp", dir=out.parent))
        yield stage
        out.mkdir(exist_ok=True)
        for path in sorted(stage.iterdir()):
            path.replace(out / path.name)
    except OSError as error:
        raise _explained(out, error) from error
    finally:
        if stage is not None:
            shutil.rmtree(stage, ignore_errors=True)


@contextmanager
def staged_file(target: Path) -> Iterator[Path]:
    """Give a temporary path beside ``target`` that replaces it at the end.

    Raises
    ------
    VoicesError
        If the disk is full or the folder cannot be written.
    """
    stage: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}-", suffix=".tmp", dir=target.parent)
        os.close(handle)
        stage = Path(name)
        yield stage
        stage.chmod(0o666 & ~_umask())
        stage.replace(target)
    except OSError as error:
        raise _explained(target, error) from error
    finally:
        if stage is not None:
            stage.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _explained(target: Path, error: OSError) -> VoicesError:
    """Turn an operating system error into one line; broken input errors pass unchanged."""
    if error.errno == errno.ENOSPC or error.errno == errno.EDQUOT:
        return VoicesError(f"{target}: the disk is full; nothing was written. Free some space or name another --out")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return InputError(f"{target}: cannot be written ({os.strerror(error.errno)}); name another --out")
    return VoicesError(f"{target}: {error.strerror or error}; nothing was written")
