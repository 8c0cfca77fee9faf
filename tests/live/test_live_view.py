"""What the trainee sees while talking."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from voicesim.audio.soundcard import Block
from voicesim.cli.live_view import HERS, OPEN, THINKING, YOURS, LiveView, Meter, whose_turn
from voicesim.engine.state import ConversationState
from voicesim.engine.survivor import SurvivorState
from voicesim.engine.turns import PendingTurn, Segment
from voicesim.engine.utterance import Utterance
from voicesim.timebase import samples

BLOCK = samples(0.02)
FEELINGS = (("trust", 12.5), ("distress", 77.0))
RUNNING = ConversationState(survivor=SurvivorState(state="told", feelings=FEELINGS), phase="running", quiet_since=0)
SHE_SPEAKS = replace(RUNNING, utterance=Utterance(1, "state/told/0", "I stayed.", status="sounding"))
HE_SPEAKS = replace(RUNNING, turn=PendingTurn((Segment(onset=0),)))
HE_PAUSES = replace(RUNNING, turn=PendingTurn((Segment(onset=0, end=samples(2)),)))
SHE_THINKS = replace(RUNNING, utterance=Utterance(1, "state/told/0", "I stayed.", status="asked"))


@dataclass
class Running:
    """The part of a session that the view looks at."""

    state: ConversationState
    now: int = 0


def watched(states: list[tuple[ConversationState, float]], **options: bool) -> list[str]:
    """The lines told, where there is no terminal, while the session is in each state for so many seconds."""
    told: list[str] = []
    running = Running(RUNNING)
    silence = np.zeros(BLOCK, np.int16)
    with LiveView(told.append, terminal=False, **options) as view:
        for state, seconds in states:
            running.state = state
            for _ in range(round(seconds / 0.02)):
                running.now += BLOCK
                view.tick(running, Block(silence, silence, ()))  # type: ignore[arg-type]
    return told


def test_in_lines_every_change_of_turn_is_told_once() -> None:
    assert watched([(SHE_SPEAKS, 4), (HE_SPEAKS, 3), (HE_PAUSES, 1), (HE_SPEAKS, 3), (SHE_SPEAKS, 4)])[1:] == [
        HERS,
        YOURS,
        HERS,
    ]


def test_what_only_flickers_is_not_read_aloud() -> None:
    assert watched([(SHE_SPEAKS, 4), (SHE_THINKS, 0.4), (SHE_SPEAKS, 3), (HE_SPEAKS, 0.3), (SHE_SPEAKS, 3)])[1:] == [
        HERS
    ]


def test_a_pause_within_a_slow_sentence_does_not_hurry() -> None:
    pause_with_words = replace(HE_PAUSES, turn=PendingTurn((Segment(onset=0, end=samples(2), text="I want to"),)))
    for seconds in (2.1, 3.0, 4.0):
        assert whose_turn(pause_with_words, samples(seconds)) == YOURS
    assert whose_turn(HE_PAUSES, samples(2.5)) == YOURS


def test_words_that_are_long_in_coming_are_her_thinking() -> None:
    assert whose_turn(HE_PAUSES, samples(4)) == THINKING


def test_in_a_silence_waiting_is_as_good_as_speaking() -> None:
    assert whose_turn(RUNNING, samples(9)) == OPEN
    assert "wait" in OPEN


def test_nothing_of_her_feelings_is_shown() -> None:
    told = " ".join(watched([(SHE_SPEAKS, 2), (HE_SPEAKS, 2), (RUNNING, 2)]))
    assert all(word not in told for word in ("trust", "distress", "told", "12", "77"))


def test_push_to_talk_says_which_key_begins_and_ends_the_turn() -> None:
    assert "Space begins your turn, space again ends it" in watched([], push_to_talk=True)[0]


def test_with_push_to_talk_the_key_decides_whose_turn_it_is() -> None:
    assert whose_turn(replace(RUNNING, talking=True), samples(9), push_to_talk=True) == YOURS
    assert whose_turn(replace(HE_PAUSES, talking=True), samples(9), push_to_talk=True) == YOURS
    assert whose_turn(HE_PAUSES, samples(2.1), push_to_talk=True) == THINKING
    assert whose_turn(RUNNING, samples(9), push_to_talk=True) == OPEN


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
@pytest.mark.parametrize("push_to_talk", [False, True])
def test_the_line_fits_any_width_and_always_says_whose_turn_it_is(width: int, push_to_talk: bool) -> None:
    view = LiveView(lambda line: None, terminal=False, push_to_talk=push_to_talk)
    view._settle(HERS, 0)
    line = view.compose(samples(3599), width)
    assert line.plain.startswith(HERS)
    assert len(line.plain) < max(width, 24)
    assert ("59:59" in line.plain) == (width >= 40)
    assert ("q stops" in line.plain) == (width >= 80)


def test_the_meter_rises_with_the_voice_and_sinks_slowly() -> None:
    meter = Meter()
    meter.take(np.zeros(BLOCK, np.int16))
    assert meter.bar(10) == "░" * 10
    meter.take(np.full(BLOCK, 16000, np.int16))
    loud = meter.level
    meter.take(np.zeros(BLOCK, np.int16))
    assert loud == pytest.approx(-6.2, abs=0.1)
    assert -12 < meter.level < loud
    assert meter.bar(10).startswith("███████")
