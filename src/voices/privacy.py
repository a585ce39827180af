"""Mask account numbers, addresses and the like in text before anything else sees it.

First guard only: identifiers with a fixed form. Names of people need a recogniser that reads
context and are not masked by this module.
"""

from __future__ import annotations

import re
from collections.abc import Callable


def _luhn(digits: str) -> bool:
    """Check the last digit of a payment card (ISO/IEC 7812)."""
    total = 0
    for position, char in enumerate(reversed(digits)):
        value = int(char) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _iban(value: str) -> bool:
    """Check an account number by its remainder modulo 97 (ISO 13616)."""
    bare = value.replace(" ", "").upper()
    return int("".join(str(int(c, 36)) for c in bare[4:] + bare[:4])) % 97 == 1


def _bsn(value: str) -> bool:
    """Check a Dutch citizen service number by its eleven-test."""
    digits = [int(c) for c in re.sub(r"\D", "", value)]
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return len(digits) == 9 and sum(w * d for w, d in zip(weights, digits, strict=True)) % 11 == 0


def _card(value: str) -> bool:
    digits = re.sub(r"\D", "", value)
    return 13 <= len(digits) <= 19 and _luhn(digits)


def _phone(value: str) -> bool:
    return 9 <= len(re.sub(r"\D", "", value)) <= 14


_RULES: tuple[tuple[str, re.Pattern[str], Callable[[str], bool] | None], ...] = (
    ("[e-mail]", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), None),
    ("[iban]", re.compile(r"\b[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,3})?\b"), _iban),
    ("[card]", re.compile(r"(?<![\d.,])\d(?:[ -]?\d){12,18}(?![\d.,]\d|\d)"), _card),
    ("[phone]", re.compile(r"(?<![\w.,])(?:\+|00)\d{1,3}[ \-.]?(?:\(0\))?(?:[ \-.]?\d){7,11}(?!\d)"), _phone),
    ("[phone]", re.compile(r"(?<![\w.,])0[1-9]\d?(?:[ \-]?\d){7,8}(?!\d)"), _phone),
    ("[bsn]", re.compile(r"(?<![\w.,])\d{9}(?![\d.,]\d|\w)|(?<![\w.,])\d{4}\.\d{2}\.\d{3}(?!\d)"), _bsn),
)


def mask(text: str) -> str:
    """Replace e-mail addresses, IBANs, card, phone and citizen service numbers by their kind.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        The same text where nothing was found; masking twice changes nothing.

    Examples
    --------
    >>> mask("Mail me at jan@voorbeeld.nl or call 06-12345678")
    'Mail me at [e-mail] or call [phone]'
    """
    if not any(c.isdigit() or c == "@" for c in text):
        return text
    for label, pattern, check in _RULES:
        pieces, last = [], 0
        for match in pattern.finditer(text):
            if check is None or check(match[0]):
                pieces += [text[last : match.start()], label]
                last = match.end()
        text = "".join([*pieces, text[last:]])
    return text
