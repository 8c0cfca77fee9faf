"""The example in the handbook works as it stands, and the handbook leaves out no key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from voicesim.scenario import model
from voicesim.scenario.check import check
from voicesim.scenario.load import load_scenario

HANDBOOK = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")


def test_the_example_is_sound(tmp_path: Path) -> None:
    (example,) = (block for block in re.findall(r"```yaml\n(.*?)```", HANDBOOK, re.DOTALL) if "format:" in block)
    path = tmp_path / "lost-watch.yaml"
    path.write_text(example, encoding="utf-8")
    loaded = load_scenario(path)
    assert [str(finding) for finding in check(loaded)] == []
    assert loaded.scenario.id == "lost-watch"


WORDS = [
    *(name for part in (model.Scenario, model.State, model.GlobalRule, model.Guard, model.Persona, model.VoiceChoice,
                        model.Mood, model.Line, model.Ending) for name in part.model_fields),
    *get_args(model.Move), *get_args(model.Question), *get_args(model.Mark), *get_args(model.Event),
]  # fmt: skip


@pytest.mark.parametrize("word", sorted(set(WORDS) - {"feelings", "happened"}))
def test_the_handbook_explains(word: str) -> None:
    assert re.search(rf"`{word}`|\b{word}:", HANDBOOK)
