"""Discovery as a stage of a run and as a job on coded files: files in, files out."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voices import __version__
from voices.aggregate import person_ids
from voices.analyst import open_analyst
from voices.coded_files import read_coded
from voices.config import Settings
from voices.discover.collect import Collector
from voices.discover.find import (
    VECTORS,
    Found,
    discover,
    entry,
    read_earlier,
    topics_table,
    write_members,
    write_vectors,
)
from voices.errors import InputError
from voices.export import without_formula
from voices.prepare import prepare
from voices.privacy import are_personal_numbers, mask, mask_id
from voices.progress import Progress, Silent
from voices.types import Coded, Comment, Mention, Prepared, Status
from voices.writing import check_folder, staged_folder

if TYPE_CHECKING:
    import pandas as pd

    from voices.coding import Coder

DISCOVERY_FILES = ("topics.csv", "members.parquet", VECTORS)
TEXT_COLUMNS = ("label", "keywords", "quote_1", "quote_2", "quote_3")


class Stage:
    """Discovery inside a run: gathers vectors while comments are coded, then finds topics.

    Parameters
    ----------
    coder : Coder
        Of the run; its encoder hands the vectors over, so that there is no second pass.
    folder : Path
        Staged folder of the run; what is gathered stays in a folder in it until the end.
    """

    def __init__(self, coder: Coder, folder: Path) -> None:
        self.settings, self.folder = coder.settings, folder
        self._collector: Collector | None = None
        if self.settings.discover:
            self._spill.mkdir()
            self._collector = Collector(self._spill)
            coder.analyst.keep = self._collector.keep

    @property
    def _spill(self) -> Path:
        return self.folder / ".segments"

    def add(self, batch: Sequence[Coded]) -> None:
        """Look at a batch that was just coded."""
        if self._collector is not None:
            self._collector.add(batch)

    def finish(self, previous: Path | None = None) -> tuple[dict[str, Any], pd.DataFrame]:
        """Write :data:`DISCOVERY_FILES`, without rows when discovery is off; give its entry and the topics.

        ``previous`` is the folder of an earlier run, whose topics are followed where it has any.
        """
        stores = self._collector.stores if self._collector else {}
        settings = self.settings
        earlier = previous if previous is not None and (previous / VECTORS).is_file() else None
        found = discover(
            stores, min_group=settings.min_group, seed=settings.seed, fewest=settings.discover_from, previous=earlier
        )
        table = write(found, self.folder)
        del found.segments  # the vectors are mapped from the files that go now
        shutil.rmtree(self._spill, ignore_errors=True)
        return {"discover": settings.discover, **entry(found)}, table


def write(found: Found, folder: Path) -> pd.DataFrame:
    """Write the files of discovery into a folder and give the table of topics."""
    table = topics_table(found)
    safe = {name: table[name].map(without_formula) for name in TEXT_COLUMNS}
    table.assign(**safe).to_csv(folder / "topics.csv", index=False, float_format="%.6g")
    write_members(found, folder / "members.parquet")
    write_vectors(found, folder / VECTORS)
    return table


def discover_files(
    files: Sequence[Path],
    out: Path,
    *,
    settings: Settings | None = None,
    previous: Path | None = None,
    force: bool = False,
    progress: Progress | None = None,
    now: dt.datetime | None = None,
) -> dict[str, Any]:
    """Find topics in coded files of one or both voices and write them to the folder ``out``.

    Coded files hold text and no vectors, so that every segment goes through the shipped encoder once.

    Parameters
    ----------
    files : sequence of Path
        As ``voices classify`` writes them, or with at least ``id``, ``voice``, ``themes`` and ``text``.
    out : Path
        The folder; all of its files are written at the end, or none.
    settings : Settings or None
        ``min_group``, ``seed``, ``language``, ``device``, ``threads`` and ``model`` count; None takes the defaults.
    previous : Path or None
        Folder of an earlier run, to follow its topics.
    force : bool
        Whether files of an earlier run in ``out`` may be replaced.
    progress : Progress or None
    now : datetime or None
        None reads the clock.

    Returns
    -------
    dict
        What ``discovery.json`` says.

    Raises
    ------
    InputError
        If a file cannot be used, or no comment in them has a text.
    """
    settings = settings or Settings()
    progress = progress or Silent()
    check_folder(out, force=force)
    if previous is not None:
        read_earlier(previous)  # a wrong folder is told before the work
    analyst = open_analyst(settings.model, device=settings.device, threads=settings.threads or None)
    with staged_folder(out) as stage:
        spill = stage / ".segments"
        spill.mkdir()
        collector = Collector(spill)
        counts: dict[str, dict[str, int]] = {}
        for path in files:
            progress.start(path.name, None)
            counts[_unused(mask(path.name), counts)] = books = {"read": 0, "used": 0, "rejected": 0}
            for batch in _batches(_coded(path, books), analyst.batch_size):
                _encode(batch, collector, analyst.encode, settings.language)
                progress.advance(len(batch))
            progress.finish()
        if not any(books["used"] for books in counts.values()):
            raise InputError(
                f"{', '.join(path.name for path in files)}: no coded comment has a text; discovery reads the text "
                "again, so give files with a column text, as 'voices classify' writes them"
            )
        found = discover(collector.stores, min_group=settings.min_group, seed=settings.seed, previous=previous)
        write(found, stage)
        record = {
            "format": 1,
            "voices": __version__,
            "command": "discover",
            "created": (now or dt.datetime.now().astimezone()).isoformat(timespec="seconds"),
            "model": {"name": analyst.model.name, "version": analyst.model.version, "sha256": analyst.model.checksum},
            "thresholds": {"min_group": settings.min_group},
            "seed": settings.seed,
            "files": counts,
            "discovery": entry(found),
        }
        (stage / "discovery.json").write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf8")
        del found
        shutil.rmtree(spill)
    return record


def _unused(name: str, counts: Collection[str]) -> str:
    """Give a name that no other file has; two files can be called the same once they are masked."""
    same = sum(known == name or known.startswith(f"{name} (") for known in counts)
    return f"{name} ({same + 1})" if same else name


def _batches(items: Iterator[Coded], size: int) -> Iterator[list[Coded]]:
    while batch := list(islice(items, size)):
        yield batch


def _coded(path: Path, books: dict[str, int]) -> Iterator[Coded]:
    """Give the comments of a coded file that have a text, with what is private masked."""
    for batch in read_coded(path):
        books["read"] += batch.table.num_rows + len(batch.rejected)
        books["rejected"] += len(batch.rejected)
        personal = are_personal_numbers(person_ids(batch.table["id"].to_pylist()))
        for number, row in enumerate(batch.table.to_pylist()):
            if row["text"]:
                books["used"] += 1
                yield _from_row(path.name, number, row, personal=personal)


def _from_row(file: str, number: int, row: dict[str, Any], *, personal: bool) -> Coded:
    text = mask(row["text"])
    themes = [part.rpartition(":") for part in (row["themes"] or "").split(";") if part]
    segments = row["segments"] or [None] * len(themes)
    mentions = []
    for (theme, _, polarity), segment in zip(themes, segments, strict=True):
        shown = segment if not segment or text == row["text"] else mask(segment)
        start = text.find(shown) if shown else -1
        end = start + len(shown) if start >= 0 else 0
        mentions.append(Mention(theme, polarity, 1.0, shown or "", max(start, 0), end))
    comment = Comment(mask_id(row["id"], personal=personal), row["voice"], file, number, text, language=row["language"])
    return Coded(comment, row["language"], Status.CODED, row["sentiment"], mentions=tuple(mentions))


def _encode(batch: Sequence[Coded], collector: Collector, encode: Any, language: str) -> None:
    """Put a batch of coded comments through the encoder and store it."""
    prepared: list[Prepared] = prepare([coded.comment for coded in batch], language=language)
    ready = [
        (item, Coded(coded.comment, item.language, item.status, coded.sentiment, mentions=coded.mentions))
        for item, coded in zip(prepared, batch, strict=True)
        if item.status is Status.CODED
    ]
    for (item, _), vectors in zip(ready, encode([item for item, _ in ready]), strict=True):
        collector.keep(item, vectors)
    collector.add([coded for _, coded in ready])
