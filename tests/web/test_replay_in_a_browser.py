"""An instructor hears a session again, in a real browser: by mouse, by keyboard, without wavesurfer.js, by day and by night."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser
from pages import hindrances, picture
from replayed import kept
from served import wait

from serving.server import Served

pytestmark = pytest.mark.browser

TIME = "document.getElementById('sound').currentTime"
WORD = "(document.querySelector('.w.now') || {}).textContent"
SHADOW = "document.querySelector('#wave > div').shadowRoot"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser(1440, 1000) as browser:
        yield browser


@pytest.fixture(scope="module")
def session(server: Served) -> Path:
    return kept(server.sessions / "kept")


@pytest.fixture
def page(server: Served, session: Path, browser: Browser) -> Browser:
    """The page, all of it there. Whatever is done with it, nothing goes wrong on it and nothing comes from elsewhere."""
    return opened(browser, server)


def opened(browser: Browser, server: Served) -> Browser:
    browser.problems.clear()
    browser.requests.clear()
    browser.visit(f"{server.url}/sessions/kept/replay")
    wait(browser, "document.getElementById('main').dataset.shown === 'all'", 20)
    assert browser.problems == []
    assert [address for address in browser.requests if not address.startswith(server.url)] == []
    return browser


def at(browser: Browser, seconds: float, within: float = 1.5) -> None:
    """The sound stands there, or has gone on for a moment."""
    wait(browser, f"{TIME} >= {seconds - 0.02} && {TIME} < {seconds + within}", 5, lambda: str(browser.evaluate(TIME)))


def parts(browser: Browser, name: str) -> int:
    """How many regions of a kind wavesurfer shows, after the timers of no length on which it draws each that it was given."""
    count = f"{SHADOW}.querySelectorAll('[part~={name}]').length"
    return int(browser.evaluate(f"new Promise(done => setTimeout(() => done({count}), 0))"))


def test_it_plays_and_the_word_that_sounds_is_marked(page: Browser) -> None:
    page.click("#play")
    wait(page, f"{TIME} > 0.3", 5)
    assert page.evaluate("document.getElementById('play').textContent") == "Pause"
    wait(page, f"{WORD} === 'They'", 5)
    wait(page, f"{WORD} === 'should'", 5)
    page.click("#play")
    stands = page.evaluate(TIME)
    assert page.evaluate(f"new Promise(done => setTimeout(() => done({TIME}), 300))") == stands
    assert page.evaluate("document.querySelector('.entry.now .who').textContent") == "Nora"


def test_a_word_that_is_pressed_is_heard(page: Browser) -> None:
    word = "[...document.querySelectorAll('.w')].find(word => word.textContent === 'Why')"
    page.evaluate(f"{word}.id = 'why'; 0")
    page.click("#why")
    at(page, 53)
    wait(page, f"{WORD} === 'Why' || {WORD} === \"didn't\"", 5)


def test_interruptions_silences_and_hesitations_are_regions_that_can_be_heard(page: Browser) -> None:
    wait(page, f"{SHADOW}.querySelectorAll('[part~=interruption]').length === 1", 5)
    assert parts(page, "cut_in") == 1
    assert parts(page, "backchannel") == 2
    assert parts(page, "hesitation") >= 1
    assert parts(page, "silence") > 3
    x, y = page.evaluate(
        f"(() => {{ const r = {SHADOW}.querySelector('[part~=interruption]').getBoundingClientRect();"
        " return [r.x + r.width * 0.8, r.y + r.height / 2]; })()"
    )
    press(page, x, y)
    at(page, 53)
    assert "she stopped" in page.evaluate("document.getElementById('told').textContent")


def test_questions_states_and_moments_are_heard_where_they_are_pressed(page: Browser) -> None:
    page.click(".dot.why")
    at(page, 53)
    page.click("[aria-label^='Wary']")
    at(page, 58)
    assert page.evaluate("document.querySelector('.state.now').textContent") == "Wary"
    page.click("#kinds [data-kind=cut_in]")
    page.click("#found button")
    at(page, 64)
    page.evaluate("document.querySelector('#criteria details:has(button.at)').open = true; 0")
    first = "#criteria details[open] button.at"
    page.click(first)
    at(page, page.evaluate(f"Number(document.querySelector('{first}').dataset.at)"))


def test_all_is_done_by_keyboard_alone(page: Browser) -> None:
    page.press("ArrowRight")
    page.press("ArrowRight")
    at(page, 10)
    page.press("j")
    at(page, 0)
    page.press(" ")
    wait(page, f"{TIME} > 0.2", 5)
    page.press("k")
    assert page.evaluate("document.getElementById('sound').paused")
    page.press("i")
    at(page, 53)
    page.press("i")
    at(page, 64)
    assert "Cut into her hesitation" in page.evaluate("document.getElementById('told').textContent")
    page.press("k")
    page.evaluate("document.getElementById('sound').currentTime = 0; 0")
    page.press("n")
    at(page, page.evaluate("Math.min(...[...document.querySelectorAll('.map .dot')].map(dot => dot.dataset.at))"))
    page.press("k")
    page.press(".")
    assert page.evaluate("document.getElementById('sound').playbackRate") == 1.25
    assert page.evaluate("document.getElementById('sound').preservesPitch")
    assert page.evaluate("document.getElementById('speed').value") == "1.25"
    page.press("?")
    assert page.evaluate("document.getElementById('keys').open")
    page.press("l")  # for reading, keys do nothing
    page.evaluate("document.getElementById('keys').close()")
    page.press("m")
    assert page.evaluate("document.querySelector('[data-mute=trainee]').getAttribute('aria-pressed')") == "true"


def test_a_marked_stretch_is_played_over_and_over(page: Browser) -> None:
    page.evaluate("document.getElementById('sound').currentTime = 6; 0")
    page.press("[")
    page.evaluate("document.getElementById('sound').currentTime = 6.6; 0")
    page.press("]")
    assert page.evaluate("document.getElementById('marked').textContent") == "0:06.0 to 0:06.6"
    assert parts(page, "selection") == 1
    page.press("\\")
    wait(page, f"{TIME} > 6.3", 5)
    wait(page, f"{TIME} < 6.2", 5)  # it went round
    page.press("Escape")
    wait(page, f"{TIME} > 6.8", 5)
    assert parts(page, "selection") == 0


def test_a_stretch_is_marked_by_dragging_and_let_go_of(page: Browser) -> None:
    x, y, width = page.evaluate(
        f"(() => {{ const r = {SHADOW}.querySelector('.wrapper').getBoundingClientRect(); return [r.x, r.y, r.width]; }})()"
    )
    for kind, place in (("mousePressed", 0.25), ("mouseMoved", 0.3), ("mouseMoved", 0.5), ("mouseReleased", 0.5)):
        page._call(
            "Input.dispatchMouseEvent",
            type=kind,
            x=x + width * place,
            y=y + 100,
            button="left",
            buttons=1,
            clickCount=1,
        )
    wait(page, "!document.getElementById('loop').disabled", 5)
    selection = page.evaluate("import('/static/replay/player.js').then(({player}) => player.selection)")
    assert 29 < selection["start"] < 32
    assert 58 < selection["end"] < 62
    page.click("#loop")
    at(page, selection["start"])
    page.click("#unmark")
    assert parts(page, "selection") == 0
    assert page.evaluate("document.getElementById('loop').disabled")


def test_each_voice_is_heard_until_it_is_muted(page: Browser) -> None:
    """Through the page's own mixer: how loud what leaves it is, while only the trainee speaks."""
    page.evaluate(
        "(() => { const connect = AudioNode.prototype.connect; AudioNode.prototype.connect = function (to, ...rest) {"
        " if (to === this.context.destination) {"
        " const ear = this.context.createAnalyser(); connect.call(this, ear); (window.ears ??= []).push(ear); }"
        " return connect.call(this, to, ...rest); }; })()"
    )
    loudest = (
        "Math.max(...ears.map(ear => { const data = new Float32Array(ear.fftSize); ear.getFloatTimeDomainData(data);"
        " return Math.max(...data.map(Math.abs)); }))"
    )
    page.click("#transcript li:nth-child(2) button")  # from 6.6 to 14 s it is his turn
    wait(page, f"window.ears?.length === 2 && {loudest} > 0.05", 5)
    page.click("[data-mute=trainee]")
    wait(page, f"{loudest} < 0.001 && {TIME} < 14", 5)


def test_keys_do_nothing_while_somebody_types(page: Browser) -> None:
    page.evaluate("document.getElementById('said').insertAdjacentHTML('beforeend', '<textarea id=own></textarea>'); 0")
    page.evaluate("document.getElementById('own').focus()")
    for key in ("k", "ArrowRight", "i", "?", " "):
        page.press(key)
    assert page.evaluate(TIME) == 0
    assert not page.evaluate("document.getElementById('keys').open")


def test_the_text_follows_the_sound_until_somebody_scrolls_to_read(page: Browser) -> None:
    top = "document.getElementById('transcript').scrollTop"
    page.resize(1440, 700)
    page.press("i")
    wait(page, f"{top} > 100", 5)
    page.press("k")
    page.evaluate("new Promise(done => setTimeout(done, 1000))")  # its own scrolling is over
    page.evaluate("document.getElementById('transcript').scrollTop = 0; 0")
    wait(page, "document.getElementById('follow').getAttribute('aria-pressed') === 'false'", 5)
    page.press("ArrowRight")
    page.press("k")
    wait(page, f"{TIME} > 59", 5)
    assert page.evaluate(top) == 0
    assert page.evaluate("scrollY") == 0
    page.press("f")
    wait(page, f"{top} > 100", 5)
    page.press("k")
    page.resize(1440, 1000)


def test_the_panel_beside_it_can_listen_mark_and_play(page: Browser) -> None:
    player = "import('/static/replay/player.js').then(({player}) => "
    page.evaluate(f"{player}player.addRegion('mine', 30, 33, {{kind: 'flag', label: 'Here'}}))")
    wait(page, f"{SHADOW}.querySelectorAll('[part~=own]').length === 1", 5)
    heard = page.evaluate(
        f"{player}new Promise(done => {{ const off = player.on('time', time => {{ if (time > 31) {{ off(); done(time); }} }});"
        " player.seek(31.5); }))"
    )
    assert heard == 31.5
    page.evaluate(f"{player}player.removeRegion('mine'))")
    wait(page, f"{SHADOW}.querySelectorAll('[part~=own]').length === 0", 5)
    assert page.evaluate(f"{player}[player.duration, player.playing, player.selection])") == [120, False, None]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_hinders_nobody(server: Served, session: Path, browser: Browser, scheme: str) -> None:
    browser.emulate(prefers_color_scheme=scheme)
    for width, height in ((1440, 1000), (390, 844)):
        browser.resize(width, height)
        opened(browser, server)
        picture(browser, f"replay-{width}-{scheme}")
        assert browser.evaluate("document.scrollingElement.scrollWidth") <= width
        assert hindrances(browser) == []
    browser.resize(1440, 1000)
    browser.emulate(prefers_color_scheme="light")


def test_without_wavesurfer_plainer_lanes_are_drawn_and_all_else_works(
    tmp_path: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICESIM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")  # where nobody answers
    server = Served(tmp_path)
    try:
        kept(server.sessions / "kept")
        opened(browser, server)
        assert "voicesim doctor --fetch" in browser.evaluate("document.querySelector('.plain').textContent")
        x, y, width = browser.evaluate(
            "(() => { const r = document.getElementById('overview').getBoundingClientRect(); return [r.x, r.y, r.width]; })()"
        )
        press(browser, x + width / 2, y + 30)
        at(browser, 60)
        painted = "document.getElementById('overview').getContext('2d').getImageData(0, 0, 900, 60).data.some(Boolean)"
        assert browser.evaluate(painted)
        picture(browser, "replay-plain")
        assert hindrances(browser) == []
        assert json.loads(browser.evaluate("JSON.stringify(document.querySelectorAll('.w').length)")) > 100
    finally:
        assert server.stop() == 0


def press(browser: Browser, x: float, y: float) -> None:
    """The mouse, at a place of the page."""
    for kind in ("mousePressed", "mouseReleased"):
        browser._call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
