"""What a person sees in the terminal: progress, how files were read, a closing summary."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from voices.taxonomy import load, translated

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

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
        problems = [
            {
                "theme": p.theme,
                "grade": p.grade,
                "employee_negative_share": p.employee_share,
                "customer_negative_share": p.customer_share,
            }
            for p in result.problems
        ]
        typer.echo(json.dumps({**result.run, "out": str(out) if out else None, "alignment": problems}, indent=2))
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
        _say(f"Model: {model['name']} gave {model['gives']}, {model['base']['name']} all other codes")
    if result.run["command"] == "run":
        _shared(result)
    if out is not None:
        _say(f"Report: {out / 'report.html'}" if result.run["command"] == "run" else f"Written: {out}")


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


def _shared(result: Summary) -> None:
    shared = [p for p in result.problems if p.grade == "shared"]
    if not shared:
        _say("No theme is clearly negative on both sides.")
        return
    names = {theme: entry["name"] for theme, entry in result.run["custom_themes"].items()}
    names |= {theme.id: theme.name for theme in load().values()}
    _say(f"Negative on both sides, {len(shared)} themes; the largest:")
    for p in shared[:5]:
        _say(
            f"    {translated(names[p.theme], 'en'):<22} employees {p.employee_share:5.1%} of comments, "
            f"customers {p.customer_share:5.1%}"
        )


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
