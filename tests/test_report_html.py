"""The page: same bytes as the gold file, safe with any text, whole with any part missing."""

from __future__ import annotations

import dataclasses
import itertools
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from test_report_build import empty_tables, sample_tables, table
from voices.report import build, cells, render_html

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
    assert len(links) == 8
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
    assert "Numbers about fewer than 10 people are not shown" in text
    run = {key: value for key, value in tables.run.items() if key != "suppressed"}
    text, _ = page(dataclasses.replace(tables, run=run))
    assert "Counts in tables are not held back in this run" in text


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


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=st.one_of(st.text(max_size=60), st.lists(st.sampled_from(NASTY)).map("".join)),
    theme=st.text(min_size=1, max_size=20),
)
def test_any_text_is_safe(text, theme):
    assert_safe(*page(poisoned(text, theme)))


@given(st.lists(st.floats(0, 1), max_size=5))
def test_axis_holds_every_share(shares):
    assert cells.ceiling(shares) >= max(shares, default=0)
