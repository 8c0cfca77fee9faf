"""A transcript with times instead of a recording: what may be missing, and how mistakes are named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from voicesim.analysis.analysis import analyze_turns
from voicesim.analysis.turns_file import read_turns_file, write_turns_file
from voicesim.errors import BadInputError
from voicesim.scoring.rubric import load_rubric
from voicesim.timebase import samples


def write(folder: Path, *lines: Any) -> Path:
    path = folder / "turns.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


def said(speaker: str, start: float, end: float, text: str) -> dict[str, Any]:
    return {"speaker": speaker, "start": start, "end": end, "text": text}


def test_an_interview_as_text_gets_the_same_figures(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        said("trainee", 0, 4, "Tell me in your own words what brings you here today."),
        said("survivor", 6, 20, "It was years ago and I never told anybody about it, not even my own sister."),
        said("trainee", 9, 9.5, "mm-hm"),
        said("trainee", 16, 19, "but why did you not tell anybody sooner"),
        said("survivor", 21, 24, "I do not know."),
    )
    data = analyze_turns(path, load_rubric()).to_dict()
    assert [(each["kind"], each["taking"]) for each in data["overlaps"]] == [
        ("backchannel", False),
        ("interruption", False),
    ]
    assert data["questions"][0]["types"]["griffiths"] == "open"
    assert "why" in data["questions"][-1]["marks"]
    assert data["pace"]["talk_share"] == pytest.approx(100 * 7.5 / (7.5 + 17), abs=0.5)
    assert {"overlaps", "turns", "questions", "pace", "criteria"} <= set(data)
    assert data["overlaps"][0]["start"] == 9.0


def test_missing_ends_texts_and_times_are_filled_in(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        {"speaker": "trainee", "words": [["Take", 1.0, 1.3], ["your", 1.3, 1.5], ["time.", 1.5, 2.0]]},
        {"speaker": "survivor", "start": 3, "text": "I will try to"},
        {"speaker": "survivor", "text": "begin", "extra": 1},
        "",
        {"speaker": "trainee", "start": 9, "end": 10},
    )
    first, second, third, last = read_turns_file(path)
    assert (first.text, first.start, first.end) == ("Take your time.", samples(1.0), samples(2.0))
    assert second.end > second.start
    assert third.start == second.end
    assert last.text is None


def test_a_turn_whose_words_are_unknown_is_time_and_no_interruption(tmp_path: Path) -> None:
    path = write(tmp_path, said("survivor", 0, 10, "I was at home then"), {"speaker": "trainee", "start": 4, "end": 6})
    data = analyze_turns(path, load_rubric()).to_dict()
    assert data["overlaps"] == []
    assert data["pace"]["talk_share"] > 0


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "is no JSON"),
        ("[1]", "no JSON object"),
        ({"speaker": "officer", "start": 0}, "speaker is 'officer'"),
        ({"speaker": "trainee", "start": 5, "end": 4, "text": "hello"}, "ends before it begins"),
        ({"speaker": "trainee", "start": -1, "text": "hello"}, "start is -1"),
        ('{"speaker": "trainee", "start": NaN}', "start is nan"),
        ({"speaker": "trainee", "start": "0", "text": "hello"}, "start is '0'"),
        ({"speaker": "trainee", "start": 5_000_000, "text": "milliseconds"}, "start is 5e+06"),
        ({"speaker": "trainee", "start": 0, "text": 5}, "text is no text"),
        ({"speaker": "trainee", "start": 0, "words": [["one"]]}, "no word with its times"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, line: Any, problem: str) -> None:
    path = write(tmp_path, said("survivor", 0, 1, "Hello."), line)
    with pytest.raises(BadInputError, match=r"turns\.jsonl:2:") as caught:
        read_turns_file(path)
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_first_line_without_any_time_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"turns\.jsonl:1: says nothing of when"):
        read_turns_file(write(tmp_path, {"speaker": "trainee", "text": "hello"}))


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\x00"])
def test_what_holds_no_turns_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "turns.jsonl"
    path.write_bytes(content)
    with pytest.raises(BadInputError):
        read_turns_file(path)


def test_turns_written_are_read_back(tmp_path: Path) -> None:
    path = write(tmp_path, {"speaker": "trainee", "words": [["Hello", 1.0, 1.3]]}, said("survivor", 2, 3, "Hello."))
    spoken = read_turns_file(path)
    write_turns_file(tmp_path / "again.jsonl", spoken)
    assert read_turns_file(tmp_path / "again.jsonl") == spoken
