"""From what was gathered to everything that alignment can say: units matched, layers tested, drivers found."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from voices.align.collect import Collected
from voices.align.drivers import Driver
from voices.align.evidence import Alignment, align, components
from voices.align.outcomes import OutcomeLeg, outcome_columns, outcome_legs, read_outcomes
from voices.align.panel import Panel, panel_of
from voices.align.paths import EXPECTED, pairs
from voices.align.shared import Confusion
from voices.align.similar import Encode
from voices.align.units import UnitMatches, match_units, read_unit_map, read_unit_values

VOICES = ("employee", "customer")


@dataclass(frozen=True)
class Findings:
    """The result of alignment.

    Attributes
    ----------
    alignment : Alignment
    units : UnitMatches
    drivers : tuple of Driver
        Themes that go with the score which a person gave, per voice.
    legs : tuple of OutcomeLeg
        Themes that go with a figure of the unit.
    """

    alignment: Alignment
    units: UnitMatches
    drivers: tuple[Driver, ...] = ()
    legs: tuple[OutcomeLeg, ...] = ()

    def entry(self) -> dict[str, Any]:
        """Describe the alignment for ``run.json``."""
        left = self.alignment.left_out
        return {
            "grades": components(self.alignment.paths),
            "skipped": self.alignment.skipped,
            "n_units": self.alignment.n_units,
            "n_periods": self.alignment.n_periods,
            "corrected_shares": self.alignment.corrected,
            "units": {
                "matched": dict(Counter(match.how for match in self.units.both)),
                "employee_only": len(self.units.employee_only),
                "customer_only": len(self.units.customer_only),
                "too_few_comments": left.thin_units,
            },
            "future_comments": left.future_comments,
            "old_comments": left.old_comments,
        }


@dataclass(frozen=True)
class UnitFiles:
    """What a user tells about units, each read from a file; empty where nothing is told.

    Attributes
    ----------
    mapping : dict
        Voice -> name in its export -> unit.
    contact : dict
        Unit -> contact intensity.
    outcomes : dict
        Name of a figure -> unit -> value.
    """

    mapping: dict[str, dict[str, str]] = field(default_factory=dict)
    contact: dict[str, float] = field(default_factory=dict)
    outcomes: dict[str, dict[str, float]] = field(default_factory=dict)


def read_unit_files(units: str = "", contact: str = "", outcomes: str = "") -> UnitFiles:
    """Read the files that tell about units; an empty path reads nothing.

    Raises
    ------
    InputError
        If a file cannot be used.
    """
    return UnitFiles(
        read_unit_map(Path(units)) if units else {},
        read_unit_values(Path(contact), "contact") if contact else {},
        read_outcomes(Path(outcomes)) if outcomes else {},
    )


def find(
    collected: Collected,
    told: UnitFiles,
    *,
    floor: float,
    today: dt.date,
    confusion: Mapping[str, Confusion] | None = None,
    encode: Encode | None = None,
    seed: int = 20,
) -> Findings:
    """Match units, test all layers, and look for drivers.

    Parameters
    ----------
    collected : Collected
    told : UnitFiles
    floor : float
        Share, 0 to 1, above which a theme is a problem.
    today : date
        Comments of later periods count as undated.
    confusion : mapping or None
        Theme -> the coder's errors; None leaves shares uncorrected.
    encode : callable or None
        Encodes mentions for the layer ``aligned``; None skips it.
    seed : int
    """
    aggregates = collected.aggregates
    names = {voice: {unit for of, unit, _ in aggregates.keys if of == voice and unit} for voice in VOICES}
    units = match_units(names["employee"], names["customer"], told.mapping)
    contact = told.contact or collected.means(collected.contact)
    panel, left_out = panel_of(aggregates, units, today=today, contact=contact)
    alignment = align(
        aggregates,
        panel,
        left_out,
        floor=floor,
        confusion=confusion,
        sample=collected.sample if collected.has_text else None,
        encode=encode if collected.has_text else None,
        seed=seed,
    )
    drivers = [driver for voice in VOICES for driver in collected.moments.drivers(voice, seed=seed)]
    legs = [] if "linked" in alignment.skipped else _legs(collected, told, units, panel, seed)
    return Findings(alignment, units, tuple(drivers), tuple(legs))


def _legs(collected: Collected, told: UnitFiles, units: UnitMatches, panel: Panel, seed: int) -> list[OutcomeLeg]:
    """Test the themes against what is known of the units, and against their people's own mean scores."""
    figures: dict[str, Mapping[str, float]] = dict(told.outcomes)
    figures |= {f"{voice} score": collected.means(collected.scores, voice) for voice in VOICES}
    by_name = {match.name: (match.name, *match.employee, *match.customer) for match in units.both}
    columns = outcome_columns(figures, [by_name[name] for name in panel.units])
    expected = [p for p in pairs(panel.employee.themes, panel.customer.themes) if p.family == EXPECTED]
    return outcome_legs(panel, expected, columns, seed=seed)
