import pytest

from voices.aggregate import Cell
from voices.align.shared import corrected_share, negative_share

GOOD = {"true_positive": 80, "false_negative": 20, "false_positive": 10, "true_negative": 890}
WEAK = {"true_positive": 10, "false_negative": 30, "false_positive": 40, "true_negative": 920}


def share(hits, total, confusion=None):
    return negative_share(Cell(total, {"workload": [7, hits, 3]}), "workload", confusion)


def test_only_negative_mentions_count():
    found = share(40, 200)
    assert (found.hits, found.total, found.value) == (40, 200, 0.2)
    assert found.low < 0.2 < found.high
    assert found.corrected is None


@pytest.mark.parametrize(("hits", "above"), [(40, True), (5, False), (0, False)])
def test_a_share_is_above_the_floor_only_with_its_whole_interval(hits, above):
    assert share(hits, 200).is_above(0.02) == above


def test_a_detector_that_finds_what_is_not_there_makes_no_problem():
    assert share(60, 1500).is_above(0.02)
    weak = share(60, 1500, WEAK)
    assert weak.corrected == 0.0
    assert not weak.is_above(0.02)


def test_the_correction_undoes_known_errors():
    true = 0.1
    hits = round(10_000 * (true * 0.8 + (1 - true) * 10 / 900))
    value, low, high = corrected_share(hits, 10_000, GOOD)
    assert value == pytest.approx(true, abs=0.005)
    assert low < true < high


def test_the_interval_holds_the_doubt_about_the_detector():
    few = {name: max(1, n // 10) for name, n in GOOD.items()}
    _, low, high = corrected_share(1000, 10_000, GOOD)
    _, wide_low, wide_high = corrected_share(1000, 10_000, few)
    assert wide_high - wide_low > 2 * (high - low)


def test_a_detector_no_better_than_chance_says_nothing():
    chance = {"true_positive": 5, "false_negative": 95, "false_positive": 50, "true_negative": 950}
    assert corrected_share(50, 1000, chance)[1:] == (0.0, 1.0)
