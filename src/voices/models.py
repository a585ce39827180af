"""Find a model folder, read its description and check its files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from voices.errors import InputError, ModelError
from voices.taxonomy import Theme
from voices.types import Coded, Prepared

if TYPE_CHECKING:
    import numpy as np

DEFAULT_MODEL = "voices-small"
FORMAT = 2
"""Version of ``analyst.json`` that this package reads."""
HEADS = "heads"
"""Its ``kind`` where the folder holds nothing but heads."""


@dataclass(frozen=True)
class ModelFolder:
    """A model on disk.

    Attributes
    ----------
    name, version : str
        From its ``analyst.json``.
    path : Path
        The folder.
    description : dict
        The whole of ``analyst.json``: labels, thresholds, languages, checksums.
    """

    name: str
    version: str
    path: Path
    description: dict[str, Any]

    @property
    def checksum(self) -> str:
        """SHA-256 of the weights, as recorded when the model was made."""
        return str(self.description["files"]["model.onnx"])


@dataclass(frozen=True)
class HeadsModel(ModelFolder):
    """Heads that were fitted on a user's own codes, and the model that they build upon.

    Attributes
    ----------
    base : ModelFolder
        Holds the encoder; its description says what it is without the heads.
    """

    base: ModelFolder

    @property
    def checksum(self) -> str:
        """SHA-256 of the heads, as recorded when they were fitted."""
        return str(self.description["files"]["heads.npz"])

    @property
    def encoder(self) -> dict[str, str]:
        """Name, checksum, prefix and pooling of the sentence encoder that the heads read; empty for the base's own."""
        return dict(self.description.get("encoder", {}))


class AnalystLike(Protocol):
    """What the rest of the package asks of whatever codes comments."""

    keep: Callable[[Prepared, np.ndarray], None] | None

    @property
    def batch_size(self) -> int:
        """Comments that are best given at a time."""

    @property
    def model(self) -> ModelFolder:
        """The model, for ``run.json``."""

    @property
    def device(self) -> str:
        """Where it runs, for the report."""

    @property
    def themes(self) -> dict[str, Theme]:
        """Theme id -> theme of everything that can be found."""

    def load(self) -> None:
        """Read the weights."""

    def code(self, batch: Sequence[Prepared]) -> list[Coded]:
        """Code a batch of prepared comments, in order."""

    def encode(self, items: Sequence[Prepared]) -> list[np.ndarray]:
        """Give the unit vectors of the segments of each comment, shape (n_segments, hidden)."""


def shipped_folder() -> Path:
    """Give the folder of the shipped models: inside the wheel, or in the source tree."""
    package = Path(__file__).resolve().parent
    packed = package / "_models"
    return packed if packed.is_dir() else package.parent.parent / "models"


def available() -> list[ModelFolder]:
    """List the shipped models, by name."""
    folder = shipped_folder()
    return [_open(path.parent) for path in sorted(folder.glob("*/analyst.json"))]


def is_own(name: str) -> bool:
    """Tell whether a name is that of a shipped model or of a folder with an ``analyst.json``."""
    return any((folder / "analyst.json").is_file() for folder in (shipped_folder() / name, Path(name)))


def find(name: str = DEFAULT_MODEL) -> ModelFolder:
    """Find a model by the name of a shipped one or by the path of a folder.

    Raises
    ------
    InputError
        If there is no such model.
    ModelError
        If the folder is of another format or a file is missing.
    """
    for candidate in (shipped_folder() / name, Path(name)):
        if (candidate / "analyst.json").is_file():
            return _open(candidate)
    known = ", ".join(model.name for model in available()) or "none"
    raise InputError(
        f"--model {name}: neither a shipped model ({known}) nor a folder with an analyst.json or a config.json. "
        "A model of the Hugging Face hub is named owner/name"
    )


def _open(path: Path) -> ModelFolder:
    try:
        description = json.loads((path / "analyst.json").read_text(encoding="utf8"))
    except ValueError as error:
        raise ModelError(f"{path.name}/analyst.json: not valid JSON; restore the file from the release") from error
    if description.get("format") != FORMAT:
        raise ModelError(
            f"{path.name}/analyst.json: format {description.get('format')!r}, this version reads {FORMAT}; "
            "install the matching version of voices or another model"
        )
    for name in description["files"]:
        if not (path / name).is_file():
            raise ModelError(f"{path.name}: the file {name} is missing; restore it from the release")
    made = description["name"], description["version"], path, description
    return (
        HeadsModel(*made, _base(path, description["base"])) if description.get("kind") == HEADS else ModelFolder(*made)
    )


def _base(path: Path, entry: dict[str, str]) -> ModelFolder:
    """Find the model that heads were fitted on.

    Raises
    ------
    ModelError
        If it is gone or no longer the same.
    """
    try:
        base = find(entry["name"])
    except InputError as error:
        raise ModelError(
            f"{path.name}: the model {entry['name']} that its heads build upon is not there; "
            "put it back, or fit the heads again with: voices train"
        ) from error
    if base.checksum != entry["sha256"]:
        raise ModelError(
            f"{path.name}: its heads were fitted on another version of {entry['name']} (sha256 {entry['sha256'][:12]}, "
            f"here is {base.checksum[:12]}); fit them again with: voices train"
        )
    return base


def file_sha256(path: Path) -> str:
    """Give the SHA-256 of a file as hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def damaged_files(model: ModelFolder) -> list[str]:
    """List the files of a model whose checksum is not the recorded one; empty when all is well."""
    damaged = [name for name, digest in model.description["files"].items() if file_sha256(model.path / name) != digest]
    if isinstance(model, HeadsModel):
        damaged += [f"{model.base.name}/{name}" for name in damaged_files(model.base)]
    return damaged
