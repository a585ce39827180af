"""The charts: one SVG each, the same bytes every time, safe with any label, whole with anything missing."""

from __future__ import annotations

import dataclasses
import re
from xml.etree import ElementTree

import pytest

from test_report_build import sample_tables
from voices.report import build, charts, grids, i18n, plot
from voices.report.drawing import PAPER, SCREEN
from voices.report.model import (
    Change,
    DriverRow,
    Drivers,
    Path,
    Point,
    Share,
    ThemeRow,
    Topic,
    UnitCell,
    UnitGrid,
    UnitRow,
)

WORDS = {language: i18n.load(language) for language in ("en", "nl")}
SAID = {"title": "What <it> says", "description": "More & more"}
HOSTILE = "</svg><script>alert(1)</script>"
EMOTIONS = ("energy", "gratitude", "frustration", "despondency", "worry")
GRID = UnitGrid(
    "employee",
    ("workload", "trust"),
    (
        UnitRow(HOSTILE, 40, (UnitCell("workload", 12, 0.3, 0.2), UnitCell("trust"))),
        UnitRow("Store 2", 30, (UnitCell("workload", 11, 0.3, 0.05), UnitCell("trust", 10, 0.3, 0.1))),
    ),
    2,
    0,
)
DRIVERS = Drivers("employee", 500, 0.1, (DriverRow("workload", Share(0.4, 0.2, 0.6), -0.8, 40),))
CHANGES = (
    Change("customer", "workload", Share(0.1), Share(0.15), Share(0.05, 0.02, 0.08), 0.001, "worse"),
    Change("customer", "trust", Share(0.1), Share(0.09), Share(-0.01, -0.03, 0.01), 0.6, "flat"),
)


def topic(voice, label, x, y, partner=None) -> Topic:
    return Topic(voice, f"{voice}-{label}", label, ("till",), 20, -0.4, "outside", (), partner, (), x, y)


TOPICS = (
    topic("employee", HOSTILE, 0.1, 0.4, "New tills"),
    topic("employee", "Canteen", -0.2, 0.1),
    topic("customer", "New tills", 0.12, 0.3, HOSTILE),
    topic("customer", "Parking", 0.5, -0.3),
)


@pytest.fixture(scope="module")
def report():
    return build(sample_tables())


def pairs(report) -> tuple[Path, ...]:
    """Every pair of the diagonal's themes but one, of all grades."""
    told = (*report.problems, *report.others)[:4]
    grades = ("none", "shared", "aligned", "linked", "leading")
    found = [
        dataclasses.replace(one, customer=other.customer, grade=grades[(n + 2 * m) % 5])
        for n, one in enumerate(told)
        for m, other in enumerate(told)
    ]
    return tuple(found[:-1])


def drawn(name: str, report, words, palette) -> str:
    problem = report.problems[0]
    rows = [problem.employee.row, problem.customer.row]
    match name:
        case "courses":
            return charts.courses(rows, words, palette, **SAID)
        case "problems":
            return charts.problems(report.problems, words, palette, names=[HOSTILE, "b", "c"], **SAID)
        case "drivers":
            return charts.drivers(DRIVERS, words, palette, **SAID)
        case "emotions":
            return charts.emotions(report.voices, EMOTIONS, words, palette, **SAID)
        case "changes":
            return charts.changes(CHANGES, words, palette, **SAID)
        case "sentiment":
            return charts.sentiment(report.themes["employee"], words, palette, **SAID)
        case "topics":
            return charts.topics(TOPICS, words, palette, **SAID)
        case "matrix":
            return grids.matrix(pairs(report), words, palette, **SAID)
    return grids.heat(GRID, words, palette, **SAID)


NAMES = ["courses", "problems", "drivers", "emotions", "changes", "sentiment", "topics", "matrix", "heat"]


@pytest.mark.parametrize("palette", [SCREEN, PAPER], ids=["screen", "paper"])
@pytest.mark.parametrize("name", NAMES)
def test_a_chart_is_one_named_picture_that_holds_nothing_active(name, palette, report):
    svg = drawn(name, report, WORDS["en"], palette)
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    children = [child.tag.rpartition("}")[2] for child in root][:2]
    assert children == ["title", "desc"]
    assert next(iter(root)).text == "What <it> says"
    tags = {node.tag.rpartition("}")[2] for node in root.iter()}
    assert tags <= {"svg", "title", "desc", "g", "path", "line", "text", "tspan"}
    attributes = {key for node in root.iter() for key in node.attrib}
    assert not {key for key in attributes if key.startswith(("on", "aria", "style", "id", "href", "class"))}
    assert ("var(--" in svg) == (palette is SCREEN)
    assert ("xmlns" in svg) == (palette is PAPER)
    assert "<script" not in svg


def test_the_same_chart_is_the_same_bytes(report):
    from voices.report import drawing

    first = drawn("matrix", report, WORDS["en"], PAPER)
    drawing._drawn.cache_clear()
    assert drawn("matrix", report, WORDS["en"], PAPER) == first


def test_axes_and_labels_are_written_in_the_language(report):
    svg = drawn("problems", report, WORDS["nl"], SCREEN)
    assert "Medewerkers" in svg
    assert re.search(r">\d,\d%<", svg)


def test_labels_are_escaped_and_cut():
    svg = grids.heat(GRID, WORDS["en"], SCREEN, **SAID)
    assert "&lt;/svg&gt;" in svg
    assert plot.wrapped("x" * 500).endswith("…")


def test_a_label_may_hold_what_xml_and_json_cannot():
    grid = dataclasses.replace(GRID, rows=(dataclasses.replace(GRID.rows[1], unit="Store\ud800 \x002\ufffe"),))
    svg = grids.heat(grid, WORDS["en"], PAPER, title="a\x00b\ud800", description="c\x07d")
    assert "Store 2" in "".join(ElementTree.fromstring(svg).itertext())
    assert "<title>ab</title>" in svg


def test_withheld_cells_are_hatched_and_told(report):
    whole = grids.matrix(pairs(report)[:4], WORDS["en"], SCREEN, **SAID)
    holes = grids.matrix(pairs(report), WORDS["en"], SCREEN, **SAID)
    assert "Withheld" in holes
    assert "Withheld" not in whole


def test_a_missing_period_breaks_the_line():
    points = tuple(Point(f"2025-{n:02d}", n, 100, 20, 0.2, 0.1) for n in (1, 2, 4, 5))
    svg = charts.courses([ThemeRow("employee", "trust", points=points)], WORDS["en"], SCREEN, **SAID)
    lines = [path for path in re.findall(r'd="([^"]+)" stroke="var\(--employee\)"', svg) if "A" not in path]
    assert [path.count("M") for path in lines] == [2]


def test_nothing_to_draw_is_no_chart(report):
    words = WORDS["en"]
    assert charts.courses([ThemeRow("employee", "trust")], words, SCREEN, **SAID) == ""
    assert charts.problems((), words, SCREEN, names=(), **SAID) == ""
    assert charts.drivers(Drivers("employee", 0, None, ()), words, SCREEN, **SAID) == ""
    assert charts.emotions((), EMOTIONS, words, SCREEN, **SAID) == ""
    assert charts.changes((), words, SCREEN, **SAID) == ""
    assert charts.sentiment((), words, SCREEN, **SAID) == ""
    assert charts.topics((), words, SCREEN, **SAID) == ""
    assert grids.matrix((), words, SCREEN, **SAID) == ""
    assert grids.heat(UnitGrid("employee", (), (), 0, 0), words, SCREEN, **SAID) == ""


def test_a_line_joins_topics_about_the_same_thing_and_no_others():
    alone = tuple(dataclasses.replace(topic, partner=None) for topic in TOPICS)
    joined, apart = (charts.topics(told, WORDS["en"], PAPER, **SAID) for told in (TOPICS, alone))
    lines = [sum(node.tag.endswith("line") for node in ElementTree.fromstring(svg).iter()) for svg in (joined, apart)]
    assert lines == [1, 0]
