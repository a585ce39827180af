"""Gather, while coded comments stream by, everything that alignment needs of them; no comment is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from voices.aggregate import Aggregates, Key, VoiceCounts, copy_number, person_ids
from voices.align.drivers import DriverMoments
from voices.align.similar import MentionSample
from voices.periods import period_of
from voices.taxonomy import Theme
from voices.types import Coded, Status

if TYPE_CHECKING:
    import pyarrow as pa

SIGNS = {"positive": 1, "negative": -1}


class Collected:
    """Counts, sums and a sample of a run.

    Parameters
    ----------
    period : str
        ``week``, ``month`` or ``quarter``.
    themes : mapping or None
        As for :class:`voices.aggregate.Aggregates`.

    Attributes
    ----------
    aggregates : Aggregates
    moments : DriverMoments
    sample : MentionSample
    scores, contact : dict
        Voice and unit -> sum and number of the scores of persons, and of the contact column.
    has_text : bool
        Whether any negative mention came with its text.
    """

    def __init__(self, period: str, themes: Mapping[str, Theme] | None = None) -> None:
        self.aggregates = Aggregates(period, themes)
        self.moments = DriverMoments()
        self.sample = MentionSample()
        self.scores: defaultdict[tuple[str, str], np.ndarray] = defaultdict(lambda: np.zeros(2))
        self.contact: defaultdict[tuple[str, str], np.ndarray] = defaultdict(lambda: np.zeros(2))
        self.has_text = False

    def add(self, batch: Iterable[Coded]) -> None:
        """Look at comments that were just coded."""
        every = list(batch)
        self.aggregates.add(every)
        judged = [item for item in every if item.status is Status.CODED]
        for voice in {item.comment.voice for item in judged}:
            mine = [item for item in judged if item.comment.voice == voice]
            scores = np.array([np.nan if i.comment.outcome is None else i.comment.outcome for i in mine], float)
            signs = [
                (k, m.theme, SIGNS[m.polarity]) for k, i in enumerate(mine) for m in i.mentions if m.polarity in SIGNS
            ]
            self.moments.add(str(voice), [item.comment.id for item in mine], scores, signs)
            for item, score in zip(mine, scores, strict=True):
                if item.comment.unit and np.isfinite(score):
                    self.scores[str(voice), item.comment.unit] += (score, 1)
                for mention in item.mentions:
                    if mention.polarity == "negative":
                        self.has_text = True
                        self.sample.add(str(voice), mention.theme, mention.segment, item.language)

    def _offer(self, voice: str, theme: str, text: str, language: str | None) -> None:
        self.has_text = True
        self.sample.add(voice, theme, text, language)

    def add_table(self, table: pa.Table) -> None:
        """Look at a batch of a coded file, see :class:`voices.coded_files.CodedTable`."""
        import pyarrow.compute as pc

        self._count_voices(table)
        if table["status"].null_count < table.num_rows:
            table = table.filter(pc.fill_null(pc.equal(table["status"], str(Status.CODED)), True))
        if table.num_rows:
            columns = _Columns(table, self.aggregates.period)
            self.aggregates.add_counts(*columns.counted())
            for again in columns.heard_again():
                self.aggregates.add_again(*again)
            self._add_means(columns)
            self._add_moments(columns)
            self._add_texts(columns)

    def _count_voices(self, table: pa.Table) -> None:
        import pyarrow.compute as pc

        for voice in ("employee", "customer"):
            mine = table.filter(pc.equal(table["voice"], voice))
            if not mine.num_rows:
                continue
            counts = self.aggregates.voices.setdefault(voice, VoiceCounts())
            counts.classified += mine.num_rows
            statuses = pc.fill_null(mine["status"], str(Status.CODED))
            for counter, column in (
                (counts.status, statuses),
                (counts.languages, mine["language"]),
                (counts.units, mine["unit"]),
                (counts.sentiment, mine["sentiment"]),
                (counts.emotion, mine["emotion"]),
            ):
                for entry in column.drop_null().value_counts().to_pylist():
                    counter[entry["values"]] += entry["counts"]
            for part, of in (("sentiment", "sentiment"), ("emotion", "emotion"), ("languages", "language")):
                counts.people.update({(part, kind): n for kind, n in _people_of(mine, of).items()})
            counts.with_date += mine.num_rows - mine["date"].null_count
            span = pc.min_max(mine["date"]).as_py()
            if span["min"] is not None:
                counts.first_date = min(counts.first_date or span["min"], span["min"])
                counts.last_date = max(counts.last_date or span["max"], span["max"])

    def _add_means(self, columns: _Columns) -> None:
        for name, sums in (("outcome", self.scores), ("contact", self.contact)):
            values = columns.numbers(name)
            known = np.isfinite(values)
            if not known.any():
                continue
            combined = columns.voices[known] * len(columns.unit_names) + columns.units[known]
            codes, inverse, sizes = np.unique(combined, return_inverse=True, return_counts=True)
            totals = np.bincount(inverse, weights=values[known])
            for code, total, size in zip(codes.tolist(), totals, sizes, strict=True):
                voice, unit = divmod(code, len(columns.unit_names))
                if columns.unit_names[unit] is not None:
                    sums[columns.voice_names[voice], columns.unit_names[unit]] += (total, size)

    def _add_moments(self, columns: _Columns) -> None:
        scores = columns.numbers("outcome")
        if not np.isfinite(scores).any():
            return
        ids = columns.table["id"].to_pylist()
        for code, voice in enumerate(columns.voice_names):
            mine = np.flatnonzero(columns.voices == code)
            place = np.full(len(ids), -1)
            place[mine] = np.arange(len(mine))
            signs = [
                (int(place[row]), theme, SIGNS[polarity])
                for _, row, theme, polarity in columns.mentions()
                if place[row] >= 0 and polarity in SIGNS
            ]
            self.moments.add(voice, [ids[int(k)] for k in mine], scores[mine], signs)

    def _add_texts(self, columns: _Columns) -> None:
        table = columns.table
        if table["text"].null_count == table.num_rows and table["segments"].null_count == table.num_rows:
            return
        texts, languages, segments = (table[name].to_pylist() for name in ("text", "language", "segments"))
        first = np.searchsorted(columns.parents, columns.parents)
        for k, row, theme, polarity in columns.mentions():
            if polarity == "negative":
                own = segments[row]
                text = (own[k - int(first[k])] if own else None) or texts[row]
                if text:
                    self._offer(columns.voice_names[columns.voices[row]], theme, text, languages[row])

    def means(self, sums: Mapping[tuple[str, str], np.ndarray], voice: str | None = None) -> dict[str, float]:
        """Give unit -> mean of what was summed up, of one voice or of both together."""
        total: defaultdict[str, np.ndarray] = defaultdict(lambda: np.zeros(2))
        for (of, unit), pair in sums.items():
            if voice is None or of == voice:
                total[unit] += pair
        return {unit: float(pair[0] / pair[1]) for unit, pair in total.items() if pair[1]}


class _Columns:
    """A batch of judged comments as codes: what is the same in many rows is looked at once.

    Attributes
    ----------
    voices, units, periods : ndarray of int, shape (rows,)
        Codes into ``voice_names``, ``unit_names``, ``period_names``; None is a name.
    parents, labels : ndarray of int, shape (mentions,)
        Row of each mention, ascending, and code into ``told``: pairs of theme and polarity.
    rows : ndarray of int, shape (rows,)
        Which row of its person each comment is of, from 1.
    """

    def __init__(self, table: pa.Table, period: str) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        self.table = table.combine_chunks()
        self.voices, self.voice_names = _encoded(self.table["voice"])
        self.units, self.unit_names = _encoded(self.table["unit"])
        days, values = _encoded(self.table["date"])
        self.periods, self.period_names = _renamed(
            days, [None if day is None else period_of(day, period) for day in values]
        )
        lists = pc.split_pattern(pc.fill_null(self.table["themes"], ""), ";").combine_chunks()
        if isinstance(lists, pa.ChunkedArray):
            lists = lists.chunk(0)
        parents = np.repeat(np.arange(self.table.num_rows), np.diff(lists.offsets.to_numpy()))
        labels, texts = _encoded(lists.flatten())
        there = np.array([bool(text and text.strip()) for text in texts], bool)[labels]
        self.parents, self.labels = parents[there], labels[there]
        self.rows = _copy_numbers(self.table["id"])
        self.told: list[tuple[str, str]] = [tuple((text or "").strip().rpartition(":")[::2]) for text in texts]

    def numbers(self, name: str) -> np.ndarray:
        """Give a column of numbers, NaN where there is none."""
        return np.asarray(self.table[name].to_numpy(), float)

    def mentions(self) -> Iterator[tuple[int, int, str, str]]:
        """Give position, row, theme and polarity of every mention."""
        for k, (row, label) in enumerate(zip(self.parents.tolist(), self.labels.tolist(), strict=True)):
            yield k, row, *self.told[label]

    def counted(self) -> tuple[list[Key], list[int], list[tuple[int, str, str]], list[int], list[int], list[int]]:
        """Give what :meth:`voices.aggregate.Aggregates.add_counts` takes."""
        n_units, n_periods = len(self.unit_names), len(self.period_names)
        combined = (self.voices * n_units + self.units) * n_periods + self.periods
        cells, cell_of, sizes = np.unique(combined, return_inverse=True, return_counts=True)
        keys: list[Key] = []
        for cell in cells.tolist():
            rest, period = divmod(cell, n_periods)
            voice, unit = divmod(rest, n_units)
            keys.append((self.voice_names[voice], self.unit_names[unit], self.period_names[period]))
        width = max(1, len(self.told))
        found, counts = np.unique(cell_of[self.parents] * width + self.labels, return_counts=True)
        mentions = [(code // width, *self.told[code % width]) for code in found.tolist()]
        people = _people(self.table["id"])
        if people is None:
            return keys, sizes.tolist(), mentions, counts.tolist(), sizes.tolist(), counts.tolist()
        # Later rows of a person are counted apart, see heard_again.
        firsts = self.rows == 1
        heads = np.bincount(np.unique(np.stack([cell_of, people])[:, firsts], axis=1)[0], minlength=len(cells))
        # A person who is of two minds about a theme counts with the polarity that comes first.
        names, themes = np.unique([theme for theme, _ in self.told], return_inverse=True)
        told = firsts[self.parents]
        parents, labels = self.parents[told], self.labels[told]
        about = np.stack([cell_of[parents] * len(names) + themes[labels], people[parents]])
        _, first = np.unique(about, axis=1, return_index=True)
        speaking = cell_of[parents[first]] * width + labels[first]
        speakers = np.bincount(np.searchsorted(found, speaking), minlength=len(found))
        return keys, sizes.tolist(), mentions, counts.tolist(), heads.tolist(), speakers.tolist()

    def heard_again(self) -> Iterator[tuple[int, Key, str | None]]:
        """Give what :meth:`voices.aggregate.Aggregates.add_again` takes, each person once a row and cell."""
        later = np.flatnonzero(self.rows > 1).tolist()
        if not later:
            return
        people = person_ids(self.table["id"].to_pylist())
        themes: dict[int, list[str]] = {row: [] for row in later}
        for _, row, name, _ in self.mentions():
            if row in themes:
                themes[row].append(name)
        said = set()
        for row in later:
            names = self.voice_names[self.voices[row]], self.unit_names[self.units[row]]
            key = (*names, self.period_names[self.periods[row]])
            for theme in (None, *themes[row]):
                what = (people[row], int(self.rows[row]), key, theme)
                if what not in said:
                    said.add(what)
                    yield int(self.rows[row]), key, theme


def _people_of(table: pa.Table, column: str) -> dict[str, int]:
    """Give kind -> people whose first rows have it in a column."""
    import pyarrow.compute as pc

    told = table.filter(pc.is_valid(table[column])).combine_chunks()
    if not told.num_rows:
        return {}
    kinds, names = _encoded(told[column])
    people, firsts = _people(told["id"]), _copy_numbers(told["id"]) == 1
    pairs = kinds[firsts] if people is None else np.unique(np.stack([kinds, people])[:, firsts], axis=1)[0]
    return dict(zip(names, np.bincount(pairs, minlength=len(names)).tolist(), strict=True))


def _people(ids: Any) -> np.ndarray | None:
    """Give a code for the person behind each comment; None where ids do not tell answers of one person.

    ``voices classify`` names the answers of one person ``e7/pros`` and ``e7/cons``, and those of a second
    row ``e7~2``. Answers to several questions that are further apart than a batch count as those of two people.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pc.any(pc.match_substring_regex(ids, "/|~")).as_py():
        return None
    return _encoded(pa.array(person_ids(ids.to_pylist()), pa.string()))[0]


def _copy_numbers(ids: Any) -> np.ndarray:
    """Give which row of its person each comment is of, from 1."""
    import pyarrow.compute as pc

    if not pc.any(pc.match_substring(ids, "~")).as_py():
        return np.ones(len(ids), np.int64)
    return np.array([copy_number(name) for name in ids.to_pylist()], np.int64)


def _encoded(column: Any) -> tuple[np.ndarray, list[Any]]:
    """Give codes and the values that they stand for; null has a code too."""
    if hasattr(column, "combine_chunks"):
        column = column.combine_chunks()
    coded = column.dictionary_encode(null_encoding="encode")
    if hasattr(coded, "chunks"):
        coded = coded.chunk(0) if coded.num_chunks == 1 else coded.combine_chunks()
    return coded.indices.to_numpy(zero_copy_only=False).astype(np.int64), coded.dictionary.to_pylist()


def _renamed(codes: np.ndarray, names: list[Any]) -> tuple[np.ndarray, list[Any]]:
    """Give codes of names that several values share, and the names."""
    index: dict[Any, int] = {}
    table = np.array([index.setdefault(name, len(index)) for name in names], np.int64)
    return table[codes], list(index)
