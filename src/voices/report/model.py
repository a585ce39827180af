"""The records that a report is made of: numbers and texts as they are, nothing formatted.

A number that is missing, undefined or withheld (about too few people) is None. Shares run from 0 to 1.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

VOICES = ("employee", "customer")
"""Voices in the order in which every part of the report shows them."""


@dataclass(frozen=True)
class Share:
    """A share of comments with its 95 % interval, all 0 to 1."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Point:
    """One theme in one period; ``ordinal`` counts periods, so a gap in it is a gap in time."""

    period: str
    ordinal: int
    n_comments: int | None
    n_mentions: int | None
    share: float | None
    negative_share: float | None


@dataclass(frozen=True)
class ThemeRow:
    """One theme in one voice.

    Attributes
    ----------
    n_comments, n_mentions : int or None
        Judged comments of the voice, and those among them that mention the theme.
    positive, negative, neutral : int or None
        Mentions by polarity.
    net_sentiment : float or None
        (positive - negative) / mentions, -1 to 1.
    trend : float or None
        Change of the share per period.
    direction, negative_direction : str or None
        ``rising``, ``falling`` or ``flat`` for the share and for the negative share, as
        :func:`voices.report.build.direction` tests it; None where that needs more periods.
    points : tuple of Point
        In order of time, periods without numbers left out.
    """

    voice: str
    theme: str
    n_comments: int | None = None
    n_mentions: int | None = None
    share: Share = Share()
    positive: int | None = None
    negative: int | None = None
    neutral: int | None = None
    net_sentiment: float | None = None
    trend: float | None = None
    direction: str | None = None
    negative_direction: str | None = None
    points: tuple[Point, ...] = ()


@dataclass(frozen=True)
class Quote:
    """A redacted quote; the text comes from outside and may hold anything."""

    voice: str
    theme: str
    polarity: str
    text: str
    why: str


@dataclass(frozen=True)
class Side:
    """One end of a path: what one voice says about its theme."""

    voice: str
    theme: str
    negative: Share
    row: ThemeRow
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True)
class Layer:
    """One layer of evidence: ``status`` is ``passed``, ``failed`` or ``untested``.

    ``figures`` holds the columns of ``alignment.csv`` that belong to the layer and are filled.
    """

    id: str
    status: str
    figures: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Path:
    """An employee theme beside a customer theme, with what was tested about them.

    ``family`` is ``expected`` or ``exploratory``; ``row`` is the row of ``alignment.csv``.
    """

    rank: int | None
    grade: str
    employee: Side
    customer: Side
    layers: tuple[Layer, ...]
    family: str = ""
    row: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ThemeQuotes:
    """The quotes of one theme, by voice."""

    theme: str
    employee: tuple[Quote, ...]
    customer: tuple[Quote, ...]


@dataclass(frozen=True)
class VoiceCounts:
    """What was read of one voice and what became of it; counts are comments, not people."""

    voice: str
    read: int | None = None
    classified: int | None = None
    rejected: int | None = None
    coded: int | None = None
    placeholder: int | None = None
    wordless: int | None = None
    other_language: int | None = None
    with_unit: int | None = None
    with_date: int | None = None
    first_date: dt.date | None = None
    last_date: dt.date | None = None
    languages: dict[str, int] = field(default_factory=dict)
    sentiment: dict[str, int] = field(default_factory=dict)
    emotion: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class FileRow:
    """One file that was read.

    ``columns`` pairs a role (text, unit, ...) with column names, ``notes`` what else was counted.
    """

    file: str
    voice: str
    details: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, tuple[str, ...]], ...]
    unused: tuple[str, ...]
    rows: int | None
    read: int | None
    classified: int | None
    rejected: int | None
    notes: tuple[tuple[str, int], ...]

    @property
    def reconciles(self) -> bool | None:
        """Whether read = classified + rejected; None where a count is missing."""
        if self.read is None or self.classified is None or self.rejected is None:
            return None
        return self.read == self.classified + self.rejected


@dataclass(frozen=True)
class Rejection:
    """Rows of one file that were rejected for one reason: the first few, and whether there are ``more``."""

    reason: str
    file: str
    count: int
    rows: tuple[int, ...]
    more: bool


@dataclass(frozen=True)
class Method:
    """How the run was made, for whoever wants to repeat or doubt it.

    ``period`` is the one in which leads count, ``trend_period`` that of the courses, which may be coarser;
    ``metrics`` are the model's figures on held-out comments per group, as ``run.json`` has them.
    """

    version: str | None
    created: dt.datetime | None
    model: str | None
    model_version: str | None
    base: str | None
    gives: str | None
    checksum: str | None
    model_languages: tuple[str, ...]
    period: str | None
    min_group: int | None
    negative_floor: float | None
    seed: int | None
    device: str | None
    suppresses: bool
    suppressed: tuple[tuple[str, int], ...]
    trend_period: str | None = None
    metrics: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class DriverRow:
    """A theme's part, 0 to 1, in what all themes explain of people's scores; ``slope`` in points per complaint."""

    theme: str
    weight: Share
    slope: float | None
    n_mentions: int | None


@dataclass(frozen=True)
class Drivers:
    """The drivers of one voice's score, the heaviest first; ``r_squared`` is what all explain together, 0 to 1."""

    voice: str
    n_comments: int | None
    r_squared: float | None
    rows: tuple[DriverRow, ...]


@dataclass(frozen=True)
class OutcomeRow:
    """A theme that goes with a figure of the unit: correlation over units with its 95 % interval, -1 to 1."""

    voice: str
    theme: str
    outcome: str
    effect: Share
    q_value: float | None
    n_units: int | None


@dataclass(frozen=True)
class UnitCounts:
    """Units that occur on both sides or on one, and what the tests over them left out."""

    both: int
    employee_only: int
    customer_only: int
    thin: int
    future: int


@dataclass(frozen=True)
class UnitCell:
    """What a unit's people say of one theme; all None where fewer people than the threshold mention it."""

    theme: str
    n_mentions: int | None = None
    share: float | None = None
    negative_share: float | None = None


@dataclass(frozen=True)
class UnitRow:
    """One unit in one voice; ``cells`` are in the order of the themes of its :class:`UnitGrid`."""

    unit: str
    n_comments: int
    cells: tuple[UnitCell, ...]


@dataclass(frozen=True)
class UnitGrid:
    """Units against themes in one voice.

    Attributes
    ----------
    themes : tuple of str
        Those of which any cell is shown, most mentioned first.
    rows : tuple of UnitRow
        Largest unit first; at most :data:`voices.report.build.MAX_UNITS`.
    n_units, n_withheld : int
        Units that the voice has, and those among them of fewer people than the threshold.
    """

    voice: str
    themes: tuple[str, ...]
    rows: tuple[UnitRow, ...]
    n_units: int
    n_withheld: int


@dataclass(frozen=True)
class Change:
    """How the negative share of a theme differs from an earlier run.

    ``difference`` is now minus before, -1 to 1, with its 95 % interval; ``verdict`` is ``better`` or
    ``worse`` where that differs from zero after correction for many tests (q < .05), else ``flat``.
    """

    voice: str
    theme: str
    before: Share
    now: Share
    difference: Share
    q_value: float | None
    verdict: str


@dataclass(frozen=True)
class Comparison:
    """What got better and worse since an earlier run, the surest changes first."""

    created: dt.datetime | None
    first_date: dt.date | None
    last_date: dt.date | None
    rows: tuple[Change, ...]


@dataclass(frozen=True)
class Topic:
    """A topic beyond the taxonomy: label, keywords, size, tone, and the label of its ``partner`` in the other voice.

    ``x`` and ``y`` place topics of both voices in one plane: what is alike lies close together.

    ``kind`` is what :mod:`voices.discover.relation` says of it: ``inside``, ``across`` or ``outside`` the themes.
    """

    voice: str
    topic: str
    label: str
    keywords: tuple[str, ...]
    n_comments: int | None
    net_sentiment: float | None
    kind: str
    themes: tuple[str, ...]
    partner: str | None
    quotes: tuple[str, ...]
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True)
class Report:
    """Everything that a report shows.

    Attributes
    ----------
    voices : tuple of VoiceCounts
        The voices that have comments.
    themes : dict
        Voice -> its themes, most mentioned first.
    problems, others : tuple of Path
        Tested paths that passed at least the first layer, in rank order, and those that did not.
    panels : tuple of tuple of ThemeRow
        The main themes over time; one or two rows (voices) a theme. Empty without dates.
    trimmed : bool
        Whether older periods were left out of the points.
    untested : tuple of tuple of str
        Layers that could not be tested at all, each with the reason.
    units : UnitCounts or None
        None where nothing was aligned.
    drivers : tuple of Drivers
        Of the voices whose scores the themes explain at all.
    outcomes : tuple of OutcomeRow
        The surest first; those that may as well be chance are left out.
    custom_themes : dict
        Id of each theme of the user's own -> its ``name``, ``employee`` and ``customer`` per language.
    all_paths : tuple of Path
        Every pair of an employee theme and a customer theme that may be shown, for the matrix.
    unit_grids : tuple of UnitGrid
        Of the voices with units that may be shown.
    comparison : Comparison or None
        None without an earlier run.
    topics : tuple of Topic
        Topics beyond the taxonomy, largest first in each voice; empty where none were looked for.
    """

    voices: tuple[VoiceCounts, ...]
    themes: dict[str, tuple[ThemeRow, ...]]
    problems: tuple[Path, ...]
    others: tuple[Path, ...]
    panels: tuple[tuple[ThemeRow, ...], ...]
    trimmed: bool
    quotes: tuple[ThemeQuotes, ...]
    files: tuple[FileRow, ...]
    rejections: tuple[Rejection, ...]
    method: Method
    untested: tuple[tuple[str, str], ...] = ()
    units: UnitCounts | None = None
    drivers: tuple[Drivers, ...] = ()
    outcomes: tuple[OutcomeRow, ...] = ()
    custom_themes: dict[str, dict[str, Any]] = field(default_factory=dict)
    all_paths: tuple[Path, ...] = ()
    unit_grids: tuple[UnitGrid, ...] = ()
    comparison: Comparison | None = None
    topics: tuple[Topic, ...] = ()

    @property
    def voice_names(self) -> tuple[str, ...]:
        """Give the ids of the voices that have comments."""
        return tuple(counts.voice for counts in self.voices)

    def judged(self, voice: str) -> int:
        """Give the number of judged comments of a voice, 0 where it has none."""
        rows = [row.n_comments or 0 for row in self.themes.get(voice, ())]
        coded = [counts.coded or 0 for counts in self.voices if counts.voice == voice]
        return max([0, *rows, *coded])

    def dated(self) -> bool:
        """Tell whether there are at least two periods to compare."""
        return any(len(row.points) > 1 for panel in self.panels for row in panel)
