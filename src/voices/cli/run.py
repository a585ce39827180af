"""``voices run``: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voices.cli import _options as options


def run(
    employees: Annotated[
        list[str] | None, typer.Option(metavar="FILE", help="What employees wrote; repeat for more files.")
    ] = None,
    customers: Annotated[
        list[str] | None, typer.Option(metavar="FILE", help="What customers wrote; repeat for more files.")
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the report and the tables.")] = ...,  # type: ignore[assignment]
    map_: options.Map = None,
    config: options.Config = None,
    language: options.Language = None,
    period: options.Period = None,
    min_group: options.MinGroup = None,
    report_language: options.ReportLanguage = None,
    format_: options.Format = None,
    previous: options.Previous = None,
    device: options.Device = None,
    model: options.Model = None,
    taxonomy: options.Taxonomy = None,
    units: options.Units = None,
    contact: options.Contact = None,
    outcomes: options.Outcomes = None,
    threads: options.Threads = None,
    seed: options.Seed = None,
    discover: Annotated[
        bool | None,
        typer.Option("--discover/--no-discover", help="Find topics beyond the taxonomy.  [default: discover]"),
    ] = None,
    force: options.Force = False,
    strict: options.Strict = False,
    quiet: options.Quiet = False,
    json_: options.Json = False,
) -> None:
    """Read both sides, find themes, feelings and shared problems, and write a report.

    Example: voices run --employees staff.csv --customers nps.xlsx --out q3
    """
    from voices.cli import _show
    from voices.config import settings_from
    from voices.pipeline import run as run_job
    from voices.read import parse_mapping

    overrides = options.given(
        language=language, period=period, min_group=min_group, report_language=report_language,
        device=device, model=model, taxonomy=taxonomy, units=units, contact=contact, outcomes=outcomes,
        threads=threads, seed=seed, discover=discover,
    )  # fmt: skip
    settings = settings_from(config, overrides)
    mapping = parse_mapping(",".join(map_)) if map_ else None
    with _show.progress(quiet=quiet or json_) as progress:
        summary = run_job(
            employees or [], customers or [], out, settings=settings, mapping=mapping, previous=previous,
            formats=options.formats(format_), force=force, progress=progress,
        )  # fmt: skip
    _show.summary(summary, out=out, quiet=quiet, as_json=json_)
    if strict and summary.n_rejected:
        raise typer.Exit(4)
