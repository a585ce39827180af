"""``voices demo``: the whole job on the bundled sample exports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voices.cli import _options as options


def demo(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the report and the tables.")] = Path(
        "demo-report"
    ),
    report_language: options.ReportLanguage = None,
    force: options.Force = False,
    quiet: options.Quiet = False,
    json_: options.Json = False,
) -> None:
    """Run the whole job on the sample exports of an invented chain of garden stores.

    Example: voices demo --out demo-report --report-language nl
    """
    from voices.cli import _show
    from voices.config import settings_from
    from voices.pipeline import run
    from voices.sample import sample_file

    settings = settings_from(None, options.given(report_language=report_language))
    with (
        sample_file("medewerkers.csv") as employees,
        sample_file("customers.csv") as customers,
        _show.progress(quiet=quiet or json_) as progress,
    ):
        summary = run([employees], [customers], out, settings=settings, force=force, progress=progress)
    _show.summary(summary, out=out, quiet=quiet, as_json=json_)
