"""Every format and encoding, from file to comments."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import subprocess
import sys

import pytest

from voices.read import Columns, ReadCounts, from_dataframe, open_source, plan, read_comments
from voices.types import Comment, Rejected

HEADER = ["id", "Opmerking", "datum", "cijfer"]
ROWS = [
    ["a1", "De balie was dicht; dat is jammer, heel jammer", "13-05-2024", "4"],
    ["a2", 'Mevrouw zei "kom\nmorgen terug"', "14-05-2024", "7"],
    ["a3", "Één café | twee tabs", "15-05-2024", "9"],
]


def read(path, *, mapping=None, voice="customer"):
    with open_source(str(path)) as source:
        found = plan(source, mapping=mapping)
        counts = ReadCounts()
        records = list(read_comments(source, found, voice=voice, counts=counts))
    answers = (counts.rows - counts.rejected_rows) * len(found.columns.text)
    assert counts.comments + counts.rejected_answers == answers
    assert counts.comments == sum(isinstance(record, Comment) for record in records)
    assert len(records) == counts.comments + counts.rejected_answers + counts.rejected_rows
    assert found.rows == counts.rows
    return found, records, counts


def table(delimiter=",", rows=ROWS, header=HEADER):
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows([header, *rows])
    return stream.getvalue()


def as_expected(records):
    return [(r.id, r.text, r.date, r.outcome) for r in records] == [
        (row[0], row[1], dt.datetime.strptime(row[2], "%d-%m-%Y").date(), float(row[3])) for row in ROWS
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
def test_delimiters_and_encodings(tmp_path, delimiter, encoding):
    path = tmp_path / "survey.csv"
    path.write_bytes(table(delimiter).encode(encoding))
    found, records, _ = read(path)
    assert as_expected(records)
    assert found.delimiter == delimiter
    assert [record.row for record in records] == [2, 3, 4]
    assert found.date_order == "day-first"


def test_big_endian_with_mark(tmp_path):
    path = tmp_path / "survey.csv"
    path.write_bytes(b"\xfe\xff" + table().encode("utf-16-be"))
    assert as_expected(read(path)[1])


def test_the_last_byte_of_a_long_file_decides_its_encoding(tmp_path):
    path = tmp_path / "survey.csv"
    with path.open("wb") as stream:
        stream.write(b"comment\n")
        for _ in range(3):
            stream.write(b"nothing special here\n" * 100_000)
        stream.write("tot volgend jaar in het café\n".encode("cp1252"))
    with open_source(str(path)) as source:
        assert plan(source).encoding == "cp1252"


def test_a_few_bad_bytes_in_utf8_cost_their_rows_only(tmp_path):
    path = tmp_path / "survey.csv"
    lines = [f"{n},één mooi café was open" for n in range(2, 40)]
    content = "\n".join(["id,comment", *lines]).encode().replace("2,één".encode(), b"2,\xe9\xe9n", 1)
    path.write_bytes(content)
    found, records, _ = read(path)
    assert found.encoding == "utf-8"
    assert records[0] == Rejected("survey.csv", 2, "bytes that are not UTF-8")
    assert sum(isinstance(record, Comment) for record in records) == 37


def test_one_column_keeps_its_commas(tmp_path):
    path = tmp_path / "survey.csv"
    path.write_text('comment\nnice, but slow; really\n"quoted, too"\n')
    found, records, _ = read(path)
    assert [record.text for record in records] == ["nice, but slow; really", "quoted, too"]
    assert found.delimiter is None


def test_backslash_escapes(tmp_path):
    path = tmp_path / "survey.csv"
    path.write_text(
        'id,comment,x\n1,"he said \\"no, never\\" twice",a\n2,"and \\"maybe, yes\\" once",b\n3,"fine by me",c\n'
    )
    assert read(path)[1][0].text == 'he said "no, never" twice'


def test_names_are_stripped_filled_and_told_apart(tmp_path):
    path = tmp_path / "survey.csv"
    path.write_text("\ufeff id ,, comment,comment\n1,x,The room was cold,All fine here\n", encoding="utf-8")
    found, _, _ = read(path)
    assert found.columns.text == ("comment", "comment (2)")
    assert found.unused == ("column 2",)


def test_lines_above_the_header_are_skipped(tmp_path):
    path = tmp_path / "survey.csv"
    path.write_text("sep=;\nid;comment\n1;The room was cold\n")
    found, records, _ = read(path)
    assert (found.delimiter, records[0].row, records[0].text) == (";", 3, "The room was cold")
    path.write_text("Report of the second quarter\n\nid,comment\n1,The room was cold\n2,All was fine\n")
    assert [record.row for record in read(path)[1]] == [4, 5]


def test_blank_lines_are_no_rows_and_trailing_empty_rows_neither(tmp_path):
    path = tmp_path / "survey.csv"
    path.write_text("id,comment\n1,The room was cold\n\n,\n2,All was fine\n,\n,\n\n")
    _, records, counts = read(path)
    assert counts.rows == 3
    assert [(record.row, record.text) for record in records] == [(2, "The room was cold"), (4, ""), (5, "All was fine")]
    assert records[1].id == "survey:4"


def test_qualtrics(tmp_path):
    path = tmp_path / "export.csv"
    names = [
        "StartDate",
        "EndDate",
        "Status",
        "Progress",
        "RecordedDate",
        "ResponseId",
        "Q1",
        "Q2",
        "Q3",
        "UserLanguage",
    ]
    labels = ["Start Date", "End Date", "Response Type", "Progress", "Recorded Date", "Response ID",
              "How likely are you to recommend us?", "What is the main reason for your answer?",
              "Which department do you work in?", "User Language"]  # fmt: skip
    ids = [json.dumps({"ImportId": f"QID{n}"}) for n in range(len(names))]
    rows = [["2024-01-02 10:00", "2024-01-02 10:05", "IP Address", "100", "2024-01-02 10:05", f"R_{n:03}", str(n % 11),
             f"The desk was closed to me on day {n}", ["Care", "Sales"][n % 2], "EN"] for n in range(8)]  # fmt: skip
    path.write_text(table(rows=[labels, ids, *rows], header=names))
    found, records, _ = read(path)
    assert found.columns == Columns(("Q2",), "ResponseId", "Q3", "RecordedDate", "Q1", "UserLanguage")
    assert found.questions == {"Q2": "What is the main reason for your answer?"}
    assert (records[0].row, records[0].id, records[0].question) == (
        4,
        "R_000",
        "What is the main reason for your answer?",
    )


def test_surveymonkey_second_header(tmp_path):
    path = tmp_path / "export.csv"
    header = ["Respondent ID", "End Date", "Which of these apply?", "", "What could be better?"]
    under = ["", "", "Parking", "Food", "Open-Ended Response"]
    rows = [[str(n), "01/20/2024", "Parking", "", f"More people at desk {n} please"] for n in range(4)]
    path.write_text(table(rows=[under, *rows], header=header))
    found, records, _ = read(path)
    assert found.columns == Columns(("What could be better?",), "Respondent ID", None, "End Date")
    assert found.unused == ("Which of these apply? - Parking", "Which of these apply? - Food")
    assert records[0].row == 3


@pytest.mark.parametrize("packed", [False, True])
def test_json_lines(tmp_path, packed):
    lines = [json.dumps(dict(zip(HEADER, row, strict=True))) for row in ROWS]
    content = "\n".join([*lines[:2], "", lines[2]]).encode()
    path = tmp_path / ("survey.ndjson.gz" if packed else "survey.jsonl")
    path.write_bytes(gzip.compress(content) if packed else content)
    found, records, _ = read(path)
    assert as_expected(records)
    assert found.format == "jsonl"
    assert [record.row for record in records] == [1, 2, 4]


@pytest.mark.parametrize("shape", ["array", "data", "deep", "lines in .json", "utf-16", "bom"])
def test_json(tmp_path, shape):
    objects = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
    whole = {"array": objects, "data": {"count": 3, "data": objects},
             "deep": {"meta": {"tags": [{"a": 1}]}, "result": {"reviews": objects}}}  # fmt: skip
    if shape == "lines in .json":
        text = "\n".join(map(json.dumps, objects))
    else:
        text = json.dumps(whole.get(shape, objects), indent=1, ensure_ascii=False)
    path = tmp_path / "survey.json"
    path.write_bytes(text.encode({"utf-16": "utf-16", "bom": "utf-8-sig"}.get(shape, "utf-8")))
    _, records, _ = read(path)
    assert as_expected(records)
    assert [record.row for record in records] == [1, 2, 3]


def test_json_cells_of_other_kinds(tmp_path):
    path = tmp_path / "survey.jsonl"
    values = [5, 4.0, True, None, ["one", "two"], {"a": "nested"}, [{"a": 1}], "a lone \ud83d surrogate"]
    path.write_text("\n".join(json.dumps({"id": n, "comment": value}) for n, value in enumerate(values)))
    _, records, _ = read(path, mapping={"text": ["comment"]})
    assert [getattr(record, "text", None) for record in records] == [
        "5", "4", "True", "", "one\ntwo", "", None, "a lone  surrogate",
    ]  # fmt: skip
    assert records[6] == Rejected("survey.jsonl", 7, "column 'comment': a list of objects where text was expected")


def workbook(path, sheets):
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


def test_workbook(tmp_path):
    path = tmp_path / "survey.xlsx"
    day = dt.datetime(2024, 5, 13)
    rows = [["nr", "Comment", "Submitted", "Store", "score"], [7, "The room was cold", day, 101, 4],
            [None, None, None, None, None], [8, 12, day, 102, 4.5], [9, "#NAME?", day, 102, 3],
            [10, "quoted_x000D_\nline", day, 101, 3], [None] * 5, ["", None, " ", None, None]]  # fmt: skip
    workbook(path, {"Read me": [["Made by the survey tool"]], "Answers": rows, "Codes": [["code", "n"], ["a", 1]]})
    found, records, counts = read(path)
    assert found.columns == Columns(("Comment",), "nr", "Store", "Submitted", "score")
    assert found.sheet == "Answers"
    assert found.reasons["sheet"] == '"Answers" holds text; not read: Read me, Codes'
    assert counts.rows == 5
    assert records[0] == Comment(
        "7", "customer", "survey.xlsx", 2, "The room was cold", None, "101", day.date(), None, 4
    )
    assert (records[1].row, records[1].text, records[2].text, records[2].outcome) == (3, "", "12", 4.5)
    assert records[3] == Rejected("survey.xlsx", 5, "column 'Comment': the Excel error #NAME? in place of an answer")
    assert records[4].text == "quoted\nline"


def test_workbook_with_wrong_dimension(tmp_path):
    import re
    import zipfile

    path = tmp_path / "plain.xlsx"
    workbook(path, {"S": [["id", "comment"], *([n, f"The room was cold on day {n}"] for n in range(5))]})
    changed = tmp_path / "survey.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("sheet1.xml"):
                data, n = re.subn(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', data)
                assert n == 1
            new.writestr(name, data)
    assert len(read(changed)[1]) == 5


def test_mapping_chooses_the_sheet(tmp_path):
    path = tmp_path / "survey.xlsx"
    workbook(
        path, {"A": [["id", "comment"], [1, "The room was cold today"]], "B": [["id", "extra"], [1, "Other words"]]}
    )
    found, records, _ = read(path, mapping={"text": ["Extra"]})
    assert (found.sheet, records[0].text) == ("B", "Other words")


def frame():
    import pandas as pd

    return pd.DataFrame(
        {
            "id": [3, 4, 5],
            "comment": ["The room was cold", None, "All was fine"],
            "when": pd.to_datetime(["2024-05-13", None, "2024-05-15"]),
            "date": pd.to_datetime(["2024-05-13", None, "2024-05-15"]),
            "nps": [9.0, float("nan"), 3.0],
            "store": pd.Categorical(["a", "b", "a"]),
            "user": [{"name": "x"}, {"name": "y"}, {"name": "z"}],
        }
    )


@pytest.mark.parametrize("how", ["frame", "parquet", "parquet.gz"])
def test_frame_and_parquet(tmp_path, how):
    if how == "frame":
        source = from_dataframe(frame())
    else:
        path = tmp_path / "survey.parquet"
        frame().to_parquet(path)
        if how == "parquet.gz":
            packed = tmp_path / "survey.parquet.gz"
            packed.write_bytes(gzip.compress(path.read_bytes()))
            path = packed
        source = open_source(str(path))
    with source:
        found = plan(source)
        records = list(read_comments(source, found, voice="employee"))
    assert found.columns == Columns(("comment",), "id", "store", "date", "nps")
    assert [(r.id, r.row, r.text, r.date, r.outcome) for r in records] == [
        ("3", 1, "The room was cold", dt.date(2024, 5, 13), 9.0),
        ("4", 2, "", None, None),
        ("5", 3, "All was fine", dt.date(2024, 5, 15), 3.0),
    ]
    assert source.path is None or how == "parquet" or not source.path.exists()


def content_of(kind, tmp_path):
    if kind == "xlsx":
        workbook(tmp_path / "x.xlsx", {"S": [HEADER, *ROWS]})
        return (tmp_path / "x.xlsx").read_bytes()
    if kind == "parquet":
        import pandas as pd

        pd.DataFrame(ROWS, columns=HEADER).to_parquet(tmp_path / "x.parquet")
        return (tmp_path / "x.parquet").read_bytes()
    objects = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
    texts = {"csv": table(";"), "tsv": table("\t"), "json": json.dumps(objects),
             "jsonl": "\n".join(map(json.dumps, objects)),
             "data": json.dumps({"data": objects})}  # fmt: skip
    return texts[kind].encode()


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", ["csv", "tsv", "json", "jsonl", "data", "xlsx", "parquet"])
def test_stdin(tmp_path, monkeypatch, kind, packed):
    content = content_of(kind, tmp_path)
    stdin = io.TextIOWrapper(io.BytesIO(gzip.compress(content) if packed else content))
    monkeypatch.setattr(sys, "stdin", stdin)
    with open_source("-") as source:
        copy = source.path
        found = plan(source)
        records = list(read_comments(source, found, voice="customer"))
    assert as_expected(records)
    assert found.file == "stdin"
    assert {record.source for record in records} == {"stdin"}
    assert not copy.exists()


@pytest.mark.parametrize("kind", ["csv", "tsv", "json", "jsonl", "xlsx"])
def test_gzip_by_name_and_by_contents(tmp_path, kind):
    packed = gzip.compress(content_of(kind, tmp_path))
    for name in (f"survey.{kind}.gz", f"survey.{kind}"):
        (tmp_path / name).write_bytes(packed)
        assert as_expected(read(tmp_path / name)[1])


def test_generated_ids_and_voice(tmp_path):
    path = tmp_path / "survey.q1.csv"
    path.write_text("comment,store\nThe room was cold,a\nAll was fine,b\n")
    found, records, _ = read(path, voice="employee")
    assert [(record.id, record.voice) for record in records] == [
        ("survey.q1:2", "employee"),
        ("survey.q1:3", "employee"),
    ]
    with open_source(str(path)) as source, pytest.raises(ValueError, match="boss"):
        read_comments(source, found, voice="boss")


def test_same_id_same_text_is_a_duplicate_and_other_text_a_new_comment(tmp_path):
    path = tmp_path / "survey.csv"
    path.write_text(
        "id,comment\n"
        + "".join(f"{n},Answer number {n} is here\n" for n in range(30))
        + "7,Answer number 7 is here\n7,Something else\n7~2,And more\n7,Third time\n7,Something else\n"
    )
    _, records, counts = read(path)
    assert records[30:] == [
        Rejected("survey.csv", 32, "duplicate of row 9 (same id and text)"),
        records[31],
        records[32],
        records[33],
        Rejected("survey.csv", 36, "duplicate of row 33 (same id and text)"),
    ]
    assert [record.id for record in records[31:34]] == ["7~2", "7~2~2", "7~3"]
    assert counts.renamed_ids == 3
    ids = [record.id for record in records if isinstance(record, Comment)]
    assert len(set(ids)) == len(ids)


def test_unreadable_dates_and_short_rows_are_counted(tmp_path):
    path = tmp_path / "survey.csv"
    path.write_text("date,comment,store\n2024-05-01,The room was cold,a\nsoon,All was fine,b\n2024-05-02,Short row\n"
                    "2024-05-03,One,a\n2024-05-04,Two,a\n2024-05-05,Three,a\n")  # fmt: skip
    _, records, counts = read(path)
    assert (counts.unreadable_dates, counts.short_rows) == (1, 1)
    assert records[1].date is None


def test_date_order_is_decided_by_any_row(tmp_path):
    path = tmp_path / "survey.csv"
    rows = "01/02/2024,The room was cold\n" * 6_000 + "13/02/2024,All was fine\n"
    path.write_text(f"date,comment\n{rows}")
    found, records, _ = read(path)
    assert found.date_order == "day-first"
    assert records[0].date == dt.date(2024, 2, 1)


def test_another_date_column_settles_the_order(tmp_path):
    path = tmp_path / "survey.csv"
    path.write_text("review_date,visit_date,comment\n01/02/2024,13/01/2024,The room was cold\n")
    found, records, _ = read(path)
    assert (found.columns.date, found.date_order, records[0].date) == ("review_date", "day-first", dt.date(2024, 2, 1))


def test_memory_does_not_grow_with_the_file(tmp_path):
    import tracemalloc

    peaks = []
    for n in (15_000, 45_000):
        path = tmp_path / f"survey{n}.csv"
        path.write_text("id,comment\n" + "".join(f"{i},The room number {i} was cold\n" for i in range(n)))
        with open_source(str(path)) as source:
            found = plan(source)
            tracemalloc.start()
            assert sum(1 for _ in read_comments(source, found, voice="customer")) == n
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < peaks[0] + 200_000


def test_importing_is_light():
    heavy = {"pandas", "numpy", "ftfy", "openpyxl", "ijson", "pyarrow"}
    code = f"import sys, voices.read; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
    assert done.stdout.strip() == "[]"
