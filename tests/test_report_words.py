"""The words: the same keys in every language, and numbers as the language writes them."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from importlib import resources

import pytest

from voices import taxonomy
from voices.report import i18n, languages
from voices.report.model import Share
from voices.report.workbook_columns import TRANSLATED

ENGLISH, DUTCH = i18n.load("en"), i18n.load("nl")


def test_languages():
    assert languages() == ("en", "nl")


@pytest.mark.parametrize("language", [code for code in languages() if code != "en"])
def test_every_language_has_the_same_keys_and_places(language):
    other = i18n.load(language).entries
    assert set(other) == set(ENGLISH.entries)
    for key, text in ENGLISH.entries.items():
        if key != "format.locale":
            assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", other[key])), key


def test_names_of_themes_are_there_in_every_language():
    for language in languages():
        words = i18n.load(language)
        for theme, entry in taxonomy.load().items():
            assert words.theme(theme) != theme
            assert bool(words.lens(theme, "employee")) == bool(entry.employee)
            assert bool(words.lens(theme, "customer")) == bool(entry.customer)
    assert ENGLISH.theme("of-my-own") == "of-my-own"
    assert ENGLISH.lens("of-my-own", "employee") == ""


def test_a_language_file_may_name_themes_itself():
    words = i18n.Words("de", {**ENGLISH.entries, "themes.trust.name": "Vertrauen"})
    assert words.theme("trust") == "Vertrauen"
    assert words.theme("price") == "Price & value"


@pytest.mark.parametrize(
    ("value", "digits", "english", "dutch"),
    [(0.1234, 1, "12.3%", "12,3%"), (0.1234, 0, "12%", "12%"), (0.0, 1, "0.0%", "0,0%"), (None, 1, "–", "–")],
)
def test_percent(value, digits, english, dutch):
    assert ENGLISH.percent(value, digits) == english
    assert DUTCH.percent(value, digits) == dutch


def test_numbers():
    assert (ENGLISH.integer(12345), DUTCH.integer(12345)) == ("12,345", "12.345")
    assert (ENGLISH.decimal(-0.5), DUTCH.decimal(-0.5)) == ("−0.50", "−0,50")
    assert ENGLISH.decimal(-0.0001, 2, signed=True) == "0.00"
    assert (ENGLISH.points(0.004), DUTCH.points(-0.0041)) == ("+0.4", "−0,4")


def test_intervals():
    share = Share(0.1, 0.081, 0.123)
    assert ENGLISH.interval(share) == "8.1–12.3%"
    assert DUTCH.measured(share) == "10% (tussen 8% en 12%)"
    assert ENGLISH.measured(Share(0.1)) == "10%"
    assert i18n.sentence_digits([share]) == 0
    assert i18n.sentence_digits([share, Share(0.01, 0.008, 0.012)]) == 1


@pytest.mark.parametrize(
    ("period", "english", "dutch"),
    [
        ("2024-03", "Mar 2024", "mrt 2024"),
        ("2024-Q1", "Q1 2024", "K1 2024"),
        ("2024-W05", "week 5, 2024", "week 5, 2024"),
        ("later", "later", "later"),
    ],
)
def test_periods(period, english, dutch):
    assert (ENGLISH.period(period), DUTCH.period(period)) == (english, dutch)


def test_dates():
    day = dt.date(2026, 3, 1)
    assert (ENGLISH.date(day), DUTCH.date(day)) == ("1 March 2026", "1 maart 2026")
    moment = dt.datetime(2026, 3, 1, 14, 5, tzinfo=dt.timezone(dt.timedelta(hours=5)))
    assert DUTCH.moment(moment) == "1 maart 2026, 14:05"


def test_counts_in_words():
    assert ENGLISH.plural("headline.shared", 1, themes="X").endswith("the same theme: X")
    assert DUTCH.plural("headline.shared", 3, themes="X").endswith("dezelfde drie thema’s: X")
    assert ENGLISH.cardinal(40) == "40"
    assert ENGLISH.listing(["a", "b", "c"]) == "a, b and c"
    assert (ENGLISH.listing(["a"]), ENGLISH.listing([])) == ("a", "")


def test_reasons_of_rejection_in_dutch():
    assert (
        DUTCH.reason("duplicate of row 12 (same id and text)") == "herhaling van een eerdere rij (zelfde id en tekst)"
    )
    assert DUTCH.reason("column 'pros': a NUL character") == "kolom “pros”: een NUL-teken"
    assert DUTCH.reason("row 3 is odd") == "row 3 is odd"
    assert DUTCH.why("typical negative mention; confidence 0.91") == "kenmerkende negatieve vermelding"


def test_languages_by_name():
    assert ENGLISH.tongues(["en", "nl"]) == "English and Dutch"
    assert DUTCH.tongue("nl") == "Nederlands"
    assert (DUTCH.tongue("other"), DUTCH.tongue(""), DUTCH.tongue("<b>")) == ("anders", "onbekend", "<b>")


def test_files_of_words_are_plain_toml():
    for language in languages():
        source = resources.files("voices.report").joinpath("locales", f"{language}.toml").read_text(encoding="utf8")
        assert tomllib.loads(source)["format"]["locale"].startswith(language)


def test_every_word_is_used():
    """A key stands in the code as it is, or begins as one that is filled in there."""
    folder = resources.files("voices.report")
    files = [*folder.iterdir(), *folder.joinpath("templates").iterdir()]
    code = "\n".join(file.read_text() for file in files if file.name.endswith((".py", ".j2", ".js")))
    begun = re.findall(r"""f["'](\w+\.[\w.]*){""", code) + re.findall(r"""["'](\w+\.[\w.]*)["'] ~""", code)
    begun += [f"{group}." for group in (*re.findall(r"""known\(["']([\w.]+)["']""", code), *TRANSLATED)]
    whole = set(re.findall(r"""["']([\w.]+)["']""", code))
    keys = (key for key in ENGLISH.entries if not key.startswith(tuple(begun)))
    assert [key for key in keys if re.sub(r"[.](one|other)$", "", key) not in whole] == []
