"""``voices taxonomy``: show the themes, check a file with more of them, start one."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voices.cli import _options as options

if TYPE_CHECKING:
    from voices.taxonomy import Theme

app = typer.Typer(rich_markup_mode=None)

Language = Annotated[str, typer.Option("--report-language", metavar="en|nl", help="Language of names and meanings.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="TOML file with themes of your own.")]


@app.callback(invoke_without_command=True)
def taxonomy(context: typer.Context, report_language: Language = "en", json_: options.Json = False) -> None:
    """Show the themes and what each means to employees and to customers; check or start a file with your own.

    Example: voices taxonomy --report-language nl
    """
    if context.invoked_subcommand is None:
        _print({}, report_language, as_json=json_)


@app.command()
def show(taxonomy: options.Taxonomy = None, report_language: Language = "en", json_: options.Json = False) -> None:
    """Show the shipped themes and, after them, those of a file.

    Example: voices taxonomy show --taxonomy themes.toml
    """
    from voices.taxonomy_file import read_themes

    _print(read_themes(Path(taxonomy)) if taxonomy else {}, report_language, as_json=json_)


@app.command()
def check(file: File) -> None:
    """Check a file with themes of your own; the first mistake ends it with exit code 2.

    Example: voices taxonomy check themes.toml
    """
    from voices.taxonomy_file import read_themes

    for theme in read_themes(file).values():
        voices = " and ".join(voice for voice in ("employee", "customer") if getattr(theme, voice))
        few = "" if len(theme.examples) >= 3 else "; three to ten make it better"
        typer.echo(f"{theme.id}: {voices}, {len(theme.examples)} examples{few}")


@app.command()
def start(file: File, force: options.Force = False) -> None:
    """Write a commented example to start from.

    Example: voices taxonomy start themes.toml
    """
    from voices.errors import InputError
    from voices.taxonomy_file import example_file
    from voices.writing import staged_file

    if file.exists() and not force:
        raise InputError(f"{file}: the file exists; name another one, or replace it with --force")
    with staged_file(file) as stage:
        stage.write_text(example_file(), encoding="utf8")
    typer.echo(f"Written: {file}", err=True)


@app.command()
def adopt(
    topic: Annotated[str, typer.Argument(metavar="TOPIC", help="Id of a discovered topic, such as employee-3.")],
    from_: Annotated[Path, typer.Option("--from", metavar="DIR", help="Folder of 'voices run' or 'voices discover'.")],
    taxonomy: Annotated[Path, typer.Option(metavar="FILE", help="File with themes of your own; made if needed.")],
    id_: Annotated[str | None, typer.Option("--id", metavar="ID", help="Id of the theme.", show_default=False)] = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="Its name.", show_default=False)] = None,
) -> None:
    """Make a theme of a discovered topic, so that the next run with this file codes it.

    Example: voices taxonomy adopt employee-3 --from q3 --taxonomy themes.toml --name "The new app"
    """
    from voices.discover.adopt import topic_as_theme
    from voices.taxonomy_file import add_theme

    theme = topic_as_theme(topic, from_, name=name, key=id_)
    add_theme(taxonomy, theme)
    typer.echo(
        f"{taxonomy}: [{theme.id}] with {len(theme.examples)} examples of what people wrote; read them, and change "
        f"what could tell who wrote them. Then: voices run ... --taxonomy {taxonomy}",
        err=True,
    )


def _print(custom: dict[str, Theme], report_language: str, *, as_json: bool) -> None:
    from voices.config import Settings
    from voices.taxonomy import load, translated

    language = Settings(report_language=report_language).report_language
    themes = [*load().values(), *custom.values()]
    if as_json:
        typer.echo(json.dumps([_entry(theme) for theme in themes], indent=2, ensure_ascii=False))
        return
    for theme in themes:
        typer.echo(f"{theme.id}  ({translated(theme.name, language)})")
        for voice, meaning in (("employee", theme.employee), ("customer", theme.customer)):
            if meaning:
                typer.echo(f"    {voice}: {translated(meaning, language)}")


def _entry(theme: Theme) -> dict[str, Any]:
    """Give a theme as JSON has it; only themes of the user's own have examples."""
    return {key: value for key, value in asdict(theme).items() if key != "examples" or value}
