"""Which column plays which role, from headers and contents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from voices.read import words
from voices.read.cells import as_number
from voices.read.dates import read_date
from voices.read.profile import ColumnProfile
from voices.read.words import Header, header, text_kind

ROLES = ("text", "id", "unit", "date", "score", "language", "question")


@dataclass(frozen=True)
class Columns:
    """Header names, as in the file, of the columns with a role; None where no column has it."""

    text: tuple[str, ...]
    id: str | None = None
    unit: str | None = None
    date: str | None = None
    score: str | None = None
    language: str | None = None
    question: str | None = None

    def used(self) -> frozenset[str]:
        """All columns with a role."""
        others = (self.id, self.unit, self.date, self.score, self.language, self.question)
        return frozenset(self.text).union(name for name in others if name is not None)


@dataclass
class Candidate:
    """A column with its header taken apart; ``asked`` is the question behind it, or the header again."""

    profile: ColumnProfile
    head: Header
    asked: Header
    reason: str = field(default="")

    @property
    def name(self) -> str:
        """The header as in the file."""
        return self.profile.name


def candidates(profiles: Sequence[ColumnProfile], labels: Mapping[str, str]) -> list[Candidate]:
    """Pair every column with its header."""
    return [
        Candidate(profile, header(profile.name), header(labels.get(profile.name, profile.name))) for profile in profiles
    ]


def is_headerless(columns: Sequence[Candidate]) -> bool:
    """Whether the header is a row of data: a number or date above numbers or dates, and no word for text."""
    if any(text_kind(column.head) in {"generic", "specific"} and len(column.head.words) <= 3 for column in columns):
        return False
    for column in columns:
        profile = column.profile
        number = profile.number_share >= 0.8 and as_number(column.name) is not None
        if profile.filled and (number or (profile.date_share >= 0.8 and read_date(column.name, None) is not None)):
            return True
    return False


def choose_texts(columns: Sequence[Candidate]) -> list[Candidate]:
    """Choose the columns with free text.

    Columns whose header promises text come first; without any, columns whose cells are running
    text; then titles and translations. What the company wrote back is never chosen.
    """
    found: dict[str, list[Candidate]] = {}
    for column in columns:
        kind = _kind(column)
        if _fits(column.profile, kind):
            column.reason = "contents" if kind is None else f'header "{column.name}"'
            found.setdefault(kind or "contents", []).append(column)
    promised = found.get("generic", []) + found.get("specific", []) + found.get("question", [])
    chosen = promised or found.get("contents") or found.get("title") or found.get("translation")
    return _without_repeats(sorted(chosen or _last_resort(columns), key=lambda column: column.profile.position))


def _without_repeats(chosen: Sequence[Candidate]) -> list[Candidate]:
    """Leave out a copy of a column before it, and the answers to reviews that stand beside the reviews."""
    reviews = any(column.head.set & words.REVIEW_WORDS for column in chosen)
    kept: list[Candidate] = []
    for column in chosen:
        is_answer = reviews and column.head.set <= words.ANSWER_WORDS
        if not is_answer and not any(column.profile.repeats(other.profile) for other in kept):
            kept.append(column)
    return kept


def _last_resort(columns: Sequence[Candidate]) -> list[Candidate]:
    """Take columns that are called text and hold few different words: short or repeated answers."""
    found = []
    for column in columns:
        profile = column.profile
        worded = profile.looked and profile.letters and profile.number_share < 0.6 and profile.date_share < 0.6
        kind = _kind(column)
        # An open question with few different answers: a small group, or answers that were tidied.
        asks = bool(column.asked.words) and column.asked.words[0] in words.OPEN_ASKED
        is_open = kind == "question" and asks and profile.mean_words >= 3 and profile.distinct > 2
        if worded and (kind in {"generic", "specific"} or is_open):
            column.reason = f'header "{column.name}"'
            found.append(column)
    return found


def _kind(column: Candidate) -> str | None:
    kind = text_kind(column.head)
    if column.asked is column.head or column.asked.raw == column.head.raw:
        return kind
    asked = text_kind(column.asked)
    return asked if kind in {None, "question"} and asked is not None else kind


def _fits(column: ColumnProfile, kind: str | None) -> bool:
    """Whether the cells can be what the header promises."""
    if kind in {"never", "reply"}:
        return False
    if not column.looked:
        return kind == "generic" and not column.filled
    if column.number_share >= 0.6 or column.date_share >= 0.6 or column.share(column.odd) >= 0.5:
        return False
    if column.objects * 2 > column.filled:
        return False
    if kind == "generic" and column.mean_words >= 3:
        return True
    if kind in {"generic", "specific", "title", "translation"}:
        return not _is_category(column)
    if kind == "question":
        return _is_open_answer(column)
    return (
        column.share(column.prose) >= 0.5
        and column.mean_words >= 5
        and column.letters >= 0.6 * column.characters
        and (column.distinct_share >= 0.5 or (column.filled >= 50 and column.distinct_share >= 0.3))
    )


def _is_category(column: ColumnProfile) -> bool:
    """Few values, or answer categories only: a label, not something that was written."""
    if column.mean_words >= 4 and column.distinct_share > 0.1:
        return False
    if column.filled >= 20 and column.distinct <= max(3, 0.02 * column.filled):
        return True
    return column.share(column.likert) >= 0.9 and column.filled >= 5 and column.distinct_share < 0.7


def _is_open_answer(column: ColumnProfile) -> bool:
    if column.share(column.likert) >= 0.6:
        return False
    running = column.share(column.prose) >= 0.15 or column.mean_words >= 4
    if column.filled >= 20:
        return running and (column.distinct_share >= 0.3 or (column.distinct >= 50 and column.distinct_share >= 0.1))
    return running and column.distinct_share > 0.5 and column.most_words >= 4


def choose(role: str, columns: Sequence[Candidate]) -> Candidate | None:
    """Choose the best column for a role other than text; None when no column will do.

    Among equals the leftmost column wins.
    """
    best: tuple[float, ...] = ()
    chosen = None
    for column in columns:
        rank = _RANKS[role](column)
        if rank is not None and (not best or rank > best):
            best, chosen = rank, column
            chosen.reason = column.reason or f'header "{column.name}"'
    return chosen


def _rank_id(column: Candidate) -> tuple[float, ...] | None:
    profile, head = column.profile, column.head
    # A code such as a UUID counts as several words, since it mixes letters and digits.
    wordy = profile.mean_words > 4 and profile.share(profile.codes) < 0.9
    if not profile.filled or wordy or profile.share(profile.odd) > 0.2:
        return None
    if _is_about_person(head) or (head.set & words.ID_NEVER and not head.set & words.ID_BEST):
        return None
    rank = _id_rank(column)
    # Ids may repeat (the same answer exported twice, a row for every question), the more so the
    # clearer the header; a column known by its contents only must count.
    least = 0.2 if rank == 3 else 0.5 if rank == 2 else 0.9
    filled = profile.filled_share >= min(least + 0.3, 0.9)
    return (rank,) if rank and filled and profile.distinct_share >= least else None


def _is_about_person(head: Header) -> bool:
    """Numbers of people stay out of the results, where ids are written; Dutch ones are one word."""
    return bool(head.set & words.ID_PERSON) or any(word.startswith(words.ID_PERSON_STARTS) for word in head.words)


def _id_rank(column: Candidate) -> float:
    """Say how surely a header is that of an id, 0 to 3."""
    profile, head = column.profile, column.head
    tail = head.words[-1] if head.words else ""
    if head.plain.replace(" ", "") in words.ID_WHOLE or (tail in words.ID_TAILS and head.set & words.ID_BEST):
        return 3
    if tail in words.ID_TAILS or _ends(head, ("nummer", "id")):
        return 2
    if (
        head.plain in {"unnamed 0", "column 1", "index"} or head.raw in {"#", "X"}
    ) and profile.numeric == profile.filled:
        return 1.5
    counts = profile.counts_up and profile.position == 0 and profile.filled > 1
    if counts and profile.plain_numbers == profile.filled and not head.set & words.SCORE_WORDS:
        column.reason = "contents: counts the rows"
        return 1
    return 0


def _ends(head: Header, endings: tuple[str, ...]) -> bool:
    """Dutch compounds: ``reactienummer``, ``formulierid``."""
    return bool(head.words) and len(head.words[-1]) > 6 and head.words[-1].endswith(endings)


def _rank_unit(column: Candidate) -> tuple[float, ...] | None:
    profile = column.profile
    asked = column.asked if len(column.asked.words) > len(column.head.words) else column.head
    tier = _asked_unit_tier(asked, profile) if words.is_question(asked) else _unit_tier(column.head)
    if tier is None or not _can_be_unit(profile, is_named=tier == 0):
        return None
    rows_per_value = profile.filled / profile.distinct
    has_id_name = column.head.words[-1:] in (("id",), ("code",), ("nr",), ("number",), ("nummer",))
    return (
        profile.distinct > 1,
        rows_per_value >= 5,
        round(min(profile.filled_share, 1), 1),
        -tier,
        not has_id_name,
        rows_per_value >= 3,
    )


SHORT_FILE = 200
"""Rows up to which a column that is called a store may hold another one in every row."""


def _can_be_unit(profile: ColumnProfile, *, is_named: bool) -> bool:
    """Tell whether the values look like units; a clear name is enough for one unit, or in a short file."""
    most = 1.0 if is_named and profile.filled <= SHORT_FILE else 0.5
    if profile.distinct < (1 if is_named else 2) or profile.distinct_share > most or profile.filled_share < 0.1:
        return False
    if profile.mean_words > 8 or profile.share(profile.odd) > 0.1:
        return False
    return profile.typed_dates == 0 and profile.share(profile.likert) < 0.9


def _asked_unit_tier(asked: Header, profile: ColumnProfile) -> int | None:
    """Rank a question like "Which department do you work in?" below columns that are called so."""
    asks = bool(asked.words) and asked.words[0] in words.UNIT_ASKED
    stated = words.UNIT_TIERS[0] | words.UNIT_TIERS[2]
    found = any(word in stated or word.removesuffix("s") in stated for word in asked.words)
    return 9 if asks and found and profile.number_share < 0.5 and profile.mean_words <= 4 else None


def _unit_tier(head: Header) -> int | None:
    if head.set & words.PERSON:
        return None
    kept = [word for word in head.words if word not in words.AFFIXES and not word.isdigit()]
    if not kept:
        return None
    whole = "".join(kept)
    for tier, names in enumerate(words.UNIT_TIERS):
        if whole in names or kept[-1] in names:
            return tier
    if kept[0] in words.UNIT_TIERS[0] | words.UNIT_TIERS[1] and len(kept) == 1:
        return 0
    return 0 if kept[-1].endswith(words.UNIT_ENDINGS) else None


def _rank_date(column: Candidate) -> tuple[float, ...] | None:
    profile, head = column.profile, column.head
    if not profile.filled or profile.date_share < 0.8 or profile.filled_share < 0.2:
        return None
    # A label tells more than a name like "Q2", but the name of a system field more than its label.
    known = head.set | column.asked.set if len(column.asked.words) <= 4 else head.set
    if known & words.DATE_NEVER and not known & {"review", "reviewed", "invuldatum"}:
        return None
    named = bool(known & words.DATE_WORDS) or any(word.endswith(("datum", "date")) for word in head.words)
    if not named and not _is_date_by_contents(profile):
        return None
    column.reason = f'header "{column.name}"' if named else "contents"
    second = bool(known & words.DATE_SECOND)
    best = bool(known & words.DATE_BEST) and not second
    recorded = bool(known & {"recorded", "submitted", "submission", "completed", "published", "created", "review"})
    return (named, not second, profile.filled_share >= 0.5, best, recorded and best)


def _is_date_by_contents(profile: ColumnProfile) -> bool:
    """Dates that need no header: typed or written as such, not numbers that might be counts."""
    return profile.date_share >= 0.9 and profile.plain_numbers <= 0.1 * profile.filled


def _rank_score(column: Candidate) -> tuple[float, ...] | None:
    profile = column.profile
    if not profile.filled or profile.number_share < 0.8 or profile.typed_dates or profile.distinct > 101:
        return None
    if profile.low < -100 or profile.high > 100 or (profile.high <= 1 and profile.low >= 0) or profile.distinct < 1:
        return None
    known = column.head.set | column.asked.set
    asked = column.asked if len(column.asked.words) > len(column.head.words) else column.head
    compound = any(word.endswith(("cijfer", "score", "rating", "beoordeling")) for word in known)
    if not (known & words.SCORE_WORDS or compound) or known & words.SCORE_NOT:
        return None
    small = profile.high <= 10
    if not small and not known & (words.SCORE_WORDS - {"recommend", "likely"}):
        return None
    overall = bool(known & words.SCORE_OVERALL)
    named = bool(known & words.SCORE_NAMED)
    extra = len(set(asked.words) - words.SCORE_FILLER - words.SCORE_WORDS)
    plain = extra == 0 or bool(known & {"recommend", "aanbevelen", "aanraden"})
    return (profile.filled_share >= 0.2, overall, named or plain, small, named, round(profile.filled_share, 1), -extra)


def _rank_language(column: Candidate) -> tuple[float, ...] | None:
    profile = column.profile
    if not profile.looked or profile.share(profile.languages) < 0.9 or profile.mean_words > 3:
        return None
    if not column.head.set & words.LANGUAGE_WORDS:
        return None
    whole = column.head.plain.replace(" ", "") in words.LANGUAGE_WORDS
    about_text = bool(column.head.set & {"review", "comment", "text", "response", "original"})
    return (about_text or whole, whole, profile.filled_share)


def _rank_question(column: Candidate) -> tuple[float, ...] | None:
    profile, head = column.profile, column.head
    if head.plain.replace(" ", "") not in words.QUESTION_COLUMN and not (
        len(head.words) == 2 and head.words[0] in words.QUESTION_COLUMN and head.words[1] in {"text", "tekst", "label"}
    ):
        return None
    few = profile.distinct <= 200 and (profile.distinct_share <= 0.5 or profile.distinct <= 2)
    if not profile.filled or not few or profile.number_share > 0.5:
        return None
    return (profile.mean_words >= 2, profile.filled_share)


_RANKS: dict[str, Callable[[Candidate], tuple[float, ...] | None]] = {
    "id": _rank_id,
    "unit": _rank_unit,
    "date": _rank_date,
    "score": _rank_score,
    "language": _rank_language,
    "question": _rank_question,
}
