"""Make a theme of a discovered topic, so that the next run codes it."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from voices.errors import InputError
from voices.taxonomy import Theme

LENSES = {
    "en": {"employee": "What employees write about: {words}.", "customer": "What customers write about: {words}."},
    "nl": {
        "employee": "Waar medewerkers over schrijven: {words}.",
        "customer": "Waar klanten over schrijven: {words}.",
    },
}
"""How a topic is described to a voice, in the main language of the topic."""


def topic_as_theme(topic: str, folder: Path, *, name: str | None = None, key: str | None = None) -> Theme:
    """Read a topic, and its partner in the other voice, as a theme.

    Its quotes become the examples: they are masked and only there for topics of enough people.

    Parameters
    ----------
    topic : str
        Id, such as ``employee-3``.
    folder : Path
        What ``voices run`` or ``voices discover`` wrote.
    name, key : str or None
        Name and id of the theme; None takes the label of the topic.

    Raises
    ------
    InputError
        If the folder has no topics, or not this one.
    """
    path = folder / "topics.csv"
    if not path.is_file():
        raise InputError(f"--from {folder}: no topics.csv in it; name the folder of 'voices run' or 'voices discover'")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = {row["topic"]: row for row in csv.DictReader(stream)}
    if topic not in rows:
        shown = ", ".join(list(rows)[:8]) + (", ..." if len(rows) > 8 else "")
        raise InputError(f"{topic}: no such topic in {path}; it has: {shown or 'no topics'}")
    row = rows[topic]
    partner = rows.get(row["matched_topic"])
    lenses: dict[str, dict[str, str]] = {"employee": {}, "customer": {}}
    for found in (row, partner) if partner else (row,):
        lens = LENSES[_language(found)][found["voice"]]
        lenses[found["voice"]] = {_language(found): lens.format(words=_plain(found["keywords"]))}
    examples = [quote for found in (row, partner) if found for quote in _quotes(found)]
    return Theme(
        id=key or _slug(name or _plain(row["label"])),
        name={_language(row): name or _plain(row["label"])},
        employee=lenses["employee"],
        customer=lenses["customer"],
        shared=partner is not None,
        examples=tuple(dict.fromkeys(examples)),
    )


def _language(row: Mapping[str, str]) -> str:
    return row["language"] if row.get("language") in LENSES else "en"


def _quotes(row: Mapping[str, str]) -> list[str]:
    return [_plain(row[name]) for name in ("quote_1", "quote_2", "quote_3") if row.get(name)]


def _plain(cell: str) -> str:
    """Take off the apostrophe that keeps a spreadsheet from running a cell."""
    return cell[1:] if re.match(r"'[=+\-@]", cell) else cell


def _slug(name: str) -> str:
    """Make an id of a name.

    Examples
    --------
    >>> _slug("Koffie & thee, automaat"), _slug("24/7 app")
    ('koffie-thee-automaat', 'topic-24-7-app')
    """
    bare = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", bare).strip("-")
    return (slug if slug[:1].isalpha() else f"topic-{slug}")[:40].rstrip("-")
