"""What a turn of the trainee's is read as: sentences, question types, marks and moves, with the words that decided it.

Definitions are those of docs/measures.md; every label can be traced to a `Cue`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from voicesim.scenario.model import Mark, Move, Question

Speaker = Literal["trainee", "survivor"]

Form = Literal["imperative", "wh", "polar", "declarative", "tag", "alternative", "echo", "none"]
GriffithsType = Question
NichdType = Literal["invitation", "cued_invitation", "directive", "option_posing", "suggestive", "none"]
MitiType = Literal["open", "closed", "none"]


@dataclass(frozen=True)
class ContextTurn:
    """An earlier turn of either speaker: what has already been raised, and by whom."""

    speaker: Speaker
    text: str


@dataclass(frozen=True)
class Cue:
    """The words that decided a label. `start` and `end` are character offsets in the turn's text."""

    label: str
    text: str
    start: int
    end: int
    like: str = ""
    """The authored example it resembles, where meaning rather than words decided."""


@dataclass(frozen=True)
class QuestionTypes:
    """One sentence's type in each profile; ``none`` where it asks nothing."""

    griffiths: GriffithsType = "none"
    nichd: NichdType = "none"
    miti: MitiType = "none"


@dataclass(frozen=True)
class Sentence:
    """One sentence of a turn. `start` and `end` are character offsets in the turn's text."""

    text: str
    start: int
    end: int
    form: Form
    types: QuestionTypes
    marks: tuple[Mark, ...] = ()
    moves: tuple[Move, ...] = ()
    cues: tuple[Cue, ...] = ()
    confidence: float = 1.0

    @property
    def asks(self) -> bool:
        """Whether the sentence asks something."""
        return self.types.griffiths != "none"


@dataclass(frozen=True)
class TurnReading:
    """A whole turn, read. `main` is the index of the sentence that carries the turn's main question, or None."""

    text: str
    sentences: tuple[Sentence, ...] = ()
    topics: tuple[str, ...] = ()
    main: int | None = None
    backchannel_only: bool = False
    """True when the turn is nothing but a listener's token ("mm-hm", "okay", "take your time")."""
    cues: tuple[Cue, ...] = field(default=())
    """Cues of what belongs to the whole turn (topics)."""

    @property
    def question(self) -> GriffithsType:
        """Griffiths type of the main question, ``none`` when nothing is asked."""
        return "none" if self.main is None else self.sentences[self.main].types.griffiths

    @property
    def moves(self) -> frozenset[Move]:
        """All moves made anywhere in the turn."""
        return frozenset(move for sentence in self.sentences for move in sentence.moves)

    @property
    def marks(self) -> frozenset[Mark]:
        """All marks set anywhere in the turn."""
        return frozenset(mark for sentence in self.sentences for mark in sentence.marks)

    @property
    def questions(self) -> tuple[Sentence, ...]:
        """The sentences that ask something."""
        return tuple(sentence for sentence in self.sentences if sentence.asks)
