"""All of discovery on stored segments: topics per voice, partners across voices, what changed since an earlier run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voices.discover.fit import CAP, VoiceTopics, fit_voice
from voices.discover.match import SHUFFLES, Partner, partners
from voices.discover.space import Space
from voices.discover.waves import Changes, Earlier, Wave, follow, middles_in
from voices.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from voices.discover.store import Segments, SegmentStore

VOICES = ("employee", "customer")
VECTORS = "topic_vectors.parquet"
TOPIC_COLUMNS = (
    "voice", "topic", "label", "language", "keywords", "n_comments", "n_people", "share", "sentiment", "relation",
    "theme", "matched_topic", "nearest_topic", "similarity", "p_value", "q_value", "change", "previous",
    "quote_1", "quote_2", "quote_3", "x", "y",
)  # fmt: skip


@dataclass
class Found:
    """What discovery found; ``changes`` has the voices for which there was an earlier run."""

    voices: dict[str, VoiceTopics]
    segments: dict[str, Segments]
    n_comments: dict[str, int]
    pairs: list[Partner]
    changes: dict[str, Changes] = field(default_factory=dict)

    @property
    def n_topics(self) -> int:
        """Count the topics of both voices."""
        return sum(len(found.topics) for found in self.voices.values())


def discover(
    stores: Mapping[str, SegmentStore], *, min_group: int, seed: int, fewest: int = 0, previous: Path | None = None,
    cap: int = CAP,
) -> Found:  # fmt: skip
    """Find, match and follow topics.

    Parameters
    ----------
    stores : mapping
        Voice -> its segments; a voice may be missing.
    min_group : int
        People below which a topic is none.
    seed : int
        Of the shuffles behind the p-values of partners; topics do not depend on it.
    fewest : int
        Comments of a voice below which no topics are sought.
    previous : Path or None
        Folder of an earlier run, whose topics keep their ids.
    cap : int
        Distinct texts of a voice that are fitted.

    Raises
    ------
    InputError
        If ``previous`` holds no topics of an earlier run.
    """
    earlier = read_earlier(previous) if previous else {}
    voices, segments, counts = {}, {}, {}
    for voice in VOICES:
        if voice not in stores:
            continue
        counts[voice] = stores[voice].n_comments
        read = stores[voice].read()
        if read is not None:
            segments[voice] = read
        enough = counts[voice] >= fewest
        voices[voice] = fit_voice(read if enough else None, voice, min_group=min_group, cap=cap)
        if not enough:
            record = voices[voice].record
            record["statement"] = f"{counts[voice]:,} comments with words; topics are sought from {fewest:,}"
    found = Found(voices, segments, counts, [])
    for voice, old in earlier.items():
        if voice in segments:
            found.changes[voice] = _renamed(voices[voice], segments[voice], old)
    if len(voices) == len(VOICES):
        found.pairs = partners(voices["employee"], voices["customer"], seed=seed)
    return found


def _renamed(now: VoiceTopics, segments: Segments, old: Wave) -> Changes:
    """Give topics the ids of those that they continue."""
    if segments.vectors.shape[1] != len(old.space.removed):
        raise InputError("--previous: its topics are of another model; code that wave again with the same --model")
    changes = follow(now.voice, middles_in(old.space, segments, now.of, len(now.topics)), old.topics)
    for topic, name in zip(now.topics, changes.ids, strict=True):
        topic.id = name
    return changes


def read_earlier(folder: Path) -> dict[str, Wave]:
    """Read the topics of an earlier run, per voice that had any.

    Raises
    ------
    InputError
        If the folder has no file of topics, or one that cannot be read.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / VECTORS
    if not path.is_file():
        raise InputError(
            f"--previous {folder}: no {VECTORS} in it; name the folder of 'voices run' or 'voices discover'"
        )
    try:
        rows = pq.read_table(path, columns=["voice", "kind", "name", "label", "vector"]).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"--previous {folder}: {VECTORS} cannot be read; run that wave again") from error
    found = {}
    for voice in sorted({row["voice"] for row in rows}):
        vectors = [
            (r["kind"], r["name"], r["label"], np.array(r["vector"], np.float32)) for r in rows if r["voice"] == voice
        ]
        topics = [Earlier(name, label, vector) for kind, name, label, vector in vectors if kind == "topic"]
        middle = {name: vector for kind, name, _, vector in vectors if kind == "middle"}
        removed = [vector for kind, _, _, vector in vectors if kind == "removed"]
        hidden = len(vectors[0][3])
        found[voice] = Wave(topics, Space(middle, np.array(removed, np.float32).reshape(-1, hidden).T))
    return found


def topics_table(found: Found) -> pd.DataFrame:
    """Give one row a topic, the largest of each voice first.

    ``share`` is the part, 0 to 1, of the comments with words; ``sentiment`` the mean feeling of its segments, -1
    to 1; ``relation`` is inside, across or outside the taxonomy and ``theme`` names the themes; ``matched_topic``
    is the topic of the other voice about the same thing, empty where chance would do as well, ``nearest_topic``
    the one that was tested; ``change`` and ``previous`` compare with an earlier run; ``x`` and ``y`` place the
    topics of both voices in one plane.
    """
    import pandas as pd

    places = iter(plane([topic.middle for of_voice in found.voices.values() for topic in of_voice.topics]))
    rows = []
    for voice, of_voice in found.voices.items():
        pairs = _pairs_of(found.pairs, voice)
        changes = found.changes.get(voice)
        for topic in of_voice.topics:
            quotes = [*topic.quotes, None, None, None]
            x, y = next(places)
            rows.append(
                {
                    "voice": voice,
                    "topic": topic.id,
                    "label": topic.label,
                    "language": max(sorted(topic.languages), key=lambda name: topic.languages[name]),
                    "keywords": ", ".join(topic.keywords),
                    "n_comments": topic.n_comments,
                    "n_people": topic.n_people,
                    "share": topic.n_comments / found.n_comments[voice],
                    "sentiment": topic.feeling,
                    "relation": topic.relation.kind,
                    "theme": ";".join(topic.relation.themes),
                    **pairs.get(topic.id, {}),
                    "change": changes.change[topic.number] if changes else None,
                    "previous": ";".join(changes.before[topic.number]) if changes else None,
                    "quote_1": quotes[0],
                    "quote_2": quotes[1],
                    "quote_3": quotes[2],
                    "x": x,
                    "y": y,
                }
            )
    return pd.DataFrame(rows, columns=list(TOPIC_COLUMNS))


def plane(vectors: Sequence[np.ndarray]) -> list[tuple[float, float]]:
    """Place vectors by their first two principal components, so that what is alike lies close together.

    Parameters
    ----------
    vectors : sequence of ndarray, each of shape (hidden,)

    Returns
    -------
    list of (float, float)
        In the order of ``vectors``; the sign of a component is that of its largest loading. All zero for fewer
        than two vectors.

    Examples
    --------
    >>> import numpy as np
    >>> [round(x, 3) for x, _ in plane([np.array([1.0, 0.0]), np.array([0.0, 0.0]), np.array([-1.0, 0.0])])]
    [1.0, 0.0, -1.0]
    """
    import numpy as np

    if len(vectors) < 2:
        return [(0.0, 0.0)] * len(vectors)
    stacked = np.asarray(vectors, float)
    centred = stacked - stacked.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    axes = axes[:2] * np.sign(axes[np.arange(2), np.abs(axes[:2]).argmax(axis=1)])[:, None]
    return [(float(x), float(y)) for x, y in centred @ axes.T]


def _pairs_of(pairs: list[Partner], voice: str) -> dict[str, dict[str, Any]]:
    found = {}
    for pair in pairs:
        mine, other = (pair.topic, pair.nearest) if voice == "employee" else (pair.nearest, pair.topic)
        found[mine] = {
            "matched_topic": other if pair.is_partner else None,
            "nearest_topic": other,
            "similarity": pair.similarity,
            "p_value": pair.p_value,
            "q_value": pair.q_value,
        }
    return found


def write_members(found: Found, path: Path) -> None:
    """Write ``members.parquet``: one row a segment in a topic."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    text = pa.string()
    schema = pa.schema(
        [("id", text), ("voice", text), ("topic", text), ("probability", pa.float32()), ("start", pa.int32()),
         ("end", pa.int32())]
    )  # fmt: skip
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for voice, of_voice in found.voices.items():
            rows = np.flatnonzero(of_voice.of >= 0)
            if not len(rows):
                continue
            segments, names = found.segments[voice], [topic.id for topic in of_voice.topics]
            columns = {
                "id": [segments.id[i] for i in rows],
                "voice": [voice] * len(rows),
                "topic": [names[k] for k in of_voice.of[rows]],
                "probability": of_voice.probability[rows].astype(np.float32),
                "start": segments.start[rows],
                "end": segments.end[rows],
            }
            writer.write_table(pa.table(columns).cast(schema))


def write_vectors(found: Found, path: Path) -> None:
    """Write what a later run needs to follow the topics of this one: their middles, and the space they are in."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = []
    for voice, of_voice in found.voices.items():
        if of_voice.space is None or not of_voice.topics:
            continue
        vectors = [("topic", topic.id, topic.label, topic.middle) for topic in of_voice.topics]
        vectors += [("middle", name, "", middle) for name, middle in of_voice.space.middle.items()]
        vectors += [("removed", str(n), "", axis) for n, axis in enumerate(of_voice.space.removed.T)]
        rows += [
            {"voice": voice, "kind": kind, "name": name, "label": label, "vector": vector.tolist()}
            for kind, name, label, vector in vectors
        ]
    text = pa.string()
    schema = pa.schema(
        [("voice", text), ("kind", text), ("name", text), ("label", text), ("vector", pa.list_(pa.float32()))]
    )
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)


def entry(found: Found) -> dict[str, Any]:
    """Describe discovery for ``run.json``."""
    result: dict[str, Any] = {
        "voices": {voice: {"n_comments": found.n_comments[voice], **of.record} for voice, of in found.voices.items()},
        "matched": sum(pair.is_partner for pair in found.pairs),
        "tested_pairs": len(found.pairs),
        "shuffles": SHUFFLES if found.pairs else 0,
    }
    if found.changes:
        result["changes"] = {
            voice: {
                **{kind: changes.change.count(kind) for kind in ("same", "new", "merged", "split")},
                "vanished": changes.vanished,
            }
            for voice, changes in found.changes.items()
        }
    return result
