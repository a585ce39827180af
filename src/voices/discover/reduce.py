"""Draw neighbours together until groups stand apart: the step that UMAP takes elsewhere, without chance.

UMAP's layout is a random walk: two seeds, or one row less, give other topics (`benchmarks/discovery.py`
measures how much). Here every point moves to the weighted mean of its neighbours, some steps in a
row, which is a blurring mean shift on the graph of nearest neighbours (Cheng, 1995, IEEE TPAMI 17(8)).
Nothing is drawn, and what a point does depends on its surroundings alone, so that a missing row moves
little. A principal component projection of the result is what HDBSCAN gets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from voices.windows import unit_rows

if TYPE_CHECKING:
    import numpy as np

NEIGHBOURS = 10
STEPS = 8
"""Steps of the shift; more of them join groups that are close."""
WIDE, NARROW = 100, 15
"""Principal components in which neighbours are sought, and those that HDBSCAN gets."""
MOST_OF_ONE = 100
"""Points of one person; more of them are no person, but an id that says nothing."""
BLOCK = 2048


def components(values: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the mean, shape (d,), and the leading principal axes, shape (d, count), signs fixed."""
    import numpy as np

    middle = values.mean(axis=0, dtype=np.float64)
    spread = np.zeros((values.shape[1],) * 2)
    for low in range(0, len(values), BLOCK):
        part = values[low : low + BLOCK].astype(np.float64) - middle
        spread += part.T @ part
    axes = np.linalg.eigh(spread)[1][:, ::-1][:, : min(count, len(values))]
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    return middle.astype(np.float32), axes.astype(np.float32)


def nearest(
    queries: np.ndarray, among: np.ndarray, count: int, *, person: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Find the nearest rows by cosine, exactly.

    Parameters
    ----------
    queries, among : ndarray, shape (n, d) and (m, d)
        Unit rows.
    count : int
        Neighbours of each row, at most m.
    person : ndarray of int, shape (n,), or None
        Who wrote each row, where both are the same rows; -1 for several people. Another row of one
        person is no neighbour: the encoder reads a comment as a whole, so that its sentences look
        alike whatever they say, and a long comment would be a topic.

    Returns
    -------
    index, cosine : ndarray, shape (n, count)
        In no order; ``index[i]`` are rows of ``among``.
    """
    import numpy as np

    index = np.empty((len(queries), count), np.int64)
    cosine = np.empty((len(queries), count), np.float32)
    mine = None if person is None else _same(person)
    for low in range(0, len(queries), BLOCK):
        found = queries[low : low + BLOCK] @ among.T
        if mine is not None:
            inside = (mine[0] >= low) & (mine[0] < low + BLOCK)
            found[mine[0][inside] - low, mine[1][inside]] = -1
        best = np.argpartition(found, found.shape[1] - count, axis=1)[:, found.shape[1] - count :]
        index[low : low + BLOCK] = best
        cosine[low : low + BLOCK] = np.take_along_axis(found, best, axis=1)
    return index, cosine


def _same(person: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """List all pairs of different rows by one person, in both directions."""
    import numpy as np

    order = np.argsort(person, kind="stable")
    order = order[person[order] >= 0]
    starts = np.flatnonzero(np.diff(person[order], prepend=-1))
    groups = [group for group in np.split(order, starts[1:]) if 1 < len(group) <= MOST_OF_ONE]
    pairs = [(a, b) for group in groups for a in group for b in group if a != b]
    both = np.array(pairs, np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


@dataclass
class Smoother:
    """Dimensionality reduction in the form that BERTopic takes.

    ``person`` says who wrote each point, -1 for several people. After ``fit_transform``, ``near_`` are the
    points after one step, shape (n, WIDE) at unit length: in these a point is compared with the middles of
    topics.
    """

    person: np.ndarray
    neighbours: int = NEIGHBOURS
    steps: int = STEPS
    near_: Any = field(default=None, repr=False)
    wide_: Any = field(default=None, repr=False)
    _axes: Any = field(default=None, repr=False)

    def fit_transform(self, values: np.ndarray, y: object = None) -> np.ndarray:
        """Give the reduced points, shape (n, NARROW) or less; ``values`` is (n, hidden)."""
        import numpy as np
        from scipy import sparse

        self._axes = components(values, WIDE)
        self.wide_ = self._widened(values)
        count = min(self.neighbours, len(values))
        index, cosine = nearest(self.wide_, self.wide_, count, person=self.person)
        rows = np.repeat(np.arange(len(values)), count)
        graph = sparse.csr_matrix((cosine.ravel().clip(0) ** 2, (rows, index.ravel())), shape=(len(values),) * 2)
        graph = graph.maximum(graph.T) + sparse.identity(len(values), np.float32, format="csr") * 1e-6
        graph = sparse.diags((1 / np.asarray(graph.sum(axis=1)).ravel()).astype(np.float32)) @ graph
        moved = self.wide_
        for step in range(self.steps):
            moved = unit_rows(graph @ moved).astype(np.float32)
            if step == 0:
                self.near_ = moved
        middle, axes = components(moved, NARROW)
        return np.asarray((moved - middle) @ axes, np.float64)

    def _widened(self, values: np.ndarray) -> np.ndarray:
        middle, axes = self._axes
        return unit_rows((values - middle) @ axes).astype("float32")

    def near(self, values: np.ndarray) -> np.ndarray:
        """Take one step with points that were not fitted: towards their neighbours among those that were."""
        import numpy as np

        wide = self._widened(values)
        index, cosine = nearest(wide, self.wide_, min(self.neighbours, len(self.wide_)))
        weight = cosine.clip(0) ** 2
        moved = wide + np.einsum("ik,ikd->id", weight, self.wide_[index])
        return unit_rows(moved).astype(np.float32)
