"""A drill's few lines: what counts towards its goals, in a whole session played in virtual time with the real reader."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from voicesim.engine.conversation import Conversation
from voicesim.engine.events import KeyPressed, Record, SpeechEnded, SpeechStarted, Transcribe, Transcribed
from voicesim.engine.survivor import Survivor
from voicesim.live.conductor import Conductor
from voicesim.live.player import Player
from voicesim.live.reading import reader_for
from voicesim.live.settings import default_turn_taking
from voicesim.scenario.load import load_scenario
from voicesim.scenario.model import Drill, Scenario
from voicesim.scoring.drill import DrillResult, judge_drill
from voicesim.timebase import FRAME, samples
from voicesim.tts.ports import Clip


class Actor:
    """Speaks a turn one second after her, or waits; voice activity and words in one."""

    def __init__(self, turns: Sequence[str | float]) -> None:
        self.turns = list(turns)
        self.events: list[SpeechStarted | SpeechEnded] = []
        self.words: list[Transcribed] = []
        self.saying = ""
        self.busy_until = 0

    def act(self, conductor: Conductor) -> None:
        state, now = conductor.state, conductor.now
        listening = state.utterance is None and not state.queue and state.turn is None and state.say_at is None
        if now < self.busy_until or not listening or state.quiet_since is None:
            return
        if not self.turns:
            conductor.tell(KeyPressed(now, "stop"))
            return
        step = self.turns[0]
        if isinstance(step, float):
            self.turns.pop(0)
            self.busy_until = now + samples(step)
        elif now >= state.quiet_since + samples(1.0):
            self.turns.pop(0)
            length = samples(0.35 * len(step.split()))
            self.saying, self.busy_until = step, now + length + samples(1.5)
            self.events = [SpeechStarted(now, now), SpeechEnded(now + length, now, now + length)]

    def feed(self, frame: object) -> list[SpeechStarted | SpeechEnded]:
        self.position = getattr(self, "position", 0) + FRAME
        due = [event for event in self.events if event.at <= self.position]
        self.events = [event for event in self.events if event.at > self.position]
        return due

    def ask(self, request: Transcribe, sound: object, lately: object) -> None:
        self.words.append(
            Transcribed(request.at + 1600, request.request, request.onset, request.end, self.saying, (), 1.0)
        )

    def answers(self, now: int) -> list[Transcribed]:
        due = [words for words in self.words if words.at <= now]
        self.words = [words for words in self.words if words.at > now]
        return due

    def close(self) -> None:
        pass


def played(scenario: Scenario, *turns: str | float) -> list[Record]:
    records: list[Record] = []

    class Keep:
        def record(self, record: Record) -> None:
            records.append(record)

        def audio(self, trainee: object, survivor: object) -> None:
            pass

    def second_long(text: str, mood: str, by: str = "") -> Clip:
        return Clip(np.zeros(samples(1.0), dtype=np.int16), (), ())

    rules = Conversation(Survivor(scenario, 0), default_turn_taking().in_samples(), reader_for(scenario))
    actor = Actor(turns)
    conductor = Conductor(rules, Keep(), actor, actor, Player(), second_long)
    conductor.begin()
    while not conductor.over and conductor.now < samples(240):
        actor.act(conductor)
        sound, marks = conductor.player.render(FRAME)
        conductor.block(np.zeros(FRAME, dtype=np.int16), sound, marks)
    return records


def judged(name: str, *turns: str | float) -> DrillResult:
    scenario = load_scenario(name).scenario
    assert scenario.drill is not None
    return judge_drill(played(scenario, *turns), scenario.drill)


def test_an_open_start_meets_every_goal_and_a_form_meets_none() -> None:
    good = judged("drill-open-start", "Hi, my name is Sam. Please tell me what brought you here.", 5.0, 5.0)
    poor = judged("drill-open-start", "Were you on a bus?", "Was it late?", "Was he tall?", "Did he speak?")
    assert [goal.met for goal in good.goals] == [True, True, True]
    assert [goal.met for goal in poor.goals] == [False, False, False]
    assert good.goals[0].words.startswith("You opened")


def test_only_the_first_turns_count_where_the_goal_says_so() -> None:
    late = judged(
        "drill-open-start", "It is cold today.", "I will get my pen.", "My name is Sam. Tell me what happened.", 5.0
    )
    assert [goal.met for goal in late.goals] == [False, False, True]


def test_only_the_turn_right_after_the_disclosure_counts() -> None:
    heard = judged("drill-after-disclosure", "Good evening. How are you?", "Thank you for telling me. I believe you.")
    asked = judged(
        "drill-after-disclosure", "Good evening. I believe nurses.", "When was this?", "Thank you for telling me."
    )
    assert [goal.met for goal in heard.goals] == [True, True, True]
    assert [goal.met for goal in asked.goals][:2] == [False, False]


def test_silences_are_counted_from_her_last_word() -> None:
    patient = judged("drill-silence", 5.0, 5.0, 5.0)
    hasty = judged("drill-silence", "Where was that?", "How old were you?", "Who was there?")
    assert (patient.goals[0].met, patient.goals[0].count) == (True, 3)
    assert (hasty.goals[0].met, hasty.goals[0].count) == (False, 0)


def test_what_never_came_up_is_not_met() -> None:
    silent = judged("drill-after-disclosure")
    assert silent.met == 0
    assert silent.goals[0].words.startswith("It did not come to that")


@pytest.mark.parametrize("bounds", [{}, {"at_least": 1, "at_most": 1}])
def test_a_goal_has_exactly_one_bound(bounds: dict[str, int]) -> None:
    goal = {"title": "t", "hears": {"question": "open"}, "met": "m", "missed": "n", **bounds}
    with pytest.raises(ValueError, match="exactly one of at_least"):
        Drill.model_validate({"skill": "s", "order": 1, "goals": [goal]})
