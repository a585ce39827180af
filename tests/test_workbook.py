"""The workbook: read back, every cell what it should be, and nothing that can run."""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
import zipfile

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from board_sample import full_report
from test_report_build import driver_tables, empty_tables, sample_tables, table
from voices.report import i18n, workbook, write_workbook
from voices.report.workbook_writer import MAX_CELL, cell_text

SHEETS = {
    "en": [
        "Summary", "Shared problems", "Matrix", "Themes", "Trends", "Sentiment and emotion", "Quotes", "Rejected",
        "Files", "Columns explained",
    ],
    "nl": [
        "Samenvatting", "Gedeelde problemen", "Matrix", "Thema's", "In de tijd", "Sentiment en emotie", "Citaten",
        "Afgewezen", "Bestanden", "Kolommen uitgelegd",
    ],
}  # fmt: skip

EXTRA = ("Matrix", "Sentiment and emotion", "Sentiment en emotie")


def written(tables, path, language="en"):
    import openpyxl

    write_workbook(tables, path, language=language)
    return openpyxl.load_workbook(path)


def rows_of(sheet):
    head, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.mark.parametrize("language", ["en", "nl"])
def test_sheets(tmp_path, language):
    book = written(sample_tables(), tmp_path / "r.xlsx", language)
    assert book.sheetnames == SHEETS[language]
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == ("B2" if sheet.title == "Matrix" else "A2")
        assert sheet.auto_filter.ref
        assert all(cell.font.b for cell in sheet[1])


def test_numbers_are_numbers(tmp_path):
    tables = sample_tables()
    book = written(tables, tmp_path / "r.xlsx")
    rows = rows_of(book["Themes"])
    assert len(rows) == len(tables.themes)
    first = rows[0]
    of_employees = tables.themes[tables.themes["voice"] == "employee"].sort_values("share", ascending=False)
    assert (first["Side"], first["Theme id"]) == ("Employees", of_employees["theme"].iloc[0])
    assert [row["Share"] for row in rows[: len(of_employees)]] == pytest.approx(list(of_employees["share"]))
    head = [cell.value for cell in book["Themes"][1]]
    assert book["Themes"].cell(2, head.index("Share") + 1).number_format == "0.0%"
    assert book["Themes"].conditional_formatting


def test_periods_are_dates(tmp_path):
    row = rows_of(written(sample_tables(), tmp_path / "r.xlsx")["Trends"])[0]
    assert row["Period"] == "2025-01"
    assert row["First day"] == dt.datetime(2025, 1, 1)


def test_columns_of_later_layers_show_only_when_filled(tmp_path):
    tables = sample_tables()
    assert "Effect" not in rows_of(written(tables, tmp_path / "a.xlsx")["Shared problems"])[0]
    tables = dataclasses.replace(tables, alignment=tables.alignment.assign(effect=0.25))
    row = rows_of(written(tables, tmp_path / "b.xlsx")["Shared problems"])[0]
    assert row["Effect"] == 0.25
    assert row["Grade"] == "Negative on both sides"


def test_every_column_is_explained(tmp_path):
    book = written(sample_tables(), tmp_path / "r.xlsx")
    told = {(row["Sheet"], row["Column"]) for row in rows_of(book["Columns explained"]) if row["Sheet"]}
    lists = [sheet for sheet in book.worksheets[1:-1] if sheet.title != "Matrix"]
    assert told == {(sheet.title, cell.value) for sheet in lists for cell in sheet[1]} | {("Matrix", "(cells)")}


def test_summary_has_the_answer_and_the_facts(tmp_path):
    sheet = written(sample_tables(), tmp_path / "r.xlsx", "nl")["Samenvatting"]
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert texts[0].startswith("Medewerkers en klanten klagen over dezelfde drie thema’s")
    assert any("nog geen bewijs van één oorzaak" in text for text in texts)
    assert dt.datetime(2025, 1, 2) in [cell.value for row in sheet.iter_rows() for cell in row]


FORMULAS = [
    '=HYPERLINK("http://x.example","y")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "{=1}",
    "http://x.example",
    "mailto:a@b.c",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_nothing_can_run(tmp_path, text):
    tables = sample_tables()
    quotes = [{"voice": text, "theme": text, "polarity": text, "text": text, "why": text}]
    run = {**tables.run, "files": [{"file": text, "voice": text, "unused": [text]}], "model": {"name": text}}
    rejected = table("rejected", [{"file": text, "row": 3, "reason": text}])
    tables = dataclasses.replace(tables, quotes=table("quotes", quotes), run=run, rejected=rejected)
    book = written(tables, tmp_path / "r.xlsx")
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "n", "d"}
    assert all(cell.hyperlink is None for cell in cells)
    assert rows_of(book["Quotes"])[0]["Text"] == text
    with zipfile.ZipFile(tmp_path / "r.xlsx") as archive:
        for name in archive.namelist():
            assert b"<f>" not in archive.read(name)


def test_control_characters_and_long_texts(tmp_path):
    text = "a\x00b\x07c\ufffe_x0041_" + "é" * 40_000
    quotes = table("quotes", [{"voice": "employee", "theme": "trust", "polarity": "negative", "text": text, "why": ""}])
    row = rows_of(written(empty_tables(quotes=quotes), tmp_path / "r.xlsx")["Quotes"])[0]
    assert row["Text"].startswith("abc_x0041_éé")
    assert row["Text"].endswith("é…")
    assert len(row["Text"]) == MAX_CELL


@given(st.text())
def test_a_cell_never_holds_too_much(text):
    cell = cell_text(text * 3)
    assert len(cell.encode("utf-16-le")) <= 2 * MAX_CELL


def test_half_a_character_is_dropped():
    assert cell_text("a\ud800b\udfff") == "ab"


def test_emoji_count_twice_and_are_not_cut_in_half():
    cell = cell_text("a" + "\N{GRINNING FACE}" * 20_000)
    assert len(cell.encode("utf-16-le")) <= 2 * MAX_CELL
    assert cell[-2:] == "\N{GRINNING FACE}…"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=40))
def test_any_text_opens(tmp_path, text):
    quotes = table("quotes", [{"voice": "employee", "theme": text, "polarity": "negative", "text": text, "why": text}])
    row = rows_of(written(empty_tables(quotes=quotes), tmp_path / "r.xlsx")["Quotes"])[0]
    assert (row["Text"] or "") == cell_text(text)


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize(
    "tables",
    [empty_tables, lambda: sample_tables(voices=("customer",)), lambda: sample_tables(n_periods=0, n_shared=0)],
)
def test_parts_may_be_missing(tmp_path, tables, language):
    book = written(tables(), tmp_path / "r.xlsx", language)
    assert [name for name in book.sheetnames if name not in EXTRA] == [
        name for name in SHEETS[language] if name not in EXTRA
    ]


def test_same_tables_give_the_same_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(sample_tables(), tmp_path / name, language="en")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def more_tables():
    """The sample with every table that not each run has."""
    tables = driver_tables()
    units = [{"voice": "customer", "unit": "=1+1", "theme": "price", "n_comments": 60, "n_mentions": None}]
    units += [{**units[0], "unit": "Store 2", "n_mentions": 20, "share": 0.33, "negative": 12, "negative_share": 0.2}]
    changes = [
        {"voice": "employee", "theme": "workload", "before": 0.1, "before_low": 0.08, "before_high": 0.12, "now": 0.17,
         "now_low": 0.15, "now_high": 0.2, "difference": 0.07, "difference_low": 0.04, "difference_high": 0.1,
         "q_value": 0.001, "verdict": "worse"}
    ]  # fmt: skip
    topics = [{"voice": "customer", "topic": 3, "label": "@parking", "keywords": "a, b", "n_comments": 40}]
    frames = {"units": units, "comparison": changes, "topics": topics}
    fields = {name: getattr(tables, name) for name in tables.__dataclass_fields__}
    return types.SimpleNamespace(**{**fields, **{name: pd.DataFrame(rows) for name, rows in frames.items()}})


@pytest.fixture
def crossed(monkeypatch):
    """Have the report hold pairs for the matrix."""
    monkeypatch.setattr(workbook, "build", lambda _: full_report())


@pytest.mark.parametrize("language", ["en", "nl"])
def test_tables_that_not_every_run_has(tmp_path, language, crossed):
    book = written(more_tables(), tmp_path / "r.xlsx", language)
    words = i18n.load(language)
    for key in ("matrix", "units", "drivers", "outcomes", "comparison", "topics", "emotions"):
        sheet = book[words(f"sheet.{key}")]
        assert sheet.auto_filter.ref
        assert sheet.freeze_panes
    first, second = rows_of(book[words("sheet.units")])
    assert (first[words("column.unit")], first[words("column.n_mentions")]) == ("=1+1", None)
    assert second[words("column.negative_share")] == 0.2
    assert rows_of(book[words("sheet.comparison")])[0][words("column.verdict")] == words("comparison.worse")
    told = {(row[words("book.sheet")], row[words("book.column")]) for row in rows_of(book.worksheets[-1])}
    for sheet in book.worksheets[1:-1]:
        if sheet.title != words("sheet.matrix"):
            assert {(sheet.title, cell.value) for cell in sheet[1]} <= told
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "n", "d"}
    assert words("board.fewer", n="10") in book.worksheets[-1].cell(2, 4).value


def test_units_stand_by_unit_and_theme_and_withheld_cells_are_grey(tmp_path):
    tables = more_tables()
    rows = [
        {"voice": voice, "unit": unit, "theme": theme, "n_comments": 60, "n_mentions": None}
        for voice in ("employee", "customer")
        for theme in ("workload", "price")
        for unit in ("Store 2", "Store 1")
    ]
    book = written(types.SimpleNamespace(**vars(tables) | {"units": pd.DataFrame(rows)}), tmp_path / "r.xlsx")
    found = [(row["Unit"], row["Theme"]) for row in rows_of(book["Units"])]
    assert len(found) == len(rows)
    assert found == sorted(found)
    rules = [rule for rules in book["Units"].conditional_formatting for rule in rules.rules]
    assert {rule.type for rule in rules} == {"containsBlanks", "dataBar"}


def test_matrix_holds_the_layers_that_each_pair_passed(tmp_path, crossed):
    sheet = written(more_tables(), tmp_path / "r.xlsx")["Matrix"]
    assert sheet.conditional_formatting
    rows = rows_of(sheet)
    assert rows[0]["Workload & waiting"] == 3
    assert rows[0]["Communication"] == 3
    assert rows[0]["Processes & systems"] is None


def test_charts_are_native_and_described(tmp_path, crossed):
    write_workbook(more_tables(), tmp_path / "r.xlsx", language="en")
    with zipfile.ZipFile(tmp_path / "r.xlsx") as archive:
        charts = [archive.read(name) for name in archive.namelist() if name.startswith("xl/charts/")]
        drawings = [archive.read(name) for name in archive.namelist() if name.startswith("xl/drawings/drawing")]
    assert len(charts) == 4
    assert sum(b"<c:lineChart>" in chart for chart in charts) == 1
    assert all(b"descr=" in drawing for drawing in drawings)


def test_names_of_sheets_are_short_and_differ():
    for language in ("en", "nl"):
        names = [text for key, text in i18n.load(language).entries.items() if key.startswith("sheet.")]
        assert len({name[:31].lower() for name in names}) == len(names)
        assert max(len(name) for name in names) <= 31
