"""``voices align``: root causes in comments that are coded already."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voices.cli import _options as options


def align(
    coded: Annotated[
        list[str],
        typer.Argument(metavar="CODED...", help="Coded comments of both voices, from 'voices classify'."),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the report and the tables.")] = ...,  # type: ignore[assignment]
    coded_by_people: Annotated[
        bool, typer.Option("--coded-by-people", help="No model made the codes: take no model's errors out of shares.")
    ] = False,
    units: options.Units = None,
    contact: options.Contact = None,
    outcomes: options.Outcomes = None,
    config: options.Config = None,
    period: options.Period = None,
    min_group: options.MinGroup = None,
    report_language: options.ReportLanguage = None,
    format_: options.Format = None,
    previous: options.Previous = None,
    model: options.Model = None,
    taxonomy: options.Taxonomy = None,
    threads: options.Threads = None,
    seed: options.Seed = None,
    force: options.Force = False,
    strict: options.Strict = False,
    quiet: options.Quiet = False,
    json_: options.Json = False,
) -> None:
    """Test which problems of employees and customers go together, in comments that are coded already.

    Example: voices align staff.jsonl customers.jsonl --out roots --units stores.csv
    """
    from voices.cli import _show
    from voices.config import settings_from
    from voices.pipeline import align as align_files

    overrides = options.given(
        units=units, contact=contact, outcomes=outcomes, period=period, min_group=min_group,
        report_language=report_language,        model=model, taxonomy=taxonomy, threads=threads, seed=seed,
    )  # fmt: skip
    settings = settings_from(config, overrides)
    summary = align_files(
        coded, out, settings=settings, coded_by_people=coded_by_people, previous=previous,
        formats=options.formats(format_), force=force,
    )  # fmt: skip
    _show.summary(summary, out=out, quiet=quiet, as_json=json_)
    if strict and summary.n_rejected:
        raise typer.Exit(4)
