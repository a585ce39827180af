"""Take every figure about fewer people than the threshold out of the tables that leave a run.

The people of a cell are those who mention its theme: in a voice, in a unit, or in a period. A cell of
fewer than ``min_group`` is empty, a unit, period or voice of fewer is left out, and with a theme go its
paths, drivers and quotes. This is the first rule only: cells that can be worked out from others by
subtraction are not looked for here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

MIN_SCORES = 5
"""People with a score below which nothing is said about scores."""
CELLS = {
    "themes": (
        "n_mentions", "share", "share_low", "share_high", "positive", "negative", "net_sentiment", "trend",
        "direction", "negative_direction", "n_people",
    ),
    "trends": ("n_mentions", "positive", "negative", "share", "negative_share", "n_people"),
    "unit_themes": ("n_mentions", "share", "negative", "negative_share", "n_people"),
}  # fmt: skip
"""Tables of cells, and their columns that are emptied."""
GROUPS = {"themes": ["voice"], "trends": ["voice", "period"], "unit_themes": ["voice", "unit"]}
"""Tables of cells, and the columns that name the group that a row is about."""
GROUP_NAMES = {"themes": "voices", "trends": "periods", "unit_themes": "units"}
ENDS = ("alignment", "outcome_paths")
"""Tables of paths, of which a row goes when the theme of either voice does; in ``alignment`` it stays, emptied."""
LAYERS = ("shared", "aligned", "linked", "leading")
NAMES = ("rank", "employee_theme", "customer_theme", "family")
"""Columns of ``alignment`` that say nothing about people."""
FOLLOWERS = ("quotes", "drivers", "outcomes")
"""Tables with a row for a voice and theme, which goes when the theme does."""

FEELINGS = ("sentiment", "emotion", "languages")
"""Counts of a voice by kind, of which small ones are withheld."""
WITHHELD = "withheld"
"""The kind under which comments of small kinds are counted together."""


def withhold_feelings(counts: Mapping[str, Any], *, told: bool, min_group: int) -> dict[str, Any]:
    """Take feelings and languages of too few people out of what ``run.json`` says of one voice.

    Parameters
    ----------
    counts : mapping
        The entry of the voice in ``counts``; not changed. ``people`` holds the people behind each kind; where it
        is missing, comments count as people.
    told : bool
        Whether the voice has enough people to be shown; else all feelings, languages and dates go.
    min_group : int
        At least 1.

    Returns
    -------
    dict
        The books (read, classified, rejected and what became of comments) as they were. What small kinds of
        feelings have together is under the kind ``withheld``, so that shares keep their total.
    """
    result = dict(counts)
    if not told:
        empty: dict[str, Any] = {part: {} for part in FEELINGS if part in counts}
        return result | empty | {"people": {}, "first_date": None, "last_date": None}
    people = counts.get("people", {})
    result["people"] = {}
    for part in FEELINGS:
        if part not in counts:
            continue
        of = people.get(part, counts[part])
        kept = {kind: n for kind, n in counts[part].items() if kind != WITHHELD and of.get(kind, 0) >= min_group}
        left = sum(counts[part].values()) - sum(kept.values())
        result[part] = kept | ({WITHHELD: left} if left and part != "languages" else {})
        result["people"][part] = {kind: of[kind] for kind in kept}
    return result


def withhold(
    frames: Mapping[str, pd.DataFrame], *, min_group: int
) -> tuple[dict[str, pd.DataFrame], dict[str, dict[str, int]]]:
    """Take out what is about fewer than ``min_group`` people, or fewer than 5 for scores.

    Parameters
    ----------
    frames : mapping
        Name -> table, as :mod:`voices.tables` makes them or as a run wrote them; ``themes`` must be there,
        any other may be missing. Not changed.
    min_group : int
        At least 1.

    Returns
    -------
    frames : dict
        All tables, those with nothing to withhold as they were.
    counts : dict
        What was withheld now -> voice -> how many: the groups ``voices``, ``periods`` and ``units``, cells of
        ``themes``, ``trends`` and ``unit_themes``, rows of ``alignment`` (voice ``both``), ``quotes``,
        ``drivers``, ``outcomes`` and ``topics``.
    """
    result, counts = dict(frames), {}
    for name in CELLS:
        if name in frames:
            result[name], counts[GROUP_NAMES[name]], counts[name] = _cells(name, frames[name], min_group)
    shown = _shown(result["themes"])
    for name in (*ENDS, *FOLLOWERS, "topics"):
        if name in frames:
            keep = _kept(name, frames[name], shown, min_group)
            left_out = frames[name][~keep]
            result[name] = _emptied(frames[name], keep) if name == "alignment" else frames[name][keep]
            counts[name] = {"both": _figured(left_out)} if name in ENDS else _by_voice(left_out)
    return result, {name: found for name, found in counts.items() if any(found.values())}


def _cells(name: str, frame: pd.DataFrame, min_group: int) -> tuple[pd.DataFrame, dict[str, int], dict[str, int]]:
    """Leave out small groups and empty small cells; give how many of each."""
    small = frame["n_respondents"] < min_group
    kept = frame[~small]
    hidden = kept["n_people"].notna() & (kept["n_people"] < min_group)
    emptied = kept.assign(**{column: kept[column].mask(hidden) for column in CELLS[name]})
    return emptied, _by_voice(frame.loc[small, GROUPS[name]].drop_duplicates()), _by_voice(kept[hidden])


def _emptied(alignment: pd.DataFrame, keep: pd.Series[bool]) -> pd.DataFrame:
    """Give all pairs, those to withhold last and by name, without a figure and with every layer untested."""
    words = {"grade": "none"} | {layer: "untested" for layer in LAYERS}
    blank = {name: alignment[name].where(keep, words.get(name)) for name in map(str, alignment) if name not in NAMES}
    both = alignment.assign(**blank)
    hidden = both[~keep].sort_values(["employee_theme", "customer_theme"])
    both = both.loc[[*both.index[keep], *hidden.index]]
    return both.assign(rank=range(1, len(both) + 1))


def _figured(pairs: pd.DataFrame) -> int:
    """Count the pairs that hold any figure: the others were emptied before."""
    figures = [name for name in pairs if name not in (*NAMES, *LAYERS, "grade")]
    return int(pairs[figures].notna().any(axis=1).sum())


def _by_voice(frame: pd.DataFrame) -> dict[str, int]:
    return {str(voice): int(n) for voice, n in frame["voice"].value_counts(sort=False).items()}


def _shown(themes: pd.DataFrame) -> set[tuple[str, str]]:
    told = themes[themes["n_people"].notna()]
    return set(zip(told["voice"], told["theme"], strict=True))


def _kept(name: str, frame: pd.DataFrame, shown: set[tuple[str, str]], min_group: int) -> pd.Series[bool]:
    """Tell which rows stay: those of themes that are shown, of topics and of scores of enough people."""
    import pandas as pd

    if name == "topics":
        return frame["n_people"] >= min_group
    if name in ENDS:
        pairs = zip(frame["employee_theme"], frame["customer_theme"], strict=True)
        keep = [("employee", one) in shown and ("customer", other) in shown for one, other in pairs]
    else:
        keep = [pair in shown for pair in zip(frame["voice"], frame["theme"], strict=True)]
    found = pd.Series(keep, index=frame.index, dtype=bool)
    return found & (frame["n_comments"] >= MIN_SCORES) if name == "drivers" else found
