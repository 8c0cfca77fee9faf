"""A trainee who does anything at all, without words: synthetic readings, manners and silences, for trying scenarios out.

Every run draws a temperament first (kind or careless, patient or pushing, curious about what she waits for, or doing the same
thing for ever, or nothing), so that thousands of runs go deep into a scenario and not only to its nearest exits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import get_args

from voicesim.engine.survivor import Heard, Manner, Silence, Stimulus, Survivor, SurvivorState
from voicesim.language.reading import QuestionTypes, Sentence, TurnReading
from voicesim.scenario.model import Event, Hears, Mark, Move, Question
from voicesim.scenario.paths import ways

_HARMFUL: tuple[Move, ...] = (
    "blame", "doubt", "minimise", "rush", "threaten", "promise_outcome", "jargon", "sarcasm", "order",
)  # fmt: skip
_KIND: tuple[Move, ...] = tuple(move for move in get_args(Move) if move not in _HARMFUL)
_OPEN: tuple[Question, ...] = ("open", "open", "probing", "appropriate_closed", "none")
_NARROW: tuple[Question, ...] = ("inappropriate_closed", "leading", "multiple", "forced_choice", "opinion", "none")


@dataclass(frozen=True)
class Temperament:
    """Probabilities (0 to 1) of what a random trainee does with a turn."""

    kindness: float
    """That a move or question is a good one."""
    patience: float
    """That silence is shared instead of broken."""
    pushing: float
    """That a turn is taken by interrupting, cutting in, talking over or rushing."""
    aim: float
    """That the turn is what one of the rules in this state waits for."""
    same_again: bool = False
    """One and the same turn, whatever she says."""


class RandomTrainee:
    """One random trainee in one run.

    Args:
        survivor: the scenario as a machine.
        random: where chance comes from; the same seed gives the same trainee.
    """

    def __init__(self, survivor: Survivor, random: Random) -> None:
        self._survivor = survivor
        self._scenario = survivor.scenario
        self._random = random
        self._topics = tuple(survivor.scenario.topics)
        self.temperament = _temperament(random)
        self._habit: Heard | None = None

    def next(self, state: SurvivorState) -> list[Stimulus]:
        """What the trainee does now; empty when nothing more is going to happen (a mute one, all silences passed)."""
        chance, how = self._random, self.temperament
        if chance.random() < how.patience:
            silences = self._survivor.silences(state)
            if silences:
                return [Silence(silences[0])]
            if how.patience == 1:
                return []
        manners = [Manner(chance.choice(get_args(Event)))] if chance.random() < how.pushing else []
        if how.same_again:
            self._habit = self._habit or self._anything()
            return [*manners, self._habit]
        wanted = self._wanted(state) if chance.random() < how.aim else None
        return [*manners, wanted or self._anything()]

    def _wanted(self, state: SurvivorState) -> Heard | None:
        """What one of the rules here waits for."""
        waiting = _waiting_for(self._survivor, state.state)
        if not waiting:
            return None
        hears = self._random.choice(waiting)
        pick = self._random.choice
        return _heard(
            pick(hears.question) if hears.question else "none",
            (pick(hears.move),) if hears.move else (),
            (pick(hears.mark),) if hears.mark else (),
            (pick(hears.topic),) if hears.topic else (),
        )

    def _anything(self) -> Heard:
        chance = self._random
        good = chance.random() < self.temperament.kindness
        question = chance.choice(_OPEN if good else _NARROW)
        moves = tuple(chance.sample(_KIND if good else _HARMFUL, chance.choice((0, 1, 1, 2))))
        marks = (chance.choice(get_args(Mark)),) if not good and chance.random() < 0.4 else ()
        topics = (chance.choice(self._topics),) if self._topics and chance.random() < 0.2 else ()
        return _heard(question, moves, marks, topics)


def _temperament(random: Random) -> Temperament:
    kind = random.random()
    if kind < 0.04:
        return Temperament(0.5, 1.0, 0.0, 0.0)  # says nothing at all
    if kind < 0.08:
        return Temperament(random.random(), 0.0, 0.0, 0.0, same_again=True)
    if kind < 0.12:
        return Temperament(random.random(), 0.0, 0.9, 0.2)  # never lets her finish
    kindness = random.choice((1.0, 0.9, 0.7, 0.5, 0.2))
    return Temperament(kindness, random.choice((0.0, 0.2, 0.4)), random.choice((0.0, 0.0, 0.05, 0.2)), random.random())


@lru_cache(maxsize=4096)
def _waiting_for(survivor: Survivor, state: str) -> tuple[Hears, ...]:
    found = (way.rule.hears for way in ways(survivor.scenario, state))
    return tuple(hears for hears in found if hears is not None and not hears.anything)


@lru_cache(maxsize=16384)
def _heard(question: Question, moves: Sequence[Move], marks: Sequence[Mark], topics: Sequence[str]) -> Heard:
    """A turn that reads so. It has no words."""
    sentence = Sentence("", 0, 0, "none", QuestionTypes(griffiths=question), tuple(marks), tuple(moves))
    return Heard(TurnReading("", (sentence,), tuple(topics), main=None if question == "none" else 0))
