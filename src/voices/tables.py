"""Turn counts into the tables of the contract."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from voices.aggregate import Aggregates, Cell, period_number
from voices.align.shared import SharedProblem
from voices.quotes import Quote
from voices.statistics import weighted_slope, wilson_interval

if TYPE_CHECKING:
    import pandas as pd

VOICES = ("employee", "customer")
TREND_PERIODS = 3
"""A trend needs at least this many periods."""
LATER_LAYERS = (
    "n_units", "n_periods", "lag", "effect", "effect_low", "effect_high", "p_value", "q_value", "reverse_effect",
    "reverse_q_value", "similarity", "detectable_effect",
)  # fmt: skip
"""Columns of ``alignment.csv`` that layers beyond *shared* fill."""
THEME_COLUMNS = (
    "voice", "theme", "n_comments", "n_mentions", "share", "share_low", "share_high", "positive", "negative",
    "net_sentiment", "trend",
)  # fmt: skip
TREND_COLUMNS = (
    "voice", "theme", "period", "n_comments", "n_mentions", "positive", "negative", "share", "negative_share",
)  # fmt: skip
ALIGNMENT_COLUMNS = (
    "rank", "employee_theme", "customer_theme", "grade", "employee_negative_share", "customer_negative_share",
    *LATER_LAYERS, "employee_low", "employee_high", "customer_low", "customer_high",
)  # fmt: skip
QUOTE_COLUMNS = ("voice", "theme", "polarity", "text", "why")


def _frame(rows: list[dict[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=list(columns))


def themes_table(aggregates: Aggregates) -> pd.DataFrame:
    """Give one row a voice and theme.

    ``share`` is the part, 0 to 1, of the voice's judged comments that mention the theme, with its
    95 % Wilson interval; ``positive`` and ``negative`` count mentions; ``net_sentiment`` is their
    difference over all mentions, -1 to 1; ``trend`` is the change of the share from one period to
    the next (slope of a least-squares line weighted by comments), empty below three periods.
    """
    rows = []
    for voice in VOICES:
        total = aggregates.total(voice)
        if not total.n_comments:
            continue
        periods = aggregates.by_period(voice)
        for theme in aggregates.themes_of(voice):
            rows.append(_theme_row(voice, theme, total, periods))
    return _frame(rows, THEME_COLUMNS)


def _theme_row(voice: str, theme: str, total: Cell, periods: dict[str, Cell]) -> dict[str, Any]:
    n_mentions = total.mentions(theme)
    low, high = wilson_interval(n_mentions, total.n_comments)
    positive, negative = total.count(theme, "positive"), total.count(theme, "negative")
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
        "trend": _trend(theme, periods),
    }


def _trend(theme: str, periods: dict[str, Cell]) -> float:
    if len(periods) < TREND_PERIODS:
        return math.nan
    return weighted_slope(
        [period_number(name) for name in periods],
        [cell.mentions(theme) / cell.n_comments for cell in periods.values()],
        [cell.n_comments for cell in periods.values()],
    )


def trends_table(aggregates: Aggregates) -> pd.DataFrame:
    """Give one row a voice, theme and period; shares are of the judged comments of the period."""
    rows = [
        {
            "voice": voice,
            "theme": theme,
            "period": name,
            "n_comments": cell.n_comments,
            "n_mentions": cell.mentions(theme),
            "positive": cell.count(theme, "positive"),
            "negative": cell.count(theme, "negative"),
            "share": cell.mentions(theme) / cell.n_comments,
            "negative_share": cell.count(theme, "negative") / cell.n_comments,
        }
        for voice in VOICES
        for name, cell in aggregates.by_period(voice).items()
        for theme in aggregates.themes_of(voice)
    ]
    return _frame(rows, TREND_COLUMNS)


def alignment_table(problems: Sequence[SharedProblem]) -> pd.DataFrame:
    """Give one row a path, ranked; the columns of later layers are there and empty."""
    rows = [
        {
            "rank": rank,
            "employee_theme": problem.theme,
            "customer_theme": problem.theme,
            "grade": problem.grade,
            "employee_negative_share": problem.employee_share,
            "customer_negative_share": problem.customer_share,
            "employee_low": problem.employee_low,
            "employee_high": problem.employee_high,
            "customer_low": problem.customer_low,
            "customer_high": problem.customer_high,
        }
        for rank, problem in enumerate(problems, start=1)
    ]
    return _frame(rows, ALIGNMENT_COLUMNS)


def quotes_table(
    quotes: Sequence[Quote], aggregates: Aggregates, problems: Sequence[SharedProblem], *, min_group: int
) -> pd.DataFrame:
    """Give the evidence quotes of themes that at least ``min_group`` people of the voice mention."""
    shared = {problem.theme for problem in problems if problem.grade == "shared"}
    rows = []
    for quote in quotes:
        if aggregates.voices[quote.voice].people[quote.theme] < min_group:
            continue
        is_evidence = quote.theme in shared and quote.polarity == "negative"
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
