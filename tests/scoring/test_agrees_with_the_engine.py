"""What the engine decided as it happened and what the scorer finds afterwards in voice activity and words: the same."""

from __future__ import annotations

import pytest
from stage import Stage, understand

from voicesim.engine.events import Overlapped, TurnTaken
from voicesim.scoring.conversation import Conversation
from voicesim.scoring.interruptions import find_overlaps
from voicesim.scoring.log import from_records
from voicesim.scoring.rubric import load_rubric
from voicesim.scoring.scorecard import score

Said = tuple[float, float, str]

# Her first line lasts from 0.0 to 4.0 s; "tells" follows an open turn with a hesitation 1.6 to 4.6 s into it.
CASES: dict[str, list[Said]] = {
    "a backchannel": [(1.0, 1.5, "Mm-hm.")],
    "a cough": [(1.0, 1.4, "")],
    "an interruption": [(1.0, 4.2, "But when did this happen to you?")],
    "an attempt given up": [(1.0, 1.6, "But I")],
    "a cut-in": [(4.5, 6.0, "tell me about it"), (10.0, 12.0, "So what did he say to you?")],
    "a nod in her hesitation": [(4.5, 6.0, "tell me about it"), (10.0, 10.5, "Mm-hm.")],
    "patience": [(4.5, 6.0, "tell me about it")],
    "two interruptions": [(1.0, 3.2, "But when did this happen to you?"), (6.0, 8.0, "And where was this house then?")],
}


def both(said: list[Said]) -> tuple[list[tuple[str, bool, int]], list[tuple[str, bool, int]], Conversation]:
    stage = Stage()
    for onset, end, text in said:
        stage.trainee(onset, end, text)
    log = stage.run(25)
    conversation = from_records(log.records, {}, lambda text, context, topics: understand(text, context))
    live = [(o.kind, o.taking, o.onset) for o in log.of(Overlapped) if o.kind != "noise"]
    found = [(o.kind, o.taking, o.start) for o in find_overlaps(conversation) if o.over_her]
    return live, found, conversation


@pytest.mark.parametrize("case", CASES)
def test_engine_and_scorer_name_the_same_overlaps(case: str) -> None:
    live, found, _ = both(CASES[case])
    assert [kind for kind, *_ in found] == [kind for kind, *_ in live]
    assert found == live


def test_a_turn_end_seen_coming_is_nothing_to_the_engine_and_no_interruption_to_the_scorer() -> None:
    live, found, _ = both([(3.7, 6.0, "Thank you for telling me that.")])
    assert live == []
    assert [kind for kind, *_ in found] == ["terminal_overlap"]


def test_both_beginning_at_once_is_nobodys_interruption() -> None:
    live, found, _ = both([(0.15, 2.0, "Hello, I am here to listen.")])
    assert [kind for kind, *_ in live] == ["simultaneous_start"]
    assert found == live


def test_how_long_a_cut_in_waited_is_the_same() -> None:
    stage = Stage()
    for onset, end, text in CASES["a cut-in"]:
        stage.trainee(onset, end, text)
    log = stage.run(25)
    conversation = from_records(log.records, {}, lambda text, context, topics: understand(text, context))
    (live,) = [o.waited for o in log.of(Overlapped) if o.kind == "cut_in"]
    (found,) = [o.waited for o in find_overlaps(conversation) if o.kind == "cut_in"]
    assert found == live


def test_the_trainees_turns_are_those_the_engine_took() -> None:
    stage = Stage()
    for onset, end, text in CASES["a cut-in"]:
        stage.trainee(onset, end, text)
    log = stage.run(25)
    conversation = from_records(log.records, {}, lambda text, context, topics: understand(text, context))
    assert [turn.text for turn in conversation.trainee_turns] == [turn.text for turn in log.of(TurnTaken)]


def test_every_stump_of_a_live_log_can_be_scored() -> None:
    stage = Stage()
    for onset, end, text in CASES["a cut-in"]:
        stage.trainee(onset, end, text)
    records = stage.run(25).records
    rubric = load_rubric()
    for count in range(0, len(records), 3):
        card = score(from_records(records[:count], {}, lambda text, context, topics: understand(text, context)), rubric)
        assert card.finished is False
