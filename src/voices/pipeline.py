"""The main job: the only module that knows all stages and the order in which a comment meets them."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from voices.aggregate import Aggregates
from voices.align.collect import Collected
from voices.align.findings import find, read_unit_files
from voices.align.similar import Encode
from voices.analysis import Analysis
from voices.analyst import open_analyst
from voices.coded_files import read_coded
from voices.coding import Coder, Timer
from voices.compare import read_previous
from voices.config import Settings
from voices.custom_themes import whole
from voices.discovery import DISCOVERY_FILES, Stage
from voices.errors import InputError
from voices.export import (
    FLAT_COLUMNS,
    CodedWriter,
    ParquetRows,
    RejectedRows,
    check_suffix,
    coded_object,
    comment_row,
    comments_schema,
    mention_rows,
    mentions_schema,
)
from voices.outputs import make_tables, publish, write_record, write_reports, write_tables
from voices.privacy import mask
from voices.progress import Progress
from voices.quotes import QuotePicker
from voices.read import Source, from_dataframe, open_source
from voices.record import CodedFile, Summary, align_entry, run_entry
from voices.report import DEFAULT_FORMATS
from voices.report.values import records
from voices.tables import VOICES, quotes_table
from voices.taxonomy_file import read_themes
from voices.writing import check_folder, staged_file, staged_folder

if TYPE_CHECKING:
    import pandas as pd

    from voices.models import AnalystLike

ALIGN_FILES = (
    "themes.csv", "trends.csv", "unit_themes.csv", "alignment.csv", "units.csv", "drivers.csv", "outcomes.csv",
    "outcome_paths.csv", "rejected.csv",
    "report.html", "report.xlsx", "run.json",
)  # fmt: skip
RUN_FILES = ("comments.parquet", "mentions.parquet", "quotes.csv", *ALIGN_FILES, *DISCOVERY_FILES)
Mapping = dict[str, list[str]]


def run(
    employees: Sequence[str | Path | pd.DataFrame],
    customers: Sequence[str | Path | pd.DataFrame],
    out: Path,
    *,
    settings: Settings | None = None,
    mapping: Mapping | None = None,
    previous: Path | None = None,
    formats: Sequence[str] = DEFAULT_FORMATS,
    force: bool = False,
    progress: Progress | None = None,
    now: dt.datetime | None = None,
) -> Summary:
    """Do the whole job: read both voices, code, aggregate, align, and write the folder ``out``.

    Parameters
    ----------
    employees, customers : sequence of paths or data frames
        ``-`` is standard input. One of the two may be empty: then there is no alignment.
    out : Path
        The folder; all of its files are written at the end, or none.
    settings : Settings or None
        None takes the defaults.
    mapping : dict or None
        Role -> column names, for columns that are not to be recognised.
    previous : Path or None
        Folder of an earlier run, to compare with and to follow its topics.
    formats : sequence of str
        What the report is written as, of :data:`voices.report.FORMATS`.
    force : bool
        Whether files of an earlier run in ``out`` may be replaced.
    progress : Progress or None
        None shows nothing.
    now : datetime or None
        The moment that is stamped on the report; None reads the clock.

    Returns
    -------
    Summary

    Raises
    ------
    InputError
        If a file, a column or the folder cannot be used.
    VoicesError
        If writing fails; ``out`` is then as it was.
    """
    settings = settings or Settings()
    if not employees and not customers:
        raise InputError("no file was named; give --employees FILE, --customers FILE or both")
    check_folder(out, force=force)
    if previous is not None:
        read_previous(previous)  # a wrong folder is told before the work
    coder = Coder(settings, progress)
    with ExitStack() as stack:
        sources = _opened(stack, employees, "employee") + _opened(stack, customers, "customer")
        coder.open(sources, mapping)
        coder.analyst.load()
        with staged_folder(out) as stage:
            summary = _write_run(coder, stage, now or dt.datetime.now().astimezone(), previous, formats)
    return summary


def _opened(stack: ExitStack, files: Sequence[str | Path | pd.DataFrame], voice: str) -> list[tuple[Source, str]]:
    opened = []
    for number, item in enumerate(files, start=1):
        if isinstance(item, str | Path):
            source = open_source(str(item))
        else:
            source = from_dataframe(item, name=f"{voice}s" if len(files) == 1 else f"{voice}s-{number}")
        opened.append((stack.enter_context(source), voice))
    return opened


def _write_run(coder: Coder, stage: Path, now: dt.datetime, previous: Path | None, formats: Sequence[str]) -> Summary:
    settings = coder.settings
    collected = Collected(settings.period, coder.analyst.themes)
    told = read_unit_files(settings.units, settings.contact, settings.outcomes)
    picker = QuotePicker()
    discovery = Stage(coder, stage)
    with (
        closing(ParquetRows(stage / "comments.parquet", comments_schema())) as comments,
        closing(ParquetRows(stage / "mentions.parquet", mentions_schema())) as mentions,
        RejectedRows(stage / "rejected.csv") as rejected_rows,
    ):
        for coded, rejected in coder.batches():
            with coder.timer.stage("write"):
                comments.write([comment_row(item) for item in coded])
                mentions.write([row for item in coded for row in mention_rows(item)])
                rejected_rows.write(rejected)
            with coder.timer.stage("aggregate"):
                collected.add(coded)
                picker.add(coded)
            with coder.timer.stage("discover"):
                discovery.add(coded)
    with coder.timer.stage("align"):
        found = find(
            collected,
            told,
            floor=settings.negative_floor,
            today=now.date(),
            confusion=coder.analyst.model.description.get("confusion_negative"),
            encode=encoder(coder.analyst),
            seed=settings.seed,
        )
    record = run_entry("run", coder, collected.aggregates, now) | {"alignment": found.entry()}
    with coder.timer.stage("discover"):
        record["discovery"], topics = discovery.finish(previous)
    frames = make_tables(collected.aggregates, found, record)
    frames["quotes"] = quotes_table(picker.chosen(), found.alignment.paths)
    frames = publish(frames | {"topics": topics}, record, previous=previous)
    write_tables(stage, frames)
    with coder.timer.stage("report"):
        write_reports(stage, record, language=settings.report_language, formats=formats)
    record["timings"] = coder.timer.rounded()
    write_record(stage, record)
    return Summary(record, _graded(frames["alignment"]))


def encoder(analyst: AnalystLike) -> Encode:
    """Give what turns texts of a voice into unit vectors, shape (n_texts, hidden)."""
    import numpy as np

    return lambda texts, voice: np.concatenate(analyst.encode([whole(text, voice) for text in texts]))


def _graded(alignment: pd.DataFrame) -> list[dict[str, Any]]:
    return records(alignment[alignment["grade"] != "none"])


def align(
    files: Sequence[str | Path],
    out: Path,
    *,
    settings: Settings | None = None,
    coded_by_people: bool = False,
    previous: Path | None = None,
    formats: Sequence[str] = DEFAULT_FORMATS,
    force: bool = False,
    now: dt.datetime | None = None,
) -> Summary:
    """Look for root causes in comments of both voices that are coded already.

    Parameters
    ----------
    files : sequence of paths
        Coded files, see :func:`voices.coded_files.read_coded`; each may hold one voice or both.
    out : Path
        The folder; all of its files are written at the end, or none.
    settings : Settings or None
        None takes the defaults; the model encodes mentions where the files hold text, and its known
        errors correct the shares.
    coded_by_people : bool
        Whether the codes are no model's, so that no error of a model is to be taken out of them.
    previous, formats
        As for :func:`run`.
    force : bool
        Whether files of an earlier run in ``out`` may be replaced.
    now : datetime or None
        None reads the clock.

    Returns
    -------
    Summary

    Raises
    ------
    InputError
        If a file or the folder cannot be used.
    """
    settings, now = settings or Settings(), now or dt.datetime.now().astimezone()
    paths = list(dict.fromkeys(Path(file).resolve() for file in files))
    if not paths:
        raise InputError("no file was named; give coded files, as 'voices classify' writes them")
    check_folder(out, force=force)
    if previous is not None:
        read_previous(previous)
    told = read_unit_files(settings.units, settings.contact, settings.outcomes)
    custom = read_themes(Path(settings.taxonomy)) if settings.taxonomy else {}
    # A sample of mentions is all that it reads: not worth the seconds in which torch looks for a graphics card.
    analyst = open_analyst(settings.model, device="cpu", threads=settings.threads or None, custom=custom)
    timer, collected, books = Timer(), Collected(settings.period, analyst.themes), []
    with staged_folder(out) as stage:
        with RejectedRows(stage / "rejected.csv") as rejected_rows:
            for path in paths:
                book = CodedFile(path.name)
                with timer.stage("read"):
                    for batch in read_coded(path):
                        collected.add_table(batch.table)
                        rejected_rows.write([replace(row, file=mask(row.file)) for row in batch.rejected])
                        book.add(batch)
                books.append(book)
        with timer.stage("align"):
            found = find(
                collected,
                told,
                floor=settings.negative_floor,
                today=now.date(),
                confusion=None if coded_by_people else analyst.model.description.get("confusion_negative"),
                encode=encoder(analyst),
                seed=settings.seed,
            )
        record = align_entry(settings, analyst.model, analyst.themes, collected.aggregates, books, now)
        record["alignment"] = found.entry()
        frames = publish(make_tables(collected.aggregates, found, record), record, previous=previous)
        write_tables(stage, frames)
        with timer.stage("report"):
            write_reports(stage, record, language=settings.report_language, formats=formats)
        record["timings"] = timer.rounded()
        write_record(stage, record)
    return Summary(record, _graded(frames["alignment"]))


def analyze(
    employees: pd.DataFrame | None = None,
    customers: pd.DataFrame | None = None,
    *,
    mapping: Mapping | None = None,
    settings: Settings | None = None,
    model: str | None = None,
) -> Analysis:
    """Find themes, feelings and shared problems in two data frames.

    Parameters
    ----------
    employees, customers : DataFrame or None
        One row a respondent; columns are recognised as in files. None leaves a voice out.
    mapping : dict or None
        Role -> column names, such as ``{"text": ["pros", "cons"], "unit": ["store"]}``.
    settings : Settings or None
        None takes the defaults.
    model : str or None
        A shipped model, a folder, or ``owner/name`` on the Hugging Face hub; None takes that of
        the settings.

    Returns
    -------
    Analysis
        The inputs are not changed.

    Raises
    ------
    InputError
        If both are None or a column cannot be used.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        run(
            [] if employees is None else [employees],
            [] if customers is None else [customers],
            out,
            settings=_with_model(settings, model),
            mapping=mapping,
        )
        return Analysis.load(out)


def _with_model(settings: Settings | None, model: str | None) -> Settings:
    settings = settings or Settings()
    return replace(settings, model=model) if model else settings


def classify(
    comments: pd.DataFrame,
    *,
    voice: str,
    mapping: Mapping | None = None,
    settings: Settings | None = None,
    model: str | None = None,
) -> pd.DataFrame:
    """Code the comments of a data frame.

    Parameters
    ----------
    comments : DataFrame
    voice : str
        ``employee`` or ``customer``.
    mapping, settings, model
        As for :func:`analyze`.

    Returns
    -------
    DataFrame
        One row a comment, in order, in the columns that ``voices classify`` writes; ``themes`` is
        a list of dicts with theme, polarity, confidence and segment. Rows that could not be used
        (duplicates) are left out.
    """
    import pandas as pd

    coder = Coder(_with_model(settings, model))
    with from_dataframe(comments, name="dataframe") as source:
        coder.open([(source, check_voice(voice))], mapping)
        rows = [coded_object(item) for coded, _ in coder.batches() for item in coded]
    return pd.DataFrame(rows, columns=list(FLAT_COLUMNS))


def check_voice(voice: str) -> str:
    """Refuse a voice that is neither of the two.

    Raises
    ------
    InputError
        Naming the two.
    """
    if voice not in VOICES:
        raise InputError(f"--voice {voice}: choose one of {', '.join(VOICES)}")
    return voice


def classify_files(
    files: Sequence[str | Path],
    out: Path | IO[str],
    *,
    voice: str,
    settings: Settings | None = None,
    mapping: Mapping | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> Summary:
    """Code the comments of files and write them to a file, or to a text stream as JSON lines.

    Raises
    ------
    InputError
        If a file, a column or the target cannot be used.
    """
    coder = Coder(settings or Settings(), progress)
    aggregates = Aggregates(coder.settings.period, coder.analyst.themes)
    if isinstance(out, Path):
        check_suffix(out.suffix.lower())
        if out.exists() and not force:
            raise InputError(f"--out {out}: the file exists; name another one, or replace it with --force")
    with ExitStack() as stack:
        coder.open(_opened(stack, files, check_voice(voice)), mapping)
        coder.analyst.load()
        target = stack.enter_context(staged_file(out)) if isinstance(out, Path) else out
        suffix = out.suffix.lower() if isinstance(out, Path) else None
        rejections = stack.enter_context(staged_file(rejected_path(out))) if isinstance(out, Path) else None
        with CodedWriter(target, suffix=suffix) as writer, RejectedRows(rejections) as rejected_rows:
            for coded, rejected in coder.batches():
                writer.write(coded)
                rejected_rows.write(rejected)
                aggregates.add(coded)
    return Summary(run_entry("classify", coder, aggregates, dt.datetime.now().astimezone()))


def rejected_path(out: Path) -> Path:
    """Give the path beside ``out`` at which ``classify`` lists the rows that were not used."""
    return out.with_suffix(".rejected.csv")
