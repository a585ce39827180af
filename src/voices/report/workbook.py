"""The report as a workbook for analysts: one sheet a table, nothing in it can run.

Every text goes in as a string, never as a formula or a link, without control characters and cut to
what a cell can hold.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from voices.report import board, i18n, sentences, values, workbook_charts
from voices.report.build import build
from voices.report.model import VOICES
from voices.report.workbook_columns import WIDTHS
from voices.report.workbook_writer import MAX_ROWS, Writer, cell_text

if TYPE_CHECKING:
    import pathlib

    from voices.report.build import Tables
    from voices.report.i18n import Words
    from voices.report.model import Report
    from voices.report.workbook_writer import Sheet


def write_workbook(tables: Tables, path: pathlib.Path, *, language: str) -> None:
    """Write the tables of a run as ``report.xlsx``.

    Parameters
    ----------
    tables : Tables
        Not changed.
    path : Path
        Written over.
    language : str
        One of :func:`voices.report.i18n.languages`; names sheets, columns and themes.

    Raises
    ------
    voices.errors.InputError
        If there is no such language.
    """
    import xlsxwriter

    report = build(tables)
    words = i18n.load(language).with_themes(report.custom_themes)
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        properties: dict[str, Any] = {"title": words("title"), "comments": sentences.headline(report, words)}
        if report.method.created:
            properties["created"] = report.method.created.replace(tzinfo=None)
        book.set_properties(properties)
        writer = Writer(book, words)
        _summary(writer, report)
        writer.table("problems", values.records(tables.alignment))
        _matrix(writer, report)
        themes = sorted((_with_neutral(row) for row in values.records(tables.themes)), key=_by_size)
        trends = values.records(tables.trends)
        _theme_chart(writer, writer.table("themes", themes), themes)
        _course_chart(writer, writer.table("trends", trends), report, trends)
        _more(writer, tables, report)
        writer.table("quotes", values.records(tables.quotes))
        writer.table("rejected", values.records(tables.rejected))
        writer.table("files", [_file(item, words) for item in tables.run.get("files") or ()])
        writer.explain(report.method.min_group)


def _file(item: object, words: Words) -> dict[str, Any]:
    raw = values.mapping(item)
    roles = ((role, values.items(names)) for role, names in values.mapping(raw.get("columns")).items())
    raw["columns"] = "; ".join(f"{words.known('role', role)}: {', '.join(names)}" for role, names in roles if names)
    raw["unused"] = ", ".join(values.items(raw.get("unused")))
    raw["delimiter"] = words.known("delimiter", values.text(raw.get("delimiter")))
    return raw


def _summary(writer: Writer, report: Report) -> None:
    """Write the answer in sentences and the facts of the run."""
    words = writer.words
    sheet = writer.sheet("summary")
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, WIDTHS["value"])
    sheet.merge_range(0, 0, 0, 1, "")
    sheet.write_string(0, 0, cell_text(sentences.headline(report, words)), writer.formats["title"])
    sheet.set_row(0, 48)
    lines: list[tuple[str, object]] = []
    for index, sentence in enumerate(sentences.answer(report, words)):
        lines.append((words("answer.name") if index == 0 else "", sentence))
    lines += [(words("next.name"), sentences.next_step(report, words)), ("", "")]
    lines += [(label, value) for label, value in _facts(report, words) if value is not None]
    for row, (label, value) in enumerate(lines, start=2):
        sheet.set_row(row, _height(label, value))
        sheet.write_string(row, 0, label, writer.formats["bold"])
        writer.put(sheet, row, 1, value, "fact" if values.number(value) is not None else "wrap")


def _height(label: str, value: object) -> float:
    """Give the height in points that a label and its value need, since a file holds no automatic height."""
    text = "" if values.number(value) is not None else str(value)
    return 15.0 * max(1, math.ceil(len(label) / 40), math.ceil(len(text) / (0.9 * WIDTHS["value"])))


def _facts(report: Report, words: Words) -> list[tuple[str, object]]:
    how = report.method
    facts: list[tuple[str, object]] = []
    for counts in report.voices:
        voice = words(f"voice.{counts.voice}")
        stages = ("read", "rejected", "classified", "coded", "placeholder", "wordless", "other_language")
        facts += [(f"{voice}: {words(f'stage.{key}')}", getattr(counts, key)) for key in stages]
    first = [counts.first_date for counts in report.voices if counts.first_date]
    last = [counts.last_date for counts in report.voices if counts.last_date]
    facts += [
        (words("stage.first_date"), min(first, default=None)),
        (words("stage.last_date"), max(last, default=None)),
    ]
    facts += [
        (words("method.min_group"), how.min_group),
        (words("method.negative_floor"), words.percent(how.negative_floor)),
    ]
    facts += [(words("method.model"), how.model), (words("method.model_version"), how.model_version)]
    facts += [(words("method.checksum"), how.checksum)]
    facts += [(words(f"method.beside_{how.gives or 'sentiment'}"), how.base)]
    facts += [(words("method.version"), how.version)]
    facts += [(words("method.created"), how.created.date() if how.created else None)]
    facts += [(words("method.pass_on"), f"{words('method.pass_on_yes')} {words('method.pass_on_no')}")]
    layers = "method.layers_text" if sentences.only_shared_tested(report) else "method.layers_more"
    return [*facts, (words("method.layers"), words(layers))]


def _matrix(writer: Writer, report: Report) -> None:
    """Write employee themes against customer themes: how many layers of evidence each pair passed."""
    if not report.all_paths:
        return
    words = writer.words
    rows = {path.employee.theme: words.theme(path.employee.theme) for path in report.all_paths}
    columns = {path.customer.theme: words.theme(path.customer.theme) for path in report.all_paths}
    sheet = writer.sheet("matrix")
    sheet.write_string(0, 0, words("column.employee_name"), writer.formats["head"])
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, len(columns), 7)
    sheet.set_row(0, min(250, 24 + 6 * max(len(name) for name in columns.values())))
    for index, name in enumerate(columns.values(), start=1):
        sheet.write_string(0, index, cell_text(name), writer.formats["turned"])
    for index, name in enumerate(rows.values(), start=1):
        sheet.write_string(index, 0, cell_text(name), writer.formats["bold"])
    across, down = [*columns], [*rows]
    for path in report.all_paths:
        place = down.index(path.employee.theme) + 1, across.index(path.customer.theme) + 1
        sheet.write_number(*place, board.depth(path), writer.formats["depth"])
    shades = {"type": "2_color_scale", "min_type": "num", "min_value": 0, "max_type": "num", "max_value": 4}
    sheet.conditional_format(1, 1, len(rows), len(columns), {**shades, "min_color": "#FFFFFF", "max_color": "#CF7238"})
    sheet.write_string(len(rows) + 2, 0, words("meaning.matrix"), writer.formats["text"])
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(rows), len(columns))
    writer.note("matrix", "matrix")


def _more(writer: Writer, tables: Tables, report: Report) -> None:
    """Write the tables that not every run has, each only where it holds something."""
    emotions = _feelings(report, writer.words)
    if emotions:
        writer.table("emotions", emotions)
    for key in ("units", "drivers", "outcomes", "comparison", "topics"):
        frame = getattr(tables, key)
        if frame is not None and len(frame):
            rows = values.records(frame)
            if key == "units":
                name = writer.words.theme
                rows.sort(key=lambda row: (values.text(row.get("unit")), name(values.text(row.get("theme")))))
            made = writer.table(key, rows)
            if key == "drivers":
                names = (1, len(frame), made.places["theme_name"])
                series = [(made.places["weight"], workbook_charts.VOICES["employee"])]
                title = writer.words("drivers.title")
                workbook_charts.bars(writer.book, made.sheet, title=title, names=names, series=series)


def _feelings(report: Report, words: Words) -> values.Records:
    rows: values.Records = []
    for counts in report.voices:
        for name, tally in (("sentiment", counts.sentiment), ("emotion", counts.emotion)):
            total = sum(tally.values())
            rows += [
                {"voice": counts.voice, "kind": name, "label": words.known(name, key), "n_comments": n,
                 "share": n / total if total else None}
                for key, n in tally.items()
            ]  # fmt: skip
    return rows


def _with_neutral(row: dict[str, Any]) -> dict[str, Any]:
    parts = [values.count(row.get(key)) for key in ("n_mentions", "positive", "negative")]
    mentions, positive, negative = parts
    known = mentions is not None and positive is not None and negative is not None
    return {**row, "neutral": max(0, (mentions or 0) - (positive or 0) - (negative or 0)) if known else None}


def _by_size(row: dict[str, Any]) -> tuple[int, float]:
    """Order themes as every other part does: by voice, the most mentioned first."""
    voice = values.text(row.get("voice"))
    return VOICES.index(voice) if voice in VOICES else len(VOICES), -(values.number(row.get("share")) or 0.0)


def _theme_chart(writer: Writer, made: Sheet, rows: values.Records) -> None:
    """Draw negative, neutral and positive mentions of each voice's themes, where its rows stand together."""
    place = 0
    for voice in VOICES:
        found = [number for number, row in enumerate(rows, start=1) if row.get("voice") == voice]
        if not found or found[-1] - found[0] + 1 != len(found):
            continue
        fills = workbook_charts.POLARITIES[voice]
        series = [(made.places[field], colour) for field, colour in fills.items()]
        title = f"{writer.words('slides.themes_chart')} ({writer.words(f'voice_in_text.{voice}')})"
        names = (found[0], found[-1], made.places["theme_name"])
        workbook_charts.bars(
            writer.book, made.sheet, title=title, names=names, series=series, stacked=True, place=place
        )
        place += 28


def _course_chart(writer: Writer, made: Sheet, report: Report, rows: values.Records) -> None:
    """Draw the negative share of the first shared problem over time, for both voices."""
    if not report.problems:
        return
    path = report.problems[0]
    lines = []
    for voice, theme in zip(VOICES, (path.employee.theme, path.customer.theme), strict=True):
        found = [
            number
            for number, row in enumerate(rows[:MAX_ROWS], start=1)
            if row.get("voice") == voice and row.get("theme") == theme
        ]
        if found and found[-1] - found[0] + 1 == len(found):
            lines.append((writer.words(f"voice.{voice}"), voice, found[0], found[-1]))
    if lines:
        title = f"{sentences.path_name(path, writer.words)}: {writer.words('column.negative_share').lower()}"
        columns = (made.places["period"], made.places["negative_share"])
        workbook_charts.course(writer.book, made.sheet, title=cell_text(title), columns=columns, lines=lines)
