"""``voices classify``: code comments only."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from voices.cli import _options as options


def classify(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Files to code; - is standard input.")],
    voice: Annotated[str, typer.Option(metavar="employee|customer", help="Who wrote the comments.")],
    out: Annotated[
        str,
        typer.Option(
            metavar="OUT", help="File to write: .jsonl, .csv or .parquet; - is standard output as JSON lines."
        ),
    ] = "-",
    map_: options.Map = None,
    config: options.Config = None,
    language: options.Language = None,
    device: options.Device = None,
    model: options.Model = None,
    taxonomy: options.Taxonomy = None,
    threads: options.Threads = None,
    force: options.Force = False,
    strict: options.Strict = False,
    quiet: options.Quiet = False,
    json_: options.Json = False,
) -> None:
    """Code comments: sentiment, emotion and themes with their polarity, one object a comment.

    Example: cat survey.csv | voices classify - --voice employee --map text=answer --out - | jq .sentiment
    """
    from voices.cli import _show
    from voices.config import settings_from
    from voices.errors import InputError
    from voices.pipeline import classify_files
    from voices.read import parse_mapping

    if out == "-" and json_:
        raise InputError("--json and --out -: both want standard output; name a file with --out or drop --json")
    overrides = options.given(language=language, device=device, model=model, taxonomy=taxonomy, threads=threads)
    settings = settings_from(config, overrides)
    mapping = parse_mapping(",".join(map_)) if map_ else None
    target = sys.stdout if out == "-" else Path(out)
    with _show.progress(quiet=quiet or json_) as progress:
        summary = classify_files(
            files, target, voice=voice, settings=settings, mapping=mapping, force=force, progress=progress
        )
    _show.summary(summary, out=None if out == "-" else Path(out), quiet=quiet, as_json=json_)
    if strict and summary.n_rejected:
        raise typer.Exit(4)
