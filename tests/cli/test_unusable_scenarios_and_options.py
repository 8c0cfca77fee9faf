"""Mistyped names, broken YAML, options out of range, folders in use: said in one line, before anything is recorded."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
from command_line import RECORDING, practise, refused, voicesim


@pytest.fixture
def lost(tmp_path: Path) -> Path:
    """The bundled scenario with a way to a state that it does not have."""
    text = (files("voicesim.scenario") / "library" / "delayed-report.yaml").read_text(encoding="utf-8")
    path = tmp_path / "lost.yaml"
    path.write_text(re.sub(r"go: [a-z-]+", "go: nowhere", text, count=1), encoding="utf-8")
    return path


def test_an_unknown_scenario_is_answered_with_those_there_are():
    refused(voicesim("practice", "delayed-raport"), "no scenario 'delayed-raport'", "Bundled: ", "delayed-report")


def test_a_scenario_file_that_is_not_there_is_named(tmp_path):
    refused(voicesim("practice", tmp_path / "mine.yaml"), "mine.yaml: there is no such file")


def test_broken_yaml_is_refused_with_its_line(tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text("format: voicesim/scenario/1\nid: [mine\n", encoding="utf-8")
    for words in (
        ("practice", path),
        ("scenario", "check", path),
        ("scenario", "say", path),
        ("scenario", "graph", path),
    ):
        assert re.search(r"broken\.yaml:\d+: ", refused(voicesim(*words)))


def test_an_unknown_state_is_refused_with_its_line_and_the_states_there_are(lost):
    line = lost.read_text(encoding="utf-8").split("go: nowhere")[0].count("\n") + 1
    for words in (("practice", lost), ("scenario", "say", lost)):
        refused(voicesim(*words), f"lost.yaml:{line}: ", "there is no state 'nowhere'", "Use one of: arrival")


def test_checking_a_scenario_with_a_mistake_ends_with_exit_code_1(lost):
    result = voicesim("scenario", "check", lost)
    assert result.returncode == 1
    assert "'nowhere'" in result.stdout
    assert "1 to mend" in result.stdout


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--rubric", "strict"), ("strict",)),
        (("--asr", "parakeet"), ("no speech recognition engine 'parakeet'", "faster-whisper")),
        (("--model", "huge"), ("no speech model 'huge'", "base")),
        (("--turn-end", "60"), ("--turn-end", "60")),
        (("--turn-end", "soon"), ("--turn-end", "soon")),
        (("--model-path", "gone.pt"), ("gone.pt",)),
        (("--patience",), ("No such option", "voicesim practice --help")),
    ],
)
def test_an_option_that_cannot_be_used_is_refused_before_anything_is_recorded(options, words, tmp_path):
    folder = tmp_path / "session"
    refused(voicesim("practice", "--trainee-audio", RECORDING, "--out", folder, *options), *words)
    assert not folder.exists()


def test_a_command_that_does_not_exist_points_to_the_help():
    refused(voicesim("practise"), "No such command 'practise'", "voicesim --help")


def test_a_folder_in_use_is_left_as_it_is(tmp_path):
    (tmp_path / "essay.txt").write_text("mine")
    refused(practise(tmp_path), "is already in use", "--out")
    assert [path.name for path in tmp_path.iterdir()] == ["essay.txt"]


def test_a_file_in_the_way_of_the_folder_is_named(tmp_path):
    (tmp_path / "essay.txt").write_text("mine")
    refused(practise(tmp_path / "essay.txt"), "essay.txt is already in use")
    refused(practise(tmp_path / "essay.txt" / "session"), "essay.txt is a file, not a folder")
