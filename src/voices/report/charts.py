"""The charts of every report, each of which tells one thing: Altair makes them, page and paper show them.

A chart carries no title of its own: the statement stands in text beside it, and every number in a
table. Voices differ in colour and in form (solid and round, dashed and square), so that grey will do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voices.report import board, plot
from voices.report.cells import ceiling
from voices.report.drawing import SCREEN, Frame, Palette, render
from voices.report.model import VOICES, Point, Share
from voices.statistics import wilson_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    import altair as alt

    from voices.report.i18n import Words
    from voices.report.model import Change, Drivers, Path, ThemeRow, Topic, VoiceCounts
    from voices.report.plot import Rows


_ROW = 30


def courses(
    rows: Sequence[ThemeRow],
    words: Words,
    palette: Palette = SCREEN,
    *,
    title: str,
    description: str,
    negative: bool = True,
    top: float | None = None,
) -> str:
    """Draw the courses of one or two voices over time, with the range that chance leaves.

    Parameters
    ----------
    rows : sequence of ThemeRow
        One a voice; a period without numbers breaks its line.
    words : Words
    palette : Palette
    title, description : str
        What the chart says.
    negative : bool
        The share that is negative about the theme, instead of the share that mentions it.
    top : float or None
        Share at the top of the axis, so that charts compare; None fits the highest share.

    Returns
    -------
    str
        SVG; '' without a point.
    """
    import altair as alt

    data = [point for row in rows for point in _course(row, negative)]
    highs = [point["high"] for point in data if point["high"] is not None]
    if not highs:
        return ""
    top = top or ceiling(highs)
    frame = Frame(306, 136, top=26)
    periods = board.periods(rows)
    x = alt.X("time:Q", axis=None, scale=alt.Scale(domain=[periods[0][0] - 0.3, periods[-1][0] + 0.3], nice=False))
    axis = alt.Axis(values=[0, top / 2, top], format="~%", grid=True)
    y = {"scale": alt.Scale(domain=[0, top], nice=False, clamp=True), "axis": axis}
    layers = [
        layer
        for voice in VOICES
        if (mine := [point for point in data if point["voice"] == voice])
        for layer in _line(mine, voice, x, y, palette)
    ]
    ticks = [periods[0], periods[-1]] if len(periods) < 9 else [periods[0], periods[len(periods) // 2], periods[-1]]
    for place, (ordinal, period) in enumerate(dict.fromkeys(ticks)):
        align = "left" if place == 0 else "right" if place == len(set(ticks)) - 1 else "center"
        text = plot.texts(
            [{"time": ordinal, "text": words.period(period)}], align=align, baseline="top", color=palette.muted
        )
        layers.append(text.encode(x=x, y=alt.value(frame.height + 8)))
    layers += plot.key([row.voice for row in rows], words, palette)
    return render(alt.layer(*layers), frame, palette, words, title=title, description=description)


def problems(
    paths: Sequence[Path],
    words: Words,
    palette: Palette = SCREEN,
    *,
    names: Sequence[str],
    title: str,
    description: str,
) -> str:
    """Draw the negative share of both voices, with intervals, for each path; ``names`` label them. '' without paths."""
    rows = [
        Interval(place, side.voice, side.negative)
        for place, path in enumerate(paths)
        for side in (path.employee, path.customer)
    ]
    return _intervals(rows, names, words, palette, title=title, description=description)


def drivers(side: Drivers, words: Words, palette: Palette = SCREEN, *, title: str, description: str) -> str:
    """Draw the part of each theme in what the themes explain of a score, with intervals."""
    rows = [Interval(place, side.voice, row.weight) for place, row in enumerate(side.rows)]
    names = [words.theme(row.theme) for row in side.rows]
    return _intervals(rows, names, words, palette, title=title, description=description)


def emotions(
    voices: Sequence[VoiceCounts],
    kinds: Sequence[str],
    words: Words,
    palette: Palette = SCREEN,
    *,
    title: str,
    description: str,
) -> str:
    """Draw the share of comments that show each emotion, both voices beside each other, with intervals."""
    rows = []
    for counts in voices:
        total = sum(counts.emotion.values())
        for place, kind in enumerate(kinds):
            if total and counts.emotion.get(kind) is not None:
                rows.append(Interval(place, counts.voice, measured(counts.emotion[kind], total)))
    names = [words(f"emotion.{kind}") for kind in kinds]
    return _intervals(rows, names, words, palette, title=title, description=description)


def changes(rows: Sequence[Change], words: Words, palette: Palette = SCREEN, *, title: str, description: str) -> str:
    """Draw by how much the negative share of each theme differs from an earlier run, for one voice.

    What is surely better or worse is filled, the rest hollow; left of zero is better.
    """
    marks = [Interval(place, row.voice, row.difference, solid=row.verdict != "flat") for place, row in enumerate(rows)]
    names = [words.theme(row.theme) for row in rows]
    return _intervals(marks, names, words, palette, title=title, description=description, around_zero=True)


def sentiment(
    rows: Sequence[ThemeRow], words: Words, palette: Palette = SCREEN, *, title: str, description: str
) -> str:
    """Draw the mentions of each theme of one voice: negative to the left, positive to the right, neutral between."""
    import altair as alt

    told = [row for row in rows if row.n_mentions and row.neutral is not None]
    if not told:
        return ""
    frame = Frame(202, 24 * len(told), left=plot.LABELS, top=24)
    bars = [bar for place, row in enumerate(told) for bar in _split(place, row)]
    reach = ceiling([max(-bar["low"], bar["high"]) for bar in bars])
    x = alt.X("low:Q", axis=None, scale=alt.Scale(domain=[-reach, reach], nice=False))
    y = plot.down(len(told))
    colours = {
        "negative": palette.voice(told[0].voice),
        "neutral": palette.neutral,
        "positive": palette.tint(told[0].voice),
    }
    layers = [
        plot.chart([bar for bar in bars if bar["kind"] == kind])
        .mark_rect(fill=colour)
        .encode(x=x, x2="high", y=y, y2="y2")
        for kind, colour in colours.items()
    ]
    layers += [plot.row_names([words.theme(row.theme) for row in told], y)]
    keys = [(0, "left", "negative"), (frame.width / 2, "center", "neutral"), (frame.width, "right", "positive")]
    for place, align, kind in keys:
        text = plot.texts([{"text": words(f"sentiment.{kind}")}], align=align, color=palette.muted)
        layers.append(text.encode(x=alt.value(place), y=alt.value(-12)))
    return render(alt.layer(*layers), frame, palette, words, title=title, description=description)


def topics(told: Sequence[Topic], words: Words, palette: Palette = SCREEN, *, title: str, description: str) -> str:
    """Draw topics of both voices in one plane, each on a row of its own so that labels never meet.

    Left and right are the first of their two coordinates; up and down the order of the second. The area of a
    mark goes with the comments of its topic, and a line joins partners. '' without topics.
    """
    import altair as alt

    if not told:
        return ""
    order = sorted(told, key=lambda topic: (-(topic.y or 0.0), topic.label))
    low, high = min(topic.x or 0.0 for topic in told), max(topic.x or 0.0 for topic in told)
    most = max(topic.n_comments or 1 for topic in told)
    marks = [
        _bubble(place, topic, ((topic.x or 0.0) - low) / ((high - low) or 1.0), most)
        for place, topic in enumerate(order)
    ]
    frame = Frame(420, 24 * len(order), left=150, right=150, top=26, bottom=10)
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False))
    y = plot.down(len(order))
    by_label = {(mark["voice"], mark["label"]): mark for mark in marks}
    joined = [
        {"x": mark["x"], "y": mark["y"], "x2": other["x"], "y2": other["y"]}
        for mark, topic in zip(marks, order, strict=True)
        if topic.voice == "employee" and (other := by_label.get(("customer", topic.partner or "")))
    ]
    layers = (
        [plot.chart(joined).mark_rule(stroke=palette.both, strokeWidth=2).encode(x=x, y=y, x2="x2", y2="y2")]
        if joined
        else []
    )
    for voice in VOICES:
        mine = [mark for mark in marks if mark["voice"] == voice]
        points = plot.chart(mine).mark_point(
            fill=palette.voice(voice), stroke=palette.paper, opacity=0.9, shape=plot.SHAPES[voice]
        )
        layers.append(points.encode(x=x, y=y, size=alt.Size("area:Q", scale=None, legend=None)))
    for align, side in (("left", True), ("right", False)):
        mine = [mark for mark in marks if mark["to_right"] == side]
        layers.append(plot.texts(mine, align=align, dx=13 if side else -13).encode(x=x, y=y))
    layers += plot.key([topic.voice for topic in told], words, palette)
    return render(alt.layer(*layers), frame, palette, words, title=title, description=description)


def _bubble(place: int, topic: Topic, x: float, most: int) -> dict[str, Any]:
    area = 50 + 250 * (topic.n_comments or 1) / most
    text = plot.wrapped(topic.label, 24, 1)
    return {
        "x": x,
        "y": place,
        "voice": topic.voice,
        "label": topic.label,
        "text": text,
        "area": area,
        "to_right": x < 0.75,
    }


@dataclass(frozen=True)
class Interval:
    """A point with its range in a row of a chart; hollow unless ``solid``."""

    row: int
    voice: str
    share: Share
    solid: bool = True


def measured(hits: int, total: int) -> Share:
    """Give a share with its Wilson interval; 0 <= hits <= total, total > 0."""
    return Share(hits / total, *wilson_interval(hits, total))


def _course(row: ThemeRow, negative: bool) -> Rows:
    """Give every period from first to last, with None where there is no number."""
    found = {point.ordinal: point for point in row.points}
    result: Rows = []
    for time in range(min(found, default=0), max(found, default=-1) + 1):
        point = found.get(time) or Point("", time, None, None, None, None)
        share = point.negative_share if negative else point.share
        low = high = share
        if share is not None and point.n_comments:
            low, high = wilson_interval(round(share * point.n_comments), point.n_comments)
        result.append({"time": time, "share": share, "low": low, "high": high, "voice": row.voice})
    return result


def _line(data: Rows, voice: str, x: alt.X, y: dict[str, Any], palette: Palette) -> list[Any]:
    import altair as alt

    chart, colour = plot.chart(data), palette.voice(voice)
    share, low = alt.Y("share:Q", **y), alt.Y("low:Q", **y)
    dash: dict[str, Any] = {} if voice == "employee" else {"strokeDash": [5, 4]}
    lone = [point for point in data if point["share"] is not None]
    return [
        chart.mark_area(fill=colour, fillOpacity=0.14, invalid="break-paths-filter-domains").encode(
            x=x, y=low, y2="high"
        ),
        chart.mark_line(stroke=colour, strokeWidth=2, invalid="break-paths-filter-domains", **dash).encode(
            x=x, y=share
        ),
        plot.chart(lone)
        .mark_point(fill=colour, stroke=None, opacity=1, shape=plot.SHAPES[voice], size=44 if len(lone) < 25 else 16)
        .encode(x=x, y=share),
    ]


def _intervals(
    marks: Sequence[Interval],
    names: Sequence[str],
    words: Words,
    palette: Palette,
    *,
    title: str,
    description: str,
    around_zero: bool = False,
) -> str:
    """Draw points with ranges in labelled rows, a voice above the other; '' without a number."""
    import altair as alt

    voices = [voice for voice in VOICES if any(mark.voice == voice for mark in marks)]
    data = [_marked(mark, len(voices), words, around_zero) for mark in marks if mark.share.value is not None]
    if not data:
        return ""
    frame = Frame(172, _ROW * len(names), left=plot.LABELS, right=48, top=26)
    reach = ceiling([abs(row[key]) for row in data for key in ("low", "value", "high")])
    domain = [-reach, reach] if around_zero else [0, reach]
    ticks = [-reach, 0, reach] if around_zero else [0, reach / 2, reach]
    scale = alt.Scale(domain=domain, nice=False, clamp=True)
    axis = alt.Axis(values=ticks, format="~%", grid=True)
    x, low = alt.X("value:Q", scale=scale, axis=axis), alt.X("low:Q", scale=scale, axis=axis)
    y = plot.down(len(names))
    layers = []
    for voice in voices:
        colour = palette.voice(voice)
        mine = [row for row in data if row["voice"] == voice]
        ranges = plot.chart(mine).mark_rule(stroke=colour, strokeWidth=2)
        layers.append(ranges.encode(x=low, x2="high", y=y))
        for solid, fill in ((True, colour), (False, palette.paper)):
            points = plot.chart([row for row in mine if row["solid"] == solid])
            mark = points.mark_point(
                fill=fill, stroke=colour, strokeWidth=1.5, opacity=1, size=64, shape=plot.SHAPES[voice]
            )
            layers.append(mark.encode(x=x, y=y))
        layers.append(plot.texts(mine, align="right", color=palette.ink).encode(x=alt.value(frame.width + 44), y=y))
    if around_zero:
        layers.insert(0, plot.chart([{"value": 0}]).mark_rule(stroke=palette.ink).encode(x=x))
    layers += [plot.row_names(names, y), *plot.key(voices, words, palette)]
    return render(alt.layer(*layers), frame, palette, words, title=title, description=description)


def _marked(mark: Interval, n_voices: int, words: Words, signed: bool) -> dict[str, Any]:
    share, offset = mark.share, 0.0 if n_voices < 2 else 0.2 if mark.voice == "customer" else -0.2
    value = share.value or 0.0
    return {
        "y": mark.row + offset,
        "voice": mark.voice,
        "solid": mark.solid,
        "value": value,
        "low": value if share.low is None else share.low,
        "high": value if share.high is None else share.high,
        "text": words.points(value) if signed else words.percent(value, 0 if value >= 0.1 else 1),
    }


def _split(place: int, row: ThemeRow) -> Rows:
    """Give the three parts of a bar whose neutral part lies around zero, in shares of all mentions."""
    total = row.n_mentions or 1
    negative, neutral, positive = ((count or 0) / total for count in (row.negative, row.neutral, row.positive))
    ends = [-neutral / 2 - negative, -neutral / 2, neutral / 2, neutral / 2 + positive]
    return [
        {"kind": kind, "low": ends[n], "high": ends[n + 1], "y": place - 0.32, "y2": place + 0.32}
        for n, kind in enumerate(("negative", "neutral", "positive"))
    ]
