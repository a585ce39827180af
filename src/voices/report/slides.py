"""The report as slides: a statement a slide, charts that PowerPoint can edit, the full sentences in the notes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from voices.report import board, charts, i18n, pdf_parts, sentences
from voices.report.board import Numbers
from voices.report.model import VOICES
from voices.report.pictures import EMOTIONS
from voices.report.questions import questions
from voices.report.slide_charts import Series, chart, recolour, upside_down
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
MAX_CHANGES = 7
MAX_MATRIX = 8
SHADES = ("F8E3D5", "F0C6A9", "E39C6C", "CF7238")
"""Colours of a pair that passed one to four layers of evidence."""


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


def _slide(deck: Any, title: str, notes: list[str], *, opening: bool = False) -> Any:
    from voices.report.slide_master import add_slide

    return add_slide(deck, title, notes, opening=opening)


def _answer(deck: Any, report: Report, words: Words, numbers: Numbers) -> None:
    """Add the headline with the answer in full sentences."""
    told = list(sentences.answer(report, words))
    notes = [*told, sentences.next_step(report, words)]
    slide = _slide(deck, sentences.headline(report, words), notes, opening=True)
    write(slide, Box(MARGIN, 0.4, FULL.width, 0.35), [words("kicker")], sizes=(16,), colour=MUTED)
    write(slide, Box(MARGIN, 3.05, FULL.width, 3.85), told, sizes=(22, 20, 18, 16, 14, 12))


def _next(deck: Any, report: Report, words: Words, numbers: Numbers) -> None:
    """Add the shared problems, with the share of both sides and how sure each is, and what to do next."""
    step = sentences.next_step(report, words)
    if not report.problems:
        slide = _slide(deck, words("next.name"), [step])
        write(slide, FULL, [step], sizes=(20, 18, 16))
        return
    paths = report.problems[: board.TOP]
    more = len(report.problems) - len(paths)
    names = [sentences.path_name(path, words) for path in paths]
    notes = [f"{name}: {board.sure(path, words)}" for name, path in zip(names, paths, strict=True)]
    notes += [words("slides.others", n=words.integer(more))] if more > 0 else []
    slide = _slide(deck, words("board.top"), [*notes, step])
    sides = {voice: [getattr(path, voice) for path in paths] for voice in VOICES}
    series = [
        Series(words(f"voice.{voice}"), COLOURS[voice], [side.negative.value for side in found],
               [side.negative for side in found])
        for voice, found in sides.items()
    ]  # fmt: skip
    made = chart(slide, Box(MARGIN, TOP + 0.3, 6.7, 3.45), "BAR_CLUSTERED", names, series,
                 text=words("charts.problems_desc"), size=14)  # fmt: skip
    upside_down(made, gap=60)
    write(slide, Box(MARGIN, TOP, 6.7, 0.3), [words("slides.problem_chart_sides")], sizes=(13,), colour=MUTED)
    height = 3.75 / len(paths)
    for index, (name, path) in enumerate(zip(names, paths, strict=True)):
        place = Box(7.6, TOP + index * height, WIDTH - MARGIN - 7.6, 0.36)
        write(slide, place, [name], sizes=(18, 16, 14, 12), bold=True)
        told = [
            " · ".join(
                f"{words(f'voice.{voice}')} {numbers.percent(getattr(path, voice).negative.value)}" for voice in VOICES
            ),
            board.sure(path, words),
        ]
        below = Box(place.left, place.top + 0.36, place.width, height - 0.4)
        write(slide, below, told, sizes=(16, 14, 13, 12, 11, 10))
    write(slide, Box(MARGIN, 5.6, FULL.width, 1.3), [f"{words('next.name')}: {step}"], sizes=(18, 16, 14, 13, 12),
          fill=SOFT)  # fmt: skip


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
    period = board.course_period(report, words)
    names = [words(f"voice.{side.voice}") for side in sides]
    if len(times) > 1:
        title = words("slides.problem_chart_course", period=period)
        courses = [{point.ordinal: point.negative_share for point in side.row.points} for side in sides]
        series = [
            Series(name, COLOURS[side.voice], [course.get(ordinal) for ordinal, _ in times])
            for name, side, course in zip(names, sides, courses, strict=True)
        ]
        labels = [words.period(label) for _, label in times]
        text = words("slides.alt_course", theme=theme, period=period)
        chart(slide, place, "LINE_MARKERS", labels, series, text=text)
    else:
        title = words("slides.problem_chart_sides")
        shares = [side.negative for side in sides]
        series = [Series(theme, GREY, [share.value for share in shares], shares)]
        made = chart(slide, place, "BAR_CLUSTERED", names, series, text=words("slides.alt_sides", theme=theme))
        recolour(made, [COLOURS[side.voice] for side in sides])
        upside_down(made, gap=60)
    write(slide, Box(MARGIN, TOP + 0.57, 7.2, 0.3), [title], sizes=(12,), colour=MUTED)


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
    write(slide, place, [pdf_parts.quoted(quote, limit) for quote in quotes], sizes=(16, 14, 13, 12, 11), italic=True)


def _matrix(deck: Any, report: Report, words: Words, numbers: Numbers) -> None:
    """Add the pairs of themes: a mark and a colour where a pair passed, a dot where it passed nothing."""
    if not report.all_paths:
        return
    grid = board.matrix(report, MAX_MATRIX)
    found = sum(path.grade != "none" for path in report.all_paths)
    total = len(report.all_paths)
    title = words("charts.matrix", found=words.integer(found), total=words.integer(total))
    notes = [words("matrix.intro"), *([words("slides.matrix_trimmed", n=words.integer(MAX_MATRIX))] if grid.trimmed
                                      else [])]  # fmt: skip
    slide = _slide(deck, title, notes)
    rows: list[list[Any]] = [["", *(words.theme(theme) for theme in grid.customer)]]
    for employee in grid.employee:
        cells: list[Any] = [words.theme(employee)]
        for customer in grid.customer:
            path = grid.cells.get((employee, customer))
            depth = board.depth(path) if path else 0
            cells.append((words.integer(depth), SHADES[depth - 1]) if depth else "·" if path else "")
        rows.append(cells)
    legend = [words("slides.matrix_legend"), *notes[1:]]
    write(slide, Box(MARGIN, TOP - 0.1, FULL.width, 0.55), [" ".join(legend)], sizes=(13, 12, 11), colour=MUTED)
    widths = (1.5, *[1.0] * len(grid.customer))
    table(slide, Box(MARGIN, TOP + 0.5, FULL.width, 4.7), rows, widths, sizes=(13, 12, 11, 10, 9, 8, 7), centred=True)


def _themes(deck: Any, report: Report, words: Words, numbers: Numbers) -> None:
    for voice, every in report.themes.items():
        rows = [row for row in every if row.negative is not None][:MAX_THEMES]
        if not rows:
            continue
        notes = [f"{words.theme(row.theme)}: {numbers.share(row.share)}, {board.change(row, words)}" for row in rows]
        slide = _slide(deck, board.theme_title(report, voice, words), [*notes, words("themes_part.intro")])
        write(slide, Box(MARGIN, TOP - 0.1, FULL.width, 0.3), [words("slides.themes_chart")], sizes=(14,), colour=MUTED)
        fills = (("negative", COLOURS[voice]), ("neutral", "D5D2CB"), ("positive", TINTS[voice]))
        series = [Series(words(f"sentiment.{key}"), code, [getattr(row, key) for row in rows]) for key, code in fills]
        place = Box(MARGIN, TOP + 0.2, FULL.width, FULL.height - 0.2)
        text = words("slides.alt_themes", voice=words(f"voice_in_text.{voice}"))
        made = chart(slide, place, "BAR_STACKED", [words.theme(row.theme) for row in rows], series, text=text, size=14)
        upside_down(made, gap=45)
        made.chart.plots[0].overlap = 100


def _feelings(deck: Any, report: Report, words: Words, numbers: Numbers) -> None:
    voices = [counts for counts in report.voices if sum(counts.emotion.values())]
    if not voices:
        return
    slide = _slide(deck, board.emotion_title(report, words), [words("feelings.intro")])
    series = []
    for counts in voices:
        total = sum(counts.emotion.values())
        shares = [charts.measured(counts.emotion.get(key, 0), total) for key in EMOTIONS]
        name = words(f"voice.{counts.voice}")
        series.append(Series(name, COLOURS[counts.voice], [share.value for share in shares], shares))
    labels = [words(f"emotion.{key}") for key in EMOTIONS]
    told = words("charts.emotions_desc")
    write(slide, Box(MARGIN, TOP - 0.1, FULL.width, 0.3), [told], sizes=(14, 12), colour=MUTED)
    place = Box(MARGIN, TOP + 0.3, FULL.width, FULL.height - 0.3)
    upside_down(chart(slide, place, "BAR_CLUSTERED", labels, series, text=told, size=14), gap=60)


def _drivers(deck: Any, report: Report, words: Words, numbers: Numbers) -> None:
    for entry in report.drivers:
        if entry.rows:
            _driver(deck, entry, words)


def _driver(deck: Any, entry: Drivers, words: Words) -> None:
    voice = words(f"voice_in_text.{entry.voice}")
    rows = entry.rows[:MAX_THEMES]
    basis = words("drivers.basis", r_squared=words.percent(entry.r_squared, 0), n=words.integer(entry.n_comments))
    notes = [f"{words.theme(row.theme)}: {words.measured(row.weight)}" for row in rows]
    title = words("charts.drivers", theme=words.theme(entry.rows[0].theme), voice=voice)
    slide = _slide(deck, title, [basis, *notes, words("drivers.intro")])
    write(slide, Box(MARGIN, TOP - 0.1, FULL.width, 0.4), [basis], sizes=(14, 12), colour=MUTED)
    place = Box(MARGIN, TOP + 0.3, FULL.width, 4.2)
    weights = [row.weight for row in rows]
    series = [Series(words("drivers.part"), COLOURS[entry.voice], [weight.value for weight in weights], weights)]
    labels, text = [words.theme(row.theme) for row in rows], words("slides.alt_drivers", voice=voice)
    upside_down(chart(slide, place, "BAR_CLUSTERED", labels, series, text=text, size=14), gap=60)
    write(slide, Box(MARGIN, 6.25, FULL.width, 0.75), [words("drivers.intro")], sizes=(14, 13, 12, 11), colour=MUTED)


def _comparison(deck: Any, report: Report, words: Words, numbers: Numbers) -> None:
    """Add the surest changes since the earlier run, those that are no chance first."""
    earlier = report.comparison
    if earlier is None:
        return
    changes = board.surest(earlier)
    more = len(changes) - MAX_CHANGES
    rest = [words("board.changes_more", n=words.integer(more))] if more > 0 else []
    slide = _slide(deck, board.changed(earlier, words), [words("board.comparison_intro"), *rest])
    rows: list[list[Any]] = [
        [words(key) for key in ("themes_part.theme", "column.voice", "board.before", "board.now", "board.difference",
                                "board.verdict")]
    ]  # fmt: skip
    fills = {"worse": TINTS["customer"], "better": TINTS["employee"], "flat": None}
    for row in changes[:MAX_CHANGES]:
        gap = row.difference
        told = words("format.parenthesis", text=words.points(gap.value),
                     detail=f"{words.points(gap.low)} – {words.points(gap.high)}")  # fmt: skip
        verdict = (words.known("comparison", row.verdict), fills.get(row.verdict))
        shares = [numbers.percent(share.value) for share in (row.before, row.now)]
        rows.append([board.cut(words.theme(row.theme), 60), words(f"voice.{row.voice}"), *shares, told, verdict])
    told = words("board.comparison_intro")
    write(slide, Box(MARGIN, TOP - 0.1, FULL.width, 0.6), [told], sizes=(14, 13, 12, 11), colour=MUTED)
    table(slide, Box(MARGIN, TOP + 0.6, FULL.width, 4.15), rows, (2.4, 1.2, 0.7, 0.7, 1.9, 1.9))
    write(slide, Box(MARGIN, 6.55, FULL.width, 0.4), rest or [""], sizes=(14, 12), colour=MUTED)


def _method(deck: Any, report: Report, words: Words, numbers: Numbers) -> None:
    """Add how the numbers came about; what a sceptical director would ask stands in the notes."""
    layers = "method.layers_text" if sentences.only_shared_tested(report) else "method.layers_more"
    asked = [f"{question} {answer}" for question, answer in questions(report, words)]
    slide = _slide(deck, words("slides.method"), [words("method.intervals_text"), words(layers), *asked])
    told = []
    for counts in report.voices:
        n, coded = words.integer(counts.read), words.integer(counts.coded)
        told.append(f"{words(f'voice.{counts.voice}')}: {words('stage.read')} {n}; {words('stage.coded')} {coded}")
    told += pdf_parts.thresholds(report, words)
    told += [words("method.coding_text"), words("method.intervals_text")]
    how = report.method
    if how.model:
        told.append(f"{words('method.model')}: {how.model} {how.model_version or ''}")
    write(slide, FULL, told, sizes=(18, 16, 14, 13, 12))
