r"""Repair of text: what broken exports did to it is undone, what people wrote stays.

Every offset of a run counts characters of the repaired text, so this happens once, at the door.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

_SUSPECT = re.compile(r"[&<\x00-\x08\x0b-\x1f\x7f-\x9f]")
_BLOCK = re.compile(
    r"<\s*(?:br|/?\s*(?:p|div|li|ul|ol|tr|table|tbody|h[1-6]|blockquote|pre|hr))(?:\s[^<>]{0,500})?\s*/?\s*>", re.I
)
_INLINE = re.compile(
    r"(?:</?(?:b|i|u|s|em|strong|span|a|font|small|big|sup|sub|td|th|img|code)(?:\s[^<>]{0,500})?\s*/?>)+", re.I
)
_COMMENT = re.compile(r"<!--.{0,500}?-->", re.S)
_NEWLINES = re.compile(r"\n{3,}")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SPACES = re.compile("[\xa0\u2007\u202f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# A zero-width joiner between two emoji makes them one, so it stays there.
_EMOJI = "\u2600-\u27bf\ufe0f\U0001f000-\U0001faff"
_INVISIBLE = re.compile(
    f"[\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\ufeff]|(?<![{_EMOJI}])\u200d|\u200d(?![{_EMOJI}])"
)
_MOST_ROUNDS = 100


def clean(text: str) -> str:
    r"""Repair one text.

    Undone are: mojibake, HTML entities and simple tags, control characters, zero-width characters,
    lone surrogates, no-break spaces, ``\r\n``, unusual forms of the same letter (NFC), and blanks
    around it. Quotes, ligatures, emoji and spelling stay as they are. ``clean(clean(x)) ==
    clean(x)`` for every string.

    Examples
    --------
    >>> clean("  d&eacute; balie<br/>was dicht\r\n")
    'dé balie\nwas dicht'
    """
    if text.isascii() and not _SUSPECT.search(text):
        return text.strip()
    for _ in range(_MOST_ROUNDS):
        before = text
        text = _once(text)
        if text == before:
            break
    return text


def _once(text: str) -> str:
    if not text.isascii() or _SUSPECT.search(text):
        import ftfy

        if _SURROGATE.search(text):
            # Pairs become the character they stand for; lone ones go.
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
        text = ftfy.fix_text(text, _settings())
        text = _BREAKS.sub("\n", text)
        text = _SPACES.sub(" ", text)
        text = _INVISIBLE.sub("", text)
        if "<" in text:
            text = _without_tags(text)
    return text.strip()


def _without_tags(text: str) -> str:
    found = _COMMENT.sub("", text)
    found = _BLOCK.sub("\n", found)
    found = _INLINE.sub(_inline, found)
    return text if found == text else _NEWLINES.sub("\n\n", found)


def _inline(match: re.Match[str]) -> str:
    """Leave a space where a tag stood between two words."""
    text, start, end = match.string, match.start(), match.end()
    between = 0 < start and end < len(text) and text[start - 1].isalnum() and text[end].isalnum()
    return " " if between else ""


@cache
def _settings() -> Any:
    import ftfy

    return ftfy.TextFixerConfig(
        unescape_html=True,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        normalization="NFC",
        explain=False,
    )
