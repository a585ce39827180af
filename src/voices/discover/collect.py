"""Bring the vectors that the encoder hands over and the codes of the same comments together."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from voices.discover.store import SegmentRow, SegmentStore
from voices.types import Coded, Mention, Prepared, Segment, Status
from voices.windows import segments_of

if TYPE_CHECKING:
    import numpy as np

SIGNS = {"positive": 1.0, "negative": -1.0}


class Collector:
    """Stores the segments of coded comments per voice; holds vectors only until their codes come.

    Parameters
    ----------
    folder : Path
        An existing folder for the files of the stores.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stores: dict[str, SegmentStore] = {}
        self._waiting: dict[tuple[str, str], tuple[tuple[Segment, ...], np.ndarray]] = {}

    def keep(self, item: Prepared, vectors: np.ndarray) -> None:
        """Take the vectors of a comment, shape (n_segments, hidden)."""
        self._waiting[str(item.comment.voice), item.comment.id] = (segments_of(item), vectors)

    def add(self, batch: Iterable[Coded]) -> None:
        """Store the segments of coded comments, each after its vectors."""
        for coded in batch:
            voice = str(coded.comment.voice)
            found = self._waiting.pop((voice, coded.comment.id), None)
            if coded.status is not Status.CODED or found is None:
                continue
            if voice not in self.stores:
                self.stores[voice] = SegmentStore(self.folder, voice)
            segments, vectors = found
            there = [i for i in range(len(segments)) if vectors[i].any()]
            self.stores[voice].add([_row(coded, segments[i]) for i in there], vectors[there])
        self._waiting.clear()


def _row(coded: Coded, segment: Segment) -> SegmentRow:
    mentions = [m for m in coded.mentions if _carries(segment, m)]
    feeling = sum(SIGNS.get(m.polarity, 0.0) for m in mentions) / len(mentions) if mentions else _feeling(coded)
    comment = coded.comment
    return SegmentRow(
        id=comment.id,
        person=comment.id,
        text=segment.text,
        start=segment.start,
        end=segment.end,
        language=coded.language or "",
        feeling=feeling,
        themes=";".join(dict.fromkeys(m.theme for m in mentions)),
    )


def _carries(segment: Segment, mention: Mention) -> bool:
    """Tell whether a mention is in a segment; one without a place of its own is in all of them."""
    return mention.start < segment.end and (mention.end > segment.start or mention.end <= mention.start)


def _feeling(coded: Coded) -> float:
    if coded.sentiment_score is not None:
        return float(coded.sentiment_score)
    return SIGNS.get(coded.sentiment or "", 0.0)
