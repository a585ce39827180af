import datetime as dt

import pytest

from conftest import coded
from voices.aggregate import Aggregates
from voices.periods import coarser, period_number, period_of, period_start
from voices.taxonomy import themes_of
from voices.types import Status


@pytest.mark.parametrize(
    ("date", "period", "name"),
    [
        (dt.date(2024, 12, 30), "week", "2025-W01"),
        (dt.date(2021, 1, 3), "week", "2020-W53"),
        (dt.date(2024, 12, 30), "month", "2024-12"),
        (dt.date(2024, 4, 1), "quarter", "2024-Q2"),
    ],
)
def test_period_names(date, period, name):
    assert period_of(date, period) == name


def test_period_numbers_step_by_one():
    assert period_number("2021-W01") - period_number("2020-W53") == 1
    assert period_number("2021-01") - period_number("2020-12") == 1
    assert period_number("2021-Q1") - period_number("2020-Q4") == 1


def test_counts_add_up_over_units_and_periods():
    whole = Aggregates("month")
    whole.add(
        [
            coded(("workload", "negative"), unit="A", date=dt.date(2025, 1, 3), row=2),
            coded(("workload", "negative"), ("culture", "positive"), unit="B", date=dt.date(2025, 2, 3), row=3),
            coded(("workload", "positive"), unit="B", row=4),
            coded(unit="B", row=5),
            coded(status=Status.PLACEHOLDER, row=6),
        ]
    )
    total = whole.total("employee")
    assert total.n_comments == 4
    assert total.mentions("workload") == 3
    assert total.count("workload", "negative") == 2
    assert list(whole.by_period("employee")) == ["2025-01", "2025-02"]
    assert whole.voices["employee"].status == {"coded": 4, "placeholder": 1}
    assert whole.total("customer").n_comments == 0


def test_people_are_rows_not_answers():
    whole = Aggregates("month")
    whole.add([coded(("workload", "negative"), row=2), coded(("workload", "negative"), row=2)])
    whole.add([coded(("workload", "negative"), row=3)])
    assert whole.total("employee").speakers["workload"] == 2


def test_themes_of_a_voice():
    assert "price" not in themes_of("employee")
    assert "growth" not in themes_of("customer")
    assert len(themes_of("employee")) == 16


def test_a_theme_that_no_taxonomy_names_is_counted_where_somebody_coded_it():
    whole = Aggregates("month")
    whole.add([coded(("parking", "negative"), row=2), coded(("price", "negative"), voice="customer", row=3)])
    assert "parking" in whole.themes_of("employee")
    assert "parking" not in whole.themes_of("customer")
    assert whole.themes_of("customer") == themes_of("customer")


@pytest.mark.parametrize(
    ("earlier", "later"),
    [("2024-12", "2025-01"), ("2024-Q4", "2025-Q1"), ("2020-W53", "2021-W01"), ("2024-W52", "2025-W01")],
)
def test_periods_follow_each_other_over_the_new_year(earlier, later):
    assert period_number(later) == period_number(earlier) + 1


@pytest.mark.parametrize("period", ["2024-13", "2024-W60", "20245", "", "2024-Q5"])
def test_what_is_no_period_is_left_out(period):
    assert period_start(period) is None


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("2024-12", "quarter", "2024-Q4"),
        ("2024-Q3", "year", "2024"),
        ("2025-W01", "year", "2025"),
        ("2026-W53", "month", "2026-12"),
        ("2024-W09", "week", "2024-W09"),
    ],
)
def test_a_period_lies_in_a_coarser_one(name, kind, expected):
    assert coarser(name, kind) == expected


def test_only_a_period_lies_in_another():
    with pytest.raises(ValueError, match="is no period"):
        coarser("spring", "year")
