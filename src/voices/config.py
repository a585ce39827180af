"""The settings of a run, from the command line, a TOML file or keyword arguments."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import asdict, dataclass, fields
from importlib import resources
from pathlib import Path
from typing import Any

from voices.errors import InputError
from voices.models import DEFAULT_MODEL


def _report_languages() -> tuple[str, ...]:
    """List the languages that a report can be written in: those with a file of words."""
    folder = resources.files("voices").joinpath("report", "locales")
    return tuple(sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml")))


CHOICES: dict[str, tuple[str, ...]] = {
    "language": ("auto", "en", "nl"),
    "period": ("week", "month", "quarter"),
    "report_language": _report_languages(),
    "device": ("auto", "cpu", "cuda"),
}


@dataclass(frozen=True)
class Settings:
    """Everything that decides what a run computes and shows.

    Attributes
    ----------
    language : str
        ``auto`` detects it per comment.
    period : str
        ``week``, ``month`` or ``quarter`` of the trends.
    min_group : int
        Quotes are shown for a theme only when at least this many people of the voice mention it.
    negative_floor : float
        Share, 0 to 1, of a voice's comments above which a theme is a problem there.
    report_language : str
        ``en`` or ``nl``.
    device : str
        ``auto``, ``cpu`` or ``cuda``; ``auto`` takes a graphics card where torch finds one.
    model : str
        A shipped model, a folder, or ``owner/name`` on the Hugging Face hub.
    taxonomy : str
        Path of a TOML file with themes of the user's own; empty for none.
    threads : int
        Threads of the encoder; 0 takes one per core.
    units : str
        Path of a CSV file that says which unit names of both exports belong together; empty for none.
    contact : str
        Path of a CSV file with the contact intensity of units; empty for none.
    outcomes : str
        Path of a CSV file with figures of units, such as turnover; empty for none.
    seed : int
        Of the permutations, shuffles and bootstrap samples.
    discover : bool
        Whether a run looks for topics beyond the taxonomy.
    discover_from : int
        Comments of a voice with words below which a run does not.
    """

    language: str = "auto"
    period: str = "month"
    min_group: int = 10
    negative_floor: float = 0.02
    report_language: str = "en"
    device: str = "auto"
    model: str = DEFAULT_MODEL
    taxonomy: str = ""
    units: str = ""
    contact: str = ""
    outcomes: str = ""
    threads: int = 0
    seed: int = 20
    discover: bool = True
    discover_from: int = 500

    def __post_init__(self) -> None:
        """Refuse values that no run can use.

        Raises
        ------
        InputError
            Naming the setting, the value and what is possible.
        """
        for name, possible in CHOICES.items():
            value = getattr(self, name)
            if value not in possible:
                raise InputError(f"{_option(name)} {value}: choose one of {', '.join(possible)}")
        if self.min_group < 1:
            raise InputError(f"--min-group {self.min_group}: must be 1 or more")
        if not 0 <= self.negative_floor < 1:
            raise InputError(f"--negative-floor {self.negative_floor}: a share from 0 up to, not including, 1")
        if self.discover_from < 0:
            raise InputError(f"--discover-from {self.discover_from}: must be 0 or more comments")
        if self.threads < 0:
            raise InputError(f"--threads {self.threads}: must be 0 (one per core) or more")

    def as_dict(self) -> dict[str, Any]:
        """Give the settings as plain values, for ``run.json``."""
        paths = ("taxonomy", "units", "contact", "outcomes")
        return asdict(self) | {name: str(getattr(self, name)) for name in paths}


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def settings_from(path: Path | None, overrides: dict[str, Any]) -> Settings:
    """Join the settings of a TOML file and those given by hand; what is given by hand wins.

    Parameters
    ----------
    path : Path or None
        File of ``name = value`` lines, names as the options (``min-group`` or ``min_group``).
    overrides : dict
        Setting -> value; None means "not given".

    Raises
    ------
    InputError
        If the file is missing or not TOML, or a name or value cannot be used.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    if path is not None:
        given = _read_toml(path) | given
    return Settings(**given)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf8"))
    except FileNotFoundError as error:
        raise InputError(f"--config {path}: there is no such file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"--config {path}: not a TOML file ({error})") from error
    known = {field.name: field.type for field in fields(Settings)}
    types = {"str": (str,), "int": (int,), "float": (int, float), "bool": (bool,)}
    values: dict[str, Any] = {}
    for key, value in raw.items():
        name = key.replace("-", "_")
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise InputError(f"--config {path}: no setting {key!r}{hint} The settings are: {', '.join(known)}")
        if not isinstance(value, types[str(known[name])]) or isinstance(value, bool) != (known[name] == "bool"):
            raise InputError(f"--config {path}: {key} = {value!r}: must be of type {known[name]}")
        values[name] = value
    return values
