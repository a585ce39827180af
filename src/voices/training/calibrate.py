"""Thresholds and temperatures from held-out comments, so that a confidence means what it says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize_scalar

from voices.evaluate import f1
from voices.taxonomy import SENTIMENTS, THEMES
from voices.training.data import Row

PRIOR_COUNT = 25
"""A theme with this many held-out examples trusts its own threshold as much as the common one."""


def presence_matrix(rows: Sequence[Row]) -> np.ndarray:
    """Give the gold codes, shape (n_rows, n_themes), True where the theme is there."""
    return np.array([[theme in (row.themes or {}) for theme in THEMES] for row in rows])


def theme_temperature(logits: np.ndarray, present: np.ndarray) -> float:
    """Find the temperature that gives the least log loss over all themes (Guo et al., 2017)."""

    def loss(temperature: float) -> float:
        z = logits / temperature
        return float(np.mean(np.logaddexp(0, z) - present * z))

    return float(minimize_scalar(loss, bounds=(0.3, 5.0), method="bounded").x)


def sentiment_temperature(logits: np.ndarray, rows: Sequence[Row]) -> float:
    """Find the temperature that gives the least log loss of the sentiment."""
    want = np.array([SENTIMENTS.index(str(row.sentiment)) for row in rows])

    def loss(temperature: float) -> float:
        z = logits / temperature
        return float(np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), want]))

    return float(minimize_scalar(loss, bounds=(0.3, 5.0), method="bounded").x)


def best_threshold(chance: np.ndarray, present: np.ndarray, grid: np.ndarray) -> float:
    """Give the middle of the thresholds whose F1 is within .005 of the best one."""
    n = int(present.sum())
    scores = np.array([f1(int((present & (chance >= t)).sum()), int((chance >= t).sum()), n) for t in grid])
    return float(np.median(grid[scores >= scores.max() - 0.005]))


def theme_thresholds(chance: np.ndarray, present: np.ndarray) -> dict[str, float]:
    """Tune a threshold per theme for F1, drawn towards the common one where examples are few.

    Parameters
    ----------
    chance : ndarray, shape (n_rows, n_themes)
        Calibrated probabilities on held-out comments.
    present : ndarray of bool, shape (n_rows, n_themes)

    Returns
    -------
    dict
        Theme -> threshold, 0.15 to 0.75.
    """
    grid = np.arange(0.15, 0.76, 0.01)
    common = best_threshold(chance.ravel(), present.ravel(), grid)
    result = {}
    for index, theme in enumerate(THEMES):
        n = int(present[:, index].sum())
        own = best_threshold(chance[:, index], present[:, index], grid) if n else common
        result[theme] = round((n * own + PRIOR_COUNT * common) / (n + PRIOR_COUNT), 3)
    return result


def calibration_error(chance: np.ndarray, outcome: np.ndarray, *, bins: int = 10) -> float:
    """Give the expected calibration error: mean gap of stated chance and frequency over equal bins."""
    index = np.minimum((chance * bins).astype(int), bins - 1)
    gaps = [
        abs(float(chance[index == b].mean()) - float(outcome[index == b].mean())) * float((index == b).mean())
        for b in range(bins)
        if (index == b).any()
    ]
    return sum(gaps)
