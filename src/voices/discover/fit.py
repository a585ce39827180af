"""The topics of one voice: BERTopic with a reduction and a grouping that leave nothing to chance."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from voices.discover.coherence import coherence
from voices.discover.group import Grouper, smallest
from voices.discover.points import Points, collapse, place
from voices.discover.reduce import BLOCK, Smoother
from voices.discover.relation import Relation, relate
from voices.discover.space import Space, fit_space
from voices.discover.words import all_words, content_words, keywords, label, said_by, says_something
from voices.windows import unit_rows

if TYPE_CHECKING:
    import numpy as np

    from voices.discover.store import Segments

CAP = 20_000
"""Distinct texts that topics are fitted on; the others are attached to these topics in a stream."""
FEWEST = 40
"""Distinct texts with words below which no topics are sought."""
HEARD = 5_000
"""Texts over which coherence is measured."""
SHOWN = 3
SHORTEST, LONGEST = 20, 280
"""Characters of a quote."""


@dataclass
class Topic:
    """A topic of one voice; ``number`` counts from 0 in order of size, ``id`` is as in the files."""

    number: int
    id: str
    label: str
    keywords: list[str]
    n_comments: int
    n_people: int
    feeling: float
    relation: Relation
    quotes: list[str]
    languages: dict[str, float]
    words: dict[str, float] = field(repr=False)
    middle: np.ndarray = field(repr=False)


@dataclass
class VoiceTopics:
    """What was found in one voice.

    Attributes
    ----------
    of : ndarray of int, shape (n_segments,)
        Number of the topic of each segment, -1 for none.
    probability : ndarray, shape (n_segments,)
        0 to 1.
    space : Space or None
        Where the segments were compared; None without topics.
    placed : ndarray, shape (n_fitted, hidden), labels : ndarray of int, shape (n_fitted,)
        The points that were fitted, and their topics, for the null of matching.
    record : dict
        Figures for ``run.json``.
    """

    voice: str
    topics: list[Topic]
    of: np.ndarray
    probability: np.ndarray
    placed: np.ndarray
    labels: np.ndarray
    record: dict[str, Any]
    space: Space | None = None


def fit_voice(segments: Segments | None, voice: str, *, min_group: int, cap: int = CAP) -> VoiceTopics:
    """Find the topics of a voice.

    The result does not depend on the order of the segments, and no random number is drawn.

    Parameters
    ----------
    segments : Segments or None
        None when nothing was written.
    min_group : int
        A topic of fewer people is none.
    cap : int
        Distinct texts that are fitted; of more, a sample by language and theme.

    Returns
    -------
    VoiceTopics
        Without topics, ``record["statement"]`` says why.
    """
    import numpy as np

    if segments is None:
        return _nothing(voice, 0, "no comment with words")
    points = collapse(segments.text, segments.vectors)
    texts = [segments.text[i] for i in points.first]
    worded = np.array([says_something(text) for text in texts])
    if worded.sum() < FEWEST:
        return _too_few(voice, segments, worded)
    space = fit_space(segments, points.order)
    placed = place(segments, points, space)
    worded &= placed.any(axis=1)
    if worded.sum() < FEWEST:
        return _too_few(voice, segments, worded)
    fitted = _sample(np.flatnonzero(worded), segments, points, cap)
    weight = points.weight[fitted]
    smoother = Smoother(np.where(weight == 1, segments.person[points.first[fitted]], -1))
    person = segments.person[points.order]  # in the order of points, as ``points.start`` counts

    def people(of_fitted: np.ndarray) -> np.ndarray:
        of = np.full(len(points), -1)
        of[fitted] = of_fitted
        return _people_of(np.repeat(of, points.weight), person, of_fitted.max() + 1)

    grouper = Grouper(smoother, weight, smallest(len(fitted)), people, min_group)
    model = _bertopic(smoother, grouper).fit([texts[i] for i in fitted], placed[fitted])
    labels, probability = _everywhere(placed, fitted, worded, smoother, grouper)
    of_segment = labels[points.of]
    kept = _by_size(of_segment, segments.person, points)
    renumber = np.full(grouper.labels_.max() + 2, -1)
    renumber[kept] = np.arange(len(kept))
    of_segment, fit_labels = renumber[of_segment], renumber[grouper.labels_]
    scores = _scores(model, grouper.labels_, kept)
    voiced = _Voiced(segments, points, texts, placed, of_segment, min_group)
    heard = [all_words(texts[i]) for i in fitted[:HEARD]]
    topics = _describe(voiced, voice, fitted, fit_labels, smoother, scores)
    fit_texts = [texts[i] for i in fitted]
    record = {
        "n_segments": len(segments),
        "n_distinct": len(points),
        "n_fitted": len(fitted),
        "n_topics": len(topics),
        "too_small": grouper.too_small_,
        "smallest_topic": grouper.least,
        "outliers_before": round(float(np.mean(grouper.core_ < 0)), 4),
        "outliers": round(float(np.mean(of_segment < 0)), 4),
        "coherence_before": _rounded(_coherence_of(grouper.core_, kept, fit_texts, heard)),
        "coherence": _rounded(_coherence_of(grouper.labels_, kept, fit_texts, heard)),
        "coherence_keywords": _rounded(coherence([topic.keywords for topic in topics], heard)),
        "statement": "" if topics else f"no group of at least {min_group} people writes about the same thing",
    }
    return VoiceTopics(voice, topics, of_segment, probability[points.of], placed[fitted], fit_labels, record, space)


def _too_few(voice: str, segments: Segments, worded: np.ndarray) -> VoiceTopics:
    statement = f"{int(worded.sum())} distinct sentences that say something; topics need {FEWEST}"
    return _nothing(voice, len(segments), statement)


def _nothing(voice: str, n_segments: int, statement: str) -> VoiceTopics:
    import numpy as np

    none = np.full(n_segments, -1)
    record = {"n_segments": n_segments, "n_topics": 0, "statement": statement}
    return VoiceTopics(voice, [], none, np.zeros(n_segments), np.zeros((0, 0), np.float32), none[:0], record)


def _bertopic(smoother: Smoother, grouper: Grouper) -> Any:
    """Assemble BERTopic; with ``english`` it would strip every letter with an accent."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from bertopic import BERTopic
        from bertopic.vectorizers import ClassTfidfTransformer
        from sklearn.feature_extraction.text import CountVectorizer

        return BERTopic(
            language="multilingual",
            embedding_model=None,
            umap_model=smoother,
            hdbscan_model=grouper,
            vectorizer_model=CountVectorizer(analyzer=content_words),
            ctfidf_model=ClassTfidfTransformer(reduce_frequent_words=True),
            calculate_probabilities=False,
            verbose=False,
        )


def _sample(worded: np.ndarray, segments: Segments, points: Points, cap: int) -> np.ndarray:
    """Choose what is fitted: all, or of every language and theme the same part, by hash of the text."""
    import numpy as np

    if len(worded) <= cap:
        return worded
    strata: dict[tuple[str, str], list[int]] = {}
    for point in worded.tolist():
        row = points.first[point]
        strata.setdefault((str(segments.language[row]), segments.themes[row].partition(";")[0]), []).append(point)
    chosen: list[int] = []
    for key in sorted(strata):
        members = strata[key]  # points are in the order of their hash, which is as good as chance
        chosen += members[: max(1, round(cap * len(members) / len(worded)))]
    return np.sort(np.array(chosen))


def _everywhere(
    placed: np.ndarray, fitted: np.ndarray, worded: np.ndarray, smoother: Smoother, grouper: Grouper
) -> tuple[np.ndarray, np.ndarray]:
    """Give topic and probability of every point, those that were not fitted in a stream."""
    import numpy as np

    labels, probability = np.full(len(placed), -1), np.zeros(len(placed))
    labels[fitted] = grouper.labels_
    probability[fitted] = grouper.probability(smoother.near_, grouper.labels_)
    rest = np.setdiff1d(np.flatnonzero(worded), fitted)
    for low in range(0, len(rest), BLOCK):
        part = rest[low : low + BLOCK]
        near = smoother.near(placed[part])
        labels[part] = grouper.attach(near)
        probability[part] = grouper.probability(near, labels[part])
    return labels, probability


def _people_of(of: np.ndarray, person: np.ndarray, n_topics: int) -> np.ndarray:
    """Count the different people of each topic, shape (n_topics,); ``of`` and ``person`` are one a segment."""
    import numpy as np

    inside = of >= 0
    pairs = np.unique(np.stack([of[inside], person[inside]]), axis=1)[0]
    return np.bincount(pairs, minlength=n_topics)


def _by_size(of: np.ndarray, person: np.ndarray, points: Points) -> np.ndarray:
    """List the topics, that of most people first."""
    import numpy as np

    people = _people_of(of, person, of.max() + 1)
    first = np.full(len(people), len(points))
    inside = of >= 0
    np.minimum.at(first, of[inside], points.of[inside])  # ties: by the hash of a text
    return np.lexsort((first, -people))


def _scores(model: Any, labels: np.ndarray, kept: np.ndarray) -> list[dict[str, float]]:
    """Give word -> c-TF-IDF of the kept topics; BERTopic numbers them by its own count."""
    import numpy as np

    names = model.vectorizer_model.get_feature_names_out()
    theirs = np.array(model.topics_)
    rows = {topic: row for row, topic in enumerate(sorted(set(theirs.tolist())))}
    found = []
    for topic in kept:
        row = model.c_tf_idf_[rows[int(theirs[np.flatnonzero(labels == topic)[0]])]].tocoo()
        found.append({str(names[column]): float(value) for column, value in zip(row.col, row.data, strict=True)})
    return found


@dataclass(frozen=True)
class _Voiced:
    """A voice with its points, to describe topics from."""

    segments: Segments
    points: Points
    texts: list[str]
    placed: np.ndarray
    of: np.ndarray
    min_group: int


def _describe(
    voiced: _Voiced, voice: str, fitted: np.ndarray, labels: np.ndarray, smoother: Smoother,
    scores: Sequence[dict[str, float]],
) -> list[Topic]:  # fmt: skip
    import numpy as np

    segments, points = voiced.segments, voiced.points
    shown = np.isin(points.of, fitted)
    allowed = said_by(
        [segments.text[i] for i in np.flatnonzero(shown)], segments.person[shown], fewest=voiced.min_group
    )
    topics = []
    for number, score in enumerate(scores):
        members = np.flatnonzero(voiced.of == number)
        inside = fitted[labels == number]
        middle = unit_rows(voiced.placed[inside].mean(axis=0, dtype=np.float64)[None])[0]
        near = smoother.near_[labels == number]
        close = inside[np.argsort(-(near @ unit_rows(near.mean(axis=0)[None])[0]), kind="stable")]
        languages = Counter(segments.language[members].tolist())
        main = max(sorted(languages), key=lambda name: languages[name])
        spoken_of = [voiced.texts[i] for i in inside if segments.language[points.first[i]] == main]
        chosen = keywords(score, spoken_of, allowed)
        spoken = members[segments.language[members] == main]
        topics.append(
            Topic(
                number=number,
                id=f"{voice}-{number + 1}",
                label=label(chosen, [(segments.text[i], int(segments.person[i])) for i in spoken],
                            fewest=voiced.min_group),
                keywords=chosen,
                n_comments=len({segments.id[i] for i in members}),
                n_people=len(np.unique(segments.person[members])),
                feeling=round(float(segments.feeling[members].mean()), 6),
                relation=relate([segments.themes[i] for i in members]),
                quotes=_quotes(voiced, close, main),
                languages={name: count / len(members) for name, count in sorted(languages.items())},
                words={w: score[w] for w in sorted(score, key=lambda w: (-score[w], w))[:50] if w in allowed},
                middle=middle.astype(np.float32),
            )
        )  # fmt: skip
    return topics


def _quotes(voiced: _Voiced, close: np.ndarray, language: str) -> list[str]:
    """Choose texts near the middle of a topic that can stand alone, in its main language, by different people."""
    chosen: list[str] = []
    people: set[int] = set()
    for point in close:
        row = voiced.points.first[point]
        text, person = voiced.segments.text[row], int(voiced.segments.person[row])
        fits = SHORTEST <= len(text) <= LONGEST and voiced.segments.language[row] == language
        if fits and person not in people and all(_overlap(text, other) < 0.6 for other in chosen):
            chosen.append(text)
            people.add(person)
        if len(chosen) == SHOWN:
            break
    return chosen


def _overlap(one: str, other: str) -> float:
    """Give the Jaccard similarity of the words of two texts."""
    a, b = set(all_words(one)), set(all_words(other))
    return len(a & b) / max(1, len(a | b))


def _coherence_of(
    labels: np.ndarray, kept: np.ndarray, texts: Sequence[str], heard: Sequence[list[str]]
) -> float | None:
    """Measure the ten words of the highest c-TF-IDF of each kept topic, chosen by nothing else."""
    import numpy as np
    from bertopic.vectorizers import ClassTfidfTransformer
    from sklearn.feature_extraction.text import CountVectorizer

    joined = [" ".join(texts[i] for i in np.flatnonzero(labels == topic).tolist()) for topic in kept]
    if not any(joined):
        return None
    counter = CountVectorizer(analyzer=content_words)
    table = ClassTfidfTransformer(reduce_frequent_words=True).fit_transform(counter.fit_transform(joined)).toarray()
    names = counter.get_feature_names_out()
    return coherence([[str(names[j]) for j in np.argsort(-row, kind="stable")[:10]] for row in table], heard)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
