"""Fixtures that more than one test file needs."""

import csv
from pathlib import Path

import pytest

from voices.analyst import Analyst, open_analyst
from voices.types import Coded, Comment, Mention, Status

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def analyst() -> Analyst:
    """The shipped model, loaded once."""
    loaded = open_analyst("voices-small", threads=1)
    loaded.load()
    return loaded


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The labelled sets of the developers; tests that need them are skipped elsewhere."""
    if not (SHARED / "gold_dev.jsonl").is_file():
        pytest.skip("the labelled sets are not on this machine")
    return SHARED


EMPLOYEES = [
    ("Great colleagues and a friendly atmosphere", "Too few people on Saturdays, the workload is killing us"),
    ("I like the work itself", "We are understaffed every weekend and the pressure is too high"),
    ("Good salary", "Nobody tells us anything, communication is poor"),
    ("Fijne collega's en leuke sfeer", "Veel te hoge werkdruk, altijd te weinig mensen"),
    ("Leuk werk", "Het rooster is onmogelijk, we draaien dubbele diensten"),
    ("n.v.t.", "We mogen zelf niets beslissen, alles moet via de manager"),
]
CUSTOMERS = [
    "Waited forty minutes at the till, only one was open",
    "Endless queue and nobody available to help",
    "Lovely garden centre and friendly staff",
    "Lange rij bij de kassa, veel te weinig personeel",
    "Vriendelijke medewerkers, mooie winkel",
    "Had to wait far too long for my order",
    "👍👍",
    "-",
]


@pytest.fixture
def exports(tmp_path: Path) -> tuple[Path, Path]:
    """A small employee and customer export, ten times over with other ids, units and months."""
    employees, customers = tmp_path / "staff.csv", tmp_path / "nps.csv"
    with employees.open("w", newline="", encoding="utf8") as stream:
        table = csv.writer(stream)
        table.writerow(["Respondent", "Store", "Date", "What went well?", "What could be better?", "eNPS"])
        for n in range(60):
            good, bad = EMPLOYEES[n % len(EMPLOYEES)]
            table.writerow([f"e{n}", f"Store {n % 4}", f"2025-{n % 6 + 1:02d}-14", good, bad, n % 11])
    with customers.open("w", newline="", encoding="utf8") as stream:
        table = csv.writer(stream)
        table.writerow(["Response ID", "Store", "Date", "Comment", "NPS"])
        for n in range(80):
            text = CUSTOMERS[n % len(CUSTOMERS)]
            table.writerow([f"c{n}", f"Store {n % 4}", f"2025-{n % 6 + 1:02d}-20", text, n % 11])
    return employees, customers


def coded(
    *mentions: tuple[str, str],
    voice: str = "employee",
    text: str = "some comment that is long enough to be a quote",
    row: int = 2,
    status: Status = Status.CODED,
    **fields: object,
) -> Coded:
    """Make a coded comment with (theme, polarity) mentions."""
    comment = Comment(f"{voice}-{row}", voice, "file.csv", row, text, **fields)
    found = tuple(Mention(theme, polarity, 0.9, text, 0, len(text)) for theme, polarity in mentions)
    return Coded(comment, "en", status, "negative", -0.5, 0.8, "none", found)
