"""Compare two runs: which themes draw more or fewer complaints than before, on both sides."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voices.errors import InputError
from voices.privacy import mask
from voices.statistics import difference_interval, q_values, wilson_interval
from voices.tables import read_table

if TYPE_CHECKING:
    import pandas as pd

MAX_Q = 0.05
"""False discovery rate below which a change is called one."""
COMPARISON_COLUMNS = (
    "voice", "theme", "before", "before_low", "before_high", "now", "now_low", "now_high", "difference",
    "difference_low", "difference_high", "p_value", "q_value", "verdict", "n_comments_before", "n_comments_now",
)  # fmt: skip


def read_previous(folder: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Read the themes of an earlier run, and what ``run.json`` is to say of it.

    Raises
    ------
    InputError
        If the folder holds no run.
    """
    paths = folder / "themes.csv", folder / "run.json"
    if not all(path.is_file() for path in paths):
        raise InputError(f"--previous {folder}: there is no run in it; name the --out folder of an earlier run")
    try:
        themes = read_table(paths[0])
        run = json.loads(paths[1].read_text(encoding="utf8"))
        counts = run["counts"].values()
        model = {key: run["model"][key] for key in ("name", "version", "sha256")}
        themes[["voice", "theme", "n_comments", "negative"]]
    except (ValueError, KeyError, AttributeError) as error:
        raise InputError(f"--previous {folder}: themes.csv or run.json is damaged; name another run") from error
    dates = {
        key: pick((entry[key] for entry in counts if entry.get(key)), default=None)
        for key, pick in (("first_date", min), ("last_date", max))
    }
    return themes, {"folder": mask(folder.name), "created": run.get("created"), "model": model, **dates}


def comparison_table(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Give one row a voice and theme that both runs show: its share of negative comments then and now.

    Parameters
    ----------
    before, now : DataFrame
        As ``themes.csv``; rows whose figures are withheld in either run are left out.

    Returns
    -------
    DataFrame
        Shares 0 to 1 with 95 % Wilson intervals; ``difference`` is now minus before, with its interval by
        Newcombe (1998), method 10; ``q_value`` corrects the test of two shares for all rows;
        ``verdict`` is ``worse`` or ``better`` below 0.05, else ``flat``. Comments count as independent.
    """
    import pandas as pd

    both = now.merge(before, on=["voice", "theme"], suffixes=("_now", "_before"))
    needed = ["negative_now", "negative_before", "n_comments_now", "n_comments_before"]
    rows = [
        _row(voice, theme, [int(n) for n in counts])
        for voice, theme, *counts in both.dropna(subset=needed)[["voice", "theme", *needed]].itertuples(index=False)
    ]
    for row, q in zip(rows, q_values(row["p_value"] for row in rows), strict=True):
        row["q_value"] = q
        row["verdict"] = "flat" if not q < MAX_Q else "worse" if row["difference"] > 0 else "better"
    return pd.DataFrame(rows, columns=list(COMPARISON_COLUMNS))


def _row(voice: str, theme: str, counts: list[int]) -> dict[str, Any]:
    hits_now, hits_before, n_now, n_before = counts
    low, high = difference_interval(hits_now, n_now, hits_before, n_before)
    (now_low, now_high), (before_low, before_high) = (
        wilson_interval(hits_now, n_now),
        wilson_interval(hits_before, n_before),
    )
    return {
        "voice": voice,
        "theme": theme,
        "before": hits_before / n_before,
        "before_low": before_low,
        "before_high": before_high,
        "now": hits_now / n_now,
        "now_low": now_low,
        "now_high": now_high,
        "difference": hits_now / n_now - hits_before / n_before,
        "difference_low": low,
        "difference_high": high,
        "p_value": _two_shares(hits_now, n_now, hits_before, n_before),
        "n_comments_before": n_before,
        "n_comments_now": n_now,
    }


def _two_shares(hits: int, total: int, hits_before: int, total_before: int) -> float:
    """Give the two-sided p-value of the test of two shares with a pooled variance."""
    pooled = (hits + hits_before) / (total + total_before)
    error = math.sqrt(pooled * (1 - pooled) * (1 / total + 1 / total_before))
    z = (hits / total - hits_before / total_before) / error if error else 0.0
    return math.erfc(abs(z) / math.sqrt(2))
