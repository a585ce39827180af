"""Layer 4, *leading*: within a unit, complaints of employees come before complaints of customers.

What is constant in a unit, what happens everywhere in a period and each unit's straight trend are
taken out. What is left is correlated at lags 1 to K and tested against circular shifts in time within
each unit. A lead must also be the peak of the correlation over all lags, both ways and none, and
stronger than the same lag the other way round: two sides that worsen together have no leader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from voices.align.association import (
    attenuation,
    detectable,
    fisher_interval,
    pooled_variance,
    tail_of_largest,
    usable_factor,
)
from voices.align.panel import Panel, Side
from voices.align.paths import EXPLORATORY, Pair, family_q_values

FEWEST_PERIODS = 6
FEWEST_UNITS = 8
LONGEST_LAG = 6
FEWEST_HITS = 20
SHIFTS, RESAMPLES = 999, 500
LARGE = 2_000_000
ROUNDS = 12
"""Sweeps of the removal of unit and period effects."""


def longest_lag(n_periods: int) -> int:
    """Give the longest lag that is tested: a quarter of the periods, 1 to 6."""
    return max(1, min(LONGEST_LAG, n_periods // 4))


@dataclass(frozen=True)
class Lead:
    """What the course of time says about one pair of themes.

    Attributes
    ----------
    lag : int
        Periods by which employees come first, at the strongest correlation of lags 1 to K.
    effect, low, high : float
        Correlation at that lag, within units, corrected for sampling error, with its 95 % interval.
    p_value, q_value : float
        One-sided, of the strongest of the lags.
    reverse_lag, reverse_effect, reverse_p_value, reverse_q_value
        The same with customers first.
    is_peak : bool
        Whether no other lag, of either direction or none, has a stronger correlation.
    direction_p_value : float
        One-sided: that this lag is stronger than the same lag the other way round.
    n_units, n_periods : int
    detectable : float
        Smallest true correlation that would be found in four of five cases.
    """

    pair: Pair
    lag: int
    effect: float
    low: float
    high: float
    p_value: float
    q_value: float
    reverse_lag: int
    reverse_effect: float
    reverse_p_value: float
    reverse_q_value: float
    is_peak: bool
    direction_p_value: float
    n_units: int
    n_periods: int
    detectable: float


@dataclass(frozen=True)
class _Series:
    """What is left of one theme: ``values`` (units, periods) and the reliability of each, both drawn to 0."""

    values: np.ndarray
    reliability: np.ndarray


def leading(panel: Panel, tested: Sequence[Pair], *, seed: int) -> list[Lead]:
    """Test every pair of themes over time within units.

    Parameters
    ----------
    panel : Panel
        With at least :data:`FEWEST_UNITS` units and :data:`FEWEST_PERIODS` periods.
    tested : sequence of Pair
    seed : int
        Of the shifts and the bootstrap.

    Returns
    -------
    list of Lead
        Pairs with too few negative mentions, or without movement, are left out.
    """
    series = {"employee": _series(panel.employee), "customer": _series(panel.customer)}
    usable = [pair for pair in tested if pair.employee in series["employee"] and pair.customer in series["customer"]]
    if not usable:
        return []
    units, periods = panel.n_units, len(panel.periods)
    lags = longest_lag(periods)
    rng = np.random.default_rng(seed)
    shifts = rng.integers(0, periods, size=(max(199, min(SHIFTS, LARGE // units)), units))
    resamples = rng.multinomial(units, np.full(units, 1 / units), size=max(100, min(RESAMPLES, LARGE // units)))
    kept = {theme: _kept(of, shifts) for theme, of in series["employee"].items()}
    crossed = [
        _cross(series["employee"][p.employee], series["customer"][p.customer], lags, shifts, kept[p.employee])
        for p in usable
    ]
    common = _common(usable, crossed)
    ahead = [_strongest(item, common, +1) for item in crossed]
    behind = [_strongest(item, common, -1) for item in crossed]
    q = family_q_values(usable, [item.p_value for item in ahead])
    reverse_q = family_q_values(usable, [item.p_value for item in behind])
    leads = []
    for k, pair in enumerate(usable):
        item, best, other = crossed[k], ahead[k], behind[k]
        x, y = series["employee"][pair.employee], series["customer"][pair.customer]
        draws = _draws(item, lags + best.lag, resamples) - common[lags + best.lag]
        freedom = units * (periods - best.lag - 2)
        factor = usable_factor(attenuation(x.reliability, y.reliability), freedom)
        low, high = fisher_interval(best.value, draws, freedom=freedom, clusters=units)
        leads.append(
            Lead(
                pair=pair,
                lag=best.lag,
                effect=_clip(best.value / factor),
                low=_clip(low / factor),
                high=_clip(high / factor),
                p_value=best.p_value,
                q_value=float(q[k]),
                reverse_lag=other.lag,
                reverse_effect=_clip(other.value / factor),
                reverse_p_value=other.p_value,
                reverse_q_value=float(reverse_q[k]),
                is_peak=int(np.argmax(item.observed - common)) == lags + best.lag,
                direction_p_value=_direction(item, lags, best.lag),
                n_units=units,
                n_periods=periods,
                detectable=detectable(freedom, factor),
            )
        )
    return leads


def _series(side: Side) -> dict[str, _Series]:
    """Give what is left of each theme once units, periods and straight trends are taken out."""
    comments = side.comments[:, :-1].astype(float)
    negative = side.negative[:, :-1].astype(float)
    hits = negative.sum(axis=(0, 1))
    chosen = np.flatnonzero(hits >= FEWEST_HITS)
    if not len(chosen):
        return {}
    shares = hits[chosen] / comments.sum()
    within = shares * (1 - shares)
    typical = float(np.median(comments[comments > 0]))
    rates = [
        np.divide(negative[:, :, k], comments, out=np.full_like(comments, share), where=comments > 0) - share
        for k, share in zip(chosen, shares, strict=True)
    ]
    freedom = max(1.0, float((comments > 0).sum()) - 2 * len(comments) - comments.shape[1] + 1)
    raw = [
        _moving_variance(residual(rate, comments), comments, of, freedom)
        for rate, of in zip(rates, within, strict=True)
    ]
    between = pooled_variance(np.array(raw), within, typical, freedom)
    found = {}
    for k, rate, of, variance in zip(chosen, rates, within, between, strict=True):
        noise = np.divide(of, comments, out=np.full_like(comments, np.inf), where=comments > 0)
        scale = max(variance, 0.02 * of / typical)
        weight = scale / (scale + noise)
        values = _even(residual(rate, weight * comments.mean()) * weight)
        if float((values**2).sum()) > 0:
            found[side.themes[k]] = _Series(values, variance / (variance + noise))
    return found


def residual(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Take unit means, unit trends and period means out of values (units, periods), by weighted least squares.

    Cells without weight become 0. Sweeps over both effects until they hardly change, as in the method of
    alternating projections (Gaure 2013). What is left of the common course in units that follow it more or less
    than others goes as well, see :func:`_without_course`.
    """
    left = np.where(weight > 0, values, 0.0)
    time = np.arange(values.shape[1], dtype=float)[None, :]
    unit_weight = np.maximum(weight.sum(axis=1, keepdims=True), 1e-12)
    period_weight = np.maximum(weight.sum(axis=0, keepdims=True), 1e-12)
    centred = time - (weight * time).sum(axis=1, keepdims=True) / unit_weight
    steep = np.maximum((weight * centred**2).sum(axis=1, keepdims=True), 1e-12)
    for _ in range(ROUNDS):
        left = left - (weight * left).sum(axis=0, keepdims=True) / period_weight
        left = left - (weight * left).sum(axis=1, keepdims=True) / unit_weight
        left = left - centred * (weight * centred * left).sum(axis=1, keepdims=True) / steep
    left = np.where(weight > 0, left, 0.0)
    return _without_course(left, weight, (weight * values).sum(axis=0) / period_weight[0])


def _without_course(left: np.ndarray, weight: np.ndarray, course: np.ndarray) -> np.ndarray:
    """Take out how much more or less than the average each unit follows the common course (periods,).

    A season that some units feel more than others would leave both sides of those units moving together.
    Slopes of common correlated effects (Pesaran 2006, Econometrica 74), drawn to zero by their reliability
    (variance between units by the method of moments), so that they take little where there is no such season.
    """
    design = np.column_stack([np.ones(len(course)), np.arange(len(course))])
    course = course - design @ np.linalg.lstsq(design, course, rcond=None)[0]
    if float((course**2).sum()) < 1e-18:
        return left
    energy = np.maximum((weight * course**2).sum(axis=1), 1e-12)
    slopes = (weight * course * left).sum(axis=1) / energy
    units, periods = left.shape
    freedom = max(1.0, float((weight > 0).sum()) - 3 * units - periods + 1)
    noise = max(0.0, float((weight * left**2).sum() - (energy * slopes**2).sum())) / freedom
    between = max(0.0, (float((energy * slopes**2).sum()) - noise * units) / float(energy.sum()))
    drawn = slopes * between / np.maximum(between + noise / energy, 1e-18)
    return np.where(weight > 0, left - drawn[:, None] * course, 0.0)


def _even(values: np.ndarray) -> np.ndarray:
    """Give every period the same spread.

    What a trend and a mean leave is narrower at both ends; on both sides alike, so that series in
    their true order would agree in it and shifted ones would not.
    """
    spread = np.sqrt((values**2).mean(axis=0))
    typical = float(np.median(spread))
    return np.asarray(values * np.clip(typical / np.maximum(spread, 1e-12), 0.5, 2.0))


def _moving_variance(left: np.ndarray, comments: np.ndarray, within: float, freedom: float) -> float:
    """Give the variance of true shares within units, by the method of moments; it may be below zero."""
    spread = float((comments * left**2).sum())
    scale = float(comments.sum()) * freedom / max(1.0, float((comments > 0).sum()))
    return (spread - within * freedom) / scale


@dataclass(frozen=True)
class _Cross:
    """Correlations of one pair at lags -K to K.

    Attributes
    ----------
    observed : ndarray, shape (2 K + 1,)
    null : ndarray, shape (shifts, 2 K + 1)
    units : ndarray, shape (2 K + 1, units)
        Each unit's part of the covariance.
    energy : ndarray, shape (2, units)
        Each unit's part of both variances.
    """

    observed: np.ndarray
    null: np.ndarray
    units: np.ndarray
    energy: np.ndarray


def _kept(x: _Series, shifts: np.ndarray) -> np.ndarray:
    """Give, for every permutation, how much of the employees' series is left beside unit means and trends, 0 to 1.

    A series that is moved round has a mean and a trend again, which the customers' series cannot answer to.
    """
    units, periods = x.values.shape
    time = np.arange(periods) - (periods - 1) / 2
    time = time / np.sqrt((time**2).sum())
    lost = np.zeros((units, periods))
    for shift in range(periods):
        moved = np.roll(x.values, shift, axis=1)
        lost[:, shift] = moved.sum(axis=1) ** 2 / periods + (moved @ time) ** 2
    share = lost[np.arange(units)[None, :], shifts].sum(axis=1) / float((x.values**2).sum())
    return np.asarray(np.sqrt(np.maximum(1 - share, 0.05)))


def _cross(x: _Series, y: _Series, lags: int, shifts: np.ndarray, kept: np.ndarray) -> _Cross:
    n_units, periods = x.values.shape
    scale = np.sqrt((x.values**2).sum() * (y.values**2).sum())
    rows = np.arange(n_units)[None, :]
    units, null = [], []
    for lag in range(-lags, lags + 1):
        # table[u, s] is unit u's covariance at this lag with its employees moved s periods round.
        table = np.zeros((n_units, periods))
        first, last = max(0, lag), periods + min(0, lag)
        for t in range(first, last):
            table += x.values[:, (t - lag - np.arange(periods)) % periods] * y.values[:, [t]]
        table *= periods / (last - first) / scale
        units.append(table[:, 0])
        null.append(table[rows, shifts].sum(axis=1) / kept)
    stacked = np.stack(units)
    energy = np.stack([(x.values**2).sum(axis=1), (y.values**2).sum(axis=1)]) / [
        [(x.values**2).sum()],
        [(y.values**2).sum()],
    ]
    return _Cross(stacked.sum(axis=1), np.stack(null, axis=1), stacked, energy)


def _common(tested: Sequence[Pair], crossed: Sequence[_Cross]) -> np.ndarray:
    """Give, for every lag, what pairs show which nobody expects to go together; never below zero."""
    rest = [item.observed for pair, item in zip(tested, crossed, strict=True) if pair.family == EXPLORATORY]
    if len(rest) < 10:
        return np.zeros_like(crossed[0].observed)
    return np.asarray(np.maximum(0.0, np.median(np.stack(rest), axis=0)))


@dataclass(frozen=True)
class _Best:
    lag: int
    value: float
    p_value: float


def _strongest(item: _Cross, common: np.ndarray, sign: int) -> _Best:
    """Give the strongest lag of one direction, with a p-value that knows it is the strongest of several."""
    lags = len(common) // 2
    columns = [lags + sign * lag for lag in range(1, lags + 1)]
    values = (item.observed - common)[columns]
    best = int(np.argmax(values))
    return _Best(best + 1, float(values[best]), tail_of_largest(float(values[best]), item.null[:, columns]))


def _draws(item: _Cross, column: int, resamples: np.ndarray) -> np.ndarray:
    scale = np.sqrt((resamples @ item.energy[0]) * (resamples @ item.energy[1]))
    return np.asarray((resamples @ item.units[column]) / np.maximum(scale, 1e-12))


def _direction(item: _Cross, lags: int, lag: int) -> float:
    """Give the chance of such a difference between both directions if time ran as well backwards.

    A t-test over units of the covariance at the lag less that at the same lag the other way round; a
    common shock, however long it lasts, adds the same to both.
    """
    from scipy import stats

    difference = item.units[lags + lag] - item.units[lags - lag]
    spread = float(difference.std(ddof=1))
    if spread <= 0:
        return 1.0
    t = float(difference.mean()) / spread * np.sqrt(len(difference))
    return float(stats.t.sf(t, len(difference) - 1))


def _clip(value: float) -> float:
    return float(min(1.0, max(-1.0, value)))
