"""Moderation by contact: whether a link is stronger in units where employees and customers meet more.

Expected by Dietz, Pugh and Wiley (2004) and by Brown and Lam (2008): climate reaches the customer
where they meet. The product of the employees' complaints and the contact is tested beside both of
them, over units, by permutation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from voices.align.association import normal_scores, partial_association, tail_probability
from voices.align.linked import FEWEST_UNITS, adjusted_columns
from voices.align.panel import Panel
from voices.align.paths import Pair
from voices.statistics import q_values

FEWEST_LEVELS = 2
PERMUTATIONS = 1999


@dataclass(frozen=True)
class Moderation:
    """How contact changes a link.

    Attributes
    ----------
    effect : float
        Partial correlation, -1 to 1, of the customers' complaints with employees' complaints times contact:
        above 0 where the link is stronger when they meet more.
    p_value, q_value : float
        One-sided.
    n_units : int
        Units whose contact is known.
    """

    pair: Pair
    effect: float
    p_value: float
    q_value: float
    n_units: int


def moderated(panel: Panel, tested: Sequence[Pair], *, seed: int) -> list[Moderation]:
    """Test every pair for moderation by contact.

    Parameters
    ----------
    panel : Panel
    tested : sequence of Pair
        Pairs that are linked, or expected to be.
    seed : int

    Returns
    -------
    list of Moderation
        Empty without contact, with fewer than :data:`voices.align.linked.FEWEST_UNITS` units of known
        contact, or where contact is the same everywhere.
    """
    if panel.contact is None:
        return []
    known = ~np.isnan(panel.contact)
    if known.sum() < FEWEST_UNITS or len(np.unique(panel.contact[known])) < FEWEST_LEVELS:
        return []
    contact = normal_scores(panel.contact[known])
    columns = adjusted_columns(panel, tested)
    rng = np.random.default_rng(seed)
    n = int(known.sum())
    permutations = rng.permuted(np.tile(np.arange(n), (PERMUTATIONS, 1)), axis=1)
    found: list[tuple[Pair, float, float]] = []
    for pair, both in columns.items():
        x, y, covariates = both.x[known], both.y[known], both.covariates[known]
        product = x * contact
        product = product - product.mean()
        length = float(np.linalg.norm(product))
        beside = np.column_stack([covariates, x, contact])
        if length < 1e-9 or beside.shape[1] + 3 >= n:
            continue
        result = partial_association(product / length, y, beside, permutations, np.zeros((0, n)))
        found.append((pair, result.observed, tail_probability(result.observed, result.null)))
    q = q_values(p for _, _, p in found)
    return [Moderation(pair, effect, p, float(q[k]), n) for k, (pair, effect, p) in enumerate(found)]
