"""What the board's document says of how far its numbers can be trusted: questions, what was read, and the method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voices.report import board, sentences, values
from voices.report.pdf_blocks import facts, heading, quiet, table, text
from voices.report.questions import questions
from voices.suppress import MIN_SCORES

if TYPE_CHECKING:
    from voices.report.board import Numbers
    from voices.report.i18n import Words
    from voices.report.model import Report
    from voices.report.pdf_blocks import Block

MAX_FILES = 30
MAX_REJECTIONS = 12
MEASURES = {"sentiment_accuracy": "sentiment", "emotion_accuracy": "emotion", "theme_micro_f1": "themes"}
"""Figures of the model that are told, as ``run.json`` and the words name them."""


def asked(report: Report, words: Words, numbers: Numbers) -> list[Block]:
    """Give what a sceptical director would ask, with the answers of the page."""
    pairs = questions(report, words)
    found = [heading(1, words("questions.title"))] if pairs else []
    for question, answer in pairs:
        found += [heading(2, question), text(answer)]
    return found


def read(report: Report, words: Words, numbers: Numbers) -> list[Block]:
    """Give what was read, left out and withheld."""
    found = [heading(1, words("read.title")), quiet(words("read.intro"))]
    head = [words(f"read.{key}") for key in ("file", "voice", "rows", "read", "classified", "rejected")]
    rows = [
        [
            board.cut(file.file, 60), words.known("voice", file.voice),
            *(words.integer(getattr(file, key)) for key in ("rows", "read", "classified", "rejected")),
        ]
        for file in report.files[:MAX_FILES]
    ]  # fmt: skip
    found.append(table("2fr< auto< auto> auto> auto> auto>", head, rows) if rows else quiet(words("read.no_files")))
    stages = ("read", "rejected", "classified", "coded", "placeholder", "wordless", "other_language")
    lines = [
        [words(f"stage.{key}"), *(words.integer(getattr(counts, key)) for counts in report.voices)] for key in stages
    ]
    head = ["", *(words(f"voice.{counts.voice}") for counts in report.voices)]
    found += [heading(2, words("read.voices")), table(f"2fr< {'1fr> ' * len(report.voices)}", head, lines)]
    if report.rejections:
        head = [words(f"read.{key}") for key in ("reason", "file", "count")]
        rejected = [
            [board.cut(words.reason(item.reason), 160), board.cut(item.file, 60), words.integer(item.count)]
            for item in report.rejections[:MAX_REJECTIONS]
        ]
        found += [heading(2, words("read.rejections")), table("3fr< 1.5fr< auto>", head, rejected)]
        more = len(report.rejections) - MAX_REJECTIONS
        found += [quiet(words("read.more", n=words.integer(more)))] if more > 0 else []
    return [*found, *_left_out(report, words)]


def _left_out(report: Report, words: Words) -> list[Block]:
    """Give what was withheld to protect people, and what could not be tested."""
    how = report.method
    found: list[Block] = []
    if how.min_group is not None:
        key = "read.suppressed_all" if how.suppresses else "read.suppressed_quotes"
        pairs = [[words.known("suppressed", name), words.integer(n)] for name, n in how.suppressed]
        found = [
            heading(2, words("read.suppressed")),
            text(words(key, n=words.integer(how.min_group), scores=words.integer(MIN_SCORES))),
        ]
        found += [facts(pairs)] if pairs else []
    if report.untested:
        pairs = [[words(f"layer.{layer}.name"), words.known("untested.reason", why)] for layer, why in report.untested]
        found += [heading(2, words("untested.title")), facts(pairs)]
    return found


def method(report: Report, words: Words, numbers: Numbers) -> list[Block]:
    """Give how the run was made."""
    how = report.method
    layers = "method.layers_text" if sentences.only_shared_tested(report) else "method.layers_more"
    period = board.course_period(report, words)
    lags = words.known("period", how.period or "other")
    pairs = [
        (words("method.model"), how.model),
        (words("method.model_version"), how.model_version),
        (words("method.model_languages"), words.tongues(how.model_languages)),
        (words("method.period"), lags),
        (words("board.course_period"), None if period == lags else period),
        (words("method.min_group"), how.min_group and words("method.min_group_value", n=words.integer(how.min_group))),
        (words("method.negative_floor"), how.negative_floor and words.percent(how.negative_floor)),
        (words("method.seed"), None if how.seed is None else str(how.seed)),
        (words("method.version"), how.version),
        (words("method.created"), how.created and words.moment(how.created)),
    ]
    found = [heading(1, words("method.title"))]
    for key, told in (
        ("intervals", words("method.intervals_text")),
        ("coding", words("method.coding_text")),
        ("layers", words(layers)),
        ("pass_on", f"{words('method.pass_on_yes')} {words('method.pass_on_no')}"),
    ):
        found += [heading(2, words(f"method.{key}")), text(told)]
    found += [text(words("method.trend_text", period=period))]
    known = [[label, value] for label, value in pairs if value]
    found += _accuracy(report, words)
    return [*found, heading(2, words("method.settings")), facts(known)]


def _accuracy(report: Report, words: Words) -> list[Block]:
    """Give how often the model gave the same answer as people, per language that it was checked in."""
    rows = []
    for group, figures in sorted(report.method.metrics.items()):
        kind, _, code = group.partition(" ")
        found = [values.number(figures.get(key)) for key in MEASURES]
        if kind == "language" and any(share is not None for share in found):
            n = words.integer(values.count(figures.get("n")))
            rows.append([words.tongue(code), n, *(words.percent(share, 0) for share in found)])
    if not rows:
        return []
    head = [words(f"board.model_{key}") for key in ("language", "comments", *MEASURES.values())]
    intro = quiet(words("board.model_intro"))
    return [heading(2, words("board.model_known")), intro, table("1fr< 1fr> 1fr> 1fr> 1fr>", head, rows)]
