"""Fit heads to hand-coded comments: logistic regressions that start from what the base says.

The penalty holds the changes near zero and counts as much whatever the number of comments: a few
codes hardly move the base, many codes do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from voices.heads import Heads, Logits, raw_features, signed_features

if TYPE_CHECKING:
    import numpy as np

    Loss = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], tuple[float, np.ndarray]]


@dataclass(frozen=True)
class Recipe:
    """What decides how far heads move from the base; chosen on coded comments that its training held out.

    The penalties are the weight of the squared changes against the summed log loss, for features of
    unit variance: the larger, the nearer to the base.

    Attributes
    ----------
    known, new : float
        Of themes that the base knows, which :func:`cross_fitted` chooses among :data:`KNOWN_PENALTIES`, and of those
        that only the user has.
    polarity, classes : float
        Of polarity; of sentiment and emotion.
    bias, new_bias : float
        Of the intercepts: how often a theme is coded is learned sooner than what it means, and of a
        new one nothing is known before.
    spread : float
        Variance of all coordinates of the vector together, whatever their number.
    threshold_prior : int
        Codes of a theme with which its own threshold counts as much as the one it starts from.
    """

    known: float = 100.0
    new: float = 5.0
    polarity: float = 30.0
    classes: float = 100.0
    bias: float = 10.0
    new_bias: float = 1e-3
    spread: float = 48.0
    threshold_prior: int = 200


DEFAULT = Recipe()
BLOCK = 32
"""Comments in one product: so few that one thread does it, since two beside a busy process are twenty times as slow."""
KNOWN_PENALTIES = (30.0, 100.0, 300.0, 1000.0)
"""From "codes differently from the base" to "codes alike", which only the user's own comments can tell apart."""


@dataclass(frozen=True)
class Codes:
    """Hand codes of n comments as numbers; -1 where a comment has no such code.

    Attributes
    ----------
    themes : ndarray of bool, shape (n, n_themes)
    polarity : ndarray of int, shape (n, n_themes)
    sentiment, emotion : ndarray of int, shape (n,)
    """

    themes: np.ndarray
    polarity: np.ndarray
    sentiment: np.ndarray
    emotion: np.ndarray

    def __getitem__(self, which: np.ndarray) -> Codes:
        """Give the codes of some of the comments."""
        return Codes(*(getattr(self, item.name)[which] for item in fields(self)))


def fit(
    base: Logits,
    codes: Codes,
    *,
    known: np.ndarray,
    description: Mapping[str, Any],
    embedding: np.ndarray | None = None,
    recipe: Recipe = DEFAULT,
) -> Heads:
    """Fit heads.

    Parameters
    ----------
    base : Logits
        What the base says of the comments.
    codes : Codes
        Their codes.
    known : ndarray of int, shape (n_themes,)
        Which theme of the base each theme of the codes is; -1 for a new one.
    description : mapping
        The ``curve`` and the ``temperature`` of the base.
    embedding : ndarray or None
        Unit vectors from the base, shape (n, hidden), where ``base.vector`` is from another encoder.
    recipe : Recipe
    """
    import numpy as np

    raw = raw_features(base)
    centre, scale = raw.mean(axis=0), np.maximum(raw.std(axis=0), 1e-6)
    width = base.vector.shape[1]
    scale[:width] *= (width / recipe.spread) ** 0.5
    n, is_new = raw.shape[1] + 1, known < 0
    heat = np.array([description["temperature"][name] for name in ("polarity", "sentiment", "emotion")])
    nothing = np.zeros((0, 0))
    begin = Heads(known, np.array(description["curve"]), heat, centre, scale, *[nothing] * 5)
    x, start = begin.features(base), begin.start(base)
    ridge = np.tile(np.where(is_new, recipe.new, recipe.known), (n, 1))
    ridge[-1] = np.where(is_new, recipe.new_bias, recipe.bias)
    themes = _minimum(_yes_or_no, x, start.themes, codes.themes, ridge)
    signed = signed_features(start).reshape(-1, 8), start.polarity.reshape(-1, 3), codes.polarity.ravel()
    polarity = _classes(*signed, penalty=recipe.polarity, recipe=recipe)
    sentiment = _classes(x, start.sentiment, codes.sentiment, penalty=recipe.classes, recipe=recipe)
    emotion = _classes(x, start.emotion, codes.emotion, penalty=recipe.classes, recipe=recipe)
    if embedding is None:
        pull = themes[:width, is_new] / scale[:width, None]
    else:
        again = Logits(base.themes, base.polarity, base.sentiment, base.emotion, embedding)
        pull = fit(again, codes, known=known, description=description, recipe=recipe).pull
    return Heads(known, begin.curve, heat, centre, scale, themes, polarity, sentiment, emotion, pull)


def _minimum(loss: Loss, x: np.ndarray, start: np.ndarray, want: np.ndarray, ridge: np.ndarray) -> np.ndarray:
    """Find the weights of least loss plus penalty, from zero on.

    Parameters
    ----------
    loss : callable
        Features, logits to start from, codes and weights -> the summed loss and its slope.
    x : ndarray, shape (n, n_features)
    start, want : ndarray, shape (n, ...)
    ridge : ndarray, shape (n_features, n_outputs)
        Weight of the squared weights.
    """
    import numpy as np
    from scipy.optimize import minimize

    blocks = [(x[i : i + BLOCK], start[i : i + BLOCK], want[i : i + BLOCK]) for i in range(0, len(x), BLOCK)]

    def penalised(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(ridge.shape)
        value, slope = float((ridge * weights**2).sum()) / 2, ridge * weights
        for block in blocks:
            more, steeper = loss(*block, weights)
            value += more
            slope += steeper
        return value, slope.ravel()

    found = minimize(penalised, np.zeros(ridge.size), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    return np.asarray(found.x.reshape(ridge.shape))


def _yes_or_no(x: np.ndarray, start: np.ndarray, want: np.ndarray, weights: np.ndarray) -> tuple[float, np.ndarray]:
    """Give the summed log loss of yes-or-no codes and its slope."""
    import numpy as np

    z = start + x @ weights
    chance = 1 / (1 + np.exp(-z.clip(-500, 500)))
    return float(_log_loss(z, want).sum()), x.T @ (chance - want)


def _log_loss(z: np.ndarray, want: np.ndarray) -> np.ndarray:
    """Give the log loss of each yes-or-no code at its logit."""
    import numpy as np

    return np.asarray(np.logaddexp(0, z) - want * z)


def _one_of(x: np.ndarray, start: np.ndarray, want: np.ndarray, weights: np.ndarray) -> tuple[float, np.ndarray]:
    """Give the summed log loss of a choice among classes and its slope; ``want`` has the number of the class."""
    import numpy as np

    rows = np.arange(len(want))
    z = start + x @ weights
    z = z - z.max(axis=1, keepdims=True)
    total = np.exp(z).sum(axis=1, keepdims=True)
    chance = np.exp(z) / total
    value = float((np.log(total[:, 0]) - z[rows, want]).sum())
    chance[rows, want] -= 1
    return value, x.T @ chance


def _classes(x: np.ndarray, start: np.ndarray, want: np.ndarray, *, penalty: float, recipe: Recipe) -> np.ndarray:
    """Fit a choice among classes where a code is there; the weights are zero where there is none at all.

    Parameters
    ----------
    x : ndarray, shape (n, n_features)
        The last column is 1.
    start : ndarray, shape (n, n_classes)
    want : ndarray of int, shape (n,)
        -1 for no code.
    """
    import numpy as np

    ridge = np.full((x.shape[1], start.shape[1]), penalty)
    ridge[-1] = recipe.bias
    told = want >= 0
    return _minimum(_one_of, x[told], start[told], want[told], ridge)


FOLDS = 5
FEWEST_JUDGED = 50
"""Codes of a kind below which a temperature is left as it is."""
CURVE_PRIOR = 20.0
"""Comments that every part of the curve holds beforehand, coded as often as its logit says."""


def folds_of(groups: Sequence[str], *, seed: int) -> np.ndarray:
    """Deal comments into folds, 0 to 4; a group is never in two of them."""
    import numpy as np

    order = sorted(set(groups))
    places = dict(zip(order, np.random.default_rng(seed).permutation(len(order)) % FOLDS, strict=True))
    return np.array([places[group] for group in groups])


def cross_fitted(
    base: Logits,
    codes: Codes,
    fold: np.ndarray,
    *,
    known: np.ndarray,
    description: Mapping[str, Any],
) -> tuple[Recipe, Logits]:
    """Choose how far heads move from the base, and give what heads say of comments that they were not fitted on.

    Each penalty of known themes is tried on held-out folds; taken is the largest whose log loss is within one
    standard error of the least (Breiman et al., 1984), since staying with the base is the safer mistake.

    Parameters
    ----------
    fold : ndarray of int, shape (n,)
        From :func:`folds_of`.

    Returns
    -------
    recipe : Recipe
    held : Logits
        Of each comment, from heads that were fitted on the other folds.
    """
    penalties = KNOWN_PENALTIES if (known >= 0).any() else (DEFAULT.known,)
    recipes = [replace(DEFAULT, known=penalty) for penalty in penalties]
    tried = [_held_out(base, codes, fold, known=known, description=description, recipe=recipe) for recipe in recipes]
    chosen = _most_careful([_log_loss(held.themes, codes.themes).sum(axis=1) for held in tried])
    return recipes[chosen], tried[chosen]


def _most_careful(losses: Sequence[np.ndarray]) -> int:
    """Give the last entry whose mean loss is within one standard error of the least."""
    import numpy as np

    best = int(np.argmin([loss.mean() for loss in losses]))
    behind = [loss - losses[best] for loss in losses]
    near = [i for i, gap in enumerate(behind) if gap.mean() <= gap.std() / len(gap) ** 0.5]
    return max(near)


def _held_out(
    base: Logits, codes: Codes, fold: np.ndarray, *, known: np.ndarray, description: Mapping[str, Any], recipe: Recipe
) -> Logits:
    import numpy as np

    parts = []
    for here in range(FOLDS):
        rest = fold != here
        found = fit(base[rest], codes[rest], known=known, description=description, recipe=recipe)
        parts.append(found(base[~rest]))
    order = np.argsort(np.concatenate([np.flatnonzero(fold == here) for here in range(FOLDS)]))
    return Logits(*(np.concatenate([getattr(part, item.name) for part in parts])[order] for item in fields(Logits)))


def calibrated(
    held: Logits, codes: Codes, names: Sequence[str], *, description: Mapping[str, Any], recipe: Recipe = DEFAULT
) -> dict[str, Any]:
    """Find the curve, the temperatures and the thresholds from comments that the heads were not fitted on.

    Parameters
    ----------
    held : Logits
        Of the fitted heads.
    names : sequence of str
        Ids of the themes.
    description : mapping
        Of the base: the thresholds that its own themes start from.
    """
    from voices.training import calibrate

    def heat(logits: np.ndarray, want: np.ndarray) -> float:
        enough = (want >= 0).sum() >= FEWEST_JUDGED
        return round(calibrate.class_temperature(logits, want), 4) if enough else 1.0

    curve = theme_curve(held.themes, codes.themes)
    chance = calibrate.on_curve(held.themes, curve)
    return {
        "curve": curve,
        "temperature": {
            "polarity": heat(held.polarity.reshape(-1, held.polarity.shape[-1]), codes.polarity.ravel()),
            "sentiment": heat(held.sentiment, codes.sentiment),
            "emotion": heat(held.emotion, codes.emotion),
        },
        "thresholds": theme_thresholds(
            chance, codes.themes, names, begin=description["thresholds"], prior=recipe.threshold_prior
        ),
    }


def theme_curve(logits: np.ndarray, present: np.ndarray) -> list[tuple[float, float]]:
    """Find how often a theme is there at each logit: isotonic regression that few comments leave at the logistic curve.

    Returns
    -------
    list of (float, float)
        Logit and probability, both rising; between them the curve is a line.
    """
    import numpy as np
    from scipy.optimize import isotonic_regression

    edges = np.arange(-8, 8.25, 0.5)
    middle = (edges[:-1] + edges[1:]) / 2
    place = np.digitize(logits.ravel(), edges[1:-1])
    n = np.bincount(place, minlength=len(middle)) + CURVE_PRIOR
    hits = np.bincount(place, weights=present.ravel(), minlength=len(middle)) + CURVE_PRIOR / (1 + np.exp(-middle))
    fitted = isotonic_regression(hits / n, weights=n).x
    # A slight slope keeps the order of what a flat part would make equal.
    rising = 0.998 * fitted + 0.0005 + 0.001 * (middle + 8) / 16
    return [(float(x), round(float(y), 5)) for x, y in zip(middle, rising, strict=True)]


def theme_thresholds(
    chance: np.ndarray, present: np.ndarray, names: Sequence[str], *, begin: Mapping[str, float], prior: int
) -> dict[str, float]:
    """Tune a threshold per theme for F1, drawn towards where it begins; a new theme begins at the best common one.

    Parameters
    ----------
    chance : ndarray, shape (n, n_themes)
        Calibrated probabilities.
    present : ndarray of bool, shape (n, n_themes)
    begin : mapping
        Theme -> threshold of the base.
    prior : int
        Codes of a theme with which its own threshold counts as much as the one it begins at.
    """
    import numpy as np

    from voices.training.calibrate import best_threshold

    grid = np.arange(0.15, 0.76, 0.01)
    common = best_threshold(chance.ravel(), present.ravel(), grid)
    found = {}
    for index, name in enumerate(names):
        n, first = int(present[:, index].sum()), begin.get(name, common)
        own = best_threshold(chance[:, index], present[:, index], grid) if n else first
        found[name] = round((n * own + prior * first) / (n + prior), 3)
    return found
