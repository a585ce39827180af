"""Windows of a comment that fit the encoder, and which of its segments each token belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voices.types import Prepared, Segment

if TYPE_CHECKING:
    import numpy as np
    from tokenizers import Encoding


@dataclass(frozen=True)
class Window:
    """A part of a comment that fits the encoder.

    Attributes
    ----------
    index : int
        Which comment of the batch.
    offset : int
        Position in the comment's text at which the part starts.
    prefix : int
        Characters of the prompt before the text.
    segments : tuple of Segment
        Those of the whole comment.
    """

    index: int
    offset: int
    prefix: int
    encoding: Encoding
    segments: tuple[Segment, ...]


def segments_of(item: Prepared) -> tuple[Segment, ...]:
    """Give the segments of a comment; the whole text where it has none."""
    text = item.comment.text
    return item.segments or (Segment(0, len(text), text),)


def token_segments(window: Window) -> np.ndarray:
    """Tell which segment each token is in.

    Returns
    -------
    ndarray of int, shape (n_tokens,)
        Index in the segments of the window; -1 for tokens of the prompt and marks of the tokenizer.
    """
    import numpy as np

    found = np.full(len(window.encoding.offsets), -1)
    position = 0
    for token, (start, end) in enumerate(window.encoding.offsets):
        if end <= window.prefix or end <= start:
            continue
        last = end - 1 - window.prefix + window.offset
        while position + 1 < len(window.segments) and last >= window.segments[position + 1].start:
            position += 1
        found[token] = position
    return found


def evidence(window: Window, weight: np.ndarray) -> Segment:
    """Find the segment whose tokens speak most for a theme.

    Parameters
    ----------
    weight : ndarray, shape (n_tokens,)
        How much each token speaks for it.
    """
    import numpy as np

    where = token_segments(window)
    kept = where >= 0
    totals = np.bincount(where[kept], weights=weight[kept], minlength=len(window.segments))
    return window.segments[int(totals.argmax())]


def segment_sums(window: Window, states: np.ndarray) -> np.ndarray:
    """Add up the token states of each segment.

    Parameters
    ----------
    states : ndarray, shape (n_tokens, hidden)
        What the encoder made of each token of the window.

    Returns
    -------
    ndarray of float32, shape (n_segments, hidden)
        A row of zeros for a segment that has no token in the window.
    """
    import numpy as np

    where = token_segments(window)
    total = np.zeros((len(window.segments), states.shape[1]), np.float32)
    np.add.at(total, where[where >= 0], states[where >= 0])
    return total


def unit_rows(vectors: np.ndarray) -> np.ndarray:
    """Scale rows to unit length; rows of zeros stay."""
    import numpy as np

    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0, length, 1))


def spans(item: Prepared, *, characters: int) -> list[tuple[int, int]]:
    """Cut a long comment at segment borders into spans of about ``characters``."""
    found: list[tuple[int, int]] = []
    start = 0
    for segment in segments_of(item):
        if segment.end - start > characters and segment.start > start:
            found.append((start, segment.start))
            start = segment.start
        while segment.end - start > characters:
            found.append((start, start + characters))
            start += characters
    found.append((start, len(item.comment.text)))
    return [span for span in found if item.comment.text[span[0] : span[1]].strip()]
