"""Tables to numbers: what a report shows, in the order in which it shows it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voices.periods import period_number, period_start
from voices.report import model, values
from voices.report.model import VOICES, Layer, Path, Point, Quote, Report, Side, ThemeQuotes, ThemeRow
from voices.report.sections import comparison, share, topics, unit_grids

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

GRADES = ("none", "shared", "aligned", "linked", "leading")
LAYERS = ("shared", "aligned", "linked", "leading")
STATUSES = ("passed", "failed", "untested")
WAYS = ("rising", "falling", "flat")
_FIGURES = {
    "shared": (),
    "aligned": ("similarity", "similarity_q_value"),
    "linked": ("n_units", "linked_effect", "linked_low", "linked_high", "linked_q_value", "linked_detectable"),
    "leading": (
        "n_periods",
        "leading_lag",
        "leading_effect",
        "leading_low",
        "leading_high",
        "leading_q_value",
        "leading_detectable",
        "reverse_effect",
        "reverse_q_value",
    ),
}
_NUMBERS = re.compile(r"\d[\d.,]*")
MAX_PERIODS = 60
MAX_PANELS = 12
MAX_QUOTES = 5
MAX_DRIVERS = 8
MAX_OUTCOMES = 20
MAX_Q = 0.05
"""False discovery rate above which an association with a figure is not told."""


@dataclass(frozen=True)
class Tables:
    """What a run leaves behind, as the report reads it; any table may be empty.

    ``run`` is ``run.json``; a key that it lacks is left out of the report. ``units`` is the table of
    ``unit_themes.csv``; a table that is None was not made.
    """

    themes: pd.DataFrame
    trends: pd.DataFrame
    alignment: pd.DataFrame
    quotes: pd.DataFrame
    rejected: pd.DataFrame
    run: dict[str, Any]
    drivers: pd.DataFrame | None = None
    outcomes: pd.DataFrame | None = None
    outcome_paths: pd.DataFrame | None = None
    units: pd.DataFrame | None = None
    topics: pd.DataFrame | None = None
    comparison: pd.DataFrame | None = None


def build(tables: Tables) -> Report:
    """Give the numbers of a report.

    The size of the result does not grow with the number of comments: quotes, panels, periods and
    grouped rejections are capped.

    Parameters
    ----------
    tables : Tables
        Not changed.

    Returns
    -------
    Report
        All numbers, nothing formatted; the same for every language.
    """
    points, trimmed = _points(values.records(tables.trends))
    themes = _themes(values.records(tables.themes), points)
    quotes = _quotes(values.records(tables.quotes))
    paths = [_path(row, themes, quotes) for row in values.records(tables.alignment)]
    paths.sort(key=lambda path: (path.rank is None, path.rank or 0))
    files = tuple(_file(values.mapping(item)) for item in tables.run.get("files") or ())
    return Report(
        voices=_voices(tables.run, themes, files),
        themes=themes,
        problems=tuple(path for path in paths if path.grade != "none"),
        others=tuple(path for path in paths if path.grade == "none" and path.family != "exploratory" and _told(path)),
        panels=_panels(themes),
        trimmed=trimmed,
        quotes=_by_theme(themes, quotes),
        files=files,
        rejections=_rejections(values.records(tables.rejected)),
        method=_method(tables.run),
        untested=_untested(tables.run),
        units=_units(tables.run),
        drivers=_drivers(_records(tables.drivers)),
        outcomes=_outcomes(_records(tables.outcomes)),
        all_paths=tuple(paths),
        unit_grids=unit_grids(_records(tables.units), themes, values.mapping(tables.run.get("suppressed"))),
        comparison=comparison(tables.run, _records(tables.comparison)),
        topics=topics(_records(tables.topics)),
        custom_themes=dict(values.mapping(tables.run.get("custom_themes"))),
    )


_Key = tuple[str, str]


def _points(rows: Iterable[Mapping[str, Any]]) -> tuple[dict[_Key, tuple[Point, ...]], bool]:
    """Give the course of every voice and theme, and whether older periods were cut."""
    found: dict[_Key, list[Point]] = defaultdict(list)
    for row in rows:
        period = values.text(row.get("period"))
        if period_start(period) is None:
            continue
        n_comments, n_mentions = values.count(row.get("n_comments")), values.count(row.get("n_mentions"))
        share, negative = values.number(row.get("share")), values.number(row.get("negative_share"))
        if share is not None or negative is not None:
            key = values.text(row.get("voice")), values.text(row.get("theme"))
            found[key].append(Point(period, period_number(period), n_comments, n_mentions, share, negative))
    last = max((point.ordinal for points in found.values() for point in points), default=0)
    courses = {
        key: tuple(
            point for point in sorted(points, key=lambda point: point.ordinal) if point.ordinal > last - MAX_PERIODS
        )
        for key, points in found.items()
    }
    return courses, any(len(courses[key]) < len(points) for key, points in found.items())


def _themes(
    rows: Iterable[Mapping[str, Any]], courses: Mapping[_Key, tuple[Point, ...]]
) -> dict[str, tuple[ThemeRow, ...]]:
    found: dict[str, list[ThemeRow]] = defaultdict(list)
    for row in rows:
        voice, theme = values.text(row.get("voice")), values.text(row.get("theme"))
        if voice not in VOICES:
            continue
        mentions, positive, negative = (values.count(row.get(key)) for key in ("n_mentions", "positive", "negative"))
        known = mentions is not None and positive is not None and negative is not None
        found[voice].append(
            ThemeRow(
                voice=voice,
                theme=theme,
                n_comments=values.count(row.get("n_comments")),
                n_mentions=mentions,
                share=share(row, "share", "share_low", "share_high"),
                positive=positive,
                negative=negative,
                neutral=max(0, (mentions or 0) - (positive or 0) - (negative or 0)) if known else None,
                net_sentiment=values.number(row.get("net_sentiment")),
                trend=values.number(row.get("trend")),
                direction=_way(row.get("direction")),
                negative_direction=_way(row.get("negative_direction")),
                points=courses.get((voice, theme), ()),
            )
        )
    return {voice: tuple(sorted(found[voice], key=_most_mentioned)) for voice in VOICES if found[voice]}


def _way(value: object) -> str | None:
    return values.text(value) if values.text(value) in WAYS else None


def _most_mentioned(row: ThemeRow) -> tuple[float, str]:
    return (-(row.share.value if row.share.value is not None else -1.0), row.theme)


def _quotes(rows: Iterable[Mapping[str, Any]]) -> dict[_Key, list[Quote]]:
    found: dict[_Key, list[Quote]] = defaultdict(list)
    for row in rows:
        quote = Quote(*(values.text(row.get(key)) for key in ("voice", "theme", "polarity", "text", "why")))
        if quote.text.strip():
            found[quote.voice, quote.theme].append(quote)
    return found


def _path(row: Mapping[str, Any], themes: Mapping[str, Sequence[ThemeRow]], quotes: Mapping[_Key, list[Quote]]) -> Path:
    grade = values.text(row.get("grade"))
    grade = grade if grade in GRADES else "none"
    employee, customer = (_side(voice, row, themes, quotes) for voice in VOICES)
    layers = tuple(_layer(layer, grade, row) for layer in LAYERS)
    return Path(
        values.count(row.get("rank")), grade, employee, customer, layers, values.text(row.get("family")), dict(row)
    )


def _told(path: Path) -> bool:
    """Tell whether a path has figures: those of themes that too few people mention are withheld."""
    return path.employee.negative.value is not None and path.customer.negative.value is not None


def _side(
    voice: str, row: Mapping[str, Any], themes: Mapping[str, Sequence[ThemeRow]], quotes: Mapping[_Key, list[Quote]]
) -> Side:
    theme = values.text(row.get(f"{voice}_theme"))
    known = [item for item in themes.get(voice, ()) if item.theme == theme]
    negative = [quote for quote in quotes.get((voice, theme), ()) if quote.polarity == "negative"]
    return Side(
        voice=voice,
        theme=theme,
        negative=share(row, f"{voice}_negative_share", f"{voice}_low", f"{voice}_high"),
        row=known[0] if known else ThemeRow(voice, theme),
        quotes=tuple(negative[:MAX_QUOTES]),
    )


def _layer(layer: str, grade: str, row: Mapping[str, Any]) -> Layer:
    """Give a layer as the table has it; without a verdict of its own, passed up to the grade."""
    cells = ((name, values.number(row.get(name))) for name in _FIGURES[layer])
    figures = tuple((name, value) for name, value in cells if value is not None)
    if values.text(row.get(layer)) in STATUSES:
        return Layer(layer, values.text(row.get(layer)), figures)
    if GRADES.index(grade) >= GRADES.index(layer):
        return Layer(layer, "passed", figures)
    return Layer(layer, "failed" if figures or layer == "shared" else "untested", figures)


def _panels(themes: Mapping[str, Sequence[ThemeRow]]) -> tuple[tuple[ThemeRow, ...], ...]:
    by_theme: dict[str, list[ThemeRow]] = defaultdict(list)
    for voice in VOICES:
        for row in themes.get(voice, ()):
            if len(row.points) > 1:
                by_theme[row.theme].append(row)
    main = sorted(by_theme.values(), key=lambda rows: min(_most_mentioned(row) for row in rows))
    return tuple(tuple(rows) for rows in main[:MAX_PANELS])


def _by_theme(themes: Mapping[str, Sequence[ThemeRow]], quotes: Mapping[_Key, list[Quote]]) -> tuple[ThemeQuotes, ...]:
    """Group the quotes by theme, the most mentioned theme first, a few a voice and polarity."""
    ranked = sorted((row for rows in themes.values() for row in rows), key=_most_mentioned)
    order = dict.fromkeys([row.theme for row in ranked] + sorted(theme for _, theme in quotes))
    result = []
    for theme in order:
        employee, customer = (_few(quotes.get((voice, theme), [])) for voice in VOICES)
        if employee or customer:
            result.append(ThemeQuotes(theme, employee, customer))
    return tuple(result)


def _few(quotes: Sequence[Quote]) -> tuple[Quote, ...]:
    seen: Counter[str] = Counter()
    kept = []
    for quote in sorted(quotes, key=lambda quote: quote.polarity != "negative"):
        seen[quote.polarity] += 1
        if seen[quote.polarity] <= MAX_QUOTES:
            kept.append(quote)
    return tuple(kept)


def _voices(
    run: Mapping[str, Any], themes: Mapping[str, object], files: Iterable[model.FileRow]
) -> tuple[model.VoiceCounts, ...]:
    counts = values.mapping(run.get("counts"))
    present = {file.voice for file in files} | set(themes)
    result = []
    for voice in VOICES:
        raw = values.mapping(counts.get(voice))
        if values.count(raw.get("read")) or voice in present:
            result.append(_counts(voice, raw))
    return tuple(result)


def _counts(voice: str, raw: Mapping[str, Any]) -> model.VoiceCounts:
    number = {key: values.count(raw.get(key)) for key in raw}
    return model.VoiceCounts(
        voice,
        read=number.get("read"),
        classified=number.get("classified"),
        rejected=number.get("rejected"),
        coded=number.get("coded"),
        placeholder=number.get("placeholder"),
        wordless=number.get("wordless"),
        other_language=number.get("other_language"),
        with_unit=number.get("with_unit"),
        with_date=number.get("with_date"),
        first_date=values.date(raw.get("first_date")),
        last_date=values.date(raw.get("last_date")),
        languages=_tally(raw.get("languages")),
        sentiment=_tally(raw.get("sentiment")),
        emotion=_tally(raw.get("emotion")),
    )


def _tally(value: object) -> dict[str, int]:
    pairs = {key: values.count(item) for key, item in values.mapping(value).items()}
    return {key: item for key, item in pairs.items() if item is not None}


def _file(raw: Mapping[str, Any]) -> model.FileRow:
    details = ((key, values.text(raw.get(key))) for key in ("format", "sheet", "encoding", "delimiter", "date_order"))
    notes = ((key, values.count(raw.get(key))) for key in ("unreadable_dates", "renamed_ids", "short_rows"))
    columns = ((role, values.items(names)) for role, names in values.mapping(raw.get("columns")).items())
    return model.FileRow(
        file=values.text(raw.get("file")),
        voice=values.text(raw.get("voice")),
        details=tuple((key, value) for key, value in details if value),
        columns=tuple((role, names) for role, names in columns if names),
        unused=values.items(raw.get("unused")),
        rows=values.count(raw.get("rows")),
        read=values.count(raw.get("read")),
        classified=values.count(raw.get("classified")),
        rejected=values.count(raw.get("rejected")),
        notes=tuple((key, number) for key, number in notes if number),
    )


def _rejections(rows: Iterable[Mapping[str, Any]]) -> tuple[model.Rejection, ...]:
    """Group rejected rows by reason and file; reasons that differ only in their numbers are one."""
    found: dict[_Key, list[tuple[str, int | None]]] = defaultdict(list)
    for row in rows:
        reason = values.text(row.get("reason"))
        key = _NUMBERS.sub("…", reason), values.text(row.get("file"))
        found[key].append((reason, values.count(row.get("row"))))
    groups = []
    for (masked, file), members in found.items():
        reasons = {reason for reason, _ in members}
        numbers = sorted({number for _, number in members if number is not None})
        reason = reasons.pop() if len(reasons) == 1 else masked
        groups.append(model.Rejection(reason, file, len(members), tuple(numbers[:5]), len(numbers) > 5))
    return tuple(sorted(groups, key=lambda group: (-group.count, group.reason, group.file)))


def _drivers(rows: Sequence[Mapping[str, Any]]) -> tuple[model.Drivers, ...]:
    found = []
    for voice in VOICES:
        mine = [row for row in rows if values.text(row.get("voice")) == voice]
        if mine:
            told = tuple(
                model.DriverRow(
                    values.text(row.get("theme")),
                    share(row, "weight", "weight_low", "weight_high"),
                    values.number(row.get("slope")),
                    values.count(row.get("n_mentions")),
                )
                for row in mine[:MAX_DRIVERS]
            )
            first = mine[0]
            r_squared = values.number(first.get("r_squared"))
            found.append(model.Drivers(voice, values.count(first.get("n_comments")), r_squared, told))
    return tuple(found)


def _outcomes(rows: Sequence[Mapping[str, Any]]) -> tuple[model.OutcomeRow, ...]:
    found = [
        model.OutcomeRow(
            values.text(row.get("voice")),
            values.text(row.get("theme")),
            values.text(row.get("outcome")),
            share(row, "effect", "effect_low", "effect_high"),
            values.number(row.get("q_value")),
            values.count(row.get("n_units")),
        )
        for row in rows
    ]
    sure = [row for row in found if row.q_value is not None and row.q_value < MAX_Q]
    return tuple(sorted(sure, key=lambda row: (row.outcome, row.q_value or 0.0, row.voice, row.theme))[:MAX_OUTCOMES])


def _records(frame: pd.DataFrame | None) -> values.Records:
    return [] if frame is None else values.records(frame)


def _untested(run: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    skipped = values.mapping(values.mapping(run.get("alignment")).get("skipped"))
    return tuple((layer, values.text(skipped[layer])) for layer in LAYERS if skipped.get(layer))


def _units(run: Mapping[str, Any]) -> model.UnitCounts | None:
    entry = values.mapping(run.get("alignment"))
    units = values.mapping(entry.get("units"))
    if not units:
        return None
    return model.UnitCounts(
        both=sum(values.count(n) or 0 for n in values.mapping(units.get("matched")).values()),
        employee_only=values.count(units.get("employee_only")) or 0,
        customer_only=values.count(units.get("customer_only")) or 0,
        thin=values.count(units.get("too_few_comments")) or 0,
        future=values.count(entry.get("future_comments")) or 0,
    )


def _method(run: Mapping[str, Any]) -> model.Method:
    chosen, settings, thresholds = (values.mapping(run.get(key)) for key in ("model", "settings", "thresholds"))
    suppressed = (
        (key, sum(values.count(n) or 0 for n in values.mapping(item).values()))
        for key, item in values.mapping(run.get("suppressed")).items()
    )
    base = values.mapping(chosen.get("base"))
    groups = values.mapping(values.mapping(chosen.get("metrics")).get("groups"))
    return model.Method(
        version=values.text(run.get("voices")) or None,
        created=values.instant(run.get("created")),
        model=values.text(chosen.get("name")) or None,
        model_version=values.text(chosen.get("version")) or None,
        base=f"{values.text(base.get('name'))} {values.text(base.get('version'))}".strip() or None,
        gives=values.text(chosen.get("gives")) or None,
        checksum=values.text(chosen.get("sha256")) or None,
        model_languages=values.items(chosen.get("languages")),
        period=values.text(settings.get("period")) or None,
        min_group=values.count(thresholds.get("min_group", settings.get("min_group"))),
        negative_floor=values.number(thresholds.get("negative_floor")),
        seed=values.count(run.get("seed")),
        device=values.text(run.get("device")) or None,
        suppresses="suppressed" in run,
        suppressed=tuple((key, item) for key, item in suppressed if item),
        trend_period=values.text(run.get("trend_period") or settings.get("period")) or None,
        metrics={str(k): dict(values.mapping(v)) for k, v in groups.items()},
    )
