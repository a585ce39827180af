"""Bad input: one clear line, or one rejected row with the right number, and nothing lost."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

import pytest

from voices.errors import InputError
from voices.read import ReadCounts, from_dataframe, open_source, plan, read_comments
from voices.types import Comment, Rejected


def read(path, **options):
    with open_source(str(path)) as source:
        found = plan(source, mapping=options.get("mapping"))
        return list(read_comments(source, found, voice="customer", counts=options.get("counts")))


def refused(path, content=None):
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as caught:
        read(path)
    message = str(caught.value)
    assert "\n" not in message
    assert caught.value.exit_code == 2
    return message


def test_missing_file_names_a_near_one(tmp_path):
    (tmp_path / "survey.csv").write_text("comment\nThe room was cold\n")
    message = refused(tmp_path / "survy.csv")
    assert "there is no such file" in message
    assert "Did you mean survey.csv?" in message


def test_folder(tmp_path):
    assert "this is a folder" in refused(tmp_path)


def test_no_permission(tmp_path, monkeypatch):
    path = tmp_path / "survey.csv"
    path.write_text("comment\nThe room was cold\n")
    monkeypatch.setattr("os.access", lambda *_: False)
    assert "no permission to read this file" in refused(path)


@pytest.mark.parametrize("content", [b"", b" \n\t\r\n ", b"\xef\xbb\xbf", b"\xff\xfe", gzip.compress(b"")])
def test_empty(tmp_path, content):
    assert "this file is empty" in refused(tmp_path / "survey.csv", content)


@pytest.mark.parametrize("content", ["id,comment\n", "id,comment", "\ufeffid,comment\r\n\r\n", "id,comment\n,\n,\n"])
def test_header_only(tmp_path, content):
    assert "no rows below the header" in refused(tmp_path / "survey.csv", content)


def test_frame_without_rows():
    import pandas as pd

    with pytest.raises(InputError, match="no rows"):
        from_dataframe(pd.DataFrame({"comment": []}))


@pytest.mark.parametrize(
    ("name", "needle"),
    [("survey.dat", "'.dat' is not a format"), ("survey", "a name without suffix"),
     ("survey.xls", "old Excel workbook"),
     ("survey.ods", "OpenDocument"), ("survey.docx", "Word document"), ("survey.pdf", "PDF"), ("survey.zip", "Unpack"),
     ("survey.txt", "rename it to .csv"), ("survey.sav", "SPSS")],
)  # fmt: skip
def test_suffixes(tmp_path, name, needle):
    message = refused(tmp_path / name, "comment\nThe room was cold\n")
    assert needle in message
    assert ".csv, .tsv, .xlsx" in message


def test_pdf_and_word_under_another_name(tmp_path):
    assert "PDF" in refused(tmp_path / "survey.csv", b"%PDF-1.7 \x00 and so on")
    with zipfile.ZipFile(tmp_path / "survey.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert "Word document" in refused(tmp_path / "survey.xlsx")


def workbook(path):
    import openpyxl

    book = openpyxl.Workbook()
    for row in [["id", "comment"], *([n, f"The room was cold on day {n}"] for n in range(300))]:
        book.active.append(row)
    book.save(path)
    return path.read_bytes()


def test_broken_workbooks(tmp_path):
    path = tmp_path / "survey.xlsx"
    content = workbook(path)
    assert "damaged" in refused(path, content[: len(content) // 2])
    assert "not an Excel workbook" in refused(path, "id,comment\n1,The room was cold\n")
    sheet = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data[: len(data) // 2] if name == sheet else data)
    message = refused(path)
    assert "damaged" in message
    assert "cold" not in message


def test_protected_and_old_workbooks(tmp_path):
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert "password" in refused(tmp_path / "survey.xlsx", ole + "EncryptedPackage".encode("utf-16-le") + bytes(100))
    assert "Save it as .xlsx" in refused(tmp_path / "survey.xlsx", ole)


def test_empty_workbook(tmp_path):
    import openpyxl

    openpyxl.Workbook().save(tmp_path / "survey.xlsx")
    assert "this workbook is empty" in refused(tmp_path / "survey.xlsx")


def test_bad_gzip(tmp_path):
    content = ("id,comment\n" + "".join(f"{n},The room number {n} was cold\n" for n in range(9_000))).encode()
    packed = gzip.compress(content)
    assert "cut off" in refused(tmp_path / "survey.csv.gz", packed[:-4])
    assert "cut off" in refused(tmp_path / "survey.csv.gz", packed[: len(packed) // 2])
    assert "not a gzip file" in refused(tmp_path / "survey.csv.gz", content)
    assert "not a good gzip file" in refused(tmp_path / "survey.csv.gz", packed[:-6] + b"\0\0" + packed[-4:])
    lines = "".join(json.dumps({"comment": f"The room number {n} was cold"}) + "\n" for n in range(9_000)).encode()
    assert "cut off" in refused(tmp_path / "survey.jsonl.gz", gzip.compress(lines)[:-4])


def test_temporary_files_go_also_after_a_failure(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "t"))
    (tmp_path / "t").mkdir()
    path = tmp_path / "survey.xlsx.gz"
    refused(path, gzip.compress(workbook(tmp_path / "x.xlsx"))[:-4])
    assert list((tmp_path / "t").iterdir()) == []


def test_binary(tmp_path):
    assert "not a text file" in refused(tmp_path / "survey.csv", bytes(range(256)) * 40)


@pytest.mark.parametrize("first", ["1,The room was cold,x", "2024-05-01,It was cold here,x", "a,It was cold,4"])
def test_without_a_header_the_first_answer_is_not_shown(tmp_path, first):
    cells = first.replace("cold", "warm").replace("2024-05-01", "2024-05-02")
    message = refused(tmp_path / "survey.csv", f"{first}\n{cells}\n{cells}\n")
    assert "looks like data, not like a header" in message
    assert "cold" not in message


def test_fields(tmp_path):
    path = tmp_path / "survey.csv"
    path.write_text("id,comment,store\n1,The room was cold,a\n2,All was fine,b,c,d\n3,Short\n4,Fine with tail,b,,\n")
    counts = ReadCounts()
    records = read(path, counts=counts)
    assert records[1] == Rejected("survey.csv", 3, "5 fields where the header has 3")
    assert [record.text for record in records if isinstance(record, Comment)] == [
        "The room was cold",
        "Short",
        "Fine with tail",
    ]
    assert (counts.rows, counts.comments, counts.rejected_rows, counts.short_rows) == (4, 3, 1, 1)


def test_nul_characters(tmp_path):
    path = tmp_path / "survey.csv"
    path.write_text("id,comment\n1,The room was cold\n2,Nul \0 here\n3,All was fine\n")
    assert read(path)[1] == Rejected("survey.csv", 3, "a NUL character")


def test_long_answer(tmp_path):
    path = tmp_path / "survey.csv"
    path.write_text(f"id,comment\n1,The room was cold\n2,{'long ' * 40_000}\n3,{'x' * 100_000}\n")
    records = read(path)
    assert records[1] == Rejected("survey.csv", 3, "column 'comment': 200,000 characters; the most is 100,000")
    assert isinstance(records[2], Comment)


def rows_of(path, content, monkeypatch=None):
    path.write_text(content)
    return [(r.row, r.text if isinstance(r, Comment) else r.reason) for r in read(path)]


UNCLOSED = 'a quote (") is opened in this row and not closed'


def test_unclosed_quote_costs_its_row_only(tmp_path):
    path = tmp_path / "survey.csv"
    plain = "".join(f"{n},The room was cold,a\n" for n in range(4, 30))
    found = rows_of(path, f'id,comment,store\n1,All was fine,a\n2,"Never closed,a\n3,It was late,b\n{plain}')
    assert found[1] == (3, UNCLOSED)
    assert found[2] == (4, "It was late")
    assert len(found) == 29


def test_unclosed_quote_before_quoted_rows(tmp_path):
    path = tmp_path / "survey.csv"
    quoted = "".join(f'{n},"The room, or hall, was cold","a"\n' for n in range(4, 30))
    found = rows_of(path, f'id,comment,store\n1,All was fine,a\n2,"Never closed,a\n3,It was late,b\n{quoted}')
    assert found[1:3] == [(3, UNCLOSED), (4, "It was late")]
    assert found[3:] == [(row, "The room, or hall, was cold") for row in range(5, 31)]


def test_unclosed_quote_with_a_text_over_lines_after_it(tmp_path):
    path = tmp_path / "survey.csv"
    found = rows_of(path, 'id,comment,store\n1,"Never closed,a\n2,"Two\nlines",b\n3,"Fine here",c\n')
    assert found == [(2, UNCLOSED), (3, "Two\nlines"), (4, "Fine here")]


def test_unclosed_quote_in_the_last_row(tmp_path):
    path = tmp_path / "survey.csv"
    found = rows_of(path, 'id,comment,store\n1,All was fine,a\n2,"Cut off he')
    assert found == [(2, "All was fine"), (3, UNCLOSED)]
    found = rows_of(path, 'id,comment,store\n1,All was fine,a\n2,"Cut off\nin the second line')
    assert found == [(2, "All was fine"), (3, UNCLOSED)]


def test_loose_quotes_inside_a_text_over_lines_are_kept(tmp_path):
    path = tmp_path / "survey.csv"
    found = rows_of(path, 'id,comment,store\n1,"First line\nand a "quoted" word",a\n2,"It is a 5" pizza",b\n')
    assert [row for row, _ in found] == [2, 3]
    assert found[0][1].startswith("First line\nand a quoted")


def test_a_runaway_quote_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr("voices.read.csvfile._MOST_PENDING", 2_000)
    path = tmp_path / "survey.csv"
    rest = "".join(f"{n},The room was cold,a\n" for n in range(3, 500))
    found = rows_of(path, f'id,comment,store\n1,All was fine,a\n2,"Never closed,a\n{rest}')
    assert found[1] == (3, UNCLOSED)
    assert [text for _, text in found[2:]] == ["The room was cold"] * 497


def test_broken_json_lines(tmp_path):
    path = tmp_path / "survey.jsonl"
    path.write_bytes(b'{"comment": "The room was cold"}\n{"comment": "cut o\n[1]\n"x"\n\n{"comment": "caf\xe9 \xe9"}\n'
                     b'{"comment": "All was fine in the caf\xc3\xa9"}\n' + b"[" * 100_000 + b"\n")  # fmt: skip
    records = read(path)
    assert [record.row for record in records] == [1, 2, 3, 4, 6, 7, 8]
    assert [record.reason for record in records if isinstance(record, Rejected)] == [
        "not valid JSON at character 13 of the line",
        "a list where a JSON object was expected",
        "a string where a JSON object was expected",
        "bytes that are not UTF-8",
        "not readable as JSON: a number or a nesting is too large",
    ]


def test_broken_json(tmp_path):
    path = tmp_path / "survey.json"
    whole = json.dumps([{"comment": f"The room was cold on day {n}"} for n in range(10)])
    message = refused(path, whole[:-30])
    assert "not valid JSON after" in message
    assert "cold" not in message
    assert "no list of objects" in refused(path, '{"comment": {"a": 1},\n "b": [1, 2]}')
    assert "no list of objects" in refused(path, "[]")
    path.write_bytes(whole.encode().replace(b"day 3", b"day \xe9\xff"))
    assert isinstance(read(path)[3], Comment)


def test_bad_bytes_in_json_cost_their_object_only(tmp_path):
    path = tmp_path / "survey.json"
    path.write_bytes('[{"comment": "één"},\n{"comment": "caf#"},\n{"comment": "twéé"}]'.encode().replace(b"#", b"\xe9"))
    assert [getattr(record, "reason", "") for record in read(path)] == ["", "bytes that are not UTF-8", ""]


def test_json_objects_that_are_none(tmp_path):
    path = tmp_path / "survey.json"
    path.write_text('[{"comment": "The room was cold"}, 5, null, {"comment": "All was fine"}]')
    assert [getattr(record, "reason", "") for record in read(path)] == [
        "", "a number where a JSON object was expected", "a null where a JSON object was expected", "",
    ]  # fmt: skip


def test_damaged_parquet(tmp_path):
    import pandas as pd

    path = tmp_path / "survey.parquet"
    pd.DataFrame({"comment": [f"The room was cold on day {n}" for n in range(5_000)]}).to_parquet(path)
    content = path.read_bytes()
    assert "damaged" in refused(path, content[:-100])
    assert "damaged" in refused(path, content[:4] + bytes(2_000) + content[2_004:])
    assert "not a Parquet file" in refused(path, b"no parquet at all")


def test_every_row_bad(tmp_path):
    message = refused(tmp_path / "survey.csv", "id,comment\n1,a,b\n2,c,d\n")
    assert message.startswith("survey.csv: none of the 2 rows can be used; the first is row 2: 3 fields")


def test_file_that_shrinks_between_the_passes(tmp_path):
    path = tmp_path / "survey.csv"
    path.write_text("id,comment\n1,The room was cold\n2,All was fine\n")
    with open_source(str(path)) as source:
        found = plan(source)
        path.write_text("id,comment\n1,The room was cold\n")
        with pytest.raises(InputError, match="changed while it was read"):
            list(read_comments(source, found, voice="customer"))


def test_messages_never_hold_comment_text(tmp_path):
    secret = "Xylophone"
    contents = {
        "a.csv": f'id,comment,x\n1,"{secret},a\n2,{secret},b,c,d\n3,{secret}\0,a\n4,{secret},a\n',
        "b.jsonl": f'{{"comment": "{secret}\n[1, "{secret}"]\n{{"comment": "{secret} is fine"}}\n',
        "c.json": f'[{{"comment": "{secret}"}}, {{"comment": {secret}}}]',
    }
    for name, content in contents.items():
        path = tmp_path / name
        path.write_text(content)
        if name == "c.json":
            assert secret not in refused(path)
        else:
            assert not any(secret in record.reason for record in read(path) if isinstance(record, Rejected))
