import pytest
from hypothesis import given
from hypothesis import strategies as st

from voices.privacy import mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("mail a.b-c@shop.co.uk now", "mail [e-mail] now"),
        ("bel 06-12345678 of 06 12 34 56 78", "bel [phone] of [phone]"),
        ("bel +31 6 1234 5678 of 030-2345678", "bel [phone] of [phone]"),
        ("call 0044 20 7946 0958", "call [phone]"),
        ("rekening NL91 ABNA 0417 1643 00 graag", "rekening [iban] graag"),
        ("rekening NL91ABNA0417164300", "rekening [iban]"),
        ("kaart 4111 1111 1111 1111!", "kaart [card]!"),
        ("mijn bsn is 111222333", "mijn bsn is [bsn]"),
    ],
)
def test_identifiers_are_masked(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "waited 45 minutes for 12 people on 2024-03-05",
        "€ 1.299,95 betaald op 12-03-2024 om 14:30",
        "NL91ABNA0417164301 fails its check",
        "room 1204, order 20240312345",
        "score 9/10, 100 % tevreden",
        "123456789 fails the eleven-test",
    ],
)
def test_ordinary_numbers_stay(text):
    assert mask(text) == text


@given(st.text(alphabet="0123456789 +-.()@abNL", max_size=60))
def test_masking_twice_changes_nothing(text):
    assert mask(mask(text)) == mask(text)
