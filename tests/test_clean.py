"""Repair of text: what exports broke, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from voices.read import clean

BROKEN = st.text(st.sampled_from("aé&;<>/#xbrpi \n\r\t\u200d\u200bâ€™Ã©™\xa0\ud83d\ude00😀\x00\x1b[31mA\x85\ufeffamlt"))


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("plain text", "plain text"),
        ("  around \n", "around"),
        ("caf\u00c3\u00a9 was closed", "café was closed"),
        ("we\u00e2\u20ac\u2122re happy", "we’re happy"),
        ("Q&amp;A &lt;3 &eacute;", "Q&A <3 é"),
        ("fish &amp;amp; chips", "fish & chips"),
        ("one<br>two<br />three", "one\ntwo\nthree"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<b>good</b> food, <i>slow</i><i>staff</i>", "good food, slow staff"),
        ("&lt;br&gt;one", "one"),
        ("a < b > c", "a < b > c"),
        ("line\r\nline\rline", "line\nline\nline"),
        ("bell\x07 and nul\x00", "bell and nul"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("no\u00a0break", "no break"),
        ("lone \ud83d surrogate", "lone  surrogate"),
        ("pair \ud83d\ude00", "pair 😀"),
        ("“curly” ‘quotes’ stay", "“curly” ‘quotes’ stay"),
        ("ﬁsh and ｗｉｄｅ stay", "ﬁsh and ｗｉｄｅ stay"),
        ("e\u0301en", "éen"),
        ("👨\u200d👩\u200d👧 family", "👨\u200d👩\u200d👧 family"),
        ("a\u200db", "ab"),
        ("", ""),
    ],
)
def test_clean(broken, whole):
    assert clean(broken) == whole


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), BROKEN, st.text(st.characters(codec=None))))
@example("<<b>br>")
@example("&amp;amp;amp;lt;p&gt;")
@example("\u200d\ufeff\u200d😀")
def test_clean_twice_is_clean_once(text):
    once = clean(text)
    assert clean(once) == once
    assert once == once.strip()
    once.encode("utf-8")


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("abcdefgh ABC.,!?()'\"\n0123456789-%$")))
def test_ordinary_text_is_only_stripped(text):
    assert clean(text) == text.strip()
