"""The word lists behind the recogniser of names, read once."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Lists:
    """Words in lower case, by how surely they are a name.

    Attributes
    ----------
    first : frozenset of str
        First names that are nothing else, also when written in lower case.
    capital : frozenset of str
        First names with a capital; words ("frank", "tine") without.
    words : frozenset of str
        First names that are words as well ("Mark", "Roos"): a capital counts inside a sentence only.
    doubtful : frozenset of str
        First names that are months, places or brands as well ("May", "Paris", "Chelsea"): need a person near them.
    last : frozenset of str
        Surnames that are nothing else.
    last_doubtful : frozenset of str
        Surnames that are words, first names or places as well ("Bakker", "Smith"): need something before them.
    """

    first: frozenset[str]
    capital: frozenset[str]
    words: frozenset[str]
    doubtful: frozenset[str]
    last: frozenset[str]
    last_doubtful: frozenset[str]


@cache
def load() -> Lists:
    """Read the lists that ship with the package."""
    return Lists(
        _read("first_names"),
        _read("first_names_capital"),
        _read("first_names_words"),
        _read("first_names_doubtful"),
        _read("surnames"),
        _read("surnames_doubtful"),
    )


def _read(name: str) -> frozenset[str]:
    lines = files(__package__).joinpath(f"{name}.txt").read_text(encoding="utf8").splitlines()
    return frozenset(fold(word) for line in lines if not line.startswith("#") for word in line.split())


def fold(word: str) -> str:
    """Give a word in lower case and without accents, as the lists are compared.

    Examples
    --------
    >>> fold("Ömer"), fold("Daniëlle"), fold("Yıldız")
    ('omer', 'danielle', 'yildiz')
    """
    lower = word.lower()
    if lower.isascii():
        return lower
    plain = unicodedata.normalize("NFKD", lower).replace("ı", "i").replace("ł", "l")
    return "".join(char for char in plain if not unicodedata.combining(char))
