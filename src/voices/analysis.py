"""The tables of a finished run as data frames."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from voices.errors import InputError
from voices.tables import read_table

if TYPE_CHECKING:
    import pandas as pd


TABLES = (
    "themes", "trends", "unit_themes", "alignment", "quotes", "rejected", "units",
    "drivers", "outcomes", "outcome_paths", "topics",
)  # fmt: skip
"""Names of the CSV files that are read as tables."""


@dataclass(frozen=True)
class Analysis:
    """The tables of a run as data frames, in the columns of the files of the same names."""

    comments: pd.DataFrame
    mentions: pd.DataFrame
    themes: pd.DataFrame
    trends: pd.DataFrame
    unit_themes: pd.DataFrame
    alignment: pd.DataFrame
    quotes: pd.DataFrame
    rejected: pd.DataFrame
    units: pd.DataFrame
    drivers: pd.DataFrame
    outcomes: pd.DataFrame
    outcome_paths: pd.DataFrame
    topics: pd.DataFrame
    run: dict[str, Any]
    report_html: str = field(repr=False)

    @classmethod
    def load(cls, folder: Path | str) -> Self:
        """Read the folder that a run left.

        Raises
        ------
        InputError
            If the folder holds no run.
        """
        import pandas as pd

        path = Path(folder)
        if not (path / "run.json").is_file():
            raise InputError(f"{path}: there is no run.json; name the --out folder of a run")
        tables = {name: read_table(path / f"{name}.csv") for name in TABLES}
        return cls(
            comments=pd.read_parquet(path / "comments.parquet"),
            mentions=pd.read_parquet(path / "mentions.parquet"),
            run=json.loads((path / "run.json").read_text(encoding="utf8")),
            report_html=(path / "report.html").read_text(encoding="utf8"),
            **tables,
        )
