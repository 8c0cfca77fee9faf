"""What every whole scenario of the library must be, beside what is said of each in its own file. Drills: test_drills.py."""

from __future__ import annotations

import pytest
from played import play, trainees

from voicesim.scenario.check import check
from voicesim.scenario.load import library, load_scenario
from voicesim.scenario.marks import plain

WHOLE = {name: loaded for name in library() if not (loaded := load_scenario(name)).scenario.drill}


@pytest.mark.parametrize("name", WHOLE)
def test_a_scenario_is_clean_and_of_the_promised_size(name: str) -> None:
    loaded = WHOLE[name]
    assert [str(finding) for finding in check(loaded)] == []
    endings = [state.ending.kind for state in loaded.scenario.states.values() if state.ending]
    assert len(loaded.scenario.states) - len(endings) >= 14
    assert set(endings) == {"opens_up", "guarded", "ends_it"}


@pytest.mark.parametrize(("name", "trainee"), [(name, trainee) for name in WHOLE for trainee in trainees(name)])
def test_a_scripted_trainee_comes_to_the_end_that_is_written_and_hears_nothing_twice(name: str, trainee: str) -> None:
    about = trainees(name)[trainee]
    for seed in {about.seed, 3}:
        played = play(WHOLE[name].scenario, about.turns, seed)
        assert played.ending == about.ends, played.states
        assert len({plain(line) for line in played.lines}) == len(played.lines)
