"""``voices discover``: topics beyond the taxonomy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from voices.cli import _options as options


def discover(
    coded: Annotated[
        list[Path], typer.Argument(metavar="CODED...", help="Coded comments, as 'voices classify' writes them.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for topics.csv and members.parquet.")],
    previous: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of an earlier run: its topics keep their ids.", show_default=False),
    ] = None,
    config: options.Config = None,
    language: options.Language = None,
    min_group: options.MinGroup = None,
    device: options.Device = None,
    model: options.Model = None,
    threads: options.Threads = None,
    seed: options.Seed = None,
    force: options.Force = False,
    quiet: options.Quiet = False,
    json_: options.Json = False,
) -> None:
    """Find topics that no taxonomy names, per voice, and match them across voices.

    Example: voices discover staff.jsonl nps.jsonl --out topics --previous topics-q2
    """
    from voices.cli import _show
    from voices.config import settings_from
    from voices.discovery import discover_files

    settings = settings_from(
        config,
        options.given(language=language, min_group=min_group, device=device, model=model, threads=threads, seed=seed),
    )
    with _show.progress(quiet=quiet or json_) as progress:
        record = discover_files(coded, out, settings=settings, previous=previous, force=force, progress=progress)
    if json_:
        typer.echo(json.dumps(record, indent=2, ensure_ascii=False))
    elif not quiet:
        _show.topics(record["discovery"], out)
