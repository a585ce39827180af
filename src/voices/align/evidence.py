"""All layers of evidence for every path, the grade that follows, and the ranking of root causes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from voices.aggregate import Aggregates
from voices.align.contact import Moderation, moderated
from voices.align.leading import FEWEST_PERIODS, Lead, leading
from voices.align.linked import FEWEST_HITS, FEWEST_UNITS, Link, linked
from voices.align.panel import LeftOut, Panel
from voices.align.paths import Pair, pairs
from voices.align.shared import Confusion, NegativeShare, negative_share
from voices.align.similar import Encode, MentionSample, Similarity, aligned

GRADES = ("none", "shared", "aligned", "linked", "leading")
LAYERS = GRADES[1:]
PASSED, FAILED, UNTESTED = "passed", "failed", "untested"
MAX_Q = 0.05
"""False discovery rate of each family."""
LEAST_EFFECT = 0.1
"""Correlation below which a link is no news, however sure: it explains less than 1 % of the differences."""
DIRECTION_P = 0.05
FEWEST_THEMES = 3
"""Themes of each side without which the mood of a unit cannot be told from a link."""


@dataclass(frozen=True)
class Evidence:
    """What was found for one path.

    Attributes
    ----------
    employee, customer : NegativeShare
        How often the theme is negative on each side.
    shared : bool or None
        Whether both shares are above the floor; None for two different themes, where it says nothing.
    similarity, link, lead, moderation
        None where the layer could not be tested for this path.
    """

    pair: Pair
    employee: NegativeShare
    customer: NegativeShare
    shared: bool | None
    similarity: Similarity | None = None
    link: Link | None = None
    lead: Lead | None = None
    moderation: Moderation | None = None

    @property
    def layers(self) -> dict[str, str]:
        """Give layer -> ``passed``, ``failed`` or ``untested``."""
        results = (
            self.shared,
            None if self.similarity is None else is_aligned(self.similarity),
            None if self.link is None else is_linked(self.link),
            None if self.lead is None else is_leading(self.lead),
        )
        words = {None: UNTESTED, True: PASSED, False: FAILED}
        return dict(zip(LAYERS, (words[result] for result in results), strict=True))

    @property
    def grade(self) -> str:
        """Give the highest layer that the path passed, or ``none``."""
        return next((layer for layer in reversed(LAYERS) if self.layers[layer] == PASSED), "none")

    @property
    def size(self) -> float:
        """Geometric mean of both shares, 0 to 1: large only when both sides complain."""
        return math.sqrt(self.employee.value * self.customer.value)


def is_aligned(similarity: Similarity) -> bool:
    """Tell whether what both sides say is surely more alike than what they say of other themes."""
    return similarity.q_value < MAX_Q and similarity.similarity > 0


def is_linked(link: Link) -> bool:
    """Tell whether complaints of both sides surely go together over units, and enough to matter."""
    return link.q_value < MAX_Q and link.effect >= LEAST_EFFECT


def is_leading(lead: Lead) -> bool:
    """Tell whether employees' complaints surely come first: at their peak, and not as much the other way round."""
    sure = lead.q_value < MAX_Q and lead.direction_p_value < DIRECTION_P
    return sure and lead.is_peak and lead.effect >= LEAST_EFFECT


@dataclass(frozen=True)
class Alignment:
    """The result of all layers.

    Attributes
    ----------
    paths : tuple of Evidence
        Ranked: by grade, then by size; paths of one theme on both sides before others of the same rank.
    skipped : dict
        Layer -> why it was not tested at all: ``one_voice``, ``no_text``, ``no_units``, ``few_units``,
        ``thin_units``, ``no_dates``, ``future_dates``, ``few_periods``, ``few_themes``, ``none_shared``,
        ``few_mentions``.
    n_units, n_periods : int
        Units that both sides wrote about, and periods of the panel.
    left_out : LeftOut
    corrected : bool
        Whether shares were corrected for the coder's known errors.
    """

    paths: tuple[Evidence, ...]
    skipped: dict[str, str] = field(default_factory=dict)
    n_units: int = 0
    n_periods: int = 0
    left_out: LeftOut = field(default_factory=LeftOut)
    corrected: bool = False

    @property
    def found(self) -> tuple[Evidence, ...]:
        """Give the paths that passed a layer."""
        return tuple(path for path in self.paths if path.grade != "none")


def align(
    aggregates: Aggregates,
    panel: Panel,
    left_out: LeftOut,
    *,
    floor: float,
    confusion: Mapping[str, Confusion] | None = None,
    sample: MentionSample | None = None,
    encode: Encode | None = None,
    seed: int = 20,
) -> Alignment:
    """Test every path through all layers that the data can carry.

    Parameters
    ----------
    aggregates : Aggregates
        All counts, also of comments without unit or date.
    panel : Panel
        The units that both voices wrote about; may be empty.
    left_out : LeftOut
    floor : float
        Share, 0 to 1, above which a theme is a problem.
    confusion : mapping or None
        Theme -> the coder's errors for it as a negative theme; None leaves shares uncorrected.
    sample, encode
        Negative mentions and what encodes them; None skips the layer ``aligned``.
    seed : int

    Returns
    -------
    Alignment
    """
    totals = {voice: aggregates.total(voice) for voice in ("employee", "customer")}
    if not all(total.n_comments for total in totals.values()):
        return Alignment((), dict.fromkeys(LAYERS, "one_voice"))
    known = confusion or {}
    shares = {
        voice: {theme: negative_share(total, theme, known.get(theme)) for theme in aggregates.themes_of(voice)}
        for voice, total in totals.items()
    }
    tested = pairs(tuple(shares["employee"]), tuple(shares["customer"]))
    skipped = _skipped(panel, left_out, has_text=sample is not None and encode is not None)
    both_sides = [pair for pair in tested if _is_shared(pair, shares, floor)]
    similar = aligned(sample, both_sides, encode, seed=seed) if sample is not None and encode is not None else []
    links = [] if "linked" in skipped else linked(panel, tested, seed=seed)
    leads = [] if "leading" in skipped else leading(panel, tested, seed=seed)
    contact = [] if "linked" in skipped else moderated(panel, [p for p in tested if p.family == "expected"], seed=seed)
    if not both_sides:
        skipped.setdefault("aligned", "none_shared")
    for layer, results in (("aligned", similar), ("linked", links), ("leading", leads)):
        if not results:
            skipped.setdefault(layer, "few_mentions")
    by_pair = [{item.pair: item for item in results} for results in (similar, links, leads, contact)]
    paths = [
        Evidence(
            pair,
            shares["employee"][pair.employee],
            shares["customer"][pair.customer],
            _is_shared(pair, shares, floor),
            *(found.get(pair) for found in by_pair),  # type: ignore[arg-type]
        )
        for pair in tested
    ]
    return Alignment(
        tuple(sorted(paths, key=_rank)), skipped, panel.n_units, len(panel.periods), left_out, bool(confusion)
    )


def _is_shared(pair: Pair, shares: Mapping[str, Mapping[str, NegativeShare]], floor: float) -> bool | None:
    if not pair.is_same:
        return None
    return all(shares[voice][pair.employee].is_above(floor) for voice in shares)


def _has_few_themes(panel: Panel) -> bool:
    """Tell whether a side has complaints of too few themes to know a unit's mood by."""
    hits = [side.negative.sum(axis=(0, 1)) for side in (panel.employee, panel.customer)]
    return any(int((of >= FEWEST_HITS).sum()) < FEWEST_THEMES for of in hits)


def _skipped(panel: Panel, left_out: LeftOut, *, has_text: bool) -> dict[str, str]:
    """Tell which layers the data cannot carry at all, and why."""
    reasons = {} if has_text else {"aligned": "no_text"}
    if panel.n_units < FEWEST_UNITS:
        few = "few_units" if panel.n_units else "thin_units" if left_out.thin_units else "no_units"
        return reasons | {"linked": few, "leading": few}
    if _has_few_themes(panel):
        reasons["linked"] = "few_themes"
    dated = sum(bool(side.comments[:, :-1].sum()) for side in (panel.employee, panel.customer))
    if dated < 2:
        return reasons | {"leading": "future_dates" if left_out.future_comments else "no_dates"}
    together = (panel.employee.comments[:, :-1].sum(axis=0) > 0) & (panel.customer.comments[:, :-1].sum(axis=0) > 0)
    if int(together.sum()) < FEWEST_PERIODS:
        return reasons | {"leading": "few_periods"}
    return reasons


def _rank(path: Evidence) -> tuple[float, bool, float, str, str]:
    return (-GRADES.index(path.grade), not path.pair.is_same, -path.size, path.pair.employee, path.pair.customer)


def components(paths: Sequence[Evidence]) -> dict[str, int]:
    """Count paths by grade, for the record of a run."""
    return {grade: sum(path.grade == grade for path in paths) for grade in GRADES}
