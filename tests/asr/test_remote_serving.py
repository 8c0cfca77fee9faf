"""What the service for many headsets does, without Ray around it: batches, tokens, and what it refuses."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from made_sounds import QUESTION, Sound, coughs
from starlette.requests import Request

from voicesim.asr.engines import open_transcriber
from voicesim.asr.faster import FasterWhisper
from voicesim.asr.hearing import Attempt, hearing
from voicesim.asr.remote.pcm import from_pcm, to_pcm
from voicesim.asr.remote.ray_serve import ABOUT, HEAR, PROMPT, read_transcript
from voicesim.asr.serving.run import served
from voicesim.asr.serving.service import Hearer, ServiceOptions, read_prompt
from voicesim.errors import BadInputError
from voicesim.timebase import SAMPLE_RATE

Say = Callable[[str], Sound]
LINES = (QUESTION, "I believe you.", "You can stop at any time.")


@pytest.fixture(scope="module")
def engine() -> FasterWhisper:
    opened = open_transcriber("faster-whisper", "tiny.en")
    assert isinstance(opened, FasterWhisper)
    return opened


@pytest.mark.models
def test_segments_heard_together_give_the_words_they_give_alone(engine: FasterWhisper, say: Say) -> None:
    sounds = [*(from_pcm(to_pcm(say(line))) for line in LINES), coughs(1), np.tile(say(QUESTION), 5)]

    def attempt(sound: Sound) -> Attempt:
        seconds = len(sound) / SAMPLE_RATE
        return Attempt(sound, hearing().window.length(seconds), "", hearing().tokens.most(seconds))

    together = engine.core().hear_together([attempt(sound) for sound in sounds])
    for sound, both in zip(sounds, together, strict=True):
        (alone,) = engine.core().hear_together([attempt(sound)])
        assert both.decoded.tokens == alone.decoded.tokens
        assert both.decoded.average_log_probability == pytest.approx(alone.decoded.average_log_probability, abs=0.05)
        assert [piece.text for piece in both.align()] == [piece.text for piece in alone.align()]
        starts = [[piece.start for piece in one.align()] for one in (both, alone)]
        assert starts[0] == pytest.approx(starts[1], abs=0.1)


@pytest.mark.models
def test_the_rules_of_hearing_hold_for_what_is_heard_together(engine: FasterWhisper, say: Say) -> None:
    """Coughs are no words, a long segment is cut, an unsure one is heard again: beside others as well as alone."""
    sounds = [say(QUESTION), coughs(2), np.tile(say(LINES[2]), 14), np.zeros(800, np.float32), say("Mm-hm.")]
    together = engine.transcribe_all(sounds)
    alone = [engine.transcribe(sound) for sound in sounds]
    assert [one.text for one in together] == [one.text for one in alone]
    assert together[0].text
    assert [together[place].text for place in (1, 3)] == ["", ""]
    assert len(together[2].text.split()) > 60


@pytest.fixture(scope="module")
def hearer() -> Hearer:
    return Hearer(ServiceOptions("tiny.en", token="secret"))


def ask(hearer: Hearer, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    """One call, as Ray Serve passes it on."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    raw = [(name.lower().replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": raw, "query_string": b""}

    async def call() -> tuple[int, bytes]:
        response = await hearer(Request(scope, receive))
        return response.status_code, bytes(response.body)

    return asyncio.run(call())


@pytest.mark.models
def test_only_who_shows_the_token_is_heard(hearer: Hearer) -> None:
    for shown in ({}, {"authorization": "Bearer wrong"}, {"authorization": "secret"}):
        assert ask(hearer, "GET", ABOUT, **shown)[0] == 401
        assert ask(hearer, "POST", HEAR, b"\0\0", **shown)[0] == 401
    status, about = ask(hearer, "GET", ABOUT, authorization="Bearer secret")
    assert (status, json.loads(about)["model"]) == (200, "tiny.en")


@pytest.mark.models
def test_a_segment_is_answered_with_its_words(hearer: Hearer, say: Say) -> None:
    who = {"authorization": "Bearer secret"}
    status, answer = ask(hearer, "POST", HEAR, to_pcm(say(QUESTION)), **who, voicesim_prompt='["Nora"]')
    assert status == 200
    assert "remember" in read_transcript(answer).text
    assert ask(hearer, "POST", HEAR, b"", **who)[0] == 200


@pytest.mark.models
def test_what_makes_no_sense_is_refused(hearer: Hearer) -> None:
    who = {"authorization": "Bearer secret"}
    assert ask(hearer, "GET", "/", **who)[0] == 404
    assert ask(hearer, "POST", HEAR, b"\0\0", **who, voicesim_prompt="not json")[0] == 400
    assert ask(hearer, "POST", HEAR, bytes(130 * SAMPLE_RATE * 2), **who)[0] == 413


def test_a_prompt_is_a_short_list_of_words() -> None:
    assert PROMPT == "Voicesim-Prompt"
    assert read_prompt('["Nora", "Ren\\u00e9"]') == ("Nora", "René")
    for wrong in ('"Nora"', "[1]", json.dumps(["x"] * 65), json.dumps(["x" * 65]), "[" * 5000):
        assert read_prompt(wrong) is None


def test_a_service_open_to_the_network_needs_a_token() -> None:
    with pytest.raises(BadInputError, match="has no token"), served(ServiceOptions("tiny.en"), host="0.0.0.0"):
        pass


@pytest.mark.models
def test_a_ray_of_ones_own_starts_on_a_machine_that_belongs_to_a_cluster() -> None:
    """Ray is told by its environment, or finds out, which cluster runs here already, and would join that one."""
    if not os.environ.get("CI"):
        pytest.importorskip("ray", reason="needs voicesim[cluster]")
    own = "from voicesim.asr.serving.cluster import join; print(len(join('local', 1).nodes()))"
    there = {**os.environ, "RAY_ADDRESS": "127.0.0.1:9"}
    done = subprocess.run([sys.executable, "-c", own], env=there, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout.strip()) == (0, "1"), done.stderr
