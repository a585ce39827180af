"""Whatever is in a table, no row is lost and no text is changed but by ``clean``."""

from __future__ import annotations

import csv
import json

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from voices.read import ReadCounts, clean, open_source, plan, read_comments
from voices.types import Comment, Rejected

CELLS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    st.text(st.sampled_from("ab ,;\t|\"'\n\\é€1<&")),
    st.sampled_from(["", " ", "\n", '"', '""', "n,m", "#N/A", "-", "1", "2024-05-03", "x" * 100_001]),
)
TABLES = st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8)
QUIET = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
MAPPING = {"text": ["pros", "cons"], "id": ["id"], "unit": [], "date": [], "score": [], "language": [], "question": []}


def reconciled(path):
    counts = ReadCounts()
    with open_source(str(path)) as source:
        found = plan(source, mapping=MAPPING)
        records = list(read_comments(source, found, voice="customer", counts=counts))
    assert found.rows == counts.rows
    comments = [record for record in records if isinstance(record, Comment)]
    assert len(comments) == counts.comments
    assert counts.comments + counts.rejected_answers == 2 * (counts.rows - counts.rejected_rows)
    assert len(records) == counts.comments + counts.rejected_answers + counts.rejected_rows
    assert len({comment.id for comment in comments}) == len(comments)
    return records, counts


def expected_texts(table):
    """Every answer in order; None where it may be refused: too long, or given before under the same id."""
    seen = set()
    texts = []
    for index, (id_, *answers) in enumerate(table):
        plain = " ".join(clean(id_).split()) or index
        for column, answer in enumerate(answers):
            key = (plain, column, clean(answer))
            texts.append(None if len(answer) > 100_000 or key in seen else clean(answer))
            if len(answer) <= 100_000:
                seen.add(key)
    return texts


def texts_of(records):
    return [None if isinstance(record, Rejected) else record.text for record in records]


@QUIET
@given(TABLES, st.sampled_from(",;\t|"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.booleans())
@example([("", "", "x"), ("", "", "")], ",", "utf-8", False)
@example([("1", "a\r\nb", 'say "x"'), ("2", '5" or 6"', ";;;")], ";", "utf-16", False)
def test_tables(tmp_path, table, delimiter, encoding, quote_all):
    path = tmp_path / "t.csv"
    with path.open("w", newline="", encoding=encoding) as stream:
        writer = csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL)
        writer.writerow(["id", "pros", "cons"])
        writer.writerows(table)
        # The delimiter is known by rows that agree, and leftovers at the end are no rows.
        writer.writerows([[f"known{n}", f"good {n}", f"bad {n}"] for n in range(20)])
    records, counts = reconciled(path)
    assert counts.rows == len(table) + 20
    assert counts.rejected_rows == 0
    assert texts_of(records)[: 2 * len(table)] == expected_texts(table)


@QUIET
@given(TABLES)
def test_tables_as_json(tmp_path, table):
    objects = [dict(zip(("id", "pros", "cons"), row, strict=True)) for row in table]
    texts = []
    for name, content in (("t.jsonl", "\n".join(map(json.dumps, objects))), ("t.json", json.dumps(objects))):
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        records, counts = reconciled(path)
        assert counts.rows == len(table)
        texts.append(texts_of(records))
    assert texts[0] == texts[1] == expected_texts(table)


@QUIET
@given(st.lists(st.text(st.sampled_from("ab ,\"\n\r'\\;é")), min_size=1, max_size=12))
def test_no_line_is_lost_whatever_the_quotes(tmp_path, lines):
    path = tmp_path / "t.csv"
    known = "".join(f"known{n},good {n},bad {n}\n" for n in range(20))
    body = "\n".join(f"{n},fine {n},{line}" for n, line in enumerate(lines))
    path.write_text(f"id,pros,cons\n{body}\n{known}{len(lines)},the,end\n", encoding="utf-8", newline="")
    records, _ = reconciled(path)
    assert records[-1].text == "end" or isinstance(records[-1], Rejected)
