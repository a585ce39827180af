"""``voices models``: list and check the models."""

from __future__ import annotations

import json

import typer

from voices.cli import _options as options

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="List and check the models.")


@app.command("list")
def list_models(json_: options.Json = False) -> None:
    """List the shipped models.

    Example: voices models list --json
    """
    from voices.models import available
    from voices.record import model_entry

    entries = [model_entry(model) for model in available()]
    if json_:
        typer.echo(json.dumps(entries, indent=2))
        return
    for entry in entries:
        languages = ", ".join(entry["languages"])
        typer.echo(f"{entry['name']} {entry['version']}  languages {languages}  sha256 {entry['sha256'][:12]}")


@app.command()
def verify(name: str = typer.Argument("voices-small", help="A shipped model or a folder.")) -> None:
    """Check the files of a model against their recorded checksums.

    Example: voices models verify
    """
    from voices.errors import ModelError
    from voices.hub import open_encoder
    from voices.models import HeadsModel, damaged_files, find

    model = find(name)
    damaged = damaged_files(model)
    if damaged:
        advice = "fit the heads again with: voices train" if "heads.npz" in damaged else "restore it from the release"
        raise ModelError(f"{model.name}: not the recorded content: {', '.join(damaged)}; {advice}")
    if isinstance(model, HeadsModel) and model.encoder:
        open_encoder(**model.encoder, device="cpu", threads=None)
    typer.echo(f"{model.name} {model.version}: all files are as recorded")
