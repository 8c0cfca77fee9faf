"""The same page in Firefox, with a virtual microphone and virtual headphones: he is heard, she answers, the session is kept."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from firefox import Firefox
from pulse import Pulse
from served import trainee

from serving.server import Served
from voicesim.engine.events import AudioTrouble, LineHeard, TurnTaken
from voicesim.session.reader import open_bundle

pytestmark = [pytest.mark.browser, pytest.mark.models, pytest.mark.real_time]


def wait(firefox: Firefox, condition: str, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not firefox.evaluate(condition):
        assert time.monotonic() < until, (
            f"not in {seconds:g} s: {condition}\n{firefox.evaluate('document.body.innerText')}"
        )
        time.sleep(0.2)


def test_a_session_can_be_held_in_firefox(server: Served, tmp_path: Path) -> None:
    pulse = Pulse()
    try:
        with Firefox(pulse.environment()) as firefox, pulse.recording() as headphones:
            firefox.visit(f"{server.url}/practice/drill-silence")
            firefox.click("#consent")
            firefox.click("#agree")
            wait(firefox, "!document.getElementById('begin').disabled", 120)
            wait(firefox, "document.getElementById('level').textContent !== 'Waiting for the microphone …'", 20)
            firefox.click("#begin")
            wait(firefox, "document.getElementById('words').textContent.includes('Your turn')", 40)
            speaking = pulse.play(trainee(tmp_path / "said.wav", 0.5))
            wait(firefox, "document.getElementById('words').textContent.includes('she speaks')", 40)
            speaking.kill()
            wait(firefox, "document.getElementById('words').textContent.includes('Your turn')", 40)
            firefox.click("#stop")
            wait(firefox, "!document.getElementById('after').hidden", 60)
            link = str(firefox.evaluate("document.getElementById('see').getAttribute('href')"))
    finally:
        pulse.close()
    bundle = open_bundle(server.sessions / link.rsplit("/", 1)[-1])
    assert bundle.meta.state == "complete"
    turns = [record.text for record in bundle.records if isinstance(record, TurnTaken)]
    assert turns
    assert len(turns[0].split()) > 4, turns
    heard = [record for record in bundle.records if isinstance(record, LineHeard) and record.complete]
    assert len(heard) >= 2
    assert abs(headphones.samples).max() > 1000, "her voice did not come out of the headphones"
    assert not any(isinstance(record, AudioTrouble) and record.kind == "overflow" for record in bundle.records)
