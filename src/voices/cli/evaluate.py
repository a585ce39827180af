"""``voices evaluate``: agreement with human codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from voices.cli import _options as options


def evaluate(
    coded: Annotated[Path, typer.Argument(metavar="CODED", help="Coded comments, as 'voices classify' writes them.")],
    gold: Annotated[Path, typer.Option(metavar="GOLD", help="The same comments coded by people.")],
    json_: options.Json = False,
) -> None:
    """Compare coded comments with human codes: F1 of themes, polarity and sentiment.

    Example: voices evaluate coded.jsonl --gold gold.jsonl --json
    """
    from voices.cli import _show
    from voices.evaluate import groups, pair_up, read_codes, theme_f1

    pairs = pair_up(read_codes(coded), read_codes(gold))
    result = {"groups": groups(pairs), "themes": theme_f1(pairs)}
    if json_:
        typer.echo(json.dumps(result, indent=2))
    else:
        _show.agreement(result)
