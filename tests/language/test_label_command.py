"""`voicesim label`: a line in, an answer out, whatever the line is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parents[2] / "src"


def label(said: bytes, *options: str) -> tuple[int, list[dict[str, Any]]]:
    """What the command answers, line by line, with its exit code."""
    done = subprocess.run(
        [sys.executable, "-m", "voicesim", "label", *options],
        input=said,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert done.stderr == b""
    return done.returncode, [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]


def test_each_line_of_text_is_answered_with_its_sentences() -> None:
    code, (first, second) = label("tell me what happened\nThanks. Why didn’t you call?\n".encode())
    assert code == 0
    assert first["main"] == 0
    sentence = first["sentences"][0]
    assert set(sentence) == {"text", "form", "types", "marks", "moves", "cues", "confidence"}
    assert (sentence["form"], sentence["types"]) == (
        "imperative",
        {"griffiths": "open", "nichd": "invitation", "miti": "open"},
    )
    assert (second["text"], second["main"]) == ("Thanks. Why didn’t you call?", 1)
    assert second["sentences"][0]["moves"] == ["thank"]
    assert "why" in second["sentences"][1]["marks"]
    cue = second["sentences"][1]["cues"][0]
    assert second["text"][cue["start"] : cue["end"]] == cue["text"]


def test_what_she_raised_before_decides_whether_a_closed_question_is_appropriate() -> None:
    asked = {"text": "Was the car parked outside?"}
    known = {**asked, "context": [{"speaker": "survivor", "text": "There was a dark car."}]}
    code, answers = label("\n".join(map(json.dumps, (asked, known))).encode(), "--jsonl")
    assert code == 0
    assert [answer["sentences"][0]["types"]["griffiths"] for answer in answers] == [
        "inappropriate_closed",
        "appropriate_closed",
    ]


def test_a_line_that_cannot_be_read_says_so_and_the_others_are_still_answered() -> None:
    lines = [
        b'{"text": "Who was there?"}',
        b'{"text": "Who',
        b'{"txt": "Who was there?"}',
        b'["Who was there?"]',
        b'{"text": "Who?", "context": "none"}',
        b'{"text": "Who?", "context": [{"speaker": "officer", "text": "Hi"}]}',
        b'{"text": "caf\xe9"}',
        b'{"text": "\\ud800"}',
        b'{"text": "", "context": null}',
        b'{"text": "Where was it?"}',
    ]
    code, answers = label(b"\n".join(lines) + b"\n", "--jsonl")
    assert code == 2
    assert [answer.get("line") for answer in answers] == [None, 2, 3, 4, 5, 6, 7, 8, None, None]
    assert all(answer["error"] for answer in answers if "line" in answer)
    assert answers[8] == {"text": "", "sentences": [], "main": None}
    assert answers[9]["sentences"][0]["form"] == "wh"
