import csv
import datetime as dt
import gzip
import json
import shutil

import pandas as pd
import pytest

import voices
from conftest import CUSTOMERS, EMPLOYEES
from voices.analysis import Analysis
from voices.config import Settings
from voices.errors import InputError, VoicesError
from voices.outputs import render
from voices.pipeline import RUN_FILES, classify_files, run
from voices.tables import ALIGNMENT_COLUMNS

NOW = dt.datetime(2026, 1, 2, 3, 4, 5)
SETTINGS = Settings(threads=1, min_group=5)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """One run over the small exports, shared by the tests that only look at it."""
    folder = tmp_path_factory.mktemp("run")
    employees = pd.DataFrame(
        [(f"e{n}", f"Store {n % 4}", f"2025-{n % 6 + 1:02d}-14", *EMPLOYEES[n % 6]) for n in range(60)],
        columns=["Respondent", "Store", "Date", "What went well?", "What could be better?"],
    )
    customers = pd.DataFrame(
        [(f"c{n}", f"Store {n % 4}", f"2025-{n % 6 + 1:02d}-20", CUSTOMERS[n % 8], n % 11) for n in range(80)],
        columns=["Response ID", "Store", "Date", "Comment", "NPS"],
    )
    run([employees], [customers], folder / "out", settings=SETTINGS, now=NOW)
    return folder / "out"


def test_all_files_of_the_contract_are_there(finished):
    assert sorted(p.name for p in finished.iterdir()) == sorted(RUN_FILES)


def test_books_balance(finished):
    entry = json.loads((finished / "run.json").read_text())
    assert entry["format"] == 1
    for file in entry["files"]:
        assert file["read"] == file["classified"] + file["rejected"]
        assert sum(file["status"].values()) == file["classified"]
    assert entry["files"][0]["read"] == 120
    assert entry["counts"]["customer"]["placeholder"] == 10
    assert entry["counts"]["customer"]["wordless"] == 10
    assert len(pd.read_parquet(finished / "comments.parquet")) == 200


def test_mentions_belong_to_comments_and_slice_their_text(finished):
    analysis = Analysis.load(finished)
    texts = analysis.comments.set_index(["voice", "id"])["text"]
    assert texts.index.is_unique
    assert len(analysis.mentions) > 100
    for mention in analysis.mentions.itertuples():
        assert texts[mention.voice, mention.id][mention.start : mention.end] == mention.segment


def test_tables_agree_with_mentions(finished):
    analysis = Analysis.load(finished)
    counted = analysis.mentions.groupby(["voice", "theme"]).size()
    shown = analysis.themes.dropna(subset=["n_people"])
    assert len(shown) > 2
    for row in shown.itertuples():
        assert row.n_mentions == counted.get((row.voice, row.theme), 0)
        assert row.share_low <= row.share <= row.share_high
    by_period = analysis.trends.groupby(["voice", "theme"])["n_mentions"].sum()
    assert (by_period <= analysis.themes.set_index(["voice", "theme"])["n_mentions"].fillna(0).sort_index()).all()


def test_no_cell_is_about_fewer_people_than_the_threshold(finished):
    analysis = Analysis.load(finished)
    people = analysis.comments.assign(person=analysis.comments["id"].str.replace(r"/[^/]*$", "", regex=True))
    who = analysis.mentions.merge(people[["id", "person"]], on="id")
    in_unit = who.groupby(["voice", "unit", "theme"])["person"].nunique()
    for row in analysis.unit_themes.itertuples():
        n = int(in_unit.get((row.voice, row.unit, row.theme), 0))
        assert row.n_people == n if n >= 5 else pd.isna(row.n_people)
    withheld = analysis.run["suppressed"]
    assert withheld["unit_themes"]["employee"] > 0
    for name, table in (
        ("themes", analysis.themes),
        ("trends", analysis.trends),
        ("unit_themes", analysis.unit_themes),
    ):
        assert (table["n_people"].dropna() >= 5).all()
        assert (table["n_respondents"] >= 5).all()
        assert int(table["n_people"].isna().sum()) == sum(withheld[name].values())


def test_a_finished_run_is_rendered_again_in_another_language(finished, tmp_path):
    out = tmp_path / "again"
    assert render(finished, out=out, report_language="nl", formats=["html"]) == [out / "report.html"]
    assert '<html lang="nl">' in (out / "report.html").read_text(encoding="utf8")
    assert not {"comments.parquet", "mentions.parquet", "members.parquet"} & {path.name for path in out.iterdir()}
    for name in ("themes", "trends", "unit_themes", "alignment", "quotes"):
        assert (out / f"{name}.csv").read_text(encoding="utf8") == (finished / f"{name}.csv").read_text(encoding="utf8")


def test_rendering_again_changes_nothing_but_what_was_asked(finished, tmp_path):
    out = tmp_path / "copy"
    shutil.copytree(finished, out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    render(out, formats=["html", "xlsx"])
    after = {path.name: path.read_bytes() for path in out.iterdir()}
    assert after.keys() == before.keys()
    assert [name for name in before if before[name] != after[name]] == []


def test_a_higher_threshold_takes_out_more_and_a_lower_one_is_refused(finished, tmp_path):
    out = tmp_path / "fewer"
    with pytest.raises(InputError, match="for good"):
        render(finished, min_group=12)
    render(finished, out=out, min_group=12)
    themes = pd.read_csv(out / "themes.csv")
    assert themes["n_people"].dropna().min() >= 12
    assert themes["n_people"].isna().sum() > pd.read_csv(finished / "themes.csv")["n_people"].isna().sum()
    assert json.loads((out / "run.json").read_text(encoding="utf8"))["thresholds"]["min_group"] == 12
    with pytest.raises(InputError, match="a lower threshold needs a new run"):
        render(out, min_group=11)


def test_an_earlier_run_is_compared_with(finished, tmp_path):
    out = tmp_path / "beside"
    render(finished, out=out, previous=finished, formats=["html"])
    table = pd.read_csv(out / "comparison.csv")
    assert len(table) > 2
    assert (table["difference"] == 0).all()
    assert set(table["verdict"]) == {"flat"}
    assert json.loads((out / "run.json").read_text(encoding="utf8"))["previous"]["folder"] == finished.name


@pytest.mark.parametrize("spoil", ["missing", "no run", "damaged"])
def test_a_folder_that_is_no_run_is_refused(finished, tmp_path, spoil):
    folder = tmp_path / "spoilt"
    if spoil != "missing":
        folder.mkdir()
    if spoil == "damaged":
        shutil.copytree(finished, folder, dirs_exist_ok=True)
        (folder / "run.json").write_text("{", encoding="utf8")
    with pytest.raises(InputError):
        render(folder)
    with pytest.raises(InputError, match="--previous"):
        render(finished, out=tmp_path / "out", previous=folder)


def test_workload_is_the_shared_problem(finished):
    alignment = Analysis.load(finished).alignment
    assert list(alignment.columns) == [*ALIGNMENT_COLUMNS, "sentence_en", "sentence_nl"]
    first = alignment.iloc[0]
    assert (first["rank"], first["employee_theme"], first["customer_theme"], first["grade"]) == (
        1, "workload", "workload", "shared",
    )  # fmt: skip
    assert (first["shared"], first["aligned"], first["linked"]) == ("passed", "untested", "untested")
    assert first["employee_negative_share"] > 0.2
    assert first["customer_negative_share"] > 0.2
    assert first["employee_corrected_low"] < first["employee_corrected"] < first["employee_corrected_high"]
    assert alignment[["effect", "lag", "reverse_effect", "detectable_effect"]].isna().all(axis=None)
    skipped = json.loads((finished / "run.json").read_text(encoding="utf8"))["alignment"]["skipped"]
    assert skipped == {"aligned": "few_mentions", "linked": "few_units", "leading": "few_units"}


def test_quotes_of_both_sides(finished):
    quotes = Analysis.load(finished).quotes
    evidence = quotes[quotes["why"].str.startswith("evidence of a shared problem")]
    assert set(evidence["voice"]) == {"employee", "customer"}
    assert set(evidence.query("voice == 'customer' and theme == 'workload'")["text"]) < set(CUSTOMERS)


def test_no_quote_below_the_minimum_group(tmp_path):
    frame = pd.DataFrame({"comment": ["The salary is too low"] * 3 + ["Nice building and a good canteen"] * 9})
    folder = tmp_path / "out"
    run([frame.assign(id=range(12))], [], folder, settings=Settings(threads=1, min_group=10))
    assert len(pd.read_csv(folder / "quotes.csv")) == 0
    run([frame.assign(id=range(12))], [], folder, settings=Settings(threads=1, min_group=9), force=True)
    assert set(pd.read_csv(folder / "quotes.csv")["text"]) == {"Nice building and a good canteen"}


def test_runs_are_repeatable_to_the_byte(exports, tmp_path):
    for name in ("a", "b"):
        run([exports[0]], [exports[1]], tmp_path / name, settings=SETTINGS, now=NOW)
    for name in RUN_FILES:
        if name not in ("run.json", "report.xlsx"):
            assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_one_voice_alone(exports, tmp_path):
    summary = run([], [exports[1]], tmp_path / "out", settings=SETTINGS)
    assert summary.paths == []
    assert list(pd.read_csv(tmp_path / "out" / "alignment.csv").columns)[:-2] == list(ALIGNMENT_COLUMNS)
    assert set(summary.run["counts"]) == {"customer"}


def test_several_files_of_a_voice(exports, tmp_path):
    summary = run([exports[0]], [exports[1], exports[1]], tmp_path / "out", settings=SETTINGS)
    assert [f["read"] for f in summary.run["files"]] == [120, 80, 80]
    assert Analysis.load(tmp_path / "out").comments.duplicated(["voice", "id"]).sum() == 0


def test_no_files_at_all(tmp_path):
    with pytest.raises(InputError, match="no file was named"):
        run([], [], tmp_path / "out")


def test_private_numbers_never_leave_the_run(tmp_path):
    frame = pd.DataFrame(
        {"comment": [f"Waited an hour, call me on 06-1234567{n} or jan{n}@x.nl please" for n in range(10)]}
    )
    run([], [frame], tmp_path / "out", settings=Settings(threads=1, min_group=1))
    out = tmp_path / "out"
    written = [path.read_text(encoding="utf8") for path in out.iterdir() if path.suffix in (".csv", ".html", ".json")]
    written += [pd.read_parquet(path).to_csv() for path in out.glob("*.parquet")]
    written += [frame.to_csv() for frame in pd.read_excel(out / "report.xlsx", sheet_name=None).values()]
    assert not any("1234567" in text or "@x.nl" in text for text in written)
    assert "[phone]" in pd.read_parquet(tmp_path / "out" / "comments.parquet")["text"][0]
    assert "[phone]" in (tmp_path / "out" / "report.html").read_text()


def test_formulas_in_answers_do_not_run(tmp_path):
    frame = pd.DataFrame(
        {"comment": ['=HYPERLINK("http://x.nl","the queue was much too long here")'] * 3, "id": [1, 2, 3]}
    )
    run([], [frame], tmp_path / "out", settings=Settings(threads=1, min_group=1))
    with (tmp_path / "out" / "quotes.csv").open(newline="") as stream:
        assert not any(cell.startswith("=") for row in csv.reader(stream) for cell in row)


def test_disk_full_leaves_nothing(exports, tmp_path, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("voices.pipeline.write_reports", full)
    with pytest.raises(VoicesError, match="disk is full"):
        run([exports[0]], [exports[1]], tmp_path / "new" / "out", settings=SETTINGS)
    assert list((tmp_path / "new").iterdir()) == []


def test_analyze_takes_and_gives_data_frames():
    staff = pd.DataFrame({"comment": [good for good, _ in EMPLOYEES] * 3, "store": list("ABCDEF") * 3})
    nps = pd.DataFrame({"comment": CUSTOMERS * 3})
    before = staff.copy()
    analysis = voices.analyze(employees=staff, customers=nps, settings=SETTINGS)
    pd.testing.assert_frame_equal(staff, before)
    assert set(analysis.comments["voice"]) == {"employee", "customer"}
    assert "<html" in analysis.report_html
    assert "report_html" not in repr(analysis)


def test_classify_gives_one_row_a_comment():
    frame = pd.DataFrame({"comment": ["Waited an hour at the till", "-", "Friendly staff"], "score": [1, 5, 9]})
    coded = voices.classify(frame, voice="customer", settings=SETTINGS)
    assert list(coded["sentiment"]) == ["negative", "neutral", "positive"]
    assert coded["themes"][0][0]["theme"] == "workload"
    assert coded["themes"][1] == []
    with pytest.raises(InputError, match="--voice boss"):
        voices.classify(frame, voice="boss")


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_classify_files_formats(exports, tmp_path, suffix):
    target = tmp_path / f"coded{suffix}"
    classify_files([exports[1]], target, voice="customer", settings=SETTINGS)
    reader = {".jsonl": lambda p: pd.read_json(p, lines=True), ".csv": pd.read_csv, ".parquet": pd.read_parquet}[suffix]
    table = reader(target)
    assert len(table) == 80
    first = table["themes"][0]
    assert (first[0]["theme"] if suffix == ".jsonl" else first.split(":")[0]) == "workload"
    with pytest.raises(InputError, match="--force"):
        classify_files([exports[1]], target, voice="customer")


def test_gzip_gives_the_same_codes(exports, tmp_path):
    packed = tmp_path / "nps.csv.gz"
    packed.write_bytes(gzip.compress(exports[1].read_bytes()))
    classify_files([packed], tmp_path / "a.jsonl", voice="customer", settings=SETTINGS)
    classify_files([exports[1]], tmp_path / "b.jsonl", voice="customer", settings=SETTINGS)
    assert (tmp_path / "a.jsonl").read_text() == (tmp_path / "b.jsonl").read_text()


def test_a_mapping_is_used_in_the_files_that_have_the_column(tmp_path):
    staff = pd.DataFrame({"alpha": ["Too few people at the till on Saturdays", "Good pay"], "beta": ["x1", "x2"]})
    nps = pd.DataFrame({"gamma": ["Waited an hour in the queue", "Friendly staff here"], "beta": ["x1", "x2"]})
    summary = run(
        [staff], [nps], tmp_path / "out", mapping={"text": ["alpha", "gamma"], "unit": ["beta"]}, settings=SETTINGS
    )
    assert [f["columns"]["text"] for f in summary.run["files"]] == [("alpha",), ("gamma",)]
    with pytest.raises(InputError, match="gama"):
        run([staff], [nps], tmp_path / "no", mapping={"text": ["gama"]}, settings=SETTINGS)
