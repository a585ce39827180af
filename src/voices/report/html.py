"""The report as one self-contained page; this module renders and computes nothing.

Comment text is untrusted: Jinja2 escapes every insert, a content security policy lets only the
page's own script and style run, and nothing is fetched.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from voices.report import cells, charts, i18n, sentences, values
from voices.report.model import Share

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2 import Environment
    from markupsafe import Markup

    from voices.report.i18n import Words
    from voices.report.model import Report, ThemeRow

MAX_REJECTIONS = 20
LONG_QUOTE = 420


def render_html(report: Report, *, language: str) -> str:
    """Give the report as one HTML page.

    Parameters
    ----------
    report : Report
        From :func:`voices.report.build.build`.
    language : str
        One of :func:`voices.report.i18n.languages`.

    Returns
    -------
    str
        A whole document; it opens offline and asks nothing from the network.

    Raises
    ------
    voices.errors.InputError
        If there is no such language.
    """
    from markupsafe import Markup

    words = i18n.load(language).with_themes(report.custom_themes)
    style, script = _asset("report.css"), _asset("report.js")
    draw = _Drawing(report, words)
    template = _environment().get_template("report.html.j2")
    return template.render(
        report=report,
        t=words,
        draw=draw,
        style=Markup(style),
        script=Markup(script),
        policy=_policy(style, script),
        headline=sentences.headline(report, words),
        answer=sentences.answer(report, words),
        next_step=sentences.next_step(report, words),
        path_name=sentences.path_name,
        path_sentence=sentences.path_sentence,
        directions=sentences.directions,
        judged=[voice for voice in report.voice_names if report.judged(voice)],
        only_shared=sentences.only_shared_tested(report),
        period=words.known("period", report.method.period or "other"),
        max_rejections=MAX_REJECTIONS,
        long_quote=LONG_QUOTE,
    )


class _Drawing:
    """Charts of one report in one language; scales are fixed here so that charts compare."""

    def __init__(self, report: Report, words: Words) -> None:
        self._words = words
        paths = (*report.problems, *report.others)
        highs = [side.negative.high or side.negative.value for path in paths for side in (path.employee, path.customer)]
        self.problem_top = cells.ceiling([high for high in highs if high is not None])
        rows = [row for rows in report.themes.values() for row in rows]
        self.theme_top = cells.ceiling([row.share.high or row.share.value or 0.0 for row in rows])
        self.panel_top = cells.ceiling(
            [point.share for panel in report.panels for row in panel for point in row.points if point.share is not None]
        )

    bar = staticmethod(cells.bar)
    split = staticmethod(cells.split)

    def tally(self, voice: str, count: int, total: int) -> Markup:
        return cells.bar(voice, Share(count / total), 1.0)

    def panel(self, rows: Iterable[ThemeRow], title: str, description: str) -> Markup:
        return self._courses(rows, title, description, negative=False, top=self.panel_top)

    def problem(self, rows: Iterable[ThemeRow], title: str, description: str) -> Markup:
        return self._courses(rows, title, description)

    def _courses(self, rows: Iterable[ThemeRow], title: str, description: str, **how: Any) -> Markup:
        from markupsafe import Markup

        return Markup(charts.courses([*rows], self._words, title=title, description=description, **how))

    def table(self, rows: Iterable[ThemeRow]) -> list[tuple[str, list[Any]]]:
        """Give the numbers of a chart: period, and a point or None for each row of themes."""
        rows = list(rows)
        periods = sorted({(point.ordinal, point.period) for row in rows for point in row.points})
        found = [{point.ordinal: point for point in row.points} for row in rows]
        return [(period, [points.get(ordinal) for points in found]) for ordinal, period in periods]


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("voices.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["printable"] = values.text
    return environment


@cache
def _asset(name: str) -> str:
    return resources.files("voices.report").joinpath("templates", name).read_text(encoding="utf8")


def _policy(style: str, script: str) -> str:
    """Give a policy under which only this very style and script count, and nothing is loaded."""
    hashes = (base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in (style, script))
    css, js = hashes
    return (
        f"default-src 'none'; style-src 'sha256-{css}'; script-src 'sha256-{js}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
