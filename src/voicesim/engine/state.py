"""All that a conversation is at one moment, frozen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from voicesim.engine.survivor import ChosenLine, SurvivorState
from voicesim.engine.turns import PendingTurn
from voicesim.engine.utterance import Utterance
from voicesim.language.reading import ContextTurn


@dataclass(frozen=True)
class OpenOverlap:
    """Trainee speech over her floor, not yet known to be a cough, a backchannel or an interruption."""

    onset: int
    utterance: int
    waited: int | None
    """Samples of her silence before the onset when it fell into a hesitation of hers; None over her words."""
    end: int | None = None
    request: int | None = None
    """The transcription that will decide it."""
    probe: int | None = None
    """A transcription of its beginning, asked for while it lasts."""
    cleared: bool = False
    """Its beginning held no words: she speaks on while it lasts."""
    taken: bool = False
    """She has stopped for it."""


@dataclass(frozen=True)
class Manners:
    """How the coming turn was taken so far: events, and the run of quick questions."""

    events: tuple[str, ...] = ()
    quick_fire: int = 0


@dataclass(frozen=True)
class AwaitedAnswer:
    """The times of a turn that has been taken, for the latency of her answer."""

    turn: int
    end: int
    known: int
    """When the last of its words came in."""
    due: int
    """When it could have been declared over."""
    over: int
    """When it was."""


@dataclass(frozen=True)
class Checkpoint:
    """What to go back to when her answer was never heard: the trainee had not finished."""

    survivor: SurvivorState
    turn: PendingTurn | None
    context: tuple[ContextTurn, ...]
    manners: Manners
    turns: int
    quiet_since: int | None = None
    opening: bool = False
    """It was her first line."""


@dataclass(frozen=True)
class ConversationState:
    """The state of `engine.conversation.step`. Rebuilt from a log by stepping through its inputs."""

    survivor: SurvivorState
    phase: Literal["ready", "running", "paused", "ended"] = "ready"
    utterance: Utterance | None = None
    queue: tuple[ChosenLine, ...] = ()
    """Lines she will say after the present one."""
    say_at: int | None = None
    """When she goes on with the next of them; None while one sounds."""
    turn: PendingTurn | None = None
    overlap: OpenOverlap | None = None
    checkpoint: Checkpoint | None = None
    manners: Manners = Manners()
    context: tuple[ContextTurn, ...] = ()
    turns: int = 0
    pauses: tuple[int, ...] = ()
    """The trainee's last pauses inside a turn, in samples."""
    waiting: AwaitedAnswer | None = None
    """The turn that her next line answers, until it sounds."""
    quiet_since: int | None = None
    """Since when nobody has spoken and it is nobody's turn; None while it is somebody's."""
    next_utterance: int = 1
    next_request: int = 1
    unopened: bool = False
    """Her first line was taken back: she says it if it was only a noise that she yielded to."""
    wake_at: int | None = None
    talking: bool = False
    """Push-to-talk: the trainee has the key down."""
    words_at: int = 0
    """When words last came in."""
    track_ended: bool = False
