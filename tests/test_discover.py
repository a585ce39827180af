"""Discovery on made vectors: topics are known, and nothing is encoded."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from voices.discover.collect import Collector
from voices.discover.find import discover, entry, topics_table, write_vectors
from voices.discover.fit import FEWEST, fit_voice
from voices.discover.group import smallest
from voices.discover.match import partners
from voices.discover.points import collapse
from voices.discover.reduce import nearest
from voices.discover.relation import relate
from voices.discover.store import SegmentRow, Segments, SegmentStore
from voices.discover.waves import Earlier, follow
from voices.discover.words import content_words, label, says_something
from voices.errors import InputError
from voices.statistics import q_values
from voices.types import Coded, Comment, Mention, Prepared, Segment, Status

HIDDEN = 64
WORDS = {
    "canteen": ("canteen soup lunch sandwich cook", "kantine soep lunch broodje kok"),
    "scanner": ("scanner battery update crash screen", "scanner batterij update hapert scherm"),
    "parking": ("parking garage bicycle car space", "parkeren garage fiets auto plek"),
    "roster": ("roster shift weekend swap planning", "rooster dienst weekend ruilen planning"),
    "laundry": ("uniform laundry shoes jacket size", "uniform was schoenen jas maat"),
}
SUBJECTS = {name: (english.split(), dutch.split()) for name, (english, dutch) in WORDS.items()}
MORE = tuple(f"subject {letter}" for letter in "bcdfghjklmnpqrstvwxz")
"""Subjects with made words: chance finds something near in a voice that has only a few."""
VOCABULARY = SUBJECTS | {
    name: tuple([f"{name[-1]}{vowel}{end}" for vowel in "aeiou"] for end in ("than", "rijk")) for name in MORE
}
MIDDLE = {name: np.random.default_rng(k).normal(size=HIDDEN) for k, name in enumerate([*VOCABULARY, "en", "nl"])}


def made(subjects=tuple(SUBJECTS), *, each=80, seed=0, languages=("en", "nl"), noise=0.5, stray=20):
    """Make segments about the subjects, and some about nothing, in an order that says nothing."""
    rng = np.random.default_rng(seed)
    rows, gold = [], []
    for subject in [*subjects, None]:
        for n in range(each if subject else stray):
            language = languages[n % len(languages)]
            pool = (
                VOCABULARY[subject][language == "nl"]
                if subject
                else ["".join(rng.choice(list("abcdefghij"), 7)) for _ in "12345"]
            )
            words = [*rng.permutation(pool)[:3], f"{'abcdefghij'[n % 10]}{'klmnopqrst'[n // 10 % 10]}{language}"]
            vector = rng.normal(size=HIDDEN) * (noise if subject else 1.5) + MIDDLE[language]
            rows.append((" ".join(words), language, vector + (MIDDLE[subject] if subject else 0)))
            gold.append(subject)
    order = rng.permutation(len(rows))
    vectors = np.array([rows[i][2] for i in order])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    texts = [rows[i][0] for i in order]
    return (
        Segments(
            id=[f"c{i}" for i in range(len(order))],
            person=np.arange(len(order)),
            text=texts,
            start=np.zeros(len(order), int),
            end=np.array([len(text) for text in texts]),
            language=np.array([rows[i][1] for i in order]),
            feeling=rng.choice([-1.0, 0.0, 1.0], len(order)),
            themes=["workload" if gold[i] == "roster" else "" for i in order],
            vectors=vectors.astype(np.float16),
        ),
        [gold[i] for i in order],
    )


def taken(segments, rows):
    lists = {name: [getattr(segments, name)[i] for i in rows] for name in ("id", "text", "themes")}
    arrays = ("person", "start", "end", "language", "feeling", "vectors")
    return replace(segments, **lists, **{name: getattr(segments, name)[rows] for name in arrays})


def by_id(segments, found):
    return {name: topic for name, topic in zip(segments.id, found.of.tolist(), strict=True)}


@pytest.fixture(scope="module")
def fitted():
    segments, gold = made()
    return segments, gold, fit_voice(segments, "employee", min_group=10)


def test_each_subject_is_a_topic_in_both_languages(fitted):
    _, gold, found = fitted
    assert len(found.topics) == len(SUBJECTS)
    pairs = {(g, t) for g, t in zip(gold, found.of.tolist(), strict=True) if g and t >= 0}
    assert len(pairs) == len(SUBJECTS)
    assert all(set(topic.languages) == {"en", "nl"} for topic in found.topics)
    inside = [t >= 0 for g, t in zip(gold, found.of, strict=True) if g]
    assert np.mean(inside) > 0.95


def test_keywords_name_the_subject_and_quotes_are_of_it(fitted):
    segments, gold, found = fitted
    about = dict(zip(segments.text, gold, strict=True))
    for topic in found.topics:
        subjects = {about[quote] for quote in topic.quotes} if topic.quotes else set()
        names = {word for name in subjects for pool in SUBJECTS[name] for word in pool}
        assert len(subjects) == 1
        assert set(topic.keywords) <= names
        assert len(topic.quotes) == len(set(topic.quotes)) <= 3
        assert topic.label.casefold().split(",")[0].split()[0] in names


def test_relation_to_the_taxonomy(fitted):
    _, _, found = fitted
    kinds = {(topic.relation.kind, topic.relation.themes) for topic in found.topics}
    assert kinds == {("inside", ("workload",)), ("outside", ())}


def test_order_of_the_rows_changes_nothing(fitted):
    segments, _, found = fitted
    other = taken(segments, np.random.default_rng(3).permutation(len(segments)))
    again = fit_voice(other, "employee", min_group=10)
    assert by_id(other, again) == by_id(segments, found)
    assert [topic.label for topic in again.topics] == [topic.label for topic in found.topics]
    assert [topic.quotes for topic in again.topics] == [topic.quotes for topic in found.topics]


def test_a_row_less_moves_at_most_a_few_others(fitted):
    segments, _, found = fitted
    less = taken(segments, np.arange(1, len(segments)))
    again = by_id(less, fit_voice(less, "employee", min_group=10))
    before = by_id(segments, found)
    assert adjusted_rand_score([before[name] for name in again], list(again.values())) > 0.98


def test_identical_texts_land_together_whatever_stands_around_them():
    segments, _ = made()
    texts = list(segments.text)
    vectors = np.array(segments.vectors)
    rng = np.random.default_rng(5)
    for row in range(0, 60):
        texts[row] = ("Same words here", "same words here!")[row % 2]
        vectors[row] = (v := rng.normal(size=HIDDEN)) / np.linalg.norm(v)
    found = fit_voice(replace(segments, text=texts, vectors=vectors), "employee", min_group=10)
    assert len(set(found.of[:60].tolist())) == 1
    assert found.of[0] >= 0  # sixty people wrote it word for word: a topic, though one point


def test_a_topic_of_too_few_people_is_none():
    segments, _ = made(each=40)
    one_writer = replace(segments, person=np.zeros(len(segments), int))
    found = fit_voice(one_writer, "employee", min_group=10)
    assert found.topics == []
    assert found.record["too_small"] >= 1
    assert "10 people" in found.record["statement"]
    assert (found.of < 0).all()


def test_words_of_few_people_are_not_shown():
    segments, _ = made(each=80)
    texts = [f"{text} petersen" if k < 9 else text for k, text in enumerate(segments.text)]
    found = fit_voice(replace(segments, text=texts), "employee", min_group=10)
    assert all("petersen" not in word for topic in found.topics for word in [*topic.keywords, topic.label.casefold()])


def test_segments_of_one_person_are_no_neighbours():
    values = np.eye(4, dtype=np.float32)[[0, 0, 1, 2]]
    index, _ = nearest(values, values, 2, person=np.array([7, 7, 1, 2]))
    assert 1 not in index[0]
    index, _ = nearest(values, values, 2, person=np.array([7, 8, 1, 2]))
    assert 1 in index[0]


def test_what_is_beyond_the_cap_goes_to_the_topics_of_the_sample(fitted):
    segments, gold, _ = fitted
    found = fit_voice(segments, "employee", min_group=10, cap=200)
    assert found.record["n_fitted"] <= 210
    pairs = {(g, t) for g, t in zip(gold, found.of.tolist(), strict=True) if g and t >= 0}
    assert len(pairs) == len(found.topics) == len(SUBJECTS)
    assert np.mean(found.of < 0) < 0.15


@pytest.mark.parametrize("n", [1, 5, FEWEST - 1])
def test_few_comments_get_a_statement(n):
    segments, _ = made()
    found = fit_voice(taken(segments, np.arange(n)), "employee", min_group=10)
    assert found.topics == []
    assert str(FEWEST) in found.record["statement"]


def test_no_comments_at_all():
    assert fit_voice(None, "customer", min_group=10).record["statement"] == "no comment with words"
    assert entry(discover({}, min_group=10, seed=1))["voices"] == {}


def test_the_fewest_comments_work():
    segments, _ = made()
    found = fit_voice(taken(segments, np.arange(FEWEST)), "employee", min_group=5)
    assert len(found.of) == FEWEST


def test_all_identical_and_all_junk_give_a_statement():
    segments, _ = made()
    for text in ("Too busy", "No cons", "Geen opmerkingen", "!!", "the of and"):
        found = fit_voice(replace(segments, text=[text] * len(segments)), "employee", min_group=10)
        assert found.topics == []
        assert found.record["statement"]


def test_equal_vectors_do_not_break_the_fit():
    segments, _ = made()
    flat = np.tile(segments.vectors[:1], (len(segments), 1))
    found = fit_voice(replace(segments, vectors=flat), "employee", min_group=10)
    assert len(found.of) == len(segments)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("No cons that I can think of", False),
        ("Er zijn geen minpunten", False),
        ("Nothing to add", False),
        ("Niets op aan te merken", False),
        ("n/a", False),
        ("No parking near the store", True),
        ("Geen pauze in de late dienst", True),
        ("Bad advice", True),
    ],
)
def test_fillers_take_no_part(text, expected):
    assert says_something(text) is expected


def test_marks_of_masked_data_are_no_words():
    assert content_words("Mail [e-mail] of bel [phone] of [iban]") == ["mail", "bel"]


def test_label_uses_no_phrase_of_few_people():
    said = [("the broken lift again", n % 3) for n in range(30)]
    assert label(["lift", "broken"], said, fewest=4) == "Lift, broken"
    assert label(["lift", "broken"], [(text, n) for n, (text, _) in enumerate(said)], fewest=4) == "Broken lift"


def subject_of(topic):
    """Name the subject that most keywords of a topic are from."""
    return max(VOCABULARY, key=lambda name: sum(word in topic.keywords for pool in VOCABULARY[name] for word in pool))


def test_voices_match_on_a_subject_across_languages_and_not_beyond_it():
    staff, _ = made(MORE[:14], languages=("nl",), seed=1, each=40)
    guests, _ = made(MORE[8:], languages=("en",), seed=2, each=40)
    one = fit_voice(staff, "employee", min_group=10)
    other = fit_voice(guests, "customer", min_group=10)
    pairs = partners(one, other, seed=4)
    about = {t.id: subject_of(t) for t in (*one.topics, *other.topics)}
    assert {(about[p.topic], about[p.nearest]) for p in pairs if p.is_partner} == {(name, name) for name in MORE[8:14]}
    assert all(0 <= p.p_value <= p.q_value <= 1 for p in pairs)
    assert [(p.topic, p.nearest) for p in partners(one, other, seed=9)] == [(p.topic, p.nearest) for p in pairs]


def test_unrelated_voices_have_no_partners():
    staff, _ = made(MORE[:10], seed=1, each=40)
    guests, _ = made(MORE[10:], seed=2, each=40)
    found = partners(fit_voice(staff, "employee", min_group=10), fit_voice(guests, "customer", min_group=10), seed=1)
    assert not any(pair.is_partner for pair in found)


def test_benjamini_hochberg_by_hand():
    assert q_values(np.array([0.01, 0.02, 0.03, 0.5])).tolist() == pytest.approx([0.04, 0.04, 0.04, 0.5])


def unit(*values):
    return np.array(values) / np.linalg.norm(values)


def test_waves_name_what_stays_merges_splits_and_vanishes():
    old = [
        Earlier("employee-1", "a", unit(1, 0, 0, 0, 0)),
        Earlier("employee-2", "b", unit(0, 1, 0, 0, 0)),
        Earlier("employee-3", "c", unit(0.1, 1, 0, 0, 0)),
        Earlier("employee-4", "d", unit(0, 0, 1, 0, 0)),
        Earlier("employee-7", "e", unit(0, 0, 0, 0, 1)),
    ]
    now = np.array([unit(0.05, 1, 0, 0, 0), unit(1, 0.1, 0, 0, 0), unit(0, 0, 1, 0.1, 0), unit(0, 0, 1, 0.3, 0),
                    unit(0, 0, 0, 1, 0)])  # fmt: skip
    changes = follow("employee", now, old)
    assert changes.change == ["merged", "same", "split", "split", "new"]
    assert changes.ids == ["employee-3", "employee-1", "employee-4", "employee-8", "employee-9"]
    assert changes.before[0] == ("employee-2", "employee-3")
    assert changes.vanished == ["employee-7"]
    assert len(set(changes.ids)) == len(changes.ids)


def stored(folder, segments, voice="employee"):
    store = SegmentStore(folder, voice)
    for i in range(len(segments)):
        row = SegmentRow(segments.id[i], segments.id[i], segments.text[i], 0, int(segments.end[i]),
                         str(segments.language[i]), float(segments.feeling[i]), segments.themes[i])  # fmt: skip
        store.add([row], np.array(segments.vectors[i : i + 1], np.float32))
    return store


def test_topics_keep_their_ids_in_the_next_wave(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    first = discover({"employee": stored(tmp_path / "a", made(seed=1)[0])}, min_group=10, seed=1)
    write_vectors(first, tmp_path / "a" / "topic_vectors.parquet")
    later = made(("laundry", "roster", "parking", "scanner"), seed=2, each=60)[0]
    second = discover({"employee": stored(tmp_path / "b", later)}, min_group=10, seed=1, previous=tmp_path / "a")
    before = {topic.id: subject_of(topic) for topic in first.voices["employee"].topics}
    assert {t.id: subject_of(t) for t in second.voices["employee"].topics}.items() <= before.items()
    assert second.changes["employee"].change == ["same"] * 4
    assert len(second.changes["employee"].vanished) == 1
    table = topics_table(second)
    assert set(table["change"]) == {"same"}
    assert list(table["previous"]) == list(table["topic"])


def test_previous_must_be_a_run(tmp_path):
    with pytest.raises(InputError, match=r"no topic_vectors\.parquet"):
        discover({}, min_group=10, seed=1, previous=tmp_path)


def test_store_gives_back_what_it_got(tmp_path):
    segments, _ = made()
    read = stored(tmp_path, segments).read()
    assert (read.text, read.id, read.themes) == (segments.text, segments.id, segments.themes)
    assert np.array_equal(read.vectors, segments.vectors)
    assert len(set(read.person.tolist())) == len(segments)


def test_answers_of_one_person_are_one_person(tmp_path):
    store = SegmentStore(tmp_path, "employee")
    for n, answer in itertools.product(range(30), ("pros", "cons")):
        name = f"e{n}/{answer}"
        store.add([SegmentRow(name, name, "text", 0, 4, "en", 0.0, "")], np.ones((1, 3)))
    assert len(set(store.read().person.tolist())) == 30


def test_collector_joins_vectors_and_codes(tmp_path):
    text = "The queue is long. Lovely staff."
    comment = Comment("c1", "customer", "f.csv", 2, text)
    segments = (Segment(0, 18, text[:18]), Segment(19, 32, text[19:]))
    collector = Collector(tmp_path)
    collector.keep(Prepared(comment, "en", Status.CODED, segments), np.eye(2, 8))
    mention = Mention("workload", "negative", 0.9, text[:18], 0, 18)
    collector.add([Coded(comment, "en", Status.CODED, "mixed", 0.1, 0.5, "none", (mention,))])
    collector.add([Coded(replace(comment, id="c2"), "en", Status.PLACEHOLDER)])
    read = collector.stores["customer"].read()
    assert read.themes == ["workload", ""]
    assert read.feeling.tolist() == pytest.approx([-1.0, 0.1])
    assert collector.stores["customer"].n_comments == 1


def test_collapse_is_by_words():
    points = collapse(["Te druk!", "te  DRUK", "anders"], np.ones((3, 4), np.float16))
    assert len(points) == 2
    assert points.of[0] == points.of[1] != points.of[2]
    assert sorted(points.weight.tolist()) == [1, 2]


def test_smallest_topic_grows_slowly():
    assert [smallest(n) for n in (40, 2_500, 40_000)] == [10, 10, 40]


def test_relation_across_several_themes():
    found = relate(["workload", "process", "training", "workload", "process", "training"])
    assert (found.kind, len(found.themes)) == ("across", 3)
