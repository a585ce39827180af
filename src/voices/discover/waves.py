"""Topics from one run to the next: which stay, merge, split, vanish or are new."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from voices.windows import unit_rows

if TYPE_CHECKING:
    import numpy as np

    from voices.discover.space import Space
    from voices.discover.store import Segments

BLOCK = 65_536

LINKED = 0.75
"""Cosine of two middles from which they are one topic. Between two halves of the same answers the nearest topic
has .83 and the second nearest .68 (medians)."""


@dataclass(frozen=True)
class Earlier:
    """A topic of an earlier run."""

    id: str
    label: str
    middle: np.ndarray


@dataclass(frozen=True)
class Wave:
    """The topics of a voice in an earlier run, and the space in which their middles are."""

    topics: list[Earlier]
    space: Space


def middles_in(space: Space, segments: Segments, of: np.ndarray, n_topics: int) -> np.ndarray:
    """Give the middles of topics in the space of another run, shape (n_topics, hidden).

    Every run centres its vectors by what is written in it; a topic that vanished would move all others.

    Parameters
    ----------
    of : ndarray of int, shape (n_segments,)
        Topic of each segment, -1 for none.
    """
    import numpy as np

    sums = np.zeros((n_topics, segments.vectors.shape[1]))
    rows = np.flatnonzero(of >= 0)
    for low in range(0, len(rows), BLOCK):
        part = rows[low : low + BLOCK]
        np.add.at(sums, of[part], space(np.asarray(segments.vectors[part], np.float32), segments.language[part]))
    return unit_rows(sums)


@dataclass(frozen=True)
class Changes:
    """How topics follow those of an earlier run.

    Attributes
    ----------
    ids : list of str
        Of each topic now: that of the earlier topic that it continues, or one that was never used.
    change : list of str
        ``same``, ``new``, ``merged`` or ``split``, one a topic now.
    before : list of tuple of str
        Earlier topics that each topic now comes from.
    vanished : list of str
        Earlier topics that nothing comes from.
    """

    ids: list[str]
    change: list[str]
    before: list[tuple[str, ...]]
    vanished: list[str] = field(default_factory=list)


def follow(voice: str, middles: np.ndarray, earlier: Sequence[Earlier], *, used: Sequence[str] = ()) -> Changes:
    """Match topics to those of an earlier run.

    A topic continues the earlier one that is nearest to it, where each is the nearest of the other. Where
    several earlier topics are nearest to one topic now, they merged; where one is nearest to several, it split.

    Parameters
    ----------
    middles : ndarray, shape (n_topics, hidden)
        Unit vectors of the topics now, the largest first.
    used : sequence of str
        Ids of all runs before, that no other topic may get.

    Returns
    -------
    Changes
    """
    import numpy as np

    near = (
        middles @ np.array([topic.middle for topic in earlier]).T
        if earlier and len(middles)
        else np.zeros((len(middles), 0))
    )
    to_before = [int(row.argmax()) if len(row) and row.max() >= LINKED else -1 for row in near]
    to_now = [int(column.argmax()) if len(column) and column.max() >= LINKED else -1 for column in near.T]
    highest = max([0, *(_number(name) for name in [*used, *(topic.id for topic in earlier)])])
    ids, change, before = [], [], []
    for now in range(len(middles)):
        sources = [old for old, target in enumerate(to_now) if target == now]
        nearest = to_before[now]
        if nearest >= 0 and nearest in sources:
            ids.append(earlier[nearest].id)
        else:
            highest += 1
            ids.append(f"{voice}-{highest}")
        origins = sorted({*sources, nearest} - {-1})
        siblings = nearest >= 0 and sum(target == nearest for target in to_before) > 1
        change.append("merged" if len(sources) > 1 else "split" if siblings else "same" if origins else "new")
        before.append(tuple(earlier[old].id for old in origins))
    came_on = {name for names in before for name in names}
    return Changes(ids, change, before, [topic.id for topic in earlier if topic.id not in came_on])


def _number(name: str) -> int:
    """Give the number at the end of an id, 0 where there is none."""
    found = re.search(r"(\d+)$", name)
    return int(found[1]) if found else 0
