"""Scripted trainees come to the endings that their files name, on a machine with the sentence model and on one without."""

from __future__ import annotations

import json
from functools import cache

import pytest
from click.testing import CliRunner

from voicesim.cli.coverage import coverage
from voicesim.engine.survivor import Survivor
from voicesim.language.meanings import FindMeanings
from voicesim.live.reading import examples_of, reader_for
from voicesim.meaning.encoder import MiniLM
from voicesim.meaning.finder import WITHOUT, MeaningFinder
from voicesim.rehearsal.coverage import play_script
from voicesim.rehearsal.dry_run import Rehearsal
from voicesim.scenario.load import LoadedScenario, library, load_scenario
from voicesim.scenario.scripted import load_trainees


@cache
def encoder() -> MiniLM:
    return MiniLM.find()


@cache
def machine(name: str, seed: int) -> Survivor:
    return Survivor(load_scenario(name).scenario, seed)


def otherwise(loaded: LoadedScenario, find: FindMeanings | None) -> dict[str, tuple[str, str]]:
    """Trainees who end otherwise than their file says: what it says, and what happened."""
    reader = reader_for(loaded.scenario, find)
    wrong = {}
    for name, trainee in load_trainees(loaded).items():
        her = machine(loaded.scenario.id, trainee.seed)
        rehearsal = Rehearsal(loaded.scenario, trainee.seed, understand=reader, machine=her)
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


def test_coverage_says_that_the_sentence_model_was_left_out() -> None:
    told = CliRunner().invoke(coverage, ["drill-apology", "--runs", "0", "--words-only", "--json"])
    found = json.loads(told.output)
    assert found["understood_by"] == WITHOUT
    assert found["wrong_endings"] == []
