"""A server that refuses, dawdles, breaks off or talks nonsense; and what hears meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from made_sounds import QUESTION, Sound, noise_band
from transcription_server import Server, transcription_server

from voicesim.asr.engines import open_transcriber
from voicesim.asr.ports import Transcriber
from voicesim.asr.remote.address import KEY
from voicesim.asr.remote.fallback import WithFallback
from voicesim.asr.remote.openai_endpoint import OpenAIEndpoint
from voicesim.asr.remote.ray_serve import read_transcript, write_transcript
from voicesim.asr.scripted import ScriptedWhisper
from voicesim.errors import BadInputError, ServiceError
from voicesim.timebase import SAMPLE_RATE

Say = Callable[[str], Sound]
NOISE: Sound = (0.1 * noise_band(3, 2 * SAMPLE_RATE, 200, 3000)).astype(np.float32)
SPOKEN = b'{"text": "I believe you.", "words": [{"word": "I", "start": 0, "end": 0.2}, ' \
         b'{"word": "believe", "start": 0.2, "end": 0.6}, {"word": "you", "start": 0.6, "end": 0.9}]}'  # fmt: skip


@pytest.fixture
def server() -> Iterator[Server]:
    """One that has no model and answers what it is told to."""
    with transcription_server(model="") as started:
        yield started


def hearing_with(server: Server, seconds: float = 5.0) -> Transcriber:
    return open_transcriber(f"{server.address}?timeout={seconds:g}")


def test_words_get_their_marks_back_and_stay_within_the_segment(server: Server) -> None:
    server.first = [(200, {}, SPOKEN)]
    heard = hearing_with(server).transcribe(NOISE, ["Nora"])
    assert heard.text == "I believe you."
    assert [word.text for word in heard.words] == ["I", "believe", "you."]
    (asked,) = server.calls
    assert asked["prompt"] == "Nora"
    assert asked["response_format"] == "verbose_json"
    assert asked["timestamp_granularities[]"] == "word,segment"


def test_silence_and_clicks_are_not_even_sent(server: Server) -> None:
    ears = hearing_with(server)
    for nothing in (np.zeros(SAMPLE_RATE, np.float32), NOISE[:800]):
        assert ears.transcribe(nothing).text == ""
    assert server.calls == []


def test_words_that_the_server_itself_doubts_are_not_believed(server: Server) -> None:
    doubted = SPOKEN[:-1] + b', "segments": [{"avg_logprob": -1.2, "no_speech_prob": 0.8}]}'
    server.first = [(200, {}, doubted)]
    assert hearing_with(server).transcribe(NOISE).text == ""


def test_a_call_that_breaks_off_is_made_again(server: Server) -> None:
    server.hang_up = 1
    server.first = [(200, {}, SPOKEN)]
    assert hearing_with(server).transcribe(NOISE).text == "I believe you."
    assert len(server.calls) == 2


def test_a_busy_server_is_asked_again_when_it_says(server: Server) -> None:
    server.first = [(429, {"Retry-After": "0.3"}, b"slow down"), (503, {}, b""), (200, {}, SPOKEN)]
    assert hearing_with(server).transcribe(NOISE).text == "I believe you."


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ([(429, {}, b"quota")] * 3, r"is too busy\. Check"),
        ([(500, {}, b"boom\x1b[31m")] * 3, r"has trouble of its own \(500: boom \[31m\)\. Check"),
        ([(401, {}, b"no")], rf"wants a key \(401: no\)\. Put it into {KEY}"),
        ([(404, {}, b"")], r"has no speech recognition at this address \(404\)\. Check the address"),
        ([(302, {"Location": "http://elsewhere"}, b"")], r"sends calls elsewhere \(302\)"),
        ([(400, {}, b"bad model")], r"refuses the sound \(400: bad model\)"),
        ([(200, {}, b"<html>")], r"sent something that is no transcript"),
        ([(200, {}, b'{"text": "I believe you."}')], r"gives no times for its words\. Choose a model"),
        ([(200, {}, b'{"text": 3, "words": []}')], r"sent something that is no transcript"),
    ],
    ids=["429", "500", "401", "404", "302", "400", "a web page", "no times", "nonsense"],
)
def test_what_a_server_answers_instead_is_told_in_one_line(server: Server, answers: list[object], says: str) -> None:
    server.first = list(answers)  # type: ignore[arg-type]
    with pytest.raises(ServiceError, match=says) as told:
        hearing_with(server).transcribe(NOISE)
    assert "\n" not in str(told.value)
    assert "\x1b" not in str(told.value)


def test_a_wrong_key_is_told_before_the_session(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.key = "right"
    monkeypatch.setenv(KEY, "wrong")
    with pytest.raises(ServiceError, match=rf"does not accept the key .401.* Put it into {KEY}"):
        hearing_with(server).warm_up()
    monkeypatch.setenv(KEY, "right")
    hearing_with(server).warm_up()


def test_a_server_that_dawdles_is_not_waited_for(server: Server) -> None:
    server.slow = 3.0
    with pytest.raises(ServiceError, match=r"did not answer within 0\.5 s"):
        hearing_with(server, 0.5).transcribe(NOISE)


def test_an_endpoint_that_is_no_service_of_ours_is_told_apart(server: Server) -> None:
    with pytest.raises(ServiceError, match=r"is no speech recognition of voicesim\. Start one there"):
        open_transcriber(f"ray://127.0.0.1:{server.port}").warm_up()


def test_while_the_other_machine_is_gone_this_one_hears_and_no_segment_is_lost(server: Server) -> None:
    told: list[str] = []
    now = [0.0]
    remote = hearing_with(server)
    ears = WithFallback(remote, ScriptedWhisper(["heard here", "and here"]), 20.0, told.append, lambda: now[0])
    server.first = [(200, {}, SPOKEN), (400, {}, b"gone")]
    assert ears.transcribe(NOISE).text == "I believe you."
    assert ears.transcribe(NOISE).text == "heard here"
    calls = len(server.calls)
    assert ears.transcribe(NOISE).text == "and here"
    assert len(server.calls) == calls, "it is left alone for a while"
    now[0] = 21.0
    server.first = [(200, {}, SPOKEN)]
    assert ears.transcribe(NOISE).text == "I believe you."
    assert told[0].endswith("Until it is back, script on this machine hears.")
    assert told[1:] == ["The other machine hears again."]


def test_a_fallback_that_is_not_here_is_refused_before_the_session() -> None:
    with pytest.raises(BadInputError, match="no speech model 'bas'"):
        open_transcriber("ray://127.0.0.1:9?fallback=bas")


@pytest.mark.models
def test_a_session_begins_with_the_fallback_when_nobody_answers(say: Say, capsys: pytest.CaptureFixture[str]) -> None:
    ears = open_transcriber("ray://127.0.0.1:9?fallback=tiny.en")
    ears.warm_up()
    assert ears.model == "as served or tiny.en", "the log must not name one that may not have heard"
    assert "remember" in ears.transcribe(say(QUESTION)).text
    assert capsys.readouterr().err.count("Until it is back, tiny.en on this machine hears.") == 1


def test_a_transcript_travels_whole() -> None:
    heard = ScriptedWhisper(["She said so."]).transcribe(NOISE)
    assert read_transcript(write_transcript(heard)) == heard
    for wrong in (b"[]", b'{"text": "x", "words": [["a", NaN, 1, 1]]}', b"\xff"):
        with pytest.raises(ValueError, match=r"Transcript|figures"):
            read_transcript(wrong)


def test_nobody_is_called_before_there_is_something_to_hear(server: Server) -> None:
    assert isinstance(hearing_with(server), OpenAIEndpoint)
    assert server.calls == []
    assert Path(server.address).name == "v1"
