"""Attacks on the first privacy rules: exports made so that a careless count would show too few people."""

import json
import zipfile

import numpy as np
import pandas as pd
import pytest

from conftest import coded
from voices.aggregate import Aggregates, VoiceCounts
from voices.align.collect import Collected
from voices.align.drivers import DriverMoments
from voices.coded_files import read_coded
from voices.coding import Input, _own
from voices.config import Settings
from voices.export import CodedWriter
from voices.outputs import publish
from voices.pipeline import align, run
from voices.privacy import is_personal_number
from voices.read import from_dataframe, plan, read_comments
from voices.suppress import withhold_feelings
from voices.tables import themes_table, trends_table, unit_themes_table


def rows(people, copies, *, theme="trust", shuffled=False, unit="Breda", **fields):
    """Comments of people with several rows each, named as the reader names them: e1, e1~2, e1~3."""
    found = []
    for copy in range(1, copies + 1):
        for person in range(people):
            item = coded((theme, "negative"), row=len(found) + 2, unit=unit, **fields)
            name = f"e{person}" if copy == 1 else f"e{person}~{copy}"
            object.__setattr__(item.comment, "id", name)
            found.append(item)
    order = np.random.default_rng(3).permutation(len(found)) if shuffled else range(len(found))
    return [found[k] for k in order]


def counted_as_run(comments):
    result = Aggregates("month")
    for start in range(0, len(comments), 7):
        result.add(comments[start : start + 7])
    return result


def counted_as_align(comments, path, monkeypatch):
    monkeypatch.setattr("voices.coded_files.BATCH", 7)
    with CodedWriter(path) as writer:
        writer.write(comments)
    collected = Collected("month")
    for batch in read_coded(path):
        collected.add_table(batch.table)
    return collected.aggregates


@pytest.mark.parametrize("suffix", ["run", ".jsonl", ".csv", ".parquet"])
@pytest.mark.parametrize("shuffled", [False, True])
def test_one_person_with_many_rows_is_one_person(suffix, shuffled, tmp_path, monkeypatch):
    comments = rows(4, 5, shuffled=shuffled)
    if suffix == "run":
        counts = counted_as_run(comments)
    else:
        counts = counted_as_align(comments, tmp_path / f"coded{suffix}", monkeypatch)
    total, unit = counts.total("employee"), counts.by_unit("employee")["Breda"]
    for cell in (total, unit):
        assert (cell.n_comments, cell.n_people, cell.speakers["trust"]) == (20, 4, 4)
        assert cell.mentions("trust") == 20
    assert counts.voices["employee"].people["sentiment", "negative"] == 4


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_answers_of_one_person_to_several_questions_are_one_person(suffix, tmp_path, monkeypatch):
    comments = rows(28, 1)
    for k, item in enumerate(comments):
        object.__setattr__(item.comment, "id", f"id-00{k // 4}/{'abcd'[k % 4]}")
    counts = counted_as_align(comments[:4], tmp_path / f"coded{suffix}", monkeypatch)
    total = counts.total("employee")
    assert (total.n_comments, total.n_people, total.speakers["trust"]) == (4, 1, 1)
    assert counts.voices["employee"].people["sentiment", "negative"] == 1


def test_people_who_answer_in_every_wave_are_counted_in_every_wave():
    waves = [pd.Timestamp(2025, month, 1).date() for month in (1, 2, 3)]
    comments = rows(12, 3)
    for k, item in enumerate(comments):
        object.__setattr__(item.comment, "date", waves[k // 12])
    counts = counted_as_run(comments)
    assert [cell.n_people for cell in counts.by_period("employee").values()] == [12, 12, 12]
    assert counts.total("employee").speakers["trust"] == 12
    assert counts.by_period("employee", "quarter")["2025-Q1"].n_people == 12


def frames(counts):
    return {
        "themes": themes_table(counts),
        "trends": trends_table(counts),
        "unit_themes": unit_themes_table(counts),
        "alignment": pd.DataFrame({"employee_theme": [], "customer_theme": [], "grade": []}),
    }


def record(counts, **people):
    entry = {
        "read": 40, "coded": 40, "languages": {"nl": 39, "fr": 1}, "sentiment": {"negative": 28, "mixed": 12},
        "emotion": {"none": 30, "worry": 9, "energy": 1}, "first_date": "2025-01-03", "last_date": "2025-03-09",
    }  # fmt: skip
    return {"thresholds": {"min_group": 10}, "counts": {voice: entry | people for voice in counts.voices}}


def a_voice(people):
    counts = Aggregates("month")
    counts.add_counts([("employee", "A", None)], [40], [(0, "trust", "negative")], [40], [people], [people])
    counts.voices["employee"] = VoiceCounts()
    return counts


def test_a_voice_of_few_people_shows_no_feelings():
    counts = a_voice(9)
    run = record(counts)
    publish(frames(counts), run)
    told = run["counts"]["employee"]
    assert (told["sentiment"], told["emotion"], told["languages"]) == ({}, {}, {})
    assert (told["first_date"], told["last_date"]) == (None, None)
    assert told["read"] == 40  # the books still balance


def test_feelings_of_few_people_are_counted_together():
    counts = a_voice(40)
    run = record(counts, people={"sentiment": {"negative": 28, "mixed": 6}, "emotion": {"none": 30}})
    publish(frames(counts), run)
    told = run["counts"]["employee"]
    assert told["sentiment"] == {"negative": 28, "withheld": 12}  # twelve comments of six people
    assert told["emotion"] == {"none": 30, "withheld": 10}
    assert told["languages"] == {"nl": 39}
    once = json.dumps(run["counts"])
    publish(frames(counts), run)
    assert json.dumps(run["counts"]) == once
    assert withhold_feelings(told, told=True, min_group=29)["sentiment"] == {"withheld": 40}


@pytest.mark.parametrize("counted_people", [True, False])
def test_small_themes_of_an_earlier_run_are_not_shown_by_comparing(counted_people, tmp_path):
    before = themes_table(a_voice(9)).assign(n_respondents=40)
    if not counted_people:
        before = before.drop(columns=["n_respondents", "n_people"]).assign(n_mentions=9)
    before.to_csv(tmp_path / "themes.csv", index=False)
    old = {"counts": {}, "model": {"name": "m", "version": "1", "sha256": "0"}, "created": "2025-01-01"}
    (tmp_path / "run.json").write_text(json.dumps(old), encoding="utf8")
    counts = a_voice(40)
    assert len(publish(frames(counts), record(counts), previous=tmp_path)["comparison"]) == 0
    shown = themes_table(a_voice(40))
    shown.to_csv(tmp_path / "themes.csv", index=False)
    assert publish(frames(counts), record(counts), previous=tmp_path)["comparison"]["theme"].tolist() == ["trust"]


def scored(people, voices_of_trust):
    """Give the drivers of 400 scored answers of some people; only the first few mention trust."""
    rng = np.random.default_rng(1)
    ids = [f"e{k % people}/{k // people}" if people <= 20 else f"e{k}" for k in range(400)]
    speaks = np.array([k % people < voices_of_trust for k in range(400)])
    pay = rng.integers(0, 2, 400).astype(bool)
    scores = 8 - 3.0 * speaks - 2.0 * pay + rng.normal(size=400)
    mentions = [(k, "trust", -1) for k in np.flatnonzero(speaks)] + [(k, "pay", -1) for k in np.flatnonzero(pay)]
    moments = DriverMoments()
    moments.add("employee", ids, scores, mentions)
    return {driver.theme for driver in moments.drivers("employee", seed=1)}


@pytest.mark.parametrize(
    ("people", "speakers", "shown"),
    [(20, 4, {"pay"}), (20, 5, {"pay", "trust"}), (400, 4, {"pay"}), (400, 40, {"pay", "trust"})],
)
def test_drivers_need_people_and_not_comments(people, speakers, shown):
    assert scored(people, speakers) == shown


def ids_of(given):
    """Give the ids under which the answers of an export are written."""
    texts = [f"The workload in week {k} was too high" for k in range(len(given))]
    table = pd.DataFrame({"id": given, "comment": texts})
    with from_dataframe(table, name="staff") as source:
        entry = Input(source, plan(source), "employee")
        return [_own(comment, entry).id for comment in read_comments(source, entry.plan, voice="employee")]


def test_customer_numbers_stay_whole_where_some_pass_the_test_of_citizen_numbers_by_chance():
    numbers = list(map(str, np.random.default_rng(1).integers(100_000_000, 600_000_000, 300)))
    assert 10 < sum(map(is_personal_number, numbers)) < 50
    assert ids_of(numbers) == numbers
    assert ids_of([f"{n}" for n in numbers[:40]] + ["sophie@shop.nl"])[-1].startswith("id-")


def test_citizen_numbers_are_hashed_also_when_a_few_are_mistyped():
    numbers = [n for n in map(str, range(111_222_333, 111_223_000)) if is_personal_number(n)][:40]
    found = ids_of([*numbers, "111222334", "X-12"])
    assert all(name.startswith("id-") for name in found[:-1])
    assert found[-1] == "X-12"


def test_no_file_says_who_somebody_is_by_the_name_of_an_export(tmp_path):
    """Names and numbers stand in file names, too, and those in ids, in the record and in the rejected rows."""
    files = []
    for n in range(2):
        files.append(tmp_path / f"Scan{n} van sophie{n}@voorbeeld.nl.csv")
        text = [f"De werkdruk is veel te hoog in week {k}" for k in range(12)]
        pd.DataFrame({"id": ["e1", "e1", *range(10)], "comment": [text[0], *text[:11]]}).to_csv(files[n], index=False)
    out, coded_file, roots = tmp_path / "out", tmp_path / "codes of mark@voorbeeld.nl.jsonl", tmp_path / "roots"
    settings = Settings(threads=1, discover=False)
    run(files, [], out, settings=settings)
    with CodedWriter(coded_file) as writer:
        writer.write(rows(12, 2))
    align([coded_file], roots, settings=settings, previous=out)
    written = [path for path in (*out.rglob("*"), *roots.rglob("*"), coded_file) if path.is_file()]
    assert "duplicate of row" in (out / "rejected.csv").read_text(encoding="utf8")
    assert [(path.name, "voorbeeld") for path in written if b"voorbeeld" in uncompressed(path)] == []


def uncompressed(path):
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv().encode()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return b"".join(map(book.read, book.namelist()))
    return path.read_bytes()
