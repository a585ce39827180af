"""Find themes that the model was never trained on, from a description and a few example sentences.

A theme is a direction among the vectors of segments. Those vectors say first of all how somebody
feels and in which language; both are measured on a background of comments that ship with the
package, and taken out, or five complaints would make a finder of complaints. Cosines of this
encoder are squeezed together, so that a bound means nothing by itself: it is set from the scores
of the background and of the examples.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from voices.taxonomy import Theme, themes_of
from voices.types import Comment, Prepared, Segment, Status
from voices.windows import unit_rows

if TYPE_CHECKING:
    import numpy as np

    Encode = Callable[[Sequence[Prepared]], list[np.ndarray]]

BACKGROUND = 400
"""Background comments per voice; with half of them the figures fall, with twice as many they hardly rise."""
SPREADS = 3.0
"""How far above the middle of the background a segment of the theme scores, in spreads of its lower half:
the upper half may hold the theme itself."""
EXAMPLE_PART = 0.7
"""How far a segment gets on the way from the middle of the background to an example that was held out."""
FEWEST_EXAMPLES = 3
"""Below this many examples, the background alone sets the bound."""
CONFIDENCE = (-1.1, 1.3)
"""Intercept and slope of the log odds over the distance to the bound in spreads, fitted to hand-coded comments."""


@dataclass(frozen=True)
class Background:
    """Comments that ship with the package, of one voice; ``sentiment`` and ``language`` are one a comment."""

    items: list[Prepared]
    sentiment: list[str]
    language: list[str]


def background(voice: str) -> Background:
    """Give :data:`BACKGROUND` comments of a voice, evenly from all trades that they were written for."""
    table = resources.files("voices").joinpath("training", "written.tsv")
    lines = table.read_text(encoding="utf8").split("\n")
    rows = [row for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE) if row["voice"] == voice]
    rows = [rows[i * len(rows) // BACKGROUND] for i in range(BACKGROUND)] if len(rows) > BACKGROUND else rows
    items = [prepared(row["text"], voice=voice, question=row["question"] or None) for row in rows]
    return Background(items, [row["sentiment"] for row in rows], [row["lang"] for row in rows])


def prepared(text: str, *, voice: str, question: str | None = None) -> Prepared:
    """Make a comment, cut after full stops, of a text that is known to be fit for the encoder."""
    found = re.finditer(r"[^.!?]*\w[^.!?]*[.!?]*\s*", text)
    segments = tuple(Segment(match.start(), match.end(), match.group()) for match in found)
    return Prepared(Comment("", voice, "", 0, text, question), None, Status.CODED, segments)


@dataclass(frozen=True)
class Space:
    """Vectors without what feeling and language put into them.

    Attributes
    ----------
    middle : ndarray, shape (hidden,)
        Mean of the background.
    removed : ndarray, shape (hidden, n_removed)
        Orthonormal directions that are taken out.
    """

    middle: np.ndarray
    removed: np.ndarray

    def __call__(self, vectors: np.ndarray) -> np.ndarray:
        """Give the vectors, shape (n, hidden), centred, without the removed directions, at unit length."""
        rest = vectors - self.middle
        return unit_rows(rest - rest @ self.removed @ self.removed.T)


def fit_space(vectors: np.ndarray, sentiment: np.ndarray, language: np.ndarray) -> Space:
    """Measure the directions of feeling and language.

    Parameters
    ----------
    vectors : ndarray, shape (n, hidden)
        Unit vectors of segments.
    sentiment, language : ndarray of str, shape (n,)
        Of the comment that each segment is from; each of positive, negative and neutral, and of en
        and nl, is there.
    """
    import numpy as np

    means = {name: vectors[sentiment == name].mean(axis=0) for name in ("positive", "negative", "neutral")}
    moved = vectors[(sentiment == "positive") | (sentiment == "negative")].mean(axis=0)
    directions = [
        means["positive"] - means["negative"],
        means["neutral"] - moved,
        vectors[language == "en"].mean(axis=0) - vectors[language == "nl"].mean(axis=0),
    ]
    return Space(vectors.mean(axis=0), np.linalg.qr(np.array(directions).T)[0])


@dataclass(frozen=True)
class Direction:
    """A theme among the vectors of a space.

    Attributes
    ----------
    vector : ndarray, shape (hidden,)
        Unit vector; the score of a segment is its product with it, -1 to 1.
    bound : float
        Score from which a segment is about the theme.
    spread : float
        Unit of the distance to the bound, above 0.
    """

    vector: np.ndarray
    bound: float
    spread: float

    def confidence(self, score: float) -> float:
        """Give the rough probability, 0 to 1, that a segment is about the theme."""
        import numpy as np

        intercept, slope = CONFIDENCE
        return float(1 / (1 + np.exp(-(intercept + slope * (score - self.bound) / self.spread))))


def fit_direction(told: np.ndarray, examples: np.ndarray, others: np.ndarray) -> Direction:
    """Join what is told of a theme and its examples into a direction, and set its bound.

    Parameters
    ----------
    told : ndarray, shape (n_told, hidden)
        Vectors, in the space, of the names and descriptions; at least one.
    examples : ndarray, shape (n_examples, hidden)
        Vectors of the example sentences; may be empty.
    others : ndarray, shape (n, hidden)
        Vectors of the background.
    """
    import numpy as np

    vector = _direction(told, examples)
    scores = others @ vector
    middle = float(np.median(scores))
    spread = max(middle - float(np.quantile(scores, 0.16)), 1e-3)
    bound = middle + SPREADS * spread
    if len(examples) >= FEWEST_EXAMPLES:
        left_out = [example @ _direction(told, np.delete(examples, i, axis=0)) for i, example in enumerate(examples)]
        bound = (bound + middle + EXAMPLE_PART * (float(np.median(left_out)) - middle)) / 2
    return Direction(vector, bound, spread)


def _direction(told: np.ndarray, examples: np.ndarray) -> np.ndarray:
    """Give the middle of the means of what is told and of the examples, each at unit length."""
    import numpy as np

    parts = np.array([part.mean(axis=0) for part in (told, examples) if len(part)])
    return unit_rows(unit_rows(parts).sum(axis=0))


@dataclass(frozen=True)
class Hit:
    """A theme in a comment; ``segment`` is an index into its segments, ``confidence`` 0 to 1."""

    theme: str
    segment: int
    confidence: float


@dataclass(frozen=True)
class Finder:
    """Finds the custom themes of one voice; ``directions`` is theme id -> direction in ``space``."""

    space: Space
    directions: dict[str, Direction]

    def find(self, vectors: np.ndarray) -> list[Hit]:
        """Give the themes of a comment, the surest first.

        Parameters
        ----------
        vectors : ndarray, shape (n_segments, hidden)
            Unit vectors; a row of zeros for a segment without tokens.
        """
        there = vectors.any(axis=1)
        if not there.any():
            return []
        placed = self.space(vectors)
        hits = []
        for theme, direction in self.directions.items():
            scores = placed @ direction.vector
            scores[~there] = -1
            best = int(scores.argmax())
            if scores[best] >= direction.bound:
                hits.append(Hit(theme, best, direction.confidence(float(scores[best]))))
        return sorted(hits, key=lambda hit: -hit.confidence)


def texts_of(theme: Theme, voice: str) -> tuple[str, ...]:
    """List what is told of a theme to a voice: its names and descriptions."""
    return (*theme.name.values(), *getattr(theme, voice).values())


def fit_finder(themes: Mapping[str, Theme], voice: str, encode: Encode) -> Finder:
    """Fit the themes that a voice uses.

    Parameters
    ----------
    themes : mapping
        Theme id -> custom theme; at least one is used by the voice.
    encode : callable
        Prepared comments -> the vectors of their segments, one array (n_segments, hidden) a comment.
    """
    import numpy as np

    behind = background(voice)
    vectors = encode(behind.items)
    counts = [len(of_one) for of_one in vectors]
    every = np.concatenate(vectors)
    space = fit_space(every, np.repeat(behind.sentiment, counts), np.repeat(behind.language, counts))
    others = space(every)

    def placed(texts: Sequence[str]) -> np.ndarray:
        items = [whole(text, voice) for text in texts]
        return space(np.concatenate(encode(items))) if items else np.zeros((0, every.shape[1]), np.float32)

    directions = {}
    for name in themes_of(voice, themes):
        theme = themes[name]
        directions[name] = fit_direction(placed(texts_of(theme, voice)), placed(theme.examples), others)
    return Finder(space, directions)


def whole(text: str, voice: str) -> Prepared:
    """Make a comment of one segment."""
    return Prepared(Comment("", voice, "", 0, text), None, Status.CODED, (Segment(0, len(text), text),))
