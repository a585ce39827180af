"""The page: same bytes as the gold file, safe with any text, whole with any part missing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import os
import re
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from test_report_build import empty_tables, sample_tables, table
from test_report_charts import CHANGES, DRIVERS, GRID, pairs
from voices.report import build, cells, i18n, render_html
from voices.report.model import Comparison, Point, Share, ThemeRow, Topic
from voices.report.pictures import latest_change
from voices.report.questions import questions

GOLD = Path(__file__).parent / "gold" / "report"
VOID = {"meta", "link", "br", "img", "input", "hr"}
NASTY = [
    "<script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "'><img src=x onerror=alert(1)>",
    "</blockquote></details></main><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% include 'x' %}",
    "\x00\x08\x1b control",
    "=HYPERLINK(\"http://evil.example\",\"x\")",
]  # fmt: skip


class Page(HTMLParser):
    """A page read strictly: every tag closes, attributes and targets are kept."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()
        assert self.open == [], f"not closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        assert len({name for name, _ in attrs}) == len(attrs), f"an attribute occurs twice in {tag}"
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page(tables, language: str = "en") -> tuple[str, Page]:
    text = render_html(build(tables), language=language)
    return text, Page(text)


def assert_safe(text: str, parsed: Page) -> None:
    """Only our own script, nothing that runs or is fetched."""
    assert text.lower().count("<script") == 1
    assert len(parsed.all("script")) == 1
    tags = {tag for tag, _ in parsed.tags}
    assert tags.isdisjoint({"img", "iframe", "object", "embed", "form", "base", "audio", "video", "image"})
    for tag, attributes in parsed.tags:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert name not in {"src", "srcset", "style", "action", "formaction"}, (tag, name)
            if name == "href":
                assert value == "data:," or value.startswith("#"), value
    text.encode("utf8")


@pytest.mark.parametrize("language", ["en", "nl"])
def test_gold_page(language):
    text = render_html(build(sample_tables()), language=language)
    gold = GOLD / f"report.{language}.html"
    if os.environ.get("VOICES_UPDATE_GOLD"):
        gold.write_text(text, encoding="utf8", newline="\n")
    assert text == gold.read_text(encoding="utf8"), "changed: look at it, then VOICES_UPDATE_GOLD=1 pytest -k gold"


@pytest.mark.parametrize("language", ["en", "nl"])
def test_links_resolve_and_ids_are_unique(language):
    _, parsed = page(sample_tables(), language)
    ids = [attributes["id"] for _, attributes in parsed.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [attributes["href"] for attributes in parsed.all("a")]
    assert len(links) == 13
    for link in links:
        assert link[1:] in ids
    for _, attributes in parsed.tags:
        for label in (attributes.get("aria-labelledby") or "").split():
            assert label in ids


def test_nothing_is_fetched():
    text, parsed = page(sample_tables())
    assert_safe(text, parsed)
    assert not re.search(r"https?://|url\(|@import", text)
    (policy,) = [tag["content"] for tag in parsed.all("meta") if tag.get("http-equiv")]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy


def test_policy_names_the_script_and_style_of_the_page():
    import base64
    import hashlib

    text, parsed = page(sample_tables())
    (policy,) = [tag["content"] for tag in parsed.all("meta") if tag.get("http-equiv")]
    for tag in ("script", "style"):
        body = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_landmarks_and_headings():
    text, parsed = page(sample_tables())
    assert [len(parsed.all(tag)) for tag in ("main", "h1", "nav")] == [1, 1, 1]
    levels = [int(tag[1]) for tag, _ in parsed.tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert all("scope" in attributes for attributes in parsed.all("th"))
    assert '<html lang="en">' in text


def test_answer_comes_first_and_is_bounded():
    text, _ = page(sample_tables())
    words = re.sub(r"<[^>]+>", " ", text[text.index("<body>") : text.index('id="problems"')])
    assert "Employees and customers complain about the same three themes: Workload &amp; waiting" in words
    assert "17% (between 15% and 20%) of the employee comments" in words
    assert "not yet evidence of one cause" in words
    assert "causes" not in words
    assert "What to do next" in words


def test_columns_of_untested_layers_do_not_show():
    text, _ = page(sample_tables())
    assert text.count("Not tested") == 9
    assert "smallest effect" not in text
    assert "Only the first of four layers of evidence was tested" in text


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize(
    ("name", "tables", "expected"),
    [
        ("empty", lambda: empty_tables(), {"en": "No comments could be judged", "nl": "Geen enkele reactie"}),
        ("no shared", lambda: sample_tables(n_shared=0), {"en": "No theme is clearly", "nl": "Geen enkel thema is"}),
        ("employees", lambda: sample_tables(voices=("employee",)), {"en": "What employees", "nl": "Wat medewerkers"}),
        ("customers", lambda: sample_tables(voices=("customer",)), {"en": "What customers", "nl": "Wat klanten"}),
        ("no dates", lambda: sample_tables(n_periods=0), {"en": "--map date=COLUMN", "nl": "--map date=KOLOM"}),
        ("one period", lambda: sample_tables(n_periods=1), {"en": "--map date=COLUMN", "nl": "--map date=KOLOM"}),
        ("all shared", lambda: sample_tables(n_shared=13), {"en": "same 13 themes, most", "nl": "dezelfde 13 thema"}),
        ("one shared", lambda: sample_tables(n_shared=1), {"en": "the same theme: Work", "nl": "hetzelfde thema: W"}),
    ],
)
def test_parts_may_be_missing(name, tables, expected, language):
    text, parsed = page(tables(), language)
    assert expected[language] in text, name
    assert_safe(text, parsed)


def test_voice_without_a_judged_comment():
    tables = sample_tables(voices=("employee",))
    run = {**tables.run, "counts": {**tables.run["counts"], "customer": {"read": 5, "classified": 5, "rejected": 0}}}
    text, _ = page(dataclasses.replace(tables, run=run))
    assert "only one side" in text


def test_many_reasons_of_rejection_stay_short():
    rows = [
        {"file": f"{n % 3}.csv", "row": n, "reason": "reason " + "abcdefghij"[n % 10] * (n + 1)} for n in range(100)
    ]
    text, _ = page(dataclasses.replace(sample_tables(), rejected=table("rejected", rows)))
    assert "80 more combinations" in text


def test_small_counts_are_not_claimed_to_be_held_back():
    tables = sample_tables()
    text, _ = page(tables)
    assert "Nothing is shown of a theme that fewer than 10 people mention" in text
    run = {key: value for key, value in tables.run.items() if key != "suppressed"}
    text, _ = page(dataclasses.replace(tables, run=run))
    assert "Counts in tables are not held back in this run" in text


def whole_report(**parts):
    """The sample with every part that a run can add: pairs, units, an earlier run, drivers and topics."""
    report = build(sample_tables())
    topics = (
        Topic(
            "employee", "e-1", "Canteen", ("canteen", "lunch"), 45, -0.4, "outside", (), "c-2", ("It shuts at one.",)
        ),
        Topic("customer", "c-2", "Menu", ("menu",), None, None, "across", ("workload", "process"), "e-1", ()),
    )
    return dataclasses.replace(
        report,
        **{
            "all_paths": pairs(report),
            "unit_grids": (GRID,),
            "comparison": Comparison(dt.datetime(2025, 1, 3), dt.date(2024, 7, 1), dt.date(2024, 12, 31), CHANGES),
            "drivers": (DRIVERS,),
            "topics": topics,
            **parts,
        },
    )


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_part_has_its_place(language):
    text = render_html(whole_report(), language=language)
    parsed = Page(text)
    assert_safe(text, parsed)
    ids = [attributes["id"] for _, attributes in parsed.tags if "id" in attributes]
    for part in (
        "top",
        "problems",
        "matrix",
        "themes",
        "trends",
        "comparison",
        "feelings",
        "units",
        "drivers",
        "topics",
    ):
        assert part in ids
    assert ids.index("problems") < ids.index("matrix") < ids.index("themes") < ids.index("units") < ids.index("quotes")
    assert {"en": "outside all themes", "nl": "buiten alle thema"}[language] in text
    assert {"en": "1 worse", "nl": "1 slechter"}[language] in text
    assert {"en": "it is called “Menu”", "nl": "heet het “Menu”"}[language] in text


def test_what_is_withheld_says_so():
    text = render_html(whole_report(), language="en")
    units = text[text.index('id="units"') : text.index('id="drivers"')]
    assert "fewer than 10 people" in units
    report = whole_report()
    hidden = dataclasses.replace(
        report, themes={"employee": (ThemeRow("employee", "trust", n_comments=50),), "customer": ()}
    )
    text = render_html(hidden, language="nl")
    themes = text[text.index('id="themes"') : text.index('id="trends"')]
    assert themes.count("minder dan 10 mensen") == 5


def test_questions_are_answered_from_the_data():
    report = build(sample_tables())
    words = i18n.load("en")
    figures = {"language nl": {"n": 118, "sentiment_accuracy": 0.9, "theme_micro_f1": 0.77}, "all": {"n": 9}}
    measured = dataclasses.replace(report, method=dataclasses.replace(report.method, metrics=figures))
    told = dict(questions(measured, words))
    assert "1,240 of employees and 2,310 of customers" in told["How many people is this?"]
    assert "in Dutch, 90% of 118 comments" in told["How good is the machine at reading our comments?"]
    assert "no figures" in dict(questions(report, words))["How good is the machine at reading our comments?"]
    assert questions(build(empty_tables()), words) == ()


def test_a_third_language_is_one_file(tmp_path, monkeypatch):
    folder = tmp_path / "locales"
    folder.mkdir()
    source = (resources.files("voices.report") / "locales" / "en.toml").read_text(encoding="utf8")
    french = source.replace('locale = "en_GB"', 'locale = "fr_FR"').replace(
        'employee = "Employees"', 'employee = "Salariés"'
    )
    (folder / "fr.toml").write_text(french, encoding="utf8")
    monkeypatch.setattr(i18n.resources, "files", lambda _: tmp_path)
    for remembered in (i18n.languages, i18n.load):
        remembered.cache_clear()
    try:
        text = render_html(whole_report(), language="fr")
    finally:
        monkeypatch.undo()
        for remembered in (i18n.languages, i18n.load):
            remembered.cache_clear()
    assert '<html lang="fr">' in text
    assert "Salariés" in text
    assert re.search(r"17,3\s%", text)


def test_change_since_the_period_before():
    points = tuple(Point(f"2025-0{n}", n, 200, None, share, None) for n, share in ((1, 0.1), (2, 0.3)))
    change = latest_change(ThemeRow("employee", "trust", points=points))
    assert change.value == pytest.approx(0.2)
    assert 0 < change.low < 0.2 < change.high
    assert latest_change(ThemeRow("employee", "trust", points=points[:1])) == Share()
    apart = (points[0], dataclasses.replace(points[1], ordinal=5))
    assert latest_change(ThemeRow("employee", "trust", points=apart)) == Share()


def test_unknown_language_is_an_input_error():
    from voices.errors import InputError

    with pytest.raises(InputError, match="The languages are: en, nl"):
        render_html(build(empty_tables()), language="xx")


def poisoned(text: str, theme: str):
    """Tables with one text in every place that comes from outside."""
    tables = sample_tables(n_periods=3)
    quotes = [
        {"voice": voice, "theme": "workload", "polarity": "negative", "text": text, "why": text}
        for voice in ("employee", "customer")
    ]
    run = {
        **tables.run,
        "model": {"name": text, "version": text, "sha256": text, "languages": [text]},
        "device": text,
        "files": [{**tables.run["files"][0], "file": text, "unused": [text], "columns": {text: [text], "text": text}}],
        "suppressed": {text: 3},
        "settings": {"period": text},
        "voices": text,
    }
    run["counts"] = {**run["counts"], "employee": {**run["counts"]["employee"], "languages": {text: 4}}}
    return dataclasses.replace(
        tables,
        quotes=table("quotes", quotes),
        rejected=table("rejected", [{"file": text, "row": 2, "reason": text}]),
        themes=tables.themes.replace("trust", theme),
        trends=tables.trends.replace("trust", theme),
        alignment=tables.alignment.replace("workload", theme),
        run=run,
    )


@pytest.mark.parametrize("text", NASTY)
def test_text_from_outside_does_nothing(text):
    assert_safe(*page(poisoned(text, text)))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=st.one_of(st.text(max_size=60), st.lists(st.sampled_from(NASTY)).map("".join)),
    theme=st.text(min_size=1, max_size=20),
)
def test_any_text_is_safe(text, theme):
    assert_safe(*page(poisoned(text, theme)))


@given(st.lists(st.floats(0, 1), max_size=5))
def test_axis_holds_every_share(shares):
    assert cells.ceiling(shares) >= max(shares, default=0)
