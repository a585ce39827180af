"""Layer 3, *linked*: in units where employees complain more of one thing, customers complain more of another.

Rank correlation over units, adjusted for the size of the unit on both sides and for its general
mood (how negative all *other* themes are there), against permutations of the units. What unrelated
themes still have in common in the same units is taken off the result, so that one grumpy place, or
many, does not make everything "linked".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from voices.align.association import (
    Association,
    Rates,
    attenuation,
    basis,
    clipped,
    detectable,
    fisher_interval,
    left_after,
    normal_scores,
    partial_association,
    tail_probability,
    unit_rates,
    usable_factor,
)
from voices.align.panel import Panel, Side
from voices.align.paths import EXPLORATORY, Pair, family_q_values

FEWEST_UNITS = 8
FEWEST_HITS = 10
"""Negative mentions below which a theme is not tested on that side."""
FEWEST_UNRELATED = 3
"""Unrelated pairs of themes below which nothing is said of what all pairs share."""
MANY_UNRELATED = 20
"""Unrelated pairs from which on the middle of what they share is known well enough."""
PERMUTATIONS, RESAMPLES = 1999, 500
LARGE = 2_000_000
"""Permutations times units up to which all permutations are made."""


@dataclass(frozen=True)
class Link:
    """What the units say about one pair of themes.

    Attributes
    ----------
    effect, low, high : float
        Correlation of the true shares over units with its 95 % interval: adjusted, above what unrelated
        themes share, corrected for sampling error; -1 to 1.
    observed : float
        The adjusted rank correlation as it is.
    p_value, q_value : float
        One-sided: more complaints here go with more complaints there.
    n_units : int
    detectable : float
        Smallest true correlation that these units would show in four of five cases.
    employee_icc, customer_icc : float
        ICC(1) of the theme on each side: part of the variance between comments that lies between units.
    employee_reliability, customer_reliability : float
        ICC(2): mean reliability of the units' shares.
    """

    pair: Pair
    effect: float
    low: float
    high: float
    observed: float
    p_value: float
    q_value: float
    n_units: int
    detectable: float
    employee_icc: float
    customer_icc: float
    employee_reliability: float
    customer_reliability: float


@dataclass(frozen=True)
class _Column:
    rates: Rates
    scores: np.ndarray


@dataclass(frozen=True)
class Adjusted:
    """Both columns of a pair with what they are adjusted for; all as normal scores.

    Attributes
    ----------
    x, y : ndarray, shape (units,)
        How much employees and customers complain.
    covariates : ndarray, shape (units, 4)
        Comments of employees and of customers, and how negative all other themes of each are.
    """

    x: np.ndarray
    y: np.ndarray
    covariates: np.ndarray


def linked(panel: Panel, tested: Sequence[Pair], *, seed: int) -> list[Link]:
    """Test every pair of themes over the units.

    Parameters
    ----------
    panel : Panel
        With at least :data:`FEWEST_UNITS` units.
    tested : sequence of Pair
    seed : int
        Of the permutations and the bootstrap.

    Returns
    -------
    list of Link
        Pairs with too few negative mentions on a side are left out.
    """
    sides = _sides(panel)
    columns = _adjusted(panel, sides, tested)
    usable = list(columns)
    if not usable:
        return []
    permutations, resamples = _draws(panel.n_units, seed)
    results = [partial_association(c.x, c.y, c.covariates, permutations, resamples) for c in columns.values()]
    common = _common(usable, [result.observed for result in results])
    p_values = [tail_probability(result.observed - common, result.null) for result in results]
    q = family_q_values(usable, p_values)
    return [
        _link(pair, sides, columns[pair], result, common, (p_values[k], float(q[k])))
        for k, (pair, result) in enumerate(zip(usable, results, strict=True))
    ]


def adjusted_columns(panel: Panel, tested: Sequence[Pair]) -> dict[Pair, Adjusted]:
    """Give what :func:`linked` correlates: pair -> both columns with their covariates."""
    return _adjusted(panel, _sides(panel), tested)


def _sides(panel: Panel) -> dict[str, dict[str, _Column]]:
    return {"employee": _columns(panel.employee), "customer": _columns(panel.customer)}


def _adjusted(panel: Panel, sides: dict[str, dict[str, _Column]], tested: Sequence[Pair]) -> dict[Pair, Adjusted]:
    sizes = np.column_stack([normal_scores(side.unit_totals()[0]) for side in (panel.employee, panel.customer)])
    moods = {voice: {theme: _mood(of, theme) for theme in of} for voice, of in sides.items()}
    return {
        pair: Adjusted(
            sides["employee"][pair.employee].scores,
            sides["customer"][pair.customer].scores,
            np.column_stack([sizes, moods["employee"][pair.employee], moods["customer"][pair.customer]]),
        )
        for pair in tested
        if pair.employee in sides["employee"] and pair.customer in sides["customer"]
    }


def _draws(n_units: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Give orders of the units, and how often each is in each bootstrap sample; fewer for very many units."""
    rng = np.random.default_rng(seed)
    n_orders, n_samples = (max(199, min(most, LARGE // n_units)) for most in (PERMUTATIONS, RESAMPLES))
    permutations = rng.permuted(np.tile(np.arange(n_units), (n_orders, 1)), axis=1)
    return permutations, rng.multinomial(n_units, np.full(n_units, 1 / n_units), size=n_samples).astype(float)


def _link(
    pair: Pair,
    sides: dict[str, dict[str, _Column]],
    columns: Adjusted,
    result: Association,
    common: float,
    p_and_q: tuple[float, float],
) -> Link:
    x, y = sides["employee"][pair.employee], sides["customer"][pair.customer]
    freedom = len(x.scores) - result.covariates
    shrunk = attenuation(_left(x, columns.covariates), _left(y, columns.covariates))
    factor = usable_factor(shrunk - common, freedom, result.observed - common)
    low, high = (end - common for end in fisher_interval(result.observed, result.draws, freedom=freedom))
    return Link(
        pair=pair,
        effect=clipped((result.observed - common) / factor),
        low=clipped(low / factor),
        high=clipped(high / factor),
        observed=result.observed,
        p_value=p_and_q[0],
        q_value=p_and_q[1],
        n_units=len(x.scores),
        detectable=detectable(freedom, factor),
        employee_icc=x.rates.icc,
        customer_icc=y.rates.icc,
        employee_reliability=float(x.rates.reliability.mean()),
        customer_reliability=float(y.rates.reliability.mean()),
    )


def _columns(side: Side) -> dict[str, _Column]:
    comments, negative = side.unit_totals()
    expected = side.expected()
    chosen = np.flatnonzero(negative.sum(axis=0) >= FEWEST_HITS)
    if not len(chosen):
        return {}
    rates = unit_rates(negative[:, chosen], comments, expected[:, chosen])
    return {side.themes[k]: _Column(of, normal_scores(of.scores)) for k, of in zip(chosen, rates, strict=True)}


def _mood(columns: dict[str, _Column], theme: str) -> np.ndarray:
    """Give normal scores of how negative all other themes of a voice are in each unit, the surer ones counting more."""
    others = [column.rates for name, column in columns.items() if name != theme]
    if not others:
        return np.zeros(len(columns[theme].scores))
    weight = np.stack([rates.precision for rates in others])
    return normal_scores((np.stack([rates.logit for rates in others]) * weight).sum(axis=0) / weight.sum(axis=0))


def _common(tested: Sequence[Pair], observed: Sequence[float]) -> float:
    """Give the association that pairs show which nobody expects to go together; never below zero.

    The centre of an empirical null (Efron 2004, JASA 99): with a common cause that the adjustment
    does not catch, all pairs lie above zero, and only what rises above them is news. The median of
    hundreds of pairs is sure to about a tenth of the error of one, so that it costs no power.
    """
    rest = [value for pair, value in zip(tested, observed, strict=True) if pair.family == EXPLORATORY]
    if len(rest) < FEWEST_UNRELATED:
        return 0.0
    # Few pairs know their middle badly: then its standard error goes on top.
    doubt = 1.25 * float(np.std(rest)) / np.sqrt(len(rest)) if len(rest) < MANY_UNRELATED else 0.0
    return max(0.0, float(np.median(rest)) + doubt)


def _left(column: _Column, covariates: np.ndarray) -> np.ndarray:
    """Give the reliability of each unit's value once the covariates are taken out of it."""
    q = basis(covariates)
    explained = float(((q.T @ column.scores) ** 2).sum())
    n, used = len(column.scores), q.shape[1] - 1
    adjusted = max(0.0, 1 - (1 - explained) * (n - 1) / max(1, n - used - 1))
    reliability = column.rates.reliability
    mean = float(reliability.mean())
    return reliability * (left_after(mean, adjusted) / mean) if mean > 0 else reliability
