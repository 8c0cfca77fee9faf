"""How the engine of a live session reads a turn: the language room, with the scenario's topics."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from voicesim.engine.desk import Understand
from voicesim.language.meanings import FindMeanings, Meaning
from voicesim.language.reading import ContextTurn, TurnReading
from voicesim.scenario.model import Scenario


def reader_for(scenario: Scenario, find: FindMeanings | None = None) -> Understand:
    """A reader of turns that knows the scenario's topics. Deterministic; a turn read twice is read once.

    Args:
        scenario: whose topics.
        find: looks for meanings where the caller brings none: for text that no driver has heard before.
    """
    from voicesim.language.read import read_turn

    topics = {name: topic.phrases for name, topic in scenario.topics.items()}

    @lru_cache(maxsize=256)
    def remembered(text: str, context: tuple[ContextTurn, ...], meanings: tuple[Meaning, ...]) -> TurnReading:
        return read_turn(text, context, topics, meanings)

    def understand(text: str, context: Sequence[ContextTurn], meanings: Sequence[Meaning] = (), /) -> TurnReading:
        return remembered(text, tuple(context), find(text) if find and not meanings else tuple(meanings))

    return understand


def examples_of(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """The scenario's topics that are given by examples, for a `MeaningFinder`."""
    return {name: topic.examples for name, topic in scenario.topics.items() if topic.examples}
