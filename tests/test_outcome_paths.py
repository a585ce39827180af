from types import SimpleNamespace

from voices.align.outcomes import OutcomeLeg
from voices.align.paths import Pair
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
