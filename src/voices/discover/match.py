"""Which topic of the employees and which of the customers are about the same thing, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voices.statistics import q_values
from voices.windows import unit_rows

if TYPE_CHECKING:
    import numpy as np

    from voices.discover.fit import Topic, VoiceTopics

KEYWORDS = 0.25
"""Weight of shared keywords, 0 to 1, of two topics in one language; in different languages they share none."""
SHUFFLES = 199
SURE = 0.05
"""Largest q-value of a partner."""
ALIKE = 0.5
"""Smallest similarity of a partner. Chance alone is a weak opponent: two topics of one theme (a canteen, a car
park) beat it. Set by reading pairs of the hand-coded comments; the q-value is there to judge by oneself."""


@dataclass(frozen=True)
class Partner:
    """A topic of the first voice and the one of the second that suits it best."""

    topic: str
    nearest: str
    similarity: float
    p_value: float
    q_value: float

    @property
    def is_partner(self) -> bool:
        """Whether the two are nearer than chance would bring them, and near enough."""
        return self.q_value <= SURE and self.similarity >= ALIKE


def similarity(one: Sequence[Topic], other: Sequence[Topic]) -> np.ndarray:
    """Compare topics by their middles and their keywords.

    Returns
    -------
    ndarray, shape (n_one, n_other)
        ``out[i, j]``: the cosine of the middles, and of the weighted keywords as far as the languages of
        the topics overlap; -1 to 1.
    """
    import numpy as np

    middles = _stacked(one) @ _stacked(other).T
    weight = KEYWORDS * np.array([[_overlap(a.languages, b.languages) for b in other] for a in one])
    words = np.array([[_cosine(a.words, b.words) for b in other] for a in one])
    return np.asarray((1 - weight) * middles + weight * words)


def _stacked(topics: Sequence[Topic]) -> np.ndarray:
    import numpy as np

    return np.array([topic.middle for topic in topics])


def _overlap(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return sum(min(share, other.get(name, 0.0)) for name, share in one.items())


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    joint = sum(value * other.get(word, 0.0) for word, value in one.items())
    length = sum(v * v for v in one.values()) * sum(v * v for v in other.values())
    return joint / length**0.5 if length else 0.0


def partners(one: VoiceTopics, other: VoiceTopics, *, seed: int) -> list[Partner]:
    """Pair the topics of two voices, each with at most one, so that the sum of similarities is largest.

    Both keywords and middles decide which topics are paired; the test is of the middles. Its null says that
    a topic has no partner: memberships on the other side are shuffled, and what counts is the largest
    cosine over all shuffled topics, since a partner is the best of many. A pair must pass that from
    both sides.

    Parameters
    ----------
    seed : int
        Of the shuffles; the pairs themselves do not depend on it.

    Returns
    -------
    list of Partner
        One per pair; q-values by Benjamini and Hochberg (1995) over all pairs.
    """
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    if not one.topics or not other.topics:
        return []
    seen = similarity(one.topics, other.topics)
    rows, columns = linear_sum_assignment(-seen)
    cosine = (_stacked(one.topics)[rows] * _stacked(other.topics)[columns]).sum(axis=1)
    from_one = _p_values(_stacked(one.topics)[rows], other, cosine, seed)
    from_other = _p_values(_stacked(other.topics)[columns], one, cosine, seed + 1)
    p_values = np.maximum(from_one, from_other)
    found_q = q_values(p_values)
    return [
        Partner(
            one.topics[i].id,
            other.topics[j].id,
            float(seen[i, j]),
            float(p),
            float(q),
        )
        for i, j, p, q in zip(rows, columns, p_values, found_q, strict=True)
    ]


def _p_values(middles: np.ndarray, shuffled: VoiceTopics, cosine: np.ndarray, seed: int) -> np.ndarray:
    """Give the chance that a topic finds anything as near as its partner among shuffled topics.

    Parameters
    ----------
    middles : ndarray, shape (n_pairs, hidden)
        Of the topics that stay as they are.
    cosine : ndarray, shape (n_pairs,)
        Of each with its partner.

    Returns
    -------
    ndarray, shape (n_pairs,)
        0 to 1. A Gumbel distribution is fitted to the maxima by moments, so that a p-value may be smaller
        than one in the number of shuffles (Knijnenburg et al., 2009, Bioinformatics 25(12), do so with another tail).
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    members = shuffled.labels >= 0
    placed, labels = shuffled.placed[members], shuffled.labels[members]
    maxima = np.array(
        [
            (middles @ _middles(placed, rng.permutation(labels), len(shuffled.topics)).T).max(axis=1)
            for _ in range(SHUFFLES)
        ]
    )
    scale = (maxima.std(axis=0, ddof=1) * math.sqrt(6) / math.pi).clip(min=1e-6)
    place = maxima.mean(axis=0) - np.euler_gamma * scale
    return np.asarray(-np.expm1(-np.exp(-(cosine - place) / scale)))


def _middles(placed: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    import numpy as np
    from scipy import sparse

    ones = np.ones(len(labels), np.float32)
    table = sparse.csr_matrix((ones, (labels, np.arange(len(labels)))), shape=(count, len(labels)))
    return unit_rows(table @ placed)
