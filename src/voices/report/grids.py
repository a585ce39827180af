"""Charts of many cells: employee themes against customer themes, and units against themes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voices.report import plot
from voices.report.build import GRADES
from voices.report.drawing import SCREEN, Frame, Palette, render
from voices.report.model import VOICES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from voices.report.i18n import Words
    from voices.report.model import Path, UnitGrid
    from voices.report.plot import Rows

GRADE_SHAPES = {"shared": "circle", "aligned": "circle", "linked": "square", "leading": "triangle-right"}
_HATCH = "M-1,-0.2L-0.2,-1M-1,0.6L0.6,-1M-0.6,1L1,-0.6M0.2,1L1,0.2"
_CELL = 34


def matrix(paths: Sequence[Path], words: Words, palette: Palette = SCREEN, *, title: str, description: str) -> str:
    """Draw employee themes against customer themes: how far the evidence for each pair goes.

    A pair that may not be shown is hatched. Themes with most complaints come first. '' without paths.
    """
    import altair as alt

    if not paths:
        return ""
    ups, acrosses = (ordered(paths, voice) for voice in VOICES)
    frame = Frame(_CELL * len(acrosses), 26 * len(ups), left=plot.LABELS, top=126, right=66, bottom=68)
    cells = [
        {
            "x": acrosses.index(path.customer.theme),
            "y": ups.index(path.employee.theme),
            "grade": path.grade,
            "tint": 0.14 * GRADES.index(path.grade),
        }
        for path in paths
    ]
    shown = {(cell["x"], cell["y"]) for cell in cells}
    hidden = [{"x": x, "y": y} for x in range(len(acrosses)) for y in range(len(ups)) if (x, y) not in shown]
    layers = _grid(cells, hidden, frame, palette, palette.both)
    x, y = plot.across(len(acrosses)), plot.down(len(ups))
    for grade in GRADES[1:]:
        data = plot.chart([cell for cell in cells if cell["grade"] == grade])
        layers.append(_grade_mark(data, grade, palette).encode(x=x, y=y))
    layers += [
        plot.row_names([words.theme(theme) for theme in ups], y),
        plot.column_names([words.theme(theme) for theme in acrosses], x),
    ]
    layers += _grade_key(words, palette, frame, bool(hidden))
    return render(alt.layer(*layers), frame, palette, words, title=title, description=description)


def heat(grid: UnitGrid, words: Words, palette: Palette = SCREEN, *, title: str, description: str) -> str:
    """Draw units against themes: the share of a unit's comments that are negative. Withheld cells are hatched."""
    import altair as alt

    if not grid.rows or not grid.themes:
        return ""
    frame = Frame(_CELL * len(grid.themes), 24 * len(grid.rows), left=plot.LABELS, top=126, right=66, bottom=10)
    places = [(x, y, cell) for y, row in enumerate(grid.rows) for x, cell in enumerate(row.cells)]
    known = [(x, y, cell.negative_share) for x, y, cell in places if cell.negative_share is not None]
    top = max((share for _, _, share in known), default=0.0) or 1.0
    cells = [
        {"x": x, "y": y, "tint": 0.55 * share / top, "text": words.decimal(100 * share, 0)} for x, y, share in known
    ]
    hidden = [{"x": x, "y": y} for x, y, cell in places if cell.negative_share is None]
    layers = _grid(cells, hidden, frame, palette, palette.alarm)
    x, y = plot.across(len(grid.themes)), plot.down(len(grid.rows))
    layers.append(plot.texts(cells, color=palette.ink).encode(x=x, y=y))
    layers += [
        plot.row_names([row.unit for row in grid.rows], y),
        plot.column_names([words.theme(theme) for theme in grid.themes], x),
    ]
    return render(alt.layer(*layers), frame, palette, words, title=title, description=description)


def ordered(paths: Iterable[Path], voice: str) -> list[str]:
    """Give the themes of a voice in some paths, those with most complaints first."""
    shares = {
        side.theme: side.negative.value or 0.0
        for path in paths
        for side in (path.employee, path.customer)
        if side.voice == voice
    }
    return sorted(shares, key=lambda theme: (-shares[theme], theme))


def _grid(cells: Rows, hidden: Rows, frame: Frame, palette: Palette, colour: str) -> list[Any]:
    """Draw tinted cells, hatch those that may not be shown, and rule between all."""
    import altair as alt

    boxes = [
        {**cell, "x": cell["x"] - 0.5, "x2": cell["x"] + 0.5, "y": cell["y"] - 0.5, "y2": cell["y"] + 0.5}
        for cell in cells
    ]
    n, m = round(frame.width / _CELL), max([cell["y"] for cell in (*cells, *hidden)], default=0) + 1
    x, y = plot.across(n), plot.down(m)
    tint = alt.Opacity("tint:Q", scale=None, legend=None)
    hatch = plot.chart(hidden).mark_point(shape=_HATCH, size=130, fill=None, stroke=palette.muted, strokeWidth=0.7)
    return [
        plot.chart(boxes).mark_rect(fill=colour).encode(x=x, x2="x2", y=y, y2="y2", opacity=tint),
        hatch.encode(x=x, y=y),
        plot.chart([{"x": k - 0.5} for k in range(n + 1)]).mark_rule(stroke=palette.rule).encode(x=x),
        plot.chart([{"y": k - 0.5} for k in range(m + 1)]).mark_rule(stroke=palette.rule).encode(y=y),
    ]


def _grade_mark(chart: Any, grade: str, palette: Palette) -> Any:
    return chart.mark_point(
        shape=GRADE_SHAPES[grade],
        fill=palette.paper if grade == "shared" else palette.ink,
        stroke=palette.ink,
        strokeWidth=1.3,
        opacity=1,
        size=90 if grade in ("linked", "leading") else 55,
    )


def _grade_key(words: Words, palette: Palette, frame: Frame, withheld: bool) -> list[Any]:
    import altair as alt

    layers = []
    for place, grade in enumerate(GRADES[1:]):
        x, y = -plot.LABELS + 8 + 190 * (place % 2), frame.height + 20 + 20 * (place // 2)
        one = plot.chart([{"text": words(f"grade.{grade}")}])
        layers.append(_grade_mark(one, grade, palette).encode(x=alt.value(x), y=alt.value(y)))
        layers.append(
            plot.texts([{"text": words(f"grade.{grade}")}], align="left", color=palette.ink).encode(
                x=alt.value(x + 14), y=alt.value(y)
            )
        )
    if withheld:
        one = plot.chart([{}])
        hatch = one.mark_point(shape=_HATCH, size=130, fill=None, stroke=palette.muted, strokeWidth=0.7)
        layers.append(hatch.encode(x=alt.value(-plot.LABELS + 8), y=alt.value(frame.height + 60)))
        text = plot.texts([{"text": words("charts.withheld")}], align="left", color=palette.ink)
        layers.append(text.encode(x=alt.value(-plot.LABELS + 22), y=alt.value(frame.height + 60)))
    return layers
