"""Every page, looked at by a browser: narrow and wide, by day and by night."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser
from pages import hindrances, picture
from served import FIXTURES

from serving.server import Served
from voicesim.cli.main import run

pytestmark = [pytest.mark.browser, pytest.mark.models]

PAGES = {
    "home": "/",
    "practice": "/practice/delayed-report",
    "sessions": "/sessions",
    "session": "/sessions/kept",
    "missing": "/nothing",
}


@pytest.fixture(scope="module")
def kept(server: Served) -> Path:
    """A session from the terminal, of the same folder."""
    folder = server.sessions / "kept"
    recording = FIXTURES / "why-and-blame" / "trainee.flac"
    assert (
        run(["practice", "--trainee-audio", str(recording), "--model", "tiny.en", "--out", str(folder), "--json"]) == 0
    )
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as browser:
        yield browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_hinders_nobody(server: Served, kept: Path, browser: Browser, name: str, scheme: str) -> None:
    browser.emulate(prefers_color_scheme=scheme)
    for width, height in ((1280, 1000), (390, 844)):
        browser.resize(width, height)
        browser.visit(server.url + PAGES[name])
        picture(browser, f"{name}-{width}-{scheme}")
        assert browser.evaluate("document.scrollingElement.scrollWidth") <= width
        assert hindrances(browser) == []
    unexpected = [problem for problem in browser.problems if "404" not in problem]
    assert unexpected == []


def test_a_hindrance_would_be_found(server: Served, browser: Browser) -> None:
    browser.visit(server.url)
    browser.evaluate("document.body.insertAdjacentHTML('beforeend', '<button></button>'); 0")
    assert any(found.startswith("button-name") for found in hindrances(browser))


def test_a_session_from_the_terminal_is_listed_and_its_report_shown(
    server: Served, kept: Path, browser: Browser
) -> None:
    browser.visit(f"{server.url}/sessions")
    assert "Nine years later" in browser.evaluate("document.querySelector('tbody').innerText")
    (kept / "report.html").unlink()
    browser.visit(f"{server.url}/sessions/kept/report")
    assert "Nine years later" in browser.evaluate("document.querySelector('h1').innerText")
    assert (kept / "report.html").exists()


def test_a_report_from_elsewhere_cannot_reach_the_server(server: Served, kept: Path, browser: Browser) -> None:
    report = kept / "report.html"
    whole = report.read_text(encoding="utf-8")
    told = "r => document.title = r.status, error => document.title = 'no'"
    try:
        report.write_text(f"<p>hello<script>fetch('/api/sessions').then({told})</script>")
        browser.visit(f"{server.url}/sessions/kept/report")
        browser.evaluate("new Promise(done => setTimeout(done, 300))")
        assert browser.evaluate("document.title") == "no"
        assert browser.evaluate("origin") == "null"
    finally:
        report.write_text(whole, encoding="utf-8")
