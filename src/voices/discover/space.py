"""Take out of the vectors what language and feeling put into them, so that topics are about a subject."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voices.windows import unit_rows

if TYPE_CHECKING:
    import numpy as np

    from voices.discover.store import Segments

FEWEST = 50
"""Segments of a language or a feeling that its mean needs."""
SURE = 0.3
"""Feeling, -1 to 1, beyond which a segment counts as positive or negative."""
BLOCK = 65_536


@dataclass(frozen=True)
class Space:
    """Where the segments of one voice are compared.

    Attributes
    ----------
    middle : dict
        Language -> mean vector, shape (hidden,); ``""`` for every language that has none of its own.
    removed : ndarray, shape (hidden, n_removed)
        Orthonormal directions of feeling.
    """

    middle: dict[str, np.ndarray]
    removed: np.ndarray

    def __call__(self, vectors: np.ndarray, language: np.ndarray) -> np.ndarray:
        """Give the vectors, shape (n, hidden), centred per language, without feeling, at unit length."""
        import numpy as np

        rest = np.array(vectors, np.float32)
        for name in np.unique(language):
            rest[language == name] -= self.middle.get(str(name), self.middle[""])
        return unit_rows(rest - rest @ self.removed @ self.removed.T)


def fit_space(segments: Segments, order: np.ndarray) -> Space:
    """Measure languages and feelings of a voice.

    Every language is centred by itself, which puts Dutch and English segments about one subject in
    one place; of feeling, the ways from negative to positive and from neutral to either are taken out.

    Parameters
    ----------
    order : ndarray of int, shape (n,)
        The segments in an order that does not depend on that of the rows: sums of floats do.
    """
    import numpy as np

    hidden = segments.vectors.shape[1]
    feelings = np.where(segments.feeling > SURE, "positive", np.where(segments.feeling < -SURE, "negative", "neutral"))
    sums: dict[str, np.ndarray] = {}
    counts: dict[str, int] = {}
    for low in range(0, len(order), BLOCK):
        rows = order[low : low + BLOCK]
        vectors = np.asarray(segments.vectors[rows], np.float64)
        for groups in (segments.language[rows], feelings[rows], np.full(len(rows), "")):
            for name in np.unique(groups):
                there = groups == name
                key = str(name)
                sums[key] = sums.get(key, np.zeros(hidden)) + vectors[there].sum(axis=0)
                counts[key] = counts.get(key, 0) + int(there.sum())
    means = {name: sums[name] / counts[name] for name in sums if name == "" or counts[name] >= FEWEST}
    directions = []
    if "positive" in means and "negative" in means:
        directions.append(means["positive"] - means["negative"])
        if "neutral" in means:
            directions.append(means["neutral"] - (means["positive"] + means["negative"]) / 2)
    removed = np.linalg.qr(np.array(directions).T)[0] if directions else np.zeros((hidden, 0))
    languages = {name: means[name].astype(np.float32) for name in means if name in ("", *np.unique(segments.language))}
    return Space(languages, removed.astype(np.float32))
