"""The only door to optional packages."""

from __future__ import annotations

import importlib
from types import ModuleType

from voices.errors import MissingExtraError


def require(module: str, *, extra: str, purpose: str) -> ModuleType:
    """Import an optional package or say what it is for and how to install it.

    Parameters
    ----------
    module : str
        Name to import.
    extra : str
        The extra of this package that installs it.
    purpose : str
        What needs it, as the subject of a sentence ("training").

    Raises
    ------
    MissingExtraError
        If the package itself is absent; an import error inside the package is not hidden.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] != module.split(".")[0]:
            raise
        raise MissingExtraError(
            f"{purpose} needs '{module}', which is not installed. Install it with: pip install 'voices[{extra}]'"
        ) from error
