"""`voicesim export`, on a recorded session as it lies in a folder."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import webvtt

from voicesim.cli import export as command
from voicesim.cli.main import run
from voicesim.exports.formats import FORMATS


def test_every_format_there_is_can_be_asked_for() -> None:
    assert set(command._NAMES) == set(FORMATS)


@pytest.mark.parametrize("wanted", FORMATS)
def test_a_session_is_written_beside_the_person_who_asks(
    held: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], wanted: str
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    assert run(["export", str(held), "--as", wanted]) == 0
    written = Path(capsys.readouterr().out.strip())
    assert [written.name] == os.listdir(here)
    assert (
        written.name == f"2026-03-01-an-interview{FORMATS[wanted].suffix}"
    )  # no spaces, whatever the folder is called
    assert written.stat().st_size > 100


def test_captions_can_go_into_a_pipe(held: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["export", str(held), "--as", "vtt", "--out", "-"]) == 0
    import io

    captions = webvtt.from_buffer(io.StringIO(capfdbinary.readouterr().out.decode()))
    assert len(captions) > 3


def test_scores_can_be_left_out(held: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    assert run(["export", str(held), "--as", "json", "--no-scores", "--out", str(out)]) == 0
    assert json.loads(out.read_text(encoding="utf-8"))["scoring"] is None


def test_a_learning_record_names_the_account_it_is_told(held: Path, tmp_path: Path) -> None:
    out = tmp_path / "record.json"
    options = ["--actor", "reed.42", "--home-page", "https://lms.example.org"]
    assert run(["export", str(held), "--as", "xapi", "--out", str(out), *options]) == 0
    account = json.loads(out.read_text(encoding="utf-8"))[0]["actor"]["account"]
    assert account == {"homePage": "https://lms.example.org", "name": "reed.42"}


def test_an_instructors_judgement_given_since_is_in_it(held: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    assert run(["score", str(held), "--override", "let-her-finish=33", "--by", "I. M.", "--reason", "I heard it."]) == 0
    assert run(["export", str(held), "--as", "json", "--out", str(out)]) == 0
    criteria = {one["id"]: one for one in json.loads(out.read_text(encoding="utf-8"))["scoring"]["criteria"]}
    assert criteria["let-her-finish"]["counted"] == 33


@pytest.mark.parametrize(
    "options",
    [
        ["--as", "docx"],
        ["--as", "csv", "--actor", "reed"],
        ["--as", "xapi", "--home-page", "not an address"],
        ["--as", "csv", "--out", "missing/folder/out.csv"],
        [],
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    held: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["export", str(held), *options]) == 2
    said = capsys.readouterr().err
    assert said.startswith("voicesim: ")
    assert said.count("\n") == 1


def test_a_folder_that_is_no_session_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", str(tmp_path), "--as", "csv"]) == 2
    assert "holds no recorded session" in capsys.readouterr().err


def test_an_interrupted_session_is_exported_as_far_as_it_goes(
    held: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = held / "events.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[: len(lines) // 2]))
    (held / "scorecard.json").unlink(missing_ok=True)
    for wanted in FORMATS:
        assert run(["export", str(held), "--as", wanted, "--out", str(tmp_path / f"x-{wanted}")]) == 0
