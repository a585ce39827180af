"""The record of a run: what ``run.json`` says of files, counts, model, settings and versions."""

from __future__ import annotations

import dataclasses
import datetime as dt
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from voices import __version__
from voices.aggregate import Aggregates, VoiceCounts
from voices.coding import Coder, Input
from voices.config import Settings
from voices.foreign import HubModel
from voices.models import HeadsModel, ModelFolder
from voices.privacy import mask
from voices.suppress import FEELINGS
from voices.tables import VOICES
from voices.taxonomy import Theme, load, theme_entry
from voices.types import Status

if TYPE_CHECKING:
    from voices.coded_files import CodedTable

RUN_FORMAT = 1
"""Version of ``run.json``; a change needs a line in the changelog."""


@dataclass(frozen=True)
class Summary:
    """What a finished run can say of itself.

    Attributes
    ----------
    run : dict
        The content of ``run.json``.
    paths : list of dict
        Rows of ``alignment.csv`` that passed a layer, ranked, with a ``sentence`` each.
    """

    run: dict[str, Any]
    paths: list[dict[str, Any]] = field(default_factory=list)

    @property
    def n_rejected(self) -> int:
        """Comments that were set aside, over all files."""
        return sum(entry["rejected"] for entry in self.run["files"])


def _file_entry(entry: Input) -> dict[str, Any]:
    chosen, counts = entry.plan, entry.counts
    columns = {name: value for name, value in dataclasses.asdict(chosen.columns).items() if value}
    return {
        "file": mask(chosen.file),
        "voice": entry.voice,
        "format": chosen.format,
        "encoding": chosen.encoding,
        "delimiter": chosen.delimiter,
        "sheet": _masked(chosen.sheet),
        "columns": _masked(columns),
        "reasons": _masked(chosen.reasons),
        "unused": _masked(list(chosen.unused)),
        "date_order": chosen.date_order,
        "rows": chosen.rows,
        "read": counts.read,
        "classified": counts.classified,
        "rejected": counts.rejected,
        "status": dict(counts.status),
        "unreadable_dates": counts.reader.unreadable_dates,
        "renamed_ids": counts.reader.renamed_ids,
        "short_rows": counts.reader.short_rows,
    }


def _masked(value: Any) -> Any:
    """Mask headers, which are questions now and then, and paths; both can name somebody."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {key: _masked(part) for key, part in value.items()}
    return type(value)(_masked(part) for part in value) if isinstance(value, list | tuple) else value


def _voice_entry(name: str, counts: VoiceCounts, coder: Coder) -> dict[str, Any]:
    files = [entry.counts for entry in coder.inputs if entry.voice == name]
    totals = {"read": sum(f.read for f in files), "rejected": sum(f.rejected for f in files)}
    return _counts_entry(counts) | totals


def _counts_entry(counts: VoiceCounts) -> dict[str, Any]:
    first, last = counts.first_date, counts.last_date
    return {
        "read": counts.classified,
        "classified": counts.classified,
        "rejected": 0,
        **{str(status): counts.status[str(status)] for status in Status},
        "languages": dict(counts.languages.most_common()),
        "sentiment": dict(counts.sentiment),
        "emotion": dict(counts.emotion),
        "people": {part: {kind: n for (of, kind), n in counts.people.items() if of == part} for part in FEELINGS},
        "n_units": len(counts.units),
        "with_unit": sum(counts.units.values()),
        "with_date": counts.with_date,
        "first_date": first.isoformat() if first else None,
        "last_date": last.isoformat() if last else None,
    }


def model_entry(model: ModelFolder) -> dict[str, Any]:
    """Describe the model for ``run.json``, with the shipped one beside it where there are two."""
    entry = {
        "name": model.name,
        "version": model.version,
        "sha256": model.checksum,
        "languages": model.description["languages"],
        "metrics": model.description.get("metrics", {}),
    }
    if isinstance(model, HubModel):
        entry |= {"gives": model.gives, "base": model_entry(model.base)}
    if isinstance(model, HeadsModel):
        entry |= {"gives": "codes", "base": model_entry(model.base)}
        if model.encoder:
            entry["encoder"] = model.encoder
    return entry


def _versions(model: ModelFolder) -> dict[str, str]:
    from importlib.metadata import version

    names = ["numpy", "pandas", "pyarrow", "onnxruntime", "tokenizers", "spacy", "lingua-language-detector"]
    if isinstance(model, HubModel) or (isinstance(model, HeadsModel) and model.encoder):
        names += ["torch", "transformers"]
    return {"python": sys.version.split()[0], "voices": __version__} | {name: version(name) for name in names}


def _own_themes(themes: Mapping[str, Theme]) -> dict[str, Any]:
    """Describe the themes that do not ship with the package."""
    return {name: theme_entry(theme) for name, theme in themes.items() if theme != load().get(name)}


def run_entry(command: str, coder: Coder, aggregates: Aggregates, now: dt.datetime) -> dict[str, Any]:
    """Describe a finished run.

    Parameters
    ----------
    command : str
        ``run`` or ``classify``.
    now : datetime
        The moment that is stamped on it.
    """
    settings = coder.settings
    return {
        "format": RUN_FORMAT,
        "voices": __version__,
        "command": command,
        "created": now.isoformat(timespec="seconds"),
        "model": model_entry(coder.analyst.model),
        "custom_themes": _own_themes(coder.analyst.themes),
        "settings": _masked(settings.as_dict()),
        "seed": settings.seed,
        "thresholds": {"min_group": settings.min_group, "negative_floor": settings.negative_floor},
        "device": coder.analyst.device,
        "versions": _versions(coder.analyst.model),
        "counts": {
            voice: _voice_entry(voice, aggregates.voices[voice], coder)
            for voice in VOICES
            if voice in aggregates.voices
        },
        "files": [_file_entry(entry) for entry in coder.inputs],
        "timings": coder.timer.rounded(),
    }


@dataclass
class CodedFile:
    """The books of one coded file; read = classified + rejected."""

    name: str
    read: int = 0
    rejected: int = 0
    unreadable_dates: int = 0
    voices: Counter[str] = field(default_factory=Counter)

    def add(self, batch: CodedTable) -> None:
        """Count a batch."""
        self.read += batch.table.num_rows + len(batch.rejected)
        self.rejected += len(batch.rejected)
        self.unreadable_dates += batch.unreadable_dates
        self.voices.update({e["values"]: e["counts"] for e in batch.table["voice"].value_counts().to_pylist()})

    def entry(self) -> dict[str, Any]:
        """Describe the file for ``run.json``."""
        return {
            "file": mask(self.name),
            "voice": self.voices.most_common(1)[0][0] if len(self.voices) == 1 else "",
            "read": self.read,
            "classified": self.read - self.rejected,
            "rejected": self.rejected,
            "status": {},
            "unreadable_dates": self.unreadable_dates,
        }


def align_entry(
    settings: Settings,
    model: ModelFolder,
    themes: Mapping[str, Theme],
    aggregates: Aggregates,
    files: Sequence[CodedFile],
    now: dt.datetime,
) -> dict[str, Any]:
    """Describe a finished ``voices align``, which reads codes and codes nothing."""
    return {
        "format": RUN_FORMAT,
        "voices": __version__,
        "command": "align",
        "created": now.isoformat(timespec="seconds"),
        "model": model_entry(model),
        "custom_themes": _own_themes(themes),
        "settings": _masked(settings.as_dict()),
        "seed": settings.seed,
        "thresholds": {"min_group": settings.min_group, "negative_floor": settings.negative_floor},
        "versions": _versions(model),
        "counts": {voice: _counts_entry(counts) for voice, counts in aggregates.voices.items()},
        "files": [file.entry() for file in files],
    }
