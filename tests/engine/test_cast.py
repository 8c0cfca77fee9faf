"""Others than she may be heard: a line says who says it, all the way into the log."""

from __future__ import annotations

import yaml
from stage import SCENARIO, Stage

from voicesim.engine.events import LineHeard, Say
from voicesim.scenario.model import Scenario
from voicesim.session.codec import from_json, to_json
from voicesim.session.transcript import transcript


def with_a_captain() -> Scenario:
    written = yaml.safe_load(SCENARIO.read_text(encoding="utf-8"))
    written["cast"] = {
        "captain": {
            "name": "Captain Ruiz",
            "age": 50,
            "pronouns": "he/him",
            "about": "On the radio.",
            "voice": {"moods": {"gruff": {}}},
        }
    }
    written["states"]["tells"]["lines"] = [{"text": "Clear that call please", "by": "captain"}]
    return Scenario.model_validate(written)


def test_a_cast_members_line_carries_the_speaker_and_their_own_mood_into_the_log() -> None:
    stage = Stage(with_a_captain())
    stage.trainee(5.0, 6.5, "can you tell me about it?")
    log = stage.run(11)
    assert [(said.by, said.mood) for said in log.of(Say)] == [("", "steady"), ("captain", "gruff")]
    assert [heard.by for heard in log.of(LineHeard)] == ["", "captain"]
    assert ("captain", "Clear that call please") in [(said.by, said.text) for said in transcript(log.records)]


def test_a_log_from_before_there_was_a_cast_reads_as_her_own_lines() -> None:
    said = Say(0, 1, "state/door/0", "Hello", "steady")
    old = to_json(said)
    del old["by"]
    assert from_json(old) == said
