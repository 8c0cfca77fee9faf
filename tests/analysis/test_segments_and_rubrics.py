"""`voicesim segments` and `voicesim rubric`, as a person runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIXTURE = ROOT / "audio_fixtures" / "interrupter"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "voicesim", *arguments], capture_output=True, text=True)


def test_segments_of_a_track_are_where_the_speech_is() -> None:
    truth = [
        start for turn in json.loads((FIXTURE / "truth.json").read_text())["trainee"] for start, _ in turn["segments"]
    ]
    data = json.loads(run("segments", str(FIXTURE / "trainee.flac"), "--json").stdout)
    found = [start for start, _ in data["segments"]]
    assert all(min(abs(start - there) for there in found) < 0.15 for start in truth)
    lines = run("segments", str(FIXTURE / "trainee.flac")).stdout.splitlines()
    assert [float(line.split("\t")[0]) for line in lines] == pytest.approx(found, abs=0.001)


def test_rttm_lines_are_those_that_other_tools_read() -> None:
    lines = run("segments", str(FIXTURE / "trainee.flac"), "--rttm").stdout.splitlines()
    assert lines
    for line in lines:
        fields = line.split()
        assert (fields[0], fields[2], len(fields)) == ("SPEAKER", "1", 10)
        assert float(fields[4]) > 0
    starts = [float(line.split()[3]) for line in lines]
    ends = [start + float(line.split()[4]) for start, line in zip(starts, lines, strict=True)]
    assert all(start - end >= 0.1 for start, end in zip(starts[1:], ends, strict=False))


def test_a_recording_that_is_not_there_is_one_clear_line() -> None:
    result = run("segments", "nowhere.wav")
    assert result.returncode == 2
    assert len(result.stderr.strip().splitlines()) == 1


def test_every_bundled_rubric_is_listed_checked_and_explained() -> None:
    listed = [each["id"] for each in json.loads(run("rubric", "list", "--json").stdout)]
    assert set(listed) == {"default", "griffiths", "nichd", "iacp-first-response", "annual-qualification"}
    for name in listed:
        assert run("rubric", "check", name).returncode == 0
    said = run("rubric", "explain", "annual-qualification").stdout
    assert "2 attempts; a pass holds for 12 months" in said
    assert "default of this project" in said


def test_a_mistake_in_a_rubric_has_its_line_and_exit_code_1(tmp_path: Path) -> None:
    bundled = ROOT / "src" / "voicesim" / "scoring" / "rubrics" / "annual-qualification.yaml"
    path = tmp_path / "mine.yaml"
    path.write_text(bundled.read_text(encoding="utf-8").replace("must: [let-her-finish", "must: [let-him-finish"))
    result = run("rubric", "check", str(path))
    assert result.returncode == 1
    assert "mine.yaml:" in result.stdout
    assert "let-her-finish" in result.stdout


def test_a_rubric_that_is_not_there_names_those_that_are() -> None:
    result = run("rubric", "explain", "grifiths")
    assert result.returncode == 2
    assert "griffiths" in result.stderr
