"""The formulas behind the tables: intervals of shares, slopes of trends and false discovery rates."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

FEWEST_HITS = 10
"""Below this many mentions the normal approximation of the test for a trend does not hold."""
Z95 = 1.959963984540054
"""Standard normal quantile that leaves 2.5 % on each side."""


def wilson_interval(hits: int, total: int, *, z: float = Z95) -> tuple[float, float]:
    """Give a confidence interval for a share of comments.

    Used for every share in the report, because a theme often has fewer than 30 comments and the
    normal approximation then leaves [0, 1].

    Parameters
    ----------
    hits : int
        Comments that mention the theme; 0 <= hits <= total.
    total : int
        Comments that could mention it. Empty comments are already left out.
    z : float
        Width in standard deviations; the default covers 95 %.

    Returns
    -------
    low, high : float
        Shares (not percentages), 0 <= low <= hits / total <= high <= 1.

    Raises
    ------
    ValueError
        If total < 1 or hits is outside 0..total.

    Notes
    -----
    Wilson (1927), JASA 22(158), the score interval.

    Examples
    --------
    >>> low, high = wilson_interval(3, 10)
    >>> round(low, 3), round(high, 3)
    (0.108, 0.603)
    """
    if total < 1 or not 0 <= hits <= total:
        raise ValueError(f"hits={hits}, total={total}: need total >= 1 and 0 <= hits <= total")
    share = hits / total
    spread = z * z / total
    centre = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / total + spread / (4 * total)) / (1 + spread)
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))


def difference_interval(hits: int, total: int, hits_before: int, total_before: int) -> tuple[float, float]:
    """Give a 95 % confidence interval for a share minus an earlier one of other comments.

    Parameters
    ----------
    hits, total, hits_before, total_before : int
        0 <= hits <= total, total >= 1, and so before.

    Returns
    -------
    low, high : float
        -1 to 1.

    Notes
    -----
    Newcombe (1998), Statistics in Medicine 17(8), method 10, from two Wilson intervals.

    Examples
    --------
    >>> low, high = difference_interval(56, 70, 48, 80)
    >>> round(low, 4), round(high, 4)
    (0.0524, 0.3339)
    """
    share, before = hits / total, hits_before / total_before
    low, high = wilson_interval(hits, total)
    low_before, high_before = wilson_interval(hits_before, total_before)
    middle = share - before
    return middle - math.hypot(share - low, high_before - before), middle + math.hypot(
        high - share, before - low_before
    )


def weighted_slope(x: Sequence[float], y: Sequence[float], weight: Sequence[float]) -> float:
    """Give the slope of the weighted least-squares line of y on x.

    Parameters
    ----------
    x, y, weight : sequence of float
        Of one length; weights are at least 0.

    Returns
    -------
    float
        Change of y for one step of x; NaN with fewer than two different x of positive weight.

    Examples
    --------
    >>> weighted_slope([0, 1, 2], [0.1, 0.2, 0.3], [5, 5, 5])
    0.1
    """
    total = sum(weight)
    if total <= 0:
        return math.nan
    mean_x = sum(w * a for a, w in zip(x, weight, strict=True)) / total
    mean_y = sum(w * b for b, w in zip(y, weight, strict=True)) / total
    spread = sum(w * (a - mean_x) ** 2 for a, w in zip(x, weight, strict=True))
    if spread <= 1e-12:
        return math.nan
    joint = sum(w * (a - mean_x) * (b - mean_y) for a, b, w in zip(x, y, weight, strict=True))
    return round(joint / spread, 12)


def direction(hits: Sequence[int], totals: Sequence[int], times: Sequence[int]) -> str | None:
    """Tell whether a share rises, falls or neither, by the Cochran-Armitage test for a trend.

    A slope alone would let a reader see a movement in noise; the report says "rising" only where
    chance would give such a slope in fewer than 1 of 100 cases (two-sided).

    Parameters
    ----------
    hits, totals : sequence of int
        Comments with and of each period, 0 <= hits[i] <= totals[i].
    times : sequence of int
        Number of each period; periods may be missing.

    Returns
    -------
    str or None
        ``rising``, ``falling`` or ``flat``, the last also with too few hits; None below three periods.

    Notes
    -----
    Armitage (1955), Biometrics 11(3). It assumes independent comments.

    Examples
    --------
    >>> direction([10, 20, 30, 40], [100] * 4, [0, 1, 2, 3])
    'rising'
    >>> direction([10, 12, 9, 11], [100] * 4, [0, 1, 2, 3])
    'flat'
    """
    if len(times) < 3 or sum(totals) == 0:
        return None
    if sum(hits) < FEWEST_HITS:
        return "flat"
    share = sum(hits) / sum(totals)
    centre = sum(n * t for n, t in zip(totals, times, strict=True)) / sum(totals)
    score = sum((k - n * share) * (t - centre) for k, n, t in zip(hits, totals, times, strict=True))
    variance = share * (1 - share) * sum(n * (t - centre) ** 2 for n, t in zip(totals, times, strict=True))
    if variance <= 0:
        return "flat"
    z = score / math.sqrt(variance)
    return "rising" if z > 2.576 else "falling" if z < -2.576 else "flat"


def q_values(p_values: Iterable[float]) -> np.ndarray:
    """Give the false discovery rate at which each test of one family would be called a discovery.

    Parameters
    ----------
    p_values : iterable of float
        0 to 1; NaN where nothing was tested, which is no part of the family.

    Returns
    -------
    ndarray
        In the order of the p-values, NaN where they are.

    Notes
    -----
    Benjamini and Hochberg (1995), the step-up procedure.

    Examples
    --------
    >>> q_values([0.01, 0.04, float("nan"), 0.03]).round(3).tolist()
    [0.03, 0.04, nan, 0.04]
    """
    import numpy as np

    p = np.asarray(list(p_values), dtype=float)
    q = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    scaled = p[order] * len(order) / np.arange(1, len(order) + 1)
    q[order] = np.minimum.accumulate(scaled[::-1])[::-1].clip(max=1) if len(order) else scaled
    return q
