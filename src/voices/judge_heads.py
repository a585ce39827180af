"""Fit heads to hand-coded comments, and judge them on comments that they were not fitted to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from voices import evaluate
from voices.analyst import Analyst, doubt
from voices.fit_heads import FOLDS, Codes, calibrated, cross_fitted, fit, folds_of
from voices.gold import Gold
from voices.heads import Chances, Heads, Logits
from voices.taxonomy import EMOTIONS, MAX_MENTIONS, POLARITIES, SENTIMENTS, Theme, themes_of
from voices.types import Voice

if TYPE_CHECKING:
    import numpy as np

FEWEST_OF_GROUP = 30
"""Comments of a voice or a language from which its figures are given by themselves."""


def as_numbers(codes: Sequence[evaluate.Codes], names: Sequence[str]) -> Codes:
    """Give hand codes as numbers, the themes in the order of the names."""
    import numpy as np

    signs = [[POLARITIES.index(p) if (p := c.themes.get(name)) else -1 for name in names] for c in codes]
    return Codes(
        np.array([[name in c.themes for name in names] for c in codes]),
        np.array(signs),
        np.array([SENTIMENTS.index(c.sentiment) if c.sentiment else -1 for c in codes]),
        np.array([EMOTIONS.index(c.emotion) if c.emotion else -1 for c in codes]),
    )


def fitted_and_judged(
    said: Logits,
    gold: Gold,
    themes: Mapping[str, Theme],
    base: Analyst,
    *,
    embedding: np.ndarray | None = None,
    seed: int,
) -> tuple[Heads, dict[str, Any], dict[str, Any]]:
    """Fit on all comments; take the settings and the figures from five times four fifths.

    Parameters
    ----------
    said : Logits
        What the base says of the comments.
    gold : Gold
        Their codes.
    themes : mapping
        Theme id -> theme of the new model.
    base : Analyst
    embedding : ndarray or None
        Unit vectors of the base where ``said.vector`` is from another encoder.
    seed : int
        Decides which comments are held out together.

    Returns
    -------
    heads : Heads
    settings : dict
        The parts of ``analyst.json`` that the analyst goes by.
    metrics : dict
        Agreement per group of comments and theme, of the base and of the heads, and the gain.
    """
    import numpy as np

    from voices.training import calibrate

    described, names = base.model.description, list(themes)
    shipped = described["labels"]["themes"]
    known = np.array([shipped.index(name) if name in shipped else -1 for name in names])
    codes, fold = as_numbers(gold.codes, names), folds_of(gold.groups, seed=seed)
    recipe, held = cross_fitted(said, codes, fold, known=known, description=described)
    chances, limits = _judged(held, codes, fold, names, described)
    chance = chances.themes * _used(gold, themes)
    there = strongest(chance, limits)
    after = list(zip(_codes(gold, chances, there, names), gold.codes, strict=True))
    before = list(zip(_codes_of_base(gold, said, base), gold.codes, strict=True))
    negative = POLARITIES.index("negative")
    is_negative = there & (chances.polarity.argmax(axis=-1) == negative)
    doubts = [doubt(*of_one) for of_one in zip(chance, limits, chances.sentiment.max(axis=1), strict=True)]
    settings = calibrated(held, codes, names, description=described) | {
        "fit": asdict(recipe),
        "review_above": calibrate.review_cut(np.array(doubts)),
        "confusion": calibrate.confusion(there, codes.themes, themes=names),
        "confusion_negative": calibrate.confusion(is_negative, codes.polarity == negative, themes=names),
    }
    metrics = {
        "gold": "held-out fifths of the codes that the heads were fitted to",
        "groups": _groups(after),
        "before": _groups(before),
        "gain": evaluate.gains(before, after),
        "themes": evaluate.theme_f1(after),
        "themes_before": evaluate.theme_f1(before),
    }
    fitted = fit(said, codes, known=known, description=described, embedding=embedding, recipe=recipe)
    return fitted, settings, metrics


def _codes_of_base(gold: Gold, said: Logits, base: Analyst) -> list[evaluate.Codes]:
    """Give the codes of the base as it is."""
    import numpy as np

    described = base.model.description
    names, chances = described["labels"]["themes"], said.chances(described)
    limits = np.array([described["thresholds"][name] for name in names])
    return _codes(gold, chances, strongest(chances.themes * _used(gold, base.learned), limits), names)


def _judged(
    held: Logits, codes: Codes, fold: np.ndarray, names: Sequence[str], described: Mapping[str, Any]
) -> tuple[Chances, np.ndarray]:
    """Give the probabilities and the thresholds of each comment, by the settings of the other folds."""
    import numpy as np

    parts, limits = [], np.zeros(held.themes.shape)
    for here in range(FOLDS):
        rest = fold != here
        settings = calibrated(held[rest], codes[rest], names, description=described)
        parts.append(held[~rest].chances(settings))
        limits[~rest] = [settings["thresholds"][name] for name in names]
    order = np.argsort(np.concatenate([np.flatnonzero(fold == here) for here in range(FOLDS)]))
    joined = (np.concatenate([getattr(part, name) for part in parts])[order] for name in Chances.__annotations__)
    return Chances(*joined), limits


def _used(gold: Gold, themes: Mapping[str, Theme]) -> np.ndarray:
    """Give 1 for the themes that the voice of a comment uses, 0 for the others, shape (n, n_themes)."""
    import numpy as np

    row = {voice: [float(name in themes_of(voice, themes)) for name in themes] for voice in Voice}
    return np.array([row[Voice(item.comment.voice)] for item in gold.items])


def strongest(chance: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Tell which themes are found: those above their thresholds, at most as many as the codebook allows."""
    margin = chance - limits
    rank = (-margin).argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    result: np.ndarray = (margin >= 0) & (rank < MAX_MENTIONS)
    return result


def _codes(gold: Gold, chances: Chances, there: np.ndarray, names: Sequence[str]) -> list[evaluate.Codes]:
    """Give the codes that follow from probabilities."""
    signs, feelings, moods = (getattr(chances, part).argmax(axis=-1) for part in ("polarity", "sentiment", "emotion"))
    return [
        evaluate.Codes(
            item.comment.id, str(item.comment.voice), item.language, SENTIMENTS[feelings[i]], EMOTIONS[moods[i]],
            {name: POLARITIES[signs[i, t]] for t, name in enumerate(names) if there[i, t]},
        )
        for i, item in enumerate(gold.items)
    ]  # fmt: skip


def _groups(pairs: Sequence[tuple[evaluate.Codes, evaluate.Codes]]) -> dict[str, Any]:
    return {name: row for name, row in evaluate.groups(pairs).items() if name == "all" or row["n"] >= FEWEST_OF_GROUP}
