"""The authored examples of how moves are made, and of what is none: `lexicons/examples.yaml`, validated.

The sentences are data that the `meaning` room compares others with; what then counts as said in earnest is decided by the
patterns that stand beside them, in this room.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from voicesim.scenario.model import Move
from voicesim.yamlfile import load_model


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


Likeness = Annotated[float, Field(gt=0, le=1)]


class MoveExample(_Strict):
    """How one move is made."""

    at_least: Likeness
    """How clearly a sentence must resemble the examples."""
    like: Annotated[tuple[str, ...], Field(min_length=12)]
    """Sentences that make the move."""
    unlike: Annotated[tuple[str, ...], Field(min_length=6)]
    """Sentences that are near to it in words or subject and do not make it."""


class TopicLikeness(_Strict):
    """When a scenario's topic counts as raised."""

    at_least: Likeness
    """How clearly a sentence must resemble its examples. Lower than for moves: a topic has few, and they lie far apart."""


class MoveExamples(_Strict):
    """All examples."""

    format: str
    fewest_words: Annotated[int, Field(ge=1)]
    """Shorter sentences are left to the lexicon."""
    topics: TopicLikeness
    never_in_earnest: tuple[str, ...]
    """Patterns anywhere in a sentence that make it no blame, doubt ... of the speaker's own, whatever it resembles."""
    not_offered: tuple[str, ...]
    """Patterns anywhere in a sentence that make it no kindness of the speaker's own."""
    moves: dict[Move, MoveExample]
    nothing: tuple[str, ...]
    """Sentences that make no move at all."""


@cache
def load_examples() -> MoveExamples:
    """`lexicons/examples.yaml`."""
    return load_model(files("voicesim.language").joinpath("lexicons", "examples.yaml"), MoveExamples)
