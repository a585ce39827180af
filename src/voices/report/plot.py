"""The parts that charts are made of: axes of rows and columns, labels, and the key of the voices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from voices.report import values

if TYPE_CHECKING:
    from collections.abc import Sequence

    import altair as alt

    from voices.report.drawing import Palette
    from voices.report.i18n import Words

Rows = list[dict[str, Any]]
SHAPES = {"employee": "circle", "customer": "square"}
LABELS = 150
"""Pixels to the left of a plot, for the names of its rows."""


def wrapped(text: str, width: int = 19, lines: int = 2) -> str:
    r"""Break a label into lines; what does not fit ends in an ellipsis.

    Examples
    --------
    >>> wrapped("Autonomy & problem solving"), wrapped("a" * 50)
    ('Autonomy & problem\nsolving', 'aaaaaaaaaaaaaaaaaaa\naaaaaaaaaaaaaaaaaa…')
    """
    import textwrap

    parts = textwrap.wrap(" ".join(text.split()), width, break_on_hyphens=False) or [""]
    kept = parts[:lines]
    if len(parts) > lines:
        kept[-1] = kept[-1][: width - 1].rstrip() + "…"
    return "\n".join(kept)


def chart(data: Rows) -> Any:
    """Give a chart of some rows, with texts that a drawing can hold; Any, because Altair's types ask for literals."""
    import altair as alt

    cleaned = [
        {key: values.text(entry) if isinstance(entry, str) else entry for key, entry in row.items()} for row in data
    ]
    return alt.Chart(cast("Any", alt.Data)(values=cleaned))


def texts(data: Rows, *, align: str = "center", baseline: str = "middle", color: str = "", **more: Any) -> Any:
    """Write the ``text`` of each row."""
    fill: dict[str, Any] = {"fill": color} if color else {}
    mark = chart(data).mark_text(align=align, baseline=baseline, **fill, **more)
    return mark.encode(text="text:N")


def row_names(names: Sequence[str], y: alt.Y) -> Any:
    """Write the labels of rows to the left of the plot."""
    import altair as alt

    data = []
    for place, name in enumerate(names):
        lines = wrapped(name).split("\n")
        data += [{"y": place + 0.42 * (n - (len(lines) - 1) / 2), "text": line} for n, line in enumerate(lines)]
    return texts(data, align="right").encode(x=alt.value(-9), y=y)


def column_names(names: Sequence[str], x: alt.X) -> Any:
    """Write the labels of columns above the plot, slanted."""
    import altair as alt

    data = [{"x": place, "text": wrapped(name, 24, 1)} for place, name in enumerate(names)]
    return texts(data, align="left", angle=305).encode(x=x, y=alt.value(-7))


def down(n: int) -> alt.Y:
    """Give the axis of ``n`` rows, the first on top."""
    import altair as alt

    return alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[n - 0.5, -0.5], nice=False, zero=False))


def across(n: int) -> alt.X:
    """Give the axis of ``n`` columns."""
    import altair as alt

    return alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.5, n - 0.5], nice=False, zero=False))


def key(voices: Sequence[str], words: Words, palette: Palette) -> list[Any]:
    """Draw the marks and names of the voices above the plot."""
    import altair as alt

    layers = []
    for place, voice in enumerate(dict.fromkeys(voices)):
        colour, x = palette.voice(voice), 120 * place
        one = chart([{"text": words(f"voice.{voice}")}])
        mark = one.mark_point(shape=SHAPES[voice], fill=colour, stroke=None, opacity=1, size=64)
        layers.append(mark.encode(x=alt.value(x + 5), y=alt.value(-14)))
        text = one.mark_text(align="left", baseline="middle", fill=palette.ink).encode(text="text:N")
        layers.append(text.encode(x=alt.value(x + 15), y=alt.value(-14)))
    return layers
