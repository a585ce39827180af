"""Presidio's recognisers of identifiers with a fixed form, and the Dutch ones that it lacks."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from presidio_analyzer import EntityRecognizer

REGIONS = ("NL", "BE", "GB", "US", "DE")
"""Countries whose numbers are recognised without their international prefix."""
FEWEST_DIGITS = 5
"""Of a postcode with a house number."""


def is_bsn(value: str) -> bool:
    """Check a Dutch citizen service number by its eleven-test.

    Examples
    --------
    >>> is_bsn("111222333"), is_bsn("1112.22.333"), is_bsn("123456789"), is_bsn("000000000")
    (True, True, False, False)
    """
    digits = [int(char) for char in value if char.isdigit()]
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return len(digits) == 9 and any(digits) and sum(w * d for w, d in zip(weights, digits, strict=True)) % 11 == 0


@cache
def recognizers() -> tuple[EntityRecognizer, ...]:
    """Make the recognisers, the surest first: where two overlap the earlier one counts."""
    import phonenumbers

    with _no_transformers():
        from presidio_analyzer import Pattern, PatternRecognizer
        from presidio_analyzer.predefined_recognizers import (
            CreditCardRecognizer,
            EmailRecognizer,
            IbanRecognizer,
            PhoneRecognizer,
        )

    class Email(EmailRecognizer):
        """Takes any domain: a misspelt one is private too, and no list of domains is needed."""

        def validate_result(self, pattern_text: str) -> None:
            return None

    class Iban(IbanRecognizer):
        """Takes small letters as well; without Presidio's message that shows what failed."""

        def validate_result(self, pattern_text: str) -> bool:
            bare = re.sub(r"[ -]", "", pattern_text).upper()
            return int("".join(str(int(char, 36)) for char in bare[4:] + bare[:4])) % 97 == 1

    class Card(CreditCardRecognizer):
        """Takes numbers of 13 to 19 digits; a 0000... passes Luhn and is none."""

        def validate_result(self, pattern_text: str) -> bool:
            digits = re.sub(r"\D", "", pattern_text)
            return 13 <= len(digits) <= 19 and any(map(int, digits)) and super().validate_result(digits)

    class Bsn(PatternRecognizer):
        """The Dutch citizen service number, which Presidio lacks."""

        def validate_result(self, pattern_text: str) -> bool:
            return is_bsn(pattern_text)

    char = "[A-Za-z0-9]"
    group = f"[ -]?{char}"
    iban = (
        rf"(?<!{char})([A-Za-z]{{2}}\d{{2}}(?:{group}{{4}}){{2,6}})((?:{group}{{4}})?)((?:{group}{{1,3}})?)(?!{char})"
    )
    card = r"(?<![\d.,])\d(?:[ -]?\d){12,18}(?![.,]?\d)"
    bsn = r"(?<![\w.,+-])(?:\d{9}|\d{3}[ .]\d{3}[ .]\d{3}|\d{4}[. ]\d{2}[. ]\d{3})(?![.,]?\d|\w)"
    return (
        Email(),
        Iban(patterns=[Pattern("iban", iban, 0.5)]),  # type: ignore[list-item]
        Card(patterns=[Pattern("card", card, 0.3)]),
        Bsn(supported_entity="NL_BSN", name="Bsn", patterns=[Pattern("bsn", bsn, 0.3)]),
        PhoneRecognizer(supported_regions=REGIONS, leniency=phonenumbers.Leniency.VALID),
        PatternRecognizer("PHONE_NUMBER", name="Written phone number", patterns=_phones(Pattern)),
        PatternRecognizer("NL_ADDRESS", name="Postcode with house number", patterns=_postcodes(Pattern)),
    )


@contextmanager
def _no_transformers() -> Iterator[None]:
    """Keep Presidio from importing transformers, which takes seconds and serves engines that are not used here."""
    if "transformers" in sys.modules:
        yield
        return
    sys.modules["transformers"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["transformers"]


def _phones(pattern: Any) -> list[Any]:
    """Give numbers that look like a phone number although no country has given them out."""
    return [
        pattern("international", r"(?<![\w.,])(?:\+|00)\d{1,3}[ \-.]?(?:\(0\))?(?:[ \-.]?\d){7,11}(?!\d)", 0.4),
        pattern("national", r"(?<![\w.,])0[1-9]\d?(?:[ \-]?\d){7,8}(?!\d)", 0.4),
    ]


def _postcodes(pattern: Any) -> list[Any]:
    """Give a Dutch postcode with the house number beside it, which says one address."""
    code = r"[1-9]\d{3} ?(?!SA|SD|SS)[A-Z]{2}"
    return [pattern("postcode", rf"(?-i:\b{code},? ?(?:nr\.? ?|huisnummer )?\d{{1,5}}\b(?![.,]\d))", 0.4)]


def may_hold(text: str) -> bool:
    """Tell whether a text has what every identifier has: an ``@`` or some digits."""
    return "@" in text or sum(map(text.count, "0123456789")) >= FEWEST_DIGITS


def find(text: str) -> Sequence[tuple[int, int, str]]:
    """Give the identifiers in a text as (start, end, kind), the surest recogniser first."""
    return [
        (result.start, result.end, result.entity_type)
        for recognizer in recognizers()
        for result in recognizer.analyze(text, recognizer.supported_entities, None)  # type: ignore[arg-type]
        if result.score > 0
    ]
