"""Whether a problem shows in a figure of the unit: turnover, absence, revenue, NPS.

Each leg of the path employee theme -> customer theme -> outcome is an association over units of its
own, adjusted and tested as in :mod:`voices.align.linked`; a path is no stronger than its weaker leg.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voices.align.association import fisher_interval, normal_scores, partial_association, tail_probability
from voices.align.linked import FEWEST_UNITS, adjusted_columns
from voices.align.panel import Panel
from voices.align.paths import Pair
from voices.align.units import as_number, read_unit_table
from voices.errors import InputError
from voices.statistics import q_values

PERMUTATIONS, RESAMPLES = 1999, 500


@dataclass(frozen=True)
class OutcomeLeg:
    """Association of one voice's complaints with a figure of the unit.

    Attributes
    ----------
    outcome : str
        Name of the figure.
    effect, low, high : float
        Partial rank correlation over units with its 95 % interval, -1 to 1; not corrected for sampling
        error of the shares, so rather too small.
    p_value, q_value : float
        Two-sided; one family per outcome.
    """

    voice: str
    theme: str
    outcome: str
    effect: float
    low: float
    high: float
    p_value: float
    q_value: float
    n_units: int


def outcome_legs(
    panel: Panel, tested: Sequence[Pair], outcomes: Mapping[str, np.ndarray], *, seed: int
) -> list[OutcomeLeg]:
    """Test every theme of the pairs against every outcome.

    Parameters
    ----------
    panel : Panel
    tested : sequence of Pair
    outcomes : mapping
        Name -> one figure a unit, shape (units,); NaN where it is not known.
    seed : int

    Returns
    -------
    list of OutcomeLeg
        Outcomes that fewer than :data:`voices.align.linked.FEWEST_UNITS` units have, or that are the same in
        all, are left out.
    """
    columns = adjusted_columns(panel, tested)
    series: dict[tuple[str, str], tuple[np.ndarray, np.ndarray]] = {}
    for pair, both in columns.items():
        series.setdefault(("employee", pair.employee), (both.x, both.covariates[:, [0, 2]]))
        series.setdefault(("customer", pair.customer), (both.y, both.covariates[:, [1, 3]]))
    rng = np.random.default_rng(seed)
    legs: list[OutcomeLeg] = []
    for name, values in outcomes.items():
        known = np.isfinite(values)
        n = int(known.sum())
        if n < FEWEST_UNITS or len(np.unique(values[known])) < 2:
            continue
        scores = normal_scores(values[known])
        permutations = rng.permuted(np.tile(np.arange(n), (PERMUTATIONS, 1)), axis=1)
        resamples = rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES).astype(float)
        found = [
            (key, partial_association(x[known], scores, covariates[known], permutations, resamples))
            for key, (x, covariates) in series.items()
        ]
        p_values = [tail_probability(abs(result.observed), np.abs(result.null)) for _, result in found]
        q = q_values(p_values)
        for k, ((voice, theme), result) in enumerate(found):
            low, high = fisher_interval(result.observed, result.draws, freedom=n - result.covariates)
            leg = OutcomeLeg(voice, theme, name, result.observed, low, high, p_values[k], float(q[k]), n)
            legs.append(leg)
    return legs


def outcome_columns(told: Mapping[str, Mapping[str, float]], units: Iterable[Iterable[str]]) -> dict[str, np.ndarray]:
    """Lay out figures per unit in the order of a panel.

    Parameters
    ----------
    told : mapping
        Name of the figure -> unit, by any of its names -> value.
    units : iterable of iterables of str
        All names of each unit.

    Returns
    -------
    dict
        Name -> figures, shape (units,); NaN where none is told.
    """
    every = [tuple(names) for names in units]
    return {
        outcome: np.array([next((values[name] for name in names if name in values), np.nan) for names in every])
        for outcome, values in told.items()
    }


def read_outcomes(path: Path) -> dict[str, dict[str, float]]:
    """Read figures per unit: CSV with the column ``unit`` and a column for each figure.

    Several rows of one unit, one a period, are averaged; a column ``date`` or ``period`` is no figure, nor is
    one without any number.

    Raises
    ------
    InputError
        If the file or the column ``unit`` is missing, there is no column of numbers, or a cell of one holds
        something else.
    """
    table = read_unit_table(path, option="--outcomes")
    if "unit" not in table.heads:
        raise InputError(f"--outcomes {path}: no column 'unit'; the columns are: {', '.join(table.heads)}")
    figures = [head for head in table.heads if head not in ("unit", "date", "period")]
    units = table.columns("unit")[0]
    result = {}
    for head, cells in zip(figures, table.columns(*figures), strict=True):
        values = [as_number(cell) for cell in cells]
        if all(value is None for value in values):
            continue  # a name or a region, no figure
        by_unit: dict[str, list[float]] = {}
        for number, (unit, cell, value) in enumerate(zip(units, cells, values, strict=True), start=2):
            if value is None and cell:
                raise InputError(f"--outcomes {path}, row {number}: {head} {cell!r} is no number; write it as 1234.5")
            if unit and value is not None:
                by_unit.setdefault(unit, []).append(value)
        result[head] = {unit: sum(of) / len(of) for unit, of in by_unit.items()}
    if not any(result.values()):
        raise InputError(f"--outcomes {path}: no numbers beside unit; the columns are: {', '.join(table.heads)}")
    return result
