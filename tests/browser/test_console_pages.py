"""The console in a real browser: by keyboard, at three widths, without scripts, without complaints."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page

from tests.console.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGES = ("/overview", "/claims", "/claims/1", "/review", "/tickets", "/classes/1", "/notices", "/public",
         "/policy", "/policy/compare", "/policy/coverage", "/runs", "/applications",
         "/applications/new?track=special_operations", "/vouchers", "/outbox", "/outbox/1",
         "/outbox/templates", "/calendar", "/deadlines?status=all&within=30")  # fmt: skip
UNNAMED = """() => [...document.querySelectorAll(
  'input:not([type=hidden]), select, textarea, button, a')].filter(e => {
    const label = e.labels && e.labels.length ? e.labels[0].textContent : '';
    return !(label || e.textContent || e.getAttribute('aria-label') || e.title
             || (e.querySelector('img') && e.querySelector('img').alt)).trim();
}).map(e => e.outerHTML.slice(0, 120))"""
UNCAPTIONED = "() => [...document.querySelectorAll('table')].filter(t => !t.caption).length"


@contextmanager
def at_desk(chrome: Browser, address: str, login: str, **context: object) -> Iterator[Page]:
    """A page of somebody who is logged in; complaints of the browser fail the test."""
    opened = chrome.new_context(**context)  # type: ignore[arg-type]
    page = opened.new_page()
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{address}/login")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url("**/overview")
    yield page
    opened.close()
    assert not said, f"the browser complains: {said}"


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_no_page_is_wider_than_the_window(chrome: Browser, address: str, width: int) -> None:
    with at_desk(chrome, address, "section_head", viewport={"width": width, "height": 900}) as page:
        for path in PAGES:
            page.goto(address + path)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (path, wide)


def test_every_control_has_a_name_and_every_table_a_caption(chrome: Browser, address: str) -> None:
    with at_desk(chrome, address, "section_head") as page:
        for path in PAGES:
            page.goto(address + path)
            assert page.evaluate(UNNAMED) == [], path
            assert page.evaluate(UNCAPTIONED) == 0, path
            assert page.locator("h1").count() == 1, path


def test_a_clerk_reaches_a_claim_from_the_road_by_keyboard(chrome: Browser, address: str) -> None:
    with at_desk(chrome, address, "clerk") as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        link = page.locator('a[href="/claims?state=certified"]').first
        link.focus()
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        page.keyboard.press("Enter")
        page.wait_for_url("**/claims?state=certified")
        assert outline != "none"
        page.locator("table.list tbody th a").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/claims/*")
        assert page.locator('[aria-current="step"]').count() == 1


def test_filters_stay_in_the_address_and_in_the_fields(chrome: Browser, address: str) -> None:
    with at_desk(chrome, address, "clerk") as page:
        page.goto(f"{address}/claims")
        page.select_option("#f-state", "certified")
        page.check('input[name="overdue"]')
        page.click("form.filters button")
        assert "state=certified" in page.url
        assert "overdue=1" in page.url
        assert page.input_value("#f-state") == "certified"
        assert page.is_checked('input[name="overdue"]')


def test_the_pages_work_without_scripts(chrome: Browser, address: str) -> None:
    with at_desk(chrome, address, "clerk", java_script_enabled=False) as page:
        page.goto(f"{address}/claims/1")
        page.click("details.hold summary")
        page.fill("#hold-reason", "等待核实")
        page.click("details.hold button")
        assert "挂起" in (page.text_content("main") or "")


def test_the_language_is_switched_and_stays(chrome: Browser, address: str) -> None:
    with at_desk(chrome, address, "clerk") as page:
        page.click("text=English")
        assert page.text_content("h1") == "Overview"
        page.goto(f"{address}/claims")
        assert page.text_content("h1") == "Claims"
        assert page.get_attribute("html", "lang") == "en"


def test_the_days_of_a_deadline_wrap_week_by_week_on_a_telephone(
    chrome: Browser, address: str
) -> None:
    """Two weeks side by side on a desk, one below the other at 390 pixels; each day keeps its place."""
    tops = """() => [...document.querySelectorAll('.strip')[0].querySelectorAll('.week')].map(
      week => week.getBoundingClientRect().top)"""
    for width, rows in ((1440, 4), (390, 7)):
        with at_desk(chrome, address, "clerk", viewport={"width": width, "height": 900}) as page:
            page.goto(f"{address}/claims/1")
            assert len(set(page.evaluate(tops))) == rows
            words = page.locator(".strip").first.locator("p.unseen").inner_text()
            assert "12月4日" in words
            letters = page.locator(".strip").first.locator(".d-rest i").all_inner_texts()
            assert set(letters) == {"休"}
