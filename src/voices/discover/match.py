"""Which topic of the employees and which of the customers are about the same thing, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voices.windows import unit_rows

if TYPE_CHECKING:
    import numpy as np

    from voices.discover.fit import Topic, VoiceTopics

KEYWORDS = 0.25
"""Weight of shared keywords, 0 to 1, of two topics in one language; in different languages they share none."""
SHUFFLES = 499
SURE = 0.05
"""Largest q-value of a partner."""


@dataclass(frozen=True)
class Partner:
    """The best partner of a topic; ``other`` is None where it could as well be chance."""

    topic: str
    other: str | None
    similarity: float
    p_value: float
    q_value: float


def similarity(one: Sequence[Topic], other: Sequence[Topic]) -> np.ndarray:
    """Compare topics by their middles and their keywords.

    Returns
    -------
    ndarray, shape (n_one, n_other)
        ``out[i, j]``: the cosine of the middles, and of the weighted keywords as far as the languages of
        the topics overlap; -1 to 1.
    """
    import numpy as np

    middles = np.array([t.middle for t in one]) @ np.array([t.middle for t in other]).T
    weight = KEYWORDS * np.array([[_overlap(a.languages, b.languages) for b in other] for a in one])
    words = np.array([[_cosine(a.words, b.words) for b in other] for a in one])
    return np.asarray((1 - weight) * middles + weight * words)


def _overlap(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return sum(min(share, other.get(name, 0.0)) for name, share in one.items())


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    joint = sum(value * other.get(word, 0.0) for word, value in one.items())
    length = sum(v * v for v in one.values()) * sum(v * v for v in other.values())
    return joint / length**0.5 if length else 0.0


def partners(one: VoiceTopics, other: VoiceTopics, *, seed: int) -> list[Partner]:
    """Pair the topics of two voices, each with at most one, so that the sum of similarities is largest.

    The null says that the topics of the two voices have nothing to do with one another beyond the
    subjects that both voices write about. A pair is compared with what a topic finds when the
    memberships on the other side are shuffled among topics that are alike: those whose middles are nearer to
    the partner's than the median pair. Of a partner that is chosen from many, the largest similarity over
    all shuffled topics is what counts.

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
    values = np.maximum.reduce([_p_values(one, other, seen, seed), _p_values(other, one, seen.T, seed + 1).T])
    p_values = values[rows, columns]
    q_values = benjamini_hochberg(p_values)
    return [
        Partner(
            one.topics[i].id,
            other.topics[j].id if q <= SURE else None,
            float(seen[i, j]),
            float(p),
            float(q),
        )
        for i, j, p, q in zip(rows, columns, p_values, q_values, strict=True)
    ]


def _p_values(fixed: VoiceTopics, shuffled: VoiceTopics, seen: np.ndarray, seed: int) -> np.ndarray:
    """Give the share of shuffles in which a fixed topic finds something as similar, shape (n_fixed, n_shuffled)."""
    import numpy as np

    rng = np.random.default_rng(seed)
    members = shuffled.labels >= 0
    placed, labels = shuffled.placed[members], shuffled.labels[members]
    count = len(shuffled.topics)
    middles = np.array([topic.middle for topic in fixed.topics])
    hits = np.zeros(seen.shape)
    for _ in range(SHUFFLES):
        mixed = rng.permutation(labels)
        found = middles @ _middles(placed, mixed, count).T
        hits += found.max(axis=1)[:, None] >= seen
    return (1 + hits) / (1 + SHUFFLES)


def _middles(placed: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    import numpy as np
    from scipy import sparse

    ones = np.ones(len(labels), np.float32)
    table = sparse.csr_matrix((ones, (labels, np.arange(len(labels)))), shape=(count, len(labels)))
    return unit_rows(table @ placed)


def benjamini_hochberg(p_values: np.ndarray) -> np.ndarray:
    """Give the smallest false discovery rate at which each test would still be called, in the order given.

    Examples
    --------
    >>> import numpy as np
    >>> benjamini_hochberg(np.array([0.01, 0.5, 0.04])).round(2).tolist()
    [0.03, 0.5, 0.06]
    """
    import numpy as np

    order = np.argsort(-p_values, kind="stable")
    n = len(p_values)
    scaled = np.minimum.accumulate(p_values[order] * n / np.arange(n, 0, -1))
    result = np.empty(n)
    result[order] = scaled.clip(max=1)
    return result
