"""Panels with known root causes: what alignment finds in them can be compared with what is there.

Counts of comments and of negative themes are drawn for units and periods of both voices, with links
between units, leads in time, and everything that makes a root cause appear where there is none: bad
seasons, large units, grumpy units, shocks that hit both sides, and a classifier that errs. The same
counts come as a :class:`voices.align.panel.Panel` for the tests, or comment by comment, without text, for
``voices align``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from voices.align.panel import FEWEST_COMMENTS, Panel, Side
from voices.models import DEFAULT_MODEL, find
from voices.taxonomy import MAX_MENTIONS, themes_of

FIRST_YEAR = 2023
"""Periods are months; the first is January of this year."""
VOICES = ("employee", "customer")
POSITIVE_SHARES = (0.02, 0.10)
"""Shares of comments in which a theme is positive; they differ by theme and mean nothing."""
SHARED_SIZE = 0.7
"""Correlation over units of the (log) numbers of comments of both voices."""
SHOCK_PERSISTENCE = 0.7
BATCH = 50_000


@dataclass(frozen=True)
class Link:
    """In units with more of an employee theme there is more of a customer theme, at all times.

    Attributes
    ----------
    employee, customer : str
        Theme ids.
    r : float
        Correlation over units of the true shares (on the logit scale, other causes apart), -1 to 1.
    """

    employee: str
    customer: str
    r: float


@dataclass(frozen=True)
class Lead:
    """Within units, changes of one theme come before changes of another.

    Attributes
    ----------
    employee, customer : str
        Theme ids.
    r : float
        Correlation within units of the true shares (logit scale), the customers' taken ``lag`` periods
        later; -1 to 1.
    lag : int
        Periods by which employees come first; negative where customers do.
    """

    employee: str
    customer: str
    r: float
    lag: int


@dataclass(frozen=True)
class Design:
    """How panels are drawn. All standard deviations are on the logit scale of shares.

    Attributes
    ----------
    units, periods : int
    comments : float
        Mean number of comments of a unit and a voice over all periods.
    unbalance : float
        Standard deviation over units of the logarithm of that number.
    shares : tuple of float
        Lowest and highest base share of comments in which a theme is negative; drawn log-uniformly.
    spread : float
        Standard deviation between units, constant in time, of each theme by itself.
    moving : float
        Standard deviation within units over time, of each theme by itself.
    persistence : float
        Autocorrelation of that movement from a period to the next, 0 to below 1.
    links : tuple of Link
        Of what is constant in units. The squared correlations of one customer theme add up to at most 1.
    leads : tuple of Lead
        Of what moves; the same.
    season : float
        Standard deviation over periods of what happens in all units at once: half of its variance is
        common to all themes, half is each theme's own, on both sides alike.
    sensitivity : float
        Standard deviation over units of the logarithm of how strongly the season hits them.
    size : float
        By how much all shares rise with one standard deviation of the unit's (log) size.
    mood : float
        Standard deviation over units of what raises all shares of both voices alike: a grumpy place.
    shock : float
        Standard deviation, over units and periods, of what raises all shares of both voices for some time.
    drift : float
        Standard deviation over units of a straight trend, both voices alike, at the end of the panel.
    uneven : float
        How differently themes react to size, mood, shocks and drift: standard deviation of factors
        of mean one.
    noise : str or None
        Name or folder of a model; comments are coded with the errors that its card gives each theme
        as a negative one.
    seed : int
    """

    units: int = 60
    periods: int = 18
    comments: float = 333.0
    unbalance: float = 0.6
    shares: tuple[float, float] = (0.03, 0.12)
    spread: float = 0.5
    moving: float = 0.0
    persistence: float = 0.4
    links: tuple[Link, ...] = ()
    leads: tuple[Lead, ...] = ()
    season: float = 0.0
    sensitivity: float = 0.0
    size: float = 0.0
    mood: float = 0.0
    shock: float = 0.0
    drift: float = 0.0
    uneven: float = 0.0
    noise: str | None = None
    seed: int = 0


@dataclass(frozen=True)
class Truth:
    """The root causes in a panel."""

    links: tuple[Link, ...]
    leads: tuple[Lead, ...]

    def is_linked(self, employee: str, customer: str) -> bool:
        """Tell whether units that have more of one have more of the other.

        A lead makes a link too: unit means over few periods follow each other as the periods do.
        """
        known = {(link.employee, link.customer) for link in self.links}
        return (employee, customer) in known or self.lead(employee, customer) is not None

    def lead(self, employee: str, customer: str) -> Lead | None:
        """Give the lead between two themes, in either direction."""
        return next((lead for lead in self.leads if (lead.employee, lead.customer) == (employee, customer)), None)


@dataclass(frozen=True)
class Latent:
    """What lies behind the counts of one voice.

    Attributes
    ----------
    offset : ndarray, shape (units, periods, themes)
        Logit of the share that base share, season, size, mood, shocks and drift give: all that is
        no theme's own.
    constant : ndarray, shape (units, themes)
        Standard normal: the theme's own, constant part of each unit, in units of ``Design.spread``.
    moving : ndarray, shape (units, periods, themes)
        Standard normal: the theme's own movement, in units of ``Design.moving``.
    shares : ndarray, shape (units, periods, themes)
        True shares of comments in which the theme is negative.
    sensitivity, specificity : ndarray, shape (themes,)
        Of the coder; 1 where it makes no errors.
    """

    offset: np.ndarray
    constant: np.ndarray
    moving: np.ndarray
    shares: np.ndarray
    sensitivity: np.ndarray
    specificity: np.ndarray

    def coded(self, shares: np.ndarray) -> np.ndarray:
        """Give the shares (..., themes) that the coder finds where the true ones are these."""
        return np.asarray(shares * self.sensitivity + (1 - shares) * (1 - self.specificity))


@dataclass(frozen=True)
class Simulated:
    """A drawn panel and what is true of it.

    Attributes
    ----------
    design : Design
    panel : Panel
        Without the units in which a voice has fewer than :data:`voices.align.panel.FEWEST_COMMENTS` comments.
    truth : Truth
    employee, customer : Latent
        Of the panel's units.
    """

    design: Design
    panel: Panel
    truth: Truth
    employee: Latent
    customer: Latent


@dataclass(frozen=True)
class _Drawn:
    """One voice, all units: comments (units, periods), negative (units, periods, themes)."""

    comments: np.ndarray
    negative: np.ndarray
    latent: Latent


def simulate(design: Design) -> Simulated:
    """Draw a panel.

    Parameters
    ----------
    design : Design

    Returns
    -------
    Simulated
        The same for the same design; all comments have a date.

    Notes
    -----
    Hits are binomial with logit-normal shares: the random-effects model for counts in clusters
    (Williams 1982, Appl. Stat. 31), with first-order autoregression within units. A customer theme is
    r times its employee theme plus an independent part of variance 1 - r**2.

    Examples
    --------
    >>> found = simulate(DESIGNS["few_units"])
    >>> found.panel.n_units, len(found.panel.periods), found.truth.links
    (12, 24, ())
    """
    drawn = _draw(design)
    enough = [side.comments.sum(axis=1) >= FEWEST_COMMENTS for side in drawn.values()]
    kept = np.flatnonzero(np.logical_and(*enough))
    names, months = unit_names(design), period_names(design)
    sides = {voice: _side(voice, side, kept) for voice, side in drawn.items()}
    latent = {voice: _of_units(side.latent, kept) for voice, side in drawn.items()}
    return Simulated(
        design=design,
        panel=Panel(tuple(names[k] for k in kept), months, sides["employee"], sides["customer"]),
        truth=Truth(tuple(x for x in design.links if x.r != 0), tuple(x for x in design.leads if x.r != 0)),
        employee=latent["employee"],
        customer=latent["customer"],
    )


def comments(design: Design) -> Iterator[dict[str, Any]]:
    """Yield the comments of a panel, coded, as ``voices classify`` writes them but without text.

    Counts of voice, unit, month and negative theme are those of :func:`simulate`; who among the
    commenters mentions what, what they like and the day of the month are random.

    Parameters
    ----------
    design : Design

    Yields
    ------
    dict
        ``id``, ``voice``, ``unit``, ``date`` (ISO 8601), ``status``, ``sentiment`` and ``themes``, a list of
        objects with ``theme`` and ``polarity``.
    """
    drawn = _draw(design)
    rng = np.random.default_rng([design.seed, 1])
    names, months = unit_names(design), period_names(design)
    for voice, side in drawn.items():
        themes, number = themes_of(voice), 0
        liked = _log_uniform(rng, POSITIVE_SHARES, len(themes))
        for u, p in np.argwhere(side.comments > 0):
            codes = _mentions(rng, int(side.comments[u, p]), side.negative[u, p], liked)
            days = rng.integers(1, 29, size=len(codes))
            for row, day in zip(codes, days, strict=True):
                number += 1
                yield {
                    "id": f"{voice[0]}{number}",
                    "voice": voice,
                    "unit": names[u],
                    "date": f"{months[p]}-{day:02d}",
                    "status": "coded",
                    "sentiment": _sentiment(row),
                    "themes": [
                        {"theme": themes[k], "polarity": "negative" if row[k] < 0 else "positive"}
                        for k in np.flatnonzero(row)
                    ],
                }


def flat(row: dict[str, Any]) -> dict[str, Any]:
    """Give the row of a CSV or Parquet file: themes as ``theme:polarity;...``.

    Examples
    --------
    >>> flat({"id": "e1", "themes": [{"theme": "trust", "polarity": "negative"}]})
    {'id': 'e1', 'themes': 'trust:negative'}
    """
    return {**row, "themes": ";".join(f"{x['theme']}:{x['polarity']}" for x in row["themes"])}


def write(design: Design, path: Path) -> int:
    """Write the comments of a panel, both voices, in batches.

    Parameters
    ----------
    design : Design
    path : Path
        Ends in ``.parquet`` (themes flattened) or else gets JSON lines.

    Returns
    -------
    int
        Number of comments.
    """
    rows, count = comments(design), 0
    if path.suffix != ".parquet":
        with path.open("w", encoding="utf8") as lines:
            for count, row in enumerate(rows, start=1):  # noqa: B007 the count is what is wanted
                lines.write(json.dumps(row) + "\n")
        return count
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema(
        [(name, pa.string()) for name in ("id", "voice", "unit", "date", "status", "sentiment", "themes")]
    )
    with pq.ParquetWriter(path, schema) as writer:
        while batch := [flat(row) for row in islice(rows, BATCH)]:
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))
            count += len(batch)
    return count


def unit_names(design: Design) -> tuple[str, ...]:
    """Name the units so that their order is that of the alphabet."""
    width = len(str(design.units))
    return tuple(f"unit {k:0{width}d}" for k in range(1, design.units + 1))


def period_names(design: Design) -> tuple[str, ...]:
    """Name the months, as :func:`voices.periods.period_of` does."""
    return tuple(f"{FIRST_YEAR + k // 12:04d}-{k % 12 + 1:02d}" for k in range(design.periods))


def coder_errors(noise: str | None, themes: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Give sensitivity and specificity (themes,) of a model for each theme as a negative one.

    Parameters
    ----------
    noise : str or None
        Name or folder of a model; None is a coder without errors.
    themes : tuple of str
    """
    if noise is None:
        return np.ones(len(themes)), np.ones(len(themes))
    card = find(noise).description["confusion_negative"]
    known = [card[theme] for theme in themes]
    return (
        np.array([c["true_positive"] / (c["true_positive"] + c["false_negative"]) for c in known]),
        np.array([c["true_negative"] / (c["true_negative"] + c["false_positive"]) for c in known]),
    )


def _draw(design: Design) -> dict[str, _Drawn]:
    """Draw both voices; every random number of the panel comes from here, in a fixed order."""
    rng = np.random.default_rng([design.seed, 0])
    own_themes = {voice: themes_of(voice) for voice in VOICES}
    every = tuple(dict.fromkeys(theme for of in own_themes.values() for theme in of))
    size = rng.standard_normal(design.units)
    weights = {"employee": size, "customer": _mix(rng, size, SHARED_SIZE)}
    common = _common(design, rng, size)
    season = _season(design, rng, len(every))
    constant, moving = _own(design, rng, own_themes)
    drawn = {}
    for voice, themes in own_themes.items():
        mean = np.exp(design.unbalance * weights[voice] - design.unbalance**2 / 2) * design.comments / design.periods
        counts = rng.poisson(mean[:, None], size=(design.units, design.periods))
        base = _log_uniform(rng, design.shares, len(themes))
        react = 1 + design.uneven * rng.standard_normal(len(themes))
        columns = [every.index(theme) for theme in themes]
        offset = np.log(base / (1 - base)) + common[:, :, None] * react + season[:, :, columns]
        logit = offset + design.spread * constant[voice][:, None, :] + design.moving * moving[voice]
        latent = Latent(
            offset, constant[voice], moving[voice], 1 / (1 + np.exp(-logit)), *coder_errors(design.noise, themes)
        )
        negative = rng.binomial(counts[:, :, None], latent.coded(latent.shares))
        drawn[voice] = _Drawn(counts, negative, latent)
    return drawn


def _common(design: Design, rng: np.random.Generator, size: np.ndarray) -> np.ndarray:
    """Give what raises all themes of both voices (units, periods)."""
    mood, drift = rng.standard_normal((2, design.units))
    shock = _autoregression(rng, (design.units, 1), design.periods, SHOCK_PERSISTENCE)[:, :, 0]
    slope = np.linspace(-1, 1, design.periods)
    constant = design.mood * mood + design.size * size
    return np.asarray(constant[:, None] + design.shock * shock + design.drift * drift[:, None] * slope)


def _season(design: Design, rng: np.random.Generator, n_themes: int) -> np.ndarray:
    """Give what happens everywhere at once (units, periods, themes): random walks, so that it lasts."""
    walks = rng.standard_normal((design.periods, n_themes + 1)).cumsum(axis=0)
    walks = (walks - walks.mean(axis=0)) / np.maximum(walks.std(axis=0), 1e-9)
    series = (walks[:, :1] + walks[:, 1:]) / np.sqrt(2)
    hit = np.exp(design.sensitivity * rng.standard_normal(design.units))
    return np.asarray(design.season * hit[:, None, None] * series)


def _own(
    design: Design, rng: np.random.Generator, themes: dict[str, tuple[str, ...]]
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Give the standard normal scores of both voices, constant and moving, with links and leads in them."""
    margin = max((abs(lead.lag) for lead in design.leads), default=0)
    length = design.periods + 2 * margin
    window = slice(margin, margin + design.periods)
    constant = {voice: rng.standard_normal((design.units, len(of))) for voice, of in themes.items()}
    long = {
        voice: _autoregression(rng, (design.units, len(of)), length, design.persistence) for voice, of in themes.items()
    }
    moving = {voice: series[:, window].copy() for voice, series in long.items()}
    for k, theme in enumerate(themes["customer"]):
        links = [link for link in design.links if link.customer == theme]
        leads = [lead for lead in design.leads if lead.customer == theme]
        constant["customer"][:, k] *= np.sqrt(1 - sum(link.r**2 for link in links))
        moving["customer"][:, :, k] *= np.sqrt(1 - sum(lead.r**2 for lead in leads))
        for link in links:
            constant["customer"][:, k] += link.r * constant["employee"][:, themes["employee"].index(link.employee)]
        for lead in leads:
            earlier = slice(margin - lead.lag, margin - lead.lag + design.periods)
            cause = themes["employee"].index(lead.employee)
            moving["customer"][:, :, k] += lead.r * long["employee"][:, earlier, cause]
    return constant, moving


def _autoregression(rng: np.random.Generator, shape: tuple[int, int], periods: int, persistence: float) -> np.ndarray:
    """Draw stationary first-order autoregressions of variance one, (units, periods, series)."""
    shocks = rng.standard_normal((shape[0], periods, shape[1]))
    for t in range(1, periods):
        shocks[:, t] = persistence * shocks[:, t - 1] + np.sqrt(1 - persistence**2) * shocks[:, t]
    return shocks


def _mix(rng: np.random.Generator, values: np.ndarray, r: float) -> np.ndarray:
    return np.asarray(r * values + np.sqrt(1 - r**2) * rng.standard_normal(values.shape))


def _log_uniform(rng: np.random.Generator, ends: tuple[float, float], n: int) -> np.ndarray:
    low, high = np.log(ends)
    return np.asarray(np.exp(rng.uniform(float(low), float(high), size=n)))


def _side(voice: str, drawn: _Drawn, kept: np.ndarray) -> Side:
    """Give the panel's arrays, with an empty last column: no comment is without a date."""
    undated = ((0, 0), (0, 1))
    return Side(
        themes_of(voice),
        np.pad(drawn.comments[kept], undated).astype(np.int64),
        np.pad(drawn.negative[kept], (*undated, (0, 0))).astype(np.int32),
    )


def _of_units(latent: Latent, kept: np.ndarray) -> Latent:
    return Latent(
        latent.offset[kept],
        latent.constant[kept],
        latent.moving[kept],
        latent.shares[kept],
        latent.sensitivity,
        latent.specificity,
    )


def _mentions(rng: np.random.Generator, n: int, negative: np.ndarray, liked: np.ndarray) -> np.ndarray:
    """Spread the hits of one cell over its n comments: -1 negative, 1 positive, 0 nothing (n, themes).

    No comment gets more than :data:`MAX_MENTIONS` themes unless the counts leave no other way.
    """
    codes = np.zeros((n, len(negative)), np.int8)
    for k in np.argsort(-negative, kind="stable"):
        full = (codes != 0).sum(axis=1) >= MAX_MENTIONS
        codes[np.argsort(rng.random(n) + full)[: negative[k]], k] = -1
    likes = (rng.random(codes.shape) < liked) & (codes == 0)
    room = MAX_MENTIONS - (codes != 0).sum(axis=1, keepdims=True)
    codes[likes & (likes.cumsum(axis=1) <= room)] = 1
    return codes


def _sentiment(codes: np.ndarray) -> str:
    bad, good = bool((codes < 0).any()), bool((codes > 0).any())
    return "mixed" if bad and good else "negative" if bad else "positive" if good else "neutral"


_SEVERAL = ("workload", "training", "communication", "process", "leadership")


def _same(r: float, lag: int | None = None) -> tuple[Any, ...]:
    """Give links (or leads) of several themes with themselves."""
    return tuple(Link(theme, theme, r) if lag is None else Lead(theme, theme, r, lag) for theme in _SEVERAL)


_MOVES: dict[str, Any] = dict(spread=0.3, moving=0.6, shares=(0.04, 0.14))

DESIGNS: dict[str, Design] = {
    "null": Design(),
    "link_50": Design(links=(Link("workload", "workload", 0.5),)),
    "link_32": Design(links=(Link("workload", "workload", 0.32),)),
    "links_several": Design(links=_same(0.5)),
    "path": Design(links=(Link("workload", "engagement", 0.5),)),
    "lead_1": Design(leads=(Lead("workload", "workload", 0.6, 1),), **_MOVES),
    "lead_2": Design(leads=(Lead("workload", "workload", 0.6, 2),), **_MOVES),
    "lead_3": Design(leads=(Lead("workload", "workload", 0.6, 3),), **_MOVES),
    "leads_several": Design(leads=_same(0.6, 1), **_MOVES),
    "lead_reversed": Design(leads=(Lead("workload", "workload", 0.6, -1),), **_MOVES),
    "season": Design(season=0.5, **_MOVES),
    "season_sensitive": Design(season=0.5, sensitivity=0.5, **_MOVES),
    "size": Design(size=0.4),
    "size_uneven": Design(size=0.4, uneven=0.4),
    "mood": Design(mood=0.5),
    "mood_uneven": Design(mood=0.5, uneven=0.4),
    "mood_link": Design(mood=0.5, links=(Link("workload", "workload", 0.5),)),
    "shock": Design(shock=0.5, **_MOVES),
    "shock_uneven": Design(shock=0.5, uneven=0.4, **_MOVES),
    "drift": Design(drift=0.6, **_MOVES),
    "persistent": Design(persistence=0.85, **_MOVES),
    "persistent_lead": Design(leads=(Lead("workload", "workload", 0.6, 1),), **{**_MOVES, "persistence": 0.85}),
    "small": Design(units=20, periods=8, comments=120.0, **_MOVES),
    "unbalanced": Design(unbalance=1.3),
    "unbalanced_link": Design(unbalance=1.3, links=(Link("workload", "workload", 0.5),)),
    "noise": Design(noise=DEFAULT_MODEL),
    "noise_links": Design(noise=DEFAULT_MODEL, links=_same(0.5)),
    "few_units": Design(units=12, periods=24, **_MOVES),
}
"""Designs by name; the benchmark draws panels of each with one seed after another."""
