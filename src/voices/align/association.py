"""Association of two columns over units: adjusted, tested by permutation, with a bootstrap interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

PRIOR_FREEDOM = 20
"""Weight, in degrees of freedom, of what all themes of a voice show together."""
MOST_SPREAD = 0.5
"""Standard error of a corrected correlation from which on it is corrected no further: noise would look like a link."""
FEW_EXCEEDANCES = 10
"""With fewer permutations beyond the observed value its p-value is read from a fitted tail."""


@dataclass(frozen=True)
class Rates:
    """How much the units differ in one theme.

    Attributes
    ----------
    scores : ndarray, shape (units,)
        Best estimate of how far the unit's share lies from what is expected of it; estimates from
        few comments are drawn towards zero.
    reliability : ndarray, shape (units,)
        Part of the variance of a unit's share that is not sampling error, 0 to 1.
    icc : float
        ICC(1) of the theme by itself: part of the variance between comments that lies between units.
    logit : ndarray, shape (units,)
        The difference on the logit scale, not drawn to zero.
    precision : ndarray, shape (units,)
        Inverse variance of ``logit`` as a measure of the unit's general mood.
    """

    scores: np.ndarray
    reliability: np.ndarray
    icc: float
    logit: np.ndarray
    precision: np.ndarray


def unit_rates(negative: np.ndarray, comments: np.ndarray, expected: np.ndarray) -> list[Rates]:
    """Estimate how units differ in the shares of comments in which themes are negative.

    Parameters
    ----------
    negative, expected : ndarray, shape (units, themes)
        Hits, and the hits that a unit like all others would have; at least one hit a theme.
    comments : ndarray, shape (units,)
        At least 1.

    Notes
    -----
    Variance between units by the method of moments of one-way random effects (Cochran 1939;
    DerSimonian and Laird 1986), drawn towards what all themes of the voice show together, since a
    few units say little about one; scores are empirical Bayes means, the units' deviations times
    their reliability.
    """
    total = float(comments.sum())
    share = np.clip(negative.sum(axis=0) / total, 1e-9, 1 - 1e-9)
    within = share * (1 - share)
    deviation = (negative - expected) / comments[:, None]
    deviation = deviation - (comments @ deviation) / total
    freedom = max(1e-9, total - float((comments.astype(float) ** 2).sum()) / total)
    raw = (comments @ deviation**2 - within * (len(comments) - 1)) / freedom
    typical = float(np.median(comments))
    between = pooled_variance(raw, within, typical, len(comments) - 1)
    rates = []
    for k in range(len(share)):
        # Even without visible differences a unit of many comments should count for more than one of few.
        scale, noise = max(between[k], 0.02 * within[k] / typical), within[k] / comments
        own = max(0.0, float(raw[k]))
        rates.append(
            Rates(
                scores=deviation[:, k] * scale / (scale + noise),
                reliability=between[k] / (between[k] + noise),
                icc=own / (own + float(within[k])),
                logit=deviation[:, k] / within[k],
                precision=1 / (0.25 + 1 / (comments * within[k])),
            )
        )
    return rates


def pooled_variance(raw: np.ndarray, within: np.ndarray, comments: float, freedom: float) -> np.ndarray:
    """Draw each theme's variance of true shares towards what all themes show together.

    Parameters
    ----------
    raw : ndarray, shape (themes,)
        Estimates by the method of moments, which may be below zero.
    within : ndarray, shape (themes,)
        share * (1 - share).
    comments : float
        Typical number of comments behind one share.
    freedom : float
        Degrees of freedom of one estimate; :data:`PRIOR_FREEDOM` of the common one are added.

    Returns
    -------
    ndarray, shape (themes,)
        At least 0. Themes are compared on the logit scale, where the rare ones vary as the common ones do,
        and count by how well their variance is known.
    """
    weight = (comments * within) ** 2
    common = float((weight * raw / within**2).sum() / weight.sum())
    mixed = (freedom * raw + PRIOR_FREEDOM * common * within**2) / (freedom + PRIOR_FREEDOM)
    return np.asarray(np.maximum(mixed, 0.0))


def normal_scores(values: np.ndarray) -> np.ndarray:
    """Give normal quantiles of the ranks, centred, of unit length; zeros where all values are equal.

    Ranks keep one odd unit from deciding; normal quantiles of them lose no power where the values
    are near normal, as plain ranks do (van der Waerden 1952; positions by Blom 1958).
    """
    scores = stats.norm.ppf((stats.rankdata(values) - 0.375) / (len(values) + 0.25))
    scores = scores - scores.mean()
    length = float(np.sqrt((scores**2).sum()))
    return np.asarray(scores / length if length > 1e-9 else np.zeros(len(scores)))


def basis(covariates: np.ndarray) -> np.ndarray:
    """Give an orthonormal basis (units, rank) of a constant and the covariates (units, k)."""
    design = np.column_stack([np.ones(len(covariates)), covariates])
    left, values, _ = np.linalg.svd(design, full_matrices=False)
    return np.asarray(left[:, values > values[0] * 1e-8])


def tail_probability(observed: float, null: np.ndarray) -> float:
    """Give the chance of a value as large as the observed one under a permutation null.

    Notes
    -----
    Counted, (1 + exceedances) / (1 + permutations), where at least ten permutations reach the
    observed value; beyond that the tail of a Pearson type III distribution with the null's first three
    moments (Winkler et al. 2016, NeuroImage 141), so that few permutations do not limit how small
    a p-value can be.
    """
    return _tail(observed, null, null[:, None])


def tail_of_largest(observed: float, null: np.ndarray) -> float:
    """Give the chance that the largest of several values is as large as the observed one.

    Parameters
    ----------
    observed : float
    null : ndarray, shape (permutations, values)

    Notes
    -----
    As :func:`tail_probability`; beyond what permutations can count, the sum of the tails of the single
    values (Bonferroni), which for such small chances is hardly above the chance of any of them.
    """
    return _tail(observed, null.max(axis=1), null)


def _tail(observed: float, largest: np.ndarray, single: np.ndarray) -> float:
    beyond = int((largest >= observed).sum())
    counted = (1 + beyond) / (1 + len(largest))
    spread = single.std(axis=0)
    if beyond >= FEW_EXCEEDANCES or not spread.all():
        return counted
    skew = np.maximum(stats.skew(single, axis=0), 0.0)
    fitted = stats.pearson3.sf((observed - single.mean(axis=0)) / spread, skew).sum()
    return min(1.0, max(float(fitted), 1e-12))


@dataclass(frozen=True)
class Association:
    """A partial rank correlation of two columns over units.

    Attributes
    ----------
    observed : float
        The correlation as it is, -1 to 1.
    null : ndarray, shape (permutations,)
        Correlations after permutation of the units.
    draws : ndarray, shape (bootstrap,)
        Correlations in bootstrap samples of the units.
    covariates : int
        Degrees of freedom that the adjustment took.
    """

    observed: float
    null: np.ndarray
    draws: np.ndarray
    covariates: int


def partial_association(
    x: np.ndarray, y: np.ndarray, covariates: np.ndarray, permutations: np.ndarray, resamples: np.ndarray
) -> Association:
    """Correlate x and y over units after both are adjusted for covariates.

    Parameters
    ----------
    x, y : ndarray, shape (units,)
        See :func:`normal_scores`.
    covariates : ndarray, shape (units, k)
        Normal scores too.
    permutations : ndarray of int, shape (permutations, units)
        Orders of the units.
    resamples : ndarray, shape (bootstrap, units)
        How often each unit is in each bootstrap sample.

    Notes
    -----
    Freedman and Lane (1983): the residuals of y are permuted, and adjusted again. Kendall (1942) for
    the partial rank correlation.
    """
    q = basis(covariates)
    x_left, y_left = x - q @ (q.T @ x), y - q @ (q.T @ y)
    x_norm, y_norm = float(np.linalg.norm(x_left)), float(np.linalg.norm(y_left))
    if x_norm < 1e-9 or y_norm < 1e-9:
        return Association(0.0, np.zeros(len(permutations)), np.zeros(len(resamples)), q.shape[1] - 1)
    x_left, y_left = x_left / x_norm, y_left / y_norm
    shuffled = y_left[permutations]
    lost = shuffled @ q
    null = shuffled @ x_left / np.sqrt(np.maximum(1 - (lost**2).sum(axis=1), 1e-9))
    return Association(
        observed=float(x_left @ y_left),
        null=null,
        draws=_bootstrap(x, y, covariates, resamples),
        covariates=q.shape[1] - 1,
    )


def _bootstrap(x: np.ndarray, y: np.ndarray, covariates: np.ndarray, resamples: np.ndarray) -> np.ndarray:
    """Give the partial correlation in every bootstrap sample, from weighted moments."""
    columns = np.column_stack([x, y, covariates])
    size, width = columns.shape
    weight = resamples / size
    means = weight @ columns
    products = (columns[:, :, None] * columns[:, None, :]).reshape(size, width * width)
    moments = (weight @ products).reshape(-1, width, width) - means[:, :, None] * means[:, None, :]
    target, other = moments[:, :2, :2], moments[:, 2:, 2:]
    cross = moments[:, 2:, :2]
    ridge = 1e-9 * np.eye(width - 2) * np.maximum(np.trace(other, axis1=1, axis2=2), 1e-9)[:, None, None]
    left = target - cross.transpose(0, 2, 1) @ np.linalg.solve(other + ridge, cross) if width > 2 else target
    scale = np.sqrt(np.maximum(left[:, 0, 0] * left[:, 1, 1], 1e-18))
    return np.asarray(np.clip(left[:, 0, 1] / scale, -1, 1))


def attenuation(x: np.ndarray, y: np.ndarray) -> float:
    """Give the factor by which sampling error shrinks the correlation of two columns of scores.

    Parameters
    ----------
    x, y : ndarray, shape (units,)
        Reliability of each unit's value, 0 to 1.

    Returns
    -------
    float
        0 to 1; the correlation of the true values is the observed one divided by it.

    Notes
    -----
    Spearman (1904), for scores that are drawn to the mean by their own reliability: their
    covariance holds the product of both reliabilities, their variances one each.
    """
    scale = math.sqrt(float(x.mean()) * float(y.mean()))
    return float((x * y).mean()) / scale if scale > 0 else 0.0


def clipped(value: float) -> float:
    """Give a correlation within -1 to 1, which one that was corrected may pass."""
    return float(min(1.0, max(-1.0, value)))


def usable_factor(factor: float, freedom: float, value: float = 0.0) -> float:
    """Give the factor by which a correlation may be corrected.

    Parameters
    ----------
    factor : float
        See :func:`attenuation`.
    freedom : float
        Degrees of freedom of the correlation, whose standard error is one over their root.
    value : float
        The correlation itself, which no correction may take beyond 1.

    Returns
    -------
    float
        The factor, but not so small that the corrected value's standard error passes :data:`MOST_SPREAD`.

    Examples
    --------
    >>> usable_factor(0.8, 60), usable_factor(0.1, 16)
    (0.8, 0.5)
    """
    return min(1.0, max(factor, abs(value), 1 / (MOST_SPREAD * math.sqrt(max(1.0, freedom)))))


def left_after(reliability: float, explained: float) -> float:
    """Give the reliability of what is left of a column once covariates explain part of its variance."""
    return max(0.0, (reliability - explained) / (1 - explained)) if explained < 1 else 0.0


def fisher_interval(
    value: float, draws: np.ndarray, *, freedom: int, clusters: int | None = None
) -> tuple[float, float]:
    """Give the 95 % interval of a correlation from the spread of its bootstrap draws.

    On Fisher's scale, where the spread hardly depends on the value; never narrower than theory
    gives it (Fisher 1921: variance 1 / (n - 3)), and for single values at most half as wide again, since
    samples of few units repeat so many that their spread means little.

    Parameters
    ----------
    value : float
        -1 to 1.
    draws : ndarray
        Bootstrap values of the same correlation.
    freedom : int
        Degrees of freedom of the correlation.
    clusters : int or None
        Units that were drawn, where each holds several values; None takes the degrees of freedom.
    """
    edge = 1 - 1e-6
    middle = math.atanh(min(max(value, -edge), edge))
    spread = float(np.arctanh(np.clip(draws, -edge, edge)).std()) if len(draws) else 0.0
    theory = 1 / math.sqrt(max(1, freedom - 3))
    spread = max(spread, theory) if clusters else min(max(spread, theory), 1.5 * theory)
    half = float(stats.t.ppf(0.975, max(2, (clusters or freedom) - 2))) * spread
    return math.tanh(middle - half), math.tanh(middle + half)


def detectable(freedom: int, factor: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """Give the smallest true correlation that a test over units would find in four of five cases.

    Parameters
    ----------
    freedom : int
        Units less covariates.
    factor : float
        See :func:`attenuation`.
    alpha, power : float
        Two-sided error rate and chance to find it.

    Returns
    -------
    float
        0 to 1; 1 where no correlation would be found.

    Examples
    --------
    >>> round(detectable(75, 1.0), 2), round(detectable(20, 1.0), 2)
    (0.32, 0.59)
    """
    if freedom <= 3 or factor <= 0:
        return 1.0
    z = float(stats.norm.ppf(1 - alpha / 2) + stats.norm.ppf(power)) * 1 / math.sqrt(freedom - 3)
    return min(1.0, math.tanh(z) / factor)
