"""Layer 1, *shared*: a theme is negative on both sides more often than a floor.

Shares of each voice's judged comments with Wilson (1927) score intervals. A theme is shared when
the lower bound of both shares is above the floor: then neither side's complaint is likely to be
the odd comment. It says nothing yet about one cause.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from voices.aggregate import Aggregates, Cell
from voices.statistics import wilson_interval


@dataclass(frozen=True)
class SharedProblem:
    """One theme seen from both sides.

    Shares are 0 to 1 of the judged comments of the voice in which the theme is negative; ``low``
    and ``high`` are their 95 % Wilson bounds.
    """

    theme: str
    grade: str
    employee_share: float
    employee_low: float
    employee_high: float
    customer_share: float
    customer_low: float
    customer_high: float

    @property
    def size(self) -> float:
        """Geometric mean of both shares: large only when both sides complain."""
        return math.sqrt(self.employee_share * self.customer_share)


def _negative(cell: Cell, theme: str) -> tuple[float, float, float]:
    if cell.n_comments == 0:
        return 0.0, 0.0, 1.0
    hits = cell.count(theme, "negative")
    low, high = wilson_interval(hits, cell.n_comments)
    return hits / cell.n_comments, low, high


def shared_problems(aggregates: Aggregates, *, floor: float) -> list[SharedProblem]:
    """Compare both voices theme by theme.

    Parameters
    ----------
    aggregates : Aggregates
    floor : float
        Share, 0 to 1, that both lower bounds must exceed for the grade ``shared``.

    Returns
    -------
    list of SharedProblem
        Every theme that both voices can have, graded ``shared`` or ``none``; the shared ones
        first, within a grade by size. Empty when one voice has no judged comments.
    """
    employee, customer = aggregates.total("employee"), aggregates.total("customer")
    if not employee.n_comments or not customer.n_comments:
        return []
    both = set(aggregates.themes_of("customer"))
    found = []
    for theme in aggregates.themes_of("employee"):
        if theme not in both:
            continue
        mine, theirs = _negative(employee, theme), _negative(customer, theme)
        grade = "shared" if mine[1] > floor and theirs[1] > floor else "none"
        found.append(SharedProblem(theme, grade, *mine, *theirs))
    return sorted(found, key=lambda problem: (problem.grade != "shared", -problem.size, problem.theme))
