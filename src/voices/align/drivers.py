"""Which themes go with the score that a person gave: a driver analysis, per voice.

Each comment with a score is a row: per theme 1 where it is praised, -1 where it is complained of, 0
elsewhere. Only sums of products are kept, in blocks of comments, so that memory does not grow and a
bootstrap can draw blocks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from voices.aggregate import person_ids

BLOCKS = 64
FEWEST_COMMENTS = 100
"""Scored comments below which no drivers are given."""
FEWEST_MENTIONS = 10
FEWEST_PEOPLE = 5
"""People with a score, in all and behind a theme, below which nothing is said; one person can write much."""
RESAMPLES = 1000


@dataclass(frozen=True)
class Driver:
    """How much of the differences in the score goes with one theme.

    Attributes
    ----------
    weight, low, high : float
        Relative weight: the theme's part of the explained variance, 0 to 1, with its 95 % bootstrap
        interval; the weights of a voice add up to 1.
    slope : float
        Points of the score between a complaint and no mention, on the file's own scale, others equal.
    r_squared : float
        Part of the variance of the score that all themes explain together, 0 to 1.
    n_comments, n_mentions : int
        Scored comments, and those with the theme praised or complained of.
    """

    voice: str
    theme: str
    weight: float
    low: float
    high: float
    slope: float
    r_squared: float
    n_comments: int
    n_mentions: int


class DriverMoments:
    """Sums of products of themes and score, per voice and block; grows with themes, not with comments."""

    def __init__(self) -> None:
        self._themes: dict[str, int] = {}
        self._sums: dict[str, np.ndarray] = {}
        self._people: dict[tuple[str, str | None], set[str]] = {}

    def add(self, voice: str, ids: Sequence[str], scores: np.ndarray, mentions: Sequence[tuple[int, str, int]]) -> None:
        """Count scored comments.

        Parameters
        ----------
        voice : str
        ids : sequence of str
            Of the comments; a hash of the id decides the block.
        scores : ndarray, shape (comments,)
            NaN where there is none; such comments are left out.
        mentions : sequence of tuple
            Index into ``ids``, theme, and 1 (praised) or -1 (complained of).
        """
        known = np.flatnonzero(np.isfinite(scores))
        if not len(known):
            return
        for _, theme, _ in mentions:
            self._themes.setdefault(theme, len(self._themes))
        width = 2 + len(self._themes)
        rows = np.zeros((len(ids), width))
        rows[:, 0], rows[:, 1] = 1, scores
        people = person_ids(ids)
        self._meet(voice, None, (people[int(k)] for k in known))
        for index, theme, sign in mentions:
            if np.isfinite(scores[index]):
                self._meet(voice, theme, (people[index],))
            rows[index, 2 + self._themes[theme]] = sign
        sums = self._room(voice, width)
        blocks = np.array([_block(ids[int(k)]) for k in known])
        for block in np.unique(blocks):
            part = rows[known[blocks == block]]
            sums[block, :width, :width] += part.T @ part

    def _meet(self, voice: str, theme: str | None, people: Iterable[str]) -> None:
        """Remember the first few people with a score."""
        met = self._people.setdefault((voice, theme), set())
        if len(met) < FEWEST_PEOPLE:
            met.update(people)
            self._people[voice, theme] = set(sorted(met)[:FEWEST_PEOPLE])

    def _enough(self, voice: str, theme: str | None = None) -> bool:
        return len(self._people.get((voice, theme), ())) >= FEWEST_PEOPLE

    def _room(self, voice: str, width: int) -> np.ndarray:
        old = self._sums.get(voice)
        if old is None or old.shape[1] < width:
            grown = np.zeros((BLOCKS, 2 * width, 2 * width))
            if old is not None:
                grown[:, : old.shape[1], : old.shape[1]] = old
            self._sums[voice] = grown
        return self._sums[voice]

    def drivers(self, voice: str, *, seed: int) -> list[Driver]:
        """Give the drivers of a voice's score, the heaviest first.

        Empty where too few comments or people have a score, or where all themes together explain no more of it
        than chance does (F-test at .05): parts of nothing are no drivers.

        Notes
        -----
        Relative weights of Johnson (2000), Multivariate Behavioral Research 35, which come close to
        Shapley values (general dominance) at a fraction of their work. Blocks of comments are drawn
        in the bootstrap.
        """
        sums = self._sums.get(voice)
        if sums is None or sums[:, 0, 0].sum() < FEWEST_COMMENTS or not self._enough(voice):
            return []
        total = sums.sum(axis=0)
        names = [name for name, k in self._themes.items() if _used(total, 2 + k) and self._enough(voice, name)]
        columns = [0, 1, *(2 + self._themes[name] for name in names)]
        whole = _weights(total[np.ix_(columns, columns)]) if names else None
        if whole is None or _chance(whole.r_squared, len(names), float(total[0, 0])) >= 0.05:
            return []
        parts = sums[:, columns][:, :, columns]
        rng = np.random.default_rng(seed)
        draws = []
        for counts in rng.multinomial(BLOCKS, np.full(BLOCKS, 1 / BLOCKS), size=RESAMPLES):
            drawn = _weights(np.tensordot(counts.astype(float), parts, axes=1))
            if drawn is not None:
                draws.append(drawn.weights)
        low, high = np.quantile(np.stack(draws), [0.025, 0.975], axis=0)
        found = [
            Driver(
                voice,
                name,
                float(whole.weights[k]),
                float(min(low[k], whole.weights[k])),
                float(max(high[k], whole.weights[k])),
                float(-whole.slopes[k]),
                whole.r_squared,
                int(total[0, 0]),
                int(total[columns[2 + k], columns[2 + k]]),
            )
            for k, name in enumerate(names)
        ]
        return sorted(found, key=lambda driver: (-driver.weight, driver.theme))


def _block(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode("utf8", "surrogatepass"), digest_size=2).digest()) % BLOCKS


def _used(total: np.ndarray, column: int) -> bool:
    return bool(column < len(total) and total[column, column] >= FEWEST_MENTIONS)


def _chance(r_squared: float, themes: int, comments: float) -> float:
    """Give the p-value of the F-test of a regression."""
    freedom = comments - themes - 1
    if freedom < 1 or r_squared >= 1:
        return 0.0 if r_squared >= 1 else 1.0
    return float(stats.f.sf(r_squared / themes / ((1 - r_squared) / freedom), themes, freedom))


@dataclass(frozen=True)
class _Weights:
    weights: np.ndarray
    slopes: np.ndarray
    r_squared: float


def _weights(sums: np.ndarray) -> _Weights | None:
    """Give relative weights from sums of products of (1, score, themes...); None where nothing varies."""
    n = sums[0, 0]
    if n < 3:
        return None
    means = sums[0, 1:] / n
    covariance = sums[1:, 1:] / n - np.outer(means, means)
    spread = np.sqrt(np.maximum(np.diag(covariance), 0))
    if spread[0] <= 1e-12:
        return None
    varies = spread > 1e-12
    scale = np.where(varies, spread, 1.0)
    correlation = covariance / np.outer(scale, scale)
    r, to_score = correlation[1:, 1:] * np.outer(varies[1:], varies[1:]), correlation[1:, 0] * varies[1:]
    values, vectors = np.linalg.eigh(r)
    values = np.maximum(values, 1e-9)
    root = (vectors * np.sqrt(values)) @ vectors.T
    beta = (vectors / np.sqrt(values)) @ vectors.T @ to_score
    parts = (root**2) @ (beta**2)
    explained = float(parts.sum())
    if explained <= 1e-12:
        return None
    slopes = (vectors / values) @ vectors.T @ to_score * spread[0] / scale[1:]
    return _Weights(parts / explained, slopes, min(1.0, explained))
