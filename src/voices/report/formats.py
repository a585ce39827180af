"""One door to every file that people read: ``write`` makes ``report.<format>`` for each format asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voices.errors import InputError
from voices.report.build import build

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Sequence

    from voices.report.build import Tables

FORMATS = ("html", "xlsx", "pdf", "pptx")
DEFAULT_FORMATS = ("html", "xlsx")


def write(tables: Tables, folder: pathlib.Path, *, formats: Sequence[str], language: str) -> tuple[pathlib.Path, ...]:
    """Write the report of a run in some formats.

    Parameters
    ----------
    tables : Tables
        Not changed.
    folder : Path
        An existing folder; files of the same name are written over.
    formats : sequence of str
        Of :data:`FORMATS`.
    language : str
        One of :func:`voices.report.i18n.languages`.

    Returns
    -------
    tuple of Path
        The files, in the order of ``formats``.

    Raises
    ------
    voices.errors.InputError
        If there is no such format or language; nothing is written then.
    """
    for name in formats:
        if name not in FORMATS:
            raise InputError(f"no report format {name!r}. The formats are: {', '.join(FORMATS)}. Choose one of them.")
    report = build(tables)
    paths = []
    for name in dict.fromkeys(formats):
        path = folder / f"report.{name}"
        if name == "html":
            from voices.report.html import render_html

            path.write_text(render_html(report, language=language), encoding="utf8", newline="\n")
        elif name == "xlsx":
            from voices.report.workbook import write_workbook

            write_workbook(tables, path, language=language)
        elif name == "pdf":
            from voices.report.pdf import render_pdf

            path.write_bytes(render_pdf(report, language=language))
        else:
            from voices.report.slides import render_slides

            path.write_bytes(render_slides(report, language=language))
        paths.append(path)
    return tuple(paths)
