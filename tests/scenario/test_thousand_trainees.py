"""A thousand trainees who do anything at all: the conversation never breaks, never goes round for ever, always ends."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicesim.engine.survivor import Heard, Manner, Silence, Survivor, heard_to_the_end
from voicesim.language.reading import QuestionTypes, Sentence, TurnReading
from voicesim.rehearsal.coverage import Tally, play_random
from voicesim.scenario.load import library, load_scenario
from voicesim.scenario.marks import same_words
from voicesim.scenario.model import Scenario
from voicesim.scenario.paths import ways

NORA = load_scenario("delayed-report").scenario
MACHINES = [Survivor(NORA, seed) for seed in range(6)]


@pytest.mark.parametrize("name", library())
def test_a_thousand_random_trainees_all_come_to_an_ending(name: str) -> None:
    scenario = load_scenario(name).scenario
    tally = Tally()
    machines = [Survivor(scenario, seed) for seed in range(2)]
    for number in range(1000):
        play_random(machines[number % 2], Random(f"a thousand/{number}"), tally)
    assert tally.stuck == []
    assert sum(tally.endings.values()) == tally.runs == 1000
    assert set(tally.endings) <= {name for name, state in scenario.states.items() if state.ending}
    assert len(tally.endings) >= 2
    assert not tally.repeated
    assert not tally.speechless


def heard(question: str, moves: list[str], marks: list[str], topics: list[str]) -> Heard:
    sentence = Sentence("", 0, 0, "none", QuestionTypes(griffiths=question), tuple(marks), tuple(moves))
    return Heard(TurnReading("", (sentence,), tuple(topics), None if question == "none" else 0))


def some(*words: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(words), max_size=2, unique=True)


turns = st.builds(
    heard,
    st.sampled_from(["none", "open", "probing", "inappropriate_closed", "leading", "multiple", "opinion"]),
    some(
        "introduce",
        "acknowledge",
        "believe",
        "apologise",
        "invite_pause",
        "blame",
        "doubt",
        "threaten",
        "order",
        "rush",
    ),
    some("why", "multiple", "presumes"),
    some(*NORA.topics),
)
manners = st.builds(Manner, st.sampled_from(["interrupted", "cut_in", "talked_over", "rushed"]))
steps = st.lists(
    st.one_of(turns.map(lambda turn: [turn]), st.tuples(manners, turns).map(list), st.just([])), max_size=40
)


def ways_to_speak(scenario: Scenario, state: str) -> list[Heard]:
    """One turn for everything that a rule of this state waits for, and the plainest things to say."""
    waits_for = [way.rule.hears for way in ways(scenario, state) if way.rule.hears and not way.rule.hears.anything]
    turns = [heard("none", [move], [], []) for move in ("blame", "acknowledge", "apologise")]
    turns += [heard(question, [], [], []) for question in ("none", "open", "inappropriate_closed")]
    turns += [
        heard(str((*each.question, "none")[0]), list(each.move[:1]), list(each.mark[:1]), list(each.topic[:1]))
        for each in waits_for
    ]
    return list(dict.fromkeys(turns))


@pytest.mark.parametrize("name", library())
def test_she_never_runs_out_of_lines_however_long_she_is_kept(name: str) -> None:
    """Trainees who stay as long as they can, and come back to the same places: whatever is said next, she has an answer."""
    scenario = load_scenario(name).scenario
    survivor = Survivor(scenario, 0)
    for number in range(12):
        chance = Random(f"kept/{number}")
        reaction = survivor.open(survivor.initial(), 0)
        state, way = reaction.survivor, [reaction.survivor.state]
        while survivor.ending(state) is None:
            for line in reaction.lines:
                state, _ = heard_to_the_end(state, line.reveals, 0)
            answers = {turn: survivor.react(state, [turn], 0) for turn in ways_to_speak(scenario, state.state)}
            assert [turn for turn, answer in answers.items() if not answer.lines] == [], way
            staying = [answer for answer in answers.values() if survivor.ending(answer.survivor) is None]
            reaction = chance.choice(staying or list(answers.values()))
            state, way = reaction.survivor, [*way, reaction.survivor.state]


@settings(max_examples=60, deadline=None)
@given(steps, st.integers(0, 5))
def test_whatever_is_done_feelings_stay_in_their_bounds_and_no_words_are_said_twice(steps: list, seed: int) -> None:
    survivor = MACHINES[seed]
    reaction = survivor.open(survivor.initial(), 0)
    said = [same_words(line.text) for line in reaction.lines]
    state = reaction.survivor
    for step in steps:
        if survivor.ending(state) is not None:
            break
        waiting = survivor.silences(state)
        if not step and not waiting:
            continue
        reaction = survivor.react(state, step or [Silence(waiting[0])], 0)
        state = reaction.survivor
        for line in reaction.lines:
            said.append(same_words(line.text))
            state, _ = heard_to_the_end(state, line.reveals, 0)
        for name, value in state.feelings:
            assert NORA.feelings[name].low <= value <= NORA.feelings[name].high
    assert len(said) == len(set(said))


@settings(max_examples=30, deadline=None)
@given(st.lists(turns, max_size=6), st.lists(turns, max_size=6))
def test_an_apology_counts_once(before: list, after: list) -> None:
    survivor = MACHINES[0]
    state = survivor.open(survivor.initial(), 0).survivor
    sorry = heard("none", ["apologise"], [], [])
    gained = []
    for turn in (*before, sorry, *after, sorry):
        if survivor.ending(state) is not None:
            return
        reaction = survivor.react(state, [turn], 0)
        state = reaction.survivor
        gained += [
            amount
            for fact in reaction.facts
            if getattr(fact, "because", "") == "hears move:apologise"
            for name, amount in fact.change
            if name == "trust"
        ]
    assert len(gained) <= 1


@pytest.mark.parametrize("name", library())
def test_whoever_is_interrupted_three_times_ends_it(name: str) -> None:
    scenario = load_scenario(name).scenario
    survivor = Survivor(scenario, 0)
    state = survivor.open(survivor.initial(), 0).survivor
    for _ in range(3):
        if survivor.ending(state) is None:
            state = survivor.react(state, [Manner("interrupted"), heard("open", [], [], [])], 0).survivor
    ending = survivor.ending(state)
    assert ending is not None
    assert ending.kind != "opens_up"
