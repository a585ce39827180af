"""The shipped taxonomy holds what the codebook says."""

from __future__ import annotations

import pytest

from voices import taxonomy


def test_order_and_shared_themes():
    themes = taxonomy.load()
    assert tuple(themes) == taxonomy.THEMES
    assert [theme for theme, entry in themes.items() if entry.shared] == list(taxonomy.THEMES[:13])


@pytest.mark.parametrize("theme", taxonomy.THEMES)
def test_names_and_lenses(theme):
    entry = taxonomy.load()[theme]
    lenses = {"employee": entry.employee, "customer": entry.customer}
    without = {"compensation": "customer", "growth": "customer", "price": "employee"}
    assert {voice for voice, lens in lenses.items() if not lens} == ({without[theme]} if theme in without else set())
    for words in (entry.name, *filter(None, lenses.values())):
        assert set(words) == {"en", "nl"}
        assert all(text.strip() == text and text for text in words.values())
    assert all(text.endswith(".") for lens in lenses.values() for text in lens.values())


def test_names_are_unique():
    for language in ("en", "nl"):
        assert len({entry.name[language] for entry in taxonomy.load().values()}) == 17
