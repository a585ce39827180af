"""The command line: options in, one library call, a line or JSON out."""

from __future__ import annotations

import sys

import typer

from voices.cli import align, classify, demo, discover, evaluate, models, report, run, taxonomy, train
from voices.errors import VoicesError

app = typer.Typer(
    name="voices",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Find the problems that employees and customers share, from what both of them wrote.\n\n"
    "Exit codes: 0 done, 1 failed, 2 usage or input, 3 missing extra or model, 4 done but rows were rejected "
    "and --strict was given.",
)
app.command("run")(run.run)
app.command("classify")(classify.classify)
app.command("align")(align.align)
app.command("report")(report.report)
app.command("discover")(discover.discover)
app.command("evaluate")(evaluate.evaluate)
app.command("train")(train.train)
app.command("demo")(demo.demo)
app.add_typer(models.app, name="models")
app.add_typer(taxonomy.app, name="taxonomy")


def _show_version(value: bool) -> None:
    if value:
        from voices import __version__

        typer.echo(f"voices {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True, help="Show the version."),
) -> None:
    pass


def main() -> None:
    """Run the command line and turn our own errors into one line and an exit code."""
    try:
        app()
    except VoicesError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of a pipe (`| head`) has gone: that is its right.
        sys.stderr.close()
        sys.exit(0)
    except KeyboardInterrupt:
        typer.echo("stopped; nothing was written", err=True)
        sys.exit(130)
