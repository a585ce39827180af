"""Groups of points: dense ones by HDBSCAN, and what lies around them attached as far as it is near."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from voices.windows import unit_rows

if TYPE_CHECKING:
    import numpy as np

    from voices.discover.reduce import Smoother

CORE_PART = 0.05
"""A point is attached when it is nearer to its topic than this part of the topics' own cores ..."""
LEFT_OUT = 0.12
"""... or when more than this part of all points would be left out."""
WARMTH = 0.1
"""Difference of cosine that makes a topic e times as probable for a point."""
FLOOR, GROWTH = 10, 0.2


def smallest(n_points: int) -> int:
    """Give the smallest number of distinct texts that make a topic: it grows with the root of all.

    Examples
    --------
    >>> smallest(500), smallest(10_000), smallest(20_000)
    (10, 20, 28)
    """
    return max(FLOOR, round(GROWTH * math.sqrt(n_points)))


@dataclass
class Grouper:
    """Clustering in the form that BERTopic takes.

    Parameters
    ----------
    smoother : Smoother
        Fitted before this is.
    weight : ndarray of int, shape (n,)
        How many segments a point stands for.
    least : int
        Points, or copies of one text, that make a topic.
    people : callable
        Labels, shape (n,) -> the number of people in each topic 0, 1, ..., shape (n_topics,).
    fewest : int
        People that make a topic; the points of others go where they are nearest.

    Attributes
    ----------
    labels_ : ndarray of int, shape (n,)
        Topic of each point, -1 for none.
    core_ : ndarray of int, shape (n,)
        The same before anything was attached.
    middles_ : ndarray, shape (n_topics, d)
        Unit vectors.
    cut_ : float
        Cosine with the nearest middle below which a point is left out.
    """

    smoother: Smoother
    weight: np.ndarray
    least: int
    people: Callable[[np.ndarray], np.ndarray]
    fewest: int
    too_small_: int = 0
    labels_: Any = field(default=None, repr=False)
    core_: Any = field(default=None, repr=False)
    middles_: Any = field(default=None, repr=False)
    cut_: float = 1.0

    def fit(self, reduced: np.ndarray, y: object = None) -> Grouper:
        """Find the topics; ``reduced`` is (n, d) as the smoother gave it."""
        import numpy as np
        from hdbscan import HDBSCAN

        size = min(self.least, max(2, len(reduced) // 2))
        found = HDBSCAN(min_cluster_size=size, min_samples=1, core_dist_n_jobs=1).fit_predict(reduced)
        near = self.smoother.near_
        core = _with_heavy(np.asarray(found), near, self.weight, self.least)
        self._settle(core, near)
        while self.labels_.max() >= 0 and (few := self.people(self.labels_) < self.fewest).any():
            self.too_small_ += int(few.sum())
            renumber = np.append(np.where(few, -1, np.cumsum(~few) - 1), -1)
            self._settle(renumber[self.core_], near)
        return self

    def _settle(self, core: np.ndarray, near: np.ndarray) -> None:
        """Attach what lies around the cores."""
        import numpy as np

        self.core_ = core
        if core.max() < 0:
            self.labels_, self.middles_ = core, np.zeros((0, near.shape[1]), np.float32)
            return
        self.middles_ = _middles(near, core)
        similar = near @ self.middles_.T
        best, value = similar.argmax(axis=1), similar.max(axis=1)
        inside = core >= 0
        own = similar[np.flatnonzero(inside), core[inside]]
        self.cut_ = float(min(np.quantile(own, CORE_PART), np.quantile(value, LEFT_OUT)))
        self.labels_ = np.where(inside, core, np.where(value >= self.cut_, best, -1))

    def attach(self, near: np.ndarray) -> np.ndarray:
        """Give the topic of points that were not fitted, -1 for none; ``near`` is (n, d)."""
        import numpy as np

        if not len(self.middles_):
            return np.full(len(near), -1)
        similar = near @ self.middles_.T
        return np.where(similar.max(axis=1) >= self.cut_, similar.argmax(axis=1), -1)

    def probability(self, near: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Say how much each point belongs to its topic rather than to the others, 0 to 1, shape (n,)."""
        import numpy as np

        if not len(self.middles_):
            return np.zeros(len(near))
        similar = near @ self.middles_.T
        parts = np.exp((similar - similar.max(axis=1, keepdims=True)) / WARMTH)
        share = parts / parts.sum(axis=1, keepdims=True)
        return np.where(labels >= 0, share[np.arange(len(near)), labels.clip(0)], 0.0)


def _middles(near: np.ndarray, labels: np.ndarray) -> np.ndarray:
    import numpy as np

    return unit_rows(np.array([near[labels == k].mean(axis=0) for k in range(labels.max() + 1)]))


def _with_heavy(labels: np.ndarray, near: np.ndarray, weight: np.ndarray, least: int) -> np.ndarray:
    """Make a topic of a text that many wrote word for word and that lies in no group.

    HDBSCAN counts points; a text that thirty people wrote is one.
    """
    import numpy as np

    heavy = np.flatnonzero((labels < 0) & (weight >= least))
    if not len(heavy):
        return labels
    labels = labels.copy()
    if labels.max() >= 0:
        middles = _middles(near, labels)
        inside = np.flatnonzero(labels >= 0)
        usual = float(np.quantile((near[inside] * middles[labels[inside]]).sum(axis=1), CORE_PART))
        similar = near[heavy] @ middles.T
        close = similar.max(axis=1) >= usual
        labels[heavy[close]] = similar.argmax(axis=1)[close]
        heavy = heavy[~close]
    labels[heavy] = labels.max() + 1 + np.arange(len(heavy))
    return labels
