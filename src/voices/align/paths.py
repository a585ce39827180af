"""Which pairs of themes are tested, in which family, and how a family keeps its false discoveries down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from voices.statistics import q_values

EXPECTED, EXPLORATORY = "expected", "exploratory"
LITERATURE: tuple[tuple[str, str, str], ...] = (
    ("training", "product", "Johnson 1996: service training and customers' judgement of quality"),
    ("training", "empowerment", "Bowen and Lawler 1992: who knows the job can solve the problem"),
    ("workload", "engagement", "Singh 2000: strain of front-line staff and how they treat customers"),
    ("turnover", "training", "Hausknecht, Trevor and Howard 2009: turnover and service quality"),
    ("turnover", "workload", "Hausknecht, Trevor and Howard 2009: gaps in the crew and waiting"),
    ("recognition", "engagement", "Johnson 1996: reward of good service and the attitude of staff"),
    ("leadership", "engagement", "Schneider, White and Paul 1998: work facilitation and service climate"),
    ("trust", "engagement", "Masterson 2001: fairness to staff passes on to customers"),
    ("culture", "engagement", "Schneider, White and Paul 1998: climate for service"),
    ("process", "workload", "Heskett et al. 1994: tools that fail make customers wait"),
    ("collaboration", "workload", "Schneider, White and Paul 1998: interdepartmental service"),
    ("communication", "training", "Schneider, White and Paul 1998: staff who are not told cannot tell"),
    ("empowerment", "workload", "Bowen and Lawler 1992: who may decide does not make customers wait"),
    ("engagement", "product", "Harter, Schmidt and Hayes 2002: engagement and customers' satisfaction"),
)
"""Employee theme, customer theme and who expects the path; chosen before any data of ours was seen."""


@dataclass(frozen=True)
class Pair:
    """An employee theme and a customer theme that are tested together; ``family`` is where it counts."""

    employee: str
    customer: str
    family: str

    @property
    def is_same(self) -> bool:
        """Whether it is one theme seen from both sides."""
        return self.employee == self.customer


def pairs(employee: Sequence[str], customer: Sequence[str]) -> list[Pair]:
    """List every pair of themes: one theme on both sides, then what the literature expects, then the rest."""
    same = [(theme, theme) for theme in employee if theme in set(customer)]
    known = [(a, b) for a, b, _ in LITERATURE if a in employee and b in customer]
    rest = [(a, b) for a in employee for b in customer if (a, b) not in {*same, *known}]
    return [Pair(a, b, EXPECTED) for a, b in same + known] + [Pair(a, b, EXPLORATORY) for a, b in rest]


def family_q_values(tested: Sequence[Pair], p_values: Sequence[float]) -> np.ndarray:
    """Give q-values, each family by itself."""
    p = np.asarray(p_values, dtype=float)
    q = np.full(len(p), np.nan)
    for family in (EXPECTED, EXPLORATORY):
        members = np.array([pair.family == family for pair in tested], dtype=bool)
        q[members] = q_values(p[members])
    return q
