"""Choose the quotes that stand for a theme, while comments stream by."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable
from dataclasses import dataclass

from voices.types import Coded

KEPT = 12
"""Candidates kept per voice, theme and polarity; a few more than are shown, to drop repeats."""
SHOWN = 3
SHORTEST, LONGEST = 30, 280
"""Characters of a segment that can stand alone, and of a whole comment that is still a quote."""


@dataclass(frozen=True)
class Quote:
    """A passage of a comment and why it was chosen; ``confidence`` is that of its theme."""

    voice: str
    theme: str
    polarity: str
    text: str
    confidence: float
    only_theme: bool


class QuotePicker:
    """Keeps the best candidates in constant memory; the choice does not depend on their order."""

    def __init__(self) -> None:
        self._heaps: dict[tuple[str, str, str], list[tuple[float, str, Quote]]] = {}

    def add(self, batch: Iterable[Coded]) -> None:
        """Look at a batch of coded comments."""
        for coded in batch:
            for mention in coded.mentions:
                text = _passage(coded.comment.text, mention.segment)
                if text is None:
                    continue
                alone = len(coded.mentions) == 1
                quote = Quote(
                    str(coded.comment.voice), mention.theme, mention.polarity, text, mention.confidence, alone
                )
                self._offer(quote)

    def _offer(self, quote: Quote) -> None:
        heap = self._heaps.setdefault((quote.voice, quote.theme, quote.polarity), [])
        # Ties are broken by a hash of the text, so that neither order nor alphabet decides.
        tie = hashlib.sha256(quote.text.encode("utf8", "surrogatepass")).hexdigest()
        item = (_merit(quote), tie, quote)
        if any(kept[1] == tie for kept in heap):
            return
        if len(heap) < KEPT:
            heapq.heappush(heap, item)
        elif item[:2] > heap[0][:2]:
            heapq.heapreplace(heap, item)

    def chosen(self, *, shown: int = SHOWN) -> list[Quote]:
        """Give the best quotes of each voice, theme and polarity, best first."""
        result = []
        for key in sorted(self._heaps):
            best = sorted(self._heaps[key], key=lambda item: item[:2], reverse=True)
            picked: list[Quote] = []
            for _, _, quote in best:
                if len(picked) < shown and all(_overlap(quote.text, other.text) < 0.6 for other in picked):
                    picked.append(quote)
            result += picked
        return result


def _passage(text: str, segment: str) -> str | None:
    """Give the segment if it can stand alone, else the whole comment if that is short enough."""
    if SHORTEST <= len(segment) <= LONGEST:
        return segment
    if len(text) <= LONGEST and len(text) >= SHORTEST:
        return text
    return segment if 12 <= len(segment) <= LONGEST else None


def _merit(quote: Quote) -> float:
    """Prefer a sure theme, a passage of readable length, and comments about one thing."""
    length = min(1.0, len(quote.text) / 80) * min(1.0, 200 / max(len(quote.text), 1))
    return round(quote.confidence + 0.3 * length + (0.05 if quote.only_theme else 0.0), 6)


def _overlap(a: str, b: str) -> float:
    """Give the Jaccard similarity of the words of two texts."""
    one, two = set(a.casefold().split()), set(b.casefold().split())
    return len(one & two) / max(1, len(one | two))
