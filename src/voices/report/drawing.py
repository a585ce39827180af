"""From an Altair chart to clean SVG text: colours of the page or of paper, a name, nothing that runs or loads.

Vega-Lite draws without a browser (vl-convert). What it leaves for its own events and roles is taken
out, because the page gives a chart one name and holds its numbers in a table.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from voices.report import values

if TYPE_CHECKING:
    from voices.report.i18n import Words

FONT_SIZE = 12
_NAMESPACE = "http://www.w3.org/2000/svg"
_NOISE = ("role", "class", "pointer-events", "version")
_LONG = re.compile(r"-?\d+\.\d{3,}")


@dataclass(frozen=True)
class Palette:
    """The colours of a chart.

    Attributes
    ----------
    ink, muted, rule, paper, neutral : str
        Text and marks, labels, grid lines, ground, and what is neither good nor bad.
    employee, customer, employee_tint, customer_tint : str
        The two voices; the tints are lighter also in grey.
    both, alarm : str
        What joins the voices, and complaints where no voice is told apart.
    font : str
        Font family; '' takes that of the page around the chart.
    """

    ink: str
    muted: str
    rule: str
    paper: str
    neutral: str
    employee: str
    customer: str
    employee_tint: str
    customer_tint: str
    both: str
    alarm: str
    font: str

    def voice(self, voice: str) -> str:
        """Give the colour of a voice."""
        return self.employee if voice == "employee" else self.customer

    def tint(self, voice: str) -> str:
        """Give the light colour of a voice."""
        return self.employee_tint if voice == "employee" else self.customer_tint


SCREEN = Palette(
    ink="var(--ink)",
    muted="var(--muted)",
    rule="var(--rule)",
    paper="var(--paper)",
    neutral="var(--neutral)",
    employee="var(--employee)",
    customer="var(--customer)",
    employee_tint="var(--employee-tint)",
    customer_tint="var(--customer-tint)",
    both="var(--both)",
    alarm="var(--alarm)",
    font="",
)
"""Colours that the style sheet of the page sets, so that a chart follows light, dark and print."""

PAPER = Palette(
    ink="#1b1b1b",
    muted="#55534f",
    rule="#dcd8d0",
    paper="#ffffff",
    neutral="#d5d2cb",
    employee="#0b5c94",
    customer="#b5480a",
    employee_tint="#a9c9e0",
    customer_tint="#edbb98",
    both="#5b3a8c",
    alarm="#a3121b",
    font="Liberation Sans, Arial, Helvetica, sans-serif",
)
"""Colours for print, written out, with the namespace and font that a file of its own needs."""


@dataclass(frozen=True)
class Frame:
    """Size of the plot and the room around it, in pixels of the drawing; labels never move the plot."""

    width: float
    height: float
    left: float = 44
    right: float = 12
    top: float = 8
    bottom: float = 26


def render(chart: Any, frame: Frame, palette: Palette, words: Words, *, title: str, description: str) -> str:
    """Give a chart as SVG text, the same bytes for the same chart.

    Parameters
    ----------
    chart : altair.LayerChart
    frame : Frame
    palette : Palette
    words : Words
        For the shape of numbers on the axes.
    title, description : str
        What the chart says, for who cannot see it; plain text, escaped here.

    Returns
    -------
    str
        One ``svg`` element with ``role="img"``, a ``title`` and a ``desc``; it holds no id, style,
        script or link.
    """
    sized = chart.properties(
        width=frame.width,
        height=frame.height,
        padding={"left": frame.left, "right": frame.right, "top": frame.top, "bottom": frame.bottom},
        autosize={"type": "none"},
    ).configure(
        background="transparent",
        font=palette.font or "sans-serif",
        view={"stroke": None},
        text={"fontSize": FONT_SIZE, "fill": palette.ink},
        axis={
            "labelColor": palette.muted,
            "labelFontSize": FONT_SIZE,
            "labelOverlap": False,
            "labelBound": False,
            "labelFlush": False,
            "labelLimit": 0,
            "gridColor": palette.rule,
            "domainColor": palette.muted,
            "tickColor": palette.rule,
            "ticks": False,
            "domain": False,
            "title": None,
        },
    )
    spec = json.dumps(sized.to_dict(validate=False), sort_keys=True)
    return _dressed(_drawn(spec, json.dumps(words.chart_locale())), palette, title, description)


@lru_cache(maxsize=256)
def _drawn(spec: str, locale: str) -> str:
    """Draw a specification; the memory saves the second language and the second format."""
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(spec, format_locale=json.loads(locale), allowed_base_urls=[])
    return svg


def _dressed(svg: str, palette: Palette, title: str, description: str) -> str:
    root = ElementTree.fromstring(re.sub(r' xmlns(:xlink)?="[^"]*"', "", svg, count=2))
    _clean(root, keep_font=bool(palette.font))
    root.set("role", "img")
    if palette.font:
        root.set("xmlns", _NAMESPACE)
    for name, text in (("desc", description), ("title", title)):
        node = ElementTree.Element(name)
        node.text = values.text(text)
        root.insert(0, node)
    return ElementTree.tostring(root, encoding="unicode")


def _clean(node: Any, *, keep_font: bool) -> None:
    for child in list(node):
        _clean(child, keep_font=keep_font)
        if _is_empty(child):
            node.remove(child)
    for name in list(node.attrib):
        unused = name in _NOISE or name.startswith("aria-") or (name == "font-family" and not keep_font)
        if unused or (name.endswith("opacity") and node.get(name) == "1"):
            del node.attrib[name]
        else:
            node.set(name, _LONG.sub(_short, node.get(name)))


def _short(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def _is_empty(node: Any) -> bool:
    """Tell whether a node draws nothing: a group without content, or a frame without ink."""
    if node.tag == "g":
        return len(node) == 0
    return node.tag == "path" and node.get("fill") is None and node.get("stroke") is None
