"""The columns of each sheet of the workbook: their order, width, kind and translation."""

from __future__ import annotations

SHARES = frozenset(
    "share share_low share_high negative_share employee_negative_share employee_low employee_high "
    "customer_negative_share customer_low customer_high before before_low before_high now now_low now_high weight "
    "weight_low weight_high r_squared".split()
)
BARS = frozenset(("share", "negative_share", "employee_negative_share", "customer_negative_share", "now", "weight"))
WIDTHS = {
    "text": 90, "reason": 60, "meaning": 90, "value": 100, "columns": 50, "unused": 40, "why": 24, "file": 28,
    "label": 34, "keywords": 50, "unit": 26, "outcome": 26, "matched_topic": 20,
}  # fmt: skip
NAMES = {"theme": "theme_name", "employee_theme": "employee_name", "customer_theme": "customer_name"}
TRANSLATED = frozenset(("voice", "polarity", "grade", "date_order", "verdict", "family", "kind"))
LATER = (
    "n_units", "n_periods", "lag", "effect", "effect_low", "effect_high", "p_value", "q_value", "reverse_effect",
    "reverse_q_value", "similarity", "detectable_effect",
)  # fmt: skip
WITHHELD = frozenset(("themes", "trends", "units"))
"""Sheets in which a number that is not shown has a grey cell."""
TEXTS = frozenset(("voice", "theme", "unit", "period"))
CHANGES = frozenset(("trend", "difference", "difference_low", "difference_high"))
DECIMALS = frozenset((*LATER, "net_sentiment", "slope", "sentiment")) - {"n_units", "n_periods", "lag"}
COLUMNS = {
    "problems": (
        "rank", "employee_theme", "customer_theme", "grade", "employee_negative_share", "employee_low", "employee_high",
        "customer_negative_share", "customer_low", "customer_high", *LATER,
    ),
    "themes": (
        "voice", "theme", "n_comments", "n_mentions", "share", "share_low", "share_high", "negative", "neutral",
        "positive", "net_sentiment", "trend",
    ),
    "trends": (
        "voice", "theme", "period", "n_comments", "n_mentions", "positive", "negative", "share", "negative_share",
    ),
    "emotions": ("voice", "kind", "label", "n_comments", "share"),
    "units": (
        "unit", "theme", "voice", "n_comments", "n_mentions", "share", "negative", "negative_share",
    ),
    "drivers": (
        "voice", "theme", "weight", "weight_low", "weight_high", "slope", "n_mentions", "n_comments", "r_squared",
    ),
    "outcomes": (
        "voice", "theme", "outcome", "effect", "effect_low", "effect_high", "p_value", "q_value", "n_units",
    ),
    "comparison": (
        "voice", "theme", "before", "before_low", "before_high", "now", "now_low", "now_high", "difference",
        "difference_low", "difference_high", "q_value", "verdict",
    ),
    "topics": (
        "voice", "topic", "label", "keywords", "n_comments", "sentiment", "theme", "matched_topic", "similarity",
        "q_value",
    ),
    "quotes": ("voice", "theme", "polarity", "text", "why"),
    "rejected": ("file", "row", "reason"),
    "files": (
        "file", "voice", "rows", "read", "classified", "rejected", "unreadable_dates", "columns", "unused", "format",
        "sheet", "encoding", "delimiter", "date_order",
    ),
}  # fmt: skip


def kind(field: str) -> str:
    """Give how the numbers or texts of a column look: a key of the workbook's formats."""
    if field in SHARES:
        return "share"
    if field in CHANGES:
        return "change"
    if field in DECIMALS:
        return "number"
    return "wrap" if field in {"text", "reason", "keywords"} else "count"
