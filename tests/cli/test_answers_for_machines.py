"""`--json`: one JSON value on standard output, and everything for people elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click
import pytest
from command_line import practise, voicesim

from voicesim.cli.main import cli

pytestmark = pytest.mark.models


def answer(*words: object) -> object:
    result = voicesim(*words, "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_practice_ends_with_one_object_that_names_session_report_and_scorecard(tmp_path):
    result = practise(tmp_path / "s", "--json")
    assert result.returncode == 0, result.stderr
    data = json.loads(result.stdout)
    assert data["session"] == str(tmp_path / "s")
    assert data["report"] == str(tmp_path / "s" / "report.html")
    assert data["ending"]
    assert data["scorecard"] == json.loads((tmp_path / "s" / "scorecard.json").read_text())
    assert "Nora" in result.stderr, "the content note must be shown to whoever watches"


def test_score_gives_the_scorecard_that_the_session_ended_with(recorded):
    assert answer("score", recorded) == json.loads((recorded / "scorecard.json").read_text())


def test_replay_gives_the_transcript_and_that_the_engine_decides_the_same_again(recorded):
    data = answer("replay", recorded)
    assert data["same"]
    assert {said["speaker"] for said in data["transcript"]} == {"trainee", "survivor"}
    assert any("sooner" in said["text"] for said in data["transcript"] if said["speaker"] == "trainee")


def test_the_bundled_scenario_is_checked_without_a_finding():
    assert answer("scenario", "check", "delayed-report") == {"scenario": "delayed-report", "errors": 0, "findings": []}


def test_a_rehearsal_in_text_gives_an_object_a_step():
    said = "Hello Nora, thank you for coming in. Where would you like to start?\nWhy didn't you tell anyone sooner?\n"
    result = voicesim("scenario", "say", "delayed-report", "--json", given=said)
    assert result.returncode == 0, result.stderr
    steps = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(steps) == 3
    assert steps[1]["question"] == "open"
    assert "why" in steps[2]["marks"]


def test_doctor_finds_what_a_session_needs():
    findings = {one["what"]: one for one in answer("doctor", "--model", "tiny.en")}
    assert all(one["ok"] for one in findings.values() if one["needed"])
    assert {"Whisper tiny.en", "her plain voice", "voice activity detection", "sound devices"} <= set(findings)


def every_command(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield words
    for name, each in getattr(command, "commands", {}).items():
        yield from every_command(each, (*words, name))


@pytest.mark.parametrize("words", list(every_command(cli)), ids=" ".join)
def test_every_command_explains_itself(words):
    result = voicesim(*words, "--help")
    assert result.returncode == 0
    assert result.stdout.startswith("Usage: voicesim")
    assert "..." not in result.stdout.partition("Commands:")[2], "a description is cut off"


@pytest.mark.parametrize("encoding", ["ascii", "cp437", "cp1252"])
def test_a_terminal_that_knows_few_letters_still_shows_the_scorecard_and_the_words(recorded, encoding):
    for words in (("score", recorded), ("replay", recorded), ("scenario", "graph", "delayed-report")):
        result = voicesim(*words, PYTHONIOENCODING=encoding)
        assert result.returncode == 0, result.stderr


def test_what_goes_to_a_file_is_utf_8_wherever_the_person_lives(recorded):
    result = voicesim("score", recorded, LC_ALL="C", LANG="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0")
    assert result.returncode == 0, result.stderr
    assert "“" in result.stdout
