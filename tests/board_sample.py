"""A report with every part filled, for the tests of the documents for a board; all of it invented."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from test_report_build import driver_tables, sample_tables
from voices.report import build, model
from voices.report.model import Report, Share

NASTY = {
    "emoji": "Good team 👍🏽👩‍👩‍👧 but the schedule 😡",
    "arabic": "الانتظار طويل جدا في الفرع",
    "chinese": "等了四十分钟，没有人帮忙",
    "control": "a\x00b\x07c\ufffe\ud800 d\u202e e\u200b",
    "typst": '#include "/etc/passwd" $x^2$ *bold* _it_ @ref <label> `raw` \\ #panic("no") // end',
    "formula": '=HYPERLINK("http://x.example","y")',
    "markup": "<script>alert(1)</script> &amp; <a:t>x</a:t> ]]>",
    "long": "waiting again " * 2200,
    "unbroken": "x" * 30_000,
}


def full_report() -> Report:
    """Give the sample report with a matrix, units, drivers, a comparison and topics."""
    tables = driver_tables()
    report = build(tables)
    first, second = report.problems[0], report.problems[1]
    crossed = model.Path(None, "linked", first.employee, second.customer, _layers(3), "exploratory", dict(first.row))
    deep = dataclasses.replace(first, grade="linked", layers=_layers(3), row=first.row | _linked())
    return dataclasses.replace(
        report,
        problems=(deep, *report.problems[1:]),
        all_paths=(deep, crossed, *report.problems[1:], *report.others),
        unit_grids=tuple(_grid(report, voice) for voice in ("employee", "customer")),
        comparison=_comparison(report),
        topics=_topics(),
        untested=(("leading", "few_periods"),),
    )


def with_text(text: str) -> Report:
    """Give the full report with one text in every place where text from outside may stand."""
    report = full_report()
    side = report.problems[0].employee
    quote = model.Quote("employee", side.theme, "negative", text, text)
    side = dataclasses.replace(side, quotes=(quote, quote, quote))
    path = dataclasses.replace(report.problems[0], employee=side)
    (grid, *grids) = report.unit_grids
    rows = (dataclasses.replace(grid.rows[0], unit=text), *grid.rows[1:])
    topic = dataclasses.replace(report.topics[0], label=text, keywords=(text, text), partner=text, quotes=(text,))
    group = dataclasses.replace(report.quotes[0], employee=(quote,))
    return dataclasses.replace(
        report,
        problems=(path, *report.problems[1:]),
        quotes=(group, *report.quotes[1:]),
        unit_grids=(dataclasses.replace(grid, rows=rows), *grids),
        topics=(topic, *report.topics[1:]),
        files=(dataclasses.replace(report.files[0], file=text), *report.files[1:]),
        rejections=(model.Rejection(text, text, 3, (1,), False),),
        outcomes=tuple(dataclasses.replace(row, outcome=text) for row in report.outcomes),
    )


def one_voice() -> Report:
    """Give a report of customers alone, without dates."""
    return build(sample_tables(voices=("customer",), n_periods=0))


def withheld_report() -> Report:
    """Give a report whose smallest numbers are withheld."""
    report = full_report()
    row = dataclasses.replace(
        report.themes["employee"][-1],
        n_mentions=None, share=Share(), positive=None, negative=None, neutral=None, net_sentiment=None, trend=None,
    )  # fmt: skip
    themes = report.themes | {"employee": (*report.themes["employee"][:-1], row)}
    return dataclasses.replace(report, themes=themes)


def _layers(passed: int) -> tuple[model.Layer, ...]:
    figures: dict[str, tuple[tuple[str, float], ...]] = {
        "aligned": (("similarity", 0.62), ("similarity_q_value", 0.0004)),
        "linked": (("n_units", 24.0), ("linked_effect", 0.55), ("linked_low", 0.21), ("linked_high", 0.77),
                   ("linked_q_value", 0.012)),
    }  # fmt: skip
    return tuple(
        model.Layer(name, "passed" if index < passed else "untested", figures.get(name, ()))
        for index, name in enumerate(("shared", "aligned", "linked", "leading"))
    )


def _linked() -> dict[str, Any]:
    return {
        "grade": "linked", "linked": "passed", "linked_effect": 0.55, "linked_low": 0.21, "linked_high": 0.77,
        "linked_q_value": 0.012, "n_units": 24,
    }  # fmt: skip


def _grid(report: Report, voice: str) -> model.UnitGrid:
    themes = tuple(row.theme for row in report.themes[voice][:6])
    rows = tuple(
        model.UnitRow(
            f"Store {unit}",
            90 - unit,
            tuple(
                model.UnitCell(theme)
                if (unit + index) % 5 == 0
                else model.UnitCell(theme, 20 + unit, (20 + unit) / 90, 0.04 + 0.03 * ((unit * 3 + index * 2) % 7))
                for index, theme in enumerate(themes)
            ),
        )
        for unit in range(1, 13)
    )
    return model.UnitGrid(voice, themes, rows, n_units=15, n_withheld=3)


def _comparison(report: Report) -> model.Comparison:
    verdicts = ("worse", "better", "flat")
    rows = tuple(
        model.Change(
            path_side.voice,
            path_side.theme,
            before=Share(0.12, 0.10, 0.14),
            now=path_side.negative,
            difference=Share(0.05, 0.02, 0.08) if index == 0 else Share(-0.01, -0.03, 0.01),
            q_value=0.003 if index == 0 else 0.4,
            verdict=verdicts[index % 3],
        )
        for index, path_side in enumerate(side for path in report.problems for side in (path.employee, path.customer))
    )
    return model.Comparison(dt.datetime(2025, 9, 1, 9), dt.date(2024, 7, 1), dt.date(2024, 12, 31), rows)


def _topics() -> tuple[model.Topic, ...]:
    return tuple(
        model.Topic(voice, f"t{n}", label, keywords, 40 - n, -0.4, "outside", (), partner, ())
        for n, (voice, label, keywords, partner) in enumerate(
            [
                ("employee", "Parking near the ward", ("parking", "car", "permit"), "Parking for visitors"),
                ("customer", "Parking for visitors", ("parking", "ticket", "garage"), "Parking near the ward"),
                ("customer", "Coffee corner", ("coffee", "machine"), None),
            ]
        )
    )
