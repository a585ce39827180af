from types import SimpleNamespace

import pytest

from voices.align.outcomes import OutcomeLeg, read_outcomes
from voices.align.paths import Pair
from voices.errors import InputError
from voices.tables import outcome_paths_table


def leg(voice, theme, q, outcome="turnover"):
    return OutcomeLeg(voice, theme, outcome, 0.5, 0.1, 0.8, q / 2, q, 40)


def path(employee, customer, grade="linked", q=0.01):
    return SimpleNamespace(
        pair=Pair(employee, customer, "expected"), grade=grade, link=SimpleNamespace(effect=0.4, q_value=q)
    )


def test_a_path_to_an_outcome_is_no_surer_than_its_weaker_leg():
    legs = [leg("employee", "workload", 0.3), leg("customer", "engagement", 0.2), leg("customer", "workload", 0.001)]
    table = outcome_paths_table([path("workload", "engagement"), path("workload", "workload", q=0.04)], legs)
    assert table["weakest_q_value"].tolist() == [0.2, 0.04]
    assert table["direct_q_value"].tolist() == [0.3, 0.3]
    assert table["outcome"].unique().tolist() == ["turnover"]


def test_only_paths_that_were_found_over_units_lead_to_an_outcome():
    legs = [leg("employee", "workload", 0.3), leg("customer", "workload", 0.001)]
    table = outcome_paths_table([path("workload", "workload", grade="shared"), path("trust", "trust")], legs)
    assert table.empty
    assert "weakest_q_value" in table.columns


def test_a_figure_that_is_no_number_is_named_and_a_column_of_words_is_no_figure(tmp_path):
    path = tmp_path / "figures.csv"
    path.write_text("unit;region;turnover\na;north;0,2\nb;south;1.234,5\n", encoding="utf8")
    with pytest.raises(InputError, match=r"row 3: turnover '1\.234,5' is no number"):
        read_outcomes(path)
    path.write_text("unit;region;turnover\na;north;0,2\nb;south;\n", encoding="utf8")
    assert read_outcomes(path) == {"turnover": {"a": 0.2}}
