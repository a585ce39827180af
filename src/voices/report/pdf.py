"""The report as a document for a board: A4, bookmarks, tagged for screen readers, the same bytes for the same run.

The words come from :mod:`voices.report.pdf_parts`, the looks from ``templates/report.typ``. Text from
outside travels as strings of a JSON file, which Typst never reads as markup.
"""

from __future__ import annotations

import json
import re
from importlib import resources
from typing import TYPE_CHECKING, Any

from voices.errors import VoicesError
from voices.report import board, i18n, pdf_blocks, pdf_parts, sentences, values

if TYPE_CHECKING:
    from collections.abc import Callable

    from voices.report.model import Report

UNSHOWN = "▯"
"""Stands for what the fonts inside Typst do not have; a run of it becomes one."""
_PLAIN = re.compile("[\t\n\x20-\x7e\xa0-\xac\xae-\u017f\u2013\u2014\u2018-\u201e\u2022\u2026\u20ac\u2192\u2212]+")
_LACKING = re.compile(r'the text `"(.*?)"` could not be displayed')
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")
_INVISIBLE = re.compile("[\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]")
_WORD = re.compile(rf"\S{{{board.LONG_WORD},}}")
_PROBE = b"""#set document(title: "-")
#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"))
#for character in json("data.json") { block(character) }
"""


def render_pdf(report: Report, *, language: str) -> bytes:
    """Give the report as a PDF document.

    Parameters
    ----------
    report : Report
        From :func:`voices.report.build.build`.
    language : str
        One of :func:`voices.report.i18n.languages`.

    Returns
    -------
    bytes
        PDF/UA-1 with the fonts inside; nothing of the machine's own fonts, clock or files is used.

    Raises
    ------
    voices.errors.InputError
        If there is no such language.
    voices.errors.VoicesError
        If Typst cannot set the document.
    """
    words = i18n.load(language).with_themes(report.custom_themes)
    created = report.method.created
    blocks = pdf_parts.blocks(report, words)
    document = {
        "title": words("title"),
        "description": sentences.headline(report, words),
        "lang": words.locale.split("_")[0],
        "region": words.locale.split("_")[-1],
        "date": [created.year, created.month, created.day] if created else None,
        "made": words("made", date=words.date(created.date())) if created else "",
        "page": words("board.page", n="{n}", total="{total}"),
        "blocks": blocks,
    }
    lacking = _lacking(_characters(document))
    if lacking:
        blocks.append(pdf_blocks.quiet(words("board.unshown")))
    template = resources.files("voices.report").joinpath("templates", "report.typ").read_bytes()
    made = _mapped(document, lambda text: breakable(shown(text, lacking)), lambda svg: shown(svg, lacking))
    return _compile(template, made)


def shown(text: str, lacking: frozenset[str]) -> str:
    """Put one ▯ where the text has characters that the fonts lack.

    Examples
    --------
    >>> shown("good 👍👍 job", frozenset("👍"))
    'good ▯ job'
    """
    if not lacking:
        return text
    replaced = "".join(UNSHOWN if character in lacking else character for character in text)
    return re.sub(f"{UNSHOWN}+", UNSHOWN, replaced)


def breakable(text: str) -> str:
    """Let words that are longer than a column break anywhere."""
    return _WORD.sub(lambda match: "\u200b".join(match[0]), text)


def _characters(document: object) -> list[str]:
    """Give the characters of a document that the fonts may not have."""
    texts: list[str] = []

    def kept(text: str) -> str:
        texts.append(_PLAIN.sub("", text))
        return text

    _mapped(document, kept, kept)
    return sorted(set("".join(texts)))


def _mapped(value: Any, change: Callable[[str], str], redraw: Callable[[str], str]) -> Any:
    """Give a copy of nested lists and dictionaries with every text and every drawing changed."""
    if isinstance(value, str):
        return change(_INVISIBLE.sub("", values.text(value)))
    if isinstance(value, dict):
        return {
            key: redraw(_INVISIBLE.sub("", item)) if key == "svg" else _mapped(item, change, redraw)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_mapped(item, change, redraw) for item in value]
    return value


def _lacking(characters: list[str]) -> frozenset[str]:
    """Ask Typst which characters its fonts lack; where its answer cannot be read, all of them."""
    import typst

    if not characters:
        return frozenset()
    try:
        _typst(_PROBE, characters)
    except typst.TypstError as error:
        told = _LACKING.findall(error.diagnostic)
        found = {_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) for text in told}
        lacking = frozenset("".join(found)) & frozenset(characters)
        return lacking or frozenset(characters)
    return frozenset()


def _compile(template: bytes, document: object) -> bytes:
    import typst

    for standards in (["ua-1"], []):
        try:
            return _typst(template, document, standards)
        except typst.TypstError:  # its message may quote a comment
            continue
    raise VoicesError("the PDF could not be made; report.html and report.xlsx have the same content")


def _typst(template: bytes, document: object, standards: list[str] | None = None) -> bytes:
    import typst

    source = {"main.typ": template, "data.json": json.dumps(document).encode()}
    chosen = ["ua-1"] if standards is None else standards
    compiled: Any = typst.compile  # its type hints lack a dictionary of files
    return bytes(compiled(source, format="pdf", ignore_system_fonts=True, pdf_standards=chosen))
