"""``voices train``: fit heads to your own codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from voices.cli import _options as options


def train(
    gold: Annotated[
        list[Path],
        typer.Option(metavar="GOLD", help="Comments coded by people: .jsonl, .csv or .parquet; repeat for more files."),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the new model, for --model DIR.")],
    model: Annotated[
        str,
        typer.Option(
            metavar="NAME|PATH|HUB_ID",
            help="What to fit heads on: a shipped model, or a sentence encoder (a folder, or owner/name on the hub).",
        ),
    ] = "voices-small",
    taxonomy: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="TOML file with names and meanings of your themes.", show_default=False),
    ] = None,
    prefix: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="What a sentence encoder wants before every text, e.g. 'query: '.  [default: what it says itself]",
        ),
    ] = None,
    device: options.Device = None,
    threads: options.Threads = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Decides which comments are held out together.")] = 20,
    force: options.Force = False,
    strict: options.Strict = False,
    quiet: options.Quiet = False,
    json_: options.Json = False,
) -> None:
    """Fit heads to your own codes, with themes of your own, and measure them on comments they were not fitted to.

    Example: voices train --gold coded.jsonl --out our-model
    """
    from voices.cli import _show
    from voices.own_codes import train as fit

    result = fit(
        gold, out, model=model, taxonomy=taxonomy, prefix=prefix, device=device or "auto", threads=threads, seed=seed,
        force=force,
    )  # fmt: skip
    if json_:
        shown = {"out": str(out), "fit": result.description["fit"], **result.metrics}
        typer.echo(json.dumps(shown, indent=2, ensure_ascii=False))
    elif not quiet:
        _show.trained(result)
    if strict and result.n_rejected:
        raise typer.Exit(4)
