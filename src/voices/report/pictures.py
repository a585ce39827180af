"""The charts of one report in one language, each with the statement that it makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voices.report import board, cells, charts, grids, sentences
from voices.report.build import GRADES
from voices.report.drawing import SCREEN, Palette
from voices.report.model import Share
from voices.statistics import difference_interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from markupsafe import Markup

    from voices.report.i18n import Words
    from voices.report.model import Change, Drivers, Report, ThemeRow, UnitGrid

EMOTIONS = ("energy", "gratitude", "frustration", "despondency", "worry")
FEWEST_TOPICS = 3
"""Topics below which a map of them says nothing."""
OVERVIEW = 8
"""Problems that the overview draws."""


@dataclass(frozen=True)
class Picture:
    """A chart as SVG text ('' where there is nothing to draw), what it says, and what it shows."""

    title: str
    svg: str
    description: str = ""


class Pictures:
    """Charts of one report in one language; scales are fixed here so that charts compare."""

    def __init__(self, report: Report, words: Words, palette: Palette = SCREEN) -> None:
        self._report, self._words, self._palette = report, words, palette
        paths = (*report.problems, *report.others)
        highs = [side.negative.high or side.negative.value for path in paths for side in (path.employee, path.customer)]
        self.problem_top = cells.ceiling([high for high in highs if high is not None])
        rows = [row for rows in report.themes.values() for row in rows]
        self.theme_top = cells.ceiling([row.share.high or row.share.value or 0.0 for row in rows])
        self.panel_top = cells.ceiling(
            [1.15 * point.share for panel in report.panels for row in panel for point in row.points if point.share]
        )

    bar = staticmethod(cells.bar)
    split = staticmethod(cells.split)

    def tally(self, voice: str, count: int, total: int) -> Markup:
        """Draw a count as a bar in a cell."""
        return cells.bar(voice, Share(count / total), 1.0)

    def panel(self, rows: Iterable[ThemeRow]) -> Picture:
        """Draw how often a theme is mentioned over time, on the scale of all panels."""
        told = tuple(rows)
        title = self._words(
            "trends.panel",
            theme=self._words.theme(told[0].theme),
            directions=sentences.directions(told, self._words),
        )
        return self._courses(told, title, "trends.desc", negative=False, top=self.panel_top)

    def problem(self, rows: Iterable[ThemeRow], name: str) -> Picture:
        """Draw how often both sides complain over time."""
        told = tuple(rows)
        directions = sentences.directions(told, self._words, negative=True)
        title = self._words("problems.trend_title", theme=name, directions=directions)
        return self._courses(told, title, "problems.trend_desc")

    def problems(self) -> Picture:
        """Draw the first problems of both sides."""
        paths = self._report.problems[:OVERVIEW]
        names = [sentences.path_name(path, self._words) for path in paths]
        title = self._words("charts.problems", theme=names[0]) if names else ""
        return self._drawn(charts.problems, title, "problems", paths, names=names)

    def matrix(self) -> Picture:
        """Draw every pair of themes."""
        paths = self._report.all_paths
        found = sum(path.grade in GRADES[1:] for path in paths)
        inserts = {"found": self._words.integer(found), "total": self._words.integer(len(paths))}
        return self._drawn(grids.matrix, self._words("charts.matrix", **inserts), "matrix", paths)

    def sentiment(self, voice: str) -> Picture:
        """Draw how the mentions of each theme are divided."""
        rows = [row for row in self._report.themes.get(voice, ()) if row.n_mentions and row.neutral is not None]
        scored = [row for row in rows if row.net_sentiment is not None]
        if not scored:
            return Picture("", "")
        worst = min(scored, key=lambda row: row.net_sentiment or 0.0)
        best = max(scored, key=lambda row: row.net_sentiment or 0.0)
        title = self._words(
            "charts.sentiment",
            voice=self._words(f"voice.{voice}"),
            worst=self._words.theme(worst.theme),
            best=self._words.theme(best.theme),
        )
        return self._drawn(charts.sentiment, title, "sentiment", rows)

    def emotions(self) -> Picture:
        """Draw the emotions of both sides."""
        parts = []
        for counts in self._report.voices:
            total, shown = sum(counts.emotion.values()), {kind: counts.emotion.get(kind, 0) for kind in EMOTIONS}
            if total and any(shown.values()):
                kind = max(EMOTIONS, key=lambda kind: shown[kind])
                share = self._words.percent(shown[kind] / total, 0)
                voice = self._words(f"voice_in_text.{counts.voice}")
                emotion = self._words(f"emotion.{kind}").lower()
                parts.append(self._words("charts.emotions_part", emotion=emotion, voice=voice, share=share))
        if not parts:
            return Picture("", "")
        title = self._words("charts.emotions", emotions=self._words.listing(parts))
        return self._drawn(charts.emotions, title, "emotions", self._report.voices, EMOTIONS)

    def heat(self, grid: UnitGrid) -> Picture:
        """Draw units against themes."""
        known = [(cell.negative_share, row.unit, cell.theme) for row in grid.rows for cell in row.cells]
        told = [(share, unit, theme) for share, unit, theme in known if share is not None]
        if not told:
            return Picture("", "")
        share, unit, theme = max(told)
        title = self._words(
            "charts.heat", unit=board.cut(unit, 60), theme=self._words.theme(theme), share=self._words.percent(share, 0)
        )
        n = self._words.integer(self._report.method.min_group or 10)
        return self._drawn(grids.heat, title, "heat", grid, n=n)

    def drivers(self, side: Drivers) -> Picture:
        """Draw what goes with the score of one side."""
        if not side.rows:
            return Picture("", "")
        voice = self._words(f"voice_in_text.{side.voice}")
        title = self._words("charts.drivers", theme=self._words.theme(side.rows[0].theme), voice=voice)
        return self._drawn(charts.drivers, title, "drivers", side)

    def changes(self, rows: Sequence[Change]) -> Picture:
        """Draw what got better and worse for one side."""
        known = [row for row in rows if row.difference.value is not None]
        if not known:
            return Picture("", "")
        counts = {
            verdict: self._words.integer(sum(row.verdict == verdict for row in known))
            for verdict in ("better", "worse", "flat")
        }
        title = self._words("charts.changes", voice=self._words(f"voice.{known[0].voice}"), **counts)
        return self._drawn(charts.changes, title, "changes", known)

    def topics(self) -> Picture:
        """Draw the topics of both voices in one plane."""
        told = [topic for topic in self._report.topics if topic.x is not None and topic.y is not None]
        pairs = sum(topic.partner is not None for topic in told if topic.voice == "employee")
        if len(told) < FEWEST_TOPICS:
            return Picture("", "")
        title = self._words.plural("charts.topics", pairs) if pairs else self._words("charts.topics_alone")
        return self._drawn(charts.topics, title, "topics", told)

    def table(self, rows: Iterable[ThemeRow]) -> list[tuple[str, list[Any]]]:
        """Give the numbers of a course: period, and a point or None for each row of themes."""
        rows = list(rows)
        found = [{point.ordinal: point for point in row.points} for row in rows]
        return [(period, [points.get(ordinal) for points in found]) for ordinal, period in board.periods(rows)]

    def _courses(self, rows: Sequence[ThemeRow], title: str, key: str, **how: Any) -> Picture:
        description = self._words(key, period=board.course_period(self._report, self._words))
        svg = charts.courses(rows, self._words, self._palette, title=title, description=description, **how)
        return Picture(title, svg, description)

    def _drawn(self, draw: Any, title: str, name: str, *what: Any, n: str = "", **how: Any) -> Picture:
        description = self._words(f"charts.{name}_desc", n=n)
        svg = draw(*what, self._words, self._palette, title=title, description=description, **how)
        return Picture(title, svg, description)


def latest_change(row: ThemeRow) -> Share:
    """Give how the share of a theme differs from the period before, with its 95 % interval (Newcombe 1998, method 10).

    All None where one of the two periods has no numbers.
    """
    if len(row.points) < 2:
        return Share()
    before, now = row.points[-2:]
    if now.ordinal != before.ordinal + 1 or not (before.n_comments and now.n_comments):
        return Share()
    if before.share is None or now.share is None:
        return Share()
    difference = now.share - before.share
    hits, hits_before = round(now.share * now.n_comments), round(before.share * before.n_comments)
    low, high = difference_interval(hits, now.n_comments, hits_before, before.n_comments)
    return Share(difference, low, high)
