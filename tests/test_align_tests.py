import dataclasses
import datetime as dt

import numpy as np
import pytest

from voices.aggregate import Aggregates
from voices.align.association import (
    attenuation,
    detectable,
    fisher_interval,
    normal_scores,
    partial_association,
    tail_of_largest,
    tail_probability,
    unit_rates,
)
from voices.align.contact import moderated
from voices.align.evidence import GRADES, align, components, is_leading, is_linked
from voices.align.leading import leading, longest_lag
from voices.align.linked import linked
from voices.align.outcomes import outcome_columns, outcome_legs, read_outcomes
from voices.align.panel import FEWEST_COMMENTS, MOST_PERIODS, LeftOut, Panel, Side, panel_of
from voices.align.paths import EXPECTED, EXPLORATORY, LITERATURE, Pair, family_q_values, pairs
from voices.align.series import residual
from voices.align.units import match_units
from voices.errors import InputError
from voices.simulate import Design, Lead, Link, simulate
from voices.statistics import q_values
from voices.taxonomy import themes_of

NAN = float("nan")
WORKLOAD = ("workload", "workload")
MOVES = {"spread": 0.3, "moving": 0.7, "shares": (0.05, 0.14)}


def some_pairs():
    """Give all expected pairs and some others, enough to tell what unrelated pairs share."""
    every = pairs(themes_of("employee"), themes_of("customer"))
    expected = [pair for pair in every if pair.family == EXPECTED]
    return expected + [pair for pair in every if pair.family == EXPLORATORY][::9]


def drawn(**design):
    return simulate(Design(**design)).panel


def by_pair(found):
    return {(item.pair.employee, item.pair.customer): item for item in found}


def passed(found, test):
    return {(item.pair.employee, item.pair.customer) for item in found if test(item)}


# q-values and pairs


def test_q_values_are_those_of_the_hand_computed_example():
    p = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216]
    q = [0.01, 0.04, 0.084, 0.084, 0.084, 0.1, 0.74 / 7, 0.216, 0.216, 0.216]
    assert q_values(p) == pytest.approx(q)
    mixed = [4, 0, 9, 2, 7, 1, 8, 3, 6, 5]
    assert q_values([p[k] for k in mixed]) == pytest.approx([q[k] for k in mixed])


def test_q_values_leave_out_what_was_not_tested():
    found = q_values([NAN, 0.04, NAN, 0.01, 0.03])
    assert np.isnan(found[[0, 2]]).all()
    assert found[[1, 3, 4]] == pytest.approx([0.04, 0.03, 0.04])
    assert np.isnan(q_values([NAN, NAN])).all()
    assert q_values([]).shape == (0,)
    assert q_values([0.9, 1.0, 0.95]).max() <= 1


def test_families_do_not_pay_for_each_other():
    tested = [Pair("a", "a", EXPECTED), *(Pair("a", str(k), EXPLORATORY) for k in range(9)), Pair("b", "b", EXPECTED)]
    found = family_q_values(tested, [0.01, *[0.02] * 8, 0.5, 0.04])
    assert found[[0, 10]] == pytest.approx([0.02, 0.04])
    assert found[1:9] == pytest.approx([0.02 * 9 / 8] * 8)
    assert found[9] == pytest.approx(0.5)
    assert family_q_values([], []).shape == (0,)


def test_the_diagonal_and_the_literature_are_expected_and_the_rest_explored():
    employee, customer = themes_of("employee"), themes_of("customer")
    found = pairs(employee, customer)
    assert len(found) == len({(pair.employee, pair.customer) for pair in found}) == len(employee) * len(customer)
    expected = {(pair.employee, pair.customer) for pair in found if pair.family == EXPECTED}
    same = {(theme, theme) for theme in set(employee) & set(customer)}
    assert expected == same | {(a, b) for a, b, _ in LITERATURE}
    assert len(LITERATURE) == len({(a, b) for a, b, _ in LITERATURE})
    assert all(a != b for a, b, _ in LITERATURE)
    assert {pair.family for pair in found} == {EXPECTED, EXPLORATORY}
    assert [pair.is_same for pair in found[: len(same)]] == [True] * len(same)


def test_themes_of_one_voice_only_have_no_diagonal():
    assert pairs(("growth",), ("price",)) == [Pair("growth", "price", EXPLORATORY)]
    assert pairs((), ("price",)) == []


# association


def test_normal_scores_keep_order_and_ignore_scale():
    scores = normal_scores(np.array([3.0, 1.0, 2.0, 1000.0]))
    assert scores.argsort().tolist() == [1, 2, 0, 3]
    assert scores.sum() == pytest.approx(0)
    assert (scores**2).sum() == pytest.approx(1)
    assert (normal_scores(np.full(5, 7.0)) == 0).all()
    ties = normal_scores(np.array([1.0, 1.0, 2.0]))
    assert ties[0] == ties[1] < ties[2]


def test_a_tail_is_counted_or_fitted():
    null = np.random.default_rng(1).standard_normal(1999)
    assert tail_probability(0.0, null) == pytest.approx(0.5, abs=0.03)
    assert tail_probability(0.0, null) == (1 + (null >= 0).sum()) / 2000
    assert tail_probability(5.0, null) == pytest.approx(2.9e-7, rel=30)
    assert 0 < tail_probability(5.0, null) < 1e-5
    assert tail_probability(50.0, null) > 0
    assert tail_probability(0.0, np.zeros(99)) == 1
    assert tail_probability(-9.0, null) == 1


def test_the_largest_of_several_has_a_longer_tail():
    null = np.random.default_rng(1).standard_normal((1999, 4))
    assert tail_of_largest(2.0, null) == pytest.approx(1 - 0.97725**4, abs=0.015)
    assert tail_of_largest(5.0, null) == pytest.approx(4 * 2.9e-7, rel=30)
    assert tail_of_largest(5.0, null) > tail_probability(5.0, null[:, 0]) / 10


def test_rates_of_units_are_drawn_to_the_mean_by_what_is_sampling_error():
    rng = np.random.default_rng(2)
    comments = np.tile([40, 400], 200)
    truth = np.clip(0.1 + np.array([0.03, 0.0]) * rng.standard_normal((400, 2)), 0.01, 1)
    negative = rng.binomial(comments[:, None], truth)
    moving, still = unit_rates(negative, comments, comments[:, None] * negative.sum(axis=0) / comments.sum())
    noise = 0.09 / comments
    assert moving.icc == pytest.approx(0.0009 / (0.0009 + 0.09), rel=0.35)
    assert moving.reliability == pytest.approx(0.0009 / (0.0009 + noise), rel=0.25)
    assert np.corrcoef(moving.scores, truth[:, 0])[0, 1] > np.corrcoef(negative[:, 0] / comments, truth[:, 0])[0, 1]
    assert still.icc < 0.001
    assert still.reliability.max() < 0.2


def test_rates_without_differences_stay_finite():
    comments = np.array([50, 100, 3, 1, 20])
    negative = np.stack([comments, [5, 10, 0, 0, 2], [1, 0, 0, 0, 0]], axis=1)
    for rates in unit_rates(negative, comments, comments[:, None] * negative.sum(axis=0) / comments.sum()):
        assert all(np.isfinite(np.asarray(value)).all() for value in vars(rates).values())
        assert rates.icc < 0.05
        assert (rates.reliability >= 0).all()
        assert (rates.reliability < 1).all()


def test_an_association_through_a_covariate_is_taken_out():
    rng = np.random.default_rng(3)
    cause = rng.standard_normal(300)
    x, y = (normal_scores(cause + rng.standard_normal(300)) for _ in range(2))
    orders = rng.permuted(np.tile(np.arange(300), (299, 1)), axis=1)
    resamples = rng.multinomial(300, np.full(300, 1 / 300), size=200)
    raw = partial_association(x, y, np.zeros((300, 0)), orders, resamples)
    held = partial_association(x, y, normal_scores(cause)[:, None], orders, resamples)
    assert raw.observed == pytest.approx(0.5, abs=0.12)
    assert abs(held.observed) < 0.13
    assert (raw.covariates, held.covariates) == (0, 1)
    assert raw.draws.mean() == pytest.approx(raw.observed, abs=0.02)
    assert raw.draws.std() == pytest.approx((1 - raw.observed**2) / 300**0.5, rel=0.3)
    assert held.null.std() == pytest.approx(1 / 299**0.5, rel=0.15)


def test_an_association_of_nothing_is_none():
    found = partial_association(
        np.zeros(10),
        normal_scores(np.arange(10.0)),
        np.zeros((10, 0)),
        np.tile(np.arange(10), (9, 1)),
        np.ones((5, 10)),
    )
    assert (found.observed, found.null.any(), found.draws.any()) == (0, False, False)


def test_intervals_and_smallest_effects_follow_theory():
    assert detectable(75, 1.0) == pytest.approx(0.32, abs=0.005)
    assert detectable(75, 0.5) == pytest.approx(0.64, abs=0.01)
    assert detectable(3, 1.0) == detectable(50, 0.0) == detectable(5, 0.3) == 1.0
    low, high = fisher_interval(0.5, np.array([0.5, 0.5]), freedom=103)
    assert (low, high) == pytest.approx((0.336, 0.634), abs=0.005)
    wide = fisher_interval(0.5, np.tanh(np.random.default_rng(1).normal(0.55, 0.3, 500)), freedom=103)
    assert wide[0] < low < high < wide[1]
    assert -1 <= fisher_interval(1.0, np.ones(5), freedom=4)[0] <= 1
    assert attenuation(np.full(4, 0.8), np.full(4, 0.8)) == pytest.approx(0.8)
    assert attenuation(np.zeros(4), np.ones(4)) == 0


# linked


@pytest.fixture(scope="module")
def linked_panel():
    return drawn(links=(Link(*WORKLOAD, 0.7), Link("turnover", "training", 0.7)), mood=0.5, seed=4, units=120)


@pytest.fixture(scope="module")
def linked_found(linked_panel):
    return linked(linked_panel, some_pairs(), seed=1)


def test_strong_links_are_found_and_no_others(linked_found):
    assert passed(linked_found, is_linked) == {WORKLOAD, ("turnover", "training")}
    for pair in (WORKLOAD, ("turnover", "training")):
        link = by_pair(linked_found)[pair]
        assert link.effect == pytest.approx(0.7, abs=0.2)
        assert link.low < 0.7 < link.high
        assert link.low > 0.2
        assert link.p_value <= link.q_value < 0.01
        assert 0 < link.observed < link.effect
        assert 0.3 < link.detectable < 0.7
        assert 0.5 < link.employee_reliability < 1
        assert 0 < link.customer_icc < 0.2
    assert all(item.n_units == 120 for item in linked_found)


def test_same_seed_same_links(linked_panel, linked_found):
    some = [Pair(*WORKLOAD, EXPECTED), Pair("trust", "trust", EXPECTED)]
    first, again, other = (linked(linked_panel, some, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert [item.effect for item in first] == [item.effect for item in other]
    assert [item.p_value for item in first] != [item.p_value for item in other]


def test_the_order_of_units_does_not_change_effects(linked_panel, linked_found):
    order = np.random.default_rng(1).permutation(linked_panel.n_units)
    sides = [
        Side(side.themes, side.comments[order], side.negative[order])
        for side in (linked_panel.employee, linked_panel.customer)
    ]
    mixed = Panel(tuple(linked_panel.units[k] for k in order), linked_panel.periods, *sides)
    found = by_pair(linked(mixed, some_pairs(), seed=1))
    for item in linked_found:
        other = found[item.pair.employee, item.pair.customer]
        assert other.effect == pytest.approx(item.effect, abs=1e-9)
        assert other.detectable == pytest.approx(item.detectable)
    assert passed(found.values(), is_linked) == passed(linked_found, is_linked)


def test_sides_that_have_nothing_to_do_with_each_other_are_not_linked():
    assert sum(bool(passed(linked(drawn(seed=seed), some_pairs(), seed=1), is_linked)) for seed in range(3)) <= 1


@pytest.mark.parametrize("confounder", [{"mood": 0.6}, {"size": 0.5}, {"mood": 0.5, "uneven": 0.3}])
def test_grumpy_units_and_large_units_are_not_everything_linked(confounder):
    panel = drawn(units=80, seed=11, **confounder)
    some = some_pairs()
    column = {voice: side.negative.sum(axis=1) / side.comments.sum(axis=1)[:, None] for voice, side in (
        ("employee", panel.employee), ("customer", panel.customer))}  # fmt: skip
    raw = np.corrcoef(column["employee"].T, column["customer"].T)[
        : len(panel.employee.themes), len(panel.employee.themes) :
    ]
    assert raw.mean() > 0.15
    assert len(passed(linked(panel, some, seed=1), is_linked)) <= 1


def test_a_link_is_found_among_grumpy_units_also_where_all_are_small():
    panel = drawn(units=150, comments=150.0, links=(Link(*WORKLOAD, 0.8),), mood=0.6, seed=2, shares=(0.06, 0.12))
    assert WORKLOAD in passed(linked(panel, some_pairs(), seed=1), is_linked)


def made(employee_hits, customer_hits, comments=100, periods=1):
    """Make a panel of the themes trust and workload from hits per unit; trust has 10 everywhere."""
    n = len(employee_hits)
    sides = []
    for hits in (employee_hits, customer_hits):
        negative = np.zeros((n, periods + 1, 2), int)
        negative[:, 0] = np.column_stack([np.full(n, 10), hits])
        total = np.zeros((n, periods + 1), int)
        total[:, 0] = comments
        sides.append(Side(("trust", "workload"), total, negative))
    return Panel(tuple(map(str, range(n))), ("2025-01",), *sides)


def test_themes_with_too_few_complaints_are_left_out():
    some = [Pair("trust", "trust", EXPECTED), Pair(*WORKLOAD, EXPECTED), Pair("trust", "culture", EXPLORATORY)]
    few = np.array([1] * 9 + [0] * 3)
    assert [item.pair.employee for item in linked(made(few, few + 3), some, seed=1)] == ["trust"]
    assert [item.pair.employee for item in linked(made(few + 1, few + 3), some, seed=1)] == ["trust", "workload"]
    assert linked(made(few, few), some[1:], seed=1) == []


def test_a_theme_that_is_the_same_everywhere_has_no_link():
    rising = np.arange(12)
    for panel in (made(np.full(12, 5), rising), made(np.full(12, 100), rising), made(rising, np.full(12, 100))):
        (link,) = linked(panel, [Pair(*WORKLOAD, EXPECTED)], seed=1)
        assert not is_linked(link)
        assert link.p_value == 1
        assert np.isfinite([link.effect, link.low, link.high, link.detectable]).all()


def test_the_fewest_units_give_wide_intervals_and_no_error():
    panel = drawn(units=8, links=(Link(*WORKLOAD, 0.9),), seed=1)
    for link in linked(panel, some_pairs(), seed=1):
        values = [link.effect, link.low, link.high, link.observed, link.p_value, link.q_value, link.detectable]
        assert np.isfinite(values).all()
        assert -1 <= link.low <= link.effect + 1e-9 <= link.high + 1e-9 <= 1 + 1e-9
        assert link.high - link.low > 0.5


# leading


def lead_panel(lag, **more):
    return drawn(leads=(Lead(*WORKLOAD, 0.7, lag),), **{**MOVES, "seed": 6, **more})


@pytest.mark.parametrize("lag", [1, 2])
def test_a_lead_is_found_with_its_lag_and_direction(lag):
    found = leading(lead_panel(lag), some_pairs(), seed=1)
    assert passed(found, is_leading) == {WORKLOAD}
    lead = by_pair(found)[WORKLOAD]
    assert lead.lag == lag
    assert lead.low < 0.7 < lead.high
    assert lead.low > 0.3
    assert lead.is_peak
    assert lead.direction_p_value < 0.01
    assert lead.reverse_effect < 0.6 * lead.effect
    assert (lead.n_units, lead.n_periods) == (60, 18)


def test_a_lead_the_other_way_round_is_not_called_leading():
    found = leading(lead_panel(-1), some_pairs(), seed=1)
    assert passed(found, is_leading) == set()
    lead = by_pair(found)[WORKLOAD]
    assert lead.reverse_lag == 1
    assert lead.reverse_q_value < 0.01
    assert lead.reverse_effect == pytest.approx(0.7, abs=0.25)
    assert lead.direction_p_value > 0.9 or not lead.is_peak


@pytest.mark.parametrize(
    "confounder",
    [{"season": 0.8}, {"season": 0.5, "sensitivity": 0.4}, {"shock": 0.6}, {"drift": 0.7}, {"persistence": 0.85}, {}],
)
def test_what_hits_both_sides_at_once_is_not_called_leading(confounder):
    panel = drawn(**{**MOVES, **confounder, "seed": 8})
    assert len(passed(leading(panel, some_pairs(), seed=1), is_leading)) == 0


def test_a_simultaneous_link_is_not_called_leading():
    found = by_pair(leading(lead_panel(0, persistence=0.7), some_pairs(), seed=1))[WORKLOAD]
    assert not is_leading(found)
    assert not found.is_peak


def test_same_seed_same_leads():
    panel, some = lead_panel(1), some_pairs()[:3]
    assert leading(panel, some, seed=1) == leading(panel, some, seed=1)
    assert leading(panel, some, seed=1) != leading(panel, some, seed=2)


def test_longest_lag_is_a_quarter_of_the_periods():
    assert [longest_lag(n) for n in (6, 8, 12, 18, 24, 120)] == [1, 2, 3, 4, 6, 6]


def test_effects_of_units_periods_and_trends_are_taken_out():
    rng = np.random.default_rng(1)
    time = np.arange(12)
    weight = rng.integers(1, 20, size=(9, 12)).astype(float)
    weight[0, 3] = weight[4, :6] = 0
    left = residual(rng.normal(size=(9, 1)) + rng.normal(size=(1, 12)) + rng.normal(size=(9, 1)) * time, weight)
    assert np.abs(left).max() < 1e-2
    assert (left[weight == 0] == 0).all()
    own = rng.normal(size=(9, 12))
    kept = residual(own, weight)
    assert np.corrcoef(kept[weight > 0], own[weight > 0])[0, 1] > 0.7
    assert (kept[weight == 0] == 0).all()


def gap(panel, units=(), periods=(), side="both"):
    """Give the panel without the comments of some cells."""
    result = {}
    for voice in ("employee", "customer"):
        of = getattr(panel, voice)
        keep = np.ones_like(of.comments, dtype=bool)
        if side in (voice, "both"):
            keep[:, list(periods)] = False
            for unit in units:
                keep[unit, : len(panel.periods) // 2] = False
        result[voice] = Side(of.themes, of.comments * keep, of.negative * keep[:, :, None])
    return dataclasses.replace(panel, **result)


GAPS = [
    {"periods": (4,)},
    {"periods": (0, 17), "side": "customer"},
    {"periods": range(3, 9)},
    {"units": range(0, 60, 3)},
    {"units": range(60), "side": "employee"},
    {"periods": range(17)},
    {"periods": range(18), "side": "employee"},
]


@pytest.mark.parametrize("holes", GAPS)
def test_gaps_give_numbers_or_nothing(holes):
    found = leading(gap(lead_panel(1), **holes), some_pairs()[:16], seed=1)
    for lead in found:
        values = [value for name, value in vars(lead).items() if name not in ("pair", "is_peak")]
        assert np.isfinite(np.array(values, float)).all()
        assert -1 <= lead.low <= lead.effect + 1e-9 <= lead.high + 1e-9 <= 1 + 1e-9
        assert 0 < lead.p_value <= lead.q_value <= 1
    assert passed(found, is_leading) <= {WORKLOAD}


def test_a_lead_is_found_across_a_period_in_which_nobody_wrote():
    for holes in GAPS[:2]:
        assert WORKLOAD in passed(leading(gap(lead_panel(1), **holes), some_pairs()[:16], seed=1), is_leading)


@pytest.mark.parametrize("share", ["all", "none", "one unit"])
def test_a_theme_that_never_moves_leads_nothing(share):
    panel = lead_panel(1)
    side = panel.employee
    negative = side.negative.copy()
    column = side.themes.index("workload")
    negative[:, :, column] = side.comments if share == "all" else 0
    if share == "one unit":
        negative[0, :, column] = side.comments[0]
    still = dataclasses.replace(panel, employee=Side(side.themes, side.comments, negative))
    assert passed(leading(still, some_pairs()[:16], seed=1), is_leading) == set()


def test_undated_comments_do_not_move():
    panel = lead_panel(1)
    side = panel.customer
    comments, negative = side.comments.copy(), side.negative.copy()
    comments[:, -1], negative[:, -1] = 500, 250
    undated = dataclasses.replace(panel, customer=Side(side.themes, comments, negative))
    some = some_pairs()[:3]
    assert leading(undated, some, seed=1) == leading(panel, some, seed=1)


# grades


def test_a_sure_but_tiny_or_unsure_effect_is_no_link(linked_found):
    link = by_pair(linked_found)[WORKLOAD]
    assert is_linked(link)
    assert not is_linked(dataclasses.replace(link, effect=0.09))
    assert not is_linked(dataclasses.replace(link, q_value=0.05))
    assert not is_linked(dataclasses.replace(link, effect=-0.7))


def test_a_lead_needs_its_peak_its_direction_and_its_size():
    lead = by_pair(leading(lead_panel(1), some_pairs()[:13], seed=1))[WORKLOAD]
    assert is_leading(lead)
    for change in ({"is_peak": False}, {"direction_p_value": 0.05}, {"q_value": 0.05}, {"effect": 0.09}):
        assert not is_leading(dataclasses.replace(lead, **change))


EMPTY = Panel((), (), *(Side(("workload",), np.zeros((0, 1), int), np.zeros((0, 1, 1), int)) for _ in range(2)))


def graded(employee, customer, total=1000):
    """Grade themes by their complaints, theme -> number, without units, dates and texts."""
    aggregates = Aggregates("month")
    for voice, of in (("employee", employee), ("customer", customer)):
        mentions = [(0, theme, "negative") for theme in of]
        aggregates.add_counts([(voice, None, None)], [total], mentions, list(of.values()))
    return align(aggregates, EMPTY, LeftOut(), floor=0.02)


def test_paths_are_ranked_by_grade_and_then_by_what_both_sides_share():
    found = graded({"workload": 100, "training": 300, "trust": 900}, {"workload": 100, "training": 40, "trust": 15})
    names = [path.pair.employee for path in found.found]
    assert names == ["training", "workload"]
    assert [path.grade for path in found.found] == ["shared", "shared"]
    assert found.found[0].size == pytest.approx((0.3 * 0.04) ** 0.5)
    assert found.skipped == {"aligned": "no_text", "linked": "no_units", "leading": "no_units"}
    assert components(found.paths) == {"none": 238, "shared": 2, "aligned": 0, "linked": 0, "leading": 0}
    assert found.paths[2].pair.is_same
    assert found.paths[2].pair.employee == "trust"


def test_two_different_themes_are_never_shared():
    found = graded({"workload": 500}, {"engagement": 500})
    assert found.found == ()
    path = next(path for path in found.paths if (path.pair.employee, path.pair.customer) == ("workload", "engagement"))
    assert path.layers == dict.fromkeys(GRADES[1:], "untested")
    same = next(path for path in found.paths if path.pair.employee == path.pair.customer == "workload")
    assert same.layers["shared"] == "failed"


def test_one_voice_has_no_paths():
    aggregates = aggregated(("employee", "a", "2025-01", 50, 40))
    found = align(aggregates, EMPTY, LeftOut(), floor=0.02)
    assert found.paths == found.found == ()
    assert found.skipped == dict.fromkeys(GRADES[1:], "one_voice")


# contact


def contact_panel(seed=1, units=120, contact=None, everywhere=False):
    """Draw units where customers follow employees only where contact is high, or everywhere as much."""
    rng = np.random.default_rng(seed)
    meet = rng.permutation(np.repeat([0.0, 1.0], units // 2))
    x, own = rng.standard_normal((2, units))
    y = 0.7 * x + 0.7 * own if everywhere else np.where(meet > 0, x, own)
    hits = [rng.binomial(400, 1 / (1 + np.exp(2 - 0.6 * z))) for z in (x, y)]
    panel = made(*hits, comments=400)
    for side in (panel.employee, panel.customer):
        side.negative[:, 0, 0] = rng.binomial(400, 0.1, units)
    return dataclasses.replace(panel, contact=meet if contact is None else contact)


def test_a_link_is_stronger_where_they_meet():
    (found,) = moderated(contact_panel(), [Pair(*WORKLOAD, EXPECTED)], seed=1)
    assert found.effect > 0.3
    assert found.p_value == found.q_value < 0.01
    assert found.n_units == 120


def test_contact_the_wrong_way_round_is_no_support():
    panel = contact_panel()
    turned = dataclasses.replace(panel, contact=1 - panel.contact)
    (found,) = moderated(turned, [Pair(*WORKLOAD, EXPECTED)], seed=1)
    assert found.effect < -0.3
    assert found.p_value > 0.9


def test_contact_that_has_nothing_to_do_with_it_is_no_support():
    hits = []
    for seed in range(40):
        panel = contact_panel(seed, everywhere=True)
        (found,) = moderated(panel, [Pair(*WORKLOAD, EXPECTED)], seed=1)
        hits.append(found.p_value < 0.05)
    assert sum(hits) <= 5


def test_units_of_unknown_contact_are_left_out():
    panel = contact_panel()
    some = panel.contact.copy()
    some[::4] = np.nan
    (found,) = moderated(dataclasses.replace(panel, contact=some), [Pair(*WORKLOAD, EXPECTED)], seed=1)
    assert found.n_units == 90
    assert np.isfinite(found.effect)
    assert found.effect > 0.2


@pytest.mark.parametrize("contact", [np.ones(120), np.full(120, NAN), np.r_[np.arange(7.0), np.full(113, NAN)]])
def test_contact_that_tells_nothing_is_not_tested(contact):
    panel = contact_panel(contact=contact)
    assert moderated(panel, [Pair(*WORKLOAD, EXPECTED)], seed=1) == []
    assert moderated(dataclasses.replace(panel, contact=None), [Pair(*WORKLOAD, EXPECTED)], seed=1) == []


def test_eight_units_of_known_contact_are_too_few_for_so_many_covariates_or_give_numbers():
    contact = np.r_[np.arange(8.0), np.full(112, NAN)]
    for found in moderated(contact_panel(contact=contact), [Pair(*WORKLOAD, EXPECTED)], seed=1):
        assert np.isfinite([found.effect, found.p_value]).all()


# outcomes


def figures(tmp_path, text):
    path = tmp_path / "figures.csv"
    path.write_text(text, encoding="utf8")
    return path


def test_figures_are_read_with_a_decimal_comma_and_averaged_over_periods(tmp_path):
    path = figures(
        tmp_path,
        "Unit;Periode;Turnover;NPS;Remark\na;2025-01;0,1;30;x\na;2025-02;0,3;;y\nb;2025-01;0.5;-10;\n;2025-01;9;9;\n",
    )
    assert read_outcomes(path) == {"turnover": {"a": pytest.approx(0.2), "b": 0.5}, "nps": {"a": 30.0, "b": -10.0}}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no column 'unit'"),
        ("turnover,nps\n1,2\n", "turnover, nps"),
        ("unit,remark\na,b\n", "no numbers beside unit"),
        ("unit,date\na,2025-01-01\n", "no numbers beside unit"),
        ("unit\na\n", "no numbers beside unit"),
        ("name,turnover\na,0.1\n", "unit"),
        ("employee,customer,turnover\na,b,0.1\n", "unit"),
    ],
)
def test_a_file_without_figures_is_refused(tmp_path, text, says):
    with pytest.raises(InputError) as error:
        read_outcomes(figures(tmp_path, text))
    assert says in str(error.value)
    assert "--outcomes" in str(error.value)
    assert "\n" not in str(error.value)


def test_figures_are_found_by_any_name_of_a_unit():
    told = {"nps": {"Store 1": 5.0, "two": 7.0}, "turnover": {"1": 0.1}}
    found = outcome_columns(told, [("1", "Store 1"), ("2", "two"), ("3",)])
    assert found["nps"][:2].tolist() == [5, 7]
    assert np.isnan(found["nps"][2])
    assert found["turnover"][0] == 0.1
    assert np.isnan(found["turnover"][1:]).all()
    assert outcome_columns({}, [("1",)]) == {}


def test_a_leg_is_found_for_a_figure_that_goes_with_a_theme():
    simulated = simulate(Design(units=80, seed=3))
    column = simulated.panel.customer.themes.index("workload")
    rng = np.random.default_rng(1)
    nps = -simulated.customer.constant[:, column] + 0.5 * rng.standard_normal(simulated.panel.n_units)
    nps[:5] = np.nan
    outcomes = {"nps": nps, "weather": rng.standard_normal(simulated.panel.n_units), "flat": np.ones(len(nps))}
    some = [pair for pair in some_pairs() if pair.is_same]
    found = outcome_legs(simulated.panel, some, outcomes, seed=1)
    assert {leg.outcome for leg in found} == {"nps", "weather"}
    assert {(leg.voice, leg.theme, leg.outcome) for leg in found if leg.q_value < 0.05} == {
        ("customer", "workload", "nps")
    }
    assert len(found) == len({(leg.voice, leg.theme, leg.outcome) for leg in found}) == 2 * 2 * len(some)
    leg = next(leg for leg in found if leg.q_value < 0.05)
    assert leg.n_units == simulated.panel.n_units - 5
    assert leg.low < leg.effect < leg.high < -0.3
    assert found == outcome_legs(simulated.panel, some, outcomes, seed=1)


def test_figures_of_too_few_units_are_left_out():
    panel = contact_panel()
    few = np.r_[np.arange(7.0), np.full(113, NAN)]
    assert outcome_legs(panel, [Pair(*WORKLOAD, EXPECTED)], {"nps": few, "none": few * NAN}, seed=1) == []
    assert outcome_legs(panel, [Pair(*WORKLOAD, EXPECTED)], {}, seed=1) == []


# panel


def aggregated(*cells, period="month"):
    """Count (voice, unit, period, comments, negative workload)."""
    aggregates = Aggregates(period)
    aggregates.add_counts(
        [cell[:3] for cell in cells],
        [cell[3] for cell in cells],
        [(k, "workload", "negative") for k in range(len(cells))],
        [cell[4] for cell in cells],
    )
    return aggregates


TODAY = dt.date(2025, 6, 15)


def laid_out(*cells, period="month", **more):
    aggregates = aggregated(*cells, period=period)
    units = [{unit for of, unit, _ in aggregates.keys if of == voice and unit} for voice in ("employee", "customer")]
    return panel_of(aggregates, match_units(*units), today=TODAY, **more)


def test_counts_are_laid_out_by_unit_and_period():
    panel, left_out = laid_out(
        ("employee", "A", "2025-01", 10, 3),
        ("employee", "A", "2025-03", 5, 1),
        ("employee", "A", None, 2, 2),
        ("customer", "a", "2025-02", 7, 4),
        ("employee", None, "2025-02", 50, 9),
        ("customer", "b", "2025-02", 50, 9),
    )
    assert (panel.units, panel.periods) == (("a",), ("2025-01", "2025-02", "2025-03"))
    assert panel.employee.comments.tolist() == [[10, 0, 5, 2]]
    assert panel.customer.comments.tolist() == [[0, 7, 0, 0]]
    column = panel.employee.themes.index("workload")
    assert panel.employee.negative[:, :, column].tolist() == [[3, 0, 1, 2]]
    assert panel.employee.negative.sum() == 6
    assert panel.customer.negative[0, 1, panel.customer.themes.index("workload")] == 4
    assert (left_out.thin_units, left_out.future_comments, left_out.old_comments) == (0, 0, 0)


def test_comments_of_the_future_and_of_long_ago_lose_their_date_and_are_counted():
    panel, left_out = laid_out(
        ("employee", "a", "2025-06", 5, 1),
        ("employee", "a", "2025-07", 6, 1),
        ("customer", "a", "1925-01", 7, 1),
        ("customer", "a", "2025-05", 8, 1),
    )
    assert panel.periods[-1] == "2025-06"
    assert len(panel.periods) == MOST_PERIODS
    assert panel.employee.comments[0, [-2, -1]].tolist() == [5, 6]
    assert panel.customer.comments[0, [-3, -2, -1]].tolist() == [8, 0, 7]
    assert (left_out.future_comments, left_out.old_comments) == (6, 7)


def test_all_dates_in_the_future_leave_no_periods():
    panel, left_out = laid_out(("employee", "a", "2031-01", 5, 1), ("customer", "a", "2031-02", 6, 1))
    assert panel.periods == ()
    assert panel.employee.comments.tolist() == [[5]]
    assert left_out.future_comments == 11


def test_thin_units_are_left_out_and_counted():
    enough, few = FEWEST_COMMENTS, FEWEST_COMMENTS - 1
    panel, left_out = laid_out(
        ("employee", "a", "2025-01", enough, 1),
        ("customer", "a", "2025-01", enough, 1),
        ("employee", "b", "2025-01", few, 1),
        ("customer", "b", "2025-01", 99, 1),
        contact={"a": 2.0, "b": 1.0},
    )
    assert panel.units == ("a",)
    assert panel.contact.tolist() == [2.0]
    assert left_out.thin_units == 1


def test_contact_is_known_by_any_name_of_a_unit():
    names = {"employee": ("Store 1", "x", "y"), "customer": ("1", "X", "y")}
    cells = [(voice, unit, "2025-01", 9, 1) for voice, units in names.items() for unit in units]
    panel, _ = laid_out(*cells, contact={"Store 1": 0.5, "X": 0.7})
    assert panel.units == ("1", "X", "y")
    assert panel.contact == pytest.approx([0.5, 0.7, NAN], nan_ok=True)
    assert laid_out(*cells)[0].contact is None


@pytest.mark.parametrize(
    ("period", "first", "last", "names"),
    [
        ("week", "2024-W51", "2025-W02", ("2024-W51", "2024-W52", "2025-W01", "2025-W02")),
        ("quarter", "2024-Q3", "2025-Q1", ("2024-Q3", "2024-Q4", "2025-Q1")),
        ("month", "2024-11", "2025-02", ("2024-11", "2024-12", "2025-01", "2025-02")),
    ],
)
def test_periods_follow_each_other_over_the_new_year(period, first, last, names):
    panel, _ = laid_out(("employee", "a", first, 5, 1), ("customer", "a", last, 5, 1), period=period)
    assert panel.periods == names


def test_what_is_expected_of_a_unit_follows_the_periods_in_which_it_was_asked():
    comments = np.array([[1000, 0, 0], [0, 1000, 0], [500, 500, 0]])
    negative = np.array([[100, 0, 0], [0, 400, 0], [50, 200, 0]])[:, :, None]
    expected = Side(("workload",), comments, negative).expected()[:, 0]
    assert expected == pytest.approx([105, 395, 250], rel=0.03)
    assert expected.sum() == pytest.approx(750, rel=0.01)
