"""The vocabulary of a conversation: what the engine hears (inputs), what it asks for (effects), what it found (facts).

Every record carries `at`: the sample position (16 kHz, from the session's first sample) at which the engine learned or
decided it. Positions inside a record (`onset`, `end`, ...) are when the thing happened, which is earlier.

The log of a session is the sequence of these records. Inputs alone rebuild the state; effects and facts are kept beside
them so that a replay can be compared and a scorer need not re-run the engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from voicesim.language.meanings import Meaning

# ---------------------------------------------------------------- inputs


@dataclass(frozen=True)
class Word:
    """A word on a track, with the samples between which it sounds."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class SessionStarted:
    """The tracks run; she may speak."""

    at: int


@dataclass(frozen=True)
class SpeechStarted:
    """Voice activity began on the trainee's track."""

    at: int
    onset: int


@dataclass(frozen=True)
class SpeechStirring:
    """Something sounds in the quiet after his speech: it may be the first of a word, too short yet to be sure."""

    at: int


@dataclass(frozen=True)
class SpeechEnded:
    """Voice activity ceased on the trainee's track; gaps under 200 ms are already bridged."""

    at: int
    onset: int
    end: int


@dataclass(frozen=True)
class Transcribed:
    """The words of one speech segment. Empty text: no words in it (a cough, breath, a chair)."""

    at: int
    request: int
    onset: int
    end: int
    text: str
    words: tuple[Word, ...] = ()
    finished: float = 1.0
    """How likely it is, by words and voice, that the trainee has said what he wanted to say: 0 to 1."""
    meanings: tuple[Meaning, ...] = ()
    """What its sentences, and those that it completes, resemble among authored examples; found before the engine sees it."""


@dataclass(frozen=True)
class LineStarted:
    """Her line became audible. Words and hesitations are positions in the clip, counted from its first sample."""

    at: int
    utterance: int
    length: int
    words: tuple[Word, ...] = ()
    hesitations: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class LineHeld:
    """Playback paused inside the line; `heard` samples of the clip have sounded."""

    at: int
    utterance: int
    heard: int


@dataclass(frozen=True)
class LineResumed:
    """Playback of a held line goes on from clip position `heard`."""

    at: int
    utterance: int
    heard: int


@dataclass(frozen=True)
class LineEnded:
    """Playback is over for good: complete when `heard` is the clip's whole length, else stopped."""

    at: int
    utterance: int
    heard: int


@dataclass(frozen=True)
class TimePassed:
    """The clock reached a deadline the engine had asked for with `WakeAt`."""

    at: int


@dataclass(frozen=True)
class KeyPressed:
    """The trainee's hand: pause, resume or stop the session; with push-to-talk, begin (talk) and end (done) a turn."""

    at: int
    key: Literal["pause", "resume", "stop", "talk", "done"]


@dataclass(frozen=True)
class DeviceLost:
    """A sound device vanished or stopped delivering. The session pauses."""

    at: int
    device: str
    reason: str


@dataclass(frozen=True)
class DeviceRestored:
    """Sound flows again."""

    at: int
    device: str


@dataclass(frozen=True)
class AudioTrouble:
    """Samples were lost or late; `samples` is how many, 0 when the system does not say. Never spliced silently."""

    at: int
    kind: Literal["overflow", "underflow", "gap"]
    samples: int


@dataclass(frozen=True)
class TrackEnded:
    """The trainee's recording has no more samples (file driver)."""

    at: int


Input = (
    SessionStarted
    | SpeechStarted
    | SpeechStirring
    | SpeechEnded
    | Transcribed
    | LineStarted
    | LineHeld
    | LineResumed
    | LineEnded
    | TimePassed
    | KeyPressed
    | DeviceLost
    | DeviceRestored
    | AudioTrouble
    | TrackEnded
)

# ---------------------------------------------------------------- effects


@dataclass(frozen=True)
class Say:
    """Voice this line. `text` holds the script's marks; `mood` names the persona's voice mood."""

    at: int
    utterance: int
    line: str
    """Stable id: ``state/doorway/0``, ``rule/doorway/2/1``."""
    text: str
    mood: str
    by: str = ""
    """The cast member who says it; empty for the persona."""


@dataclass(frozen=True)
class Duck:
    """Lower her voice at once: the trainee began to speak over her."""

    at: int
    utterance: int


@dataclass(frozen=True)
class Hold:
    """Pause her voice where it is; it may go on."""

    at: int
    utterance: int


@dataclass(frozen=True)
class Resume:
    """Full voice again, from where it was held."""

    at: int
    utterance: int


@dataclass(frozen=True)
class Stop:
    """End the line for good."""

    at: int
    utterance: int


@dataclass(frozen=True)
class Transcribe:
    """Recognise the trainee's track between `onset` and `end`."""

    at: int
    request: int
    onset: int
    end: int


@dataclass(frozen=True)
class WakeAt:
    """Send `TimePassed` once the clock reaches `when`. A later WakeAt replaces an earlier one; None cancels."""

    at: int
    when: int | None


@dataclass(frozen=True)
class End:
    """The conversation is over. `ending` is the state's id, or empty when the trainee or the track ended it."""

    at: int
    reason: Literal["ending", "stopped", "track_ended"]
    ending: str = ""


Effect = Say | Duck | Hold | Resume | Stop | Transcribe | WakeAt | End

# ---------------------------------------------------------------- facts

OverlapKind = Literal["backchannel", "terminal_overlap", "interruption", "cut_in", "noise", "simultaneous_start"]


@dataclass(frozen=True)
class TurnTaken:
    """The trainee's turn, complete: its words and what they were read as (the labels that decided her reaction)."""

    at: int
    turn: int
    onset: int
    end: int
    text: str
    question: str
    moves: tuple[str, ...]
    marks: tuple[str, ...]
    topics: tuple[str, ...]
    events: tuple[str, ...]
    """What the manner of the turn did: ``interrupted``, ``cut_in``, ``talked_over``, ``rushed``."""


@dataclass(frozen=True)
class TurnReopened:
    """The trainee went on before she could be heard: her answer is taken back and the turn continues."""

    at: int
    turn: int


@dataclass(frozen=True)
class Overlapped:
    """Trainee speech that began while the floor was hers."""

    at: int
    kind: OverlapKind
    onset: int
    end: int
    utterance: int
    taking: bool
    """Whether she stopped for it."""
    waited: int = 0
    """cut_in only: samples of her silence before he spoke."""


@dataclass(frozen=True)
class LineHeard:
    """How much of a line of hers was really heard."""

    at: int
    utterance: int
    line: str
    onset: int
    end: int
    text: str
    """The whole line, without marks."""
    heard_text: str
    """The words that sounded, to the word."""
    complete: bool
    by: str = ""
    """The cast member who said it; empty for the persona."""


@dataclass(frozen=True)
class StateEntered:
    """The survivor moved. `via` says by what: ``start``, ``hears move:believe``, ``silence 4``, ``interrupted`` ..."""

    at: int
    state: str
    via: str


@dataclass(frozen=True)
class FeelingsChanged:
    """Her feelings after a change, and why. `feelings` and `change` are (name, number) pairs in the scenario's order."""

    at: int
    feelings: tuple[tuple[str, float], ...]
    change: tuple[tuple[str, float], ...]
    because: str


@dataclass(frozen=True)
class Disclosed:
    """A piece of what happened has been heard from her."""

    at: int
    disclosure: str


@dataclass(frozen=True)
class PausedOrResumed:
    """The session stands still (or goes on again), by key or because a device went away."""

    at: int
    paused: bool
    because: str


@dataclass(frozen=True)
class TurnTimed:
    """How long the trainee waited for her, stage by stage, in samples. Emitted when her answer becomes audible."""

    at: int
    turn: int
    end_of_turn_delay: int
    """True end of his speech to the turn being declared over."""
    transcription_delay: int
    """True end of his speech to the last of his words being known."""
    decision_delay: int
    """What passed between the turn being due (silence long enough, words known) and its being declared over."""
    playback_latency: int
    """Her line being asked for to its first audible sample."""
    e2e_latency: int
    """True end of his speech to her first audible sample."""


Fact = (
    TurnTaken
    | TurnTimed
    | TurnReopened
    | Overlapped
    | LineHeard
    | StateEntered
    | FeelingsChanged
    | Disclosed
    | PausedOrResumed
)

Record = Input | Effect | Fact

INPUTS: tuple[type, ...] = Input.__args__
EFFECTS: tuple[type, ...] = Effect.__args__
FACTS: tuple[type, ...] = Fact.__args__
