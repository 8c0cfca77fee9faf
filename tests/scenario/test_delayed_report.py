"""Nora's conversation goes where a trainer expects it to, whatever line variants the dice choose."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from played import Kinds, let_wander

from voicesim.engine.survivor import Heard, Manner, Silence, Stimulus, Survivor, heard_to_the_end
from voicesim.language.reading import QuestionTypes, Sentence, TurnReading
from voicesim.rehearsal.dry_run import Rehearsal
from voicesim.scenario.load import load_scenario
from voicesim.scenario.model import Mark, Move, Question

SCENARIO = load_scenario("delayed-report").scenario
SEEDS = range(6)


def turn(question: Question = "none", *moves: Move, mark: tuple[Mark, ...] = (), topic: tuple[str, ...] = ()) -> Heard:
    """A trainee's turn, read: what was asked, which moves it makes."""
    types = QuestionTypes(griffiths=question)
    return Heard(TurnReading("…", (Sentence("…", 0, 1, "none", types, mark, moves),), topic, main=0))


@dataclass
class Conversation:
    states: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    speechless: int = 0
    told: frozenset[str] = frozenset()
    ending: str = ""


def converse(turns: list[Heard | float | tuple[str, Heard]], seed: int) -> Conversation:
    """Speak the turns one after the other. A number is a silence of so many seconds."""
    survivor = Survivor(SCENARIO, seed)
    state = survivor.initial()
    reaction = survivor.open(state, 0)
    result = Conversation()
    for step in [None, *turns]:
        if step is not None:
            stimuli: list[Stimulus]
            if isinstance(step, float):
                due = [seconds for seconds in survivor.silences(state) if seconds <= step]
                stimuli = [Silence(due[0])] if due else []
            else:
                stimuli = [Manner(step[0]), step[1]] if isinstance(step, tuple) else [step]
            if not stimuli:
                continue
            reaction = survivor.react(state, stimuli, 0)
        state = reaction.survivor
        for line in reaction.lines:
            result.lines.append(line.text)
            state, _ = heard_to_the_end(state, line.reveals, 0)
        if not reaction.lines and not isinstance(step, float):
            result.speechless += 1
        result.states.append(state.state)
        ending = survivor.ending(state)
        if ending:
            result.ending = ending.kind
            break
    result.told = state.told
    return result


OPEN_START = [turn("open", "introduce", "explain_why", "offer_choice"), turn("none", "acknowledge", "believe")]
WHY_START = [turn("inappropriate_closed", "blame", mark=("why",), topic=("not-telling",))]
GOOD = [
    *OPEN_START,
    turn("open"),
    turn("none", "not_your_fault", "reflect"),
    turn("open", "ground_rule"),
    turn("open", "acknowledge"),
    turn("open"),
    turn("none", "believe"),
    turn("open"),
    turn("none", "ground_rule", "acknowledge"),
    turn("open", "thank"),
    turn("none", "explain_why", "offer_choice"),
]
POLITE_BUT_CLOSED = [turn("none", "introduce"), *[turn("inappropriate_closed")] * 4, turn("none", "thank")] + [
    turn("inappropriate_closed"),
    turn("probing"),
] * 6


@pytest.mark.parametrize("seed", SEEDS)
def test_a_good_interview_opens_her_up_in_ten_to_fourteen_turns(seed: int) -> None:
    conversation = converse(list(GOOD), seed)
    assert conversation.ending == "opens_up"
    assert 10 <= len(conversation.states) - 1 <= 14
    assert {"seen-again", "walk-home", "door", "who", "gap", "page"} <= conversation.told


@pytest.mark.parametrize("seed", SEEDS)
def test_open_questions_without_ever_answering_hers_leave_her_guarded(seed: int) -> None:
    assert converse([turn("open", "introduce"), *[turn("open")] * 20], seed).ending == "guarded"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_polite_interviewer_with_closed_questions_leaves_her_guarded(seed: int) -> None:
    conversation = converse(list(POLITE_BUT_CLOSED), seed)
    assert conversation.ending == "guarded"
    assert not conversation.told & {"walk-home", "door", "still", "who"}


@pytest.mark.parametrize("seed", SEEDS)
def test_why_and_blame_make_her_end_it_soon(seed: int) -> None:
    conversation = converse([*WHY_START, turn("inappropriate_closed", "doubt"), turn("leading", "blame")], seed)
    assert conversation.ending == "ends_it"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_why_at_the_start_and_an_open_start_are_different_conversations(seed: int) -> None:
    afterwards = [turn("open")] * 3
    warm, cold = converse([*OPEN_START, *afterwards], seed), converse([*WHY_START, *afterwards], seed)
    assert cold.states[1] == "bracing"
    assert set(warm.lines[1:]).isdisjoint(cold.lines[1:])
    assert warm.told
    assert not cold.told


@pytest.mark.parametrize("seed", SEEDS)
def test_three_interruptions_end_it(seed: int) -> None:
    conversation = converse([("interrupted", turn("open"))] * 6, seed)
    assert conversation.ending == "ends_it"
    assert len(conversation.states) - 1 == 3


@pytest.mark.parametrize("seed", SEEDS)
def test_an_interruption_is_answered_before_the_words(seed: int) -> None:
    survivor = Survivor(SCENARIO, seed)
    first = survivor.open(survivor.initial(), 0)
    reaction = survivor.react(first.survivor, [Manner("interrupted"), turn("open", "introduce")], 0)
    assert [line.id.split("/")[0] for line in reaction.lines] == ["rule", "state"]


@pytest.mark.parametrize("seed", SEEDS)
def test_one_apology_mends_and_a_second_does_not(seed: int) -> None:
    start = [turn("open", "introduce", "explain_why"), turn("none", "blame"), turn("none", "apologise")]
    mended = converse([*start, *GOOD[1:]], seed)
    assert mended.states[2:4] == ["hurt", "mended"]
    assert mended.ending == "opens_up"
    twice = converse([*start, turn("open"), turn("none", "blame"), turn("none", "apologise")], seed)
    assert twice.states[-2:] == ["hurt", "facts-only"]
    assert "You said that before." in twice.lines


@pytest.mark.parametrize("seed", SEEDS)
def test_hurt_three_times_without_a_pause_she_still_answers_each_time(seed: int) -> None:
    hurt_and_go_on = [turn("none", "minimise"), turn("inappropriate_closed")] * 3
    conversation = converse([*OPEN_START, turn("open"), turn("none", "believe"), *hurt_and_go_on], seed)
    assert conversation.states.count("hurt") == 3
    assert conversation.states.count("facts-only") >= 2
    assert conversation.speechless == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_some_things_are_only_told_into_silence(seed: int) -> None:
    hasty = converse(list(GOOD), seed)
    patient = converse(
        [*GOOD[:5], 5.0, turn("open", "acknowledge"), 5.0, turn("none", "not_your_fault"), *GOOD[7:]], seed
    )
    assert not hasty.told & {"song", "still"}
    assert {"song", "still"} <= patient.told
    assert patient.ending == "opens_up"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_very_long_silence_is_met_gently_and_ends_some_day(seed: int) -> None:
    conversation = converse([15.0, 15.0, 15.0, 41.0], seed)
    assert conversation.ending == "guarded"
    assert len(conversation.lines) >= 4


TOO_FAST = [*GOOD[:5], *[("rushed", turn("multiple", "rush", mark=("multiple",)))] * 2]


@pytest.mark.parametrize("seed", SEEDS)
def test_when_it_is_too_much_she_asks_for_a_minute_and_given_one_goes_on(seed: int) -> None:
    conversation = converse([*TOO_FAST, turn("none", "apologise", "invite_pause"), turn("none", "believe")], seed)
    assert "overwhelmed" in conversation.states
    assert conversation.states[-1] == "who-he-is"


@pytest.mark.parametrize("seed", SEEDS)
def test_when_it_is_too_much_and_nobody_cares_she_stops(seed: int) -> None:
    conversation = converse([*TOO_FAST, turn("probing"), turn("probing")], seed)
    assert conversation.states[-1] == "stops-today"


KINDS = Kinds(
    moves=("acknowledge", "believe", "apologise", "rush", "blame", "offer_choice", "thank", "doubt"),
    topics=(),
    waits_each=11,
    rude_each=13,
)


def test_whatever_the_trainee_does_she_answers_never_repeats_herself_and_it_ends() -> None:
    met = let_wander(SCENARIO, KINDS, range(120), 120)
    assert met.endings >= {"guarded", "ends_it"}
    assert len(met.states) > 15


def rehearse(turns: list[str | float], seed: int, *, interrupting: int = 0) -> Conversation:
    """Natural sentences, read by the real reader; the last `interrupting` of them are said over her."""
    rehearsal = Rehearsal(SCENARIO, seed)
    result = Conversation(lines=list(rehearsal.begin().lines))
    for number, said in enumerate(turns):
        if rehearsal.ending:
            break
        if number >= len(turns) - interrupting:
            rehearsal.do("interrupted")
        beats = list(rehearsal.wait(said)) if isinstance(said, float) else [rehearsal.say(said)]
        for beat in beats:
            result.states.append(beat.state)
            result.lines += beat.lines
            result.told = frozenset(beat.told)
            result.ending = beat.ending.kind if beat.ending else ""
    return result


TELLING: list[str | float] = [
    "Hello Nora, I'm Officer Ames. You decide what you tell me, and you can stop. What brings you here?",
    "I believe you. There's no hurry.",
    "That must have been so hard. It wasn't your fault.",
    "What comes to mind?",
]


@pytest.mark.parametrize("seed", range(3))
def test_a_good_beginning_does_not_buy_three_interruptions(seed: int) -> None:
    over: list[str | float] = ["I believe you.", "That sounds awful.", "What else do you remember?"]
    assert rehearse([*TELLING, "Take your time with it, please.", *over], seed, interrupting=3).ending == "ends_it"


@pytest.mark.parametrize("seed", range(3))
def test_whether_she_has_told_anyone_is_answered_differently_early_later_and_late(seed: int) -> None:
    question = "Have you told anyone else?"
    early = rehearse([TELLING[0], question], seed).lines[-1]
    later = rehearse([*TELLING, question], seed).lines[-1]
    late = rehearse([*TELLING, "Tell me more, if you like.", "I believe you.", question], seed).lines[-1]
    assert len({early, later, late}) == 3
    assert early.startswith("No.")
    assert "And now you" in later
    assert "You're the second" in late


@pytest.mark.parametrize("seed", range(3))
def test_later_pieces_come_before_earlier_ones_and_only_if_nobody_asks(seed: int) -> None:
    named: list[str | float] = [*TELLING, "Tell me more, if you like.", "I believe you.", "I believe you, Nora."]
    waited = rehearse([*named, 5.0, 10.0], seed)
    asked = rehearse([*named, "What happened to your coat?", "And what happened next?"], seed)
    assert "coat" in waited.told
    assert "gap" not in waited.told
    assert "coat" not in asked.told
