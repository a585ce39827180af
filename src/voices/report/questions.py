"""The questions of a sceptical reader, answered from the report's own numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voices.report import values
from voices.report.build import GRADES

if TYPE_CHECKING:
    from voices.report.i18n import Words
    from voices.report.model import Report


def questions(report: Report, words: Words) -> tuple[tuple[str, str], ...]:
    """Give pairs of a question and its answer, plain text, in the order in which they are asked."""
    voices = [voice for voice in report.voice_names if report.judged(voice)]
    if not voices:
        return ()
    n = words.integer(report.method.min_group or 10)
    counts = words.listing(
        words("questions.people.a_part", n=words.integer(report.judged(voice)), voice=words(f"voice_in_text.{voice}"))
        for voice in voices
    )
    totals = {
        key: words.integer(sum(getattr(voice, field) or 0 for voice in report.voices))
        for key, field in (
            ("rejected", "rejected"),
            ("wordless", "wordless"),
            ("other", "other_language"),
            ("empty", "placeholder"),
        )
    }
    answers = {
        "people": words("questions.people.a", counts=counts, n=n),
        "silent": words("questions.silent.a", empty=totals["empty"]),
        "chance": words("questions.chance.a"),
        "cause": _cause(report, words),
        "recognised": words("questions.recognised.a", n=n),
        "machine": _machine(report, words),
        "unread": words("questions.unread.a", **totals),
    }
    return tuple((words(f"questions.{key}.q"), answer) for key, answer in answers.items())


def _cause(report: Report, words: Words) -> str:
    if not report.problems:
        return words("questions.cause.none")
    best = max(report.problems, key=lambda path: GRADES.index(path.grade))
    return words("questions.cause.a", grade=words(f"grade.{best.grade}"))


def _machine(report: Report, words: Words) -> str:
    """Tell how well the model agrees with people, in the languages that it was checked in."""
    parts = []
    for group, figures in sorted(report.method.metrics.items()):
        kind, _, code = group.partition(" ")
        sentiment, themes = (values.number(figures.get(key)) for key in ("sentiment_accuracy", "theme_micro_f1"))
        if kind != "language" or sentiment is None or themes is None:
            continue
        parts.append(
            words(
                "questions.machine.a_part",
                language=words.tongue(code),
                sentiment=words.percent(sentiment, 0),
                themes=words.percent(themes, 0),
                n=words.integer(values.count(figures.get("n"))),
            )
        )
    return words("questions.machine.a", parts="; ".join(parts)) if parts else words("questions.machine.none")
