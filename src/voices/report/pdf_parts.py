"""What the board's document says, block by block, as plain data for ``templates/report.typ``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voices.report import board, pdf_method, pdf_tables, sentences
from voices.report.board import Numbers
from voices.report.model import VOICES
from voices.report.pdf_blocks import SMALLEST, bar, box, charts, drawn, facts, heading, quiet, table, text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from voices.report.i18n import Words
    from voices.report.model import Path, Quote, Report, Side
    from voices.report.pdf_blocks import Block

QUOTES = 3
QUOTE_LENGTH = 360
FULL = 5
"""Shared problems that get their evidence in full; the others are rows of a table."""
MAX_PERIODS = 12
ONE_PAGE = 5
"""Periods up to which a shared problem fits a page, and has one of its own."""


def blocks(report: Report, words: Words) -> list[Block]:
    """Give the whole document; a part without numbers is left out."""
    numbers = Numbers(words, report.method.min_group)
    parts: tuple[Callable[[Report, Words, Numbers], list[Block]], ...] = (
        _summary, _problems, pdf_tables.matrix, pdf_tables.themes, pdf_tables.trends, pdf_tables.comparison,
        pdf_tables.feelings, pdf_tables.units, pdf_tables.drivers, pdf_tables.topics, pdf_method.asked,
        pdf_method.read, pdf_method.method,
    )  # fmt: skip
    return [block for part in parts for block in part(report, words, numbers)]


def _summary(report: Report, words: Words, numbers: Numbers) -> list[Block]:
    """Give the first page, which stands by itself."""
    found: list[Block] = [{"kind": "title", "kicker": words("kicker"), "text": sentences.headline(report, words)}]
    found += [{"kind": "lead", "text": told} for told in sentences.answer(report, words)]
    if report.problems:
        found.append(heading(2, words("board.top")))
        head = [words("board.top_problem"), *(words(f"voice.{voice}") for voice in VOICES), words("board.top_sure")]
        rows = [
            [
                {"strong": sentences.path_name(path, words)},
                *(numbers.share(side.negative) for side in (path.employee, path.customer)),
                board.sure(path, words),
            ]
            for path in report.problems[: board.TOP]
        ]
        found.append(table("1.2fr< 1fr< 1fr< 1.9fr<", head, rows))
    found.append(box(words("next.name"), sentences.next_step(report, words)))
    found += [heading(2, words("board.read")), facts(_counts(report, words, numbers))]
    found += [heading(2, words("board.thresholds")), *(quiet(told) for told in thresholds(report, words))]
    return [*found, {"kind": "contents", "title": words("contents")}, {"kind": "pagebreak"}]


def thresholds(report: Report, words: Words) -> list[str]:
    """Give below which numbers nothing is shown and from which a theme counts as negative."""
    how = report.method
    told = []
    if how.min_group is not None and how.suppresses:
        told.append(words("board.threshold_group", n=words.integer(how.min_group)))
    if how.negative_floor is not None:
        told.append(words("board.threshold_floor", floor=words.percent(how.negative_floor, 1)))
    return told


def _counts(report: Report, words: Words, numbers: Numbers) -> list[list[str]]:
    pairs = []
    for counts in report.voices:
        told = [
            f"{words(f'stage.{key}')}: {words.integer(getattr(counts, key))}"
            for key in ("read", "rejected", "coded")
            if getattr(counts, key) is not None
        ]
        if counts.first_date and counts.last_date:
            told.append(f"{words.date(counts.first_date)} – {words.date(counts.last_date)}")
        pairs.append([words(f"voice.{counts.voice}"), "; ".join(told)])
    return pairs


def _problems(report: Report, words: Words, numbers: Numbers) -> list[Block]:
    if len(report.voices) < 2:
        return []
    found = [heading(1, words("problems.title"))]
    if not report.problems:
        return [*found, text(words("problems.none"))]
    found += charts([drawn(report, words).problems()])
    for name, paths in (("board.more_problems", report.problems[FULL:]), ("problems.others", report.others)):
        if paths:
            found += [heading(2, words(name)), _path_table(paths, words, numbers)]
    for path in report.problems[:FULL]:
        found += _problem(path, report, words, numbers)
    return found


def _path_table(paths: Sequence[Path], words: Words, numbers: Numbers) -> Block:
    head = [words("board.top_problem"), *(words(f"voice.{voice}") for voice in VOICES), words("column.grade")]
    rows = [
        [
            sentences.path_name(path, words),
            *(numbers.share(side.negative) for side in (path.employee, path.customer)),
            words(f"grade.{path.grade}"),
        ]
        for path in paths
    ]
    return table("1.6fr< 1.3fr< 1.3fr< 1fr<", head, rows)


def _problem(path: Path, report: Report, words: Words, numbers: Numbers) -> list[Block]:
    """Give one shared problem with its evidence."""
    sides = (path.employee, path.customer)
    short = len(board.periods([side.row for side in sides])) <= ONE_PAGE
    found: list[Block] = [{"kind": "pagebreak"}] if short else []
    found.append(heading(2, board.problem_title(path, words, numbers)))
    told = sentences.path_sentence(path.row, words, report.method.period)
    found += [text(told)] if told else []
    found.append(text(f"{words('board.sure_name')}: {board.sure(path, words)}"))
    found.append(_sides(sides, words, numbers))
    found += [heading(3, words("problems.over_time")), *_course(path, report, words, numbers)]
    found += [heading(3, words("problems.quotes")), _quotes(sides, words)]
    found += [heading(3, words("problems.evidence")), _layers(path, words)]
    return [*found, box(words("problems.not_proved"), words("problems.not_proved_text"))]


def _sides(sides: Sequence[Side], words: Words, numbers: Numbers) -> Block:
    highs = [side.negative.high or side.negative.value or 0.0 for side in sides]
    rows = [
        [
            words(f"voice.{side.voice}"),
            words.theme(side.theme),
            numbers.count(side.row.n_comments),
            numbers.percent(side.negative.value, 1),
            words.interval(side.negative),
            bar(side.voice, side.negative, max(highs)),
        ]
        for side in sides
    ]
    head = [words("column.voice"), words("themes_part.theme"), words("board.unit_comments")]
    head += [words("board.comments_negative"), words("board.range"), ""]
    return table("auto< 1fr< auto> auto> auto> 1.4fr<", head, rows)


def _course(path: Path, report: Report, words: Words, numbers: Numbers) -> list[Block]:
    """Give the course of both voices: the chart of the page, and the latest periods as a table."""
    sides = (path.employee, path.customer)
    rows = [side.row for side in sides]
    if not any(len(row.points) > 1 for row in rows):
        return [quiet(words("problems.no_trend"))]
    found = [{point.ordinal: point for point in row.points} for row in rows]
    lines = []
    for ordinal, period in board.periods(rows)[-MAX_PERIODS:]:
        cells: list[Any] = [words.period(period)]
        for points in found:
            point = points.get(ordinal)
            cells += [numbers.count(point.n_comments) if point else numbers.withheld]
            cells += [numbers.percent(point.negative_share, 1) if point else numbers.withheld]
        lines.append(cells)
    head = [words("trends.period_head")]
    for side in sides:
        voice = words(f"voice.{side.voice}")
        head += [words("trends.comments_head", voice=voice), words("trends.negative_head", voice=voice)]
    picture = drawn(report, words).problem(rows, sentences.path_name(path, words))
    made = charts([picture], largest=SMALLEST) or [text(f"{picture.title}.")]
    return [*made, table("1fr< 1fr> 1fr> 1fr> 1fr>", head, lines)]


def _quotes(sides: Sequence[Side], words: Words) -> Block:
    return {
        "kind": "quotes",
        "sides": [
            {
                "voice": side.voice,
                "title": words(f"voice.{side.voice}"),
                "quotes": [quoted(quote) for quote in side.quotes[:QUOTES]],
                "none": words("problems.no_quotes"),
            }
            for side in sides
        ],
    }


def quoted(quote: Quote, limit: int = QUOTE_LENGTH) -> str:
    """Give a quote between quotation marks, cut where it is long."""
    return f"“{board.cut(quote.text, limit)}”"


def _layers(path: Path, words: Words) -> Block:
    rows = []
    for layer in path.layers:
        figures = (f"{words(f'figure.{name}')} {_figure(name, value, words)}" for name, value in layer.figures)
        rows.append([words(f"layer.{layer.id}.question"), words(f"status.{layer.status}"), "; ".join(figures)])
    head = [words("board.layer"), words("board.outcome"), words("board.figures")]
    return table("1.2fr< 2.2cm< 2fr<", head, rows)


def _figure(name: str, value: float, words: Words) -> str:
    if name in ("n_units", "n_periods", "leading_lag"):
        return words.integer(value)
    return words.chance(value) if name.endswith("q_value") else words.decimal(value)
