"""Heads of a user's own: small changes to what a shipped model says, fitted to the user's codes.

Every head starts from what the base says and adds a linear function of it, so that heads without
weights are the base itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voices.errors import ModelError

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Logits:
    """What a model says of n comments, before temperatures.

    Attributes
    ----------
    themes : ndarray, shape (n, n_themes)
    polarity : ndarray, shape (n, n_themes, 3)
    sentiment : ndarray, shape (n, 4)
    emotion : ndarray, shape (n, n_emotions)
    vector : ndarray, shape (n, width)
        Unit vectors of the comments, from the encoder that heads read.
    """

    themes: np.ndarray
    polarity: np.ndarray
    sentiment: np.ndarray
    emotion: np.ndarray
    vector: np.ndarray

    def __getitem__(self, which: np.ndarray) -> Logits:
        """Give what the model says of some of the comments."""
        return Logits(*(getattr(self, item.name)[which] for item in fields(self)))

    def chances(self, description: Mapping[str, Any]) -> Chances:
        """Give the probabilities, by the ``curve`` and the ``temperature`` of a model's description."""
        import numpy as np

        heat = description["temperature"]
        return Chances(
            np.interp(self.themes, *np.array(description["curve"]).T),
            softmax(self.polarity / heat["polarity"]),
            softmax(self.sentiment / heat["sentiment"]),
            softmax(self.emotion / heat["emotion"]),
        )


@dataclass(frozen=True)
class Chances:
    """Probabilities of n comments, in the shapes of :class:`Logits`."""

    themes: np.ndarray
    polarity: np.ndarray
    sentiment: np.ndarray
    emotion: np.ndarray


def softmax(values: np.ndarray) -> np.ndarray:
    """Give the probabilities of the classes in the last axis."""
    import numpy as np

    shifted = np.exp(values - values.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


@dataclass(frozen=True)
class Heads:
    """Fitted changes; a feature matrix is that of :meth:`features`, its last column is 1.

    Attributes
    ----------
    known : ndarray of int, shape (n_themes,)
        Which theme of the base each theme is; -1 for a theme that only the user has.
    curve : ndarray, shape (n_knots, 2)
        Of the base: logit of a theme and its probability.
    temperature : ndarray, shape (3,)
        Of the base: polarity, sentiment, emotion.
    centre, scale : ndarray, shape (n_features,)
        Subtracted from and divided into the features.
    themes : ndarray, shape (n_features + 1, n_themes)
    polarity : ndarray, shape (8, 3)
        From the polarities of one theme (3), the sentiment (4) and 1.
    sentiment : ndarray, shape (n_features + 1, 4)
    emotion : ndarray, shape (n_features + 1, n_emotions)
    pull : ndarray, shape (hidden, n_new)
        Where a token state of the base points when it speaks of each theme that only the user has.
    """

    known: np.ndarray
    curve: np.ndarray
    temperature: np.ndarray
    centre: np.ndarray
    scale: np.ndarray
    themes: np.ndarray
    polarity: np.ndarray
    sentiment: np.ndarray
    emotion: np.ndarray
    pull: np.ndarray

    def features(self, base: Logits) -> np.ndarray:
        """Give the scaled features of each comment and a 1, shape (n, n_features + 1)."""
        import numpy as np

        scaled = (raw_features(base) - self.centre) / self.scale
        return np.hstack([scaled, np.ones((len(scaled), 1))])

    def start(self, base: Logits) -> Logits:
        """Give the logits that the changes are added to: the base, as it is calibrated.

        A theme that the base does not know starts at 0, its polarity at the sentiment of the comment.
        """
        import numpy as np

        chance = np.interp(base.themes, *self.curve.T).clip(1e-4, 1 - 1e-4)
        sentiment = base.sentiment / self.temperature[1]
        felt = np.hstack([sentiment[:, :2], np.logaddexp(sentiment[:, 2:3], sentiment[:, 3:4])])
        is_new = self.known < 0
        themes = np.where(is_new, 0.0, np.log(chance / (1 - chance))[:, self.known])
        polarity = np.where(is_new[:, None], felt[:, None], (base.polarity / self.temperature[0])[:, self.known])
        return Logits(themes, polarity, sentiment, base.emotion / self.temperature[2], base.vector)

    def __call__(self, base: Logits) -> Logits:
        """Give the user's logits from those of the base."""
        x, start = self.features(base), self.start(base)
        return Logits(
            start.themes + x @ self.themes,
            start.polarity + signed_features(start) @ self.polarity,
            start.sentiment + x @ self.sentiment,
            start.emotion + x @ self.emotion,
            base.vector,
        )

    def token_weights(self, weight: np.ndarray, states: np.ndarray) -> np.ndarray:
        """Say how much each token speaks for each theme.

        Parameters
        ----------
        weight : ndarray, shape (n, n_base_themes, n_tokens)
            What the base says of its own themes.
        states : ndarray, shape (n, n_tokens, hidden)

        Returns
        -------
        ndarray, shape (n, n_themes, n_tokens)
            0 or more; of a theme that only the user has, how far the token pulls the comment towards
            it, compared with the other tokens.
        """
        import numpy as np

        result = np.asarray(weight[:, self.known])
        apart = states - states.mean(axis=1, keepdims=True)
        result[:, self.known < 0] = np.maximum(apart @ self.pull, 0).transpose(0, 2, 1)
        return result


def raw_features(base: Logits) -> np.ndarray:
    """Join vector, themes and sentiment of each comment, shape (n, n_features)."""
    import numpy as np

    return np.hstack([base.vector, base.themes, base.sentiment])


def signed_features(start: Logits) -> np.ndarray:
    """Give what decides on the polarity of each theme, shape (n, n_themes, 8)."""
    import numpy as np

    shape = (*start.polarity.shape[:2], start.sentiment.shape[1])
    sentiment = np.broadcast_to(start.sentiment[:, None], shape)
    return np.concatenate([start.polarity, sentiment, np.ones((*shape[:2], 1))], axis=2)


def save(heads: Heads, path: Path) -> None:
    """Write heads as plain arrays."""
    import numpy as np

    arrays = {name: value.astype(np.int32 if name == "known" else np.float32) for name, value in vars(heads).items()}
    np.savez_compressed(path, allow_pickle=False, **arrays)


def read(path: Path) -> Heads:
    """Read heads.

    Raises
    ------
    ModelError
        If the file does not hold them.
    """
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as arrays:
            return Heads(**{item.name: arrays[item.name] for item in fields(Heads)})
    except Exception as error:
        raise ModelError(
            f"{path.parent.name}/{path.name}: the heads cannot be read; fit them again with: voices train"
        ) from error
