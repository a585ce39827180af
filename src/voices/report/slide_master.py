"""An empty deck with its own look: two layouts, set on purpose, instead of the eleven of the default template."""

from __future__ import annotations

import copy
from typing import Any

from voices.report.slide_shapes import (
    BODY_FONT,
    COLOURS,
    HEAD_FONT,
    HEIGHT,
    INK,
    MARGIN,
    MUTED,
    RULE,
    WIDTH,
    Box,
    clean,
    fitting,
    points,
)

TITLE = Box(MARGIN, 0.35, WIDTH - 2 * MARGIN, 1.05)
OPENING = Box(MARGIN, 0.75, WIDTH - 2 * MARGIN, 1.95)
"""Place of the title, and of that of the first slide."""

_COLOURS = {
    "dk1": INK, "dk2": "3A3835", "lt2": "F6F4EF", "accent1": COLOURS["employee"], "accent2": COLOURS["customer"],
    "accent3": "B9B5AC", "accent4": "A9C9E0", "accent5": "EDBB98", "accent6": MUTED,
}  # fmt: skip


def empty_deck(footer: str) -> Any:
    """Give a presentation of 16:9 with a title at the top, a line below, and a footer with the slide's number."""
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    for layout in list(deck.slide_layouts):
        if layout.name not in ("Title Slide", "Title Only"):
            deck.slide_layouts.remove(layout)
    _theme(deck)
    master, (opening, usual) = deck.slide_master, deck.slide_layouts
    for place, (sheet, box) in enumerate(((master, TITLE), (opening, OPENING), (usual, TITLE))):
        for holder in list(sheet.placeholders):
            if holder.placeholder_format.type not in (1, 3):  # title, centre title
                holder._element.getparent().remove(holder._element)
                continue
            holder.left, holder.top = Inches(box.left), Inches(box.top)
            holder.width, holder.height = Inches(box.width), Inches(box.height)
        if place:
            _furniture(sheet, footer, box.top + box.height + 0.1)
    _title_style(master)
    return deck


def _theme(deck: Any) -> None:
    """Put our colours and fonts into the theme, which charts and new shapes follow."""
    from lxml import etree
    from pptx.opc.constants import RELATIONSHIP_TYPE

    part = deck.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    tree = etree.fromstring(part.blob)
    names = {"a": "http://schemas.openxmlformats.org/drawingml/2006/main"}
    for key, code in _COLOURS.items():
        (slot,) = tree.xpath(f"//a:clrScheme/a:{key}", namespaces=names)
        for child in list(slot):
            slot.remove(child)
        etree.SubElement(slot, f"{{{names['a']}}}srgbClr", val=code)
    for kind, font in (("majorFont", HEAD_FONT), ("minorFont", BODY_FONT)):
        (latin,) = tree.xpath(f"//a:{kind}/a:latin", namespaces=names)
        latin.set("typeface", font)
    part._blob = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)


def _title_style(master: Any) -> None:
    """Set titles left, dark and of one size, in every slide that follows the master."""
    from pptx.enum.text import MSO_ANCHOR
    from pptx.oxml.ns import qn

    (style,) = master._element.xpath("./p:txStyles/p:titleStyle/a:lvl1pPr")
    style.set("algn", "l")
    (run,) = style.findall(qn("a:defRPr"))
    run.set("sz", "2600")
    run.set("b", "1")
    for holder in master.placeholders:
        holder.text_frame.vertical_anchor = MSO_ANCHOR.BOTTOM
        holder.text_frame.margin_left = holder.text_frame.margin_right = 0


def _furniture(layout: Any, footer: str, line_top: float) -> None:
    """Draw the line below the title and the footer, by way of a slide that is thrown away again."""
    from lxml import etree
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Inches, Pt

    from voices.report.slide_shapes import colour, dress, write

    deck = layout.part.package.presentation_part.presentation
    slide = deck.slides.add_slide(layout)
    line = slide.shapes.add_connector(1, Inches(MARGIN), Inches(line_top), Inches(WIDTH - MARGIN), Inches(line_top))
    line.line.color.rgb, line.line.width = colour(RULE), Pt(1)
    told = write(slide, Box(MARGIN, HEIGHT - 0.42, 9, 0.3), [footer], sizes=(10,), colour=MUTED)
    number = write(slide, Box(WIDTH - MARGIN - 1, HEIGHT - 0.42, 1, 0.3), [""], sizes=(10,), colour=MUTED)
    paragraph = number.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT
    for run in paragraph.runs:
        run._r.getparent().remove(run._r)
    names = paragraph._p.nsmap
    field = etree.SubElement(
        paragraph._p, f"{{{names['a']}}}fld", id="{6F3B5C1E-2A47-4D0B-9C1A-0D4E8C5A7B21}", type="slidenum"
    )
    properties = etree.SubElement(field, f"{{{names['a']}}}rPr", lang="en-GB", sz="1000")
    fill = etree.SubElement(properties, f"{{{names['a']}}}solidFill")
    etree.SubElement(fill, f"{{{names['a']}}}srgbClr", val=MUTED)
    etree.SubElement(field, f"{{{names['a']}}}t").text = "‹#›"
    dress(told.text_frame.paragraphs[0].runs[0].font, 10, colour=MUTED)
    for shape in (line, told, number):
        layout.shapes._spTree.append(copy.deepcopy(shape._element))
    (entry,) = deck.slides._sldIdLst
    deck.part.drop_rel(entry.rId)
    deck.slides._sldIdLst.remove(entry)


def add_slide(deck: Any, title: str, notes: list[str], *, opening: bool = False) -> Any:
    """Give a new slide with its title, as large as its place allows, and speaker notes."""
    slide = deck.slides.add_slide(deck.slide_layouts[0 if opening else 1])
    told = clean(title)
    slide.shapes.title.text = told
    box, sizes = (OPENING, (32, 30, 28, 26, 24, 20, 16)) if opening else (TITLE, (26, 24, 22, 20, 18, 16))
    size = fitting([told], box, sizes, bold=True)
    for run in slide.shapes.title.text_frame.paragraphs[0].runs:
        run.font.size = points(size)
    slide.notes_slide.notes_text_frame.text = "\n".join(clean(note) for note in notes if note)
    return slide
