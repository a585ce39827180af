import datetime as dt

import pytest

from conftest import coded
from voices.aggregate import Aggregates, period_number, period_of
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
    assert whole.voices["employee"].people["workload"] == 2


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
