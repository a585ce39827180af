"""Find the units that both voices wrote about, though each export may spell them in its own way."""

from __future__ import annotations

import csv
import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from voices.errors import InputError

GENERIC = frozenset(
    "store shop branch unit team ward department dept site location office outlet restaurant hotel region district "
    "winkel filiaal vestiging afdeling eenheid locatie kantoor regio district unit team nr no number nummer the de het"
    .split()
)  # fmt: skip
"""Words that say what kind of unit it is, not which one."""
ROLES = {
    "employees": "employee", "staff": "employee", "medewerker": "employee", "medewerkers": "employee",
    "customers": "customer", "client": "customer", "klant": "customer", "klanten": "customer",
    "eenheid": "unit", "units": "unit", "naam": "name", "datum": "date", "periode": "period",
}  # fmt: skip
"""Other heads of the columns of files about units."""


@dataclass(frozen=True)
class UnitMatch:
    """A unit of both voices.

    Attributes
    ----------
    name : str
        As it is shown.
    employee, customer : tuple of str
        The names that it has in each export.
    how : str
        ``mapped``, ``same``, ``spelling`` (case, accents, signs), ``kind`` (but for words such as
        store or branch) or ``part`` (a number or a place that only one unit on each side has).
    """

    name: str
    employee: tuple[str, ...]
    customer: tuple[str, ...]
    how: str


@dataclass(frozen=True)
class UnitMatches:
    """All units: those of both voices, and those that only one of them has."""

    both: tuple[UnitMatch, ...]
    employee_only: tuple[str, ...]
    customer_only: tuple[str, ...]

    def index(self, voice: str) -> dict[str, int]:
        """Give name in the export of a voice -> position in ``both``."""
        return {name: k for k, match in enumerate(self.both) for name in getattr(match, voice)}


def _plain(name: str) -> str:
    """Give a name without case and accents."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in plain if not unicodedata.combining(c))


def spelling_of(name: str) -> tuple[str, ...]:
    """Give the words of a name without case, accents, signs, leading zeros and order; numbers keep theirs.

    Examples
    --------
    >>> spelling_of("Store 012"), spelling_of("12 - Útrecht")
    (('store', '12'), ('utrecht', '12'))
    """
    found = re.findall(r"\d+|[^\W\d_]+", _plain(name))
    words = [word.lstrip("0") or "0" if word.isdigit() else word for word in found]
    return (*sorted(word for word in words if not word.isdigit()), *(word for word in words if word.isdigit()))


def words_of(name: str) -> tuple[str, ...]:
    """Give the words that tell a unit from others: its spelling without the kind of unit.

    Examples
    --------
    >>> words_of("Store 012"), words_of("12 - Útrecht"), words_of("Team")
    (('12',), ('utrecht', '12'), ('team',))
    """
    words = spelling_of(name)
    return tuple(word for word in words if word not in GENERIC) or words


def match_units(
    employee: Iterable[str], customer: Iterable[str], mapping: Mapping[str, Mapping[str, str]] | None = None
) -> UnitMatches:
    """Match the unit names of both exports.

    Parameters
    ----------
    employee, customer : iterable of str
        Names as the exports have them.
    mapping : mapping or None
        Voice -> name in its export -> name of the unit; goes before everything else.

    Returns
    -------
    UnitMatches
        Every name is in exactly one place. A name matches only where nothing else fits as well: two
        candidates leave all of them unmatched.
    """
    names = {"employee": sorted(set(employee)), "customer": sorted(set(customer))}
    told = mapping or {}
    called = {unit for of in told.values() for unit in of.values()}
    found: list[UnitMatch] = []
    steps: tuple[tuple[str, Callable[[str, str], object]], ...] = (
        ("mapped", lambda voice, name: told.get(voice, {}).get(name, name if name in called else None)),
        ("same", lambda _, name: " ".join(_plain(name).split())),
        ("spelling", lambda _, name: spelling_of(name) or None),
        ("kind", lambda _, name: words_of(name) or None),
    )
    for how, key in steps:
        groups: defaultdict[object, dict[str, list[str]]] = defaultdict(lambda: {"employee": [], "customer": []})
        for voice, left in names.items():
            for name in left:
                group = key(voice, name)
                if group is not None:
                    groups[group][voice].append(name)
        for group, members in groups.items():
            several = how == "kind" and max(map(len, members.values())) > 1
            if members["employee"] and members["customer"] and not several:
                shown = str(group) if how == "mapped" else members["customer"][0]
                spelled = how == "same" and len({name.strip() for of in members.values() for name in of}) > 1
                way = "spelling" if spelled else how
                found.append(UnitMatch(shown, tuple(members["employee"]), tuple(members["customer"]), way))
        _remove(names, found)
    found += _by_part(names)
    _remove(names, found)
    return UnitMatches(
        tuple(sorted(found, key=lambda match: match.name)), tuple(names["employee"]), tuple(names["customer"])
    )


def _remove(names: dict[str, list[str]], found: Sequence[UnitMatch]) -> None:
    for voice, left in names.items():
        used = {name for match in found for name in getattr(match, voice)}
        names[voice] = [name for name in left if name not in used]


def _by_part(names: Mapping[str, Sequence[str]]) -> list[UnitMatch]:
    """Match names of which one holds all words of the other, where no other name of either side does."""
    words = {voice: {name: frozenset(words_of(name)) for name in left} for voice, left in names.items()}
    holders: dict[str, defaultdict[str, set[str]]] = {voice: defaultdict(set) for voice in names}
    for voice, of in words.items():
        for name, parts in of.items():
            for part in parts:
                holders[voice][part].add(name)
    pairs = []
    for mine in names["employee"]:
        near = {other for part in words["employee"][mine] for other in holders["customer"][part]}
        for other in near:
            a, b = words["employee"][mine], words["customer"][other]
            if (a <= b or b <= a) and _same_numbers(mine, other):
                pairs.append((mine, other))
    counts = Counter(name for pair in pairs for name in (("employee", pair[0]), ("customer", pair[1])))
    return [
        UnitMatch(other, (mine,), (other,), "part")
        for mine, other in pairs
        if counts["employee", mine] == 1 == counts["customer", other]
    ]


@dataclass(frozen=True)
class UnitTable:
    """A small CSV file about units; ``heads`` are lower-case roles, each row is as long as ``heads``."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def columns(self, *names: str) -> list[list[str]]:
        """Give columns by their heads."""
        return [[row[self.heads.index(name)] for row in self.rows] for name in names]


def _same_numbers(mine: str, other: str) -> bool:
    """Tell whether two names may be one unit by their numbers: several have to come in the same order."""
    numbers = [[word for word in spelling_of(name) if word.isdigit()] for name in (mine, other)]
    return min(map(len, numbers)) < 2 or numbers[0] == numbers[1]


def read_unit_table(path: Path, *, option: str) -> UnitTable:
    """Read a CSV file with a header, UTF-8, with commas, semicolons or tabs.

    Parameters
    ----------
    option : str
        The option that named the file, for messages.

    Raises
    ------
    InputError
        If the file is missing, is not UTF-8, or has no column for the unit.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(f"{option} {path}: there is no such file") from error
    except (UnicodeDecodeError, OSError) as error:
        raise InputError(f"{option} {path}: cannot be read as UTF-8 text; save it as 'CSV UTF-8'") from error
    lines = text.splitlines() or [""]
    delimiter = max(",;\t", key=lines[0].count)
    found = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=delimiter)]
    heads = tuple(ROLES.get(head.casefold(), head.casefold()) for head in found[0]) if found else ()
    width = len(heads)
    rows = tuple(tuple((row + [""] * width)[:width]) for row in found[1:] if any(row))
    if not {"unit", "name", "employee", "customer"} & set(heads):
        raise InputError(f"{option} {path}: no column 'unit'; the columns are: {', '.join(heads) or 'none'}")
    return UnitTable(heads, rows)


def as_number(cell: str) -> float | None:
    """Read a number with a decimal point or comma; None where there is none."""
    try:
        value = float(cell.replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def read_unit_map(path: Path) -> dict[str, dict[str, str]]:
    """Read a mapping file: CSV with the columns ``employee`` and ``customer``, or ``name`` and ``unit``.

    With ``employee`` and ``customer`` each row holds two names of one unit; an optional ``unit`` says
    how it is called in the report. With ``name`` and ``unit`` each row says which unit a name of either
    export is.

    Returns
    -------
    dict
        Voice -> name in its export -> unit.

    Raises
    ------
    InputError
        If the file or a column is missing, or a name is given to two units.
    """
    table = read_unit_table(path, option="--units")
    heads = set(table.heads)
    found: dict[str, dict[str, str]] = {"employee": {}, "customer": {}}
    told: Iterable[tuple[str, str, str]]
    if {"employee", "customer"} <= heads:
        called = table.columns("unit")[0] if "unit" in heads else [""] * len(table.rows)
        told = zip(*table.columns("employee", "customer"), called, strict=True)
    elif {"name", "unit"} <= heads:
        told = ((name, name, unit) for name, unit in zip(*table.columns("name", "unit"), strict=True) if unit)
    else:
        raise InputError(
            f"--units {path}: needs the columns employee and customer, or name and unit; it has "
            f"{', '.join(table.heads)}"
        )
    for number, (mine, theirs, unit) in enumerate(told, start=2):
        if mine and theirs:
            unit = unit or found["customer"].get(theirs) or found["employee"].get(mine) or theirs
            _put(found["employee"], mine, unit, path, number)
            _put(found["customer"], theirs, unit, path, number)
    return found


def _put(names: dict[str, str], name: str, unit: str, path: Path, row: int) -> None:
    if names.setdefault(name, unit) != unit:
        raise InputError(
            f"--units {path}, row {row}: {name!r} is unit {names[name]!r} already and cannot be {unit!r} as well; "
            "keep one of both rows"
        )


def read_unit_values(path: Path, column: str) -> dict[str, float]:
    """Read one number a unit: CSV with the columns ``unit`` and ``column``.

    Raises
    ------
    InputError
        If the file or a column is missing, or a value is no number.
    """
    table = read_unit_table(path, option=f"--{column}")
    if not {"unit", column} <= set(table.heads):
        raise InputError(f"--{column} {path}: needs the columns unit and {column}; it has {', '.join(table.heads)}")
    found = {}
    for number, (unit, cell) in enumerate(zip(*table.columns("unit", column), strict=True), start=2):
        value = as_number(cell)
        if cell and value is None:
            raise InputError(f"--{column} {path}, row {number}: {column} {cell!r} is no number")
        if unit and value is not None:
            found[unit] = value
    return found
