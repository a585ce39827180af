"""The PDF: one whole answer on the first page, bookmarks, the same bytes each time, and any text stays text."""

from __future__ import annotations

import dataclasses
import io
import re
import zipfile

import pypdf
import pytest

from board_sample import NASTY, full_report, one_voice, with_text, withheld_report
from test_report_build import empty_tables, sample_tables
from voices.errors import InputError
from voices.report import board, build, formats, i18n, pdf, pdf_method, pdf_parts, pdf_tables, sentences
from voices.report.pictures import Pictures
from voices.report.questions import questions


def read(report, language="en"):
    return pypdf.PdfReader(io.BytesIO(pdf.render_pdf(report, language=language)))


def plain(text):
    """Text without line breaks, hyphens of ours and invisible marks."""
    return re.sub(r"\s+", " ", re.sub(r"[\u00ad\u200b]|\N{HYPHEN}\n", "", text))


def titles(outline):
    for entry in outline:
        yield from titles(entry) if isinstance(entry, list) else [entry.title]


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_first_page_stands_by_itself(language):
    report = full_report()
    words = i18n.load(language)
    first = plain(read(report, language).pages[0].extract_text())
    assert sentences.headline(report, words) in first
    for told in (words("next.name"), words("board.top"), words("board.read"), words("board.thresholds")):
        assert told in first
    for path in report.problems:
        assert words.percent(path.employee.negative.value, 0) in first
    assert words("board.threshold_group", n="10") in first


@pytest.mark.parametrize("language", ["en", "nl"])
def test_bookmarks_language_and_standard(language):
    reader = read(full_report(), language)
    words = i18n.load(language)
    found = list(titles(reader.outline))
    for key in ("problems.title", "matrix.title", "board.units", "board.comparison", "board.topics", "method.title"):
        assert words(key) in found
    root = reader.trailer["/Root"]
    assert root["/Lang"] == words.locale.replace("_", "-")
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert reader.metadata.title == words("title")
    assert 6 <= len(reader.pages) <= 20
    text = "".join(page.extract_text() for page in reader.pages)
    assert "None" not in text.replace(words("emotion.none"), "").replace("None of this", "")
    assert "nan" not in text.split()


def test_same_report_gives_the_same_bytes():
    assert pdf.render_pdf(full_report(), language="en") == pdf.render_pdf(full_report(), language="en")


@pytest.mark.parametrize("name", NASTY)
def test_any_text_is_only_text(name):
    reader = read(with_text(NASTY[name]), "nl")
    text = plain("".join(page.extract_text() for page in reader.pages))
    assert b"pdfuaid" in reader.trailer["/Root"]["/Metadata"].get_data()
    assert "root:" not in text
    if name == "typst":
        assert '#include "/etc/passwd" $x^2$ *bold*' in text
    if name in ("emoji", "chinese"):
        assert pdf.UNSHOWN in text
        assert i18n.load("nl")("board.unshown")[:40] in text
    assert len(reader.pages) <= 20


@pytest.mark.parametrize("report", [lambda: build(empty_tables()), one_voice, withheld_report])
@pytest.mark.parametrize("language", ["en", "nl"])
def test_parts_may_be_missing(report, language):
    reader = read(report(), language)
    assert b"pdfuaid" in reader.trailer["/Root"]["/Metadata"].get_data()


def test_withheld_numbers_say_so():
    text = plain("".join(page.extract_text() for page in read(withheld_report(), "nl").pages))
    assert "minder dan 10" in text
    assert "< 10" in text


def test_size_does_not_grow_with_the_number_of_comments():
    small, large = (len(pdf.render_pdf(build(sample_tables(scale=scale)), language="en")) for scale in (1, 500))
    assert large < 1.1 * small


def test_an_error_of_typst_quotes_no_comment(monkeypatch):
    import typst

    def broken(*_, **__):
        raise typst.TypstError("secret words")

    monkeypatch.setattr(pdf, "_typst", broken)
    monkeypatch.setattr(pdf, "_lacking", lambda _: frozenset())
    with pytest.raises(pdf.VoicesError) as caught:
        pdf.render_pdf(full_report(), language="en")
    assert "secret" not in str(caught.value)


def test_contents_and_questions_are_in_the_document():
    report, words = full_report(), i18n.load("en")
    reader = read(report)
    assert words("contents") in reader.pages[0].extract_text()
    text = plain("".join(page.extract_text() for page in reader.pages))
    for question, answer in questions(report, words):
        assert question in text
        assert answer[:60] in text


def test_how_good_the_model_is_stands_per_language():
    report, words = full_report(), i18n.load("en")
    figures = {"n": 118, "sentiment_accuracy": 0.8983, "emotion_accuracy": 0.7966, "theme_micro_f1": 0.7669}
    method = dataclasses.replace(report.method, metrics={"language nl": figures, "all": {"n": 9}})
    blocks = pdf_method.method(dataclasses.replace(report, method=method), words, board.Numbers(words, 10))
    (table,) = [block for block in blocks if block["kind"] == "table"]
    assert table["rows"] == [["Dutch", "118", "90%", "80%", "77%"]]


def test_courses_are_per_their_own_period():
    report, words = full_report(), i18n.load("en")
    method = dataclasses.replace(report.method, period="month", trend_period="quarter")
    report = dataclasses.replace(report, method=method)
    numbers = board.Numbers(words, 10)
    (head, *_) = [block["head"] for block in pdf_tables.themes(report, words, numbers) if block["kind"] == "table"]
    assert "quarter" in head[-1]
    (facts,) = [block for block in pdf_method.method(report, words, numbers) if block["kind"] == "facts"]
    assert [words("method.period"), "month"] in facts["pairs"]
    assert [words("board.course_period"), "quarter"] in facts["pairs"]
    assert "quarter" in Pictures(report, words).panel(report.panels[0]).description


def test_the_charts_of_the_page_are_in_the_document():
    report, words = full_report(), i18n.load("en")
    made = [
        item["title"]
        for block in pdf_parts.blocks(report, words)
        if block["kind"] == "charts"
        for row in block["rows"]
        for item in row
    ]
    page = Pictures(report, words)
    expected = [page.problems(), page.matrix(), *(page.heat(grid) for grid in report.unit_grids)]
    expected += [*(page.panel(rows) for rows in report.panels), *(page.drivers(side) for side in report.drivers)]
    expected += [page.sentiment(voice) for voice in report.voice_names]
    for picture in expected:
        assert any(title.endswith(picture.title) for title in made), picture.title


@pytest.mark.parametrize("family", ["expected", "exploratory"])
def test_what_nobody_expected_is_called_a_lead(family):
    words = i18n.load("en")
    path = dataclasses.replace(full_report().problems[0], family=family)
    told = board.sure(path, words)
    assert words(f"sure.{path.grade}") in told
    assert (words("board.sure_explored") in told) == (family == "exploratory")


@pytest.mark.parametrize("grade", ["none", "shared", "aligned", "linked", "leading"])
def test_how_sure_is_told_for_every_grade(grade):
    path = dataclasses.replace(full_report().problems[1], grade=grade)
    told = {board.sure(path, i18n.load(language)) for language in ("en", "nl")}
    assert len(told) == 2


def test_every_format_is_written(tmp_path):
    paths = formats.write(sample_tables(), tmp_path, formats=formats.FORMATS, language="nl")
    assert [path.name for path in paths] == ["report.html", "report.xlsx", "report.pdf", "report.pptx"]
    assert paths[2].read_bytes().startswith(b"%PDF")
    assert zipfile.is_zipfile(paths[3])


def test_an_unknown_format_writes_nothing(tmp_path):
    with pytest.raises(InputError, match="docx"):
        formats.write(sample_tables(), tmp_path, formats=("html", "docx"), language="en")
    assert list(tmp_path.iterdir()) == []
