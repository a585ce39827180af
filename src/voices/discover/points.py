"""Identical texts become one point, and points get an order that does not depend on that of the rows."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from voices.discover.space import Space
    from voices.discover.store import Segments

BLOCK = 8192
"""Points that are placed at a time."""


@dataclass(frozen=True)
class Points:
    """Distinct texts, in the order of a hash of their content.

    Attributes
    ----------
    order : ndarray of int, shape (n_segments,)
        Segments, those of one point together.
    start : ndarray of int, shape (n_points + 1,)
        ``order[start[i]:start[i + 1]]`` are the segments of point i.
    of : ndarray of int, shape (n_segments,)
        Point of each segment.
    """

    order: np.ndarray
    start: np.ndarray
    of: np.ndarray

    def __len__(self) -> int:
        """Count the points."""
        return len(self.start) - 1

    @property
    def weight(self) -> np.ndarray:
        """Segments of each point, shape (n_points,)."""
        import numpy as np

        return np.diff(self.start)

    @property
    def first(self) -> np.ndarray:
        """One segment of each point, shape (n_points,)."""
        import numpy as np

        return np.asarray(self.order[self.start[:-1]])


def bare(text: str) -> str:
    """Give what two texts must share to count as identical: their words.

    Examples
    --------
    >>> bare("Te  druk!") == bare("te druk")
    True
    """
    return " ".join(re.findall(r"\w+", text.casefold()))


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(bare(text).encode("utf8", "replace"), digest_size=8).digest(), "big")


def collapse(texts: Sequence[str], vectors: np.ndarray) -> Points:
    """Collect segments of the same words.

    Parameters
    ----------
    texts : sequence of str
    vectors : ndarray, shape (n, hidden)
        Put segments of the same words in order: they differ by what stands around them.

    Returns
    -------
    Points
        The same for every order of the segments, but for the numbers of the segments.
    """
    import numpy as np

    keys = np.array([_hash(text) for text in texts], np.uint64)
    spread = [np.asarray(vectors[:, column]) for column in range(min(4, vectors.shape[1]))]
    order = np.lexsort((*spread, keys))
    ordered = keys[order]
    start = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    of = np.empty(len(texts), np.int64)
    of[order] = np.cumsum(np.concatenate([[True], ordered[1:] != ordered[:-1]])) - 1
    return Points(order, np.append(start, len(texts)), of)


def place(segments: Segments, points: Points, space: Space) -> np.ndarray:
    """Give the unit vector of each point in the space: the mean of its segments.

    Returns
    -------
    ndarray of float32, shape (n_points, hidden)
    """
    import numpy as np

    from voices.windows import unit_rows

    placed = np.empty((len(points), segments.vectors.shape[1]), np.float32)
    for low in range(0, len(points), BLOCK):
        high = min(low + BLOCK, len(points))
        rows = points.order[points.start[low] : points.start[high]]
        found = space(np.asarray(segments.vectors[rows], np.float32), segments.language[rows])
        sums = np.add.reduceat(found, points.start[low:high] - points.start[low], axis=0)
        placed[low:high] = unit_rows(sums)
    return placed
