"""Themes of a user's own, from a TOML file with one table a theme."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any

from voices.errors import InputError
from voices.taxonomy import Theme, load
from voices.writing import staged_file

KEYS = ("name", "employee", "customer", "examples")
LANGUAGES = ("en", "nl")
_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}")


def example_file() -> str:
    """Give a commented file with two invented themes, to start from."""
    return resources.files("voices").joinpath("data", "own_themes.toml").read_text(encoding="utf8")


def read_themes(path: Path, *, taken: Iterable[str] = ()) -> dict[str, Theme]:
    """Read the themes of a file.

    Parameters
    ----------
    path : Path
        A TOML file; each table is a theme, its name the id.
    taken : iterable of str
        Ids that cannot be used, beside those of the shipped themes.

    Returns
    -------
    dict
        Theme id -> theme, in the order of the file; at least one.

    Raises
    ------
    InputError
        Naming the file, the theme and the key that cannot be used, never the content of an example.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file; write one with: voices taxonomy start {path}") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); name a TOML file") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: not a TOML file: {error}") from error
    if not raw:
        raise InputError(f"{path}: no theme is in it; see an example with: voices taxonomy start themes.toml")
    return {key: _theme(key, entry, where=f"{path}: [{key}]", taken={*load(), *taken}) for key, entry in raw.items()}


def add_theme(path: Path, theme: Theme) -> None:
    """Write a theme at the end of a file, and start the file when there is none.

    What is in the file stays as it is, with its comments.

    Raises
    ------
    InputError
        If the file or the theme cannot be used, or the file has a theme of that id.
    """
    known = read_themes(path) if path.exists() else {}
    if theme.id in known:
        raise InputError(f"{path}: [{theme.id}] is there already; choose another id with --id, or take it out first")
    before = path.read_text(encoding="utf-8-sig") if known else ""
    with staged_file(path) as stage:
        stage.write_text(before + ("\n" if before else "") + as_toml(theme), encoding="utf8")
        read_themes(stage)


def as_toml(theme: Theme) -> str:
    """Write a theme as the table that :func:`read_themes` reads.

    Examples
    --------
    >>> print(as_toml(Theme("soup", {"en": "Soup"}, {"en": "Lunch."}, {}, False, ("It is cold",))), end="")
    [soup]
    name = { en = "Soup" }
    employee = { en = "Lunch." }
    examples = [
        "It is cold",
    ]
    """
    lines = [f"[{theme.id}]"]
    for part in KEYS[:3]:
        texts = getattr(theme, part)
        if texts:
            lines.append(f"{part} = {{ " + ", ".join(f"{key} = {_quoted(text)}" for key, text in texts.items()) + " }")
    if theme.examples:
        lines += ["examples = [", *(f"    {_quoted(text)}," for text in theme.examples), "]"]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _theme(key: str, entry: Any, *, where: str, taken: set[str]) -> Theme:
    if not isinstance(entry, dict):
        raise InputError(f"{where}: must be a table of a theme, with {', '.join(KEYS)}")
    if not _ID.fullmatch(key):
        raise InputError(f"{where}: an id is up to 40 small letters, digits, - and _, and starts with a letter")
    if key in taken:
        raise InputError(f"{where}: a theme of the model has this id; choose another one (voices taxonomy lists them)")
    _check_keys(entry, KEYS, where)
    if "name" not in entry:
        raise InputError(f'{where}: no name; add a line such as name = {{en = "Canteen"}}')
    name, employee, customer = (_texts(entry.get(part, {}), where=f"{where} {part}") for part in KEYS[:3])
    if not employee and not customer:
        raise InputError(f"{where}: no description; say what the theme means under employee, customer or both")
    return Theme(key, name, employee, customer, bool(employee and customer), _examples(entry, where))


def _check_keys(entry: dict[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in entry:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise InputError(f"{where}: no key {key!r}{hint} The keys are: {', '.join(known)}")


def _texts(value: Any, *, where: str) -> dict[str, str]:
    """Check the texts of a theme per language."""
    if not isinstance(value, dict):
        raise InputError(f'{where}: must be a text per language, such as {{en = "...", nl = "..."}}')
    _check_keys(value, LANGUAGES, where)
    for language, text in value.items():
        if not isinstance(text, str) or not text.strip():
            raise InputError(f"{where}.{language}: must be a text that is not empty")
    return {language: text.strip() for language, text in value.items()}


def _examples(entry: dict[str, Any], where: str) -> tuple[str, ...]:
    examples = entry.get("examples", [])
    if not isinstance(examples, list):
        raise InputError(f'{where} examples: must be a list of sentences, such as ["The soup is cold"]')
    for number, text in enumerate(examples, start=1):
        if not isinstance(text, str) or not any(map(str.isalpha, text)):
            raise InputError(f"{where} examples: number {number} is not a sentence; give texts with words")
    return tuple(text.strip() for text in examples)
