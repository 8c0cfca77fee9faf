"""The example in the handbook works as it stands, and the handbook leaves out no key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from voicesim.rehearsal.coverage import cover
from voicesim.scenario import model
from voicesim.scenario.check import check
from voicesim.scenario.load import LoadedScenario, load_scenario
from voicesim.scenario.scripted import load_trainees

HANDBOOK = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")


def blocks(beginning: str) -> list[str]:
    return [block for block in re.findall(r"```yaml\n(.*?)```", HANDBOOK, re.DOTALL) if block.startswith(beginning)]


@pytest.fixture
def example(tmp_path: Path) -> LoadedScenario:
    (text,) = blocks("format: voicesim/scenario/1")
    path = tmp_path / "lost-watch.yaml"
    path.write_text(text, encoding="utf-8")
    return load_scenario(path)


def test_the_example_is_sound(example: LoadedScenario) -> None:
    assert [str(finding) for finding in check(example)] == []
    assert example.scenario.id == "lost-watch"


def test_its_trainees_come_to_the_endings_they_name(example: LoadedScenario, tmp_path: Path) -> None:
    (text,) = blocks("format: voicesim/trainees/1")
    (tmp_path / "lost-watch.trainees.yaml").write_text(text, encoding="utf-8")
    found = cover(example.scenario, load_trainees(example), runs=200)
    assert len(found.scripted_runs) == 12
    assert found.wrong_endings == ()
    assert found.random.stuck == []


WORDS = [
    *(name for part in (model.Scenario, model.State, model.GlobalRule, model.Guard, model.Persona, model.VoiceChoice,
                        model.Mood, model.Line, model.Ending) for name in part.model_fields),
    *get_args(model.Move), *get_args(model.Question), *get_args(model.Mark), *get_args(model.Event),
]  # fmt: skip


@pytest.mark.parametrize("word", sorted(set(WORDS) - {"feelings", "happened"}))
def test_the_handbook_explains(word: str) -> None:
    assert re.search(rf"`{word}`|\b{word}:", HANDBOOK)
