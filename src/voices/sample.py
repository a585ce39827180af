"""The bundled sample exports, as files."""

from __future__ import annotations

from contextlib import AbstractContextManager
from importlib import resources
from pathlib import Path


def sample_file(name: str) -> AbstractContextManager[Path]:
    """Give the path of a sample export for the length of a ``with`` block.

    Parameters
    ----------
    name : str
        ``medewerkers.csv`` (employees) or ``customers.csv``.
    """
    return resources.as_file(resources.files("voices").joinpath("data", "sample", name))
