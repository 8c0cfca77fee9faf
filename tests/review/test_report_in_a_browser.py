"""The report, opened from disk in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from browser import Browser
from builder import Session
from sample import ABOUT, conversation, tracks

from voicesim.review.page import render
from voicesim.review.sound import stereo_data_uri
from voicesim.scoring.rubric import load_rubric
from voicesim.scoring.scorecard import score

pytestmark = pytest.mark.browser

NEXT_SEEK = (
    "new Promise(done => { const a = document.getElementById('audio');"
    " a.addEventListener('seeked', () => done(a.currentTime), {once: true}); })"
)
CONTRAST = """
(() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => { const f = (v) => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; };
    return .2126 * f(r) + .7152 * f(g) + .0722 * f(b); };
  const ground = (e) => { for (let n = e; n; n = n.parentElement) { const c = parse(getComputedStyle(n).backgroundColor);
    if (c.length === 3 || c[3] === 1) return c; } return [255, 255, 255]; };
  const bad = [];
  for (const d of document.querySelectorAll('details')) d.open = true;
  for (const e of document.body.querySelectorAll('*')) {
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
    if (['SCRIPT', 'STYLE', 'TITLE', 'title'].includes(e.tagName)) continue;
    const style = getComputedStyle(e), svg = e.namespaceURI.includes('svg');
    const a = light(parse(svg ? style.fill : style.color)), b = light(ground(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) bad.push(e.className + ' ' + e.textContent.slice(0, 30) + ' ' + ratio.toFixed(2));
  }
  return bad;
})()
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    scored = conversation()
    path = tmp_path_factory.mktemp("report") / "report.html"
    html = render(scored, score(scored, load_rubric()), ABOUT, stereo_data_uri(*tracks(scored)))
    path.write_text(html, encoding="utf-8")
    return path


@pytest.fixture
def browser(report: Path) -> Iterator[Browser]:
    with Browser() as browser:
        browser.open(report)
        browser.evaluate(
            "new Promise(done => { const a = document.getElementById('audio');"
            " a.readyState >= 1 ? done() : a.addEventListener('loadedmetadata', done); })"
        )
        yield browser
        assert browser.problems == []
        assert [url for url in browser.requests if not url.startswith(("file:", "data:"))] == []


def seek_after(browser: Browser, selector: str, *, key: str = "") -> float:
    """Where the sound stands after a press on an element."""
    browser.evaluate(f"window.seek = {NEXT_SEEK}; 0")
    if key:
        browser.evaluate(f"document.querySelector({selector!r}).focus()")
        browser.press(key)
    else:
        browser.click(selector)
    return float(browser.evaluate("window.seek"))


def test_clicking_evidence_plays_from_there(browser: Browser) -> None:
    assert seek_after(browser, "#criterion-no-why .moments button.at") == pytest.approx(53.0, abs=0.3)
    assert browser.evaluate("document.getElementById('audio').paused") is False
    assert browser.evaluate("document.getElementById('playing').textContent") == "Playing from 0:53"


def test_evidence_behind_the_details_plays_too(browser: Browser) -> None:
    browser.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert seek_after(browser, "#criterion-leave-her-silences details button.at") == pytest.approx(64.0, abs=0.3)


def test_clicking_a_segment_a_line_or_a_question_plays_from_there(browser: Browser) -> None:
    assert seek_after(browser, "svg rect.survivor[data-at='110.0']") == pytest.approx(110.0, abs=0.3)
    assert seek_after(browser, ".entry.survivor[data-from='47.0'] button.at") == pytest.approx(47.0, abs=0.3)
    assert seek_after(browser, "svg g[aria-label^='Multiple question'] .dot") == pytest.approx(64.0, abs=0.3)


@pytest.mark.parametrize("key", ["Enter", " "])
def test_the_pictures_can_be_played_from_the_keyboard(browser: Browser, key: str) -> None:
    assert seek_after(browser, "svg g[aria-label^='Interruption']", key=key) == pytest.approx(53.0, abs=0.3)


def test_everything_that_plays_can_be_reached_and_has_a_name(browser: Browser) -> None:
    nameless = browser.evaluate(
        "[...document.querySelectorAll('button, [role=button]')]"
        ".filter(e => e.tabIndex < 0 || !(e.getAttribute('aria-label') || e.textContent.trim())).length"
    )
    assert nameless == 0


def test_the_sound_lies_where_the_tracks_have_it(browser: Browser) -> None:
    first = browser.evaluate(
        """(async () => {
          const raw = atob(document.getElementById('audio').src.split(',')[1]);
          const bytes = Uint8Array.from(raw, c => c.charCodeAt(0));
          const sound = await new OfflineAudioContext(2, 16000, 16000).decodeAudioData(bytes.buffer);
          return [0, 1].map(c => sound.getChannelData(c).findIndex(v => Math.abs(v) > .05) / 16000);
        })()"""
    )
    assert first == pytest.approx([6.6, 1.0], abs=0.03)


def test_text_stands_out_from_its_ground(browser: Browser) -> None:
    assert browser.evaluate(CONTRAST) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_cut_off_at_the_side(browser: Browser, width: int) -> None:
    browser.resize(width)
    assert browser.evaluate("document.scrollingElement.scrollWidth") <= width


def test_it_prints(browser: Browser) -> None:
    pdf = browser.pdf()
    assert pdf.startswith(b"%PDF")
    assert len(pdf) > 20_000


def test_what_was_said_never_becomes_part_of_the_page(tmp_path: Path) -> None:
    nasty = "</script><script>window.hit=1</script><img src=x onerror='window.hit=2'>\"><svg onload=window.hit=3>"
    log = (
        Session()
        .she_says(0, 8, nasty)
        .trainee_says(9, 12, f"Tell me {nasty}", asks="open")
        .trainee_says(2, 2.6, "Mm-hm.")
    )
    log.trainee_says(4, 6, f"Why {nasty}?", asks="leading", marks=("why",), moves=("blame",)).ends(14)
    scored = log.heard()
    about = replace(ABOUT, title=nasty, her_name=nasty, notes=(nasty,), content_note=nasty)
    path = tmp_path / "report.html"
    path.write_text(render(scored, score(scored, load_rubric()), about), encoding="utf-8")
    with Browser() as browser:
        browser.open(path)
        assert browser.evaluate("window.hit === undefined && document.images.length === 0") is True
        assert browser.evaluate("document.scripts.length") == 1
        assert "There is no sound" in browser.evaluate("document.body.innerText")
        assert browser.problems == []
