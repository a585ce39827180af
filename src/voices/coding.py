"""From opened files to coded comments, batch by batch, with books that must balance."""

from __future__ import annotations

import dataclasses
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path

from voices.analyst import open_analyst
from voices.config import Settings
from voices.errors import VoicesError
from voices.prepare import prepare
from voices.privacy import mask, mask_id
from voices.progress import Progress, Silent
from voices.read import Plan, ReadCounts, Source, find_columns, plan, present_columns, read_comments
from voices.taxonomy_file import read_themes
from voices.types import Coded, Comment, Rejected


@dataclass
class FileCounts:
    """What became of the comments of one file; read = classified + rejected."""

    read: int = 0
    classified: int = 0
    rejected: int = 0
    status: Counter[str] = field(default_factory=Counter)
    reader: ReadCounts = field(default_factory=ReadCounts)


@dataclass
class Input:
    """One opened file with the decisions on how to read it.

    ``prefix`` goes before the ids of the second and later files of a voice, so that ids are unique
    in a run.
    """

    source: Source
    plan: Plan
    voice: str
    prefix: str = ""
    counts: FileCounts = field(default_factory=FileCounts)


class Timer:
    """Seconds spent per stage."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of a block to a stage."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] += time.perf_counter() - began

    def rounded(self) -> dict[str, float]:
        """Give the seconds of each stage, to the millisecond."""
        return {name: round(value, 3) for name, value in self.seconds.items()}


class Coder:
    """Reads, prepares and codes files, batch by batch, and keeps the books.

    Parameters
    ----------
    settings : Settings
    progress : Progress or None
    """

    def __init__(self, settings: Settings, progress: Progress | None = None) -> None:
        self.settings = settings
        self.progress: Progress = progress or Silent()
        self.timer = Timer()
        self.inputs: list[Input] = []
        custom = read_themes(Path(settings.taxonomy)) if settings.taxonomy else {}
        self.analyst = open_analyst(
            settings.model, device=settings.device, threads=settings.threads or None, custom=custom
        )

    def open(self, sources: Sequence[tuple[Source, str]], mapping: Mapping[str, Sequence[str]] | None) -> None:
        """Decide how each file is read, before any model is loaded.

        Raises
        ------
        InputError
            If a file cannot be read, or a mapped column is in no file.
        """
        with self.timer.stage("profile"):
            for source, voice in sources:
                chosen = plan(source, mapping=mapping, lenient=len(sources) > 1)
                earlier = sum(entry.voice == voice for entry in self.inputs)
                prefix = f"{mask_id(source.stem)}-{earlier + 1}/" if earlier else ""
                self.inputs.append(Input(source, chosen, voice, prefix))
                self.progress.plan(chosen, voice)
        _check_mapping(self.inputs, mapping or {})

    def batches(self) -> Iterator[tuple[list[Coded], list[Rejected]]]:
        """Yield the coded comments and the rejected rows of all files, in order."""
        for entry in self.inputs:
            n_expected = entry.plan.rows * max(1, len(entry.plan.columns.text))
            self.progress.start(f"{entry.voice}: {entry.plan.file}", n_expected)
            for records in self._read(entry):
                comments = [_own(r, entry) for r in records if isinstance(r, Comment)]
                rejected = [_told(r) for r in records if isinstance(r, Rejected)]
                with self.timer.stage("prepare"):
                    prepared = prepare(comments, language=self.settings.language)
                with self.timer.stage("code"):
                    coded = self.analyst.code(prepared)
                entry.counts.read += len(records)
                entry.counts.classified += len(coded)
                entry.counts.rejected += len(rejected)
                entry.counts.status.update(str(item.status) for item in coded)
                yield coded, rejected
                self.progress.advance(len(records))
            self.progress.finish()

    def _read(self, entry: Input) -> Iterator[list[Comment | Rejected]]:
        records = iter(read_comments(entry.source, entry.plan, voice=entry.voice, counts=entry.counts.reader))
        while True:
            with self.timer.stage("read"):
                batch = list(islice(records, self.analyst.batch_size))
            if not batch:
                break
            yield batch
        _check_books(entry)


def _check_books(entry: Input) -> None:
    """Stop when a comment went missing between the reader and the coded ones.

    Raises
    ------
    VoicesError
        If read = classified + rejected does not hold for a file.
    """
    counts = entry.counts
    given = counts.reader.comments + counts.reader.rejected_answers + counts.reader.rejected_rows
    if given != counts.read or counts.read != counts.classified + counts.rejected:
        raise VoicesError(
            f"{entry.plan.file}: {given:,} answers were read, {counts.classified:,} classified and "
            f"{counts.rejected:,} rejected, which does not add up. This is a fault in voices; please report it"
        )


def _check_mapping(inputs: Sequence[Input], mapping: Mapping[str, Sequence[str]]) -> None:
    """Refuse a mapped column that no file has.

    Raises
    ------
    InputError
        Naming the column, the nearest one and all columns of the first file.
    """
    for role, names in mapping.items():
        for name in names:
            wanted = {role: [name]}
            if inputs and not any(present_columns(wanted, entry.plan.names) for entry in inputs):
                every = list(dict.fromkeys(column for entry in inputs for column in entry.plan.names))
                find_columns(wanted, every, file=", ".join(entry.plan.file for entry in inputs))


def _own(comment: Comment, entry: Input) -> Comment:
    """Mask who a person is in the text, the question, the file's name and the id; make ids unique among files.

    Units stay as they are: they are where people work or shop, also where one is called after a person.
    """
    return dataclasses.replace(
        comment,
        source=_once(comment.source),
        text=mask(comment.text),
        question=_once(comment.question) if comment.question else comment.question,
        id=entry.prefix + mask_id(comment.id, personal=entry.plan.personal_ids),
    )


def _told(rejected: Rejected) -> Rejected:
    """Mask who a person is in the names of the file and the column."""
    return dataclasses.replace(rejected, file=_once(rejected.file), reason=_once(rejected.reason))


@lru_cache(maxsize=1024)
def _once(text: str) -> str:
    """Mask a question or a reason that names a column; the same one stands beside thousands of answers."""
    return mask(text)
