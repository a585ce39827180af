"""The slides: native charts with alternative text, notes, no empty placeholders, and any text stays text."""

from __future__ import annotations

import dataclasses
import io

import pytest
from pptx import Presentation

from board_sample import NASTY, full_report, one_voice, with_text, withheld_report
from test_report_build import empty_tables, sample_tables
from voices.report import build, i18n, sentences
from voices.report.slide_master import empty_deck
from voices.report.slide_shapes import Box, fitting, table
from voices.report.slides import render_slides


def deck(report, language="en"):
    return Presentation(io.BytesIO(render_slides(report, language=language)))


def texts(slide):
    for shape in slide.shapes:
        if shape.has_text_frame:
            yield shape.text_frame.text
        if shape.has_table:
            yield from (cell.text for row in shape.table.rows for cell in row.cells)


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_slide_has_a_statement_notes_and_native_charts(language):
    report = full_report()
    slides = list(deck(report, language).slides)
    words = i18n.load(language)
    assert slides[0].shapes.title.text == sentences.headline(report, words)
    assert len(slides) == 2 + 3 + 1 + 2 + 1 + 1 + 1 + 1
    for slide in slides:
        assert slide.shapes.title.text.strip()
        assert slide.has_notes_slide
        assert slide.notes_slide.notes_text_frame.text.strip()
        assert all(holder.text_frame.text for holder in slide.placeholders)
        assert "None" not in " ".join(texts(slide)).replace("None of this", "")
    charts = [shape for slide in slides for shape in slide.shapes if shape.has_chart]
    assert len(charts) == 1 + 3 + 2 + 1 + 1
    for shape in charts:
        assert shape.chart.part.chart_workbook.xlsx_part is not None
        assert shape._element.xpath("./p:nvGraphicFramePr/p:cNvPr")[0].get("descr")


def test_the_chart_of_a_problem_holds_the_course_of_both_voices():
    report = full_report()
    slide = deck(report).slides[2]
    (chart,) = [shape.chart for shape in slide.shapes if shape.has_chart]
    assert [series.name for series in chart.plots[0].series] == ["Employees", "Customers"]
    expected = [point.negative_share for point in report.problems[0].employee.row.points]
    assert list(chart.plots[0].series[0].values) == pytest.approx(expected)


def test_without_dates_the_chart_shows_both_shares_with_their_ranges():
    report = build(sample_tables(n_periods=0))
    (chart,) = [shape.chart for shape in deck(report).slides[2].shapes if shape.has_chart]
    path = report.problems[0]
    assert list(chart.plots[0].series[0].values) == pytest.approx(
        [path.employee.negative.value, path.customer.negative.value]
    )
    plus = [float(value.text) for value in chart._chartSpace.xpath(".//c:errBars/c:plus//c:v")]
    negative = path.employee.negative
    assert plus[0] == pytest.approx(negative.high - negative.value)


def charts_of(slides):
    return [shape.chart for slide in slides for shape in slide.shapes if shape.has_chart]


def test_shares_are_percentages_on_the_axis_and_counts_are_not():
    formats = []
    for chart in charts_of(deck(full_report()).slides):
        axis = chart.value_axis
        numbers = [number for series in chart.plots[0].series for number in series.values if number is not None]
        is_share = max(numbers) <= 1
        assert (axis.tick_labels.number_format == "0%") == is_share
        if is_share:
            assert not axis.tick_labels.number_format_is_linked
            assert max(numbers) <= axis.maximum_scale <= 1
            assert round(axis.maximum_scale / axis.major_unit, 6).is_integer()
        formats.append(is_share)
    assert set(formats) == {True, False}


def test_bars_have_their_ranges():
    report = full_report()
    chart = charts_of(deck(report).slides)[0]
    plus = [float(value.text) for value in chart._chartSpace.xpath(".//c:errBars/c:plus//c:v")]
    sides = [side.negative for voice in ("employee", "customer") for side in
             [getattr(path, voice) for path in report.problems[:3]]]  # fmt: skip
    assert plus == pytest.approx([share.high - share.value for share in sides])


def table_of(slide):
    (found,) = [shape.table for shape in slide.shapes if shape.has_table]
    return [[cell.text for cell in row.cells] for row in found.rows]


def test_the_comparison_shows_the_surest_changes_and_says_how_many_are_left():
    report, words = full_report(), i18n.load("en")
    rows = [dataclasses.replace(report.comparison.rows[2], verdict="flat")] * 8 + [report.comparison.rows[1]]
    report = dataclasses.replace(report, comparison=dataclasses.replace(report.comparison, rows=tuple(rows)))
    slide = deck(report).slides[-2]
    _, first, *others = table_of(slide)
    assert first[-1] == words("comparison.better")
    assert len(others) == 6
    assert words("board.changes_more", n="2") in texts(slide)


def test_the_matrix_has_numbers_only_where_a_test_was_passed():
    _, *rows = table_of(deck(full_report()).slides[5])
    cells = [cell for _, *row in rows for cell in row]
    assert "3" in cells
    assert "0" not in cells
    assert "" in cells


@pytest.mark.parametrize("language", ["en", "nl"])
def test_no_title_is_larger_than_the_headline(language):
    sizes = [
        slide.shapes.title.text_frame.paragraphs[0].runs[0].font.size.pt
        for slide in deck(full_report(), language).slides
    ]
    assert sizes[0] == max(sizes)


def test_a_table_is_small_enough_for_its_words():
    rows = [["", "Communicatie"], ["Regelruimte", "1"]]
    sizes = []
    for width in (6, 2.2):
        made = empty_deck("")
        slide = made.slides.add_slide(made.slide_layouts[1])
        made = table(slide, Box(0, 0, width, 3), rows, (1, 1))
        sizes.append(made.table.cell(0, 1).text_frame.paragraphs[0].runs[0].font.size.pt)
    assert sizes[0] > sizes[1]


def test_notes_hold_the_full_sentences_and_what_is_not_proved():
    words = i18n.load("nl")
    notes = deck(full_report(), "nl").slides[2].notes_slide.notes_text_frame.text
    assert words("problems.not_proved_text") in notes
    assert "correlatie 0,55" in notes


def test_same_report_gives_the_same_bytes():
    assert render_slides(full_report(), language="nl") == render_slides(full_report(), language="nl")


@pytest.mark.parametrize("name", NASTY)
def test_any_text_is_only_text(name):
    for slide in deck(with_text(NASTY[name]), "nl").slides:
        for text in texts(slide):
            assert len(text) < 2500
            assert "\x07" not in text


@pytest.mark.parametrize("report", [lambda: build(empty_tables()), one_voice, withheld_report])
@pytest.mark.parametrize("language", ["en", "nl"])
def test_parts_may_be_missing(report, language):
    assert len(deck(report(), language).slides) >= 3


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("name", [None, "long", "unbroken"])
def test_text_fits_its_box_and_boxes_fit_the_slide(language, name):
    made = deck(full_report() if name is None else with_text(NASTY[name]), language)
    for slide in made.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= made.slide_width
            assert shape.top + shape.height <= made.slide_height
            if shape.has_text_frame and not shape.is_placeholder:
                told = [paragraph.text for paragraph in shape.text_frame.paragraphs]
                size = shape.text_frame.paragraphs[0].runs[0].font.size.pt
                inner = 2 * shape.text_frame.margin_left.inches
                box = Box(0, 0, shape.width.inches - inner, shape.height.inches - inner)
                assert fitting(told, box, (size, 1)) == size, told


def test_size_does_not_grow_with_the_number_of_comments():
    small, large = (len(render_slides(build(sample_tables(scale=scale)), language="en")) for scale in (1, 500))
    assert large < 1.1 * small
