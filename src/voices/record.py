"""The record of a run: what ``run.json`` says of files, counts, model, settings and versions."""

from __future__ import annotations

import dataclasses
import datetime as dt
import sys
from dataclasses import dataclass
from typing import Any

from voices import __version__
from voices.aggregate import Aggregates, VoiceCounts
from voices.align.shared import SharedProblem
from voices.coding import Coder, Input
from voices.foreign import HubModel
from voices.models import HeadsModel, ModelFolder
from voices.tables import VOICES
from voices.taxonomy import load, theme_entry
from voices.types import Status

RUN_FORMAT = 1
"""Version of ``run.json``; a change needs a line in the changelog."""


@dataclass(frozen=True)
class Summary:
    """What a finished run can say of itself: the content of ``run.json`` and the shared problems."""

    run: dict[str, Any]
    problems: list[SharedProblem]

    @property
    def n_rejected(self) -> int:
        """Comments that were set aside, over all files."""
        return sum(entry["rejected"] for entry in self.run["files"])


def _file_entry(entry: Input) -> dict[str, Any]:
    chosen, counts = entry.plan, entry.counts
    columns = {name: value for name, value in dataclasses.asdict(chosen.columns).items() if value}
    return {
        "file": chosen.file,
        "voice": entry.voice,
        "format": chosen.format,
        "encoding": chosen.encoding,
        "delimiter": chosen.delimiter,
        "sheet": chosen.sheet,
        "columns": columns,
        "reasons": chosen.reasons,
        "unused": list(chosen.unused),
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


def _voice_entry(name: str, counts: VoiceCounts, coder: Coder) -> dict[str, Any]:
    files = [entry.counts for entry in coder.inputs if entry.voice == name]
    first, last = counts.first_date, counts.last_date
    return {
        "read": sum(f.read for f in files),
        "classified": counts.classified,
        "rejected": sum(f.rejected for f in files),
        **{str(status): counts.status[str(status)] for status in Status},
        "languages": dict(counts.languages.most_common()),
        "sentiment": dict(counts.sentiment),
        "emotion": dict(counts.emotion),
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
        "custom_themes": {
            name: theme_entry(theme) for name, theme in coder.analyst.themes.items() if theme != load().get(name)
        },
        "settings": settings.as_dict(),
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
