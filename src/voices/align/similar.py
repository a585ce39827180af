"""Layer 2, *aligned*: what both voices complain of under a theme is about the same thing.

A sample of negative mentions of each voice and theme is encoded. What a voice or a language has in
common is taken out, and the middle of the employees' mentions is compared with the middle of the
customers', against the same comparison with the mentions of each voice shuffled over its themes.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from voices.align.association import tail_probability
from voices.align.paths import Pair
from voices.statistics import q_values
from voices.windows import unit_rows

KEPT = 48
"""Mentions kept per voice and theme: with them the middle is sure to about a seventh of one mention's spread."""
FEWEST = 10
"""Mentions of each side below which a theme is not tested."""
SHUFFLES = 999
LONGEST = 400
"""Characters of a mention that are read."""

Encode = Callable[[Sequence[str], str], np.ndarray]
"""Texts and their voice -> unit vectors, shape (n_texts, hidden)."""


@dataclass(frozen=True, order=True)
class Sampled:
    """A negative mention; ``draw`` is a hash of it, so that the sample depends on neither order nor chance."""

    draw: str
    text: str
    language: str


class MentionSample:
    """Keeps a fixed number of negative mentions per voice and theme while comments stream by."""

    def __init__(self, kept: int = KEPT) -> None:
        self.kept = kept
        self._heaps: defaultdict[tuple[str, str], list[tuple[int, Sampled]]] = defaultdict(list)

    def add(self, voice: str, theme: str, text: str, language: str | None) -> None:
        """Offer one negative mention; equal texts are kept once."""
        digest = hashlib.sha256(f"{theme}\n{text}".encode("utf8", "surrogatepass")).hexdigest()
        heap, order = self._heaps[voice, theme], -int(digest[:15], 16)
        if len(heap) >= self.kept and order < heap[0][0]:
            return
        item = (order, Sampled(digest, text[:LONGEST], language or ""))
        equal = next((k for k, (_, kept) in enumerate(heap) if kept.draw == digest), None)
        if equal is not None:
            # The draw alone orders the heap, so that another language in its place leaves it a heap.
            heap[equal] = min(heap[equal], item)
            return
        if len(heap) < self.kept:
            heapq.heappush(heap, item)
        else:
            heapq.heapreplace(heap, item)

    def of(self, voice: str) -> dict[str, list[Sampled]]:
        """Give theme -> sampled mentions of a voice, in an order that does not depend on theirs."""
        found = {theme: sorted(item for _, item in heap) for (of, theme), heap in self._heaps.items() if of == voice}
        return dict(sorted(found.items()))


@dataclass(frozen=True)
class Similarity:
    """What the texts say about one theme.

    Attributes
    ----------
    similarity : float
        Cosine, -1 to 1, of the middles of both sides' mentions, after what each voice and language has
        in common was taken out; 0 is what unrelated mentions have.
    p_value, q_value : float
        One-sided, against shuffled mentions.
    n_employee, n_customer : int
        Mentions that were compared.
    """

    pair: Pair
    similarity: float
    p_value: float
    q_value: float
    n_employee: int
    n_customer: int


def aligned(sample: MentionSample, tested: Sequence[Pair], encode: Encode, *, seed: int) -> list[Similarity]:
    """Compare what both voices say under the same theme.

    Parameters
    ----------
    sample : MentionSample
    tested : sequence of Pair
        Only those of one theme on both sides are compared: that is where one word could hide two things.
        Themes that are no problem on both sides are best left out.
    encode : callable
    seed : int
        Of the shuffles.

    Returns
    -------
    list of Similarity
        Themes with fewer than :data:`FEWEST` mentions on a side are left out.
    """
    sides = {voice: sample.of(voice) for voice in ("employee", "customer")}
    usable = [
        pair
        for pair in tested
        if pair.is_same and all(len(sides[voice].get(pair.employee, ())) >= FEWEST for voice in sides)
    ]
    if not usable:
        return []
    middles = {voice: _middles(of, encode, voice, seed) for voice, of in sides.items()}
    found, p_values = [], []
    for pair in usable:
        observed, null = (
            (middles["employee"][k][pair.employee] * middles["customer"][k][pair.customer]).sum(axis=-1) for k in (0, 1)
        )
        found.append(float(observed))
        # On Fisher's scale, where cosines near 1 are as far apart as others.
        on_scale = np.arctanh(np.clip([float(observed), *null], -1 + 1e-9, 1 - 1e-9))
        p_values.append(tail_probability(float(on_scale[0]), on_scale[1:]))
    q = q_values(p_values)
    return [
        Similarity(pair, found[k], p_values[k], float(q[k]), *(len(sides[voice][pair.employee]) for voice in sides))
        for k, pair in enumerate(usable)
    ]


def _middles(
    of: dict[str, list[Sampled]], encode: Encode, voice: str, seed: int
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Give theme -> unit middle (hidden,) of its mentions, and theme -> those of shuffles (shuffles, hidden)."""
    items = [item for mentions in of.values() for item in mentions]
    vectors = encode([item.text for item in items], voice).astype(np.float64)
    languages = np.array([item.language for item in items])
    for language in np.unique(languages):
        at = languages == language
        vectors[at] -= vectors[at].mean(axis=0)
    vectors = unit_rows(vectors)
    rng = np.random.default_rng([seed, voice == "customer"])
    orders = np.stack([np.arange(len(items)), *(_shuffled(languages, rng) for _ in range(SHUFFLES))])
    found, null, start = {}, {}, 0
    for theme, mentions in of.items():
        stop = start + len(mentions)
        means = unit_rows(np.stack([vectors[order[start:stop]].mean(axis=0) for order in orders]))
        found[theme], null[theme] = means[0], means[1:]
        start = stop
    return found, null


def _shuffled(languages: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Give an order of the mentions that keeps each one's language."""
    order = np.arange(len(languages))
    for language in np.unique(languages):
        at = np.flatnonzero(languages == language)
        order[at] = rng.permutation(at)
    return order
