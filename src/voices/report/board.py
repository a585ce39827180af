"""What the documents for a board share: numbers or why they are withheld, plain words for how sure, short quotes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voices.report.i18n import MISSING
from voices.report.sentences import path_name
from voices.suppress import WITHHELD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voices.report.i18n import Words
    from voices.report.model import Change, Comparison, Path, Report, Share, ThemeRow

TOP = 3
"""Shared problems that the summary and the slides tell."""
LONG_WORD = 24
"""Characters after which a word may be broken anywhere, so that it stays inside its column."""


@dataclass(frozen=True)
class Numbers:
    """How numbers read in one report: a withheld one says about how many people it would have been."""

    words: Words
    min_group: int | None

    @property
    def withheld(self) -> str:
        """Give ``fewer than 10``; a dash where the run has no threshold."""
        return MISSING if self.min_group is None else self.words("board.fewer", n=self.words.integer(self.min_group))

    @property
    def short(self) -> str:
        """Give ``< 10`` for narrow cells, which a line below the table explains."""
        return MISSING if self.min_group is None else f"< {self.words.integer(self.min_group)}"

    def count(self, value: int | None) -> str:
        """Give a count of comments or mentions."""
        return self.withheld if value is None else self.words.integer(value)

    def share(self, share: Share, digits: int = 0) -> str:
        """Give ``10% (between 8% and 12%)``."""
        return self.withheld if share.value is None else self.words.measured(share, digits)

    def percent(self, value: float | None, digits: int = 0) -> str:
        """Give a share without its interval."""
        return self.withheld if value is None else self.words.percent(value, digits)


@dataclass(frozen=True)
class Matrix:
    """Employee themes (rows) against customer themes (columns); ``cells`` holds the pairs that may be shown."""

    employee: tuple[str, ...]
    customer: tuple[str, ...]
    cells: dict[tuple[str, str], Path]
    trimmed: bool


def matrix(report: Report, limit: int) -> Matrix:
    """Give the pairs of themes as a matrix, the ``limit`` most negative themes of each side."""
    sides: list[tuple[str, ...]] = []
    trimmed = False
    for voice in ("employee", "customer"):
        ends = [path.employee if voice == "employee" else path.customer for path in report.all_paths]
        size = {end.theme: -1.0 if end.negative.value is None else end.negative.value for end in ends}
        order = sorted(size, key=lambda theme: (-size[theme], theme))
        trimmed = trimmed or len(order) > limit
        sides.append(tuple(order[:limit]))
    kept = {
        (path.employee.theme, path.customer.theme): path
        for path in report.all_paths
        if path.employee.theme in sides[0] and path.customer.theme in sides[1]
    }
    return Matrix(sides[0], sides[1], kept, trimmed)


def depth(path: Path) -> int:
    """Give how many layers of evidence a path has passed, 0 to 4."""
    return sum(layer.status == "passed" for layer in path.layers)


def sure(path: Path, words: Words) -> str:
    """Give how sure a path is, in the words of the page; what nobody expected beforehand is called a lead."""
    passed = words("sure.steps", passed=words.integer(depth(path)))
    told = words("format.parenthesis", text=words(f"sure.{path.grade}"), detail=passed)
    lead = path.family == "exploratory" and path.grade != "none"
    return f"{told}. {words('board.sure_explored')}" if lead else told


def course_period(report: Report, words: Words) -> str:
    """Give the name of the period of courses, which may be coarser than the one in which leads count."""
    return words.known("period", report.method.trend_period or report.method.period or "other")


def problem_title(path: Path, words: Words, numbers: Numbers) -> str:
    """Give a path as a statement with both shares."""
    return words(
        "board.problem",
        theme=path_name(path, words),
        employee=numbers.percent(path.employee.negative.value),
        customer=numbers.percent(path.customer.negative.value),
    )


def change(row: ThemeRow, words: Words) -> str:
    """Give the change of a theme per period in points, and in a word where it is no chance."""
    if row.trend is None:
        return MISSING
    told = words.points(row.trend)
    if row.direction in ("rising", "falling"):
        return words("format.parenthesis", text=told, detail=words(f"direction.{row.direction}"))
    return told


def changed(comparison: Comparison, words: Words) -> str:
    """Give in one line how many themes got worse and better since the earlier run."""
    since = words.date(comparison.last_date or (comparison.created.date() if comparison.created else None))
    counts = {way: sum(row.verdict == way for row in comparison.rows) for way in ("worse", "better")}
    if not any(counts.values()):
        return words("board.changed_none", date=since)
    return words("board.changed", date=since, **{way: words.integer(n) for way, n in counts.items()})


def surest(comparison: Comparison) -> list[Change]:
    """Give the changes, those that are no chance first, each part with the surest first."""
    return sorted(comparison.rows, key=lambda row: row.verdict == "flat")


def emotion_title(report: Report, words: Words) -> str:
    """Give the emotion that each side shows most."""
    told = []
    for counts in report.voices:
        shown = {key: n for key, n in counts.emotion.items() if key not in ("none", WITHHELD) and n}
        total = sum(counts.emotion.values())
        if shown and total:
            top = max(shown, key=lambda key: (shown[key], key))
            told.append(
                words(
                    "board.emotion_part",
                    voice=words(f"voice_in_text.{counts.voice}"),
                    emotion=words.known("emotion", top).lower(),
                    share=words.percent(shown[top] / total, 0),
                )
            )
    return words("board.emotion", parts=words.listing(told)) if told else words("feelings.title")


def theme_title(report: Report, voice: str, words: Words) -> str:
    """Give what a voice writes about most, as a statement."""
    top = next((row for row in report.themes.get(voice, ()) if row.share.value is not None), None)
    if top is None:
        return words(f"themes_part.title_{voice}")
    share = words.percent(top.share.value, 0)
    return words(f"board.themes_{voice}", theme=words.theme(top.theme), share=share)


def cut(text: str, limit: int) -> str:
    r"""Give a text on one line of at most ``limit`` characters, cut between words where it is longer.

    Examples
    --------
    >>> cut("Nobody told us\nanything  at all", 20)
    'Nobody told us …'
    >>> len(cut("x" * 30_000, 100))
    100
    """
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    short = head.rpartition(" ")[0]
    return f"{short} …" if 2 * len(short) > limit else f"{head}…"


def periods(rows: Iterable[ThemeRow]) -> list[tuple[int, str]]:
    """Give every period of the rows as (ordinal, name), in order of time."""
    return sorted({(point.ordinal, point.period) for row in rows for point in row.points})
