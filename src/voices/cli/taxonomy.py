"""``voices taxonomy``: show the themes."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from voices.cli import _options as options


def taxonomy(
    report_language: Annotated[str, typer.Option(metavar="en|nl", help="Language of names and meanings.")] = "en",
    json_: options.Json = False,
) -> None:
    """Show the themes and what each means to employees and to customers.

    Example: voices taxonomy --report-language nl
    """
    from voices.config import Settings
    from voices.taxonomy import load

    language = Settings(report_language=report_language).report_language
    themes = load().values()
    if json_:
        typer.echo(json.dumps([asdict(theme) for theme in themes], indent=2, ensure_ascii=False))
        return
    for theme in themes:
        typer.echo(f"{theme.id}  ({theme.name[language]})")
        for voice, meaning in (("employee", theme.employee), ("customer", theme.customer)):
            if meaning:
                typer.echo(f"    {voice}: {meaning[language]}")
