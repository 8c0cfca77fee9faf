"""The report of what trainees said that a scenario had no ear for."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from stage import SCENARIO

from voicesim.cli.main import run
from voicesim.engine.events import Record, Say, StateEntered, TimePassed, TurnReopened, TurnTaken
from voicesim.errors import BadInputError
from voicesim.review.heard import go_through, grouped
from voicesim.session.meta import Consent, Part, ScenarioRef, SessionMeta
from voicesim.session.writer import SessionWriter

META = SessionMeta(
    id="test", created="2026-01-01T00:00:00+00:00", voicesim="0", platform="test", driver="file", seed=0,
    scenario=ScenarioRef(id="small", title="Small", sha256="0"), transcriber=Part(engine="none"), voice=Part(engine="none"),
    turn_taking={}, consent=Consent(given=True, how="recording"),
)  # fmt: skip


def taken(number: int, text: str, question: str = "none", moves: tuple[str, ...] = (), events: tuple[str, ...] = ()):
    return TurnTaken(number * 100, number, 0, 10, text, question, moves, (), (), events)


def fallback(number: int) -> Say:
    return Say(number * 100, number, "rule/door/3/0", "Yes I see", "steady")


def session(folder: Path, *records: Record) -> Path:
    writer = SessionWriter(folder, META, SCENARIO.read_text(encoding="utf-8"))
    writer.audio(np.zeros(512, np.int16), np.zeros(512, np.int16))
    for record in (StateEntered(0, "door", "start"), *records):
        writer.record(record)
    writer.close("2026-01-01T00:10:00+00:00")
    return folder


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A folder with two sessions of the small scenario."""
    session(
        tmp_path / "first",
        taken(1, "The bus was late again."), fallback(1), TimePassed(150),
        taken(2, "mm-hm", moves=("backchannel",), events=("listening",)), TimePassed(250),
        taken(3, "I believe you.", moves=("believe",)), Say(300, 3, "rule/door/1/0", "You do", "steady"),
        StateEntered(300, "tells", "hears move:believe"), TimePassed(350),
    )  # fmt: skip
    session(
        tmp_path / "second",
        taken(1, "the bus was late again"), fallback(1), TimePassed(150),
        taken(2, "Was it"), fallback(2), TurnReopened(250, 2), TimePassed(251),
        taken(2, "Was it at night?", "inappropriate_closed"), fallback(2),
    )  # fmt: skip
    return tmp_path


def test_only_what_a_fallback_answered_is_listed_and_what_was_understood_is_told_apart(kept: Path):
    report = go_through([kept])
    assert (report.sessions, report.turns) == (2, 4)
    assert [(turn.text, turn.state, turn.understood) for turn in report.unanswered] == [
        ("The bus was late again.", "door", ()),
        ("the bus was late again", "door", ()),
        ("Was it at night?", "door", ("inappropriate_closed question",)),
    ]


def test_the_same_words_from_two_sessions_are_shown_once_and_counted_twice(kept: Path):
    groups = grouped(go_through([kept]).unanswered)
    assert [(len(group.turns), group.first.text) for group in groups] == [
        (2, "The bus was late again."),
        (1, "Was it at night?"),
    ]


def test_an_author_sees_it_on_the_command_line(kept: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["scenario", "heard", str(kept), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [group["said"] for group in found["groups"]] == [["The bus was late again.", "the bus was late again"]]
    assert found["groups"][0]["states"] == ["door"]


def test_a_folder_without_sessions_is_named(tmp_path: Path):
    with pytest.raises(BadInputError, match="no session"):
        go_through([tmp_path])
    with pytest.raises(BadInputError, match="There is no folder"):
        go_through([tmp_path / "nowhere"])
