"""The tables that the tests of the report share, and what is computed from them."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pandas as pd
import pytest

from voices import taxonomy
from voices.report import Tables, build, render_html
from voices.statistics import direction

THEMES = [
    "voice", "theme", "n_comments", "n_mentions", "share", "share_low", "share_high", "positive", "negative",
    "net_sentiment", "trend", "direction", "negative_direction",
]  # fmt: skip
TRENDS = [
    "voice", "theme", "period", "n_comments", "n_mentions", "positive", "negative", "share", "negative_share",
]  # fmt: skip
LATER = [
    "n_units", "n_periods", "lag", "effect", "effect_low", "effect_high", "p_value", "q_value", "reverse_effect",
    "reverse_q_value", "similarity", "detectable_effect",
]  # fmt: skip
ALIGNMENT = [
    "rank", "employee_theme", "customer_theme", "grade", "employee_negative_share", "employee_low", "employee_high",
    "customer_negative_share", "customer_low", "customer_high", *LATER,
]  # fmt: skip
QUOTES = ["voice", "theme", "polarity", "text", "why"]
REJECTED = ["file", "row", "reason"]
COLUMNS = {"themes": THEMES, "trends": TRENDS, "alignment": ALIGNMENT, "quotes": QUOTES, "rejected": REJECTED}
N_COMMENTS = {"employee": 1240, "customer": 2310}
MADE_UP = {
    "workload": {
        "employee": "We are two short on every late shift, so nobody gets a break.",
        "customer": "Forty minutes in the queue with one desk open.",
    },
    "communication": {
        "employee": "De nieuwe roosters hoorden we pas op de dag zelf.",
        "customer": "Drie keer gemaild en nooit antwoord gekregen.",
    },
    "process": {
        "employee": "Four systems for one order & none of them talk to each other.",
        "customer": 'The <b>app</b> asks for "the same form" twice.',
    },
}


def wilson(hits: float, total: float) -> tuple[float, float]:
    z = 1.96
    middle = (hits + z * z / 2) / (total + z * z)
    half = z / (total + z * z) * math.sqrt(hits * (total - hits) / total + z * z / 4)
    return max(0.0, middle - half), min(1.0, middle + half)


def empty_tables(**parts: Any) -> Tables:
    """Tables without a row, except for the parts given."""
    import pandas as pd

    frames = {name: pd.DataFrame(columns=columns) for name, columns in COLUMNS.items()}
    return Tables(**{**frames, "run": {}, **parts})


def table(name: str, rows: list[dict[str, Any]]) -> Any:
    """A data frame with the columns of the contract."""
    import pandas as pd

    return pd.DataFrame(rows, columns=COLUMNS[name])


def sample_tables(
    *,
    voices: tuple[str, ...] = ("employee", "customer"),
    themes: tuple[str, ...] = taxonomy.THEMES,
    n_periods: int = 6,
    n_shared: int = 3,
    scale: int = 1,
) -> Tables:
    """Tables as a run leaves them: counts from a formula, so that they never change."""
    used = {voice: [theme for theme in themes if _has_lens(theme, voice)] for voice in voices}
    trends = [
        _trend(voice, index, theme, period, scale)
        for voice in voices
        for index, theme in enumerate(used[voice])
        for period in range(n_periods)
    ]
    rows = [
        _theme(voice, index, theme, scale, n_periods) for voice in voices for index, theme in enumerate(used[voice])
    ]
    by_key = {(row["voice"], row["theme"]): row for row in rows}
    for row in rows:
        mine = [point for point in trends if (point["voice"], point["theme"]) == (row["voice"], row["theme"])]
        totals = [point["n_comments"] for point in mine]
        for name, hits in (("direction", "n_mentions"), ("negative_direction", "negative")):
            row[name] = direction([point[hits] for point in mine], totals, list(range(len(mine))))
    both = [
        theme
        for theme in themes
        if taxonomy.load()[theme].shared and all((voice, theme) in by_key for voice in ("employee", "customer"))
    ]
    both.sort(key=lambda theme: -min(by_key[voice, theme]["negative"] for voice in ("employee", "customer")))
    paths = [_path(rank, theme, by_key, rank <= n_shared) for rank, theme in enumerate(both, start=1)]
    quotes = [
        {
            "voice": voice,
            "theme": theme,
            "polarity": "negative",
            "text": text,
            "why": "evidence of a shared problem; confidence 0.91",
        }
        for theme, texts in MADE_UP.items()
        for voice, text in texts.items()
        if voice in voices and theme in themes
    ]
    rejected = [
        {"file": "reviews.xlsx", "row": 7 + index, "reason": f"duplicate of row {index} (same id and text)"}
        for index in range(8)
    ]
    return empty_tables(
        themes=table("themes", rows),
        trends=table("trends", trends),
        alignment=table("alignment", paths),
        quotes=table("quotes", quotes),
        rejected=table("rejected", rejected),
        run=_run(voices, scale),
    )


def _has_lens(theme: str, voice: str) -> bool:
    entry = taxonomy.load()[theme]
    return bool(entry.employee if voice == "employee" else entry.customer)


def _level(voice: str, theme: str) -> tuple[float, float]:
    """Share of comments, and share of the mentions that are negative."""
    place = taxonomy.THEMES.index(theme)
    base = {"workload": 0.24, "communication": 0.17, "process": 0.15}.get(theme, 0.07 + 0.005 * ((place * 5) % 13))
    sour = {"workload": 0.72, "communication": 0.66, "process": 0.61}.get(theme, 0.35 + 0.03 * ((place * 3) % 8))
    return (base, sour) if voice == "employee" else (base * 0.8, sour * 0.9)


def _theme(voice: str, index: int, theme: str, scale: int, n_periods: int) -> dict[str, Any]:
    share, sour = _level(voice, theme)
    total = N_COMMENTS[voice] * scale
    mentions = round(total * share)
    negative, positive = round(mentions * sour), round(mentions * (0.9 - sour))
    low, high = wilson(mentions, total)
    net = (positive - negative) / mentions
    slope = [0.004, 0.0, -0.002, 0.001][index % 4] if n_periods > 2 else math.nan
    return dict(
        zip(
            THEMES[:11],
            (voice, theme, total, mentions, mentions / total, low, high, positive, negative, net, slope),
            strict=True,
        )
    )


def _trend(voice: str, index: int, theme: str, period: int, scale: int) -> dict[str, Any]:
    share, sour = _level(voice, theme)
    total = N_COMMENTS[voice] * scale // 6 + 11 * ((period * 7) % 5)
    slope = [0.004, 0.0, -0.002, 0.001][index % 4]
    wave = 0.008 * ((period * 13 + index * 5) % 7 - 3) / 3
    mentions = max(1, round(total * (share + slope * (period - 2.5) + wave * share * 4)))
    negative = round(mentions * sour)
    name = f"{2025 + period // 12}-{period % 12 + 1:02d}"
    cells = (voice, theme, name, total, mentions, mentions - negative, negative, mentions / total, negative / total)
    return dict(zip(TRENDS, cells, strict=True))


def _path(rank: int, theme: str, rows: dict[tuple[str, str], dict[str, Any]], shared: bool) -> dict[str, Any]:
    path: dict[str, Any] = dict.fromkeys(ALIGNMENT, math.nan)
    path.update(rank=rank, employee_theme=theme, customer_theme=theme, grade="shared" if shared else "none")
    for voice in ("employee", "customer"):
        row = rows[voice, theme]
        low, high = wilson(row["negative"], row["n_comments"])
        path.update({f"{voice}_negative_share": row["negative"] / row["n_comments"]})
        path.update({f"{voice}_low": low, f"{voice}_high": high})
    return path


def _run(voices: tuple[str, ...], scale: int) -> dict[str, Any]:
    counts, files = {}, []
    names = {"employee": "survey.csv", "customer": "reviews.xlsx"}
    for voice in voices:
        coded = N_COMMENTS[voice] * scale
        rejected = 8 if voice == "customer" else 0
        classified = coded + 46
        counts[voice] = {
            "read": classified + rejected, "classified": classified, "rejected": rejected, "coded": coded,
            "placeholder": 31, "wordless": 4, "other_language": 11,
            "languages": {"en": coded * 2 // 3 + 31, "nl": coded - coded * 2 // 3 + 4, "fr": 11},
            "sentiment": {
                "positive": coded * 38 // 100, "negative": coded * 36 // 100, "mixed": coded * 15 // 100,
                "neutral": coded - coded * 38 // 100 - coded * 36 // 100 - coded * 15 // 100,
            },
            "emotion": {
                "energy": coded * 14 // 100, "gratitude": coded * 9 // 100, "frustration": coded * 21 // 100,
                "despondency": coded * 6 // 100, "worry": coded * 4 // 100,
                "none": coded - sum(coded * part // 100 for part in (14, 9, 21, 6, 4)),
            },
            "first_date": "2025-01-02", "last_date": "2025-06-29", "with_unit": 0, "with_date": classified,
        }  # fmt: skip
        excel = voice == "customer"
        files.append({
            "file": names[voice], "voice": voice, "format": "xlsx" if excel else "csv",
            "encoding": None if excel else "utf-8", "delimiter": None if excel else ";",
            "sheet": "Export" if excel else None,
            "columns": {"text": ["review"] if excel else ["pros", "cons"], "date": "date"},
            "unused": ["channel", "campaign"], "date_order": "day-first",
            "rows": classified + rejected if excel else classified // 2,
            "read": classified + rejected, "classified": classified, "rejected": rejected, "unreadable_dates": 0,
        })  # fmt: skip
    return {
        "format": 1, "voices": "0.1.0", "created": "2026-03-01T10:00:00",
        "model": {"name": "voices-small", "version": "1", "sha256": "0f" * 32, "languages": ["en", "nl"]},
        "settings": {"period": "month", "min_group": 10, "report_language": "en"},
        "thresholds": {"min_group": 10, "negative_floor": 0.02}, "seed": 1, "device": "cpu",
        "counts": counts, "files": files, "timings": {"read": 1.5, "encode": 40.25},
        "suppressed": {"quotes": 4, "trends": 12},
    }  # fmt: skip


def test_rows_of_both_voices_and_their_numbers():
    report = build(sample_tables())
    assert report.voice_names == ("employee", "customer")
    top = report.themes["employee"][0]
    assert (top.theme, top.n_comments, top.n_mentions) == ("workload", 1240, 298)
    assert top.positive + top.negative + top.neutral == top.n_mentions
    assert [row.share.value for row in report.themes["customer"]] == sorted(
        (row.share.value for row in report.themes["customer"]), reverse=True
    )
    assert report.judged("employee") == 1240
    assert report.judged("customer") == 2310


def test_shared_problems_come_in_rank_order_with_both_sides():
    report = build(sample_tables(n_shared=3))
    assert [path.rank for path in report.problems] == [1, 2, 3]
    assert [path.employee.theme for path in report.problems] == ["workload", "communication", "process"]
    assert len(report.others) == 10
    first = report.problems[0]
    assert first.employee.negative.low < first.employee.negative.value < first.employee.negative.high
    assert first.customer.quotes[0].text == MADE_UP["workload"]["customer"]


def test_layers_that_were_not_tested_say_so():
    layers = build(sample_tables()).problems[0].layers
    assert [(layer.id, layer.status) for layer in layers] == [
        ("shared", "passed"), ("aligned", "untested"), ("linked", "untested"), ("leading", "untested"),
    ]  # fmt: skip


def test_layers_of_later_versions_have_their_place():
    tables = sample_tables()
    alignment = tables.alignment.assign(similarity=0.4, linked_effect=0.2, n_units=12)
    alignment.loc[0, "grade"] = "aligned"
    layers = build(dataclasses.replace(tables, alignment=alignment)).problems[0].layers
    assert [layer.status for layer in layers] == ["passed", "passed", "failed", "untested"]
    assert layers[1].figures == (("similarity", 0.4),)
    assert layers[2].figures == (("n_units", 12.0), ("linked_effect", 0.2))


def test_a_layer_can_be_untested_below_the_grade():
    tables = sample_tables()
    alignment = tables.alignment.assign(
        grade="linked", shared="passed", aligned="untested", linked="passed", leading="failed"
    )
    layers = build(dataclasses.replace(tables, alignment=alignment)).problems[0].layers
    assert [layer.status for layer in layers] == ["passed", "untested", "passed", "failed"]


def test_pairs_of_the_search_are_shown_only_when_found():
    tables = sample_tables(n_shared=3)
    alignment = tables.alignment.assign(family="exploratory")
    report = build(dataclasses.replace(tables, alignment=alignment))
    assert len(report.problems) == 3
    assert report.others == ()


def test_everything_may_be_empty():
    report = build(empty_tables())
    assert report.voices == ()
    assert report.problems == ()
    assert not report.dated()


def test_cells_without_a_number_are_none():
    rows = [{"voice": "employee", "theme": "trust", "n_comments": 40, "n_mentions": 0, "share": 0.0}]
    (row,) = build(empty_tables(themes=table("themes", rows))).themes["employee"]
    assert (row.net_sentiment, row.trend, row.neutral, row.share.low) == (None, None, None, None)


def test_rejections_group_by_reason_and_file():
    report = build(sample_tables())
    (group,) = report.rejections
    assert (group.reason, group.file, group.count) == ("duplicate of row … (same id and text)", "reviews.xlsx", 8)
    assert group.rows == (7, 8, 9, 10, 11)


def test_reconciliation_is_checked_and_not_assumed():
    tables = sample_tables()
    assert [file.reconciles for file in build(tables).files] == [True, True]
    files = [{**tables.run["files"][0], "classified": 3}, {"file": "x.csv"}]
    report = build(dataclasses.replace(tables, run={**tables.run, "files": files}))
    assert [file.reconciles for file in report.files] == [False, None]


def test_size_does_not_grow_with_the_number_of_periods_and_quotes():
    tables = sample_tables(n_periods=100)
    quotes = table("quotes", tables.quotes.to_dict("records") * 50)
    report = build(dataclasses.replace(tables, quotes=quotes))
    assert report.trimmed
    assert {len(row.points) for panel in report.panels for row in panel} == {60}
    assert len(report.panels) == 12
    assert max(len(group.employee) for group in report.quotes) == 5


def driver_tables():
    drivers = pd.DataFrame(
        [
            {"voice": "customer", "theme": "workload", "weight": 0.6, "weight_low": 0.4, "weight_high": 0.7,
             "slope": -2.5, "r_squared": 0.3, "n_comments": 400, "n_mentions": 60},
            {"voice": "customer", "theme": "price", "weight": 0.4, "weight_low": 0.2, "weight_high": 0.5,
             "slope": -1.0, "r_squared": 0.3, "n_comments": 400, "n_mentions": 30},
        ]
    )  # fmt: skip
    outcomes = pd.DataFrame(
        [
            {"voice": voice, "theme": "workload", "outcome": "<b>turnover</b>", "effect": 0.5, "effect_low": 0.2,
             "effect_high": 0.7, "p_value": q / 3, "q_value": q, "n_units": 60}
            for voice, q in (("employee", 0.2), ("customer", 0.01))
        ]
    )  # fmt: skip
    return dataclasses.replace(sample_tables(), drivers=drivers, outcomes=outcomes)


def test_drivers_and_figures_that_may_as_well_be_chance_are_not_told():
    report = build(driver_tables())
    (customers,) = report.drivers
    assert (customers.voice, customers.r_squared, customers.n_comments) == ("customer", 0.3, 400)
    assert [(row.theme, row.weight.value, row.slope) for row in customers.rows] == [
        ("workload", 0.6, -2.5), ("price", 0.4, -1.0),
    ]  # fmt: skip
    assert [(row.voice, row.outcome, row.q_value) for row in report.outcomes] == [("customer", "<b>turnover</b>", 0.01)]


@pytest.mark.parametrize("language", ["en", "nl"])
def test_drivers_have_a_part_of_the_page(language):
    page = render_html(build(driver_tables()), language=language)
    assert '<a href="#drivers">' in page
    assert "<b>turnover" not in page
    assert "&lt;b&gt;turnover" in page
    assert '<section id="drivers"' not in render_html(build(sample_tables()), language=language)


def test_what_could_not_be_tested_is_told_with_its_reason():
    tables = sample_tables()
    entry = {
        "skipped": {"linked": "few_units", "leading": "few_units"},
        "units": {"matched": {"same": 3, "part": 1}, "employee_only": 2, "customer_only": 5, "too_few_comments": 1},
        "future_comments": 7,
    }
    report = build(dataclasses.replace(tables, run=tables.run | {"alignment": entry}))
    assert report.untested == (("linked", "few_units"), ("leading", "few_units"))
    assert (report.units.both, report.units.employee_only, report.units.customer_only) == (4, 2, 5)
    page = render_html(report, language="en")
    assert "fewer than 8 units occur on both sides" in page
    assert "4 units occur on both sides; 2 only among employees and 5 only among customers" in page
    assert "7 comments are dated in the future" in page
