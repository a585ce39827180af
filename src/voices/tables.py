"""Turn counts into the tables of the contract, every figure in them; :mod:`voices.suppress` takes small ones out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from voices.aggregate import Aggregates, Cell
from voices.periods import LADDER, period_number
from voices.quotes import Quote
from voices.statistics import direction, weighted_slope, wilson_interval

if TYPE_CHECKING:
    import pandas as pd

    from voices.align.drivers import Driver
    from voices.align.evidence import Evidence
    from voices.align.outcomes import OutcomeLeg
    from voices.align.units import UnitMatches

VOICES = ("employee", "customer")
TREND_PERIODS = 3
"""A trend needs at least this many periods."""
THEME_COLUMNS = (
    "voice", "theme", "n_comments", "n_mentions", "share", "share_low", "share_high", "positive", "negative",
    "net_sentiment", "trend", "direction", "negative_direction", "n_respondents", "n_people",
)  # fmt: skip
TREND_COLUMNS = (
    "voice", "theme", "period", "n_comments", "n_mentions", "positive", "negative", "share", "negative_share",
    "n_respondents", "n_people",
)  # fmt: skip
UNIT_THEME_COLUMNS = (
    "voice", "unit", "theme", "n_comments", "n_mentions", "share", "negative", "negative_share", "n_respondents",
    "n_people",
)  # fmt: skip
ALIGNMENT_COLUMNS = (
    "rank", "employee_theme", "customer_theme", "grade", "employee_negative_share", "customer_negative_share",
    "n_units", "n_periods", "lag", "effect", "effect_low", "effect_high", "p_value", "q_value", "reverse_effect",
    "reverse_q_value", "similarity", "detectable_effect", "family", "shared", "aligned", "linked", "leading",
    "employee_low", "employee_high", "customer_low", "customer_high", "employee_corrected", "employee_corrected_low",
    "employee_corrected_high", "customer_corrected", "customer_corrected_low", "customer_corrected_high",
    "similarity_p_value", "similarity_q_value", "linked_effect", "linked_low", "linked_high", "linked_observed",
    "linked_p_value", "linked_q_value", "linked_detectable", "employee_icc", "customer_icc", "employee_reliability",
    "customer_reliability", "leading_lag", "leading_effect", "leading_low", "leading_high", "leading_p_value",
    "leading_q_value", "leading_detectable", "direction_p_value", "reverse_lag", "contact_effect", "contact_q_value",
)  # fmt: skip
UNIT_COLUMNS = ("unit", "employee_name", "customer_name", "matched_by")
DRIVER_COLUMNS = (
    "voice", "theme", "weight", "weight_low", "weight_high", "slope", "r_squared", "n_comments", "n_mentions",
)  # fmt: skip
OUTCOME_PATH_COLUMNS = (
    "employee_theme", "customer_theme", "outcome", "grade", "first_effect", "first_q_value", "second_effect",
    "second_q_value", "weakest_q_value", "direct_effect", "direct_q_value",
)  # fmt: skip
OUTCOME_COLUMNS = ("voice", "theme", "outcome", "effect", "effect_low", "effect_high", "p_value", "q_value", "n_units")
QUOTE_COLUMNS = ("voice", "theme", "polarity", "text", "why")


def _frame(rows: list[dict[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=list(columns))


def trend_period(aggregates: Aggregates, min_group: int) -> str:
    """Give the finest kind of period, from the one that was counted in, that has enough people to be shown.

    Enough means at least two periods, in the middle one of which ``min_group`` people or more mention the
    voice's commonest theme, for every voice with dates. Where no kind has that, the coarsest one with at
    least two periods is given, else the one that was counted in.
    """
    kinds = LADDER[LADDER.index(aggregates.period) :]
    coarsest = aggregates.period
    for kind in kinds:
        courses = [list(aggregates.by_period(voice, kind).values()) for voice in aggregates.voices]
        dated = [cells for cells in courses if cells]
        if dated and all(len(cells) > 1 and _commonest(cells) >= min_group for cells in dated):
            return kind
        if any(len(cells) > 1 for cells in dated):
            coarsest = kind
    return coarsest


def _commonest(cells: Sequence[Cell]) -> float:
    """Give how many people mention the commonest theme in the middle one of some periods."""
    totals: Counter[str] = Counter()
    for cell in cells:
        totals.update(cell.speakers)
    if not totals:
        return 0
    theme = max(totals, key=lambda name: (totals[name], name))
    return median(cell.speakers.get(theme, 0) for cell in cells)


def themes_table(aggregates: Aggregates, kind: str | None = None) -> pd.DataFrame:
    """Give one row a voice and theme.

    ``share`` is the part, 0 to 1, of the voice's judged comments that mention the theme, with its
    95 % Wilson interval; ``positive`` and ``negative`` count mentions; ``net_sentiment`` is their
    difference over all mentions, -1 to 1; ``trend`` is the change of the share from one period to
    the next (slope of a least-squares line weighted by comments), ``direction`` and
    ``negative_direction`` the outcome of :func:`voices.statistics.direction` for the share and the
    negative share; all three empty below three periods. ``n_respondents`` counts the people of the voice,
    ``n_people`` those who mention the theme.

    Parameters
    ----------
    aggregates : Aggregates
    kind : str or None
        Kind of period of the trend, from :func:`trend_period`; None takes the one that was counted in.
    """
    rows = []
    for voice in VOICES:
        total = aggregates.total(voice)
        if not total.n_comments:
            continue
        periods = aggregates.by_period(voice, kind)
        for theme in aggregates.themes_of(voice):
            rows.append(_theme_row(voice, theme, total, periods))
    return _frame(rows, THEME_COLUMNS)


def _theme_row(voice: str, theme: str, total: Cell, periods: dict[str, Cell]) -> dict[str, Any]:
    n_mentions = total.mentions(theme)
    low, high = wilson_interval(n_mentions, total.n_comments)
    positive, negative = total.count(theme, "positive"), total.count(theme, "negative")
    times, totals = [period_number(name) for name in periods], [cell.n_comments for cell in periods.values()]
    mentions = [cell.mentions(theme) for cell in periods.values()]
    complaints = [cell.count(theme, "negative") for cell in periods.values()]
    return {
        "voice": voice,
        "theme": theme,
        "n_comments": total.n_comments,
        "n_mentions": n_mentions,
        "share": n_mentions / total.n_comments,
        "share_low": low,
        "share_high": high,
        "positive": positive,
        "negative": negative,
        "net_sentiment": (positive - negative) / n_mentions if n_mentions else math.nan,
        "trend": _trend(times, mentions, totals),
        "direction": direction(mentions, totals, times),
        "negative_direction": direction(complaints, totals, times),
        "n_respondents": total.n_people,
        "n_people": total.speakers.get(theme, 0),
    }


def _trend(times: Sequence[int], hits: Sequence[int], totals: Sequence[int]) -> float:
    if len(times) < TREND_PERIODS:
        return math.nan
    return weighted_slope(times, [k / n for k, n in zip(hits, totals, strict=True)], totals)


def trends_table(aggregates: Aggregates, kind: str | None = None) -> pd.DataFrame:
    """Give one row a voice, theme and period; shares are of the judged comments of the period."""
    rows = [
        {"voice": voice, "theme": theme, "period": name, "positive": cell.count(theme, "positive")}
        | _cell_row(cell, theme)
        for voice in VOICES
        for name, cell, theme in _parts(aggregates, voice, aggregates.by_period(voice, kind))
    ]
    return _frame(rows, TREND_COLUMNS)


def unit_themes_table(aggregates: Aggregates) -> pd.DataFrame:
    """Give one row a voice, unit and theme; shares are of the judged comments of the unit."""
    rows = [
        {"voice": voice, "unit": name, "theme": theme} | _cell_row(cell, theme)
        for voice in VOICES
        for name, cell, theme in _parts(aggregates, voice, aggregates.by_unit(voice))
    ]
    return _frame(rows, UNIT_THEME_COLUMNS)


def _parts(aggregates: Aggregates, voice: str, parts: dict[str, Cell]) -> Iterator[tuple[str, Cell, str]]:
    """Give name and counts of each part of a voice with each of its themes."""
    themes = aggregates.themes_of(voice)
    for name, cell in parts.items():
        for theme in themes:
            yield name, cell, theme


def _cell_row(cell: Cell, theme: str) -> dict[str, Any]:
    """Give the figures of one theme in a part of a voice."""
    return {
        "n_comments": cell.n_comments,
        "n_mentions": cell.mentions(theme),
        "negative": cell.count(theme, "negative"),
        "share": cell.mentions(theme) / cell.n_comments if cell.n_comments else math.nan,
        "negative_share": cell.count(theme, "negative") / cell.n_comments if cell.n_comments else math.nan,
        "n_respondents": cell.n_people,
        "n_people": cell.speakers.get(theme, 0),
    }


def alignment_table(paths: Sequence[Evidence]) -> pd.DataFrame:
    """Give one row a path, ranked.

    ``effect`` and the columns around it are those of the layer that decides the grade: *leading*
    where the path has that grade, else *linked*; every layer has columns of its own besides. A figure
    is empty where its layer was not tested for the path. ``lag`` is filled for the grade *leading*.
    """
    return _frame([_path_row(rank, path) for rank, path in enumerate(paths, start=1)], ALIGNMENT_COLUMNS)


def _path_row(rank: int, path: Evidence) -> dict[str, Any]:
    row: dict[str, Any] = {
        "rank": rank,
        "employee_theme": path.pair.employee,
        "customer_theme": path.pair.customer,
        "grade": path.grade,
        "family": path.pair.family,
        **path.layers,
    }
    for voice, share in (("employee", path.employee), ("customer", path.customer)):
        row |= {
            f"{voice}_negative_share": share.value,
            f"{voice}_low": share.low,
            f"{voice}_high": share.high,
            f"{voice}_corrected": share.corrected,
            f"{voice}_corrected_low": share.corrected_low,
            f"{voice}_corrected_high": share.corrected_high,
        }
    if path.similarity:
        row |= {
            "similarity": path.similarity.similarity,
            "similarity_p_value": path.similarity.p_value,
            "similarity_q_value": path.similarity.q_value,
        }
    if path.moderation:
        row |= {"contact_effect": path.moderation.effect, "contact_q_value": path.moderation.q_value}
    row |= _linked_columns(path) | _leading_columns(path)
    deciding = "leading" if path.grade == "leading" else "linked"
    row |= {
        name: row.get(f"{deciding}_{of}")
        for name, of in (
            ("effect", "effect"), ("effect_low", "low"), ("effect_high", "high"), ("p_value", "p_value"),
            ("q_value", "q_value"), ("detectable_effect", "detectable"),
        )
    }  # fmt: skip
    return row


def _linked_columns(path: Evidence) -> dict[str, Any]:
    link = path.link
    if link is None:
        return {}
    return {
        "n_units": link.n_units,
        "linked_effect": link.effect,
        "linked_low": link.low,
        "linked_high": link.high,
        "linked_observed": link.observed,
        "linked_p_value": link.p_value,
        "linked_q_value": link.q_value,
        "linked_detectable": link.detectable,
        "employee_icc": link.employee_icc,
        "customer_icc": link.customer_icc,
        "employee_reliability": link.employee_reliability,
        "customer_reliability": link.customer_reliability,
    }


def _leading_columns(path: Evidence) -> dict[str, Any]:
    lead = path.lead
    if lead is None:
        return {}
    return {
        "n_periods": lead.n_periods,
        "lag": lead.lag if path.grade == "leading" else None,
        "leading_lag": lead.lag,
        "leading_effect": lead.effect,
        "leading_low": lead.low,
        "leading_high": lead.high,
        "leading_p_value": lead.p_value,
        "leading_q_value": lead.q_value,
        "leading_detectable": lead.detectable,
        "direction_p_value": lead.direction_p_value,
        "reverse_lag": lead.reverse_lag,
        "reverse_effect": lead.reverse_effect,
        "reverse_q_value": lead.reverse_q_value,
    }


def units_table(matches: UnitMatches) -> pd.DataFrame:
    """Give one row a unit name: what it was matched with and how, or which side alone has it."""
    rows = [
        {"unit": match.name, "employee_name": mine, "customer_name": theirs, "matched_by": match.how}
        for match in matches.both
        for mine, theirs in zip_longest(match.employee, match.customer)
    ]
    rows += [{"unit": name, "employee_name": name, "matched_by": "employee only"} for name in matches.employee_only]
    rows += [{"unit": name, "customer_name": name, "matched_by": "customer only"} for name in matches.customer_only]
    return _frame(rows, UNIT_COLUMNS)


def drivers_table(drivers: Sequence[Driver]) -> pd.DataFrame:
    """Give one row a voice and theme: its part, 0 to 1, in what the themes explain of people's scores."""
    rows = [
        {
            "voice": driver.voice,
            "theme": driver.theme,
            "weight": driver.weight,
            "weight_low": driver.low,
            "weight_high": driver.high,
            "slope": driver.slope,
            "r_squared": driver.r_squared,
            "n_comments": driver.n_comments,
            "n_mentions": driver.n_mentions,
        }
        for driver in drivers
    ]
    return _frame(rows, DRIVER_COLUMNS)


def outcomes_table(legs: Sequence[OutcomeLeg]) -> pd.DataFrame:
    """Give one row a voice, theme and figure of the unit, with their association over units."""
    rows = [
        {
            "voice": leg.voice,
            "theme": leg.theme,
            "outcome": leg.outcome,
            "effect": leg.effect,
            "effect_low": leg.low,
            "effect_high": leg.high,
            "p_value": leg.p_value,
            "q_value": leg.q_value,
            "n_units": leg.n_units,
        }
        for leg in legs
    ]
    return _frame(rows, OUTCOME_COLUMNS)


def outcome_paths_table(paths: Sequence[Evidence], legs: Sequence[OutcomeLeg]) -> pd.DataFrame:
    """Give one row a linked or leading path and figure: employee theme -> customer theme -> outcome, leg by leg.

    ``weakest_q_value`` is the larger one of both legs: a path is no surer than that. ``direct_*`` is the
    employee theme with the figure, without the customers between them.
    """
    by_end = {(leg.outcome, leg.voice, leg.theme): leg for leg in legs}
    rows = []
    for outcome in dict.fromkeys(leg.outcome for leg in legs):
        for path in paths:
            last = by_end.get((outcome, "customer", path.pair.customer))
            direct = by_end.get((outcome, "employee", path.pair.employee))
            if path.grade not in ("linked", "leading") or path.link is None or last is None or direct is None:
                continue
            rows.append(
                {
                    "employee_theme": path.pair.employee,
                    "customer_theme": path.pair.customer,
                    "outcome": outcome,
                    "grade": path.grade,
                    "first_effect": path.link.effect,
                    "first_q_value": path.link.q_value,
                    "second_effect": last.effect,
                    "second_q_value": last.q_value,
                    "weakest_q_value": max(path.link.q_value, last.q_value),
                    "direct_effect": direct.effect,
                    "direct_q_value": direct.q_value,
                }
            )
    return _frame(rows, OUTCOME_PATH_COLUMNS)


def read_table(path: Path, n_rows: int | None = None) -> pd.DataFrame:
    """Read a table that a run wrote: only an empty cell is missing, so that a unit may be called "NA"."""
    import pandas as pd

    return pd.read_csv(path, keep_default_na=False, na_values=[""], nrows=n_rows)


def no_quotes() -> pd.DataFrame:
    """Give the table of quotes without any."""
    return _frame([], QUOTE_COLUMNS)


def quotes_table(quotes: Sequence[Quote], paths: Sequence[Evidence]) -> pd.DataFrame:
    """Give the evidence quotes of all themes."""
    found = [path.pair for path in paths if path.grade != "none"]
    evidence = {("employee", pair.employee) for pair in found} | {("customer", pair.customer) for pair in found}
    rows = []
    for quote in quotes:
        is_evidence = (quote.voice, quote.theme) in evidence and quote.polarity == "negative"
        why = "evidence of a shared problem" if is_evidence else f"typical {quote.polarity} mention"
        rows.append(
            {
                "voice": quote.voice,
                "theme": quote.theme,
                "polarity": quote.polarity,
                "text": quote.text,
                "why": f"{why}; confidence {quote.confidence:.2f}",
            }
        )
    return _frame(rows, QUOTE_COLUMNS)
