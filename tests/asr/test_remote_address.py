"""Where a recogniser elsewhere is, and what a person is told before anything is sent there."""

from __future__ import annotations

import re

import pytest

from voicesim.asr.remote.address import KEY, is_remote, key_from_environment, parse
from voicesim.cli.main import run
from voicesim.errors import BadInputError


@pytest.mark.parametrize(
    ("written", "place", "tls"),
    [
        ("ray://gpu-box:8000", "gpu-box:8000", False),
        ("ray://gpu-box", "gpu-box:8000", False),
        ("rays://asr.example.org", "asr.example.org", True),
        ("openai:https://api.example.org/v1", "api.example.org", True),
        ("openai:http://10.0.0.7:9000/v1/", "10.0.0.7:9000", False),
    ],
)
def test_an_address_says_where_it_is_and_whether_it_is_encrypted(written: str, place: str, tls: bool) -> None:
    remote = parse(written)
    assert (remote.place, remote.tls) == (place, tls)
    assert f"it is sent to {place}" in remote.warning
    assert ("NOT encrypted" in remote.warning) is not tls


def test_what_stays_on_this_machine_needs_no_warning() -> None:
    for here in ("ray://127.0.0.1:8000", "ray://localhost", "openai:http://[::1]:80/v1"):
        assert parse(here).warning == ""


def test_options_stand_in_the_address() -> None:
    remote = parse("ray://gpu-box:8000?fallback=base&timeout=5")
    assert (remote.fallback, remote.timeout) == ("base", 5.0)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("ray://", "names no machine"),
        ("openai:api.example.org", "is no address"),
        ("openai:ftp://example.org", "is no address"),
        ("ray://box:99999", "is no address"),
        ("openai:https://me:secret@example.org/v1", "does not belong in the address"),
        ("ray://box?fallbak=base", "option 'fallbak'"),
        ("ray://box?timeout=soon", "no number of seconds"),
    ],
)
def test_an_address_that_makes_no_sense_is_refused_in_words(written: str, says: str) -> None:
    with pytest.raises(BadInputError, match=says):
        parse(written)


def test_local_engines_are_no_addresses() -> None:
    assert not any(is_remote(name) for name in ("auto", "faster-whisper", "openai-whisper", "openai", "ray"))


def test_only_our_own_key_is_ever_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "somebody-elses")
    assert key_from_environment() == ""
    monkeypatch.setenv(KEY, "ours\nHost: elsewhere")
    with pytest.raises(BadInputError, match="characters that no key has"):
        key_from_environment()


def test_nothing_is_sent_elsewhere_unless_somebody_agrees(capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["practice"], ["rescore", ".", "--model", "x"], ["analyze", "--turns", "t"]):
        assert run([*command, "--asr", "openai:https://nobody.invalid/v1"]) == 2
        told = capsys.readouterr().err
        assert "What you say leaves this machine: it is sent to nobody.invalid" in told
        assert "Add --yes-send-audio" in told


def test_a_machine_that_is_not_there_is_named_once_agreed(capsys: pytest.CaptureFixture[str]) -> None:
    address = "openai:http://nobody.invalid:9/v1?timeout=2"
    assert run(["rescore", ".", "--asr", address, "--yes-send-audio"]) == 2
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith("What you say leaves this machine")
    assert re.match(r"voicesim: The speech recognition at nobody.invalid:9 does not answer \(.+\)\. Check", told[1])
