"""`voicesim rescore` as it is typed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from corpora import corpus_of, counted_in, results_in

from voicesim.cli.main import run


def test_it_says_what_has_changed_and_where_all_figures_are(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rescore", str(corpus), "--workers", "1"]) == 0
    told = capsys.readouterr().out
    assert "recorded+default: 4 sessions have a result (4 new, 0 from before)." in told
    assert "median before" in told
    assert "No sessions stand otherwise now." in told
    assert (corpus / "rescore.recorded+default.csv").read_text("utf-8").count("session-") > 4
    assert run(["rescore", str(corpus), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["results"], data["fresh"], data["left"]) == (4, 0, 0)


def test_what_was_passed_over_is_named_and_changes_the_exit_code(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (corpus / "session-03" / "events.jsonl").write_text("")
    assert run(["rescore", str(corpus), "--out", str(tmp_path / "out"), "--workers", "1"]) == 1
    assert "passed over" in capsys.readouterr().err
    assert len(results_in(tmp_path / "out")) == 3


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--engine", "ray"], "needs --address"),
        (["--ship"], "belong to --engine ray"),
        (["--rubric", "strict"], "no rubric 'strict'"),
        (["--model", "huge"], "no speech model 'huge'"),
        (["--asr", "ray://127.0.0.1:9?fallback=base"], "heard by one model"),
        (["mood=sad"], "cannot be asked for by 'mood'"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(
    words: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["rescore", str(tmp_path), *words]) == 2
    told = capsys.readouterr().err
    assert says in told
    assert told.count("\n") == 1


@pytest.mark.models
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "kill -9"])
def test_stopped_and_started_again_it_goes_on_and_nothing_is_there_twice(
    how: signal.Signals, short_session: Path, tmp_path: Path
) -> None:
    corpus = corpus_of(short_session, tmp_path / "corpus", 6)
    command = [
        sys.executable,
        "-m",
        "voicesim",
        "rescore",
        str(corpus),
        "--model",
        "tiny.en",
        "--workers",
        "1",
        "--json",
    ]
    first = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    while not list(corpus.glob("*/scorecard.tiny*")):
        assert first.poll() is None, first.communicate()
        time.sleep(0.02)
    (os.killpg if how is signal.SIGINT else os.kill)(first.pid, how)
    out, err = first.communicate(timeout=60)
    assert "Traceback" not in err
    done = len(list(corpus.glob("*/scorecard.tiny*")))
    assert 0 < done < 6
    if how is signal.SIGINT:
        assert first.returncode == 2
        assert json.loads(out)["fresh"] == done, "what lies there is counted"
        assert json.loads(out)["left"] == 6 - done
    second = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    told = json.loads(second.stdout)
    assert (told["results"], told["left"]) == (6, 0)
    assert told["fresh"] <= 6 - done + 1
    assert len(results_in(corpus)) == 6
    assert sorted(counted_in(next(corpus.glob(".rescore.*.jsonl")))) == sorted(results_in(corpus))
    assert not list(corpus.rglob("*.part"))
