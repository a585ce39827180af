"""What employees and customers write, read together.

Two sets of comments go in, one per voice; out comes what each side talks about and feels, and
which problems both sides share. Nothing heavy is imported until a name is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voices.analysis import Analysis
    from voices.config import Settings
    from voices.errors import InputError, MissingExtraError, ModelError, VoicesError
    from voices.pipeline import analyze, classify, run

__version__ = "0.1.0"
__all__ = [
    "Analysis",
    "InputError",
    "MissingExtraError",
    "ModelError",
    "Settings",
    "VoicesError",
    "analyze",
    "classify",
    "run",
]

_HOMES = {
    "Analysis": "voices.analysis",
    "Settings": "voices.config",
    "analyze": "voices.pipeline",
    "classify": "voices.pipeline",
    "run": "voices.pipeline",
}


def __getattr__(name: str) -> Any:
    """Import a public name at its first use."""
    if name in __all__:
        import importlib

        return getattr(importlib.import_module(_HOMES.get(name, "voices.errors")), name)
    raise AttributeError(f"module 'voices' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
