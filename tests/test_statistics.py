import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voices.statistics import weighted_slope, wilson_interval


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
