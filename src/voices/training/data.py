"""Training rows from the coded and the public sets, each label with the trust it deserves."""

from __future__ import annotations

import csv
import gzip
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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


def _coded_row(item: Mapping[str, Any]) -> Row:
    """Make a row whose labels count in full; ``themes`` is a mapping or ``workload:negative;trust:positive``."""
    themes = item["themes"]
    return Row(
        id=item["id"],
        group=item.get("translated_from") or item["id"],
        voice=item["voice"],
        lang=item["lang"],
        text=item["text"],
        question=item.get("question") or None,
        sentiment=item["sentiment"],
        emotion=item["emotion"],
        themes=_themes(themes) if isinstance(themes, str) else dict(themes),
        source=item["source"],
    )


def coded_rows(path: Path, *, exclude_sources: Iterable[str] = ()) -> list[Row]:
    """Read hand-coded comments: every label counts in full."""
    excluded = set(exclude_sources)
    return [_coded_row(item) for item in read_json_lines(path) if item["source"] not in excluded]


def _themes(cell: str) -> dict[str, str | None]:
    """Read ``workload:negative;trust:positive``."""
    pairs = (part.split(":", 1) for part in cell.split(";") if part)
    return {theme: polarity for theme, polarity in pairs}


def read_table(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a tab-separated table beside this module."""
    with (Path(__file__).parent / name).open(encoding="utf8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


def recoded_rows(path: Path, *, exclude_sources: Iterable[str] = ()) -> list[Row]:
    """Read comments of a public set that were coded by the codebook for this package.

    The codes are in ``more_codes.tsv``, by id and without the text; the text is in ``path``.
    """
    codes = {item["id"]: item for item in read_table("more_codes.tsv")}
    excluded = set(exclude_sources)
    return [
        _coded_row(item | codes[item["id"]])
        for item in read_json_lines(path)
        if item["source"] not in excluded and item["id"] in codes
    ]


def written_rows() -> list[Row]:
    """Read the comments that were written and coded for this package: what real sets hold too seldom."""
    return _written("written")


def hard_rows() -> list[Row]:
    """Read the written comments with contrast, irony, negation and themes in indirect words."""
    return _written("hard_cases")


def _written(name: str) -> list[Row]:
    return [
        _coded_row(item | {"id": f"{name}-{number}", "source": "written"})
        for number, item in enumerate(read_table(f"{name}.tsv"), start=1)
    ]


def corrected(rows: Sequence[Row]) -> list[Row]:
    """Replace codes that a second look found wrong; ``corrections.tsv`` has them by id.

    Comments whose codes the model contradicted most after the first stage were coded once more by
    somebody who saw neither; a code was changed where that coder and the model agreed against it.
    """
    changes = {item["id"]: item for item in read_table("corrections.tsv")}
    return [
        replace(row, themes=_themes(changes[row.id]["themes"]), sentiment=changes[row.id]["sentiment"])
        if row.id in changes
        else row
        for row in rows
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


ASPECT_THEMES = {
    "online-experience.app-website": "process",
    "purchase-booking-experience.ease-of-use": "process",
    "account-management.account-access": "process",
    "value.price-value-for-money": "price",
    "logistics-rides.speed": "workload",
    "FOOD#QUALITY": "product",
    "FOOD#STYLE_OPTIONS": "product",
    "DRINKS#QUALITY": "product",
    "DRINKS#STYLE_OPTIONS": "product",
    "FOOD#PRICES": "price",
    "DRINKS#PRICES": "price",
    "RESTAURANT#PRICES": "price",
    "AMBIENCE#GENERAL": "culture",
    "LOCATION#GENERAL": "environment",
}
"""Aspects of FABSA and SemEval-2016 that coders gave this theme in most of the comments coded both ways."""
ASPECT_SIGNS = {"1": "positive", "-1": "negative", "0": "neutral"}


def aspect_themes(aspects: Iterable[str]) -> dict[str, str | None]:
    """Map public aspect labels to themes with polarity; said both ways is neutral.

    Examples
    --------
    >>> aspect_themes(["FOOD#QUALITY=positive", "FOOD#PRICES=negative", "SERVICE#GENERAL=negative"])
    {'product': 'positive', 'price': 'negative'}
    >>> aspect_themes(["online-experience.app-website.-1", "account-management.account-access.1"])
    {'process': 'neutral'}
    """
    themes: dict[str, str | None] = {}
    for label in aspects:
        aspect, sign = label.split("=") if "=" in label else label.rsplit(".", 1)
        theme = ASPECT_THEMES.get(aspect)
        if theme is None:
            continue
        polarity = ASPECT_SIGNS.get(sign, sign)
        themes[theme] = polarity if themes.get(theme, polarity) == polarity else "neutral"
    return themes


def public_rows(path: Path, rng: random.Random, *, n_weak: int, exclude_sources: Iterable[str] = ()) -> list[Row]:
    """Read the public sentiment sets.

    Weak rows (employees' pros and cons, about one in ten mislabelled) count for .3, and a part of
    them is shown with its question, so that the question becomes a cue and not a verdict. Public
    aspects count as themes with .4; that a theme is not among them says little.
    """
    excluded = set(exclude_sources)
    weak_rows: list[Row] = []
    rows: list[Row] = []
    for item in read_json_lines(path):
        if item["source"] in excluded or not item.get("sentiment"):
            continue
        weak = bool(item.get("weak"))
        question = item.get("question")
        if weak and rng.random() < 0.4:
            question = rng.choice(POSITIVE_QUESTIONS if item["sentiment"] == "positive" else NEGATIVE_QUESTIONS)
        themes = dict.fromkeys(item.get("mapped_themes") or ()) | aspect_themes(item.get("aspects") or ())
        row = Row(
            id=item["id"],
            group=item["id"],
            voice=item["voice"],
            lang=item["lang"],
            text=item["text"],
            question=question,
            sentiment=item["sentiment"],
            themes=themes or None,
            sentiment_weight=0.3 if weak else 0.7,
            theme_weight=0.4,
            absent_weight=0.1,
            source=item["source"],
        )
        (weak_rows if weak else rows).append(row)
    return rows + rng.sample(weak_rows, min(n_weak, len(weak_rows)))


def not_in(rows: Sequence[Row], texts: Iterable[str]) -> list[Row]:
    """Leave out rows whose text is one of ``texts`` or, at 20 characters or more, a part of one.

    Why: a public set may hold the sentences of a review, one by one, that is measured on as a whole.
    """
    plain = [" ".join(text.casefold().split()) for text in texts]
    exact, joined = set(plain), "\n".join(plain)

    def is_there(text: str) -> bool:
        bare = " ".join(text.casefold().split())
        return bare in exact or (len(bare) >= 20 and bare in joined)

    return [row for row in rows if not is_there(row.text)]


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


FRAGMENTS = {
    ("customer", "en"): (
        ("waiting time", "workload"), ("the waiting times on the phone", "workload"), ("opening hours", "workload"),
        ("parking", "environment"), ("the toilets", "environment"), ("communication", "communication"),
        ("information about delays", "communication"), ("the food", "product"), ("the website", "process"),
        ("booking an appointment online", "process"), ("prices", "price"), ("staff knowledge", "training"),
        ("attitude of the receptionist", "engagement"), ("handover between departments", "collaboration"),
        ("honesty about costs", "trust"), ("seeing the same doctor each time", "turnover"),
    ),
    ("customer", "nl"): (
        ("wachttijd", "workload"), ("de wachttijden aan de telefoon", "workload"), ("openingstijden", "workload"),
        ("parkeren", "environment"), ("het sanitair", "environment"), ("communicatie", "communication"),
        ("informatie over vertraging", "communication"), ("het eten", "product"), ("de website", "process"),
        ("online een afspraak maken", "process"), ("prijzen", "price"), ("kennis van het personeel", "training"),
        ("houding van de baliemedewerker", "engagement"), ("afstemming tussen afdelingen", "collaboration"),
        ("eerlijkheid over de kosten", "trust"), ("steeds dezelfde arts zien", "turnover"),
    ),
    ("employee", "en"): (
        ("pay", "compensation"), ("the workload", "workload"), ("shift patterns", "workload"), ("training", "training"),
        ("onboarding", "training"), ("communication from head office", "communication"), ("IT systems", "process"),
        ("senior management", "leadership"), ("career opportunities", "growth"), ("the canteen", "environment"),
        ("recognition", "recognition"), ("autonomy", "empowerment"), ("cooperation between teams", "collaboration"),
        ("atmosphere", "culture"), ("transparency", "trust"), ("staff retention", "turnover"),
    ),
    ("employee", "nl"): (
        ("salaris", "compensation"), ("de werkdruk", "workload"), ("roosters", "workload"), ("opleiding", "training"),
        ("inwerken", "training"), ("communicatie vanuit het hoofdkantoor", "communication"), ("ICT", "process"),
        ("de directie", "leadership"), ("doorgroeimogelijkheden", "growth"), ("de kantine", "environment"),
        ("waardering", "recognition"), ("zelfstandigheid", "empowerment"),
        ("samenwerking tussen teams", "collaboration"), ("de sfeer", "culture"), ("openheid", "trust"),
        ("verloop", "turnover"),
    ),
}  # fmt: skip
"""Answers of a word or two, and their theme: whether they praise is in the question only."""


def nothing_rows() -> list[Row]:
    """Answers that name nothing: "Nothing" praises where faults were asked for, and damns where praise was."""
    return [
        row
        for lang, answers in NOTHING.items()
        for voice in ("employee", "customer")
        for number, answer in enumerate(answers)
        for row in _asked(answer, voice, lang, number, None, good="negative", bad="positive")
    ]


def fragment_rows() -> list[Row]:
    """Answers that name a theme and no more: the question says if it is praised; without one it is neutral."""
    rows = []
    for (voice, lang), fragments in FRAGMENTS.items():
        for number, (answer, theme) in enumerate(fragments):
            rows += _asked(answer, voice, lang, number, theme, good="positive", bad="negative")
            key = f"fragment-{lang}-{voice}-{number}"
            rows.append(
                Row(key, key, voice, lang, answer, None, "neutral", "none", {theme: "neutral"}, source="written")
            )
    return rows


def _asked(answer: str, voice: str, lang: str, number: int, theme: str | None, *, good: str, bad: str) -> list[Row]:
    """Give the answer to a question about what is good and to one about what is bad, with their signs."""
    rows = []
    for sign, questions in ((good, POSITIVE_QUESTIONS), (bad, NEGATIVE_QUESTIONS)):
        dutch = [q for q in questions if q.startswith(("Wat ", "Plus", "Min"))]
        asked = dutch if lang == "nl" else [q for q in questions if q not in dutch]
        key = f"asked-{lang}-{voice}-{theme}-{sign}-{number}"
        themes: dict[str, str | None] = {theme: sign} if theme else {}
        question = asked[number % len(asked)]
        rows.append(Row(key, key, voice, lang, answer, question, sign, "none", themes, source="written"))
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
