"""The six roll-call drills: one skill each, complete; a good and a poor trainee, really read, come to different ends."""

from __future__ import annotations

from functools import cache

import pytest
from played import play as play_in
from played import trainees

from voicesim.rehearsal.dry_run import Beat
from voicesim.scenario.check import check
from voicesim.scenario.load import library, load_scenario
from voicesim.scenario.model import Scenario

DRILLS = [name for name in library() if load_scenario(name).scenario.drill]
SEEDS = range(6)


@cache
def scenario_of(name: str) -> Scenario:
    return load_scenario(name).scenario


def play(name: str, trainee: str, seed: int) -> tuple[Beat, ...]:
    return play_in(scenario_of(name), trainees(name)[trainee].turns, seed).beats


def ending(name: str, trainee: str, seed: int) -> str | None:
    last = play(name, trainee, seed)[-1].ending
    return last.kind if last else None


def test_there_are_six_each_with_a_skill_and_a_place_of_its_own() -> None:
    drills = [scenario_of(name).drill for name in DRILLS]
    assert len(DRILLS) == 6
    assert sorted(drill.order for drill in drills if drill) == [1, 2, 3, 4, 5, 6]
    assert len({drill.skill for drill in drills if drill}) == 6


@pytest.mark.parametrize("name", DRILLS)
def test_it_is_complete_and_small(name: str) -> None:
    scenario = scenario_of(name)
    assert [str(finding) for finding in check(load_scenario(name))] == []
    assert 6 <= len(scenario.states) <= 10
    kinds = [state.ending.kind for state in scenario.states.values() if state.ending]
    assert sorted(kinds) == ["ends_it", "guarded", "opens_up"]
    assert scenario.minutes <= 3
    assert "Teaching point" in scenario.instructor_notes
    assert "stop at any moment" in " ".join(scenario.content_note.split())
    assert scenario.support
    assert scenario.support_for
    assert scenario.closes_after is not None


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", DRILLS)
def test_a_good_and_a_poor_trainee_come_to_different_ends(name: str, seed: int) -> None:
    assert ending(name, "good", seed) == "opens_up"
    assert ending(name, "poor", seed) == "ends_it"


@pytest.mark.parametrize("name", DRILLS)
def test_every_scripted_trainee_comes_to_an_end_and_to_the_one_it_names(name: str) -> None:
    for trainee, script in trainees(name).items():
        for seed in SEEDS:
            reached = ending(name, trainee, seed)
            assert reached is not None, (trainee, seed)
            assert reached == script.ends, (trainee, seed)


@pytest.mark.parametrize("name", DRILLS)
def test_the_scripted_trainees_meet_nearly_every_state_and_line(name: str) -> None:
    scenario = scenario_of(name)
    written = {line.text for state in scenario.states.values() for line in state.lines}
    rules = [*scenario.anywhere, *(rule for state in scenario.states.values() for rule in state.next)]
    written |= {line.text for rule in rules for line in rule.says}
    beats = [beat for trainee in trainees(name) for seed in SEEDS for beat in play(name, trainee, seed)]
    states, lines = {beat.state for beat in beats}, {line for beat in beats for line in beat.lines}
    assert len(states) >= 0.95 * len(scenario.states), set(scenario.states) - states
    assert len(lines & written) >= 0.95 * len(written), written - lines
