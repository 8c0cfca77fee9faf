"""Scripted trainees come to the endings that their files name, on a machine with the sentence model and on one without."""

from __future__ import annotations

from functools import cache

import pytest

from voicesim.language.meanings import FindMeanings
from voicesim.live.coverage import play_script
from voicesim.live.reading import examples_of, reader_for
from voicesim.live.rehearsal import Rehearsal
from voicesim.meaning.encoder import MiniLM
from voicesim.meaning.finder import MeaningFinder
from voicesim.scenario.load import LoadedScenario, library, load_scenario
from voicesim.scenario.scripted import load_trainees


@cache
def encoder() -> MiniLM:
    return MiniLM.find()


def otherwise(loaded: LoadedScenario, find: FindMeanings | None) -> dict[str, tuple[str, str]]:
    """Trainees who end otherwise than their file says: what it says, and what happened."""
    reader = reader_for(loaded.scenario, find)
    wrong = {}
    for name, trainee in load_trainees(loaded).items():
        rehearsal = Rehearsal(loaded.scenario, trainee.seed, understand=reader)
        play_script(rehearsal, trainee)
        ending = rehearsal.ending.kind if rehearsal.ending else "none"
        if ending != trainee.ends:
            wrong[name] = (trainee.ends, ending)
    return wrong


@pytest.mark.parametrize("name", library())
def test_every_scripted_trainee_ends_as_declared_by_words_alone(name: str) -> None:
    assert otherwise(load_scenario(name), None) == {}


@pytest.mark.models
@pytest.mark.parametrize("name", library())
def test_every_scripted_trainee_ends_as_declared_with_the_sentence_model(name: str) -> None:
    loaded = load_scenario(name)
    assert otherwise(loaded, MeaningFinder(encoder(), examples_of(loaded.scenario))) == {}
