import pandas as pd
import pytest

from voices.aggregate import Aggregates
from voices.suppress import withhold
from voices.tables import themes_table, trend_period, trends_table, unit_themes_table


def aggregates(groups, period="month"):
    """Counts from (voice, unit, period, people, {theme: people who mention it}); one comment a person, all negative."""
    result = Aggregates(period)
    for voice, unit, when, people, themes in groups:
        mentions = [(0, theme, "negative") for theme in themes]
        result.add_counts([(voice, unit, when)], [people], mentions, list(themes.values()))
        result.voices.setdefault(voice, None)
    return result


def frames(counts):
    return {"themes": themes_table(counts), "trends": trends_table(counts), "unit_themes": unit_themes_table(counts)}


def figures(table, **where):
    for column, value in where.items():
        table = table[table[column] == value]
    return table["n_people"].tolist()


@pytest.mark.parametrize(("people", "shown"), [(9, False), (10, True), (11, True)])
def test_a_theme_is_shown_from_ten_people_on(people, shown):
    found, counts = withhold(frames(aggregates([("employee", None, None, 50, {"trust": people})])), min_group=10)
    row = found["themes"].set_index("theme").loc["trust"]
    told = row[["n_mentions", "share", "share_low", "share_high", "negative", "net_sentiment", "n_people"]]
    assert told.notna().all() == shown
    assert told.isna().all() != shown
    assert row["n_comments"] == 50
    assert counts["themes"]["employee"] == len(found["themes"]) - shown


def test_cells_of_units_and_periods_are_looked_at_one_by_one():
    counts = aggregates(
        [
            ("customer", "Breda", "2025-01", 30, {"price": 12, "process": 4}),
            ("customer", "Breda", "2025-02", 30, {"price": 3, "process": 7}),
            ("customer", "Tilburg", "2025-02", 9, {"price": 9}),
        ]
    )
    found, left_out = withhold(frames(counts), min_group=10)
    assert figures(found["themes"], theme="price") == [24]
    assert figures(found["themes"], theme="process") == [11]
    assert figures(found["unit_themes"], unit="Breda", theme="price") == [15]
    assert figures(found["unit_themes"], unit="Breda", theme="process") == [11]
    assert "Tilburg" not in set(found["unit_themes"]["unit"])
    january, february = (found["trends"].query("period == @name").set_index("theme") for name in ("2025-01", "2025-02"))
    assert january.loc["price", "n_people"] == 12
    assert february.loc["price", "n_people"] == 12
    assert pd.isna(january.loc["process", "share"])
    assert left_out["units"] == {"customer": 1}
    assert "periods" not in left_out


def test_people_are_counted_and_not_comments():
    counts = Aggregates("month")
    counts.add_counts([("employee", "A", None)], [30], [(0, "trust", "negative")], [18], [15], [9])
    found, _ = withhold(frames(counts), min_group=10)
    assert figures(found["themes"], theme="trust") == [pytest.approx(float("nan"), nan_ok=True)]
    found, _ = withhold(frames(counts), min_group=9)
    assert figures(found["themes"], theme="trust") == [9]


def test_a_voice_of_too_few_people_says_nothing_at_all():
    counts = aggregates(
        [("employee", "A", "2025-01", 9, {"trust": 9}), ("customer", "A", "2025-01", 40, {"trust": 20})]
    )
    found, left_out = withhold(frames(counts), min_group=10)
    assert all(set(table["voice"]) == {"customer"} for table in found.values())
    assert left_out["voices"] == {"employee": 1}


def test_paths_quotes_and_drivers_go_with_their_theme():
    tables = frames(
        aggregates([("employee", None, None, 40, {"trust": 5, "pay": 20}), ("customer", None, None, 40, {"trust": 20})])
    )
    pair = pd.DataFrame(
        {
            "employee_theme": ["trust", "pay"],
            "customer_theme": ["trust", "trust"],
            "grade": ["linked", "shared"],
            "linked": ["passed", "untested"],
            "n_units": [12, 12],
            "q_value": [0.01, 0.2],
            "sentence_en": ["one", "other"],
        }
    )
    by_theme = pd.DataFrame(
        {
            "voice": ["employee", "employee", "customer"],
            "theme": ["trust", "pay", "trust"],
            "n_comments": [40, 40, 4],
            "text": ["a", "b", "c"],
        }
    )
    more = {"alignment": pair, "outcome_paths": pair, "quotes": by_theme, "drivers": by_theme, "outcomes": by_theme}
    found, left_out = withhold(tables | more, min_group=10)
    table = found["alignment"].astype(object)
    assert table.where(table.notna(), "").to_dict("records") == [
        {**pair.iloc[1].to_dict(), "rank": 1},
        {
            "employee_theme": "trust", "customer_theme": "trust", "grade": "none", "linked": "untested", "n_units": "",
            "q_value": "", "sentence_en": "", "rank": 2,
        },
    ]  # fmt: skip
    assert found["outcome_paths"]["employee_theme"].tolist() == ["pay"]
    assert found["quotes"]["text"].tolist() == ["b", "c"]
    assert found["drivers"]["text"].tolist() == ["b"]  # four people with a score are too few as well
    assert (left_out["alignment"], left_out["quotes"]) == ({"both": 1}, {"employee": 1})
    assert len(more["alignment"]) == 2


def test_withholding_twice_is_withholding_once_and_a_higher_threshold_takes_more():
    counts = aggregates([("employee", "A", "2025-01", 60, {"trust": 12, "growth": 30})])
    once, _ = withhold(frames(counts), min_group=10)
    twice, again = withhold(once, min_group=10)
    assert again == {}
    assert all(once[name].equals(twice[name]) for name in once)
    fewer, more = withhold(once, min_group=20)
    assert figures(fewer["themes"], theme="growth") == [30]
    assert more["themes"] == {"employee": 1}


def test_nothing_at_all_can_be_withheld():
    found, left_out = withhold(frames(Aggregates("month")), min_group=10)
    assert left_out == {}
    assert all(len(table) == 0 for table in found.values())


@pytest.mark.parametrize(("a_month", "expected"), [(12, "month"), (5, "quarter"), (1, "year")])
def test_courses_take_the_finest_period_with_enough_people(a_month, expected):
    months = [f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13)]
    counts = aggregates([("employee", None, when, 40, {"workload": a_month, "growth": 1}) for when in months])
    assert trend_period(counts, 10) == expected


def test_courses_of_very_few_people_keep_two_periods_where_there_are_any():
    counts = aggregates([("employee", None, f"2025-{month:02d}", 3, {"workload": 1}) for month in range(1, 13)])
    assert trend_period(counts, 10) == "quarter"
    assert trend_period(Aggregates("week"), 10) == "week"
