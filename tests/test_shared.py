import pytest

from conftest import coded
from voices.aggregate import Aggregates
from voices.align.shared import shared_problems


def panel(employee_negative, customer_negative, n=200):
    whole = Aggregates("month")
    for voice, hits in (("employee", employee_negative), ("customer", customer_negative)):
        whole.add(
            coded(*([("workload", "negative")] if row < hits else []), voice=voice, row=row + 2) for row in range(n)
        )
    return {p.theme: p for p in shared_problems(whole, floor=0.02)}


def test_negative_on_both_sides_is_shared():
    problem = panel(40, 30)["workload"]
    assert problem.grade == "shared"
    assert (problem.employee_share, problem.customer_share) == (0.2, 0.15)
    assert problem.employee_low < 0.2 < problem.employee_high
    assert problem.size == pytest.approx((0.2 * 0.15) ** 0.5)


@pytest.mark.parametrize(("employee", "customer"), [(40, 0), (0, 40), (40, 5), (0, 0)])
def test_one_side_or_the_odd_comment_is_not_shared(employee, customer):
    assert panel(employee, customer)["workload"].grade == "none"


def test_positive_mentions_are_no_problem():
    whole = Aggregates("month")
    for voice in ("employee", "customer"):
        whole.add(coded(("culture", "positive"), voice=voice, row=row) for row in range(100))
    assert all(p.grade == "none" for p in shared_problems(whole, floor=0.02))


def test_shared_problems_come_first_by_size_and_one_sided_themes_are_left_out():
    whole = Aggregates("month")
    for voice in ("employee", "customer"):
        for row in range(100):
            mentions = [("process", "negative")] if row < 20 else [("workload", "negative")] if row < 60 else []
            whole.add([coded(*mentions, voice=voice, row=row)])
    problems = shared_problems(whole, floor=0.02)
    assert [p.theme for p in problems[:2]] == ["workload", "process"]
    assert {"price", "growth", "compensation"}.isdisjoint(p.theme for p in problems)


def test_one_voice_alone_has_no_alignment():
    whole = Aggregates("month")
    whole.add([coded(("workload", "negative"))])
    assert shared_problems(whole, floor=0.02) == []
