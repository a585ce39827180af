"""Thresholds and temperatures from held-out comments, so that a confidence means what it says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import isotonic_regression, minimize_scalar

from voices.evaluate import f1
from voices.taxonomy import POLARITIES, THEMES
from voices.training.data import Row

PRIOR_COUNT = 50
"""A theme with this many held-out examples trusts its own threshold as much as the common one."""


FARTHEST = 8.0
"""Logits beyond this are all one bin."""
FEWEST_IN_BIN = 20


def presence_matrix(rows: Sequence[Row]) -> np.ndarray:
    """Give the gold codes, shape (n_rows, n_themes), True where the theme is there."""
    return np.array([[theme in (row.themes or {}) for theme in THEMES] for row in rows])


def polarity_matrix(rows: Sequence[Row]) -> np.ndarray:
    """Give the gold polarities as class numbers, shape (n_rows, n_themes), -1 where the theme is absent."""
    return np.array(
        [
            [POLARITIES.index(sign) if (sign := (row.themes or {}).get(theme)) else -1 for theme in THEMES]
            for row in rows
        ]
    )


def theme_curve(logits: np.ndarray, present: np.ndarray) -> list[tuple[float, float]]:
    """Find how often a theme is there at each logit: isotonic regression over bins of half a unit.

    One temperature fits the many certain absences and leaves the doubtful middle too sure of itself.

    Parameters
    ----------
    logits : ndarray, shape (n_rows, n_themes)
    present : ndarray of bool, shape (n_rows, n_themes)

    Returns
    -------
    list of (float, float)
        Logit and probability, both rising; between them the curve is a line.
    """
    z, there = np.clip(logits.ravel(), -FARTHEST, FARTHEST), present.ravel()
    bin_of = np.digitize(z, np.arange(-FARTHEST, FARTHEST, 0.5))
    bins = [bin_of == b for b in np.unique(bin_of)]
    bins = [chosen for chosen in bins if chosen.sum() >= FEWEST_IN_BIN]
    middle = np.array([z[chosen].mean() for chosen in bins])
    fitted = isotonic_regression([there[chosen].mean() for chosen in bins], weights=[c.sum() for c in bins]).x
    # A slight slope keeps the order of what a flat part would make equal.
    rising = 0.998 * fitted + 0.001 + 0.0005 * (middle + FARTHEST) / (2 * FARTHEST)
    knots = [(-FARTHEST - 4, 0.0005), *zip(middle, rising, strict=True), (FARTHEST + 4, 0.9999)]
    return [(round(float(x), 4), round(float(y), 5)) for x, y in knots]


def on_curve(logits: np.ndarray, curve: Sequence[Sequence[float]]) -> np.ndarray:
    """Give the probabilities, 0 to 1, of logits of any shape."""
    x, y = zip(*curve, strict=True)
    return np.asarray(np.interp(logits, x, y))


def class_temperature(logits: np.ndarray, want: np.ndarray) -> float:
    """Find the temperature that gives the least log loss of a choice among classes.

    Parameters
    ----------
    logits : ndarray, shape (n, n_classes)
    want : ndarray of int, shape (n,)
        The right class; rows with -1 are left out.
    """
    logits, want = logits[want >= 0], want[want >= 0]

    def loss(temperature: float) -> float:
        z = logits / temperature
        top = z.max(axis=1, keepdims=True)
        return float(np.mean(np.log(np.exp(z - top).sum(axis=1)) + top[:, 0] - z[np.arange(len(z)), want]))

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


def reliability(chance: np.ndarray, outcome: np.ndarray, *, bins: int = 10) -> list[dict[str, float]]:
    """Give, for each equal bin of stated chances that holds any, the mean chance, the frequency and the count."""
    index = np.minimum((chance * bins).astype(int), bins - 1)
    return [
        {
            "chance": round(float(chance[index == b].mean()), 3),
            "frequency": round(float(outcome[index == b].mean()), 3),
            "n": int((index == b).sum()),
        }
        for b in range(bins)
        if (index == b).any()
    ]


def confusion(found: np.ndarray, actual: np.ndarray, *, themes: Sequence[str] = THEMES) -> dict[str, dict[str, int]]:
    """Count hits and errors per theme, so that shares can be corrected for them (Rogan & Gladen, 1978).

    Parameters
    ----------
    found, actual : ndarray of bool, shape (n_rows, n_themes)
    themes : sequence of str
        Ids of the columns.
    """
    counts = {}
    for index, theme in enumerate(themes):
        a, b = found[:, index], actual[:, index]
        counts[theme] = {
            "true_positive": int((a & b).sum()),
            "false_positive": int((a & ~b).sum()),
            "false_negative": int((~a & b).sum()),
            "true_negative": int((~a & ~b).sum()),
        }
    return counts


def review_cut(doubt: np.ndarray, *, share: float = 0.2) -> float:
    """Give the doubt above which ``share`` of the comments lie: those are for a person to look at."""
    return round(float(np.quantile(doubt, 1 - share)), 4)
