"""The frozen records that pass between stages; no stage knows another, all know these."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum


class Voice(StrEnum):
    """Whose comment it is."""

    EMPLOYEE = "employee"
    CUSTOMER = "customer"


class Status(StrEnum):
    """What was done with a comment that was read."""

    CODED = "coded"
    """Sentiment, emotion and themes were judged."""
    PLACEHOLDER = "placeholder"
    """Empty or a filler ("-", "n.v.t."): counted, never a theme."""
    WORDLESS = "wordless"
    """No letters (emoji, digits): sentiment only, never a theme."""
    OTHER_LANGUAGE = "other_language"
    """A language that the model was not made for: kept and counted, not judged."""


@dataclass(frozen=True, slots=True)
class Comment:
    """One person's answer to one question.

    Attributes
    ----------
    id : str
        Unique within a run for one voice.
    voice : str
        ``employee`` or ``customer``.
    source : str
        Name of the file, without folders.
    row : int
        Row in the file as its reader counts it: 1 is the header of a table, 2 the first answer.
    text : str
        The answer after repair of HTML entities and control characters; every offset in this
        package counts characters of this text.
    question : str or None
        What was asked.
    unit, language : str or None
        As the file has them; ``language`` is a lower-case ISO 639-1 code where it could be read.
    date : date or None
        None where there is no date or it could not be read.
    outcome : float or None
        The score beside the text, on the file's own scale.
    """

    id: str
    voice: str
    source: str
    row: int
    text: str
    question: str | None = None
    unit: str | None = None
    date: dt.date | None = None
    language: str | None = None
    outcome: float | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not used; it never holds the text."""

    file: str
    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence or clause, ``text == comment.text[start:end]``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A comment with its language and segments; ``segments`` is empty unless status is CODED."""

    comment: Comment
    language: str | None
    status: Status
    segments: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """One theme in one comment.

    ``confidence`` is the probability, 0 to 1, that the theme is there; ``start`` and ``end`` are
    offsets of the segment that carries it, in the comment's text.
    """

    theme: str
    polarity: str
    confidence: float
    segment: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Coded:
    """A comment with its codes; the sentiment is None when the comment was not judged.

    ``sentiment_score`` runs from -1 (negative) to 1 (positive); ``confidence`` is the probability
    of the chosen sentiment. ``needs_review`` says that the codes are near to coming out differently,
    so that a person should look.
    """

    comment: Comment
    language: str | None
    status: Status
    sentiment: str | None = None
    sentiment_score: float | None = None
    confidence: float | None = None
    emotion: str | None = None
    mentions: tuple[Mention, ...] = field(default=())
    needs_review: bool = False
