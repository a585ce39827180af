"""The words of a report and the shape of its numbers: one file a language, formats by Babel.

A third language is one file, ``locales/<code>.toml`` with the keys of ``en.toml``. It may also hold
``[themes.<id>]`` tables with ``name``, ``employee`` and ``customer`` for themes that the taxonomy
does not name in that language; English stands in for what neither has.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from voices import taxonomy
from voices.errors import InputError
from voices.report import values

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from voices.report.model import Share

MISSING = "–"
_COLUMN = re.compile(r"column '(.*?)': (.*)", re.DOTALL)
_NUMBERS = re.compile(r"\d[\d.,]*")
_MINUS = "\N{MINUS SIGN}"


@cache
def languages() -> tuple[str, ...]:
    """Give the codes of the languages that a report can be written in, sorted."""
    folder = resources.files("voices.report").joinpath("locales")
    return tuple(sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml")))


@cache
def load(language: str) -> Words:
    """Give the words and formats of a language.

    Raises
    ------
    InputError
        If there is no file for the language.
    """
    if language not in languages():
        known = ", ".join(languages())
        raise InputError(f"no report language {language!r}. The languages are: {known}. Choose one of them.")
    source = resources.files("voices.report").joinpath("locales", f"{language}.toml")
    return Words(language, dict(flatten(tomllib.loads(source.read_text(encoding="utf8")))))


def flatten(tree: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, str]]:
    """Give the leaves of nested tables as pairs of dotted key and text.

    Examples
    --------
    >>> list(flatten({"a": {"b": "x"}, "c": "y"}))
    [('a.b', 'x'), ('c', 'y')]
    """
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)


@dataclass(frozen=True)
class Words:
    """The words of one language; every method gives plain text, which the renderer escapes."""

    language: str
    entries: dict[str, str] = field(repr=False)

    @property
    def locale(self) -> str:
        """Give the Babel locale whose formats the language uses; a file may choose a country's."""
        return self.entries["format.locale"]

    def __call__(self, key: str, **inserts: object) -> str:
        """Give the text of a key with its ``{names}`` filled in; a missing key is a mistake of ours."""
        return self.entries[key].format_map(inserts) if inserts else self.entries[key]

    def with_themes(self, themes: Mapping[str, Mapping[str, Any]]) -> Words:
        """Add the themes of a user's own: id -> ``name``, ``employee`` and ``customer`` per language."""
        told = {
            f"themes.{theme}.{part}": taxonomy.translated(values.mapping(texts), self.language)
            for theme, entry in themes.items()
            for part, texts in values.mapping(entry).items()
            if part in ("name", "employee", "customer")
        }
        return replace(self, entries={**told, **self.entries})

    def plural(self, key: str, n: int, **inserts: object) -> str:
        """Give the form of ``key`` (``key.one``, ``key.other``, ...) for ``n``, with ``{n}`` formatted."""
        form = str(_babel(self.locale).plural_form(n))
        entry = self.entries.get(f"{key}.{form}", self.entries[f"{key}.other"])
        return entry.format_map({"n": self.integer(n), "words": self.cardinal(n), **inserts})

    def known(self, group: str, value: str) -> str:
        """Give the word for a value that a table holds; the value itself where there is no word."""
        return self.entries.get(f"{group}.{value}", value)

    def reason(self, text: str) -> str:
        """Give why rows were rejected in the report's language, as far as it has words for it."""
        match = _COLUMN.fullmatch(text)
        column, problem = match.groups() if match else ("", text)
        masked = f"reason.{_NUMBERS.sub('…', problem)}"
        told = self.entries.get(masked, problem)
        return self("read.in_column", column=column, reason=told) if column else told

    def why(self, text: str) -> str:
        """Give why a quote was chosen, without figures for the model's confidence."""
        return self.known("why", text.partition(";")[0].strip())

    def cardinal(self, n: int) -> str:
        """Give a small count in words, a larger one in digits."""
        return self.entries.get(f"cardinals.{n}", self.integer(n))

    def theme(self, theme: str) -> str:
        """Give the name of a theme; its id where the taxonomy has no such theme."""
        own = self.entries.get(f"themes.{theme}.name")
        entry = taxonomy.load().get(theme)
        return own or (taxonomy.translated(entry.name, self.language) if entry else "") or theme

    def lens(self, theme: str, voice: str) -> str:
        """Give what a theme means to a voice; '' where the voice does not use it."""
        own = self.entries.get(f"themes.{theme}.{voice}")
        entry = taxonomy.load().get(theme)
        if own or entry is None:
            return own or ""
        return taxonomy.translated(entry.employee if voice == "employee" else entry.customer, self.language)

    def integer(self, value: float | None) -> str:
        """Give a count with the language's grouping."""
        from babel.numbers import format_decimal

        return MISSING if value is None else str(format_decimal(round(value), locale=self.locale))

    def decimal(self, value: float | None, digits: int = 2, *, signed: bool = False) -> str:
        """Give a number with fixed decimals and a real minus sign; ``signed`` adds a plus."""
        from babel.numbers import format_decimal

        if value is None:
            return MISSING
        value = round(value, digits) + 0.0
        shape = "#,##0." + "0" * digits if digits else "#,##0"
        body = format_decimal(abs(value), format=shape, locale=self.locale)
        sign = _MINUS if value < 0 else "+" if signed and value > 0 else ""
        return f"{sign}{body}"

    def chance(self, value: float | None) -> str:
        """Give a p- or q-value with three decimals; ``< 0.001`` where it is smaller."""
        if value is not None and value < 0.001:
            return f"< {self.decimal(0.001, 3)}"
        return self.decimal(value, 3)

    def percent(self, share: float | None, digits: int = 1) -> str:
        """Give a share of 0 to 1 as a percentage."""
        from babel.numbers import format_percent

        if share is None:
            return MISSING
        shape = _babel(self.locale).percent_formats[None].pattern
        shape = shape.replace("#,##0", "#,##0." + "0" * digits) if digits else shape
        return str(format_percent(share, format=shape, locale=self.locale)).replace("-", _MINUS)

    def chart_locale(self) -> dict[str, Any]:
        """Give the shape of numbers on the axes of charts, as a d3-format locale."""
        from babel.numbers import get_decimal_symbol, get_group_symbol

        percent = _babel(self.locale).percent_formats[None].pattern.replace("#,##0", "")
        return {
            "decimal": get_decimal_symbol(self.locale),
            "thousands": get_group_symbol(self.locale),
            "grouping": [3],
            "currency": ["", ""],
            "percent": percent,
            "minus": _MINUS,
        }

    def interval(self, share: Share, digits: int = 1) -> str:
        """Give an interval as in a table: ``8.1–12.3%``."""
        if share.low is None or share.high is None:
            return MISSING
        return self("format.range", low=self.decimal(share.low * 100, digits), high=self.percent(share.high, digits))

    def measured(self, share: Share, digits: int = 0) -> str:
        """Give a share as in a sentence: ``10% (between 8% and 12%)``."""
        value = self.percent(share.value, digits)
        if share.low is None or share.high is None:
            return value
        low, high = self.percent(share.low, digits), self.percent(share.high, digits)
        return self("format.parenthesis", text=value, detail=self("format.between", low=low, high=high))

    def points(self, change: float | None) -> str:
        """Give a change of a share in percentage points, with its sign."""
        return MISSING if change is None else self.decimal(change * 100, 1, signed=True)

    def date(self, value: dt.date | None, shape: str = "long") -> str:
        """Give a date in the language's own order."""
        from babel.dates import format_date

        return MISSING if value is None else str(format_date(value, shape, locale=self.locale))

    def moment(self, value: dt.datetime | None) -> str:
        """Give a date and time, as the run's own clock had it."""
        from babel.dates import format_time

        if value is None:
            return MISSING
        return f"{self.date(value.date())}, {format_time(value.time(), 'short', locale=self.locale)}"

    def period(self, period: str) -> str:
        """Give '2024-03' as 'Mar 2024', '2024-Q1' as 'Q1 2024', '2024-W05' as 'week 5, 2024'."""
        from babel.dates import format_skeleton

        start = values.period_start(period)
        if start is None:
            return period
        if "W" in period:
            return self("format.week", week=int(period[-2:]), year=period[:4])
        return str(format_skeleton("yQQQ" if "Q" in period else "yMMM", start, locale=self.locale))

    def tongue(self, code: str) -> str:
        """Give the name of a language by its code."""
        from babel import Locale, UnknownLocaleError

        if code in {"", "und", "none", "null"}:
            return self("language.unknown")
        try:
            return str(Locale.parse(code).get_display_name(self.language) or code)
        except (UnknownLocaleError, ValueError):
            return self.known("language", code)

    def tongues(self, codes: Iterable[str]) -> str:
        """Give the names of languages as a list in a sentence."""
        return self.listing(self.tongue(code) for code in codes)

    def listing(self, parts: Iterable[str]) -> str:
        """Join parts as a sentence does: ``a, b and c``."""
        *first, last = [*parts] or [""]
        return self("format.and", first=", ".join(first), last=last) if first else last


def sentence_digits(shares: Iterable[Share]) -> int:
    """Give the decimals that percentages in one text need: 1 where an interval is narrower than a point."""
    known = ((share.low, share.high) for share in shares)
    return int(any(low is not None and high is not None and high - low < 0.01 for low, high in known))


def _babel(language: str) -> Any:
    from babel import Locale

    return Locale.parse(language)
