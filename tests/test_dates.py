"""Dates as exports write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voices.read.dates import DateEvidence, read_date

DAY = dt.date(2024, 5, 3)


@pytest.mark.parametrize(
    "cell",
    [
        "2024-05-03", "2024/05/03", "2024-05-03T10:11:12Z", "2024-05-03T23:59:59.123+02:00", "2024-05-03 10:11",
        "20240503", "3 mei 2024", "3 May 2024", "May 3, 2024", "May 3rd, 2024", "03-mei-2024", "3-May-24",
        "vrijdag 3 mei 2024 om 10:15", "Fri, 03 May 2024 10:00:00 GMT", "Date of experience: May 03, 2024",
        "Reviewed on 3 May 2024", "3 mai 2024", "1714694400", "1714694400000", "45415", "45415.5",
        1714694400, 1714694400.0, 1714694400000, 45415, 45415.25, 20240503,
        dt.date(2024, 5, 3), dt.datetime(2024, 5, 3, 23, 59), dt.datetime(2024, 5, 3, 1, tzinfo=dt.UTC),
        "3/5/2024", "03-05-24", "3.5.2024 10:15:00", "3-5-2024, 10:15",
    ],
)  # fmt: skip
def test_third_of_may(cell):
    assert read_date(cell, "day-first") == DAY


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-W05", dt.date(2024, 1, 29)), ("2024W5", dt.date(2024, 1, 29)), ("2024-05", dt.date(2024, 5, 1)),
        ("05/2024", dt.date(2024, 5, 1)), ("2024-Q2", dt.date(2024, 4, 1)), ("mrt 2024", dt.date(2024, 3, 1)),
        ("12 mrt. 2024", dt.date(2024, 3, 12)), ("15 augustus 2023", dt.date(2023, 8, 15)),
        ("31/12/1999", dt.date(1999, 12, 31)), ("1/2/99", dt.date(1999, 2, 1)),
    ],
)  # fmt: skip
def test_other_forms(cell, expected):
    assert read_date(cell, None) == expected


@pytest.mark.parametrize(
    "cell", ["", None, "soon", "2 months ago", "31-02-2024", "2024-13-01", "0/5/2024", 5, True,
             float("nan"), "5", "x" * 500,
             "2024-W60", "12", 10**30, "99/99/9999"]
)  # fmt: skip
def test_no_date(cell):
    assert read_date(cell, "day-first") is None


def test_month_first_swaps_and_impossible_orders_are_read_the_other_way():
    assert read_date("5/3/2024", "month-first") == DAY
    assert read_date("3/25/2024", "day-first") == dt.date(2024, 3, 25)
    assert read_date("25/3/2024", "month-first") == dt.date(2024, 3, 25)


def order_of(cells, *, dutch=False):
    evidence = DateEvidence()
    for cell in cells:
        evidence.add(cell)
    return evidence.order(dutch=dutch)[0]


def test_order_is_decided_by_the_cells_that_allow_one():
    assert order_of(["1/2/2024"] * 50 + ["13/2/2024"]) == "day-first"
    assert order_of(["1/2/2024"] * 50 + ["2/13/2024"]) == "month-first"
    assert order_of(["13/2/2024", "14/2/2024", "2/13/2024"]) == "day-first"


def test_order_without_evidence_follows_the_looks():
    assert order_of(["1/2/2024"]) == "month-first"
    assert order_of(["1-2-2024"]) == "day-first"
    assert order_of(["1.2.2024"]) == "day-first"
    assert order_of(["1/2/2024"], dutch=True) == "day-first"


def test_order_of_clear_dates_is_iso():
    assert order_of(["2024-02-01", "", None]) == "iso"
    assert order_of([dt.date(2024, 2, 1)]) == "iso"
    assert order_of(["soon", ""]) is None


@given(st.dates(dt.date(1990, 1, 1), dt.date(2069, 12, 31)))
def test_every_date_survives_every_form(date):
    for form, order in (("%Y-%m-%d", "iso"), ("%d/%m/%Y", "day-first"), ("%m/%d/%Y", "month-first"),
                        ("%d-%m-%y", "day-first"),
                        ("%d %B %Y", None), ("%b %d, %Y", None), ("%Y%m%d", None)):  # fmt: skip
        assert read_date(date.strftime(form), order) == date


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none()))
def test_anything_gives_a_date_or_none(cell):
    DateEvidence().add(cell)
    assert read_date(cell, "day-first") is None or isinstance(read_date(cell, "day-first"), dt.date)
