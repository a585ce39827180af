"""The formats in which a report is written, from one set of tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from voices.report.build import Tables, build
from voices.report.html import render_html
from voices.report.workbook import write_workbook

FORMATS = ("html", "xlsx")
DEFAULT_FORMATS = ("html", "xlsx")


def write(tables: Tables, folder: Path, *, formats: Sequence[str] = FORMATS, language: str) -> None:
    """Write ``report.<format>`` for each format."""
    if "html" in formats:
        (folder / "report.html").write_text(render_html(build(tables), language=language), encoding="utf8")
    if "xlsx" in formats:
        write_workbook(tables, folder / "report.xlsx", language=language)
