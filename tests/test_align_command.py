import contextlib
import datetime as dt
import io
import json
import re
import sys

import numpy as np
import pandas as pd
import pytest

from voices.cli import main
from voices.errors import InputError
from voices.pipeline import ALIGN_FILES, align
from voices.report.i18n import languages, load
from voices.report.sentences import path_sentence

THEMES = ("workload", "training", "trust", "process")
GRADES = ("none", "shared", "aligned", "linked", "leading")
TEXTS = {
    "workload": "we waited in the queue again because there are too few people, number {k}",
    "training": "nobody was told how the new till works, number {k}",
}


class Done:
    """What a command left behind: exit code, what it printed, and its folder."""

    def __init__(self, arguments, out):
        self.out, stdout, stderr = out, io.StringIO(), io.StringIO()
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.redirect_stdout(stdout),
            contextlib.redirect_stderr(stderr),
        ):
            patch.setattr(sys, "argv", ["voices", "align", *map(str, arguments), "--out", str(out), "--threads", "1"])
            self.code = 0
            try:
                main()
            except SystemExit as end:
                self.code = end.code
        self.stdout, self.stderr = stdout.getvalue(), stderr.getvalue()

    def table(self, name="alignment"):
        return pd.read_csv(self.out / f"{name}.csv", dtype={"employee_name": str, "customer_name": str})

    @property
    def run(self):
        return json.loads((self.out / "run.json").read_text(encoding="utf8"))

    @property
    def grades(self):
        table = self.table()
        return dict(
            zip(zip(table["employee_theme"], table["customer_theme"], strict=True), table["grade"], strict=True)
        )


def comments(seed=1, units=30, months=8, per_month=4, texts=0):
    """Draw coded comments: complaints about workload go together over units, other themes do not."""
    rng = np.random.default_rng(seed)
    z = rng.standard_normal(units)
    own = {voice: rng.standard_normal((units, len(THEMES))) for voice in ("employee", "customer")}
    found, told = [], dict.fromkeys(((voice, theme) for voice in own for theme in TEXTS), 0)
    for voice in own:
        for unit in range(units):
            for month in range(months):
                for _ in range(per_month):
                    logit = -1.5 + np.where(
                        [theme == "workload" for theme in THEMES], 1.2 * z[unit], 0.4 * own[voice][unit]
                    )
                    mentions = []
                    for theme in np.array(THEMES)[rng.random(len(THEMES)) < 1 / (1 + np.exp(-logit))].tolist():
                        mentions.append({"theme": theme, "polarity": "negative"})
                        if theme in TEXTS and told[voice, theme] < texts:
                            mentions[-1]["segment"] = TEXTS[theme].format(k=told[voice, theme])
                            told[voice, theme] += 1
                    found.append(
                        {
                            "id": f"{voice[0]}{len(found)}",
                            "voice": voice,
                            "unit": f"Store {unit + 1:03d}" if voice == "employee" else f"winkel {unit + 1}",
                            "date": f"{2023 + month // 12}-{month % 12 + 1:02d}-15",
                            "sentiment": "negative" if mentions else "neutral",
                            "outcome": 8 - 2 * len(mentions) + float(rng.integers(0, 3)),
                            "themes": mentions,
                        }
                    )
    return found


def written(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf8")
    return path


@pytest.fixture(scope="module")
def rows():
    return comments(texts=12)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("align")


@pytest.fixture(scope="module")
def done(rows, folder):
    path = written(folder / "coded.jsonl", rows)
    (folder / "contact.csv").write_text(
        "unit,contact\n" + "".join(f"winkel {n},{n % 5}\n" for n in range(1, 31)), encoding="utf8"
    )
    (folder / "figures.csv").write_text(
        "unit;date;Turnover\n" + "".join(f"Store {n:03d};2023-0{m};0,{n + m}\n" for n in range(1, 31) for m in (1, 2)),
        encoding="utf8",
    )
    options = ("--coded-by-people", "--contact", folder / "contact.csv", "--outcomes", folder / "figures.csv")
    return Done([path, *options], folder / "roots")


@pytest.fixture
def no_report(monkeypatch):
    """Leave the report away where only the tables are looked at."""
    monkeypatch.setattr("voices.pipeline.write_reports", lambda *_, **__: None)


def test_all_files_are_written_and_no_others(done):
    assert done.code == 0, done.stderr
    assert sorted(path.name for path in done.out.iterdir()) == sorted(ALIGN_FILES)
    assert all((done.out / name).stat().st_size > 0 for name in ALIGN_FILES)
    assert done.stdout == ""


def test_the_link_that_is_there_is_found_and_no_other(done):
    linked = {pair for pair, grade in done.grades.items() if grade in ("linked", "leading")}
    assert linked == {("workload", "workload")}
    table = done.table()
    first = table.iloc[0]
    assert (first["employee_theme"], first["customer_theme"], first["rank"]) == ("workload", "workload", 1)
    assert first["linked_q_value"] < 0.01
    assert first["effect"] == first["linked_effect"] > 0.6
    assert first["effect_low"] < first["effect"] <= first["effect_high"]
    assert (first["n_units"], first["n_periods"]) == (30, 8)
    assert first["family"] == "expected"
    assert table["rank"].tolist() == list(range(1, len(table) + 1))


def test_every_pair_has_one_row_and_a_grade_that_follows_from_its_layers(done):
    table = done.table()
    assert len(table) == len(table[["employee_theme", "customer_theme"]].drop_duplicates()) == 16 * 15
    for row in table.to_dict("records"):
        passed = [layer for layer in GRADES[1:] if row[layer] == "passed"]
        assert row["grade"] == (passed[-1] if passed else "none")
        assert {row[layer] for layer in GRADES[1:]} <= {"passed", "failed", "untested"}
    order = [GRADES.index(grade) for grade in table["grade"]]
    assert order == sorted(order, reverse=True)
    tested = table["q_value"].notna()
    assert (table.loc[tested, "q_value"] >= table.loc[tested, "p_value"] - 1e-9).all()
    assert table.loc[table["linked"] == "untested", "linked_effect"].isna().all()
    assert table.loc[table["grade"] != "leading", "lag"].isna().all()


def test_the_command_says_what_it_found_and_reads_back(done):
    assert "coded.jsonl: 1,920 read = 1,920 classified + 0 rejected" in done.stderr
    assert "Root causes by the evidence for them: 1 together across units" in done.stderr
    assert "  - In units where employees complain more about" in done.stderr
    assert "\x1b" not in done.stderr
    entry = done.run["alignment"]
    assert entry["units"]["matched"] == {"kind": 30}
    assert entry["grades"]["linked"] == 1
    assert sum(entry["grades"].values()) == 240
    assert entry["skipped"] == {}
    assert entry["corrected_shares"] is False
    assert done.run["command"] == "align"
    assert [(file["read"], file["classified"], file["rejected"]) for file in done.run["files"]] == [(1920, 1920, 0)]


def test_texts_of_both_sides_are_compared_where_there_are_some(done):
    table = done.table().set_index(["employee_theme", "customer_theme"])
    compared = table.index[table["similarity"].notna()].tolist()
    assert sorted(compared) == [("training", "training"), ("workload", "workload")]
    assert (table.loc[compared, "aligned"] != "untested").all()
    assert table.loc[compared, "similarity"].between(-1, 1).all()


def test_shares_are_those_of_the_file(done, rows):
    first = done.table().iloc[0]
    for voice in ("employee", "customer"):
        mine = [row for row in rows if row["voice"] == voice]
        hits = sum(any(m["theme"] == "workload" for m in row["themes"]) for row in mine)
        assert first[f"{voice}_negative_share"] == pytest.approx(hits / len(mine), abs=1e-5)
        assert first[f"{voice}_low"] < hits / len(mine) < first[f"{voice}_high"]


def test_units_are_listed_with_how_they_were_matched(done):
    table = done.table("units")
    assert len(table) == 30
    assert set(table["matched_by"]) == {"kind"}
    row = table[table["employee_name"] == "Store 007"].iloc[0]
    assert (row["unit"], row["customer_name"]) == ("winkel 7", "winkel 7")


def test_drivers_outcomes_and_contact_are_in_the_tables(done):
    drivers = done.table("drivers")
    assert set(drivers["voice"]) == {"employee", "customer"}
    assert (drivers["slope"] < -1).all()
    assert drivers.groupby("voice")["weight"].sum().tolist() == pytest.approx([1, 1], abs=1e-4)
    outcomes = done.table("outcomes")
    assert set(outcomes["outcome"]) == {"turnover", "employee score", "customer score"}
    score = outcomes[(outcomes["outcome"] == "customer score") & (outcomes["theme"] == "workload")]
    score = score.set_index("voice")
    assert score.loc["customer", "effect"] < -0.5
    assert score.loc["customer", "q_value"] < 0.05
    assert score.loc["employee", "effect"] < 0
    contact = done.table()[["family", "linked", "contact_effect", "contact_q_value"]]
    tested = contact["contact_effect"].notna()
    assert tested.any()
    assert ((contact["family"] == "expected") & (contact["linked"] != "untested"))[tested].all()


def test_sentences_are_whole_in_every_language(done):
    table = done.table()
    found = table[table["grade"] != "none"]
    assert languages() == ("en", "nl")
    for language, bound in (("en", "is consistent with"), ("nl", "past bij")):
        sentences = found[f"sentence_{language}"]
        assert sentences.notna().all()
        for sentence in sentences:
            assert not re.search(r"[{}]|None|nan|\bpath\.|--", sentence)
            assert sentence.endswith(".")
        assert bound in sentences.iloc[0]
    assert table.loc[table["grade"] == "none", ["sentence_en", "sentence_nl"]].isna().all(axis=None)
    assert "over 30 units" in found["sentence_en"].iloc[0]


def test_the_report_shows_the_root_cause(done):
    html = (done.out / "report.html").read_text(encoding="utf8")
    assert "Workload" in html
    assert 'lang="en"' in html


def test_same_input_twice_gives_the_same_table(done, folder, tmp_path, no_report):
    options = (
        "--coded-by-people",
        "--contact",
        folder / "contact.csv",
        "--outcomes",
        folder / "figures.csv",
        "--quiet",
    )
    again = Done([folder / "coded.jsonl", *options], tmp_path / "o")
    assert (again.code, again.stdout, again.stderr) == (0, "", "")
    for name in ("alignment.csv", "units.csv", "drivers.csv", "outcomes.csv", "themes.csv"):
        assert (again.out / name).read_bytes() == (done.out / name).read_bytes()


def test_the_order_of_lines_and_files_does_not_change_the_result(done, rows, folder, tmp_path, no_report):
    mixed = [rows[k] for k in np.random.default_rng(1).permutation(len(rows))]
    files = [written(tmp_path / "b.jsonl", mixed[:900]), written(tmp_path / "a.jsonl", mixed[900:])]
    other = Done([*files, "--coded-by-people", "--contact", folder / "contact.csv"], tmp_path / "o")
    assert other.code == 0, other.stderr
    assert other.grades == done.grades
    a, b = other.table(), done.table()
    for name in (
        "linked_effect",
        "linked_q_value",
        "leading_effect",
        "leading_q_value",
        "similarity",
        "contact_effect",
    ):
        assert a[name].to_numpy() == pytest.approx(b[name].to_numpy(), abs=1e-5, nan_ok=True)


def test_json_is_json_and_nothing_else_is_said(rows, tmp_path, no_report):
    def refuse(name):
        raise ValueError(name)

    bare = [{name: row[name] for name in ("id", "voice", "unit", "themes")} for row in rows]
    for row in bare:
        row["themes"] = [{"theme": m["theme"], "polarity": m["polarity"]} for m in row["themes"]]
    found = Done([written(tmp_path / "a.jsonl", bare), "--json"], tmp_path / "o")
    assert (found.code, found.stderr) == (0, "")
    shown = json.loads(found.stdout, parse_constant=refuse)
    assert shown["command"] == "align"
    assert shown["alignment"]["skipped"] == {"aligned": "no_text", "leading": "no_dates"}
    assert shown["alignment"]["corrected_shares"] is True
    assert shown["paths"][0]["employee_theme"] == "workload"
    assert shown["paths"][0]["sentence_en"]


def test_report_language_and_mapping_of_units(tmp_path):
    rows = comments(units=9, months=2, per_month=6)
    for row in rows:
        number = int(row["unit"].split()[1])
        row["unit"] = f"Team {'ABCDEFGHI'[number - 1]}" if row["voice"] == "employee" else row["unit"]
    (tmp_path / "map.csv").write_text(
        "employee,customer\n" + "".join(f"Team {'ABCDEFGHI'[n - 1]},winkel {n}\n" for n in range(1, 9)), encoding="utf8"
    )
    path = written(tmp_path / "a.jsonl", rows)
    found = Done([path, "--report-language", "nl", "--units", tmp_path / "map.csv"], tmp_path / "o")
    assert found.code == 0, found.stderr
    assert 'lang="nl"' in (found.out / "report.html").read_text(encoding="utf8")
    assert found.run["alignment"]["units"]["matched"] == {"mapped": 8}
    assert "Units: 8 on both sides, 1 of employees only, 1 of customers only (see units.csv)." in found.stderr
    units = found.table("units")
    assert dict(zip(units["unit"], units["matched_by"], strict=True))["Team I"] == "employee only"


# layers that the data cannot carry


def one_voice(rows):
    return [row for row in rows if row["voice"] == "employee"]


def changed(rows, **changes):
    return [row | {name: make(k, row) for name, make in changes.items()} for k, row in enumerate(rows)]


WORKLOAD = [{"theme": "workload", "polarity": "negative"}]
FEW_UNITS = {"aligned": "no_text", "linked": "few_units", "leading": "few_units"}
NO_UNITS = {"aligned": "no_text", "linked": "no_units", "leading": "no_units"}
CASES = {
    "one voice": (one_voice, dict.fromkeys(GRADES[1:], "one_voice"), "only one side wrote"),
    "a single unit": (lambda rows: changed(rows, unit=lambda *_: "a"), FEW_UNITS, "fewer than 8 units"),
    "no unit": (lambda rows: changed(rows, unit=lambda *_: None), NO_UNITS, "a column such as store or team"),
    "units of one side": (
        lambda rows: changed(rows, unit=lambda _, row: row["unit"] if row["voice"] == "employee" else None),
        NO_UNITS,
        "no unit occurs on both sides",
    ),
    "no dates": (
        lambda rows: changed(rows, date=lambda *_: None),
        {"aligned": "no_text", "leading": "no_dates"},
        "the comments have no dates",
    ),
    "one period": (
        lambda rows: changed(rows, date=lambda *_: "2023-05-05"),
        {"aligned": "no_text", "leading": "few_periods"},
        "fewer than 6 periods",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_layers_that_cannot_be_tested_are_named_with_the_reason(name, tmp_path, no_report):
    make, skipped, says = CASES[name]
    found = Done(
        [written(tmp_path / "a.jsonl", make(comments(units=10, months=7))), "--coded-by-people"], tmp_path / "o"
    )
    assert found.code == 0, found.stderr
    assert found.run["alignment"]["skipped"] == skipped
    assert set(found.grades.values()) <= set(GRADES) - set(skipped)
    assert says in found.stderr
    for layer, words in (("linked", "together across units"), ("leading", "one before the other")):
        assert (f"Not tested, {words}" in found.stderr) == (layer in skipped)
    table = found.table()
    for layer in skipped:
        assert (table[layer] == "untested").all()


def test_one_voice_gets_a_whole_report(tmp_path):
    found = Done([written(tmp_path / "a.jsonl", one_voice(comments(units=9)))], tmp_path / "o")
    assert found.code == 0, found.stderr
    assert sorted(path.name for path in found.out.iterdir()) == sorted(ALIGN_FILES)
    assert found.table().empty
    assert "No theme is clearly negative on both sides." in found.stderr
    assert list(found.table().columns[:4]) == ["rank", "employee_theme", "customer_theme", "grade"]


def test_dates_in_the_future_are_said_and_lead_nowhere(tmp_path):
    rows = changed(comments(units=10, months=7), date=lambda _, row: "2999" + row["date"][4:])
    found = Done([written(tmp_path / "a.jsonl", rows), "--coded-by-people"], tmp_path / "o")
    assert found.code == 0, found.stderr
    entry = found.run["alignment"]
    assert entry["future_comments"] == len(rows)
    assert entry["n_periods"] == 0
    assert "leading" in entry["skipped"]
    assert "leading" not in found.grades.values()
    assert "the comments have no dates" not in found.stderr
    assert "future" in found.stderr


@pytest.mark.parametrize("where", ["both", "employee"])
def test_a_theme_in_every_comment_is_shared_and_no_more(tmp_path, where):
    rows = changed(
        comments(units=10, months=7),
        themes=lambda _, row: WORKLOAD if where in ("both", row["voice"]) else row["themes"],
    )
    found = Done([written(tmp_path / "a.jsonl", rows), "--coded-by-people"], tmp_path / "o")
    assert found.code == 0, found.stderr
    assert found.grades["workload", "workload"] == "shared"
    assert set(found.grades.values()) <= {"none", "shared"}
    table = found.table()
    first = table.iloc[0]
    assert first["employee_negative_share"] == 1
    if where == "employee":
        others = table[(table["employee_theme"] == "workload") & (table["customer_theme"] == "trust")]
        assert others["linked"].tolist() == ["untested"]  # one theme alone: no mood to tell a link from


def test_scores_that_are_no_numbers_give_no_drivers(tmp_path, no_report):
    rows = changed(comments(units=10, months=2), outcome=lambda *_: float("nan"))
    found = Done([written(tmp_path / "a.jsonl", rows)], tmp_path / "o")
    assert found.code == 0, found.stderr
    assert found.table("drivers").empty
    assert found.table("outcomes").empty


def test_thousands_of_units_of_one_comment_are_no_panel(tmp_path):
    rng = np.random.default_rng(1)
    rows = [
        {
            "id": f"{voice}{n}",
            "voice": voice,
            "unit": f"unit {n}",
            "date": f"2023-{n % 12 + 1:02d}-01",
            "themes": WORKLOAD if rng.random() < 0.3 else [],
        }
        for voice in ("employee", "customer")
        for n in range(3000)
    ]
    found = Done([written(tmp_path / "a.jsonl", rows), "--coded-by-people"], tmp_path / "o")
    assert found.code == 0, found.stderr
    assert set(found.grades.values()) == {"none", "shared"}
    assert found.run["alignment"]["units"]["too_few_comments"] == 3000
    assert {"linked", "leading"} <= set(found.run["alignment"]["skipped"])
    assert "no unit occurs on both sides" not in found.stderr


# rows and folders


def test_strict_tells_of_bad_rows(tmp_path, no_report):
    rows = comments(units=2, months=1)
    secret = "Jan shouted at us"
    path = written(tmp_path / "a.jsonl", [*rows, {"id": "x", "voice": "boss", "themes": [], "text": secret}])
    found = Done([path], tmp_path / "o")
    assert found.code == 0
    assert "17 read = 16 classified + 1 rejected" in found.stderr
    rejected = (found.out / "rejected.csv").read_text(encoding="utf8").splitlines()
    assert rejected == ["file,row,reason", "a.jsonl,17,voice is not employee or customer"]
    assert Done([path, "--strict", "--force", "--quiet"], tmp_path / "o").code == 4
    for file in found.out.iterdir():
        assert secret.encode() not in file.read_bytes()
    assert Done([written(tmp_path / "good.jsonl", rows), "--strict"], tmp_path / "good").code == 0


def test_a_full_folder_is_kept_unless_forced(tmp_path, no_report):
    path = written(tmp_path / "a.jsonl", comments(units=2, months=1))
    (tmp_path / "o").mkdir()
    (tmp_path / "o" / "notes.txt").write_text("mine")
    refused = Done([path], tmp_path / "o")
    assert refused.code == 2
    assert "--force" in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert [item.name for item in (tmp_path / "o").iterdir()] == ["notes.txt"]
    assert Done([path, "--force"], tmp_path / "o").code == 0
    assert (tmp_path / "o" / "notes.txt").read_text() == "mine"
    assert (tmp_path / "o" / "alignment.csv").is_file()


GOOD = '{"id": "1", "voice": "employee", "themes": []}\n'


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        (None, [], "no such file"),
        ("", [], "no coded comment"),
        ('{"id": "1", "comment": "x"}\n', [], "voice is not employee or customer"),
        (GOOD, ["--units", "none.csv"], "--units"),
        (GOOD, ["--contact", "none.csv"], "--contact"),
        (GOOD, ["--outcomes", "none.csv"], "--outcomes"),
        (GOOD, ["--period", "year"], "week, month, quarter"),
        (GOOD, ["--model", "big"], "voices-small"),
        (GOOD, ["--taxonomy", "none.toml"], "none.toml"),
    ],
)
def test_bad_use_is_one_clear_line_and_exit_2(tmp_path, monkeypatch, text, options, says):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.jsonl"
    if text is not None:
        path.write_text(text)
    found = Done([path, *options], tmp_path / "o")
    assert found.code == 2
    assert found.stdout == ""
    assert says in found.stderr.strip().splitlines()[-1]
    assert "Traceback" not in found.stderr
    assert not (tmp_path / "o").exists()


def test_the_same_file_twice_is_read_once(tmp_path, no_report):
    path = written(tmp_path / "a.jsonl", comments(units=2, months=1))
    assert [file["read"] for file in Done([path, path], tmp_path / "o").run["files"]] == [16]


def test_the_moment_of_a_run_decides_what_lies_in_the_future(tmp_path, no_report):
    path = written(tmp_path / "a.jsonl", comments(units=3, months=8))
    now = dt.datetime(2023, 4, 2, tzinfo=dt.UTC)
    summary = align([path], tmp_path / "o", now=now)
    assert summary.run["alignment"]["n_periods"] == 4
    assert summary.run["alignment"]["future_comments"] == 96
    assert summary.run["created"].startswith("2023-04-02")
    with pytest.raises(InputError):
        align([], tmp_path / "p")


# sentences

ROW = {
    "employee_theme": "workload",
    "customer_theme": "workload",
    "family": "expected",
    "employee_negative_share": 0.12,
    "customer_negative_share": 0.08,
    "shared": "passed",
    "aligned": "failed",
    "linked": "failed",
    "leading": "failed",
    "similarity": 0.41,
    "similarity_q_value": 0.012,
    "n_units": 57,
    "n_periods": 18,
    "linked_effect": 0.48,
    "linked_low": 0.21,
    "linked_high": 0.7,
    "linked_q_value": 0.004,
    "leading_lag": 1,
    "leading_effect": 0.61,
    "leading_low": 0.4,
    "leading_high": 0.77,
    "leading_q_value": 0.0002,
}


def sentence(grade, language="en", **changes):
    row = ROW | {"grade": grade, grade: "passed"} | changes
    return path_sentence(row, load(language))


def test_a_shared_problem_is_no_evidence_of_a_cause():
    assert sentence("shared") == (
        f"Employees complain about {load('en').theme('workload')} in 12% of their comments, customers in 8%. "
        "That both complain is no evidence yet of one cause."
    )
    assert "geen bewijs" in sentence("shared", "nl")


@pytest.mark.parametrize(("grade", "figures"), [
    ("aligned", ["0.41", "q = 0.012"]),
    ("linked", ["0.48", "0.21", "0.70", "57 units", "q = 0.004"]),
    ("leading", ["0.61", "0.40", "0.77", "57 units", "18 periods", "one period later", "q < 0.001"]),
])  # fmt: skip
def test_a_sentence_gives_its_figures_and_is_bounded(grade, figures):
    english, dutch = sentence(grade), sentence(grade, "nl")
    assert all(figure in english for figure in figures)
    bound = (
        ("the same kind of problem", "hetzelfde soort probleem")
        if grade == "aligned"
        else ("is consistent with", "past bij")
    )
    assert bound[0] in english
    assert bound[1] in dutch
    for text in (english, dutch):
        assert not re.search(r"[{}]|None|nan", text)
        assert not re.search(r"\b(causes|caused by|because|veroorzaakt|omdat)\b", text)
        assert not re.search(r"(?<!not )\bprove", text)
    number = figures[0].replace(".", ",")
    assert number in dutch


def test_two_themes_are_both_named():
    text = sentence("linked", customer_theme="engagement", shared="untested")
    words = load("en")
    assert f"more about {words.theme('workload')}, customers complain more about {words.theme('engagement')}" in text
    assert "12% of their comments, customers about" in text


def test_several_periods_are_plural():
    assert "2 periods later" in sentence("leading", leading_lag=2)
    assert "één periode" in sentence("leading", "nl")
    assert "2 perioden" in sentence("leading", "nl", leading_lag=2)


def test_a_searched_for_path_is_called_that():
    text = sentence("leading", family="exploratory", customer_theme="price")
    assert "look for it again in new data" in text
    assert "is consistent with" not in text
    assert "nieuwe gegevens" in sentence("linked", "nl", family="exploratory", customer_theme="price")


@pytest.mark.parametrize("grade", ["none", "", "certain", None, float("nan")])
def test_what_was_not_found_has_no_sentence(grade):
    assert path_sentence(ROW | {"grade": grade}, load("en")) == ""


def test_names_of_themes_are_taken_as_they_are():
    assert "{odd} & <b>" in sentence("linked", employee_theme="{odd} & <b>", customer_theme="{odd} & <b>")
