"""The taxonomy: theme ids, their names and what each means to employees and to customers."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

SENTIMENTS = ("positive", "negative", "neutral", "mixed")
POLARITIES = ("positive", "negative", "neutral")
EMOTIONS = ("energy", "gratitude", "frustration", "despondency", "worry", "none")
MAX_MENTIONS = 5
"""Themes per comment at most, as the codebook says."""
THEMES = (
    "trust", "training", "empowerment", "turnover", "recognition", "communication", "collaboration", "leadership",
    "workload", "process", "engagement", "culture", "environment", "compensation", "growth", "price", "product",
)  # fmt: skip
"""Ids in the order of the model's heads; the first thirteen are shared by both voices."""


@dataclass(frozen=True)
class Theme:
    """An entry of the taxonomy.

    Attributes
    ----------
    id : str
        Stable id, as in every file.
    name : dict of str to str
        Language code -> name.
    employee, customer : dict of str to str
        Language code -> what the theme means in that voice; empty where the voice does not use it.
    shared : bool
        Whether it has one root that is seen from both sides.
    examples : tuple of str
        Sentences about the theme; only themes of a user's own have them.
    """

    id: str
    name: dict[str, str]
    employee: dict[str, str]
    customer: dict[str, str]
    shared: bool
    examples: tuple[str, ...] = ()


def theme_entry(theme: Theme) -> dict[str, Any]:
    """Describe a theme of the user's own; its examples may be what somebody wrote, so they are only counted."""
    return {
        "name": theme.name,
        "employee": theme.employee,
        "customer": theme.customer,
        "n_examples": len(theme.examples),
    }


def theme_of(key: str, entry: Mapping[str, Any]) -> Theme:
    """Give the theme that :func:`theme_entry` described, without its examples."""
    shared = bool(entry["employee"] and entry["customer"])
    return Theme(key, entry["name"], entry["employee"], entry["customer"], shared)


@cache
def load() -> dict[str, Theme]:
    """Give the shipped taxonomy, theme id -> theme, in the order of :data:`THEMES`."""
    raw = tomllib.loads(resources.files("voices").joinpath("data/taxonomy.toml").read_text(encoding="utf8"))
    return {
        key: Theme(
            id=key,
            name=raw[key]["name"],
            employee=raw[key].get("employee", {}),
            customer=raw[key].get("customer", {}),
            shared=raw[key]["shared"],
        )
        for key in THEMES
    }


def themes_of(voice: str, themes: Mapping[str, Theme] | None = None) -> tuple[str, ...]:
    """List the themes that a taxonomy uses for a voice, in its order.

    Parameters
    ----------
    voice : str
        ``employee`` or ``customer``.
    themes : mapping or None
        Theme id -> theme; None takes the shipped taxonomy.
    """
    return tuple(theme.id for theme in (load() if themes is None else themes).values() if getattr(theme, voice))


def translated(texts: Mapping[str, str], language: str) -> str:
    """Give a text in a language; where it lacks that one, in English or else in any language it has.

    Examples
    --------
    >>> translated({"nl": "Kantine"}, "en"), translated({}, "en")
    ('Kantine', '')
    """
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")
