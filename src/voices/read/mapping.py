"""``--map``: roles that the user gives to columns."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from voices.errors import InputError
from voices.read.columns import ROLES


def parse_mapping(text: str) -> dict[str, list[str]]:
    """Read the value of ``--map``.

    Parameters
    ----------
    text : str
        ``role=column`` parts with commas between them; a part without ``=`` is one more column of
        the role before it. A column name with a comma or ``=`` in it goes in double quotes. A role
        without column is switched off.

    Returns
    -------
    dict of str to list of str
        Role -> columns, as written.

    Raises
    ------
    InputError
        If there is no such role, or a role that takes one column gets more.

    Examples
    --------
    >>> parse_mapping('text=pros,cons,unit=firm,date=')
    {'text': ['pros', 'cons'], 'unit': ['firm'], 'date': []}
    >>> parse_mapping('text="What went well, and why?"')
    {'text': ['What went well, and why?']}
    """
    mapping: dict[str, list[str]] = {}
    role: str | None = None
    for item in _split(text):
        before, equals, after = _at_equals(item)
        if equals:
            role = _role(before)
            mapping.setdefault(role, [])
            item = after
        elif role is None:
            raise InputError(
                f"--map: '{item.strip()}' does not say which role it is for. Write role=column; {_roles()}."
            )
        column = _unquoted(item)
        if column and role is not None:
            mapping[role].append(column)
    for single, columns in mapping.items():
        if single != "text" and len(columns) > 1:
            raise InputError(
                f"--map: {single} takes one column and got {len(columns)}: {', '.join(columns)}. Only text takes "
                "several; a column name with a comma in it goes in double quotes."
            )
    return mapping


def _split(text: str) -> list[str]:
    """Split at commas outside double quotes."""
    items, item, quoted = [], "", False
    for character in text:
        quoted ^= character == '"'
        if character == "," and not quoted:
            items.append(item)
            item = ""
        else:
            item += character
    return [*items, item] if item.strip() or items else items


def _at_equals(item: str) -> tuple[str, str, str]:
    before, equals, after = item.partition("=")
    return ("", "", item) if '"' in before else (before, equals, after)


def _unquoted(item: str) -> str:
    plain = item.strip()
    if len(plain) >= 2 and plain[0] == plain[-1] == '"':
        plain = plain[1:-1]
    return plain


def _role(name: str) -> str:
    role = name.strip().lower()
    if role in ROLES:
        return role
    near = difflib.get_close_matches(role, ROLES, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise InputError(
        f"--map: there is no role '{name.strip()}'.{hint} {_roles()}. A column name with = in it goes in double quotes."
    )


def _roles() -> str:
    return f"The roles are {', '.join(ROLES)}"


def find_columns(mapping: Mapping[str, Sequence[str]], names: Sequence[str], *, file: str) -> dict[str, list[str]]:
    """Match the columns of a mapping with those of a file: exactly, else without regard to case.

    Raises
    ------
    InputError
        If a column does not exist.
    """
    folded: dict[str, str] = {}
    for name in names:
        folded.setdefault(_folded(name), name)
    found: dict[str, list[str]] = {}
    for role, columns in mapping.items():
        found[role] = []
        for column in columns:
            match = column if column in names else folded.get(_folded(column))
            if match is None:
                raise _no_column(role, column, names, file)
            if match not in found[role]:
                found[role].append(match)
    return found


def present_columns(mapping: Mapping[str, Sequence[str]], names: Sequence[str]) -> dict[str, list[str]]:
    """Leave out the columns that are not among ``names``, and the roles that lose all of theirs."""
    known = {_folded(name) for name in names}
    kept = {role: [column for column in columns if _folded(column) in known] for role, columns in mapping.items()}
    return {role: columns for role, columns in kept.items() if columns or not mapping[role]}


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _no_column(role: str, column: str, names: Sequence[str], file: str) -> InputError:
    folded = {_folded(name): name for name in names}
    near = difflib.get_close_matches(_folded(column), folded, n=1)
    hint = f" Did you mean '{folded[near[0]]}'?" if near else ""
    return InputError(
        f"{file}: no column '{column}'.{hint} The columns are: {listed(names)}. Name one with --map {role}=COLUMN."
    )


def listed(names: Sequence[str]) -> str:
    """Write column names in a sentence, each cut at 60 characters and at most 60 of them."""
    short = [name if len(name) <= 60 else f"{name[:59]}…" for name in names[:60]]
    more = f" and {len(names) - 60} more" if len(names) > 60 else ""
    return ", ".join(short) + more
