"""Training rows from the coded and the public sets, each label with the trust it deserves."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SENTIMENTS = ("positive", "negative", "neutral", "mixed")


@dataclass(frozen=True)
class Row:
    """One training text; a label that is None (or empty, for ``themes``) has no loss.

    Attributes
    ----------
    group : str
        Rows of one group (a text and its translation) stay on one side of a split.
    themes : dict or None
        Theme id -> polarity (None: present, polarity unknown); an empty dict says "no theme".
    theme_weight, absent_weight : float
        Trust, 0 to 1, in the themes that are named and in the absence of the others.
    """

    id: str
    group: str
    voice: str
    lang: str
    text: str
    question: str | None = None
    sentiment: str | None = None
    emotion: str | None = None
    themes: dict[str, str | None] | None = None
    sentiment_weight: float = 1.0
    theme_weight: float = 1.0
    absent_weight: float = 1.0
    source: str = ""
    extra: dict[str, Any] = field(default_factory=dict, compare=False)


def read_json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a (gzipped) JSON lines file."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf8") as lines:
        for line in lines:
            yield json.loads(line)


def coded_rows(path: Path, *, exclude_sources: Iterable[str] = ()) -> list[Row]:
    """Read hand-coded comments: every label counts in full."""
    excluded = set(exclude_sources)
    return [
        Row(
            id=item["id"],
            group=item.get("translated_from") or item["id"],
            voice=item["voice"],
            lang=item["lang"],
            text=item["text"],
            question=item.get("question"),
            sentiment=item["sentiment"],
            emotion=item["emotion"],
            themes=dict(item["themes"]),
            source=item["source"],
        )
        for item in read_json_lines(path)
        if item["source"] not in excluded
    ]


POSITIVE_QUESTIONS = ("Pros", "What was good?", "What went well?", "What do you like?", "Wat ging goed?", "Pluspunten")
NEGATIVE_QUESTIONS = (
    "Cons",
    "How could we improve?",
    "What could be better?",
    "What do you dislike?",
    "Wat kan beter?",
    "Minpunten",
)


def public_rows(
    path: Path, rng: random.Random, *, n_weak: int, n_fabsa: int, exclude_sources: Iterable[str] = ()
) -> list[Row]:
    """Read the public sentiment sets.

    Weak rows (employees' pros and cons, about one in ten mislabelled) count for .3, and a part of
    them is shown with its question, so that the question becomes a cue and not a verdict.
    """
    excluded = set(exclude_sources)
    by_kind: dict[str, list[Row]] = {"weak": [], "fabsa": [], "rest": []}
    for item in read_json_lines(path):
        if item["source"] in excluded or not item.get("sentiment"):
            continue
        weak = bool(item.get("weak"))
        question = item.get("question")
        if weak and rng.random() < 0.4:
            question = rng.choice(POSITIVE_QUESTIONS if item["sentiment"] == "positive" else NEGATIVE_QUESTIONS)
        mapped = item.get("mapped_themes")
        row = Row(
            id=item["id"],
            group=item["id"],
            voice=item["voice"],
            lang=item["lang"],
            text=item["text"],
            question=question,
            sentiment=item["sentiment"],
            themes=dict.fromkeys(mapped) if mapped else None,
            sentiment_weight=0.3 if weak else 0.7,
            theme_weight=0.4,
            absent_weight=0.1,
            source=item["source"],
        )
        by_kind["weak" if weak else "fabsa" if item["source"] == "fabsa" else "rest"].append(row)
    sample = rng.sample(by_kind["weak"], min(n_weak, len(by_kind["weak"])))
    sample += rng.sample(by_kind["fabsa"], min(n_fabsa, len(by_kind["fabsa"])))
    return sample + by_kind["rest"]


def emotion_rows(path: Path, rng: random.Random, *, n: int, exclude_sources: Iterable[str] = ()) -> list[Row]:
    """Read a sample of the public emotion sets, balanced a little towards the rare emotions."""
    excluded = set(exclude_sources)
    items = [item for item in read_json_lines(path) if item["source"] not in excluded]
    rng.shuffle(items)
    room = {"none": n // 4}
    chosen: list[Row] = []
    for item in items:
        left = room.setdefault(item["emotion"], n // 5)
        if left <= 0:
            continue
        room[item["emotion"]] = left - 1
        voice = rng.choice(("employee", "customer"))
        chosen.append(
            Row(
                item["id"],
                item["id"],
                voice,
                item["lang"],
                item["text"],
                emotion=item["emotion"],
                source=item["source"],
            )
        )
    return chosen


NOTHING = {
    "en": ("Nothing", "nothing", "None", "no", "Nothing at all", "nothing really", "can't think of anything", "Nope."),
    "nl": ("Niets", "niets", "geen", "nee", "Helemaal niets", "niks", "eigenlijk niets", "zou het niet weten"),
}


def question_rows() -> list[Row]:
    """Answers that only their question explains: "Nothing" praises or damns.

    "Nothing" to "what could be better?" is praise, "Nothing" to "what went well?" is a complaint.
    """
    rows = []
    for lang, answers in NOTHING.items():
        for voice in ("employee", "customer"):
            for number, answer in enumerate(answers):
                for sentiment, questions in (("negative", POSITIVE_QUESTIONS), ("positive", NEGATIVE_QUESTIONS)):
                    dutch = [q for q in questions if q.startswith(("Wat ", "Plus", "Min"))]
                    asked = dutch if lang == "nl" else [q for q in questions if q not in dutch]
                    key = f"nothing-{lang}-{voice}-{sentiment}-{number}"
                    rows.append(
                        Row(key, key, voice, lang, answer, asked[number % len(asked)], sentiment, "none", {},
                            source="written")
                    )  # fmt: skip
    return rows


def split_held_out(rows: list[Row], *, share: float, seed: int) -> tuple[list[Row], list[Row]]:
    """Split by group, so that a text and its translation are never on two sides.

    Returns
    -------
    train, held_out : list of Row
    """
    groups = sorted({row.group for row in rows})
    random.Random(seed).shuffle(groups)
    held = set(groups[: int(len(groups) * share)])
    texts = {row.text.strip().lower() for row in rows if row.group in held}
    train = [row for row in rows if row.group not in held and row.text.strip().lower() not in texts]
    return train, [row for row in rows if row.group in held]
