"""Layer 4, *leading*: within a unit, complaints of employees come before complaints of customers.

What is constant in a unit, what happens everywhere in a period, each unit's straight trend and its own
share in common seasons are taken out. What employees wrote up to K periods before is then compared with what is
new among customers (that is, beyond what their own past leads to expect), against circular shifts in
time within each unit. A lead must also be the peak over all lags, both ways and none, and stronger than
the best lag the other way round: two sides that worsen together have no leader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from voices.align.association import attenuation, clipped, detectable, fisher_interval, tail_of_largest, usable_factor
from voices.align.linked import FEWEST_UNRELATED
from voices.align.panel import Panel
from voices.align.paths import EXPLORATORY, Pair, family_q_values
from voices.align.series import Series, series_of

FEWEST_PERIODS = 6
FEWEST_UNITS = 8
LONGEST_LAG = 6
SHIFTS, RESAMPLES = 999, 500
LARGE = 2_000_000


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
        Whether no other lag, of either direction or none, is stronger.
    direction_p_value : float
        One-sided: that the strongest lag is stronger than the strongest one the other way round.
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
    mine, theirs = series_of(panel.employee), series_of(panel.customer, shifts=1)
    usable = [pair for pair in tested if pair.employee in mine and pair.customer in theirs]
    if not usable:
        return []
    units, periods = panel.n_units, len(panel.periods)
    lags = longest_lag(periods)
    rng = np.random.default_rng(seed)
    shifts = rng.integers(0, periods, size=(max(199, min(SHIFTS, LARGE // units)), units))
    resamples = rng.multinomial(units, np.full(units, 1 / units), size=max(100, min(RESAMPLES, LARGE // units)))
    scores = [_scores(mine[p.employee], theirs[p.customer], lags, shifts) for p in usable]
    effects = [_effects(mine[p.employee], theirs[p.customer], lags) for p in usable]
    shared_score = _common(usable, [item.observed for item in scores])
    shared_effect = _common(usable, [item.observed for item in effects])
    ahead = [_strongest(item, shared_score, +1) for item in scores]
    behind = [_strongest(item, shared_score, -1) for item in scores]
    q = family_q_values(usable, [item.p_value for item in ahead])
    reverse_q = family_q_values(usable, [item.p_value for item in behind])
    leads = []
    for k, pair in enumerate(usable):
        best, other, effect = ahead[k], behind[k], effects[k]
        freedom = units * (periods - best.lag - 2)
        at, back = lags + best.lag, lags - other.lag
        value = float(effect.observed[at] - shared_effect[at])
        shrunk = attenuation(mine[pair.employee].reliability, theirs[pair.customer].reliability)
        factor = usable_factor(shrunk, freedom, value)
        draws = _draws(effect, at, resamples)
        ends = fisher_interval(float(effect.observed[at]), draws, freedom=freedom, clusters=units)
        low, high = (end - float(shared_effect[at]) for end in ends)
        leads.append(
            Lead(
                pair=pair,
                lag=best.lag,
                effect=clipped(value / factor),
                low=clipped(low / factor),
                high=clipped(high / factor),
                p_value=best.p_value,
                q_value=float(q[k]),
                reverse_lag=other.lag,
                reverse_effect=clipped(float(effect.observed[back] - shared_effect[back]) / factor),
                reverse_p_value=other.p_value,
                reverse_q_value=float(reverse_q[k]),
                is_peak=int(np.argmax(scores[k].observed - shared_score)) == at,
                direction_p_value=_direction(scores[k], shared_score),
                n_units=units,
                n_periods=periods,
                detectable=detectable(freedom, factor),
            )
        )
    return leads


@dataclass(frozen=True)
class _Scores:
    """How strongly one course follows another at lags -K to K, in standard errors under the null.

    Attributes
    ----------
    observed : ndarray, shape (2 K + 1,)
    null : ndarray, shape (shifts, 2 K + 1)
    """

    observed: np.ndarray
    null: np.ndarray


@dataclass(frozen=True)
class _Effects:
    """Correlations of the courses as they are.

    Attributes
    ----------
    observed : ndarray, shape (2 K + 1,)
    units : ndarray, shape (2 K + 1, units)
        Each unit's part of the covariance.
    energy : ndarray, shape (2, units)
        Each unit's part of both variances.
    """

    observed: np.ndarray
    units: np.ndarray
    energy: np.ndarray


def _scores(x: Series, y: Series, lags: int, shifts: np.ndarray) -> _Scores:
    """Compare the smoothed past of one course with what is new in the other, at every lag and both ways.

    What a course owes to its own past is no lead of the other: hence what is new, not what is there. At lag
    0 both ways are tried, and the stronger counts.
    """
    forward = [_standard(_table(x.smooth, y.fresh[:, 0], lag), shifts) for lag in range(lags + 1)]
    backward = [_standard(_table(x.fresh, y.smooth[:, 0], -lag), shifts) for lag in range(lags + 1)]
    ways = [*backward[:0:-1], *forward]
    observed, null = np.array([way[0] for way in ways]), np.stack([way[1] for way in ways], axis=1)
    level = backward[0]
    observed[lags], null[:, lags] = max(observed[lags], level[0]), np.maximum(null[:, lags], level[1])
    return _Scores(observed, null)


def _table(x: np.ndarray, y: np.ndarray, lag: int) -> np.ndarray:
    """Give table[u, s]: unit u's covariance at a lag with its employees' course (units, shifts, periods) moved by s."""
    periods = x.shape[2]
    first, last = max(0, lag), periods + min(0, lag)
    return np.asarray(x[:, :, first - lag : last - lag] @ y[:, first:last, None])[:, :, 0]


def _standard(table: np.ndarray, shifts: np.ndarray) -> tuple[float, np.ndarray]:
    """Give the observed sum and those of the shifts, in standard deviations of the latter."""
    null = table[np.arange(len(table))[None, :], shifts].sum(axis=1)
    spread = float(null.std())
    if spread <= 0:
        return 0.0, np.zeros(len(null))
    return float(table[:, 0].sum() - null.mean()) / spread, (null - null.mean()) / spread


def _effects(x: Series, y: Series, lags: int) -> _Effects:
    """Correlate both courses as they are, at every lag."""
    periods = x.values.shape[1]
    squares = [(of.values**2).sum(axis=1) for of in (x, y)]
    scale = np.sqrt(squares[0].sum() * squares[1].sum())
    units = []
    for lag in range(-lags, lags + 1):
        first, last = max(0, lag), periods + min(0, lag)
        both = x.values[:, first - lag : last - lag] * y.values[:, first:last]
        units.append(both.sum(axis=1) * periods / (last - first) / scale)
    stacked = np.stack(units)
    return _Effects(stacked.sum(axis=1), stacked, np.stack([square / square.sum() for square in squares]))


def _common(tested: Sequence[Pair], observed: Sequence[np.ndarray]) -> np.ndarray:
    """Give, for every lag, what pairs show which nobody expects to go together; never below zero."""
    rest = [values for pair, values in zip(tested, observed, strict=True) if pair.family == EXPLORATORY]
    if len(rest) < FEWEST_UNRELATED:
        return np.zeros_like(observed[0])
    return np.asarray(np.maximum(0.0, np.median(np.stack(rest), axis=0)))


@dataclass(frozen=True)
class _Best:
    lag: int
    p_value: float


def _strongest(item: _Scores, common: np.ndarray, sign: int) -> _Best:
    """Give the strongest lag of one direction, with a p-value that knows it is the strongest of several."""
    lags = len(common) // 2
    columns = [lags + sign * lag for lag in range(1, lags + 1)]
    values = (item.observed - common)[columns]
    best = int(np.argmax(values))
    return _Best(best + 1, tail_of_largest(float(values[best]), item.null[:, columns]))


def _draws(item: _Effects, column: int, resamples: np.ndarray) -> np.ndarray:
    scale = np.sqrt((resamples @ item.energy[0]) * (resamples @ item.energy[1]))
    return np.asarray((resamples @ item.units[column]) / np.maximum(scale, 1e-12))


def _direction(item: _Scores, common: np.ndarray) -> float:
    """Give the chance that the strongest lag of employees beats the strongest of customers by as much.

    Against the same difference under the shifts, which know no direction.
    """
    lags = len(common) // 2
    observed = item.observed - common
    difference = float(observed[lags + 1 :].max() - observed[:lags].max())
    null = item.null[:, lags + 1 :].max(axis=1) - item.null[:, :lags].max(axis=1)
    return float((1 + (null >= difference).sum()) / (1 + len(null)))
