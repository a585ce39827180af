"""The tables and reports of a folder: made from counts, cleared of small groups, written, read back, rendered."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voices.compare import comparison_table, read_previous
from voices.config import Settings
from voices.errors import InputError
from voices.export import from_cell, without_formula
from voices.report import DEFAULT_FORMATS
from voices.report.i18n import languages
from voices.report.i18n import load as load_words
from voices.report.sentences import path_sentence
from voices.report.values import records
from voices.suppress import MIN_SCORES, withhold, withhold_feelings
from voices.tables import (
    alignment_table,
    drivers_table,
    no_quotes,
    outcome_paths_table,
    outcomes_table,
    read_table,
    themes_table,
    trend_period,
    trends_table,
    unit_themes_table,
    units_table,
)
from voices.writing import check_folder, staged_folder

if TYPE_CHECKING:
    import pandas as pd

    from voices.aggregate import Aggregates
    from voices.align.findings import Findings

TABLES = (
    "themes", "trends", "unit_themes", "alignment", "units", "drivers", "outcomes", "outcome_paths", "quotes",
    "comparison", "topics",
)  # fmt: skip
"""Names of the CSV files that hold what a report shows."""
TEXT_COLUMNS = (
    "text", "why", "unit", "employee_name", "customer_name", "outcome", "sentence_en", "sentence_nl", "label",
    "keywords", "quote_1", "quote_2", "quote_3",
)  # fmt: skip
"""Columns of tables whose cells hold words from outside."""
MAX_REJECTED = 100_000
"""Rows of ``rejected.csv`` that are looked at for the report."""

Frames = dict[str, "pd.DataFrame"]


def make_tables(aggregates: Aggregates, found: Findings, record: dict[str, Any]) -> Frames:
    """Turn the counts of a run into its tables, with every figure; ``record`` learns the period of the trends."""
    kind = trend_period(aggregates, record["settings"]["min_group"])
    record["trend_period"] = kind
    return {
        "themes": themes_table(aggregates, kind),
        "trends": trends_table(aggregates, kind),
        "unit_themes": unit_themes_table(aggregates),
        "alignment": _told(alignment_table(found.alignment.paths), record),
        "units": units_table(found.units),
        "drivers": drivers_table(found.drivers),
        "outcomes": outcomes_table(found.legs),
        "outcome_paths": outcome_paths_table(found.alignment.paths, found.legs),
    }


def _told(alignment: pd.DataFrame, record: Mapping[str, Any]) -> pd.DataFrame:
    """Add what was found for each path as a sentence in every language."""
    for language in languages():
        words = load_words(language).with_themes(record["custom_themes"])
        sentences = [path_sentence(row, words, record["settings"]["period"]) for row in records(alignment)]
        alignment[f"sentence_{language}"] = sentences
    return alignment


def publish(frames: Mapping[str, pd.DataFrame], record: dict[str, Any], *, previous: Path | None = None) -> Frames:
    """Give the tables without what is about too few people, with the comparison; ``record`` learns what was left out.

    Parameters
    ----------
    frames : mapping
        From :func:`make_tables` or :func:`read_tables`.
    record : dict
        ``run.json``; its ``thresholds`` decide.
    previous : Path or None
        Folder of an earlier run to compare with.

    Raises
    ------
    InputError
        If that folder holds no run.
    """
    min_group = record["thresholds"]["min_group"]
    result, counts = withhold(frames, min_group=min_group)
    told = set(result["themes"]["voice"])
    record["counts"] = {
        voice: withhold_feelings(entry, told=voice in told, min_group=min_group)
        for voice, entry in record.get("counts", {}).items()
    }
    record["thresholds"]["min_scores"] = MIN_SCORES
    record["suppressed"] = _added(record.get("suppressed", {}), counts)
    if previous is not None:
        before, record["previous"] = read_previous(previous)
        if "n_people" in before:
            before = withhold({"themes": before}, min_group=min_group)[0]["themes"]
        else:  # of a version that did not count people
            before = before[before["n_mentions"] >= min_group]
        result["comparison"] = comparison_table(before, result["themes"])
    elif "comparison" in result:
        shown = result["themes"].dropna(subset=["n_people"])[["voice", "theme"]]
        result["comparison"] = result["comparison"].merge(shown, on=["voice", "theme"])
    if "alignment" in record:
        grades = Counter(result["alignment"]["grade"])
        record["alignment"]["grades"] = {grade: grades[grade] for grade in record["alignment"]["grades"]}
    return result


def _added(before: Mapping[str, Mapping[str, int]], now: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    names = [*before, *(name for name in now if name not in before)]
    return {name: dict(Counter(before.get(name, {})) + Counter(now.get(name, {}))) for name in names}


def write_tables(folder: Path, frames: Mapping[str, pd.DataFrame]) -> None:
    """Write each table as CSV with text cells that a spreadsheet cannot run."""
    for name, frame in frames.items():
        texts = [column for column in TEXT_COLUMNS if column in frame]
        safe = frame.assign(**{column: frame[column].map(without_formula) for column in texts})
        safe.to_csv(folder / f"{name}.csv", index=False, float_format="%.6g")


def write_record(folder: Path, record: Mapping[str, Any]) -> None:
    """Write ``run.json``."""
    (folder / "run.json").write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf8")


def write_reports(folder: Path, record: dict[str, Any], *, language: str, formats: Sequence[str]) -> None:
    """Render what people read from the files in ``folder``, so that a later rendering gives the same."""
    from voices.report import Tables, write

    frames = _read_all(folder)
    tables = Tables(
        themes=frames["themes"],
        trends=frames["trends"],
        alignment=frames["alignment"],
        quotes=frames["quotes"] if "quotes" in frames else no_quotes(),
        rejected=read_table(folder / "rejected.csv", MAX_REJECTED),
        run=record,
        drivers=frames.get("drivers"),
        outcomes=frames.get("outcomes"),
        outcome_paths=frames.get("outcome_paths"),
        units=frames.get("unit_themes"),
        topics=frames.get("topics"),
        comparison=frames.get("comparison"),
    )
    write(tables, folder, formats=formats, language=language)


def read_tables(folder: Path) -> tuple[Frames, dict[str, Any]]:
    """Read the tables and the record that a run left.

    Raises
    ------
    InputError
        If the folder holds no run, or one of an older version without what the report needs.
    """
    if not (folder / "run.json").is_file():
        raise InputError(f"{folder}: there is no run.json; name the --out folder of 'voices run' or 'voices align'")
    try:
        record = json.loads((folder / "run.json").read_text(encoding="utf8"))
        frames = _read_all(folder)
        frames["themes"][["n_respondents", "n_people"]]
        frames["trends"], frames["alignment"], record["thresholds"]["min_group"]
    except (ValueError, KeyError) as error:
        raise InputError(
            f"{folder}: run.json or a table is damaged, or of an older version; make the run again"
        ) from error
    return frames, record


def render(
    folder: Path,
    *,
    out: Path | None = None,
    formats: Sequence[str] = DEFAULT_FORMATS,
    report_language: str | None = None,
    min_group: int | None = None,
    previous: Path | None = None,
    force: bool = False,
) -> list[Path]:
    """Write the reports of a finished run again; no model runs.

    Parameters
    ----------
    folder : Path
        Of ``voices run`` or ``voices align``.
    out : Path or None
        Another folder, which gets the tables and reports and no file of the analyst's; None takes ``folder``.
    formats : sequence of str
        Of :data:`voices.report.FORMATS`.
    report_language : str or None
        None takes that of the run.
    min_group : int or None
        A threshold above that of the run; None takes that of the run.
    previous : Path or None
        Folder of an earlier run to compare with.
    force : bool
        Whether files in ``out`` may be replaced, and numbers taken out of ``folder`` for good.

    Returns
    -------
    list of Path
        The reports.

    Raises
    ------
    InputError
        If a folder cannot be used, or the threshold is below that of the run.
    """
    frames, record = read_tables(folder)
    stamped = record["thresholds"]["min_group"]
    least = stamped if min_group is None else min_group
    if least < stamped:
        raise InputError(
            f"--min-group {least}: the run was made with {stamped}, and what is withheld is not in its tables; "
            "a lower threshold needs a new run"
        )
    if out is not None:
        check_folder(out, force=force)
    elif least > stamped and not force:
        raise InputError(
            f"--min-group {least}: takes numbers out of the tables in {folder} for good; "
            "name another folder with --out, or say --force"
        )
    settings = Settings(report_language=report_language or record["settings"]["report_language"], min_group=least)
    record["settings"] |= {"report_language": settings.report_language, "min_group": least}
    record["thresholds"]["min_group"] = least
    frames = publish(frames, record, previous=previous)
    target = out or folder
    with staged_folder(target) as stage:
        if (folder / "rejected.csv").is_file():
            shutil.copyfile(folder / "rejected.csv", stage / "rejected.csv")
        write_tables(stage, frames)
        write_reports(stage, record, language=settings.report_language, formats=formats)
        write_record(stage, record)
    return [target / f"report.{name}" for name in formats]


def _read_all(folder: Path) -> Frames:
    return {name: _plain(read_table(folder / f"{name}.csv")) for name in TABLES if (folder / f"{name}.csv").is_file()}


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Undo what :func:`write_tables` did to text cells."""
    texts = [name for name in TEXT_COLUMNS if name in frame]
    return frame.assign(**{name: frame[name].map(from_cell) for name in texts})
