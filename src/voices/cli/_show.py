"""What a person sees in the terminal: progress, how files were read, a closing summary."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

VOICES = ("employee", "customer")

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

    from voices.own_codes import Trained
    from voices.progress import Progress
    from voices.read import Plan
    from voices.record import Summary


def _say(line: str = "") -> None:
    typer.echo(line, err=True)


class Terminal:
    """Shows how each file is read, and a bar per stage when standard error is a terminal."""

    def __init__(self, bars: RichProgress | None) -> None:
        self._bars = bars
        self._task: Any = None

    def plan(self, chosen: Plan, voice: str) -> None:
        """Print which columns of a file play which role."""
        roles = {name: value for name, value in vars(chosen.columns).items() if value}
        _say(f"{voice}: {chosen.file} ({_format(chosen)}, {chosen.rows:,} rows)")
        for role, value in roles.items():
            shown = ", ".join(value) if isinstance(value, tuple) else value
            reason = chosen.reasons.get(role)
            _say(f"    {role:<9}{shown}" + (f"  ({reason})" if reason else ""))
        if chosen.unused:
            shown = ", ".join(chosen.unused[:8]) + (", ..." if len(chosen.unused) > 8 else "")
            _say(f"    {'not used':<9}{shown}")

    def start(self, stage: str, total: int | None) -> None:
        """Begin a bar."""
        if self._bars is not None:
            self._task = self._bars.add_task(stage, total=total)

    def advance(self, rows: int) -> None:
        """Move the bar."""
        if self._bars is not None:
            self._bars.advance(self._task, rows)

    def finish(self) -> None:
        """Fill the bar: rows that were no rows after all are not waited for."""
        if self._bars is not None:
            done = self._bars.tasks[self._task].completed
            self._bars.update(self._task, total=max(done, 1), completed=max(done, 1))


def _format(chosen: Plan) -> str:
    details = [chosen.format, chosen.encoding, f"sheet {chosen.sheet}" if chosen.sheet else None]
    if chosen.date_order and chosen.date_order != "iso":
        details.append(f"{chosen.date_order} dates")
    return ", ".join(item for item in details if item)


@contextmanager
def progress(*, quiet: bool) -> Iterator[Progress | None]:
    """Give the progress of a command: silent, lines only, or lines and bars."""
    if quiet:
        yield None
    elif not sys.stderr.isatty():
        yield Terminal(None)
    else:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(compact=True),
        )

        class Bars(Progress):
            def get_renderables(self) -> Any:
                for task in self.tasks:
                    speed = task.finished_speed or task.speed
                    task.fields["rate"] = f"{speed:,.0f}/s" if speed else ""
                yield self.make_tasks_table(self.tasks)

        with Bars(*columns, console=Console(stderr=True)) as bars:
            yield Terminal(bars)


def summary(result: Summary, *, out: Path | None, quiet: bool, as_json: bool) -> None:
    """Close a command: the shared problems and what was read, or all of it as JSON."""
    if as_json:
        shown = {**result.run, "out": str(out) if out else None, "paths": [_plain(row) for row in result.paths]}
        typer.echo(json.dumps(shown, indent=2))
        return
    if quiet:
        return
    _say()
    for entry in result.run["files"]:
        _say(
            f"{entry['file']}: {entry['read']:,} read = {entry['classified']:,} classified "
            f"+ {entry['rejected']:,} rejected{_left_out(entry)}"
        )
    model = result.run["model"]
    if "base" in model:
        beside = [model["base"]["name"], *([model["encoder"]["name"]] if "encoder" in model else [])]
        if model["gives"] == "codes":
            _say(f"Model: {model['name']}, heads on {' and '.join(beside)}")
        else:
            _say(f"Model: {model['name']} gave {model['gives']}, {beside[0]} all other codes")
    reported = result.run["command"] in ("run", "align")
    if reported:
        _roots(result)
    if out is not None:
        _say(f"Report: {out / 'report.html'}" if reported else f"Written: {out}")


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give a row without the figures that it lacks, which JSON has no way to write."""
    return {name: value for name, value in row.items() if value is not None and value == value}


def topics(found: Mapping[str, Any], out: Path) -> None:
    """Say how many topics each voice has, or why it has none, and how many are matched."""
    for voice, figures in found["voices"].items():
        if figures["n_topics"]:
            _say(
                f"{voice}: {figures['n_topics']} topics in {figures['n_comments']:,} comments; "
                f"{figures['outliers']:.0%} of the segments are in none"
            )
        else:
            _say(f"{voice}: no topics ({figures['statement']})")
    for voice, changes in found.get("changes", {}).items():
        kinds = ", ".join(f"{changes[kind]} {kind}" for kind in ("same", "new", "merged", "split"))
        _say(f"{voice} since the earlier run: {kinds}, {len(changes['vanished'])} vanished")
    if found["tested_pairs"]:
        _say(f"{found['matched']} of {found['tested_pairs']} pairs across the voices are about the same thing")
    _say(f"Written: {out}")


def _left_out(entry: Mapping[str, Any]) -> str:
    names = {"placeholder": "empty or filler", "wordless": "without words", "other_language": "in another language"}
    parts = [f"{entry['status'][key]:,} {text}" for key, text in names.items() if entry["status"].get(key)]
    if entry["unreadable_dates"]:
        parts.append(f"{entry['unreadable_dates']:,} dates not read")
    return f" ({', '.join(parts)})" if parts else ""


SKIPPED = {
    "one_voice": "only one side wrote",
    "no_text": "the files hold no text",
    "no_units": "no unit occurs on both sides; a column such as store or team would make it possible",
    "thin_units": "every unit of both sides has fewer than 3 comments on a side",
    "few_units": "fewer than 8 units occur on both sides",
    "no_dates": "the comments have no dates; a date column would make it possible",
    "future_dates": "the comments are dated in the future",
    "few_periods": "fewer than 6 periods",
    "few_themes": "with fewer than 3 themes a side, a link cannot be told from the mood of a unit",
    "none_shared": "no theme is surely a problem on both sides",
    "few_mentions": "too few complaints",
}
LAYER_NAMES = {
    "shared": "negative on both sides",
    "aligned": "about the same thing",
    "linked": "together across units",
    "leading": "one before the other",
}


def _roots(result: Summary) -> None:
    """Print what was found, and which layers could not be tested."""
    entry = result.run["alignment"]
    if not result.paths:
        _say("No theme is clearly negative on both sides.")
    else:
        counts = [f"{n} {LAYER_NAMES[g]}" for g, n in reversed(entry["grades"].items()) if n and g in LAYER_NAMES]
        _say(f"Root causes by the evidence for them: {', '.join(counts)}. First:")
        for row in result.paths[:5]:
            _say(f"  - {row['sentence_en']}")
    for layer, reason in entry["skipped"].items():
        _say(f"Not tested, {LAYER_NAMES[layer]}: {SKIPPED[reason]}.")
    units = entry["units"]
    alone = [
        f"{units[f'{voice}_only']:,} of {voice}s only" for voice in ("employee", "customer") if units[f"{voice}_only"]
    ]
    if units["matched"] and alone:
        _say(f"Units: {sum(units['matched'].values()):,} on both sides, {', '.join(alone)} (see units.csv).")


def rendered(written: Sequence[Path], *, quiet: bool) -> None:
    """Say which reports were written."""
    if not quiet:
        for path in written:
            _say(f"Report: {path}")


MAIN = {"theme_micro_f1": "theme F1", "polarity_micro_f1": "with polarity", "sentiment_macro_f1": "sentiment F1"}


def trained(result: Trained) -> None:
    """Print how far the base and the fitted heads agree with the codes, and what there were too few codes for."""
    fitted, metrics = result.description["fit"], result.metrics
    _say(f"{sum(fitted['read'].values()):,} read = {fitted['n']:,} used + {fitted['n_rejected']:,} set aside"
         + (f" ({result.out / 'rejected.csv'} says why)" if fitted["n_rejected"] else ""))  # fmt: skip
    typer.echo(f"{'':<20}{'n':>6}" + "".join(f"{head:>27}" for head in MAIN.values()))
    for name, row in metrics["groups"].items():
        both = (f"{_cell(metrics['before'][name][key])} -> {_measured(row, key)}" for key in MAIN)
        typer.echo(f"{name:<20}{row['n']:>6}" + "".join(f"{cell:>27}" for cell in both))
    typer.echo(f"\n{'theme':<24}{'n':>6}{'precision':>11}{'recall':>11}{'F1':>18}{'threshold':>11}")
    for name, limit in result.description["thresholds"].items():
        row, before = metrics["themes"].get(name), metrics["themes_before"].get(name)
        if row and before:
            typer.echo(f"{name:<24}{row['n']:>6}{row['precision']:>11.3f}{row['recall']:>11.3f}"
                       f"{before['f1']:>9.3f} -> {row['f1']:.3f}{limit:>11.3f}")  # fmt: skip
    _say(
        "Before -> after: the shipped model, then your heads, each comment judged by heads that were not fitted to it."
    )
    for note in result.metrics["notes"]:
        _say(note)
    _say(f"Written: {result.out}; use it with --model {result.out}")


def agreement(result: Mapping[str, Any]) -> None:
    """Print the agreement with human codes as two tables."""
    heads = {
        "n": "n",
        "theme_micro_f1": "theme F1",
        "theme_macro_f1": "macro",
        "polarity_micro_f1": "with polarity",
        "sentiment_macro_f1": "sentiment F1",
        "sentiment_accuracy": "accuracy",
        "emotion_accuracy": "emotion",
    }
    typer.echo(f"{'':<20}" + "".join(f"{head:>18}" for head in heads.values()))
    for name, row in result["groups"].items():
        typer.echo(f"{name:<20}" + "".join(f"{_measured(row, key):>18}" for key in heads))
    typer.echo()
    typer.echo(f"{'theme':<20}{'n':>14}{'precision':>14}{'recall':>14}{'F1':>14}")
    for name, row in result["themes"].items():
        typer.echo(f"{name:<20}" + "".join(f"{_cell(row[key]):>14}" for key in ("n", "precision", "recall", "f1")))


def _measured(row: Mapping[str, Any], key: str) -> str:
    """Give a figure with its 95 % interval where there is one."""
    if row[key] is None or key not in row["intervals"]:
        return _cell(row[key])
    low, high = row["intervals"][key]
    return f"{row[key]:.3f} {low:.2f}-{high:.2f}"


def _cell(value: float | int | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.3f}"
