"""Discovery with the shipped encoder: from files to files, alone and inside a run."""

import csv
import itertools
import json
import sys

import numpy as np
import pandas as pd
import pytest

from voices.analyst import Analyst
from voices.cli import main
from voices.config import Settings
from voices.discovery import DISCOVERY_FILES, discover_files
from voices.errors import InputError
from voices.pipeline import run
from voices.taxonomy_file import read_themes

SETTINGS = Settings(threads=1, min_group=5, discover_from=50)
SAID = {
    "employee": {
        "canteen": ["The soup in the canteen is cold", "No vegetarian lunch in the canteen", "Canteen food is salty",
                    "De soep in de kantine is koud", "De lunch in de kantine is saai", "Kantine is te duur"],
        "scanner": ["The scanner app crashes", "The hand scanner is slow", "Scanner battery is empty by noon",
                    "De scanner app loopt vast", "De handscanner is traag", "Batterij van de scanner is leeg"],
    },
    "customer": {
        "parking": ["The car park was full", "Nowhere to park the car", "Parking costs too much",
                    "De parkeerplaats stond vol", "Nergens plek om te parkeren", "Parkeren kost te veel"],
        "checkout": ["The self checkout froze", "Self checkout never works", "Self checkout asks for help every time",
                     "De zelfscankassa doet het niet", "De zelfscan loopt vast", "Zelfscankassa vraagt steeds om hulp"],
    },
}  # fmt: skip
OPENINGS = (
    "Honestly",
    "In our store",
    "Last week",
    "Again today",
    "Eerlijk gezegd",
    "Vorige week",
    "Bij ons",
    "Sinds mei",
)
JUNK = ("-", "n.v.t.", "👍👍", "No comments", "Geen opmerkingen", "Nothing to add")


def comments(voice):
    """Make 96 comments about two subjects and some junk."""
    made = [
        (f"{subject}{n}", f"{opening}: {text}, mail jan{n}@voorbeeld.nl")
        for subject, texts in SAID[voice].items()
        for n, (text, opening) in enumerate(itertools.product(texts, OPENINGS))
    ]
    return made + [(f"junk{n}", text) for n, text in enumerate(JUNK * 2)]


@pytest.fixture
def coded(tmp_path):
    """Coded files of both voices, as somebody else could have made them."""
    paths = []
    for voice in SAID:
        path = tmp_path / f"{voice}.jsonl"
        rows = [{"id": name, "voice": voice, "themes": [], "text": text} for name, text in comments(voice)]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf8")
        paths.append(path)
    return paths


def call(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["voices", *map(str, arguments)])
    try:
        main()
    except SystemExit as stop:
        return stop.code or 0
    return 0


def test_topics_of_coded_files_are_adopted_and_coded(monkeypatch, capsys, coded, tmp_path):
    out, themes = tmp_path / "out", tmp_path / "themes.toml"
    assert call(monkeypatch, "discover", *coded, "--out", out, "--min-group", 5, "--threads", 1) == 0
    assert sorted(p.name for p in out.iterdir()) == sorted([*DISCOVERY_FILES, "discovery.json"])
    assert "topics in" in capsys.readouterr().err

    topics = pd.read_csv(out / "topics.csv", keep_default_na=False)
    members = pd.read_parquet(out / "members.parquet")
    subjects = members["id"].str.extract(r"([a-z]+)")[0]
    assert "junk" not in set(subjects)
    assert subjects.groupby([members["voice"], members["topic"]]).nunique().max() == 1
    assert set(subjects) == {"canteen", "scanner", "parking", "checkout"}
    assert members["probability"].between(0, 1).all()
    assert not topics.astype(str).apply(lambda column: column.str.contains("@|jan[0-9]")).any(axis=None)
    assert topics["quote_1"].str.contains("[e-mail]", regex=False).any()
    counted = members.groupby("topic")["id"].nunique()
    assert dict(zip(topics["topic"], topics["n_comments"], strict=True)) == counted.to_dict()

    canteen = members.loc[subjects == "canteen", "topic"].mode()[0]
    assert call(monkeypatch, "taxonomy", "adopt", canteen, "--from", out, "--taxonomy", themes, "--id", "food",
                "--name", "Food at work") == 0  # fmt: skip
    theme = read_themes(themes)["food"]
    assert len(theme.examples) == 3
    assert theme.employee
    assert not theme.customer
    capsys.readouterr()
    assert call(monkeypatch, "taxonomy", "adopt", canteen, "--from", out, "--taxonomy", themes, "--id", "food") == 2
    assert "--id" in capsys.readouterr().err
    assert call(monkeypatch, "taxonomy", "adopt", "employee-99", "--from", out, "--taxonomy", themes) == 2
    assert canteen in capsys.readouterr().err

    export = tmp_path / "export.csv"
    with export.open("w", newline="") as stream:
        csv.writer(stream).writerows([["comment"], ["The soup in the canteen was cold again"], ["My pay is late"]])
    assert call(monkeypatch, "classify", export, "--voice", "employee", "--taxonomy", themes, "--threads", 1, "-q") == 0
    found = [json.loads(line)["themes"] for line in capsys.readouterr().out.splitlines()]
    assert [any(m["theme"] == "food" for m in of_one) for of_one in found] == [True, False]


def test_next_wave_keeps_ids(coded, tmp_path):
    discover_files(coded, tmp_path / "a", settings=SETTINGS)
    record = discover_files(coded[::-1], tmp_path / "b", settings=SETTINGS, previous=tmp_path / "a")
    for changes in record["discovery"]["changes"].values():
        assert (changes["new"], changes["vanished"]) == (0, [])
    before, now = (pd.read_csv(tmp_path / name / "topics.csv") for name in "ab")
    columns = ["topic", "label", "n_comments", "quote_1"]
    assert before[columns].to_numpy().tolist() == now[columns].to_numpy().tolist()
    with pytest.raises(InputError, match="--previous"):
        discover_files(coded, tmp_path / "c", settings=SETTINGS, previous=tmp_path / "nowhere")
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize("texts", [["👍"] * 60, ["n.v.t.", "-"] * 30, ["Te druk"] * 60, ["Too few people"], []])
def test_bad_input_gets_a_statement(tmp_path, texts):
    path = tmp_path / "c.jsonl"
    rows = [{"id": str(n), "voice": "employee", "themes": [], "text": text} for n, text in enumerate(texts or [""])]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf8")
    if not texts:
        with pytest.raises(InputError, match="no coded comment has a text"):
            discover_files([path], tmp_path / "out", settings=SETTINGS)
        assert not (tmp_path / "out").exists()
        return
    record = discover_files([path], tmp_path / "out", settings=SETTINGS)
    voices = record["discovery"]["voices"]
    assert all(figures["n_topics"] == 0 and figures["statement"] for figures in voices.values())
    assert len(pd.read_csv(tmp_path / "out" / "topics.csv")) == 0
    assert len(pd.read_parquet(tmp_path / "out" / "members.parquet")) == 0


def frames():
    return [[pd.DataFrame(comments(voice), columns=["id", "comment"])] for voice in SAID]


def test_a_run_finds_topics_without_a_second_pass(monkeypatch, coded, tmp_path):
    discover_files(coded, tmp_path / "alone", settings=SETTINGS)
    # Alignment encodes a small sample of mentions; that is not what is tested here.
    sample = np.random.default_rng(1).normal(size=(10_000, 8))
    monkeypatch.setattr("voices.pipeline.encoder", lambda _: lambda texts, voice: sample[: len(texts)])
    monkeypatch.setattr(Analyst, "encode", lambda *_: pytest.fail("the comments went through the encoder again"))
    summary = run(*frames(), tmp_path / "run", settings=SETTINGS)
    assert summary.run["discovery"]["voices"]["employee"]["n_topics"] >= 2
    mine, other = (pd.read_parquet(tmp_path / name / "members.parquet") for name in ("run", "alone"))
    keys = ["id", "start", "end"]
    assert mine.sort_values(keys)[keys].to_numpy().tolist() == other.sort_values(keys)[keys].to_numpy().tolist()
    assert not [path for path in (tmp_path / "run").iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("change", [{"discover": False}, {"discover_from": 500}])
def test_a_run_without_discovery_leaves_empty_tables(tmp_path, change):
    settings = Settings(threads=1, **{"discover_from": 50} | change)
    summary = run(*frames(), tmp_path / "run", settings=settings)
    assert summary.run["discovery"]["discover"] is settings.discover
    assert len(pd.read_csv(tmp_path / "run" / "topics.csv")) == 0
    for figures in summary.run["discovery"]["voices"].values():
        assert "500" in figures["statement"]
