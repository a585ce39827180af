"""The report as one self-contained page; this module renders and computes nothing.

Comment text is untrusted: Jinja2 escapes every insert, a content security policy lets only the
page's own script and style run, and nothing is fetched.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from voices.report import i18n, sentences, values
from voices.report.pictures import Pictures, latest_change
from voices.report.questions import questions
from voices.suppress import MIN_SCORES

if TYPE_CHECKING:
    from collections.abc import Callable

    from jinja2 import Environment

    from voices.report.i18n import Words
    from voices.report.model import Report

MAX_REJECTIONS = 20
LONG_QUOTE = 420
MAX_PROBLEMS = 25
"""Pairs that are told in full; the matrix has the rest."""


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
    draw = Pictures(report, words)
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
        period=words.known("period", report.method.trend_period or "other"),
        min_scores=MIN_SCORES,
        max_rejections=MAX_REJECTIONS,
        long_quote=LONG_QUOTE,
        max_problems=MAX_PROBLEMS,
        few=_counted(words, report.method.min_group),
        latest_change=latest_change,
        questions=questions(report, words),
        options=_options(report, words),
        theme_names=lambda themes: words.listing(words.theme(theme) for theme in themes),
    )


def _counted(words: Words, least: int | None) -> Callable[[str], str]:
    """Give what turns a formatted number into "fewer than N people" where there is none."""

    def told(text: str) -> str:
        if text != i18n.MISSING or least is None:
            return text
        return words("fewer.people", n=words.integer(least))

    return told


def _options(report: Report, words: Words) -> dict[str, list[tuple[str, str]]]:
    """Give what the page can be narrowed to: pairs of a value and its name, empty where there is no choice."""
    voices = [(voice, words(f"voice.{voice}")) for voice in report.voice_names if report.judged(voice)]
    themes = {row.theme: words.theme(row.theme) for rows in report.themes.values() for row in rows}
    units = sorted({row.unit for grid in report.unit_grids for row in grid.rows})
    points = {(point.ordinal, point.period) for panel in report.panels for row in panel for point in row.points}
    found = {
        "voice": voices,
        "theme": sorted(themes.items(), key=lambda pair: pair[1]),
        "unit": [(unit, unit) for unit in units],
        "period": [(period, words.period(period)) for _, period in sorted(points)],
    }
    return {key: pairs if len(pairs) > 1 else [] for key, pairs in found.items()}


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("voices.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["printable"] = values.text
    environment.filters["svg"] = Markup
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
