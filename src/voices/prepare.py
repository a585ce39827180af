"""Decide what kind of answer a comment is, its language, and cut it into sentences and clauses."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from voices.types import Comment, Prepared, Segment, Status

if TYPE_CHECKING:
    from lingua import LanguageDetector
    from spacy.language import Language
    from spacy.tokens import Doc

LANGUAGES = ("en", "nl")
"""The languages that the shipped model was made for."""
DETECTED = (
    "ENGLISH", "DUTCH", "GERMAN", "FRENCH", "SPANISH", "ITALIAN", "PORTUGUESE", "POLISH", "TURKISH", "ARABIC",
    "RUSSIAN", "UKRAINIAN", "ROMANIAN", "HUNGARIAN", "SWEDISH", "DANISH", "BOKMAL", "FINNISH", "GREEK", "CHINESE",
    "JAPANESE", "KOREAN", "HINDI", "HEBREW",
)  # fmt: skip
"""What the detector tells apart; Afrikaans is left out, since short Dutch looks like it."""
FOREIGN_BELOW = 0.05
"""A comment is of another language when English and Dutch together get less probability than this."""
FOREIGN_WORDS = 3
"""Fewer words than this are too few to call a comment foreign: names and brands look like anything."""

PLACEHOLDERS = frozenset(
    """
    na nvt none nil null nan unknown blank empty nocomment nocomments nofeedback noanswer noresponse norespons
    notapplicable notsure dontknow idontknow idk dunno nothing nothingtoadd nothingtosay nothingtoreport
    nothingcomestomind nothingreally nothingatall nothingelse nope no yes ok test x xx xxx y n aa asdf same seeabove
    asabove sameasabove ditto
    geen geenopmerking geenopmerkingen geencommentaar geenantwoord geenidee geenmening geentips geenaanvulling
    geenaanvullingen geenbijzonderheden niets niks nietvantoepassing niettevermelden nietstemelden nietstoetevoegen
    nietsbijzonders nietsspeciaals weetniet ikweethetniet weetikniet weetnogniet zouhetnietweten
    geenverbeterpunten nee neen ja onbekend leeg idem ziboven zieboven
    """.split()
)  # fmt: skip
"""Fillers after removal of everything but letters; the answer says nothing by itself."""


def is_placeholder(text: str) -> bool:
    """Tell whether an answer is empty or a filler such as "-", "n.v.t." or "none".

    Examples
    --------
    >>> is_placeholder(" N.v.t. "), is_placeholder("--"), is_placeholder("none of the staff helped")
    (True, True, False)
    """
    letters = re.sub(r"[^a-z]", "", unicodedata.normalize("NFKD", text.casefold()))
    if letters:
        return len(letters) < 28 and letters in PLACEHOLDERS and not any(c.isdigit() for c in text)
    return not any(unicodedata.category(c) in {"So", "Nd"} or c.isalpha() for c in text)


def has_letters(text: str) -> bool:
    """Tell whether there is any letter, of any script."""
    return any(c.isalpha() for c in text)


@cache
def _detector() -> LanguageDetector:
    import lingua

    languages = [getattr(lingua.Language, name) for name in DETECTED]
    return lingua.LanguageDetectorBuilder.from_languages(*languages).build()


def detect_languages(texts: Sequence[str], declared: Sequence[str | None]) -> list[str]:
    """Give the language of each text as an ISO 639-1 code.

    English or Dutch wins unless both are improbable: for a short text the detector's favourite
    among twenty languages is often a neighbour of the right one. A declared language decides where
    the text is too short to tell.

    Parameters
    ----------
    texts : sequence of str
    declared : sequence of (str or None)
        What the file says; the same length as ``texts``.

    Returns
    -------
    list of str
        Lower-case codes.
    """
    found = _detector().compute_language_confidence_values_in_parallel(list(texts))
    return [_decide(text, said, values) for text, said, values in zip(texts, declared, found, strict=True)]


def _decide(text: str, declared: str | None, values: Iterable[Any]) -> str:
    shares: dict[str, float] = {v.language.iso_code_639_1.name.lower(): v.value for v in values}
    best = max(shares, key=lambda code: shares[code])
    ours = max(LANGUAGES, key=lambda code: shares[code])
    known = sum(shares[code] for code in LANGUAGES)
    n_words = len(text.split())
    is_short = n_words < FOREIGN_WORDS or shares[best] == 0
    if declared and (is_short or declared == best):
        return declared
    if not is_short and known < FOREIGN_BELOW:
        return best
    if declared in LANGUAGES and abs(shares["en"] - shares["nl"]) < 0.5:
        return declared
    return ours


CONTRAST = {
    "en": frozenset({"but", "however", "although", "though", "yet", "except", "unfortunately", "whereas"}),
    "nl": frozenset({"maar", "echter", "hoewel", "ofschoon", "behalve", "helaas", "terwijl", "daarentegen"}),
}
NOT_CONTRAST_AFTER = {
    "en": frozenset(["nothing", "anything", "all", "everything", "none", "not", "no", "as", "even"]),
    "nl": frozenset(
        ["nog", "alleen", "toch", "dan", "slechts", "doe", "laat", "ga", "kom", "kon", "zeg", "wel", "niet", "was"]
    ),
}
"""Words before which "but" or "maar" is no contrast: "nothing but", "alleen maar"."""
ABBREVIATIONS = frozenset(
    """
    mr mrs ms dr prof st no nr tel etc approx dept incl excl vs e.g i.e a.m p.m min max
    dhr mevr mw drs ing ir bijv bv ca evt o.a m.b.t t.o.v d.w.z p.w o.k i.p.v a.u.b e.d enz blz mgr i.v.m
    """.split()
)
"""Words after which a full stop does not end a sentence."""
ENDS = frozenset({".", "!", "?", "…", "..", "...", "....", "!!", "!!!", "??", "???", "?!", "!?"})
MIN_CLAUSE_TOKENS = 2


@cache
def _tokeniser(language: str) -> Language:
    import spacy

    return spacy.blank(language if language in LANGUAGES else "xx")


def segment(text: str, *, language: str) -> tuple[Segment, ...]:
    """Cut a text into sentences and contrasting clauses.

    Sentences end at their marks, at line breaks and at semicolons, not after abbreviations; a
    clause starts at a word of contrast ("lovely staff | but an endless queue").

    Parameters
    ----------
    text : str
        Any text, also without words.
    language : str
        ``en`` or ``nl``; others are cut at sentences only.

    Returns
    -------
    tuple of Segment
        In order, not overlapping, none blank; ``text[s.start:s.end] == s.text`` for each.

    Examples
    --------
    >>> [s.text for s in segment("Lovely staff but an endless queue. Shame!", language="en")]
    ['Lovely staff', 'but an endless queue.', 'Shame!']
    """
    doc = _tokeniser(language).make_doc(text)
    starts = [0]
    for index in range(1, len(doc)):
        if _is_boundary(doc, index, language):
            starts.append(doc[index].idx)
    starts.append(len(text))
    pieces = [_trimmed(text, a, b) for a, b in itertools.pairwise(starts)]
    return tuple(_joined(text, [piece for piece in pieces if piece.text]))


def _is_boundary(doc: Doc, index: int, language: str) -> bool:
    """Tell whether a segment starts at token ``index``."""
    before, here = doc[index - 1], doc[index]
    if here.text in ENDS or here.is_quote or here.is_right_punct:
        return False
    if before.is_space and "\n" in before.text:
        return True
    if before.text in ENDS:
        return not (before.text == "." and index >= 2 and _is_abbreviation(doc[index - 2].text))
    if before.text == ";":
        return True
    word = here.lower_
    if word not in CONTRAST.get(language, ()):
        return False
    if before.lower_ in NOT_CONTRAST_AFTER[language]:
        return False
    sentence_start = index - MIN_CLAUSE_TOKENS
    enough_before = sentence_start >= 0 and not any(t.text in ENDS for t in doc[sentence_start:index])
    return enough_before and len(doc) - index > MIN_CLAUSE_TOKENS


def _is_abbreviation(word: str) -> bool:
    return word.casefold() in ABBREVIATIONS or (len(word) == 1 and word.isalpha())


def _trimmed(text: str, start: int, end: int) -> Segment:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Segment(start, end, text[start:end])


def _joined(text: str, pieces: list[Segment]) -> list[Segment]:
    """Join pieces without a letter (bullets, stray marks) to the piece before them."""
    joined: list[Segment] = []
    for piece in pieces:
        if joined and not has_letters(piece.text):
            last = joined.pop()
            piece = Segment(last.start, piece.end, text[last.start : piece.end])
        joined.append(piece)
    return joined


def prepare(comments: Sequence[Comment], *, language: str = "auto") -> list[Prepared]:
    """Give kind, language and segments of each comment of a batch.

    Parameters
    ----------
    comments : sequence of Comment
    language : str
        ``auto``, or the code of the language that all comments are in.

    Returns
    -------
    list of Prepared
        In the order of ``comments``.
    """
    wordy = [i for i, c in enumerate(comments) if not is_placeholder(c.text) and has_letters(c.text)]
    if language == "auto":
        found = detect_languages([comments[i].text for i in wordy], [comments[i].language for i in wordy])
    else:
        found = [language] * len(wordy)
    by_index = dict(zip(wordy, found, strict=True))
    prepared = []
    for index, comment in enumerate(comments):
        code = by_index.get(index)
        if code is None:
            status = Status.PLACEHOLDER if is_placeholder(comment.text) else Status.WORDLESS
            fallback = comment.language if language == "auto" else language
            prepared.append(Prepared(comment, fallback, status))
        elif code not in LANGUAGES:
            prepared.append(Prepared(comment, code, Status.OTHER_LANGUAGE))
        else:
            prepared.append(Prepared(comment, code, Status.CODED, segment(comment.text, language=code)))
    return prepared
