"""Nothing that says who a person is may be in any file of a run."""

import csv
import io
import zipfile

import pandas as pd
import pytest

from voices.config import Settings
from voices.pipeline import classify_files, run

PLANTED = {
    "e-mail": ["b.zwartjes@voorbeeld.nl", "helpdesk.tess@shop.co.uk"],
    "phone": ["06-12345678", "+44 20 7946 0958"],
    "iban": ["NL91 ABNA 0417 1643 00", "GB29NWBK60161331926819"],
    "card": ["4111 1111 1111 1111", "5500-0000-0000-0004"],
    "bsn": ["111222333", "1234.56.782"],
    "name": ["Sjoukje", "Rajesh Patel", "Hoekstra", "Agnieszka"],
}
EMPLOYEES = [
    "My manager Agnieszka never listens and the workload is far too high, mail helpdesk.tess@shop.co.uk",
    "Mijn leidinggevende Sjoukje luistert niet en de werkdruk is veel te hoog, bel 06-12345678",
    "De sfeer is slecht sinds dhr. Hoekstra de baas is, mijn bsn is 111222333 of 1234.56.782",
    "The pay is low and Rajesh Patel takes all the credit, account GB29NWBK60161331926819",
]
CUSTOMERS = [
    "Waited an hour at the till and Rajesh Patel was rude, card 4111 1111 1111 1111 was charged twice",
    "Veel te lang gewacht, gelukkig was Sjoukje vriendelijk, stort terug op NL91 ABNA 0417 1643 00",
    "Agnieszka hung up on me, call +44 20 7946 0958 or pay to 5500-0000-0000-0004",
    "Mevrouw Hoekstra van de balie was onbeleefd, mail b.zwartjes@voorbeeld.nl",
]


def table(path, header, texts, n_rows):
    with path.open("w", newline="", encoding="utf8") as stream:
        rows = csv.writer(stream)
        rows.writerow(header)
        for n in range(n_rows):
            who = PLANTED["e-mail"][n % 2].replace("@", f"{n}@")
            rows.writerow([who, f"Store {n % 3}", f"2025-0{n % 6 + 1}-10", texts[n % len(texts)]])
    return path


def contents(path):
    """Give what is in a file, also inside Parquet and workbooks."""
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as book:
            return "\n".join(book.read(name).decode("utf8") for name in book.namelist() if name.endswith(".xml"))
    return path.read_text(encoding="utf8")


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("planted")
    header = ["Respondent", "Store", "Date"]
    staff = table(folder / "staff.csv", [*header, "Wat vind je van je baas Sjoukje?"], EMPLOYEES, 48)
    nps = table(folder / "nps.csv", [*header, "Comment"], CUSTOMERS, 48)
    return staff, nps


def leaked(paths):
    planted = [value for values in PLANTED.values() for value in values] + ["zwartjes", "Patel", "1234.56"]
    return [(path.name, value) for path in paths for value in planted if value in contents(path)]


def test_no_file_of_a_run_says_who_somebody_is(exports, tmp_path):
    staff, nps = exports
    run([staff], [nps], tmp_path / "out", settings=Settings(threads=1, min_group=2), mapping={"id": ["Respondent"]})
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert leaked(files) == []
    comments = pd.read_parquet(tmp_path / "out" / "comments.parquet")
    for kind in PLANTED:
        assert comments["text"].str.contains(f"[{kind}]", regex=False).any()
    assert comments["question"].str.contains("[name]", regex=False).any()
    assert comments["id"].str.startswith("id-").all()
    assert comments.set_index(["voice", "id"]).index.is_unique
    assert len(comments) == 96
    assert "[name]" in contents(tmp_path / "out" / "quotes.csv")


def test_coded_files_say_no_more(exports, tmp_path):
    staff, _ = exports
    out = tmp_path / "coded.parquet"
    classify_files([staff], out, voice="employee", settings=Settings(threads=1))
    assert leaked([out]) == []
