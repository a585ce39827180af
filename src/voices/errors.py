"""The exception tree; every class knows the exit code of the command line.

::

    VoicesError            1  the run failed
    ├── InputError         2  a file, a column or an option is not usable
    ├── MissingExtraError  3  an optional package is not installed
    └── ModelError         3  a model is missing, damaged or of another format
"""

from __future__ import annotations


class VoicesError(Exception):
    """A failure with one clear line for the user; the text holds no comment text."""

    exit_code = 1


class InputError(VoicesError):
    """A file, a column, a value or an option cannot be used."""

    exit_code = 2


class MissingExtraError(VoicesError, ImportError):
    """A command needs an optional package that is not installed."""

    exit_code = 3


class ModelError(VoicesError):
    """A model is missing, damaged, or not of the format that this version reads."""

    exit_code = 3
