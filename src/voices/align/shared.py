"""Layer 1, *shared*: a theme is negative on both sides more often than a floor.

Shares of each voice's judged comments, with Wilson (1927) score intervals, and beside them the
shares that remain when the coder's known errors are taken out. A theme is shared when the lower
bounds of all of them lie above the floor: then neither the odd comment nor a detector that finds
things which are not there makes it a problem. It says nothing yet about one cause.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from voices.aggregate import Cell
from voices.statistics import Z95, wilson_interval

Confusion = Mapping[str, int]
"""Held-out comments by what the coder and people said of a theme: ``true_positive`` and so on."""


@dataclass(frozen=True)
class NegativeShare:
    """How often a theme is negative in one voice.

    Attributes
    ----------
    hits, total : int
        Judged comments in which it is negative, and all of them.
    value, low, high : float
        The share as it was coded, 0 to 1, with its 95 % Wilson interval.
    corrected, corrected_low, corrected_high : float or None
        The share without the coder's known errors, with its 95 % interval; None where they are not known.
    """

    hits: int
    total: int
    value: float
    low: float
    high: float
    corrected: float | None = None
    corrected_low: float | None = None
    corrected_high: float | None = None

    def is_above(self, floor: float) -> bool:
        """Tell whether the share is surely above a floor, as coded and as corrected."""
        return self.low > floor and (self.corrected_low is None or self.corrected_low > floor)


def negative_share(cell: Cell, theme: str, confusion: Confusion | None = None) -> NegativeShare:
    """Give the share of comments in which a theme is negative.

    Parameters
    ----------
    cell : Cell
        All counts of a voice, with at least one comment.
    theme : str
    confusion : mapping or None
        The coder's errors for the theme as a negative one; None leaves the share uncorrected.
    """
    hits, total = cell.count(theme, "negative"), cell.n_comments
    low, high = wilson_interval(hits, total)
    corrected = corrected_share(hits, total, confusion) if confusion else (None, None, None)
    return NegativeShare(hits, total, hits / total, low, high, *corrected)


def corrected_share(hits: int, total: int, confusion: Confusion) -> tuple[float, float, float]:
    """Give the true share behind a share that an imperfect coder found, with its 95 % interval.

    Parameters
    ----------
    hits, total : int
        0 <= hits <= total, total at least 1.
    confusion : mapping
        ``true_positive``, ``false_positive``, ``false_negative``, ``true_negative`` on held-out comments.

    Returns
    -------
    share, low, high : float
        0 to 1. The interval holds the uncertainty of the coder's errors as well. A coder that is no
        better than chance gives 0 to 1.

    Notes
    -----
    Rogan and Gladen (1978), Am. J. Epidemiol. 107; interval of Lang and Reiczigel (2014), Prev. Vet. Med. 113.

    Examples
    --------
    >>> known = dict(true_positive=80, false_negative=20, false_positive=10, true_negative=890)
    >>> [round(value, 3) for value in corrected_share(100, 1000, known)]
    [0.112, 0.088, 0.143]
    """
    n_there = confusion["true_positive"] + confusion["false_negative"]
    n_absent = confusion["true_negative"] + confusion["false_positive"]
    n = total + Z95**2
    observed = (hits + Z95**2 / 2) / n
    sensitivity = (confusion["true_positive"] + 1) / (n_there + 2)
    specificity = (confusion["true_negative"] + 1) / (n_absent + 2)
    youden = sensitivity + specificity - 1
    if youden <= 0.05:
        return hits / total, 0.0, 1.0
    share = min(1.0, max(0.0, (observed + specificity - 1) / youden))
    of_sensitivity = sensitivity * (1 - sensitivity) / (n_there + 2)
    of_specificity = specificity * (1 - specificity) / (n_absent + 2)
    spread = observed * (1 - observed) / n + share**2 * of_sensitivity + (1 - share) ** 2 * of_specificity
    shift = 2 * Z95**2 * (share * of_sensitivity - (1 - share) * of_specificity)
    half = Z95 * math.sqrt(spread) / youden
    point = min(1.0, max(0.0, (hits / total + specificity - 1) / youden))
    return point, min(point, max(0.0, share + shift - half)), max(point, min(1.0, share + shift + half))
