"""Replace what says who a person is by its kind, with Presidio's recognisers and our own.

Presidio's ``AnalyzerEngine`` runs a language model over every text, for lemmas that raise or lower its scores,
and asks for the language first. The recognisers here need neither, so that they are called directly: no model
runs over the text, and one pass serves English, Dutch and comments that mix them. Where findings overlap the
longer one stays; of equally long ones the surer.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection

from voices.privacy import identifiers
from voices.privacy.names import find_names

LABELS = {
    "EMAIL_ADDRESS": "[e-mail]",
    "IBAN_CODE": "[iban]",
    "CREDIT_CARD": "[card]",
    "NL_BSN": "[bsn]",
    "PHONE_NUMBER": "[phone]",
    "NL_ADDRESS": "[address]",
    "PERSON": "[name]",
}
"""Kind of what was found, as Presidio names it -> what is written in its place."""
_ROUNDS = 10
_ENDING = re.compile(r"(.*?)((?:/[^/\sA-Z]{1,24})?(?:~\d+)?)", re.DOTALL)
"""An id, and what the reader put behind it: the question and the number of the copy."""


def mask(text: str) -> str:
    """Replace e-mail addresses, account, card, phone and citizen service numbers and names of people.

    Parameters
    ----------
    text : str
        English or Dutch; other languages have their identifiers masked, and names as far as lists have them.

    Returns
    -------
    str
        The same text where nothing was found; masking twice changes nothing.

    Examples
    --------
    >>> mask("Mail Sophie at s.jansen@voorbeeld.nl or call 06-12345678")
    'Mail [name] at [e-mail] or call [phone]'
    """
    for _ in range(_ROUNDS):  # a name beside a label can come to light by it
        masked = _once(text)
        if masked == text:
            break
        text = masked
    return text


def are_personal_numbers(ids: Collection[str]) -> bool:
    """Tell whether ids are numbers of people: one in eleven or so of other numbers looks like one by chance.

    Examples
    --------
    >>> are_personal_numbers(["111222333", "123456782"]), are_personal_numbers(["111222333", "111222334"])
    (True, False)
    """
    return sum(map(is_personal_number, ids)) > len(ids) / 2


def is_personal_number(value: str) -> bool:
    """Tell whether a text is nothing but a number that looks like one of a person: a citizen's, a phone, a card."""
    return len(value) > 7 and value.isdecimal() and mask(value) != value


def mask_id(value: str, *, personal: bool | None = None) -> str:
    """Give an id that does not say who a person is.

    An id that holds an e-mail address, a name or a number of a person becomes ``id-`` and eight characters of its
    hash: rows of one person keep one id, and nobody reads it. What tells the answers of one person apart, such as
    ``/pros`` or ``~2``, stays behind it, so that they are still known to be of one. It is no protection
    against somebody who has a list of the addresses and hashes each of them.

    Parameters
    ----------
    value : str
    personal : bool or None
        Whether the column holds numbers of people, from :func:`are_personal_numbers`: all ids that are a number
        are hashed then, a mistyped one too, and none otherwise, since hashing the one customer number in eleven
        that looks like a citizen's would protect nobody. None hashes those that look like one.

    Examples
    --------
    >>> mask_id("row-12"), mask_id("sophie@voorbeeld.nl") == mask_id("sophie@voorbeeld.nl")
    ('row-12', True)
    """
    person, ending = _ENDING.fullmatch(value).groups()  # type: ignore[union-attr]
    is_number = person.isdecimal()
    if mask(value) == value and not (personal and is_number):
        return value
    if personal is False and is_number and mask(ending) == ending:
        return value
    if ending and mask(ending) == ending:
        hashed = mask_id(person, personal=personal)
        if hashed != person:
            return hashed + ending
    return "id-" + hashlib.blake2b(value.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _once(text: str) -> str:
    found = list(identifiers.find(text)) if identifiers.may_hold(text) else []
    found += [(start, end, "PERSON") for start, end in find_names(text)]
    if not found:
        return text
    found.sort(key=lambda item: item[0] - item[1])
    kept: list[tuple[int, int, str]] = []
    for start, end, kind in found:
        if all(end <= a or b <= start for a, b, _ in kept):
            kept.append((start, end, kind))
    pieces, last = [], 0
    for start, end, kind in sorted(kept):
        pieces += [text[last:start], LABELS[kind]]
        last = end
    return re.sub(r"\[name\](?: \[name\])+", "[name]", "".join([*pieces, text[last:]]))
