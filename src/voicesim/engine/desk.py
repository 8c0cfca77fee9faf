"""The working desk of one step: the rules, the state being replaced, the outputs so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from voicesim.engine.events import Effect, Fact
from voicesim.engine.settings import TurnTaking
from voicesim.engine.state import ConversationState
from voicesim.engine.survivor import Survivor
from voicesim.language.meanings import Meaning
from voicesim.language.reading import ContextTurn, TurnReading


class Understand(Protocol):
    """Reads a turn. Must be deterministic; injected so that richer readers can be wired in."""

    def __call__(self, text: str, context: Sequence[ContextTurn], meanings: Sequence[Meaning] = (), /) -> TurnReading:
        """The turn's text in its context, with what its sentences are known to resemble."""


Output = Effect | Fact


@dataclass(frozen=True)
class Rules:
    """The rules of one conversation: a scenario's survivor, the numbers of turn-taking, a reader of turns."""

    survivor: Survivor
    settings: TurnTaking
    understand: Understand


class Desk:
    """What all parts of a step share. The parts are laid on top of each other: her lines, whose floor, answering, the step."""

    def __init__(self, rules: Rules, state: ConversationState, at: int) -> None:
        self.rules = rules
        self.settings = rules.settings
        self.state = state
        self.at = at
        self.out: list[Output] = []

    def put(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]

    def is_current(self, number: int) -> bool:
        return self.state.utterance is not None and self.state.utterance.number == number

    def remember(self, turn: ContextTurn) -> None:
        self.put(context=(*self.state.context, turn)[-self.settings.context_turns :])

    def manner(self, event: str) -> None:
        manners = self.state.manners
        if event not in manners.events:
            self.put(manners=replace(manners, events=(*manners.events, event)))
