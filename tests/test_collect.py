import datetime as dt

import numpy as np
import pytest

from conftest import coded
from voices.align.collect import Collected
from voices.coded_files import read_coded
from voices.export import CodedWriter
from voices.types import Status

THEMES = ("workload", "training", "trust", "price")
POLARITIES = ("positive", "negative", "neutral")


def comments(n=300, seed=1, **changes):
    """Draw coded comments of both voices, with and without unit, date, score and themes."""
    rng = np.random.default_rng(seed)
    found = []
    for row in range(2, n + 2):
        themes = rng.permutation(THEMES)[: rng.integers(0, 4)].tolist()
        unit, month = rng.integers(0, 5), rng.integers(0, 7)
        fields = {
            "voice": str(rng.choice(["employee", "customer"])),
            "text": f"comment {row} about something",
            "unit": f"Store {unit}" if unit else None,
            "date": dt.date(2025, int(month), int(rng.integers(1, 29))) if month else None,
            "outcome": float(rng.integers(0, 11)) if rng.random() < 0.7 else None,
            "row": row,
            "status": Status.CODED,
        } | changes
        found.append(coded(*((theme, str(rng.choice(POLARITIES))) for theme in themes), **fields))
    return found


def unjudged():
    return [
        coded(voice="employee", row=900, unit="Store 9", status=Status.PLACEHOLDER, text="-"),
        coded(
            voice="customer", row=901, unit="Store 9", status=Status.WORDLESS, text="\N{THUMBS UP SIGN}", outcome=9.0
        ),
        coded(voice="customer", row=902, date=dt.date(2031, 1, 1), status=Status.OTHER_LANGUAGE, outcome=1.0),
    ]


def from_table(given, path, *, batch=None, monkeypatch=None):
    with CodedWriter(path) as writer:
        writer.write(given)
    if batch:
        monkeypatch.setattr("voices.coded_files.BATCH", batch)
    collected = Collected("month")
    for part in read_coded(path):
        assert part.rejected == []
        collected.add_table(part.table)
    return collected


def from_comments(given, batch=50):
    collected = Collected("month")
    for start in range(0, len(given), batch):
        collected.add(given[start : start + batch])
    return collected


def cells(collected):
    aggregates = collected.aggregates
    found = {}
    for row, key in enumerate(aggregates.keys):
        counts = {
            (theme, polarity): int(aggregates.counts[row, k, p])
            for k, theme in enumerate(aggregates.theme_ids)
            for p, polarity in enumerate(POLARITIES)
            if aggregates.counts[row, k, p]
        }
        found[key] = int(aggregates.comments[row]), counts
    return found


def sums(totals):
    return {key: pytest.approx(value.tolist()) for key, value in totals.items() if value[1]}


def voices_of(collected):
    """Give what is counted by voice, but for what a file of codes cannot tell: persons, and moods that are none."""
    found = {}
    for voice, counts in collected.aggregates.voices.items():
        entry = {name: value for name, value in vars(counts).items() if name != "people"}
        found[voice] = {name: dict(value) if isinstance(value, dict) else value for name, value in entry.items()}
    return found


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
def test_comments_and_the_table_of_the_same_comments_give_the_same(tmp_path, name):
    given = comments()
    one, other = from_comments(given), from_table(given, tmp_path / name)
    assert cells(one) == cells(other)
    assert sum(n for n, _ in cells(one).values()) == 300
    assert dict(one.scores).keys() == dict(other.scores).keys()
    assert sums(one.scores) == {key: value.tolist() for key, value in other.scores.items()}
    assert voices_of(one) == voices_of(other)
    for voice in ("employee", "customer"):
        a, b = one.moments.drivers(voice, seed=1), other.moments.drivers(voice, seed=1)
        assert [driver.theme for driver in a] == [driver.theme for driver in b]
        summed = [collected.moments._sums[voice].sum(axis=0) for collected in (one, other)]
        order = [[0, 1, *(2 + c.moments._themes[theme] for theme in THEMES)] for c in (one, other)]
        assert summed[0][np.ix_(order[0], order[0])] == pytest.approx(summed[1][np.ix_(order[1], order[1])])
        assert summed[0][0, 0] == sum(c.comment.outcome is not None and c.comment.voice == voice for c in given)


def test_the_sample_of_texts_is_the_same(tmp_path):
    given = comments()
    one, other = from_comments(given), from_table(given, tmp_path / "a.jsonl")
    assert one.has_text is other.has_text is True
    for voice in ("employee", "customer"):
        assert one.sample.of(voice) == other.sample.of(voice)
        assert set(one.sample.of(voice)) == set(THEMES)


def test_without_segments_the_whole_text_is_sampled(tmp_path):
    given = comments(n=60)
    for name in ("a.csv", "a.parquet"):
        found = from_table(given, tmp_path / name).sample.of("customer")["workload"]
        wanted = {
            item.comment.text
            for item in given
            if item.comment.voice == "customer"
            and any(m.theme == "workload" and m.polarity == "negative" for m in item.mentions)
        }
        assert {item.text for item in found} == wanted
        assert wanted


def test_segments_belong_to_their_own_mention(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"id": "1", "voice": "customer", "lang": "nl", "text": "whole", "themes": ['
        '{"theme": "trust", "polarity": "positive", "segment": "they kept their word"},'
        '{"theme": "workload", "polarity": "negative", "segment": "the queue was long"},'
        '{"theme": "price", "polarity": "negative"}]}\n'
        '{"id": "2", "voice": "customer", "text": "second", "themes": ['
        '{"theme": "price", "polarity": "negative", "segment": "too dear"}]}\n'
    )
    collected = Collected("month")
    for part in read_coded(path):
        collected.add_table(part.table)
    found = collected.sample.of("customer")
    assert set(found) == {"workload", "price"}
    assert [(item.text, item.language) for item in found["workload"]] == [("the queue was long", "nl")]
    assert {(item.text, item.language) for item in found["price"]} == {("whole", "nl"), ("too dear", "")}


def test_batches_and_order_do_not_matter(tmp_path, monkeypatch):
    given = comments()
    whole = from_table(given, tmp_path / "a.jsonl")
    mixed = [given[k] for k in np.random.default_rng(3).permutation(len(given))]
    parts = from_table(mixed, tmp_path / "b.jsonl", batch=37, monkeypatch=monkeypatch)
    assert cells(whole) == cells(parts)
    assert sums(whole.scores) == {key: value.tolist() for key, value in parts.scores.items()}
    assert voices_of(whole) == voices_of(parts)
    for voice in ("employee", "customer"):
        assert whole.sample.of(voice) == parts.sample.of(voice)


@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet"])
def test_comments_that_were_not_judged_are_counted_and_no_more(tmp_path, name):
    given = comments(n=40) + unjudged()
    one, other = from_comments(given), from_table(given, tmp_path / name)
    assert cells(one) == cells(other) == cells(from_comments(given[:40]))
    assert sums(one.scores) == {key: value.tolist() for key, value in other.scores.items()}
    for collected in (one, other):
        voices = collected.aggregates.voices
        assert sum(counts.classified for counts in voices.values()) == 43
        assert voices["customer"].status["wordless"] == voices["customer"].status["other_language"] == 1
        assert voices["customer"].last_date == dt.date(2031, 1, 1)


def table_of(tmp_path, *lines):
    path = tmp_path / "made.jsonl"
    path.write_text("".join(line + "\n" for line in lines))
    collected = Collected("month")
    for part in read_coded(path):
        collected.add_table(part.table)
    return collected


def test_only_what_is_needed_is_needed(tmp_path):
    collected = table_of(
        tmp_path,
        '{"id": "1", "voice": "employee", "themes": {"workload": "negative"}}',
        '{"id": "2", "voice": "employee", "themes": []}',
        '{"id": "3", "voice": "customer", "themes": null}',
    )
    assert cells(collected) == {
        ("employee", None, None): (2, {("workload", "negative"): 1}),
        ("customer", None, None): (1, {}),
    }
    assert not collected.has_text
    assert collected.sample.of("employee") == {}
    assert collected.moments.drivers("employee", seed=1) == []
    assert dict(collected.scores) == {}
    assert collected.aggregates.voices["employee"].status == {"coded": 2}


def test_contact_and_scores_are_averaged_over_the_comments_of_a_unit(tmp_path):
    collected = table_of(
        tmp_path,
        '{"id": "1", "voice": "employee", "unit": "a", "contact": 1, "outcome": 4, "themes": []}',
        '{"id": "2", "voice": "employee", "unit": "a", "contact": 2, "outcome": NaN, "themes": []}',
        '{"id": "3", "voice": "customer", "unit": "a", "contact": 6, "outcome": 9, "themes": []}',
        '{"id": "4", "voice": "customer", "unit": "b", "contact": null, "outcome": Infinity, "themes": []}',
        '{"id": "5", "voice": "customer", "contact": 50, "outcome": 50, "themes": []}',
    )
    assert collected.means(collected.contact) == {"a": 3.0}
    assert collected.means(collected.scores, "employee") == {"a": 4.0}
    assert collected.means(collected.scores, "customer") == {"a": 9.0}
    assert collected.means(collected.scores) == {"a": 6.5}


def test_a_batch_of_one_voice_or_of_nothing_judged_is_fine(tmp_path):
    collected = table_of(
        tmp_path,
        '{"id": "1", "voice": "customer", "status": "placeholder", "themes": []}',
    )
    assert cells(collected) == {}
    assert collected.aggregates.voices["customer"].classified == 1
    collected.add([])
    assert cells(collected) == {}
