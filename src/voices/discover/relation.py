"""How a topic stands to the taxonomy: inside one theme, across several, or outside all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

INSIDE = 0.5
"""Part of a topic's coded segments that one theme must carry to hold the topic."""
COVERED = 0.4
"""Part of a topic's segments that must carry any theme; below it the topic is news."""


@dataclass(frozen=True)
class Relation:
    """``kind`` is ``inside``, ``across`` or ``outside``; ``themes`` are ids, the commonest first."""

    kind: str
    themes: tuple[str, ...]
    covered: float


def relate(themes: Sequence[str]) -> Relation:
    """Judge a topic by the themes of its segments.

    Parameters
    ----------
    themes : sequence of str
        One a segment: theme ids joined by ``;``, empty for none.

    Examples
    --------
    >>> relate(["workload", "workload;process", "workload", ""]).kind, relate(["", "", "price", ""]).kind
    ('inside', 'outside')
    """
    sets = [set(entry.split(";")) - {""} for entry in themes]
    coded = [entry for entry in sets if entry]
    covered = len(coded) / max(1, len(sets))
    if covered < COVERED:
        return Relation("outside", (), covered)
    counts = Counter(theme for entry in coded for theme in entry)
    ranked = sorted(counts, key=lambda theme: (-counts[theme], theme))
    if counts[ranked[0]] >= INSIDE * len(coded):
        return Relation("inside", (ranked[0],), covered)
    return Relation("across", tuple(ranked[:3]), covered)
