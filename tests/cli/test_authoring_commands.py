"""The authoring commands as a person meets them: what they print, and with which code they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voicesim.cli.main import run


@pytest.fixture
def story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.chdir(tmp_path)
    assert run(["scenario", "new", "first-try"]) == 0
    assert "voicesim scenario say first-try.yaml" in capsys.readouterr().out
    return "first-try.yaml"


def test_saying_it_shows_how_feelings_moved_and_why(story: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scenario", "say", story, "--trainee", "says-sorry"]) == 0
    shown = capsys.readouterr().out
    assert "trust [########............]    40" in shown
    assert "+12 apologise" in shown
    assert "ending: She was heard (opens_up)" in shown


def test_a_script_that_ends_otherwise_than_it_says_is_something_to_mend(
    story: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path("first-try.trainees.yaml")
    path.write_text(path.read_text(encoding="utf-8").replace("ends: ends_it", "ends: guarded"), encoding="utf-8")
    assert run(["scenario", "say", story, "--trainee", "blames"]) == 1
    assert "blames should come to guarded, and came to ends_it." in capsys.readouterr().out
    assert run(["scenario", "coverage", story, "--runs", "10"]) == 1
    assert "blames (seed 0): ends_it in walks-out, not guarded" in capsys.readouterr().out


def test_an_unknown_trainee_is_answered_with_those_there_are(story: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scenario", "say", story, "--trainee", "nobody"]) == 2
    assert "There are: good, patient, form-filler" in capsys.readouterr().err


def test_coverage_for_a_machine_counts_states_lines_and_endings(story: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scenario", "coverage", story, "--runs", "100", "--at-least", "100", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["scripted"]["states_percent"], found["scripted"]["lines_percent"]) == (100, 100)
    assert sum(found["random"]["endings"].values()) == found["random"]["runs"] == 100
    assert found["wrong_endings"] == []


def test_too_little_coverage_ends_with_one(story: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("first-try.trainees.yaml").unlink()
    assert run(["scenario", "coverage", story, "--runs", "1", "--at-least", "95"]) == 1
    assert "Less than 95 %" in capsys.readouterr().out


def test_a_picture_is_written_by_its_ending(story: str, capsys: pytest.CaptureFixture[str]) -> None:
    for name, beginning in (("a.svg", "<svg"), ("a.mmd", "stateDiagram-v2"), ("a.md", "## ")):
        assert run(["scenario", "graph", story, "--out", name]) == 0
        assert Path(name).read_text(encoding="utf-8").startswith(beginning)


def test_a_line_that_is_not_there_is_not_voiced(story: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scenario", "voice", story, "--line", "no such words", "--out", "x.wav"]) == 2
    assert "No line with 'no such words'" in capsys.readouterr().err
    assert run(["scenario", "voice", story, "--line", "list"]) == 0
    assert "state/glad/0" in capsys.readouterr().out
