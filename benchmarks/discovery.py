"""Discovery against plain BERTopic on the same segment vectors.

``python benchmarks/discovery.py --data DIR [--seeds 3] [--comments N]`` encodes the hand-coded comments of
``DIR/train_coded.jsonl.gz`` once and prints, per voice and side by side:

- NMI with the primary theme that a person coded (the topic of a comment is that of most of its segments, the
  first of several, and outliers are a group of their own), and over the comments that have a topic;
- coherence (C_npmi, window of ten words, whole comments) of the keywords that each method shows, and with one rule
  for both;
- adjusted Rand index of the segments between two row orders, between seeds, and after one row, 1 % and 10 % of the
  rows were taken away;
- outliers among segments and comments, number of topics, seconds of the fit without import and compilation.

``--comments N`` also times both on N comments, the hand-coded ones over and over with words changed. Plain BERTopic
is ``BERTopic(embedding_model=None)`` with UMAP's random state set where a seed is compared.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from voices.analyst import open_analyst
from voices.discover.coherence import coherence
from voices.discover.collect import Collector
from voices.discover.fit import fit_voice
from voices.discover.store import Segments
from voices.discover.words import all_words, content_words, keywords
from voices.prepare import prepare
from voices.types import Comment

MIN_GROUP = 10
Labels = np.ndarray


def encode(path: Path, folder: Path) -> tuple[dict[str, Segments], dict[str, str]]:
    """Put the comments through the encoder once; give the segments per voice and id -> primary theme."""
    with gzip.open(path, "rt", encoding="utf8") as lines:
        rows = [json.loads(line) for line in lines]
    analyst = open_analyst("voices-small")
    collector = Collector(folder)
    analyst.keep = collector.keep
    for start in range(0, len(rows), 1024):
        part = rows[start : start + 1024]
        comments = [
            Comment(r["id"], r["voice"], "", start + i, r["text"], r.get("question")) for i, r in enumerate(part)
        ]
        collector.add(analyst.code(prepare(comments)))
    gold = {row["id"]: next(iter(row["themes"]), "") for row in rows}
    return {voice: store.read() for voice, store in collector.stores.items()}, gold


def subset(segments: Segments, rows: np.ndarray) -> Segments:
    """Give some segments, in the order of ``rows``."""
    lists = {name: [getattr(segments, name)[i] for i in rows] for name in ("id", "text", "themes")}
    arrays = {
        name: getattr(segments, name)[rows] for name in ("person", "start", "end", "language", "feeling", "vectors")
    }
    return replace(segments, **lists, **arrays)


def ours(segments: Segments, seed: int = 0) -> tuple[Labels, list[list[str]], float]:
    """Fit discovery; no seed reaches its topics."""
    began = time.perf_counter()
    found = fit_voice(segments, "employee", min_group=MIN_GROUP)
    return found.of, [topic.keywords for topic in found.topics], time.perf_counter() - began


def plain(segments: Segments, seed: int = 0) -> tuple[Labels, list[list[str]], float]:
    """Fit BERTopic with its defaults on the same vectors."""
    from bertopic import BERTopic
    from umap import UMAP

    began = time.perf_counter()
    reduction = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=seed)
    model = BERTopic(embedding_model=None, umap_model=reduction)
    labels, _ = model.fit_transform(segments.text, np.asarray(segments.vectors, np.float32))
    words = [[word for word, _ in model.get_topic(topic)] for topic in sorted(set(labels) - {-1})]
    return np.array(labels), words, time.perf_counter() - began


def unseeded(segments: Segments) -> float:
    """Time BERTopic as it comes: without a seed UMAP uses all cores."""
    from bertopic import BERTopic

    began = time.perf_counter()
    BERTopic(embedding_model=None).fit(segments.text, np.asarray(segments.vectors, np.float32))
    return time.perf_counter() - began


def comment_topics(segments: Segments, labels: Labels) -> dict[str, int]:
    """Give each comment the topic of most of its segments, the first of several; -1 where none has one."""
    votes: dict[str, Counter[int]] = {}
    for name, label in zip(segments.id, labels.tolist(), strict=True):
        votes.setdefault(name, Counter())
        if label >= 0:
            votes[name][label] += 1
    return {name: count.most_common(1)[0][0] if count else -1 for name, count in votes.items()}


def one_rule(segments: Segments, labels: Labels) -> list[list[str]]:
    """Choose keywords of any labels in the way of discovery, of the main language of a topic."""
    from bertopic.vectorizers import ClassTfidfTransformer
    from sklearn.feature_extraction.text import CountVectorizer

    texts = []
    for topic in sorted(set(labels.tolist()) - {-1}):
        rows = np.flatnonzero(labels == topic)
        main = Counter(segments.language[rows].tolist()).most_common(1)[0][0]
        texts.append([segments.text[i] for i in rows if segments.language[i] == main])
    counter = CountVectorizer(analyzer=content_words)
    table = ClassTfidfTransformer(reduce_frequent_words=True).fit_transform(
        counter.fit_transform([" ".join(of_topic) for of_topic in texts])
    )
    names = counter.get_feature_names_out()
    chosen = []
    for row, of_topic in zip(table, texts, strict=True):
        cells = row.tocoo()
        score = {str(names[c]): float(v) for c, v in zip(cells.col, cells.data, strict=True)}
        chosen.append(keywords(score, of_topic, frozenset(score)))
    return chosen


def measure(segments: Segments, gold: dict[str, str], fit: Callable[..., Any], seeds: int) -> dict[str, Any]:
    """Give all figures of one method on one voice."""
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    labels, words, seconds = fit(segments, 1)
    topics = comment_topics(segments, labels)
    coded = [name for name in topics if gold[name]]
    with_topic = [name for name in coded if topics[name] >= 0]
    spoken: dict[str, list[str]] = {}
    for name, text in zip(segments.id, segments.text, strict=True):
        spoken.setdefault(name, []).extend(all_words(text))
    texts = list(spoken.values())

    def agreement(rows: np.ndarray, seed: int) -> float:
        other, _, _ = fit(subset(segments, rows), seed)
        return float(adjusted_rand_score(labels[rows], other))

    rng = np.random.default_rng(7)
    n = len(segments)
    shuffled = rng.permutation(n)
    everything = np.arange(n)
    return {
        "topics": len(words),
        "NMI": normalized_mutual_info_score([gold[i] for i in coded], [topics[i] for i in coded]),
        "NMI of those with a topic": normalized_mutual_info_score(
            [gold[i] for i in with_topic], [topics[i] for i in with_topic]
        ),
        "C_npmi": coherence(words, texts),
        "C_npmi, one rule for keywords": coherence(one_rule(segments, labels), texts),
        "ARI between row orders": agreement(shuffled, 1),
        "ARI between seeds": float(np.mean([agreement(everything, seed) for seed in range(2, 1 + seeds)])),
        "ARI, one row less": float(np.mean([agreement(np.delete(everything, i), 1) for i in shuffled[:2]])),
        "ARI, 1 % less": agreement(np.sort(shuffled[: round(0.99 * n)]), 1),
        "ARI, 10 % less": agreement(np.sort(shuffled[: round(0.9 * n)]), 1),
        "outliers, segments": float(np.mean(labels < 0)),
        "outliers, comments": float(np.mean([topic < 0 for topic in topics.values()])),
        "seconds": min(seconds, fit(segments, 1)[2]),
    }


def enlarged(segments: Segments, comments: int) -> Segments:
    """Give as many comments, by repeating them with a word of their own and vectors moved a little."""
    rng = np.random.default_rng(3)
    copies = -(-comments // len(set(segments.id)))
    vectors = np.tile(np.asarray(segments.vectors, np.float32), (copies, 1))
    vectors += rng.normal(0, 0.25 / vectors.shape[1] ** 0.5, vectors.shape).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    grown = subset(segments, np.tile(np.arange(len(segments)), copies))
    return replace(
        grown,
        id=[f"{name}~{i // len(segments)}" for i, name in enumerate(grown.id)],
        person=grown.person + len(segments) * np.repeat(np.arange(copies), len(segments)),
        text=[f"{text} n{i // len(segments)}x" for i, text in enumerate(grown.text)],
        vectors=vectors.astype(np.float16),
    )


def show(voice: str, rows: Sequence[tuple[str, Any, Any]]) -> None:
    """Print one table."""
    print(f"\n{voice:<32}{'discovery':>12}{'BERTopic':>12}")
    for name, mine, theirs in rows:
        print(
            f"{name:<32}{mine:>12.3f}{theirs:>12.3f}"
            if isinstance(mine, float)
            else f"{name:<32}{mine:>12}{theirs:>12}"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--comments", type=int, default=0)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        voices, gold = encode(arguments.data / "train_coded.jsonl.gz", Path(folder))
        small = subset(voices["customer"], np.arange(1500))
        unseeded(small), plain(small), ours(small)  # imports and compilation
        for voice, segments in sorted(voices.items()):
            figures = [measure(segments, gold, fit, arguments.seeds) for fit in (ours, plain)]
            figures[0]["seconds without a seed"] = figures[0]["seconds"]
            figures[1]["seconds without a seed"] = unseeded(segments)
            title = f"{voice}, {len(set(segments.id)):,} comments"
            show(title, [(name, figures[0][name], figures[1][name]) for name in figures[0]])
        if arguments.comments:
            grown = enlarged(voices["customer"], arguments.comments)
            mine = ours(grown)[2]
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
            print(
                f"\n{arguments.comments:,} comments, {len(grown):,} segments: {mine:.1f} s, peak {peak:.1f} GiB so far",
                flush=True,
            )
            print(f"BERTopic, without a seed: {unseeded(grown):.1f} s")


if __name__ == "__main__":
    main()
