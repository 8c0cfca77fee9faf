"""Sessions that are none, cut off, damaged, or of another version: read as far as they go, or refused in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import refused, voicesim

pytestmark = pytest.mark.models
READINGS = ("score", "report", "replay")


def change(path: Path, **values: object) -> None:
    """Alter entries of a JSON file."""
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


@pytest.mark.parametrize("reading", READINGS)
def test_a_folder_without_a_session_is_refused(reading, tmp_path):
    refused(voicesim(reading, tmp_path), "holds no recorded session", "voicesim practice")
    refused(voicesim(reading, tmp_path / "gone"), "There is no folder")


@pytest.mark.parametrize("reading", READINGS)
def test_a_session_of_a_newer_format_is_refused(reading, session):
    change(session / "meta.json", format="voicesim/session/2")
    refused(voicesim(reading, session), "'voicesim/session/2'", "Use a newer voicesim")


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "cannot be read"), ("[]", "has format None"), ("", "cannot be read"), (None, "seed")],
)
def test_damaged_metadata_are_refused(text, words, session):
    if text is None:
        change(session / "meta.json", seed="seven")
    else:
        (session / "meta.json").write_text(text)
    refused(voicesim("score", session), "meta.json", words)


def test_a_log_whose_end_was_torn_off_is_read_up_to_there(session):
    log = session / "events.jsonl"
    log.write_bytes(log.read_bytes()[:-30])
    score = voicesim("score", session)
    assert score.returncode == 0
    assert "its last line was cut off; read up to there" in score.stderr
    assert "What went well" in score.stdout
    replay = voicesim("replay", session)
    assert replay.returncode == 0
    assert "decides the same again" in replay.stdout
    assert voicesim("report", session).returncode == 0


def test_a_log_damaged_in_the_middle_is_read_up_to_there(session):
    log = session / "events.jsonl"
    lines = log.read_text().splitlines(keepends=True)
    log.write_text("".join([*lines[:20], "what is this\n", *lines[21:]]))
    result = voicesim("replay", session, "--json")
    assert result.returncode == 0
    replayed = json.loads(result.stdout)
    assert replayed["records"] == 20
    assert "line 21 is damaged" in replayed["notes"][0]


def test_a_session_without_its_log_can_be_opened_and_says_what_is_missing(session):
    (session / "events.jsonl").unlink()
    for reading in READINGS:
        result = voicesim(reading, session)
        assert result.returncode == 0, result.stderr
    assert "events.jsonl is missing" in voicesim("score", session).stderr


def test_missing_tracks_cost_the_report_its_sound_and_nothing_else(session):
    for track in session.glob("*.flac"):
        track.unlink()
    score = voicesim("score", session)
    assert score.returncode == 0
    assert "The trainee's track is missing" in score.stderr
    assert voicesim("report", session).returncode == 0
    report = (session / "report.html").read_text(encoding="utf-8")
    assert "track is missing" in report
    assert "<audio" not in report


@pytest.mark.parametrize("damage", [b"", b"fLaC and then nothing"], ids=["emptied", "overwritten"])
def test_a_damaged_track_costs_the_report_its_sound_and_nothing_else(damage, session):
    (session / "trainee.flac").write_bytes(damage)
    assert voicesim("score", session).returncode == 0
    assert voicesim("report", session).returncode == 0
    assert "The sound could not be read" in (session / "report.html").read_text(encoding="utf-8")


def test_a_session_without_its_scenario_names_the_file(session):
    (session / "scenario.yaml").unlink()
    for reading in READINGS:
        refused(voicesim(reading, session), "scenario.yaml", "no such file")


def test_a_session_in_which_she_would_decide_otherwise_is_told_with_exit_code_1(session):
    change(session / "meta.json", seed=7)
    result = voicesim("replay", session)
    assert result.returncode == 1
    assert "The engine decides otherwise now" in result.stdout


def test_turn_taking_numbers_of_another_version_are_refused_by_replay(session):
    meta = json.loads((session / "meta.json").read_text())
    change(session / "meta.json", turn_taking={**meta["turn_taking"], "turn_ending": 2})
    refused(voicesim("replay", session), "turn_ending", "Replay it with voicesim")
    assert voicesim("score", session).returncode == 0


def test_an_unknown_rubric_is_refused(session):
    refused(voicesim("score", session, "--rubric", "strict"), "strict")


def test_a_report_that_has_nowhere_to_go_is_refused(session, tmp_path):
    refused(voicesim("report", session, "--out", tmp_path / "no" / "such" / "r.html"), "There is no folder", "--out")


def test_a_report_may_be_put_into_a_folder(session, tmp_path):
    (tmp_path / "reports").mkdir()
    result = voicesim("report", session, "--out", tmp_path / "reports")
    assert result.stdout.strip() == str(tmp_path / "reports" / "report.html")
    assert (tmp_path / "reports" / "report.html").is_file()
