import json
import os
import subprocess
import sys

import pytest


def voices(*arguments, stdin=None, **options):
    environment = os.environ | {"OMP_NUM_THREADS": "1", "COLUMNS": "100"}
    return subprocess.run(
        [sys.executable, "-m", "voices", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf8",
        env=environment,
        check=False,
        **options,
    )


COMMANDS = ("run", "classify", "evaluate", "demo", "taxonomy", "models", "train")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command):
    done = voices(command, "--help")
    assert done.returncode == 0
    listed = done.stdout if command != "models" else voices("models", "list", "--help").stdout
    assert f"voices {command}" in listed.split("Example:")[1]


def test_run_shows_the_columns_and_a_summary(exports, tmp_path):
    done = voices("run", "--employees", exports[0], "--customers", exports[1], "--out", tmp_path / "q3", "--threads", 1)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "employee: staff.csv (csv, utf-8, 60 rows)" in done.stderr
    assert "staff.csv: 120 read = 120 classified + 0 rejected (10 empty or filler)" in done.stderr
    assert "Workload" in done.stderr
    assert "\x1b" not in done.stderr
    assert (tmp_path / "q3" / "report.html").is_file()


def test_quiet_is_quiet_and_json_is_json(exports, tmp_path):
    done = voices("run", "--customers", exports[1], "--out", tmp_path / "a", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = voices("run", "--customers", exports[1], "--out", tmp_path / "b", "--json")
    assert done.stderr == ""
    assert json.loads(done.stdout)["files"][0]["read"] == 80


def test_classify_from_pipe_to_pipe(exports):
    done = voices("classify", "-", "--voice", "customer", "--out", "-", stdin=exports[1].read_text())
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == 80
    assert {"id", "voice", "language", "unit", "date", "question", "outcome", "text", "sentiment", "sentiment_score",
            "confidence", "emotion", "themes"} <= set(rows[0])  # fmt: skip
    assert rows[0]["themes"][0]["theme"] == "workload"
    assert set(rows[0]["themes"][0]) == {"theme", "polarity", "confidence", "segment"}


def test_evaluate_prints_a_table(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"id": "1", "sentiment": "negative", "themes": {"trust": "negative"}}\n')
    done = voices("evaluate", tmp_path / "a.jsonl", "--gold", tmp_path / "a.jsonl")
    assert done.returncode == 0
    assert "trust" in done.stdout
    done = voices("evaluate", tmp_path / "a.jsonl", "--gold", tmp_path / "a.jsonl", "--json")
    assert json.loads(done.stdout)["groups"]["all"]["theme_micro_f1"] == 1.0


def test_strict_counts_rejected_rows(tmp_path):
    path = tmp_path / "nps.csv"
    path.write_text("id,comment\n1,The queue was long\n2,a,b,c,d\n3,Friendly staff\n")
    options = ("classify", path, "--voice", "customer", "--out", "-", "--quiet")
    assert voices(*options).returncode == 0
    done = voices(*options, "--strict")
    assert done.returncode == 4
    assert len(done.stdout.splitlines()) == 2


def test_rejected_rows_are_listed_beside_the_coded_file(tmp_path):
    path = tmp_path / "nps.csv"
    path.write_text("id,comment\n1,The queue was long\n2,secret,b,c,d\n3,Friendly staff\n")
    done = voices("classify", path, "--voice", "customer", "--out", tmp_path / "coded.jsonl")
    assert done.returncode == 0
    listed = (tmp_path / "coded.rejected.csv").read_text()
    assert "nps.csv,3," in listed
    assert "secret" not in listed + done.stderr


@pytest.mark.parametrize(
    ("make", "arguments", "message"),
    [
        (None, ["--customers", "none.csv", "--out", "o"], "none.csv"),
        (b"", ["--customers", "f.csv", "--out", "o"], "empty"),
        (b"id,comment\n", ["--customers", "f.csv", "--out", "o"], "no rows"),
        (b"a,b\n1,2\n3,4\n", ["--customers", "f.csv", "--out", "o"], "--map text="),
        (b"id,comment\n1,Fine shop\n", ["--customers", "f.csv", "--out", "o", "--map", "text=coment"], "comment"),
        (b"id,comment\n1,Fine shop\n", ["--customers", "f.csv", "--out", "o", "--map", "txt=comment"], "text"),
        (
            b"id,comment\n1,Fine shop\n",
            ["--customers", "f.csv", "--out", "o", "--period", "year"],
            "week, month, quarter",
        ),
        (b"id,comment\n1,Fine shop\n", ["--customers", "f.csv", "--out", "."], "--force"),
        (b"id,comment\n1,Fine shop\n", ["--customers", "f.csv", "--out", "o", "--model", "big"], "voices-small"),
        (b"id,comment\n1,Fine shop\n", ["--customers", "f.csv", "--out", "o", "--device", "tpu"], "--device"),
        (b"id,comment\n1,Fine shop\n", ["--out", "o"], "no file was named"),
        (b"id,comment\n1,Fine shop\n", ["--customers", "f.csv"], "--out"),
    ],
)
def test_bad_use_is_one_clear_line_and_exit_2(tmp_path, make, arguments, message):
    if make is not None:
        (tmp_path / "f.csv").write_bytes(make)
    done = voices("run", *arguments, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    error = done.stderr.strip().splitlines()[-1]
    assert message in error
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "o").exists()


def test_damaged_model_is_exit_3(tmp_path):
    from voices.models import find

    copy = tmp_path / "model"
    copy.mkdir()
    (copy / "analyst.json").write_text((find().path / "analyst.json").read_text())
    (tmp_path / "f.csv").write_text("id,comment\n1,Fine shop\n2,Nice shop\n")
    done = voices("classify", tmp_path / "f.csv", "--voice", "customer", "--model", copy)
    assert done.returncode == 3
    assert "missing" in done.stderr


def test_a_closed_pipe_is_no_error(exports):
    command = f"'{sys.executable}' -m voices classify '{exports[1]}' --voice customer --quiet | head -n 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr


def test_version_taxonomy_and_models():
    from voices import __version__

    assert voices("--version").stdout.strip() == f"voices {__version__}"
    assert "werkdruk" in voices("taxonomy", "--report-language", "nl").stdout.lower()
    assert len(json.loads(voices("taxonomy", "--json").stdout)) == 17
    assert json.loads(voices("models", "list", "--json").stdout)[0]["name"] == "voices-small"
    assert "as recorded" in voices("models", "verify").stdout


def test_demo_runs_the_bundled_sample(tmp_path):
    done = voices("demo", "--out", tmp_path / "demo", "--report-language", "nl")
    assert done.returncode == 0, done.stderr
    run = json.loads((tmp_path / "demo" / "run.json").read_text())
    assert [file["rows"] for file in run["files"]] == [300, 420]
    assert run["files"][0]["unreadable_dates"] == 1
    assert run["files"][0]["rejected"] == 3
    assert 'lang="nl"' in (tmp_path / "demo" / "report.html").read_text(encoding="utf8")
