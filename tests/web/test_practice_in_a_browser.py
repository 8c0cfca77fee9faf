"""A whole conversation through the page, in a real browser whose microphone plays a recording."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from browser import Browser
from cable import Cable
from numpy.typing import NDArray
from pages import hindrances, picture
from served import begin, headset, shown, trainee, wait

from serving.server import Served
from voicesim.engine.events import (
    AudioTrouble,
    DeviceLost,
    DeviceRestored,
    End,
    KeyPressed,
    LineHeard,
    SpeechEnded,
    SpeechStarted,
    TurnTaken,
)
from voicesim.rescoring.held_again import hold_again
from voicesim.session.reader import Bundle, open_bundle
from voicesim.session.tracks import TrackName
from voicesim.timebase import samples

pytestmark = [pytest.mark.browser, pytest.mark.models, pytest.mark.real_time]

Kind = TypeVar("Kind")
OVER = "!document.getElementById('after').hidden"


def of(bundle: Bundle, kind: type[Kind]) -> list[Kind]:
    return [record for record in bundle.records if isinstance(record, kind)]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    recording = trainee(tmp_path_factory.mktemp("trainee") / "trainee.wav", quiet=5)
    with Browser(flags=headset(recording)) as browser:
        yield browser


@pytest.fixture(scope="module")
def held(server: Served, browser: Browser) -> Bundle:
    """A drill held to its ending."""
    browser.problems.clear()
    begin(browser, server, "drill-silence")
    picture(browser, "live")
    wait(browser, OVER, 110, lambda: server.complaints)
    picture(browser, "after")
    assert hindrances(browser) == []
    assert browser.problems == []
    assert {url.split("/")[2] for url in browser.requests if url.startswith("http")} == {server.url.split("/")[2]}
    return open_bundle(next(server.sessions.iterdir()))


def test_the_conversation_comes_to_its_ending_and_is_scored(held: Bundle) -> None:
    assert held.meta.state == "complete"
    assert held.meta.driver == "browser"
    assert held.meta.mode == "drill"
    assert held.meta.consent.given
    assert of(held, End)[0].reason == "ending"
    assert json.loads((held.path / "scorecard.json").read_text())["criteria"]
    assert (held.path / "report.html").stat().st_size > 100_000


def test_turns_were_taken_and_answered(held: Bundle) -> None:
    turns = of(held, TurnTaken)
    assert len(turns) >= 2
    assert any(turn.text for turn in turns)
    assert len([line for line in of(held, LineHeard) if line.complete]) >= 3


def test_her_voice_is_on_one_track_and_the_trainee_on_the_other(held: Bundle) -> None:
    length = len(held.track("trainee"))

    def marked(spans: list[tuple[int, int]], margin: float) -> NDArray[np.bool_]:
        mask = np.zeros(length, dtype=bool)
        for onset, end in spans:
            mask[max(onset - samples(margin), 0) : end + samples(margin)] = True
        return mask

    def level(track: TrackName, where: NDArray[np.bool_]) -> float:
        return float(20 * np.log10(np.sqrt(np.mean(held.track(track)[where].astype(float) ** 2)) / 32768 + 1e-6))

    hers = [(line.onset, line.end) for line in of(held, LineHeard)]
    his = [(speech.onset, speech.end) for speech in of(held, SpeechEnded)]
    only_hers = marked(hers, 0) & ~marked(his, 0.3)
    only_his = marked(his, 0) & ~marked(hers, 0.3)
    assert level("survivor", only_hers) > -35
    assert level("trainee", only_his) > -35
    assert level("survivor", only_his) < -80
    assert level("trainee", only_hers) < -80


def test_her_lines_lie_in_the_track_where_the_log_has_them(held: Bundle) -> None:
    track = np.abs(held.track("survivor").astype(float))
    for line in of(held, LineHeard):
        assert track[line.onset : line.onset + samples(0.3)].max() > 300
        assert track[max(line.onset - samples(0.2), 0) : line.onset].max() < 100


def test_speech_is_noticed_soon(held: Bundle) -> None:
    assert all(started.at - started.onset <= samples(0.3) for started in of(held, SpeechStarted))


def test_little_sound_was_lost(held: Bundle) -> None:
    lost = sum(trouble.samples for trouble in of(held, AudioTrouble))
    assert lost < samples(1.0), "of some forty seconds, on a machine that does other things too"


def test_held_again_from_the_trainees_track_it_comes_out_the_same(held: Bundle) -> None:
    again = hold_again(held)
    assert again.difference is None
    assert again.scorecard.to_json() == (held.path / "scorecard.json").read_text(encoding="utf-8")


def test_the_report_opens_in_the_list_of_sessions_and_plays(held: Bundle, server: Served, browser: Browser) -> None:
    browser.visit(f"{server.url}/sessions")
    browser.click("tbody a")
    wait(browser, "!!document.querySelector('iframe')", 10)
    browser.visit(f"{server.url}/sessions/{held.path.name}/report")
    wait(browser, "document.getElementById('audio')?.readyState >= 1", 10)
    length = browser.evaluate("document.getElementById('audio').duration")
    assert length == pytest.approx(held.meta.samples / 16000, abs=0.5)
    assert "Leave it quiet" in shown(browser)


def test_a_lost_connection_or_a_page_loaded_anew_pauses_the_session_and_it_goes_on_afterwards(
    server: Served, browser: Browser
) -> None:
    before = set(server.sessions.glob("*"))
    cable = Cable(server.url)
    by_keyboard(browser, server, f"{cable.url}/practice/drill-silence")
    (folder,) = set(server.sessions.glob("*")) - before
    wait(browser, "document.getElementById('clock').textContent > '0:02'", 20)
    cable.pull()
    wait(browser, "document.getElementById('words').textContent == 'Connection lost'", 20)
    picture(browser, "lost")
    stood = browser.evaluate("document.getElementById('clock').textContent")
    cable.plug()
    wait(browser, "['speaking', 'listening', 'thinking'].includes(document.getElementById('turn').dataset.turn)", 20)
    wait(browser, f"document.getElementById('clock').textContent > '{stood}'", 20)
    browser.visit(f"{cable.url}/practice/drill-silence")
    wait(browser, "!document.getElementById('retry').hidden", 20)
    picture(browser, "loaded-anew")
    browser.click("#retry")
    wait(browser, f"document.getElementById('clock').textContent > '{stood}'", 20)
    browser.press(" ")
    wait(browser, "document.getElementById('words').textContent == 'Paused'", 10)
    picture(browser, "paused")
    assert hindrances(browser) == []
    browser.press(" ")
    wait(browser, "document.getElementById('words').textContent != 'Paused'", 10)
    browser.press("q")
    wait(browser, OVER, 40, lambda: server.complaints)
    cable.close()
    bundle = open_bundle(folder)
    assert len(of(bundle, DeviceLost)) == 2
    assert len(of(bundle, DeviceRestored)) == 2
    assert [key.key for key in of(bundle, KeyPressed)] == ["pause", "resume", "stop"]
    assert bundle.meta.state == "complete"
    assert of(bundle, LineHeard)


def by_keyboard(browser: Browser, server: Served, url: str) -> None:
    """From the page to the first word, without a mouse."""
    browser.visit(url)
    browser.evaluate("document.getElementById('consent').focus()")
    browser.press(" ")
    browser.press("Tab")
    browser.press("Enter")
    wait(browser, "!document.getElementById('begin').disabled", 60, lambda: server.complaints)
    for _ in range(10):
        if browser.evaluate("document.activeElement.id") == "begin":
            break
        browser.press("Tab")
    browser.press("Enter")
    wait(browser, "document.getElementById('clock').textContent > '0:00'", 20, lambda: server.complaints)


def test_a_deleted_session_is_gone_from_the_disk(held: Bundle, server: Served, browser: Browser) -> None:
    path: Path = held.path
    browser.visit(f"{server.url}/sessions/{path.name}")
    browser.click("#delete")
    browser.click("#keep")
    assert path.exists()
    browser.click("#delete")
    picture(browser, "delete")
    browser.click("#really")
    wait(browser, "location.pathname == '/sessions'", 30, lambda: server.complaints)
    assert not path.exists()
    assert path.name not in browser.evaluate("document.documentElement.innerHTML")
