"""What people read: tables in, ``report.html`` and ``report.xlsx`` out.

:mod:`~voices.report.build` turns tables into numbers, the renderers only dress them, and every
word comes from one file a language in ``locales/``.
"""

from __future__ import annotations

from voices.report.build import Tables, build
from voices.report.formats import DEFAULT_FORMATS, FORMATS, write
from voices.report.html import render_html
from voices.report.i18n import languages
from voices.report.model import Report
from voices.report.workbook import write_workbook

__all__ = [
    "DEFAULT_FORMATS",
    "FORMATS",
    "Report",
    "Tables",
    "build",
    "languages",
    "render_html",
    "write",
    "write_workbook",
]
