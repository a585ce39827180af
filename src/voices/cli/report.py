"""``voices report``: render a finished run again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voices.cli import _options as options


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of 'voices run' or 'voices align'.")],
    format_: options.Format = None,
    report_language: Annotated[
        str | None,
        typer.Option("--report-language", metavar="en|nl", help="Language of the reports.  [default: that of the run]"),
    ] = None,
    min_group: Annotated[
        int | None,
        typer.Option("--min-group", metavar="N", help="A higher threshold than that of the run.", show_default=False),
    ] = None,
    previous: options.Previous = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Another folder for tables and reports.  [default: the same]"),
    ] = None,
    force: options.Force = False,
    quiet: options.Quiet = False,
) -> None:
    """Render a finished run again: in another language, format or threshold, or beside an earlier run.

    No model runs. Example: voices report q3 --report-language nl --format pdf,pptx
    """
    from voices.cli import _show
    from voices.outputs import render

    written = render(
        folder,
        out=out,
        formats=options.formats(format_),
        report_language=report_language,
        min_group=min_group,
        previous=previous,
        force=force,
    )
    _show.rendered(written, quiet=quiet)
