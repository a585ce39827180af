"""The options that commands share, each defined once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="ROLE=COL[,COL]",
        help="Columns to use, e.g. text=pros,cons,unit=store,date=when. Roles: text, id, unit, date, score, language, "
        "question. Others are recognised from names and contents.",
        show_default=False,
    ),
]
Config = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="TOML file with settings.", show_default=False)
]
Language = Annotated[
    str | None, typer.Option("--language", metavar="auto|en|nl", help="Language of the comments.  [default: auto]")
]
Period = Annotated[
    str | None,
    typer.Option("--period", metavar="week|month|quarter", help="Calendar period of the trends.  [default: month]"),
]
MinGroup = Annotated[
    int | None,
    typer.Option("--min-group", metavar="N", help="People below which nothing of a theme is shown.  [default: 10]"),
]
ReportLanguage = Annotated[
    str | None, typer.Option("--report-language", metavar="en|nl", help="Language of the reports.  [default: en]")
]
Format = Annotated[
    list[str] | None,
    typer.Option(
        "--format", metavar="html|xlsx|pdf|pptx", help="Formats of the report; several with commas.  "
        "[default: html,xlsx]", show_default=False,
    ),
]  # fmt: skip
Previous = Annotated[
    Path | None,
    typer.Option("--previous", metavar="DIR", help="Folder of an earlier run to compare with.", show_default=False),
]
Device = Annotated[
    str | None,
    typer.Option(
        "--device", metavar="auto|cpu|cuda", help="Where the model runs; auto takes a graphics card.  [default: auto]"
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="NAME|PATH|HUB_ID",
        help="A shipped model, a folder, or owner/name on Hugging Face.  [default: voices-small]",
    ),
]
Taxonomy = Annotated[
    str | None,
    typer.Option("--taxonomy", metavar="FILE", help="TOML file with themes of your own.", show_default=False),
]
Units = Annotated[
    str | None,
    typer.Option(
        "--units", metavar="FILE", help="CSV that says which unit names belong together: employee,customer.",
        show_default=False,
    ),
]  # fmt: skip
Contact = Annotated[
    str | None,
    typer.Option(
        "--contact", metavar="FILE", help="CSV unit,contact: how much staff and customers meet.", show_default=False
    ),
]
Outcomes = Annotated[
    str | None,
    typer.Option(
        "--outcomes", metavar="FILE", help="CSV unit,...: figures of units, e.g. turnover.", show_default=False
    ),
]
Threads = Annotated[
    int | None, typer.Option("--threads", metavar="N", help="Threads of the encoder.  [default: one per core]")
]
Seed = Annotated[int | None, typer.Option("--seed", metavar="N", help="Of permutations and samples.  [default: 20]")]
Force = Annotated[bool, typer.Option("--force", help="Replace the output of an earlier run.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 4 when rows were rejected.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON on standard output.")]


def formats(chosen: list[str] | None) -> tuple[str, ...]:
    """Read the formats that were asked for.

    Raises
    ------
    InputError
        If there is no such format.
    """
    from voices.errors import InputError
    from voices.report import DEFAULT_FORMATS, FORMATS

    if not chosen:
        return DEFAULT_FORMATS
    names: list[str] = [name.strip().lower() for part in chosen for name in part.split(",") if name.strip()]
    for name in names:
        if name not in FORMATS:
            raise InputError(f"--format {name}: choose from {', '.join(FORMATS)}")
    return tuple(dict.fromkeys(names))


def given(**options: Any) -> dict[str, Any]:
    """Collect options by the names of the settings; None means "not given"."""
    return options
