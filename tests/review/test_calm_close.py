"""The first thing after a session is calm, whatever the ending, and never a judgement."""

from __future__ import annotations

import pytest

from voicesim.review.closing import calm_close, closing_words
from voicesim.scenario.load import library, load_scenario


@pytest.mark.parametrize("name", library())
def test_every_ending_and_a_stop_have_words_of_their_own(name: str) -> None:
    scenario = load_scenario(name).scenario
    endings = [state for state, about in scenario.states.items() if about.ending]
    closes = {calm_close(scenario, ending)[0] for ending in endings}
    kinds = {scenario.states[ending].ending.kind for ending in endings if scenario.states[ending].ending}  # type: ignore[union-attr]
    assert len(closes) == len(kinds)
    stopped, back = calm_close(scenario, "")
    assert "Nothing is counted against you" in stopped
    assert stopped not in closes
    assert scenario.persona.name.split()[0] in back
    assert "{" not in "".join((*closes, stopped, back))


def test_it_is_short_and_says_nothing_of_points() -> None:
    words = closing_words()
    for text in (words.always, *words.after.values()):
        assert len(text.split()) < 45
        assert not {"score", "points", "failed", "passed", "wrong", "mistake"} & set(text.lower().split())
