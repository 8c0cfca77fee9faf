"""How the engine of a live session reads a turn: the language room, with the scenario's topics."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from voicesim.engine.desk import Understand
from voicesim.language.reading import ContextTurn, TurnReading
from voicesim.scenario.model import Scenario


def reader_for(scenario: Scenario) -> Understand:
    """A reader of turns that knows the scenario's topics. Deterministic; a turn read twice is read once."""
    from voicesim.language.read import read_turn

    topics = {name: topic.phrases for name, topic in scenario.topics.items()}

    @lru_cache(maxsize=256)
    def remembered(text: str, context: tuple[ContextTurn, ...]) -> TurnReading:
        return read_turn(text, context, topics)

    def understand(text: str, context: Sequence[ContextTurn]) -> TurnReading:
        return remembered(text, tuple(context))

    return understand
