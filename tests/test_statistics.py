import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voices.statistics import difference_interval, direction, weighted_slope, wilson_interval


def test_wilson_matches_published_value():
    # Newcombe (1998), table I: 81 of 263 by the score method without continuity correction.
    low, high = wilson_interval(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_contains_the_share_and_stays_a_share(case):
    hits, total = case
    low, high = wilson_interval(hits, total)
    assert 0 <= low <= hits / total <= high <= 1


@pytest.mark.parametrize(("hits", "total"), [(1, 0), (-1, 5), (6, 5)])
def test_wilson_refuses_impossible_counts(hits, total):
    with pytest.raises(ValueError, match="need total"):
        wilson_interval(hits, total)


def test_slope_follows_the_heavy_points():
    assert weighted_slope([0, 1, 2], [0.0, 0.5, 0.2], [100, 1e-9, 100]) == pytest.approx(0.1)


def test_slope_without_spread_is_nan():
    assert math.isnan(weighted_slope([3, 3], [0.1, 0.9], [1, 1]))
    assert math.isnan(weighted_slope([1, 2], [0.1, 0.9], [0, 0]))


@pytest.mark.parametrize(
    ("hits", "times", "expected"),
    [
        ([10, 20, 30, 40], [0, 1, 2, 3], "rising"),
        ([40, 30, 20, 10], [0, 1, 2, 3], "falling"),
        ([20, 22, 19, 21], [0, 1, 5, 9], "flat"),
        ([0, 0, 0, 0], [0, 1, 2, 3], "flat"),
        ([10, 40], [0, 1], None),
    ],
)
def test_direction(hits, times, expected):
    assert direction(hits, [100] * len(hits), times) == expected


def test_direction_is_seldom_wrong_about_noise():
    # 1 of 100 by design; 400 draws of a constant share give 4 on average and 12 in fewer than 1 of 1000 cases.
    chance = random.Random(3)
    found = 0
    for _ in range(400):
        hits = [sum(chance.random() < 0.2 for _ in range(60)) for _ in range(8)]
        found += direction(hits, [60] * 8, list(range(8))) != "flat"
    assert found <= 12


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    # Newcombe (1998), table II, method 10.
    [((56, 70, 48, 80), 0.0524, 0.3339), ((9, 10, 3, 10), 0.1705, 0.8090), ((5, 56, 0, 29), -0.0381, 0.1926)],
)
def test_difference_matches_published_values(counts, low, high):
    found = difference_interval(*counts)
    assert [round(value, 4) for value in found] == [low, high]
