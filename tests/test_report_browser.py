"""The page in a real browser: what a reader clicks, types and prints, and what a hostile comment cannot do."""

from __future__ import annotations

import dataclasses
import io
import shutil

import pytest

from test_report_build import sample_tables, table
from test_report_html import whole_report
from voices.report import build, render_html

pytestmark = pytest.mark.browser
sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
HOSTILE = [
    "<script>window.hit = 1</script>",
    '" onmouseover="window.hit = 1" autofocus onfocus="window.hit = 1',
    '=HYPERLINK("http://evil.example","x")',
    "</details></section><img src=x onerror='window.hit = 1'>",
    "right to left \N{RIGHT-TO-LEFT OVERRIDE} override",
    "x" * 10_000,
]
VIEWS = {"laptop": (1440, 900, "light"), "dark": (1440, 900, "dark"), "phone": (360, 780, "light")}


@pytest.fixture(scope="module")
def browser():
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("there is no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def visit(browser, tmp_path):
    """Open a report; afterwards nothing may have been complained about or asked from a network."""
    noise: list[str] = []
    asked: list[str] = []
    contexts = []

    def opened(report, *, language="en", view="laptop", fragment=""):
        width, height, scheme = VIEWS[view]
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: noise.append(message.text))
        page.on("pageerror", lambda error: noise.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        file = tmp_path / f"report-{len(contexts)}.html"
        file.write_text(render_html(report, language=language), encoding="utf8")
        page.goto(file.as_uri() + fragment)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert noise == []
    assert all(url.startswith(("file:", "data:")) for url in asked)
    assert len([url for url in asked if url.startswith("file:")]) == len(contexts)


@pytest.fixture(scope="module")
def report():
    return whole_report()


def shown(page, selector: str) -> int:
    return page.locator(selector).filter(visible=True).count()


def hostile_report():
    tables = sample_tables(n_periods=3)
    quotes = [
        {"voice": voice, "theme": "workload", "polarity": "negative", "text": text, "why": "typical negative mention"}
        for voice in ("employee", "customer")
        for text in HOSTILE[:5]
    ]
    quotes.append({**quotes[0], "theme": "trust", "text": HOSTILE[5]})
    return whole_report(quotes=build(dataclasses.replace(tables, quotes=table("quotes", quotes))).quotes)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("language", ["en", "nl"])
def test_no_serious_barrier_and_no_sideways_scroll(visit, report, language, view):
    from axe_playwright_python.sync_playwright import Axe

    page = visit(report, language=language, view=view)
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found if rule["impact"] in ("serious", "critical")] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_filters_narrow_the_page_and_its_address(visit, report):
    page = visit(report)
    count = page.locator("[data-count]")
    rows, before = shown(page, "#themes tr[data-row]"), count.text_content()
    page.select_option('[data-filter="voice"]', "customer")
    assert 0 < shown(page, "#themes tr[data-row]") < rows
    page.select_option('[data-filter="theme"]', "workload")
    assert shown(page, "#themes tr[data-row]") == 1
    assert shown(page, "[data-problem]") == 1
    assert count.text_content() != before
    assert page.url.endswith("#voice=customer&theme=workload")
    page.click("[data-reset]")
    assert shown(page, "#themes tr[data-row]") == rows
    assert count.text_content() == before
    assert "#" not in page.url


def test_a_link_can_hold_a_choice(visit, report):
    page = visit(report, fragment="#theme=workload&period=2025-02")
    assert page.input_value('[data-filter="theme"]') == "workload"
    assert shown(page, "#trends .panel") == 1
    assert shown(page, "#trends tr[data-period]") == 1
    page.evaluate("location.hash = '#theme=%E0%A4%A&unit=<b>'")
    assert page.input_value('[data-filter="theme"]') == ""
    page.evaluate("location.hash = '#problem-2'")
    page.wait_for_function("document.getElementById('problem-2').open")


def test_units_are_narrowed_whatever_their_name(visit, report):
    page = visit(report)
    page.select_option('[data-filter="unit"]', "</svg><script>alert(1)</script>")
    assert shown(page, "#units tr[data-unit]") == 1


def test_search_in_quotes(visit, report):
    page = visit(report)
    page.fill('[data-filter="q"]', "QUÉUE")
    assert shown(page, "#quotes [data-quote]") == 1
    assert "Shown" in page.locator("[data-count]").text_content()
    page.fill('[data-filter="q"]', "nobody wrote this")
    assert shown(page, "#quotes [data-quote]") == 0


def test_tables_sort_from_the_keyboard(visit, report):
    page = visit(report)
    head = page.locator("#themes table").first.locator("th button").first
    head.focus()
    page.keyboard.press("Enter")
    names = page.locator("#themes table").first.locator("tbody .name").all_text_contents()
    assert names == sorted(names)
    page.keyboard.press("Enter")
    assert page.locator("#themes table").first.locator("tbody .name").first.text_content() == names[-1]


def test_the_keyboard_reaches_and_opens_everything(visit, report):
    page = visit(report)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator("#problem-2 > summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("#problem-2").evaluate("part => part.open")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_light_and_dark_can_be_chosen(visit, report):
    page = visit(report)
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.click("[data-scheme-button]")
    assert page.evaluate(ground) != light
    page.click("[data-scheme-button]")
    assert page.evaluate(ground) == light


def test_hostile_comments_do_nothing(visit):
    page = visit(hostile_report(), view="phone")
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    for quote in page.locator("#quotes [data-quote]").all():
        quote.hover()
    assert page.evaluate("window.hit") is None
    assert page.locator("#quotes script, #quotes img, #quotes a").count() == 0
    assert page.locator("#quotes").get_by_text("=HYPERLINK(", exact=False).count() > 0
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_everything_is_there_without_scripts(browser, report, tmp_path):
    file = tmp_path / "report.html"
    file.write_text(render_html(report, language="en"), encoding="utf8")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.locator(".filters").is_hidden()
    assert page.locator("#themes tr[data-row]").first.is_visible()
    assert page.locator("#quotes summary").first.is_visible()
    context.close()


def test_paper_cuts_no_row_and_shows_what_is_closed(visit, report):
    from pypdf import PdfReader

    page = visit(report)
    rows = [
        (row.locator(".name").text_content(), row.locator(".range").first.text_content())
        for row in page.locator("#themes tr[data-row]").all()
    ]
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 1000})
    assert page.evaluate("[...document.querySelectorAll('tr')].every((row) => row.offsetHeight < 900)")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator(".filters").is_hidden()
    sheets = [sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages]
    for name, interval in rows:
        assert any(name in text and interval in text for text in sheets), name
    assert any("Drie keer gemaild" in text for text in sheets)


def test_a_hundred_thousand_comments_open_in_a_second(visit):
    big = build(sample_tables(scale=30, n_periods=36))
    assert sum(big.judged(voice) for voice in big.voice_names) > 100_000
    assert len(render_html(big, language="en").encode()) < 3_000_000
    load = "performance.getEntriesByType('navigation')[0].loadEventEnd"
    assert min(visit(big).evaluate(load) for _ in range(3)) < 1000
