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
