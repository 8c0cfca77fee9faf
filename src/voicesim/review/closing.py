"""The calm end of a session: a few plain words and room to breathe before any figure is shown."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from voicesim.scenario.model import Scenario
from voicesim.yamlfile import load_model

HowEnded = Literal["opens_up", "guarded", "ends_it", "stopped"]


class ClosingWords(BaseModel):
    """`closing.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["voicesim/closing/1"]
    always: str
    """``{name}`` stands for hers, here and below."""
    after: dict[HowEnded, str]
    ready: str
    help: str


@cache
def closing_words() -> ClosingWords:
    """`closing.yaml`."""
    return load_model(files("voicesim.review") / "closing.yaml", ClosingWords)


def calm_close(scenario: Scenario, ended: str) -> tuple[str, str]:
    """Two short paragraphs: about this ending, and a way back into the room.

    Args:
        scenario: what was played.
        ended: the ending's state; empty when the trainee stopped, or the recording ran out.
    """
    words = closing_words()
    ending = scenario.states[ended].ending if ended in scenario.states else None
    kind: HowEnded = ending.kind if ending else "stopped"
    name = scenario.persona.name.split()[0]
    return words.after[kind].format(name=name), words.always.format(name=name)
