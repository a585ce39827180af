"""Codes and names of languages as exports write them."""

from __future__ import annotations

import re

_NAMES = {
    "nl": "nld dut dutch nederlands néerlandais niederländisch flemish vlaams",
    "en": "eng english engels anglais englisch",
    "fr": "fra fre french frans français francais französisch",
    "de": "deu ger german duits allemand deutsch",
    "es": "spa spanish spaans espagnol español espanol spanisch",
    "it": "ita italian italiaans italien italiano italienisch",
    "pt": "por portuguese portugees portugais português portugues",
    "pl": "pol polish pools polonais polski",
    "tr": "tur turkish turks turc türkçe turkce",
    "ar": "ara arabic arabisch arabe",
    "ru": "rus russian russisch russe",
    "uk": "ukr ukrainian oekraïens oekraiens",
    "zh": "zho chi chinese chinees chinois",
    "ja": "jpn japanese japans japonais",
    "ko": "kor korean koreaans",
    "sv": "swe swedish zweeds", "da": "dan danish deens", "no": "nor nob nno norwegian noors nb nn",
    "fi": "fin finnish fins", "cs": "ces cze czech tsjechisch", "ro": "ron rum romanian roemeens",
    "hu": "hun hungarian hongaars", "el": "ell gre greek grieks", "bg": "bul bulgarian bulgaars",
    "fy": "fry frisian fries frysk", "he": "heb hebrew hebreeuws iw", "hi": "hin hindi",
    "id": "ind indonesian indonesisch", "fa": "fas per persian farsi perzisch", "vi": "vie vietnamese",
    "th": "tha thai", "hr": "hrv croatian kroatisch", "sk": "slk slo slovak slowaaks", "sl": "slv slovenian sloveens",
    "af": "afr afrikaans", "ca": "cat catalan catalaans", "et": "est estonian estisch", "lv": "lav latvian lets",
    "lt": "lit lithuanian litouws", "sr": "srp serbian servisch", "so": "som somali", "ur": "urd urdu",
    "bn": "ben bengali", "pa": "pan punjabi", "ms": "msa may malay", "tl": "tgl tagalog",
}  # fmt: skip
_CODES = {name: code for code, names in _NAMES.items() for name in (code, *names.split())}
_TOKEN = re.compile(r"[^\W\d_]+")


def iso_code(text: str) -> str | None:
    """Give the ISO 639-1 code for a code, a locale or a name of a language; None when unknown.

    Examples
    --------
    >>> iso_code("nl_BE"), iso_code("EN"), iso_code("Frans"), iso_code("English (UK)"), iso_code("x")
    ('nl', 'en', 'fr', 'en', None)
    """
    if len(text) > 40:
        return None
    match = _TOKEN.match(text.strip().lower())
    return _CODES.get(match[0]) if match else None
