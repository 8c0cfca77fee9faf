"""Drills and qualifications from the command line, with a recording in the trainee's place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import QUICK, RECORDING, refused, voicesim


def test_the_drills_are_listed_in_their_order() -> None:
    listed = voicesim("drill", "--list").stdout.splitlines()
    assert [line.split()[0] for line in listed] == [
        "open-start", "after-disclosure", "silence", "no-why", "apology", "ending-well",
    ]  # fmt: skip
    scenarios = voicesim("scenario", "list").stdout
    assert scenarios.index("delayed-report") < scenarios.index("Drills") < scenarios.index("drill-open-start")


def test_what_is_no_drill_is_refused_with_those_there_are() -> None:
    refused(voicesim("drill", "shouting"), "open-start", "drill:")
    refused(voicesim("drill", "delayed-report"), "voicesim practice")


def test_a_locale_without_lines_is_refused_before_anything_begins() -> None:
    refused(voicesim("practice", "--locale", "xx-YY", "--trainee-audio", RECORDING), "en-GB")


def test_a_qualification_needs_a_name() -> None:
    refused(voicesim("qualify"), "--name")
    refused(voicesim("qualify", "--name", " "), "--name")


@pytest.mark.models
def test_a_drill_gives_a_short_score_on_its_one_skill_and_the_next_in_turn_is_another(tmp_path: Path) -> None:
    kept = {"VOICESIM_SESSIONS": tmp_path}
    first = voicesim("drill", "--trainee-audio", RECORDING, *QUICK, "--plain", "--locale", "en-IE", **kept)
    assert first.returncode == 0, first.stderr
    assert "Start open: " in first.stdout
    assert "Let her finish" not in first.stdout  # the whole scorecard stays in its folder
    assert "1800 77 8888" in first.stdout
    assert "pause please" in first.stdout
    second = voicesim("drill", "--trainee-audio", RECORDING, *QUICK, "--json", **kept)
    assert json.loads(second.stdout)["drill"]["skill"] == "After a disclosure, her first"
    meta = json.loads(next(tmp_path.glob("*open-start/meta.json")).read_text())
    assert (meta["mode"], meta["attempt"], meta["country"]) == ("drill", 1, "IE")


@pytest.mark.models
def test_a_recording_qualifies_nobody_and_its_certificate_can_be_checked(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    result = voicesim(
        "qualify", "--name", "Sam  Okoro", "--trainee-audio", RECORDING, *QUICK, "--out", folder, "--json"
    )
    assert result.returncode == 0, result.stderr
    made = json.loads(result.stdout)["certificate"]
    assert (made["trainee"], made["result"], made["seed"], made["attempt"]) == ("Sam Okoro", "no attempt", 11, 1)
    assert made["adjustments"]["--model"] == "tiny.en"
    assert json.loads((folder / "certificate.json").read_text()) == made
    assert "certifies nothing" in (folder / "certificate.html").read_text()
    assert voicesim("certificate", folder).returncode == 0
    with open(folder / "events.jsonl", "ab") as log:
        log.write(b"\n")
    changed = voicesim("certificate", folder)
    assert changed.returncode == 1
    assert "its files have changed" in changed.stdout


def test_a_folder_without_certificate_is_refused(tmp_path: Path) -> None:
    refused(voicesim("certificate", tmp_path), "no recorded session")
