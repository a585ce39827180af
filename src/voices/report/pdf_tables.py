"""What the board's document says of the comments: matrix, themes, trends, changes, feelings, units, drivers, topics."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from voices.report import board
from voices.report.board import Numbers
from voices.report.model import VOICES, Share
from voices.report.pdf_blocks import bar, charts, drawn, heading, quiet, table

if TYPE_CHECKING:
    from voices.report.i18n import Words
    from voices.report.model import Report, ThemeRow
    from voices.report.pdf_blocks import Block

MAX_TOPICS = 10
MAX_CHANGES = 20


def matrix(report: Report, words: Words, numbers: Numbers) -> list[Block]:
    """Give employee themes against customer themes."""
    made = charts([drawn(report, words).matrix()])
    return [heading(1, words("matrix.title")), quiet(words("matrix.intro")), *made] if made else []


def themes(report: Report, words: Words, numbers: Numbers) -> list[Block]:
    """Give the themes of each voice."""
    rows_of = {voice: rows for voice, rows in report.themes.items() if rows}
    if not rows_of:
        return []
    found = [heading(1, words("themes_part.name")), quiet(words("themes_part.intro"))]
    if report.method.min_group is not None:
        found.append(quiet(words("board.fewer_note", n=words.integer(report.method.min_group))))
    period = board.course_period(report, words)
    found += charts([drawn(report, words).sentiment(voice) for voice in rows_of])
    head = [words(f"themes_part.{key}") for key in ("theme", "share")]
    head += [words("board.range"), words("board.mentions"), words("themes_part.split"), "", words("themes_part.net")]
    head.append(words("themes_part.trend", period=period))
    for voice, rows in rows_of.items():
        lines = [_theme(row, words, numbers) for row in rows]
        found += [
            heading(2, board.theme_title(report, voice, words)),
            quiet(words("themes_part.basis", n=words.integer(report.judged(voice)))),
            table("1fr< 1.6cm> 1.9cm> 2.3cm> 2.1cm> 1.6cm< 1.2cm> 2.5cm>", head, lines, size=8.5),
        ]
    return found


def _theme(row: ThemeRow, words: Words, numbers: Numbers) -> list[Any]:
    known = row.negative is not None and row.neutral is not None and row.positive is not None
    parts = {key: words.integer(getattr(row, key)) for key in ("negative", "neutral", "positive")}
    return [
        words.theme(row.theme),
        numbers.short if row.share.value is None else words.percent(row.share.value),
        words.interval(row.share),
        numbers.short if row.n_mentions is None else words.integer(row.n_mentions),
        words("themes_part.split_text", **parts) if known else numbers.short,
        {"voice": row.voice, "split": [row.negative, row.neutral, row.positive]} if known else "",
        words.decimal(row.net_sentiment),
        board.change(row, words),
    ]


def trends(report: Report, words: Words, numbers: Numbers) -> list[Block]:
    """Give the courses of the main themes."""
    pictures = drawn(report, words)
    made = charts(pictures.panel(rows) for rows in report.panels)
    intro = f"{words('trends.intro', period=board.course_period(report, words))} {words('trends.note')}"
    return [heading(1, words("trends.title")), quiet(intro), *made] if made else []


def feelings(report: Report, words: Words, numbers: Numbers) -> list[Block]:
    """Give sentiment and emotion of each voice."""
    voices = [counts for counts in report.voices if counts.sentiment or counts.emotion]
    if not voices:
        return []
    found = [heading(1, words("feelings.title")), quiet(words("feelings.intro"))]
    head = [""]
    for counts in voices:
        head += [words(f"voice.{counts.voice}"), words("feelings.share"), ""]
    for kind in ("sentiment", "emotion"):
        keys = [key for key in words.entries if key.startswith(f"{kind}.")]
        rows = []
        for key in keys:
            cells: list[Any] = [words(key)]
            for counts in voices:
                tally = getattr(counts, kind)
                n, total = tally.get(key.partition(".")[2], 0), sum(tally.values())
                share = n / total if total else None
                cells += [words.integer(n), words.percent(share, 0), _tally(counts.voice, share)]
            rows.append(cells)
        title = board.emotion_title(report, words) if kind == "emotion" else words("feelings.sentiment")
        found += [
            heading(2, title),
            *(charts([drawn(report, words).emotions()], titled=False) if kind == "emotion" else []),
        ]
        found += [table(f"1.2fr< {'auto> auto> 1fr< ' * len(voices)}", head, rows)]
    return found


def _tally(voice: str, share: float | None) -> dict[str, Any] | str:
    return bar(voice, Share(share), 1.0)


def units(report: Report, words: Words, numbers: Numbers) -> list[Block]:
    """Give units against themes, where that may be shown."""
    if not report.unit_grids:
        return []
    least = words.integer(report.method.min_group or 10)
    intro = f"{words('units_part.intro', n=least)} {words('board.units_intro')}"
    found = [heading(1, words("board.units")), quiet(intro)]
    pictures = []
    for grid in report.unit_grids:
        voice, picture = words(f"voice.{grid.voice}"), drawn(report, words).heat(grid)
        pictures.append(dataclasses.replace(picture, title=f"{voice}: {picture.title}"))
        shown = {"shown": len(grid.rows), "total": grid.n_units, "withheld": grid.n_withheld}
        if shown["shown"] < grid.n_units:
            told = words("board.units_shown", **{key: words.integer(n) for key, n in shown.items()})
            found.append(quiet(f"{voice}: {told}"))
    return [*found, *charts(pictures)]


def drivers(report: Report, words: Words, numbers: Numbers) -> list[Block]:
    """Give the themes that go with scores and figures."""
    if not report.drivers and not report.outcomes:
        return []
    found = [heading(1, words("drivers.title")), quiet(words("drivers.intro"))]
    found += charts(drawn(report, words).drivers(entry) for entry in report.drivers)
    for entry in report.drivers:
        voice = words(f"voice_in_text.{entry.voice}")
        if not entry.rows:
            continue
        title = words("board.driver_title", theme=words.theme(entry.rows[0].theme), voice=voice)
        basis = {"r_squared": words.percent(entry.r_squared, 0), "n": words.integer(entry.n_comments)}
        head = [words("themes_part.theme"), *(words(f"drivers.{key}") for key in ("part", "range"))]
        head += [words("drivers.slope"), words("drivers.mentions")]
        rows = [
            [
                words.theme(row.theme), words.percent(row.weight.value, 0), words.interval(row.weight, 0),
                words.decimal(row.slope), numbers.count(row.n_mentions),
            ]
            for row in entry.rows
        ]  # fmt: skip
        found += [heading(2, title), quiet(words("drivers.basis", **basis))]
        found.append(table("2fr< auto> auto> auto> auto>", head, rows))
    if report.outcomes:
        head = [words("drivers.outcome"), words("themes_part.theme"), words("drivers.side")]
        head += [words("drivers.effect"), words("drivers.range"), words("column.n_units"), words("column.q_value")]
        rows = [
            [
                words.known("outcome_name", row.outcome), words.theme(row.theme), words(f"voice.{row.voice}"),
                words.decimal(row.effect.value), f"{words.decimal(row.effect.low)} – {words.decimal(row.effect.high)}",
                words.integer(row.n_units), words.chance(row.q_value),
            ]
            for row in report.outcomes
        ]  # fmt: skip
        found += [heading(2, words("drivers.outcomes")), quiet(words("drivers.outcomes_intro"))]
        found.append(table("1.5fr< 1.5fr< auto< auto> auto> auto> auto>", head, rows))
    return found


def comparison(report: Report, words: Words, numbers: Numbers) -> list[Block]:
    """Give what got better and worse since an earlier run."""
    earlier = report.comparison
    if earlier is None:
        return []
    head = [words("column.voice"), words("themes_part.theme"), words("board.before"), words("board.now")]
    head += [words("board.difference"), words("board.range"), words("board.verdict")]
    rows = []
    changes = board.surest(earlier)
    for row in changes[:MAX_CHANGES]:
        gap = row.difference
        rows.append(
            [
                words(f"voice.{row.voice}"), words.theme(row.theme), numbers.percent(row.before.value),
                numbers.percent(row.now.value), words.points(gap.value),
                f"{words.points(gap.low)} – {words.points(gap.high)}", words.known("comparison", row.verdict),
            ]
        )  # fmt: skip
    found = [heading(1, words("board.comparison")), heading(2, board.changed(earlier, words))]
    found.append(quiet(words("board.comparison_intro")))
    more = len(changes) - MAX_CHANGES
    if more > 0:
        found.append(quiet(words("board.changes_more", n=words.integer(more))))
    sides = [[row for row in changes if row.voice == voice] for voice in report.voice_names]
    found += charts(drawn(report, words).changes(rows) for rows in sides)
    return [*found, table("auto< 1fr< auto> auto> 2cm> 2.6cm> auto<", head, rows, size=8.5)]


def topics(report: Report, words: Words, numbers: Numbers) -> list[Block]:
    """Give topics beyond the themes."""
    if not report.topics:
        return []
    found = [heading(1, words("board.topics"))]
    found += [heading(2, words("board.topics_title", n=words.integer(len(report.topics))))]
    found.append(quiet(words("board.topics_intro")))
    head = [words("column.voice"), *(words(f"board.topic{key}") for key in ("", "_words", "_comments", "_tone"))]
    head.append(words("board.topic_partner"))
    rows = [
        [
            words(f"voice.{topic.voice}"), board.cut(topic.label, 80), board.cut(", ".join(topic.keywords), 120),
            numbers.count(topic.n_comments), words.decimal(topic.net_sentiment), board.cut(topic.partner or "", 60),
        ]
        for voice in VOICES
        for topic in [item for item in report.topics if item.voice == voice][:MAX_TOPICS]
    ]  # fmt: skip
    return [*found, table("auto< 1.4fr< 1.6fr< auto> auto> 1fr<", head, rows)]
