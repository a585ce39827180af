"""The first pass over a source: everything is decided before a comment is read."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from voices.errors import InputError
from voices.read import columns as roles
from voices.read import formats, words
from voices.read.clean import clean
from voices.read.columns import Candidate, Columns
from voices.read.layout import Layout, Row
from voices.read.mapping import find_columns, listed, present_columns
from voices.read.profile import ColumnProfile
from voices.read.source import Source

_SAMPLE = 5_000
_STRIDE = 50
_MOST_COLUMNS = 2_000
_SHEET_SAMPLE = 200


@dataclass(frozen=True)
class Plan:
    """Everything that is decided about one source before comments are read.

    Attributes
    ----------
    file : str
        Name without folders; ``stdin`` for ``-``.
    format : str
        ``csv``, ``tsv``, ``xlsx``, ``json``, ``jsonl``, ``parquet`` or ``dataframe``.
    encoding, delimiter, sheet : str or None
        Where the format has them.
    columns : Columns
        Which column plays which role.
    reasons : dict of str to str
        Role -> why that column; also ``date_order``, and ``sheet`` where there was a choice.
    unused : tuple of str
        Columns without a role.
    questions : dict of str to (str or None)
        Text column -> the question that its answers belong to.
    date_order : str or None
        ``iso``, ``day-first``, ``month-first``, or None without readable dates.
    rows : int
        Data rows, those that cannot be used included.
    layout : Layout
        What the second pass needs to find the rows again.
    personal_ids : bool
        Whether most ids look like numbers of people, such as citizen service or phone numbers.
    """

    file: str
    format: str
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    columns: Columns
    reasons: dict[str, str]
    unused: tuple[str, ...]
    questions: dict[str, str | None]
    date_order: str | None
    rows: int
    layout: Layout
    personal_ids: bool = False

    @property
    def names(self) -> list[str]:
        """All columns, those with a role first."""
        return [*sorted(self.columns.used()), *self.unused]


def plan(source: Source, *, mapping: Mapping[str, Sequence[str]] | None = None, lenient: bool = False) -> Plan:
    """Read a source once, in constant memory, and decide how its comments are read.

    Column roles follow from the first 5,000 rows and every 50th after that; the number of rows,
    the order of day and month, and damage anywhere in the file from all of them.

    Parameters
    ----------
    mapping : dict of str to list of str, optional
        Roles that the user gives, as from :func:`parse_mapping`; they win over recognition, and an
        empty list switches a role off.
    lenient : bool
        Whether mapped columns that this source does not have are passed over, because they may be
        meant for another source of the same run.

    Raises
    ------
    InputError
        If the source is damaged, has no rows, or has no column with text.
    """
    layout = formats.look(source, rate=lambda found, sheet: _rate(found, sheet, mapping or {}))
    survey = _Survey(layout, mapping or {})
    for row in formats.rows(source, layout):
        survey.add(row)
    survey.refuse_if_empty(source.name)
    return _decide(source, layout, survey, mapping or {}, lenient=lenient)


class _Survey:
    """The profiles of all columns and the counts of all rows."""

    def __init__(self, layout: Layout, mapping: Mapping[str, Sequence[str]]) -> None:
        self.profiles: dict[str, ColumnProfile] = {}
        self.rows = 0
        self.bad = 0
        self.first_problem: tuple[int, str] | None = None
        self._dates: list[ColumnProfile] = []
        self._mapped_dates = {name.casefold() for name in mapping.get("date", ())}
        for name in layout.names:
            self.profiles[name] = ColumnProfile(name, len(self.profiles))

    def add(self, row: Row) -> None:
        """Count one row: closely when it is in the sample, else only its dates."""
        self.rows += 1
        if row.problem is not None:
            self.bad += 1
            self.first_problem = self.first_problem or (row.number, row.problem)
            return
        if self.rows <= _SAMPLE or self.rows % _STRIDE == 0:
            self._look(row.cells)
            if self.rows == _SAMPLE:
                self._dates = [profile for profile in self.profiles.values() if self._may_be_date(profile)]
            return
        for profile in self._dates:
            profile.dates.add(row.cells.get(profile.name))

    def _look(self, cells: Mapping[str, object]) -> None:
        for name, cell in cells.items():
            profile = self.profiles.get(name)
            if profile is None:
                if len(self.profiles) >= _MOST_COLUMNS:
                    continue
                profile = self.profiles[name] = ColumnProfile(name, len(self.profiles))
            profile.add(cell)
        for profile in self.profiles.values():
            profile.rows = self.rows if self.rows <= _SAMPLE else _SAMPLE + (self.rows - _SAMPLE) // _STRIDE

    def _may_be_date(self, profile: ColumnProfile) -> bool:
        return profile.date_share >= 0.5 or profile.name.casefold() in self._mapped_dates

    def refuse_if_empty(self, name: str) -> None:
        """Raise when there is nothing to read comments from."""
        if self.rows == 0:
            raise InputError(f"{name}: there are no rows below the header. Export it again, with at least one row.")
        if self.bad == self.rows and self.first_problem:
            number, problem = self.first_problem
            raise InputError(
                f"{name}: none of the {self.rows:,} rows can be used; the first is row {number}: {problem}. "
                "Export it again, as UTF-8 and with quotes around the answers."
            )


def _rate(source: Source, layout: Layout, mapping: Mapping[str, Sequence[str]]) -> float:
    """Say how much a sheet looks like the one with the comments."""
    survey = _Survey(layout, {})
    for row in itertools.islice(formats.rows(source, layout), _SHEET_SAMPLE):
        survey.add(row)
    known = {name.casefold() for name in layout.names}
    mapped = sum(name.casefold() in known for names in mapping.values() for name in names)
    found = roles.candidates(list(survey.profiles.values()), layout.labels)
    texts = roles.choose_texts(found)
    characters = sum(column.profile.characters for column in texts)
    promised = sum(words.text_kind(column.head) in {"generic", "specific"} for column in texts)
    return mapped * 1e9 + bool(texts and survey.rows) * 1e6 * (1 + min(promised, 1)) + min(characters, 900_000)


def _decide(
    source: Source, layout: Layout, survey: _Survey, mapping: Mapping[str, Sequence[str]], *, lenient: bool
) -> Plan:
    names = list(survey.profiles)
    found = roles.candidates(list(survey.profiles.values()), layout.labels)
    if layout.names and roles.is_headerless(found):
        # Column names are not listed here: they would be the cells of the first answer.
        raise InputError(
            f"{source.name}: the first row looks like data, not like a header. "
            "Add a row above it that names the columns, such as id, date, comment."
        )
    wanted = present_columns(mapping, names) if lenient else mapping
    columns, reasons = _assign(found, find_columns(wanted, names, file=source.name))
    if not columns.text:
        find_columns(mapping, names, file=source.name)  # a misspelt column is the better explanation
        raise InputError(
            f"{source.name}: no column with text was found. The columns are: {listed(names)}. "
            "Name the one with the comments with --map text=COLUMN."
        )
    order = None
    if columns.date is not None:
        order, reasons["date_order"] = _date_order(columns.date, survey, layout)
    if layout.other_sheets and layout.sheet:
        reasons["sheet"] = f'"{layout.sheet}" holds text; not read: {", ".join(layout.other_sheets)}'
    return Plan(
        file=source.name,
        format=layout.format,
        encoding=layout.encoding,
        delimiter=layout.delimiter,
        sheet=layout.sheet,
        columns=columns,
        reasons=reasons,
        unused=tuple(name for name in names if name not in columns.used()),
        questions=_questions(columns.text, layout.labels),
        date_order=order,
        rows=survey.rows,
        layout=layout,
        personal_ids=_is_mostly_personal(survey.profiles.get(columns.id or "")),
    )


def _is_mostly_personal(profile: ColumnProfile | None) -> bool:
    return profile is not None and profile.share(profile.personal) > 0.5


def _assign(found: Sequence[Candidate], mapped: Mapping[str, Sequence[str]]) -> tuple[Columns, dict[str, str]]:
    """Give every role its column: the user's where there is one, else the best that is left."""
    chosen: dict[str, str | None] = {role: (names[0] if names else None) for role, names in mapped.items()}
    reasons = {role: "--map" if names else "--map (switched off)" for role, names in mapped.items()}
    taken = {name for names in mapped.values() for name in names}
    texts = tuple(mapped.get("text", ()))
    # A column of questions looks like text, so it is looked for first.
    for role in ("question", "text", "id", "date", "language", "score", "unit"):
        if role in mapped:
            continue
        free = [column for column in found if column.name not in taken]
        if role == "text":
            columns = roles.choose_texts(free)
            texts = tuple(column.name for column in columns)
            reasons.update({"text": "; ".join(dict.fromkeys(column.reason for column in columns))} if columns else {})
            taken.update(texts)
        elif (column := roles.choose(role, free)) is not None:
            chosen[role] = column.name
            reasons[role] = column.reason
            taken.add(column.name)
    others = {role: chosen.get(role) for role in roles.ROLES if role != "text"}
    return Columns(text=texts, **others), reasons


def _date_order(name: str, survey: _Survey, layout: Layout) -> tuple[str | None, str]:
    """Decide the order for the date column; another date column of the file settles a tie."""
    evidence = survey.profiles[name].dates
    dutch = layout.delimiter == ";" or _is_dutch(list(survey.profiles))
    order, reason = evidence.order(dutch=dutch)
    if reason.startswith("assumed"):
        for other in survey.profiles.values():
            dates = other.dates
            if dates.read >= 0.8 * dates.filled and dates.day_first != dates.month_first:
                told, _ = dates.order(dutch=dutch)
                return told, f'every date can be read both ways; as in column "{other.name}"'
    return order, reason


def _is_dutch(names: Sequence[str]) -> bool:
    """Whether a fair part of the headers is Dutch."""
    heads = [words.header(name) for name in names]
    dutch = sum(bool(head.set & words.DUTCH_HEADERS) for head in heads)
    return dutch >= 2 or (dutch > 0 and dutch * 3 >= len(heads))


def _questions(texts: Sequence[str], labels: Mapping[str, str]) -> dict[str, str | None]:
    """Name the question of every text column; a lone column called "comment" or "Q1" asks nothing."""
    questions: dict[str, str | None] = {}
    for name in texts:
        if name in labels:
            questions[name] = " ".join(clean(labels[name]).split())
            continue
        head = words.header(name)
        numbered = len(head.words) == 1 and head.plain[-1:].isdigit()
        silent = numbered or words.text_kind(head) not in {"specific", "question"}
        questions[name] = None if silent and len(texts) == 1 else words.humanise(name)
    return questions
