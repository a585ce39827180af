"""Tables to numbers for the parts of a report that not every run has: units, an earlier run, topics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from voices.report import model, values
from voices.report.model import VOICES, Share, ThemeRow

KINDS = ("outside", "across", "inside")
"""How a topic stands to the taxonomy, the news first."""
VERDICTS = ("better", "worse", "flat")
MAX_UNITS = 40
"""Units of a voice that are shown, the largest first."""
MAX_TOPICS = 8
"""Topics of a voice that are shown, news first, then the largest."""

_Row = Mapping[str, Any]


def share(row: _Row, value: str, low: str, high: str) -> Share:
    """Read a share and its interval from three columns."""
    return Share(values.number(row.get(value)), values.number(row.get(low)), values.number(row.get(high)))


def unit_grids(
    rows: Iterable[_Row], themes: Mapping[str, Sequence[ThemeRow]], suppressed: _Row
) -> tuple[model.UnitGrid, ...]:
    """Give the units of each voice against the themes of which any cell is shown.

    Parameters
    ----------
    rows : iterable of mapping
        Of ``unit_themes.csv``.
    themes : mapping
        Voice -> its themes, in the order of the columns.
    suppressed : mapping
        The entry of ``run.json`` that says how many units are withheld.
    """
    found: dict[str, dict[str, dict[str, _Row]]] = {voice: defaultdict(dict) for voice in VOICES}
    for row in rows:
        voice, unit, theme = (values.text(row.get(key)) for key in ("voice", "unit", "theme"))
        if voice in found:
            found[voice][unit][theme] = row
    withheld = values.mapping(suppressed.get("units"))
    return tuple(
        _grid(voice, units, themes.get(voice, ()), values.count(withheld.get(voice)) or 0)
        for voice, units in found.items()
        if units
    )


def _grid(
    voice: str, units: Mapping[str, Mapping[str, _Row]], themes: Sequence[ThemeRow], n_withheld: int
) -> model.UnitGrid:
    sizes = {unit: max(values.count(row.get("n_comments")) or 0 for row in units[unit].values()) for unit in units}
    shown = {
        theme for cells in units.values() for theme in cells if values.number(cells[theme].get("share")) is not None
    }
    ids = tuple(row.theme for row in themes if row.theme in shown)
    largest = sorted(units, key=lambda unit: (-sizes[unit], unit))[:MAX_UNITS]
    rows = tuple(
        model.UnitRow(unit, sizes[unit], tuple(_unit_cell(theme, units[unit].get(theme, {})) for theme in ids))
        for unit in largest
    )
    return model.UnitGrid(voice, ids, rows, len(units) + n_withheld, n_withheld)


def _unit_cell(theme: str, cell: _Row) -> model.UnitCell:
    found, negative = values.number(cell.get("share")), values.number(cell.get("negative_share"))
    return model.UnitCell(theme, values.count(cell.get("n_mentions")), found, negative)


def comparison(run: _Row, rows: Iterable[_Row]) -> model.Comparison | None:
    """Give what changed since the run that ``run.json`` calls ``previous``; None without one."""
    before = values.mapping(run.get("previous"))
    if not before:
        return None
    changes = [
        model.Change(
            voice=values.text(row.get("voice")),
            theme=values.text(row.get("theme")),
            before=share(row, "before", "before_low", "before_high"),
            now=share(row, "now", "now_low", "now_high"),
            difference=share(row, "difference", "difference_low", "difference_high"),
            q_value=values.number(row.get("q_value")),
            verdict=values.text(row.get("verdict")) if values.text(row.get("verdict")) in VERDICTS else "flat",
        )
        for row in rows
        if values.text(row.get("voice")) in VOICES
    ]
    changes.sort(key=lambda change: (change.q_value is None, change.q_value or 0.0, change.voice, change.theme))
    return model.Comparison(
        values.instant(before.get("created")),
        values.date(before.get("first_date")),
        values.date(before.get("last_date")),
        tuple(changes),
    )


def topics(rows: Iterable[_Row]) -> tuple[model.Topic, ...]:
    """Give the topics of each voice, those outside the taxonomy first, then by size; a partner goes by its label."""
    known = [dict(row) for row in rows]
    labels = {values.text(row.get("topic")): values.text(row.get("label")) for row in known}
    result: list[model.Topic] = []
    for voice in VOICES:
        mine = [row for row in known if values.text(row.get("voice")) == voice]
        mine.sort(key=_newest_and_largest)
        result += [_topic(voice, row, labels) for row in mine[:MAX_TOPICS]]
    return tuple(result)


def _newest_and_largest(row: _Row) -> tuple[int, int, str]:
    return (KINDS.index(_kind(row)), -(values.count(row.get("n_comments")) or 0), values.text(row.get("topic")))


def _kind(row: _Row) -> str:
    kind = values.text(row.get("relation"))
    return kind if kind in KINDS else "outside"


def _topic(voice: str, row: _Row, labels: Mapping[str, str]) -> model.Topic:
    topic = values.text(row.get("topic"))
    quotes = (values.text(row.get(f"quote_{number}")) for number in (1, 2, 3))
    return model.Topic(
        voice=voice,
        topic=topic,
        label=labels[topic],
        keywords=tuple(word.strip() for word in values.text(row.get("keywords")).split(",") if word.strip()),
        n_comments=values.count(row.get("n_comments")),
        net_sentiment=values.number(row.get("sentiment")),
        kind=_kind(row),
        themes=tuple(theme for theme in values.text(row.get("theme")).split(";") if theme),
        partner=labels.get(values.text(row.get("matched_topic"))),
        quotes=tuple(quote for quote in quotes if quote),
        x=values.number(row.get("x")),
        y=values.number(row.get("y")),
    )
