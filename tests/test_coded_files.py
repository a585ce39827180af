import csv
import datetime as dt
import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from voices.coded_files import read_coded
from voices.errors import InputError

ROWS = [
    {
        "id": "e1",
        "voice": "employee",
        "unit": "Store 1",
        "date": "2025-01-31",
        "language": "en",
        "status": "coded",
        "sentiment": "negative",
        "emotion": "frustration",
        "outcome": 3.0,
        "contact": 0.5,
        "text": "Too few people, but a good course, and \"quotes\"; commas",
        "themes": [
            {"theme": "workload", "polarity": "negative"},
            {"theme": "training", "polarity": "positive"},
        ],
    },
    {"id": "e2", "voice": "employee", "text": "Fine", "themes": []},
    {
        "id": "c1",
        "voice": "customer",
        "unit": "Café 2",
        "date": "2025-02-01",
        "outcome": 9.5,
        "text": "Lange rij bij de kassa",
        "themes": [{"theme": "workload", "polarity": "negative"}],
    },
    {"id": "c2", "voice": "customer", "unit": "3", "date": None, "themes": [{"theme": "price", "polarity": "neutral"}]},
]  # fmt: skip
COLUMNS = ("id", "voice", "unit", "date", "language", "status", "sentiment", "emotion", "outcome", "contact", "text")


def flat(row):
    return {**row, "themes": ";".join(f"{m['theme']}:{m['polarity']}" for m in row["themes"])}


def write_lines(path, rows):
    text = "".join(json.dumps(row) + "\n" for row in rows)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf8")
    return path


def write_csv(path, rows, opener=open):
    with opener(path, "wt", encoding="utf8", newline="") as stream:
        table = csv.DictWriter(stream, (*COLUMNS, "themes"))
        table.writeheader()
        table.writerows(flat(row) for row in rows)
    return path


def write_parquet(path, rows, schema=None):
    names = dict.fromkeys(name for row in rows for name in row)
    whole = [{name: row.get(name) for name in names} for row in rows]
    pq.write_table(pa.Table.from_pylist(whole, schema=schema), path)
    return path


def read(path):
    """Give the rows that can be used, without segments, the rejected ones, and the dates that were not read."""
    batches = list(read_coded(path))
    rows = [row for batch in batches for row in batch.table.drop_columns("segments").to_pylist()]
    rejected = [(item.row, item.reason) for batch in batches for item in batch.rejected]
    return rows, rejected, sum(batch.unreadable_dates for batch in batches)


def expected(row):
    known = dict.fromkeys((*COLUMNS, "themes")) | flat(row)
    return known | {"date": dt.date.fromisoformat(known["date"]) if known["date"] else None}


FORMATS = {
    "a.jsonl": write_lines,
    "a.ndjson": write_lines,
    "a.JSONL": write_lines,
    "a.jsonl.gz": write_lines,
    "a.csv": write_csv,
    "a.csv.gz": lambda path, rows: write_csv(path, rows, gzip.open),
    "nested.parquet": write_parquet,
    "flat.parquet": lambda path, rows: write_parquet(path, [flat(row) for row in rows]),
    "a.pq": lambda path, rows: write_parquet(path, [flat(row) for row in rows]),
    "dated.parquet": lambda path, rows: write_parquet(
        path, [{**flat(row), "date": dt.date.fromisoformat(row["date"]) if row.get("date") else None} for row in rows]
    ),
    "map.jsonl": lambda path, rows: write_lines(
        path, [{**row, "themes": {m["theme"]: m["polarity"] for m in row["themes"]}} for row in rows]
    ),
    "text.jsonl": lambda path, rows: write_lines(path, [flat(row) for row in rows]),
    "category.parquet": lambda path, rows: write_category(path, rows),
}


def write_category(path, rows):
    import pandas as pd

    pd.DataFrame([flat(row) for row in rows]).astype({"voice": "category", "themes": "category"}).to_parquet(path)
    return path


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_comments_are_read_from_every_format(tmp_path, name):
    rows, rejected, lost = read(FORMATS[name](tmp_path / name, ROWS))
    for found, row in zip(rows, ROWS, strict=True):
        wanted = expected(row)
        assert {key: value for key, value in found.items() if key != "themes"} == {
            key: value for key, value in wanted.items() if key != "themes"
        }
        assert (found["themes"] or "") == wanted["themes"]
    assert rejected == []
    assert lost == 0


def test_every_format_has_the_same_columns(tmp_path):
    schemas = [next(read_coded(make(tmp_path / name, ROWS))).table.schema for name, make in FORMATS.items()]
    assert all(schema.equals(schemas[0]) for schema in schemas)


def test_segments_stay_with_their_mentions(tmp_path):
    rows = [
        {
            "id": "1",
            "voice": "employee",
            "themes": [
                {"theme": "workload", "polarity": "negative", "segment": "too few people"},
                {"theme": "training", "polarity": "positive"},
                {"theme": "workload", "polarity": "positive", "segment": "later"},
            ],
        }
    ]
    for path in (write_lines(tmp_path / "a.jsonl", rows), write_parquet(tmp_path / "a.parquet", rows)):
        (batch,) = read_coded(path)
        assert batch.table["segments"].to_pylist() == [["too few people", None]]
        assert batch.table["themes"].to_pylist() == ["workload:negative;training:positive"]


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
def test_a_theme_that_is_told_twice_counts_once(tmp_path, name):
    rows = [{"id": "1", "voice": "employee", "themes": "workload:negative;trust:neutral;workload:negative"}]
    write = {"a.jsonl": write_lines, "a.parquet": write_parquet}.get(name)
    path = tmp_path / name
    if write:
        write(path, rows)
    else:
        path.write_text("id,voice,themes\n1,employee,workload:negative;trust:neutral;workload:negative\n")
    assert [row["themes"] for row in read(path)[0]] == ["workload:negative;trust:neutral"]


SECRET = "Jan de Vries shouted at us"
BAD = [
    ({"voice": "employee", "themes": []}, "no id"),
    ({"id": "", "voice": "employee", "themes": []}, "no id"),
    ({"id": "1", "voice": "manager", "themes": []}, "voice is not employee or customer"),
    ({"id": "1", "themes": []}, "voice is not employee or customer"),
    ({"id": "1", "voice": SECRET, "themes": []}, "voice is not employee or customer"),
    ({"id": "1", "voice": "employee", "themes": [{"theme": "trust", "polarity": "bad"}]}, "polarity"),
    ({"id": "1", "voice": "employee", "themes": [{"theme": "trust"}]}, "polarity"),
    ({"id": "1", "voice": "employee", "themes": [{"polarity": "negative"}]}, "theme"),
    ({"id": "1", "voice": "employee", "themes": [{"theme": 3, "polarity": "negative"}]}, "theme"),
    ({"id": "1", "voice": "employee", "themes": [{"theme": "a;b", "polarity": "negative"}]}, "theme"),
    ({"id": "1", "voice": "employee", "themes": ["trust"]}, "themes"),
    ({"id": "1", "voice": "employee", "themes": 3}, "themes"),
    ({"id": "1", "voice": "employee", "themes": "trust"}, "theme"),
    ({"id": "1", "voice": "employee", "themes": [{"theme": "trust", "polarity": SECRET}]}, "polarity"),
    ({"id": "1", "voice": "employee", "themes": f"{SECRET}: really"}, "polarity"),
]


@pytest.mark.parametrize(("bad", "says"), BAD)
def test_a_bad_row_is_set_aside_with_its_number_and_never_its_text(tmp_path, bad, says):
    good = {"id": "9", "voice": "customer", "themes": []}
    path = write_lines(tmp_path / "a.jsonl", [good, {**bad, "text": SECRET}, good])
    rows, rejected, _ = read(path)
    assert [row["id"] for row in rows] == ["9", "9"]
    ((row, reason),) = rejected
    assert row == 2
    assert says in reason
    assert not any(word in reason for word in SECRET.split() if word not in ("at", "us", "de"))


def test_lines_that_are_no_objects_are_set_aside(tmp_path):
    path = tmp_path / "a.jsonl"
    good = '{"id": "1", "voice": "customer", "themes": []}\n'
    path.write_text(good * 4 + f'{{"text": "{SECRET}"\n' + "\n" + "[1, 2]\n" + "5\n" + good, encoding="utf8")
    rows, rejected, _ = read(path)
    assert len(rows) == 5
    assert rejected == [(5, "not a JSON object"), (7, "not a JSON object"), (8, "not a JSON object")]


@pytest.mark.parametrize("name", ["a.csv", "flat.parquet", "nested.parquet"])
def test_bad_rows_of_tables_are_set_aside_too(tmp_path, name):
    rows = [
        {"id": "1", "voice": "employee", "themes": "trust:negative"},
        {"id": "", "voice": "employee", "themes": "trust:negative"},
        {"id": "3", "voice": "boss", "themes": "trust:negative"},
        {"id": "4", "voice": "customer", "themes": "trust:bad"},
        {"id": "5", "voice": "customer", "themes": ""},
        {"id": "6", "voice": "customer", "themes": "price:positive"},
        {"id": "7", "voice": "customer", "themes": "price:positive"},
    ]
    path = tmp_path / name
    if name == "a.csv":
        lines = [f"{row['id']},{row['voice']},{row['themes']}" for row in rows]
        path.write_text("\n".join(["id,voice,themes", *lines]) + "\n")
    elif name == "flat.parquet":
        write_parquet(path, rows)
    else:
        split = [[part.split(":") for part in row["themes"].split(";") if part] for row in rows]
        nested = [[{"theme": theme, "polarity": polarity} for theme, polarity in parts] for parts in split]
        write_parquet(path, [{**row, "themes": themes} for row, themes in zip(rows, nested, strict=True)])
    found, rejected, _ = read(path)
    assert [row["id"] for row in found] == ["1", "5", "6", "7"]
    first = 3 if name == "a.csv" else 2
    assert [row for row, _ in rejected] == [first, first + 1, first + 2]
    assert [reason.split()[0] for _, reason in rejected[:2]] == ["no", "voice"]
    assert "polarity" in rejected[2][1]


def refused(path):
    with pytest.raises(InputError) as error:
        list(read_coded(path))
    assert "\n" not in str(error.value)
    assert path.name in str(error.value)
    return str(error.value)


def test_what_is_no_coded_file_is_refused(tmp_path):
    assert "no such file" in refused(tmp_path / "none.jsonl")
    assert "no such file" in refused(tmp_path)
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    assert ".jsonl, .ndjson, .csv, .parquet" in refused(tmp_path / "a.xlsx")
    (tmp_path / "a.gz").write_bytes(b"")
    assert ".jsonl" in refused(tmp_path / "a.gz")


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
def test_a_file_without_comments_is_refused(tmp_path, name):
    path = tmp_path / name
    if name == "a.parquet":
        write_parquet(path, [], pa.schema([(column, pa.string()) for column in ("id", "voice", "themes")]))
    else:
        path.write_text("" if name == "a.jsonl" else "id,voice,themes\n")
    assert "no coded comment" in refused(path)


def test_an_empty_table_names_what_it_lacks(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("")
    assert "no column id and no voice and no themes" in refused(path)


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_missing_columns_are_named_with_those_that_are_there(tmp_path, name):
    path = tmp_path / name
    if name == "a.csv":
        path.write_text("id,comment\n1,x\n")
    else:
        write_parquet(path, [{"id": "1", "comment": "x"}])
    message = refused(path)
    assert "no column voice and no themes" in message
    assert "id, comment" in message


def test_a_file_of_something_else_is_refused_with_its_first_problem(tmp_path):
    path = write_lines(tmp_path / "a.jsonl", [{"id": "1", "text": SECRET}] * 3)
    message = refused(path)
    assert "row 1: voice is not employee or customer" in message
    assert "3 of the first 3 rows" in message
    assert "Jan" not in message


def test_damaged_files_are_refused(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": "1", "voice": "customer", "themes": [], "text": "caf\xe9"}\n')
    assert "UTF-8" in refused(path)
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 and then nothing")
    assert "not a Parquet file" in refused(path)
    (tmp_path / "b.jsonl.gz").write_bytes(b"no gzip at all")
    assert "cannot be read" in refused(tmp_path / "b.jsonl.gz")
    lines = "".join(f'{{"id": "{n}", "voice": "customer", "themes": []}}\n' for n in range(2000)).encode()
    whole = gzip.compress(lines)
    (tmp_path / "c.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    assert "cannot be read" in refused(tmp_path / "c.jsonl.gz")
    (tmp_path / "d.jsonl.gz").write_bytes(whole[:200] + bytes(100) + whole[300:])
    assert "cannot be read" in refused(tmp_path / "d.jsonl.gz")


DATES = ["2025-01-31", "2025-01-31T23:59:00Z", "2025-02-30", "31-01-2025", "", None, "2024-02-29 10:00"]
READ = [dt.date(2025, 1, 31), dt.date(2025, 1, 31), None, None, None, None, dt.date(2024, 2, 29)]


@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet", "large.parquet", "category.parquet"])
def test_dates_that_cannot_be_read_are_counted(tmp_path, name):
    rows = [{"id": str(n), "voice": "customer", "date": date, "themes": ""} for n, date in enumerate(DATES)]
    if name == "a.jsonl":
        path = write_lines(tmp_path / name, rows)
    elif name == "category.parquet":
        import pandas as pd

        path = tmp_path / name
        pd.DataFrame(rows).astype({"date": "category"}).to_parquet(path)
    else:
        kind = pa.large_string() if name == "large.parquet" else pa.string()
        schema = pa.schema([("id", kind), ("voice", kind), ("date", kind), ("themes", kind)])
        path = write_parquet(tmp_path / name, rows, schema)
    found, rejected, lost = read(path)
    assert [row["date"] for row in found] == READ
    assert rejected == []
    assert lost == 2


def test_moments_are_read_as_days(tmp_path):
    moment = dt.datetime(2025, 1, 31, 23, 30)
    rows = [{"id": "1", "voice": "customer", "date": moment, "themes": ""}]
    assert read(write_parquet(tmp_path / "a.parquet", rows))[0][0]["date"] == moment.date()
    rows = [{"id": "1", "voice": "customer", "date": moment, "themes": [{"theme": "price", "polarity": "negative"}]}]
    assert read(write_parquet(tmp_path / "b.parquet", rows))[0][0]["date"] == moment.date()


def test_dates_of_another_kind_are_counted_as_not_read(tmp_path):
    rows = [{"id": "1", "voice": "customer", "date": 20250131, "themes": ""}]
    found, _, lost = read(write_parquet(tmp_path / "a.parquet", rows))
    assert found[0]["date"] is None
    assert lost == 1


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
def test_lang_is_the_language(tmp_path, name):
    path = tmp_path / name
    rows = [{"id": "1", "voice": "customer", "lang": "nl", "themes": "price:negative"}]
    if name == "a.csv":
        path.write_text("id,voice,lang,themes\n1,customer,nl,price:negative\n")
    else:
        (write_lines if name == "a.jsonl" else write_parquet)(path, rows)
    assert [row["language"] for row in read(path)[0]] == ["nl"]


@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet"])
def test_a_language_of_two_names_is_our_own(tmp_path, name):
    rows = [{"id": "1", "voice": "customer", "language": "nl", "lang": "xx", "themes": "price:negative"}]
    path = (write_lines if name == "a.jsonl" else write_parquet)(tmp_path / name, rows)
    assert [row["language"] for row in read(path)[0]] == ["nl"]


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
def test_empty_cells_are_missing(tmp_path, name):
    row = {"id": "1", "voice": "customer", "unit": "", "date": "", "status": "", "themes": "price:negative"}
    path = tmp_path / name
    if name == "a.csv":
        path.write_text("id,voice,unit,date,status,themes\n1,customer,,,,price:negative\n")
    else:
        (write_lines if name == "a.jsonl" else write_parquet)(path, [row])
    ((found,), _, lost) = read(path)
    assert (found["unit"], found["date"], found["status"]) == (None, None, None)
    assert lost == 0


@pytest.mark.parametrize("score", ["many", "NaN", None, "", [1]])
def test_scores_that_are_no_numbers_are_missing(tmp_path, score):
    rows = [{"id": "1", "voice": "customer", "outcome": score, "themes": []}]
    value = read(write_lines(tmp_path / "a.jsonl", rows))[0][0]["outcome"]
    assert value is None or value != value


def test_ids_and_units_may_be_numbers(tmp_path):
    rows = [{"id": 7, "voice": "customer", "unit": 12, "themes": "price:negative"}]
    for path in (write_lines(tmp_path / "a.jsonl", rows), write_parquet(tmp_path / "a.parquet", rows)):
        assert [(row["id"], row["unit"]) for row in read(path)[0]] == [("7", "12")]


def test_heads_with_spaces_around_them_are_known(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id, voice, unit, themes\n1,customer,a,price:negative\n")
    assert [(row["voice"], row["unit"], row["themes"]) for row in read(path)[0]] == [
        ("customer", "a", "price:negative")
    ]


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path):
    for name, text in (
        ("a.csv", "id,voice,themes\n1,customer,\n"),
        ("a.jsonl", '{"id": "1", "voice": "customer", "themes": []}\n'),
    ):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8-sig")
        assert [row["id"] for row in read(path)[0]] == ["1"]


def test_columns_that_nobody_knows_are_left(tmp_path):
    rows = [{"id": "1", "voice": "customer", "themes": "price:negative", "extra": {"a": 1}, "score": 3}]
    for path in (write_lines(tmp_path / "a.jsonl", rows), write_parquet(tmp_path / "a.parquet", rows)):
        assert set(read(path)[0][0]) == {*COLUMNS, "themes"}


def test_large_files_come_in_batches_with_row_numbers_that_go_on(tmp_path, monkeypatch):
    monkeypatch.setattr("voices.coded_files.BATCH", 100)
    rows = [{"id": str(n), "voice": "boss" if n == 249 else "customer", "themes": "price:negative"} for n in range(250)]
    for path in (write_lines(tmp_path / "a.jsonl", rows), write_parquet(tmp_path / "a.parquet", rows)):
        batches = list(read_coded(path))
        assert [batch.table.num_rows for batch in batches] == [100, 100, 49]
        assert [item.row for batch in batches for item in batch.rejected] == [250]
        assert {batch.file for batch in batches} == {path.name}


def test_what_classify_writes_can_be_read(tmp_path):
    from conftest import coded
    from voices.export import CodedWriter

    given = [
        coded(("workload", "negative"), ("trust", "positive"), unit="Store 1", date=dt.date(2025, 3, 1), outcome=4.0),
        coded(voice="customer", row=3),
    ]
    tables = []
    for name in ("a.jsonl", "a.csv", "a.parquet"):
        with CodedWriter(tmp_path / name) as writer:
            writer.write(given)
        (batch,) = read_coded(tmp_path / name)
        assert batch.rejected == []
        tables.append(
            [{**row, "themes": row["themes"] or ""} for row in batch.table.drop_columns("segments").to_pylist()]
        )
    assert tables[0] == tables[1] == tables[2]
    assert tables[0][0]["themes"] == "workload:negative;trust:positive"
    assert (tables[0][0]["id"], tables[0][0]["date"], tables[0][0]["outcome"]) == (
        "employee-2",
        dt.date(2025, 3, 1),
        4.0,
    )


def test_words_in_a_column_of_numbers_are_no_numbers(tmp_path):
    path = tmp_path / "a.parquet"
    table = pa.table({"id": ["1", "2"], "voice": ["employee"] * 2, "themes": ["", ""], "outcome": ["n/a", "7"]})
    pq.write_table(table, path)
    (batch,) = read_coded(path)
    assert batch.table["outcome"].to_pylist() == [None, 7.0]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-05", "2024-05-01"),
        ("2024-W05", "2024-01-29"),
        ("2024-Q2", "2024-04-01"),
        ("2024-13", None),
        ("2024-02-30", None),
    ],
)
def test_a_period_stands_for_its_first_day(tmp_path, text, day):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"id": "1", "voice": "employee", "themes": {}, "date": text}) + "\n", encoding="utf8")
    (batch,) = read_coded(path)
    assert [value and value.isoformat() for value in batch.table["date"].to_pylist()] == [day]
    assert batch.unreadable_dates == (day is None)


def test_unit_numbers_with_and_without_a_point_are_the_same(tmp_path):
    path = tmp_path / "a.jsonl"
    rows = [{"id": str(n), "voice": "employee", "themes": {}, "unit": unit} for n, unit in enumerate((12, 12.0, "12"))]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf8")
    (batch,) = read_coded(path)
    assert batch.table["unit"].to_pylist() == ["12", "12", "12"]
