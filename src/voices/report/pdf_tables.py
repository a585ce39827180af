"""The tables of the board's document: matrix, themes, feelings, units, drivers, comparison, topics, and the method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voices.report import board, sentences
from voices.report.board import Numbers
from voices.report.model import VOICES, Share
from voices.report.pdf_blocks import bar, facts, heading, quiet, table, text, turned
from voices.suppress import MIN_SCORES

if TYPE_CHECKING:
    from voices.report.i18n import Words
    from voices.report.model import Report, ThemeRow
    from voices.report.pdf_blocks import Block

MAX_UNITS = 25
MAX_UNIT_THEMES = 8
MAX_TOPICS = 10
MAX_CHANGES = 20
MAX_FILES = 30
MAX_REJECTIONS = 12


def matrix(report: Report, words: Words, numbers: Numbers) -> list[Block]:
    """Give employee themes against customer themes."""
    if not report.all_paths:
        return []
    grid = board.matrix(report)
    passed = sum(path.grade != "none" for path in report.all_paths)
    found = words.integer(passed)
    title = words("board.matrix_title", found=found, total=words.integer(len(report.all_paths)))
    rows = []
    for employee in grid.employee:
        cells: list[Any] = [words.theme(employee)]
        for customer in grid.customer:
            path = grid.cells.get((employee, customer))
            depth = board.depth(path) if path else 0
            tint = {"text": str(depth), "tint": depth / 4, "voice": "customer"}
            cells.append(tint if path else "")
        rows.append(cells)
    columns = f"3.6cm< {'1fr^ ' * len(grid.customer)}"
    made = turned(table(columns, ["", *(words.theme(theme) for theme in grid.customer)], rows, size=8.5), 1)
    more = [quiet(words("board.matrix_trimmed", n=words.integer(board.MAX_MATRIX)))] if grid.trimmed else []
    return [heading(1, words("board.matrix")), heading(2, title), quiet(words("board.matrix_intro")), made, *more]


def themes(report: Report, words: Words, numbers: Numbers) -> list[Block]:
    """Give the themes of each voice."""
    rows_of = {voice: rows for voice, rows in report.themes.items() if rows}
    if not rows_of:
        return []
    found = [heading(1, words("themes_part.name")), quiet(words("themes_part.intro"))]
    period = words.known("period", report.method.period or "other")
    head = [words(f"themes_part.{key}") for key in ("theme", "share")]
    head += [words("board.range"), words("board.mentions"), words("themes_part.split"), "", words("themes_part.net")]
    head.append(words("themes_part.trend", period=period))
    for voice, rows in rows_of.items():
        lines = [_theme(row, words, numbers) for row in rows]
        found += [
            heading(2, board.theme_title(report, voice, words)),
            quiet(words("themes_part.basis", n=words.integer(report.judged(voice)))),
            table("1fr< 1.7cm> 1.9cm> 1.9cm> 2.1cm> 1.9cm< 1.2cm> 2.1cm>", head, lines, size=8.5),
        ]
    return found


def _theme(row: ThemeRow, words: Words, numbers: Numbers) -> list[Any]:
    known = row.negative is not None and row.neutral is not None and row.positive is not None
    parts = {key: words.integer(getattr(row, key)) for key in ("negative", "neutral", "positive")}
    return [
        words.theme(row.theme),
        numbers.percent(row.share.value, 1),
        words.interval(row.share),
        numbers.count(row.n_mentions),
        words("themes_part.split_text", **parts) if known else numbers.withheld,
        {"voice": row.voice, "split": [row.negative, row.neutral, row.positive]} if known else "",
        words.decimal(row.net_sentiment),
        board.change(row, words),
    ]


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
                n, total = tally.get(key.partition(".")[2]), sum(tally.values())
                share = n / total if n is not None and total else None
                cells += [numbers.count(n), numbers.percent(share), _tally(counts.voice, share)]
            rows.append(cells)
        title = board.emotion_title(report, words) if kind == "emotion" else words("feelings.sentiment")
        found += [heading(2, title), table(f"1.2fr< {'auto> auto> 1fr< ' * len(voices)}", head, rows)]
    return found


def _tally(voice: str, share: float | None) -> dict[str, Any] | str:
    return bar(voice, Share(share), 1.0)


def units(report: Report, words: Words, numbers: Numbers) -> list[Block]:
    """Give units against themes, where that may be shown."""
    if not report.unit_grids:
        return []
    found = [heading(1, words("board.units")), quiet(words("board.units_intro"))]
    for grid in report.unit_grids:
        themes = grid.themes[:MAX_UNIT_THEMES]
        top = max([cell.negative_share or 0.0 for row in grid.rows for cell in row.cells] + [0.01])
        rows = []
        for row in grid.rows[:MAX_UNITS]:
            cells: list[Any] = [board.cut(row.unit, 60), words.integer(row.n_comments)]
            for cell in row.cells[: len(themes)]:
                value = cell.negative_share
                told = numbers.short if value is None else words.percent(value, 0)
                cells.append({"text": told, "tint": (value or 0.0) / top, "voice": grid.voice})
            rows.append(cells)
        head = [words("board.unit"), words("board.unit_comments"), *(words.theme(theme) for theme in themes)]
        made = turned(table(f"3.4cm< auto> {'1fr> ' * len(themes)}", head, rows, size=8.5), 2)
        shown = {"shown": min(len(grid.rows), MAX_UNITS), "total": grid.n_units, "withheld": grid.n_withheld}
        told = words("board.units_shown", **{key: words.integer(n) for key, n in shown.items()})
        found += [heading(2, words(f"board.units_title_{grid.voice}")), made, quiet(told)]
    if report.method.min_group is not None:
        found.append(quiet(words("board.fewer_note", n=words.integer(report.method.min_group))))
    return found


def drivers(report: Report, words: Words, numbers: Numbers) -> list[Block]:
    """Give the themes that go with scores and figures."""
    if not report.drivers and not report.outcomes:
        return []
    found = [heading(1, words("drivers.title")), quiet(words("drivers.intro"))]
    for entry in report.drivers:
        voice = words(f"voice_in_text.{entry.voice}")
        if not entry.rows:
            continue
        title = words("board.driver_title", theme=words.theme(entry.rows[0].theme), voice=voice)
        basis = {"r_squared": words.percent(entry.r_squared, 0), "n": words.integer(entry.n_comments)}
        head = [words("themes_part.theme"), *(words(f"drivers.{key}") for key in ("part", "range"))]
        head += ["", words("drivers.slope"), words("drivers.mentions")]
        top = max(row.weight.high or row.weight.value or 0.0 for row in entry.rows)
        rows = [
            [
                words.theme(row.theme), words.percent(row.weight.value, 0), words.interval(row.weight, 0),
                bar(entry.voice, row.weight, top), words.decimal(row.slope), numbers.count(row.n_mentions),
            ]
            for row in entry.rows
        ]  # fmt: skip
        found += [heading(2, title), quiet(words("drivers.basis", **basis))]
        found.append(table("2fr< auto> auto> 1.5fr< auto> auto>", head, rows))
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
    for row in earlier.rows[:MAX_CHANGES]:
        gap = row.difference
        rows.append(
            [
                words(f"voice.{row.voice}"), words.theme(row.theme), numbers.share(row.before),
                numbers.share(row.now), words.points(gap.value), f"{words.points(gap.low)} – {words.points(gap.high)}",
                words.known("board", f"verdict_{row.verdict}"),
            ]
        )  # fmt: skip
    found = [heading(1, words("board.comparison")), heading(2, board.changed(earlier, words))]
    found.append(quiet(words("board.comparison_intro")))
    return [*found, table("auto< 1.3fr< 1.1fr< 1.1fr< auto> auto> auto<", head, rows, size=8.5)]


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
    period = words.known("period", how.period or "other")
    pairs = [
        (words("method.model"), how.model),
        (words("method.model_version"), how.model_version),
        (words("method.model_languages"), words.tongues(how.model_languages)),
        (words("method.period"), period),
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
    return [*found, heading(2, words("method.settings")), facts(known)]
