import pytest
from hypothesis import given
from hypothesis import strategies as st

from voices.prepare import LANGUAGES, has_letters, is_placeholder, prepare, segment
from voices.types import Comment, Status


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Lovely staff but an endless queue. Shame!", "en", ["Lovely staff", "but an endless queue.", "Shame!"]),
        ("Aardige mensen, maar te druk", "nl", ["Aardige mensen,", "maar te druk"]),
        ("Er was nog maar één kassa open", "nl", ["Er was nog maar één kassa open"]),
        ("Ik werk 3 dagen p.w. en dat is fijn", "nl", ["Ik werk 3 dagen p.w. en dat is fijn"]),
        ("De mgr. luistert niet", "nl", ["De mgr. luistert niet"]),
        ("Dr. Smith was kind", "en", ["Dr. Smith was kind"]),
        ("- friendly\n- slow\n", "en", ["- friendly", "- slow"]),
        ("Nothing but praise for them", "en", ["Nothing but praise for them"]),
        ("good food. nice staff.", "en", ["good food.", "nice staff."]),
        ('He said "no!" and left', "en", ['He said "no!" and left']),
        ("Leuk werk; slecht rooster", "nl", ["Leuk werk;", "slecht rooster"]),
        ("", "en", []),
        ("  \n ", "nl", []),
    ],
)
def test_segments(text, language, expected):
    assert [s.text for s in segment(text, language=language)] == expected


@given(st.text(max_size=300), st.sampled_from([*LANGUAGES, "xx"]))
def test_segments_slice_the_text_and_lose_no_letter(text, language):
    segments = segment(text, language=language)
    end = 0
    for part in segments:
        assert text[part.start : part.end] == part.text
        assert part.start >= end
        assert part.text.strip()
        assert not has_letters(text[end : part.start])
        end = part.end
    assert not has_letters(text[end:])


@pytest.mark.parametrize(
    "text",
    ["", "  ", "-", "--", "...", "n.v.t.", "N/A", "none", "None.", "geen", "Niets!", "x", "?", "weet niet", "Nvt"],
)
def test_fillers_are_placeholders(text):
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ["👍", "42", "geen tijd voor klanten", "none of them helped", "好", "no staff", "N1A"])
def test_answers_are_no_placeholders(text):
    assert not is_placeholder(text)


def comment(text, language=None, question=None):
    return Comment("1", "customer", "f.csv", 2, text, question, language=language)


def test_languages_and_kinds():
    batch = [
        comment("The staff were friendly and the shop was clean"),
        comment("Het personeel was vriendelijk en de winkel was schoon"),
        comment("Le personnel était très aimable mais la file était longue"),
        comment("n.v.t.", language="nl"),
        comment("👍👍"),
        comment(""),
    ]
    prepared = prepare(batch)
    assert [p.status for p in prepared] == [
        Status.CODED, Status.CODED, Status.OTHER_LANGUAGE, Status.PLACEHOLDER, Status.WORDLESS, Status.PLACEHOLDER,
    ]  # fmt: skip
    assert [p.language for p in prepared] == ["en", "nl", "fr", "nl", None, None]
    assert [bool(p.segments) for p in prepared] == [True, True, False, False, False, False]


def test_declared_language_decides_where_the_text_cannot():
    assert prepare([comment("Top", language="nl")])[0].language == "nl"
    assert prepare([comment("Super", language="fr")])[0].status is Status.OTHER_LANGUAGE


def test_a_wrong_declaration_does_not_beat_a_clear_text():
    assert (
        prepare([comment("The queue was far too long and nobody came to help us", language="fr")])[0].language == "en"
    )


def test_language_can_be_set():
    assert prepare([comment("Le personnel était aimable")], language="en")[0].status is Status.CODED


@pytest.mark.parametrize("text", ["Great food", "Good", "Slecht", "Te duur", "Nice ppl", "Prima hoor", "ok service"])
def test_short_english_and_dutch_is_never_foreign(text):
    assert prepare([comment(text)])[0].language in LANGUAGES
