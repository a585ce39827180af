"""What is left of a theme's course within units once units, periods, trends and seasons are taken out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voices.align.association import pooled_variance
from voices.align.panel import Side

FEWEST_HITS = 20
"""Negative mentions below which a theme has no course."""
ROUNDS = 12
"""Sweeps of the removal of unit and period effects."""
MOST_PERSISTENT = 0.8


@dataclass(frozen=True)
class Series:
    """The course of one theme.

    Attributes
    ----------
    values : ndarray, shape (units, periods)
        What is left of the share, drawn to 0 by the reliability of the cell; 0 where nobody wrote.
    reliability : ndarray, shape (units, periods)
        Part of the variance of each cell that is not sampling error, 0 to 1.
    smooth : ndarray, shape (units, shifts, periods)
        Best guess of the true course, each period helped by its neighbours as far as courses persist: as it is
        at shift 0, and as it would be with its white part moved round by so many periods.
    fresh : ndarray, shape (units, shifts, periods)
        What is new in each period: the course whitened; likewise.
    """

    values: np.ndarray
    reliability: np.ndarray
    smooth: np.ndarray
    fresh: np.ndarray


def series_of(side: Side, *, shifts: int | None = None) -> dict[str, Series]:
    """Give theme -> course, for the themes of a voice that are negative often enough and that move.

    Parameters
    ----------
    side : Side
    shifts : int or None
        How many shifts ``smooth`` and ``fresh`` hold; None holds one for every period, 1 the course as it is.

    Notes
    -----
    A true course is taken for a first-order autoregression within the unit, seen through the sampling
    error of the shares; variance and persistence are estimated by the method of moments. ``smooth`` is
    then S (S + D)^-1 x and ``fresh`` (S + D)^-1 x, with S the covariance of the course and D the sampling
    error: their product at a lag is the score test for one course following the other beside its own past.
    """
    comments = side.comments[:, :-1].astype(float)
    negative = side.negative[:, :-1].astype(float)
    hits = negative.sum(axis=(0, 1))
    chosen = np.flatnonzero(hits >= FEWEST_HITS)
    if not len(chosen):
        return {}
    shares = np.clip(hits[chosen] / comments.sum(), 1e-6, 1 - 1e-6)
    within = shares * (1 - shares)
    typical = float(np.median(comments[comments > 0]))
    there = comments > 0
    rates = [
        np.divide(negative[:, :, k], comments, out=np.full_like(comments, share), where=there) - share
        for k, share in zip(chosen, shares, strict=True)
    ]
    freedom = max(1.0, float(there.sum()) - 2 * len(comments) - comments.shape[1] + 1)
    left = [residual(rate, comments) for rate in rates]
    raw = [_moving_variance(rate, comments, of, freedom) for rate, of in zip(left, within, strict=True)]
    between = pooled_variance(np.array(raw), within, typical, freedom)
    persistence, inflation = _persistence(left, comments, within)
    found = {}
    for k, rate, of, variance in zip(chosen, rates, within, between, strict=True):
        noise = np.divide(of, comments, out=np.full_like(comments, np.inf), where=there)
        scale = max(float(variance), 0.02 * float(of) / typical)
        weight = scale / (scale + noise)
        course = residual(rate, weight * comments.mean())
        if float(((course * weight) ** 2).sum()) > 0:
            smooth, fresh = _filtered(course, noise, scale * inflation, persistence, shifts or course.shape[1])
            found[side.themes[k]] = Series(course * weight, variance / (variance + noise), smooth, fresh)
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


def _moving_variance(left: np.ndarray, comments: np.ndarray, within: float, freedom: float) -> float:
    """Give the variance of true shares within units, by the method of moments; it may be below zero."""
    spread = float((comments * left**2).sum())
    scale = float(comments.sum()) * freedom / max(1.0, float((comments > 0).sum()))
    return (spread - within * freedom) / scale


def _persistence(left: list[np.ndarray], comments: np.ndarray, within: np.ndarray) -> tuple[float, float]:
    """Give how far true courses persist, over all themes of a voice, and how much of them means and trends took.

    Returns
    -------
    persistence : float
        Correlation of a course with itself one period later, 0 to .8.
    inflation : float
        What the variance that is left has to be multiplied with to give that of the course, at least 1.

    Notes
    -----
    Variance and covariance of neighbouring periods, as they are once a mean and a trend are taken out of an
    autoregression and of sampling error, are matched with the observed ones. Short series without that
    correction look as if they did not persist at all.
    """
    units, periods = comments.shape
    design = np.column_stack([np.ones(periods), np.arange(periods)])
    projected = np.eye(periods) - design @ np.linalg.pinv(design)
    noise = np.trace(projected), np.trace(projected, offset=1)
    weight = within**2 / (within**2).sum()
    pairs = np.sqrt(comments[:, 1:] * comments[:, :-1])
    spread = sum(w * float((comments * r**2).sum()) / of**2 for w, r, of in zip(weight, left, within, strict=True))
    joint = sum(
        w * float((pairs * r[:, 1:] * r[:, :-1]).sum()) / of**2 for w, r, of in zip(weight, left, within, strict=True)
    )
    error = units * float((weight / within).sum())
    signal = spread - error * noise[0]
    if signal <= 0:
        return 0.0, 1.0
    apart = np.abs(np.arange(periods)[:, None] - np.arange(periods)[None, :])
    best = (np.inf, 0.0, 1.0)
    for persistence in np.linspace(0, MOST_PERSISTENT, 33):
        course = projected @ (persistence**apart) @ projected
        level = float(np.trace(course))
        told = signal * float(np.trace(course, offset=1)) / level + error * noise[1]
        best = min(best, (abs(told - joint), float(persistence), float(noise[0]) / level))
    return best[1], best[2]


def _moved(white: np.ndarray, there: np.ndarray, shifts: int) -> np.ndarray:
    """Give white courses moved round by 0, 1, ... periods, shape (units, periods, shifts).

    In units with periods in which nobody wrote, only the others change places, so that as many of them meet
    the other side's as do in their true order.
    """
    moved = np.stack([np.roll(white, shift, axis=1) for shift in range(shifts)], axis=2)
    for unit in np.flatnonzero(~there.all(axis=1)):
        cells = np.flatnonzero(there[unit])
        moved[unit] = 0.0
        for shift in range(shifts):
            moved[unit, cells, shift] = np.roll(white[unit, cells], shift)
    return moved


def _filtered(
    course: np.ndarray, noise: np.ndarray, variance: float, persistence: float, shifts: int
) -> tuple[np.ndarray, np.ndarray]:
    """Give the smoothed and the whitened course for every shift, both (units, shifts, periods).

    What is moved round in time is the white part of the course, and persistence is put back after it: a
    persistent course that is moved itself would have a leap where its end meets its beginning.
    Cells that nobody wrote in have an error so large that they are 0 when whitened.
    """
    periods = course.shape[1]
    apart = np.abs(np.arange(periods)[:, None] - np.arange(periods)[None, :])
    true = variance * persistence**apart
    error = np.where(np.isfinite(noise), noise, 1e4 * variance)
    values, vectors = np.linalg.eigh(true[None] + error[:, :, None] * np.eye(periods)[None])
    root = (vectors / np.sqrt(values)[:, None, :]) @ vectors.transpose(0, 2, 1)
    design = np.column_stack([np.ones(periods), np.arange(periods) - (periods - 1) / 2])
    # Generalised least squares: mean and trend go in the metric of the whole covariance.
    told = root @ design
    off = np.eye(periods)[None] - told @ np.linalg.solve(told.transpose(0, 2, 1) @ told, told.transpose(0, 2, 1))
    white = (off @ (root @ course[:, :, None]))[:, :, 0]
    moved = off @ _moved(white, np.isfinite(noise), shifts)
    # A course that was moved has a mean and a trend again; what they take of it is given back as spread.
    spread = np.sqrt((moved**2).sum(axis=1, keepdims=True))
    moved = moved * np.sqrt((white**2).sum(axis=1))[:, None, None] / np.maximum(spread, 1e-12)
    fresh = root @ moved
    smooth = true[None] @ fresh
    smooth = smooth - design @ (np.linalg.pinv(design) @ smooth)
    # Half the memory, and what is summed up are averages anyway.
    return (
        np.ascontiguousarray(smooth.transpose(0, 2, 1), np.float32),
        np.ascontiguousarray(fresh.transpose(0, 2, 1) * variance, np.float32),
    )
