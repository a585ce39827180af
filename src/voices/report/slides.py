"""The report as slides: a statement a slide, charts that PowerPoint can edit, the full sentences in the notes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from voices.report import board, i18n, pdf_parts, sentences
from voices.report.board import Numbers
from voices.report.model import VOICES
from voices.report.slide_shapes import (
    COLOURS,
    GREY,
    HEIGHT,
    MARGIN,
    MUTED,
    SOFT,
    TINTS,
    WIDTH,
    Box,
    chart,
    describe,
    room,
    stable,
    table,
    write,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Callable

    from voices.report.i18n import Words
    from voices.report.model import Drivers, Path, Report, Side

TOP = 1.7
"""Inches from the top where a slide's content begins."""
FULL = Box(MARGIN, TOP, WIDTH - 2 * MARGIN, HEIGHT - TOP - 0.65)
MAX_THEMES = 10
MAX_PERIODS = 24
MAX_CHANGES = 12
MAX_MATRIX = 8


def render_slides(report: Report, *, language: str) -> bytes:
    """Give the report as a PowerPoint presentation.

    Parameters
    ----------
    report : Report
        From :func:`voices.report.build.build`.
    language : str
        One of :func:`voices.report.i18n.languages`.

    Returns
    -------
    bytes
        A ``.pptx`` file; the same bytes for the same report.

    Raises
    ------
    voices.errors.InputError
        If there is no such language.
    """
    from voices.report.slide_master import empty_deck

    words = i18n.load(language).with_themes(report.custom_themes)
    numbers = Numbers(words, report.method.min_group)
    created = report.method.created
    made = words("made", date=words.date(created.date())) if created else ""
    deck = empty_deck(" · ".join(part for part in (words("title"), made) if part))
    deck.core_properties.title = words("title")
    deck.core_properties.subject = sentences.headline(report, words)[:255]
    deck.core_properties.author = "voices"
    deck.core_properties.language = words.locale.replace("_", "-")
    parts: tuple[Callable[[Any, Report, Words, Numbers], None], ...] = (
        _answer, _next, _problems, _matrix, _themes, _feelings, _drivers, _comparison, _method,
    )  # fmt: skip
    for part in parts:
        part(deck, report, words, numbers)
    stream = io.BytesIO()
    deck.save(stream)
    return stable(stream.getvalue(), created)


def _slide(deck: Any, title: str, notes: list[str]) -> Any:
    from voices.report.slide_master import add_slide

    return add_slide(deck, title, notes)


def _answer(deck: Any, report: Report, words: Words, numbers: Numbers) -> None:
    """Add the headline with the answer in full sentences."""
    told = list(sentences.answer(report, words))
    slide = _slide(deck, sentences.headline(report, words), [*told, sentences.next_step(report, words)])
    write(slide, Box(MARGIN, TOP, WIDTH - 2 * MARGIN, 0.35), [words("kicker")], sizes=(14,), colour=MUTED)
    write(slide, Box(MARGIN, TOP + 0.5, WIDTH - 2 * MARGIN, FULL.height - 0.5), told, sizes=(20, 18, 16, 14, 12))


def _next(deck: Any, report: Report, words: Words, numbers: Numbers) -> None:
    """Add the shared problems side by side, and what to do next."""
    step = sentences.next_step(report, words)
    if not report.problems:
        slide = _slide(deck, words("next.name"), [step])
        write(slide, FULL, [step], sizes=(20, 18, 16))
        return
    head = [words("board.top_problem"), *(words(f"voice.{voice}") for voice in VOICES), words("board.top_sure")]
    rows = [head]
    for path in report.problems[: board.TOP]:
        shares = [numbers.share(side.negative) for side in (path.employee, path.customer)]
        rows.append([sentences.path_name(path, words), *shares, board.sure(path, words)])
    more = len(report.problems) - board.TOP
    notes = [board.sure(path, words) for path in report.problems[: board.TOP]]
    notes += [words("slides.others", n=words.integer(more))] if more > 0 else []
    slide = _slide(deck, words("board.top"), [*notes, step])
    table(slide, Box(MARGIN, TOP, FULL.width, 2.9), rows, (1.3, 1.2, 1.2, 2.6), size=13)
    write(slide, Box(MARGIN, 5.0, FULL.width, 0.4), [words("next.name")], sizes=(16,), bold=True)
    write(slide, Box(MARGIN, 5.4, FULL.width, 1.35), [step], sizes=(16, 14, 13, 12), fill=SOFT)


def _problems(deck: Any, report: Report, words: Words, numbers: Numbers) -> None:
    for path in report.problems[: board.TOP]:
        _problem(deck, path, report, words, numbers)


def _problem(deck: Any, path: Path, report: Report, words: Words, numbers: Numbers) -> None:
    """Add one shared problem: chart at the left, quotes at the right, how sure and what is not proved below."""
    sides = (path.employee, path.customer)
    told = [sentences.path_sentence(path.row, words, report.method.period), board.sure(path, words)]
    told += [f"{words(f'voice.{side.voice}')}: {numbers.share(side.negative)}" for side in sides]
    told += [pdf_parts.quoted(quote) for side in sides for quote in side.quotes[:2]]
    told.append(f"{words('problems.not_proved')}: {words('problems.not_proved_text')}")
    slide = _slide(deck, board.problem_title(path, words, numbers), told)
    for index, side in enumerate(sides):
        line = f"{words(f'voice.{side.voice}')}: {numbers.share(side.negative)}"
        place = Box(MARGIN + 3.6 * index, TOP, 3.45, 0.55)
        write(slide, place, [line], sizes=(14, 12, 11), bold=True, colour=COLOURS[side.voice])
    _problem_chart(slide, sides, report, words)
    for index, side in enumerate(sides):
        _quotes(slide, Box(8.1, TOP + 1.85 * index, WIDTH - MARGIN - 8.1, 1.75), side, words)
    sure = f"{words('board.sure_name')}: {board.sure(path, words)}"
    unproved = words("slides.not_proved") + words("problems.not_proved_text")
    write(slide, Box(MARGIN, 5.5, FULL.width, 1.4), [sure, unproved], sizes=(14, 13, 12, 11), fill=SOFT)


def _problem_chart(slide: Any, sides: tuple[Side, Side], report: Report, words: Words) -> None:
    place = Box(MARGIN, TOP + 0.85, 7.2, 2.85)
    times = board.periods([side.row for side in sides])[-MAX_PERIODS:]
    theme = words.theme(sides[0].theme)
    period = words.known("period", report.method.period or "other")
    names = [words(f"voice.{side.voice}") for side in sides]
    if len(times) > 1:
        title = words("slides.problem_chart_course", period=period)
        courses = [{point.ordinal: point.negative_share for point in side.row.points} for side in sides]
        series = [
            (name, COLOURS[side.voice], [course.get(ordinal) for ordinal, _ in times])
            for name, side, course in zip(names, sides, courses, strict=True)
        ]
        made = chart(slide, place, "LINE_MARKERS", [words.period(label) for _, label in times], series)
        describe(made, words("slides.alt_course", theme=theme, period=period))
    else:
        title = words("slides.problem_chart_sides")
        made = chart(
            slide, place, "BAR_CLUSTERED", names[::-1], [(theme, GREY, [s.negative.value for s in sides[::-1]])]
        )
        _ranges(made, sides[::-1])
        describe(made, words("slides.alt_sides", theme=theme))
    write(slide, Box(MARGIN, TOP + 0.57, 7.2, 0.3), [title], sizes=(12,), colour=MUTED)


def _ranges(made: Any, sides: tuple[Side, ...]) -> None:
    """Colour the two bars and add their 95 % ranges as error bars."""
    from lxml import etree
    from pptx.oxml.ns import qn

    from voices.report.slide_shapes import colour

    (series,) = made.chart.plots[0].series
    for index, side in enumerate(sides):
        point = series.points[index].format.fill
        point.solid()
        point.fore_color.rgb = colour(COLOURS[side.voice])
    bars = etree.Element(qn("c:errBars"))
    for tag, value in (("errBarType", "both"), ("errValType", "cust"), ("noEndCap", "0")):
        etree.SubElement(bars, qn(f"c:{tag}"), val=value)
    shares = [side.negative for side in sides]
    for tag, ends in (("plus", [share.high for share in shares]), ("minus", [share.low for share in shares])):
        literal = etree.SubElement(etree.SubElement(bars, qn(f"c:{tag}")), qn("c:numLit"))
        etree.SubElement(literal, qn("c:ptCount"), val=str(len(shares)))
        for index, (share, end) in enumerate(zip(shares, ends, strict=True)):
            gap = 0.0 if share.value is None or end is None else abs(end - share.value)
            point = etree.SubElement(literal, qn("c:pt"), idx=str(index))
            etree.SubElement(point, qn("c:v")).text = repr(gap)
    series._element.find(qn("c:cat")).addprevious(bars)


def _quotes(slide: Any, box: Box, side: Side, words: Words) -> None:
    """Write two quotes of one side, cut to what fits."""
    write(slide, Box(box.left, box.top, box.width, 0.3), [words(f"voice.{side.voice}")], sizes=(12,), bold=True,
          colour=COLOURS[side.voice])  # fmt: skip
    quotes = side.quotes[:2]
    place = Box(box.left, box.top + 0.3, box.width, box.height - 0.35)
    if not quotes:
        write(slide, place, [words("slides.quotes_none")], sizes=(12,), colour=MUTED)
        return
    limit = int(room(place, 12) * 0.8 / len(quotes))
    write(slide, place, [pdf_parts.quoted(quote, limit) for quote in quotes], sizes=(14, 13, 12, 11), italic=True)


def _matrix(deck: Any, report: Report, words: Words, numbers: Numbers) -> None:
    if not report.all_paths:
        return
    grid = board.matrix(report)
    found = sum(path.grade != "none" for path in report.all_paths)
    total = len(report.all_paths)
    title = words("board.matrix_title", found=words.integer(found), total=words.integer(total))
    slide = _slide(deck, title, [words("board.matrix_intro")])
    columns = grid.customer[:MAX_MATRIX]
    rows: list[list[Any]] = [["", *(words.theme(theme) for theme in columns)]]
    shades = ("FFFFFF", "F8E3D5", "F0C6A9", "E39C6C", "CF7238")
    for employee in grid.employee[:MAX_MATRIX]:
        cells: list[Any] = [words.theme(employee)]
        for customer in columns:
            path = grid.cells.get((employee, customer))
            depth = board.depth(path) if path else 0
            cells.append((str(depth), shades[depth]) if path else "")
        rows.append(cells)
    write(slide, Box(MARGIN, TOP - 0.1, FULL.width, 0.75), [words("board.matrix_intro")], sizes=(12, 11), colour=MUTED)
    size = 11 if len(columns) < 7 else 10
    table(slide, Box(MARGIN, TOP + 0.75, FULL.width, 4.3), rows, (2.0, *[1.0] * len(columns)), size=size)


def _themes(deck: Any, report: Report, words: Words, numbers: Numbers) -> None:
    for voice, every in report.themes.items():
        rows = [row for row in every if row.negative is not None][:MAX_THEMES][::-1]
        if not rows:
            continue
        notes = [
            f"{words.theme(row.theme)}: {numbers.share(row.share)}, {board.change(row, words)}" for row in rows[::-1]
        ]
        slide = _slide(deck, board.theme_title(report, voice, words), [*notes, words("themes_part.intro")])
        write(slide, Box(MARGIN, TOP - 0.1, FULL.width, 0.3), [words("slides.themes_chart")], sizes=(13,), colour=MUTED)
        fills = (("negative", COLOURS[voice]), ("neutral", "D5D2CB"), ("positive", TINTS[voice]))
        series = [(words(f"sentiment.{key}"), code, [getattr(row, key) for row in rows]) for key, code in fills]
        place = Box(MARGIN, TOP + 0.2, FULL.width, FULL.height - 0.2)
        made = chart(slide, place, "BAR_STACKED", [words.theme(row.theme) for row in rows], series)
        made.chart.plots[0].gap_width, made.chart.plots[0].overlap = 45, 100
        describe(made, words("slides.alt_themes", voice=words(f"voice_in_text.{voice}")))


def _feelings(deck: Any, report: Report, words: Words, numbers: Numbers) -> None:
    voices = [counts for counts in report.voices if sum(counts.emotion.values())]
    keys = [key for key in ("frustration", "despondency", "worry", "gratitude", "energy")][::-1]
    if not voices:
        return
    slide = _slide(deck, board.emotion_title(report, words), [words("feelings.intro")])
    series = []
    for counts in voices[::-1]:
        total = sum(counts.emotion.values())
        shares = [counts.emotion[key] / total if key in counts.emotion else None for key in keys]
        series.append((words(f"voice.{counts.voice}"), COLOURS[counts.voice], shares))
    made = chart(slide, FULL, "BAR_CLUSTERED", [words(f"emotion.{key}") for key in keys], series)
    made.chart.plots[0].gap_width = 60
    describe(made, words("slides.alt_emotion"))


def _drivers(deck: Any, report: Report, words: Words, numbers: Numbers) -> None:
    for entry in report.drivers:
        if entry.rows:
            _driver(deck, entry, words)


def _driver(deck: Any, entry: Drivers, words: Words) -> None:
    voice = words(f"voice_in_text.{entry.voice}")
    rows = entry.rows[:MAX_THEMES][::-1]
    basis = words("drivers.basis", r_squared=words.percent(entry.r_squared, 0), n=words.integer(entry.n_comments))
    notes = [f"{words.theme(row.theme)}: {words.measured(row.weight)}" for row in rows[::-1]]
    title = words("board.driver_title", theme=words.theme(entry.rows[0].theme), voice=voice)
    slide = _slide(deck, title, [basis, *notes, words("drivers.intro")])
    write(slide, Box(MARGIN, TOP - 0.1, FULL.width, 0.5), [basis], sizes=(14, 12), colour=MUTED)
    place = Box(MARGIN, TOP + 0.4, FULL.width, FULL.height - 0.9)
    series = [(words("drivers.part"), COLOURS[entry.voice], [row.weight.value for row in rows])]
    made = chart(slide, place, "BAR_CLUSTERED", [words.theme(row.theme) for row in rows], series)
    made.chart.plots[0].gap_width = 60
    describe(made, words("slides.alt_drivers", voice=voice))
    write(slide, Box(MARGIN, 6.35, FULL.width, 0.5), [words("drivers.intro")], sizes=(12, 11), colour=MUTED)


def _comparison(deck: Any, report: Report, words: Words, numbers: Numbers) -> None:
    earlier = report.comparison
    if earlier is None:
        return
    slide = _slide(deck, board.changed(earlier, words), [words("board.comparison_intro")])
    rows: list[list[Any]] = [
        [words(key) for key in ("column.voice", "themes_part.theme", "board.before", "board.now", "board.difference",
                                "board.verdict")]
    ]  # fmt: skip
    fills = {"worse": TINTS["customer"], "better": TINTS["employee"], "flat": None}
    for row in earlier.rows[:MAX_CHANGES]:
        gap = row.difference
        told = words("format.parenthesis", text=words.points(gap.value),
                     detail=f"{words.points(gap.low)} – {words.points(gap.high)}")  # fmt: skip
        verdict = (words.known("board", f"verdict_{row.verdict}"), fills.get(row.verdict))
        shares = [numbers.percent(share.value) for share in (row.before, row.now)]
        rows.append([words(f"voice.{row.voice}"), words.theme(row.theme), *shares, told, verdict])
    write(
        slide, Box(MARGIN, TOP - 0.1, FULL.width, 0.5), [words("board.comparison_intro")], sizes=(12, 11), colour=MUTED
    )
    table(slide, Box(MARGIN, TOP + 0.5, FULL.width, 4.5), rows, (1.1, 2, 0.8, 0.8, 1.7, 1.5), size=12)


def _method(deck: Any, report: Report, words: Words, numbers: Numbers) -> None:
    layers = "method.layers_text" if sentences.only_shared_tested(report) else "method.layers_more"
    notes = [words("method.intervals_text"), words("method.coding_text"), words(layers)]
    slide = _slide(deck, words("slides.method"), notes)
    told = []
    for counts in report.voices:
        n, coded = words.integer(counts.read), words.integer(counts.coded)
        told.append(f"{words(f'voice.{counts.voice}')}: {words('stage.read')} {n}; {words('stage.coded')} {coded}")
    told += pdf_parts.thresholds(report, words)
    told += [words("method.coding_text"), words("method.intervals_text")]
    how = report.method
    if how.model:
        told.append(f"{words('method.model')}: {how.model} {how.model_version or ''}")
    write(slide, FULL, told, sizes=(16, 14, 13, 12))
