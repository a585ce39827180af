"""Themes of a user's own: the file, the finder, and the way through a whole run."""

import json
import sys

import numpy as np
import pandas as pd
import pytest

import voices
from voices import cli
from voices.analyst import Analyst
from voices.custom_themes import background, fit_direction, fit_space
from voices.errors import InputError
from voices.prepare import prepare
from voices.taxonomy import load, themes_of
from voices.taxonomy_file import example_file, read_themes
from voices.types import Comment


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    path = tmp_path_factory.mktemp("own") / "themes.toml"
    path.write_text(example_file(), encoding="utf8")
    return path


@pytest.fixture(scope="module")
def finding(analyst, own):
    return Analyst(analyst.model, threads=1, custom=read_themes(own))


def call(monkeypatch, capsys, *arguments):
    """Run the command line in this process: exit code, standard output, standard error."""
    monkeypatch.setattr(sys, "argv", ["voices", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def code(analyst, *texts, voice="employee", question=None):
    comments = [Comment(str(n), voice, "f.csv", n + 2, text, question) for n, text in enumerate(texts)]
    return analyst.code(prepare(comments))


def test_the_example_file_is_read(own):
    themes = read_themes(own)
    assert list(themes) == ["canteen", "parking"]
    assert themes["canteen"].customer == {}
    assert themes["parking"].shared
    assert themes_of("customer", themes) == ("parking",)


GOOD = 'name = {en = "A"}\nemployee = {en = "a thing"}\n'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no theme is in it"),
        ("[a]\nname = = 1", "line 2"),
        ('a = "x"', r"\[a\]: must be a table"),
        (f"[Canteen]\n{GOOD}", r"\[Canteen\]: an id is"),
        (f"[price]\n{GOOD}", r"\[price\]: a theme of the model has this id"),
        (f"[a]\n{GOOD}exampels = []", "no key 'exampels'; did you mean examples"),
        ('[a]\nemployee = {en = "x"}', "no name"),
        ('[a]\nname = {en = "A"}', "no description"),
        ('[a]\nname = "A"', r"\[a\] name: must be a text per language"),
        ('[a]\nname = {de = "A"}', "no key 'de'"),
        ('[a]\nname = {en = " "}', r"\[a\] name\.en: must be a text"),
        (f'[a]\n{GOOD}examples = "x"', "must be a list of sentences"),
        (f'[a]\n{GOOD}examples = ["secret words", "7"]', "number 2 is not a sentence"),
    ],
)
def test_mistakes_in_a_file_are_one_clear_line(tmp_path, content, message):
    path = tmp_path / "t.toml"
    path.write_text(content)
    with pytest.raises(InputError, match=message) as error:
        read_themes(path)
    assert "\n" not in str(error.value)
    assert "secret" not in str(error.value)


def test_a_missing_file_and_another_encoding(tmp_path):
    with pytest.raises(InputError, match="voices taxonomy start"):
        read_themes(tmp_path / "none.toml")
    (tmp_path / "t.toml").write_bytes(b"# \xe9")
    with pytest.raises(InputError, match="UTF-8"):
        read_themes(tmp_path / "t.toml")


@pytest.mark.parametrize(
    ("voice", "text", "theme", "polarity"),
    [
        ("employee", "The lunch here is wonderful", "canteen", "positive"),
        ("employee", "De soep in de kantine is altijd koud", "canteen", "negative"),
        ("customer", "There was no parking space left", "parking", "negative"),
        ("customer", "Ruime parkeerplaats, heel fijn", "parking", "positive"),
    ],
)
def test_plain_cases_are_found(finding, voice, text, theme, polarity):
    (coded,) = code(finding, text, voice=voice)
    assert {m.theme: m.polarity for m in coded.mentions}.get(theme) == polarity
    assert all(0 < m.confidence < 1 for m in coded.mentions)


def test_few_other_comments_have_a_custom_theme(finding):
    items = background("employee").items
    words = ("park", "kantine", "canteen", "lunch", "eten", "food", "soup", "koffie", "coffee", "fiets", "bike", "car ")
    others = [item.comment.text for item in items if not any(word in item.comment.text.lower() for word in words)][:120]
    coded = code(finding, *others)
    wrong = sum(any(m.theme in ("canteen", "parking") for m in item.mentions) for item in coded)
    assert len(others) == 120
    assert wrong <= 8


def test_evidence_and_feeling_are_those_of_the_segment(finding):
    text = "Great colleagues and a kind manager. But the food in the canteen is awful."
    (coded,) = code(finding, text)
    (mention,) = [m for m in coded.mentions if m.theme == "canteen"]
    assert mention.segment == text[mention.start : mention.end] == "But the food in the canteen is awful."
    assert mention.polarity == "negative"


def test_shipped_codes_stay_as_they_are(analyst, finding):
    texts = [
        "De kantine is te duur",
        "Great team, low pay",
        "n.v.t.",
        "👍",
        "Le personnel était très aimable ici",
        "ok",
    ]
    for plain, more in zip(code(analyst, *texts), code(finding, *texts), strict=True):
        assert tuple(m for m in more.mentions if m.theme in load()) == plain.mentions
        assert (more.sentiment, more.emotion, more.needs_review) == (plain.sentiment, plain.emotion, plain.needs_review)


def test_codes_do_not_depend_on_neighbours(finding):
    texts = ["De soep is koud", "Good pay. The canteen is closed. " * 40, "The car park is full. Lunch was fine."]
    together = [c.mentions for c in code(finding, *texts)]
    assert together == [c.mentions for text in texts for c in code(finding, text)]


def test_feeling_and_language_are_taken_out():
    rng = np.random.default_rng(1)
    sentiment = np.array(["positive", "negative", "neutral", "mixed"] * 30)
    language = np.array(["en", "nl"] * 60)
    vectors = rng.normal(size=(120, 8)) * 0.1
    vectors[:, 0] += (sentiment == "positive") * 2.0
    vectors[:, 1] += (language == "nl") * 2.0
    placed = fit_space(vectors, sentiment, language)(vectors)
    assert np.allclose(np.linalg.norm(placed, axis=1), 1)
    gap = placed[sentiment == "positive"].mean(axis=0) - placed[sentiment == "negative"].mean(axis=0)
    assert np.abs(gap).max() < 0.3


def test_examples_pull_the_bound_towards_themselves():
    rng = np.random.default_rng(2)
    others = rng.normal(size=(300, 16))
    others /= np.linalg.norm(others, axis=1, keepdims=True)
    told = np.eye(16)[:1]
    near = fit_direction(told, np.tile(np.eye(16)[:1], (3, 1)), others)
    alone = fit_direction(told, np.zeros((0, 16)), others)
    assert alone.bound < 0.8
    assert near.bound == pytest.approx((alone.bound + np.median(others[:, 0]) * 0.3 + 0.7) / 2, abs=0.01)
    assert near.confidence(1.0) > near.confidence(near.bound) > near.confidence(-1.0)


@pytest.mark.parametrize("voice", ["employee", "customer"])
def test_the_background_has_every_feeling_and_language(voice):
    behind = background(voice)
    assert {"positive", "negative", "neutral"} <= set(behind.sentiment)
    assert set(behind.language) == {"en", "nl"}
    assert sum(bool(item.segments) for item in behind.items) > 390


def test_a_run_carries_custom_themes_everywhere(tmp_path, own):
    texts = ["De kantine is te duur en het eten is koud", "The lunch is awful and expensive", "Good pay"] * 8
    staff = pd.DataFrame({"comment": texts, "date": ["2025-01-14"] * 24})
    guests = pd.DataFrame({"comment": ["No place to park the car, terrible car park", "Lange rij"] * 12})
    voices.run([staff], [guests], tmp_path / "run", settings=voices.Settings(taxonomy=own, report_language="nl"))
    analysis = voices.Analysis.load(tmp_path / "run")
    found = analysis.themes.set_index(["voice", "theme"]).n_mentions
    assert found["employee", "canteen"] == 16
    assert found["customer", "parking"] == 12
    assert ("customer", "canteen") not in found.index
    assert {"canteen", "parking"} <= set(analysis.trends.theme)
    assert "parking" in set(analysis.alignment.employee_theme)
    assert {"canteen", "parking"} <= set(analysis.quotes.theme)
    assert "Kantine" in analysis.report_html
    sheet = pd.read_excel(tmp_path / "run" / "report.xlsx", sheet_name=None)
    assert any((frame == "Kantine").any().any() for frame in sheet.values())
    assert analysis.run["custom_themes"]["canteen"]["n_examples"] == 4
    for example in read_themes(own)["canteen"].examples:
        assert example not in (tmp_path / "run" / "run.json").read_text(encoding="utf8")


def test_a_name_in_one_language_stands_in_for_the_other():
    from voices.report import i18n

    words = i18n.load("en").with_themes({"canteen": {"name": {"nl": "Kantine"}, "employee": {}, "customer": {}}})
    assert words.theme("canteen") == "Kantine"
    assert words.lens("canteen", "customer") == ""


def test_classify_on_the_command_line(tmp_path, own, monkeypatch, capsys):
    (tmp_path / "staff.csv").write_text("id,comment\n1,The canteen is far too expensive\n2,Good pay\n")
    arguments = ("classify", tmp_path / "staff.csv", "--voice", "employee", "--taxonomy", own, "--quiet")
    code_, out, _ = call(monkeypatch, capsys, *arguments)
    assert code_ == 0
    rows = [json.loads(line) for line in out.splitlines()]
    assert "canteen" in [m["theme"] for m in rows[0]["themes"]]
    code_, _, err = call(monkeypatch, capsys, *arguments[:5], tmp_path / "none.toml")
    assert code_ == 2
    assert "none.toml" in err


def test_taxonomy_commands(tmp_path, monkeypatch, capsys):
    path = tmp_path / "own.toml"
    assert call(monkeypatch, capsys, "taxonomy", "start", path)[0] == 0
    code_, _, err = call(monkeypatch, capsys, "taxonomy", "start", path)
    assert (code_, "--force" in err) == (2, True)
    assert call(monkeypatch, capsys, "taxonomy", "start", path, "--force")[0] == 0
    code_, out, _ = call(monkeypatch, capsys, "taxonomy", "check", path)
    assert (code_, out.splitlines()[0]) == (0, "canteen: employee, 4 examples")
    code_, out, _ = call(monkeypatch, capsys, "taxonomy", "show", "--taxonomy", path, "--json")
    assert [entry["id"] for entry in json.loads(out)][-2:] == ["canteen", "parking"]
    plain = call(monkeypatch, capsys, "taxonomy", "--json")[1]
    assert plain == call(monkeypatch, capsys, "taxonomy", "show", "--json")[1]
    assert set(json.loads(plain)[0]) == {"id", "name", "employee", "customer", "shared"}
    path.write_text("[canteen]\n")
    code_, out, err = call(monkeypatch, capsys, "taxonomy", "check", path)
    assert (code_, out) == (2, "")
    assert err.startswith("error: ")
