"""Ctrl-C, kill, and a reader that goes away: at any moment, and nothing is lost."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest
from command_line import LONG_RECORDING, QUICK, RECORDING, Running, command, environment, voicesim
from pulse import Pulse

pytestmark = [pytest.mark.models, pytest.mark.skipif(sys.platform == "win32", reason="signals as Unix has them")]


def begin(folder, recording=LONG_RECORDING) -> Running:
    return Running("practice", "--trainee-audio", recording, "--out", folder, *QUICK)


def test_ctrl_c_in_mid_session_keeps_scores_and_reports_what_there_is(tmp_path):
    running = begin(tmp_path / "s")
    running.wait_for("Playing the conversation")
    running.signal(signal.SIGINT)
    result = running.end()
    assert result.returncode == 2
    assert result.stderr == f"voicesim: stopped before its end; everything up to then is saved in {tmp_path / 's'}\n"
    assert str(tmp_path / "s" / "report.html") in result.stdout
    assert (tmp_path / "s" / "report.html").is_file()
    assert json.loads((tmp_path / "s" / "meta.json").read_text())["state"] == "complete"
    assert voicesim("replay", tmp_path / "s").returncode == 0


def test_ctrl_c_during_the_preparation_leaves_nothing_behind(tmp_path):
    running = begin(tmp_path / "s")
    running.wait_for("Voicing her lines")
    running.signal(signal.SIGINT)
    result = running.end()
    assert result.returncode == 2
    assert result.stderr.strip() == "voicesim: stopped. Nothing more was done."
    assert not (tmp_path / "s").exists()


def test_a_killed_session_opens_replays_scores_and_reports_up_to_that_moment(tmp_path):
    running = begin(tmp_path / "s")
    running.wait_for("Playing the conversation")
    running.signal(signal.SIGKILL)
    running.end()
    replay = voicesim("replay", tmp_path / "s", "--json")
    assert replay.returncode == 0
    replayed = json.loads(replay.stdout)
    assert replayed["same"]
    assert replayed["records"] > 0
    assert "interrupted" in " ".join(replayed["notes"])
    score = voicesim("score", tmp_path / "s")
    assert score.returncode == 0
    assert "The session was interrupted" in score.stderr
    assert voicesim("report", tmp_path / "s").returncode == 0


def test_a_session_goes_on_to_its_end_when_nobody_reads_what_it_prints(tmp_path):
    # What `voicesim practice | head -1` does: the first line is taken and the pipe closed.
    process = subprocess.Popen(
        command("practice", "--trainee-audio", RECORDING, "--out", tmp_path / "s", *QUICK),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip
    process.stdout.readline()
    process.stdout.close()
    told = process.stderr.read()
    assert process.wait(120) == 0, told
    assert told == ""
    assert (tmp_path / "s" / "report.html").is_file()


@pytest.mark.parametrize("words", [("score", "--json"), ("replay",), ("score", "--plain")])
def test_a_reader_that_has_seen_enough_is_no_error(recorded, words):
    process = subprocess.Popen(
        command(words[0], recorded, *words[1:]),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip
    process.stdout.close()
    assert "Traceback" not in process.stderr.read()
    assert process.wait(120) == 0


@pytest.fixture(scope="module")
def pulse():
    daemon = Pulse()
    yield daemon
    daemon.close()


@pytest.mark.devices
@pytest.mark.parametrize("answer", ["n\n", "", None], ids=["no", "no answer", "Ctrl-C"])
def test_without_consent_nothing_is_recorded(pulse, answer, tmp_path):
    running = Running("practice", "--out", tmp_path / "s", *QUICK, env=pulse.environment())
    running.wait_for("Do you agree")
    if answer is None:
        running.signal(signal.SIGINT)
    result = running.end(answer)
    assert result.returncode == 2
    assert result.stderr.strip() == "voicesim: stopped. Nothing more was done."
    assert not (tmp_path / "s").exists()
