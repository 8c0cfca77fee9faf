"""One step of the conversation: `(state, input) -> (state, effects and facts)`. No clock, no I/O, no threads.

How the floor moves::

    she speaks     ######~~~~####                      Say ... LineStarted ... LineEnded
    trainee              mm                            SpeechStarted: Duck; words are a backchannel: Resume
    trainee              But when did you ...          Duck, Hold after hold_after; words prove it: Stop, her turn is cut
    trainee                        ########            SpeechEnded: Transcribe; quiet for the hangover: turn over
    she answers                              ####      reading -> Survivor.react -> Say
    trainee                                  ##        spoke within `simultaneous`: Stop, her answer is taken back

A decision that needs words waits for them; a late transcript never interrupts anyone.
"""

from __future__ import annotations

from voicesim.engine import turns
from voicesim.engine.answering import Answering
from voicesim.engine.desk import Output, Rules
from voicesim.engine.events import (
    DeviceLost,
    DeviceRestored,
    End,
    Hold,
    Input,
    KeyPressed,
    LineEnded,
    LineHeld,
    LineResumed,
    LineStarted,
    PausedOrResumed,
    Resume,
    SessionStarted,
    SpeechEnded,
    SpeechStarted,
    SpeechStirring,
    Stop,
    TrackEnded,
    Transcribed,
    WakeAt,
)
from voicesim.engine.state import ConversationState
from voicesim.language.controls import spoken_control
from voicesim.timebase import samples

SAID = "said"
"""Why the session paused or went on: the trainee said so."""


class Conversation(Rules):
    """One conversation. Holds no state of its own; `step` is pure."""

    def initial(self) -> ConversationState:
        """The state before the session starts."""
        return ConversationState(survivor=self.survivor.initial())

    def step(self, state: ConversationState, event: Input) -> tuple[ConversationState, tuple[Output, ...]]:
        """Take in one input.

        Args:
            state: the state so far.
            event: what happened; `event.at` must not run backwards.

        Returns:
            The next state, and effects and facts in the order in which they are to be carried out and logged.
        """
        if state.phase == "ended":
            return state, ()
        turn = _Step(self, state, event.at)
        turn.take(event)
        turn.settle()
        return turn.state, tuple(turn.out)


class _Step(Answering):
    """One input taken in, and what is due after it."""

    def take(self, event: Input) -> None:
        match event:
            case SessionStarted():
                self.put(phase="running")
                self.open()
            case SpeechStarted(onset=onset):
                self.speech_started(onset)
            case SpeechEnded(onset=onset, end=end) if self.state.phase == "paused":
                self.request(onset, end)  # "let's go on" must be heard
            case SpeechStirring() if self.state.turn is not None:
                self.put(turn=turns.stir(self.state.turn, event.at))
            case SpeechEnded(end=end):
                self.speech_ended(end)
            case Transcribed():
                self.heard_words(event)
            case LineStarted(utterance=number) if self.is_current(number):
                self.line_started(event)
            case LineHeld(utterance=number, heard=heard) if self.is_current(number):
                assert self.state.utterance
                self.put(utterance=self.state.utterance.held(event.at, heard))
            case LineResumed(utterance=number, heard=heard) if self.is_current(number):
                assert self.state.utterance
                self.put(utterance=self.state.utterance.resumed(event.at, heard))
            case LineEnded(utterance=number, heard=heard) if self.is_current(number):
                self.line_ended(heard)
            case KeyPressed(key="talk" | "done" as key):
                self.put(talking=key == "talk")
            case KeyPressed(key="stop"):
                self.end("stopped")
            case KeyPressed(key="pause"):
                self.pause("key")
            case DeviceLost(device=device):
                self.pause(f"device lost: {device}")
            case KeyPressed(key="resume") | DeviceRestored():
                self.resume("key" if isinstance(event, KeyPressed) else f"device back: {event.device}")
            case TrackEnded():
                self.put(track_ended=True)
            case _:
                pass

    def heard_words(self, heard: Transcribed) -> None:
        """Words to the exercise are obeyed at once, whoever has the floor; all others are for her."""
        paused = self.state.phase == "paused"
        control = spoken_control(heard.text, paused=paused)
        if control == "stop":
            self.end("stopped")
        elif control == "resume":
            self.resume(SAID)
        elif control == "pause" and not paused:
            before = turns.drop_since(self.state.turn, heard.onset)
            self.pause(SAID)
            # What he had said to her before it stands, and is answered when the session goes on.
            self.put(turn=before if before is not None and not before.speaking else None, talking=False)
        else:
            self.transcribed(heard)

    def pause(self, because: str) -> None:
        if self.state.phase != "running":
            return
        self.out.append(PausedOrResumed(self.at, True, because))
        if self.state.utterance is not None and self.state.utterance.status in ("asked", "sounding"):
            self.out.append(Hold(self.at, self.state.utterance.number))
        self.put(phase="paused", turn=None, overlap=None)

    def resume(self, because: str) -> None:
        if self.state.phase != "paused":
            return
        self.out.append(PausedOrResumed(self.at, False, because))
        self.put(phase="running", quiet_since=None if self.state.utterance else self.at)
        if self.state.utterance is not None:
            self.out.append(Resume(self.at, self.state.utterance.number))

    def end(self, reason: str) -> None:
        utterance = self.state.utterance
        if utterance is not None and utterance.status != "stopping":
            self.out.append(Stop(self.at, utterance.number))
            self.note_heard(utterance, utterance.position(self.at), complete=False)
        ending = self.state.survivor.state if reason == "ending" else ""
        self.out.append(End(self.at, reason, ending))  # type: ignore[arg-type]
        self.put(phase="ended", utterance=None, queue=(), say_at=None)

    def settle(self) -> None:
        """Do what has fallen due, then ask to be woken for what comes next."""
        if self.state.phase == "running":
            self.open_again()
            self.press_overlap()
            self.go_on_speaking()
            self.finish_turn()
            self.pass_silence()
            self.finish_conversation()
        wake = self.next_deadline() if self.state.phase == "running" else None
        if wake != self.state.wake_at:
            self.put(wake_at=wake)
            self.out.append(WakeAt(self.at, wake))

    def finish_conversation(self) -> None:
        state = self.state
        if state.utterance is not None or state.queue or state.phase != "running":
            return
        if self.rules.survivor.ending(state.survivor) is not None:
            self.end("ending")
        elif state.track_ended and state.turn is None:
            self.end("track_ended")

    def next_deadline(self) -> int | None:
        state, settings = self.state, self.settings
        due: list[int] = []
        if state.turn is not None and state.utterance is None and state.turn.known and not settings.push_to_talk:
            due.append(turns.deadline(state.turn, state.pauses, settings) or 0)
        overlap = state.overlap
        pressing = overlap is not None and not (overlap.taken or overlap.cleared) and overlap.end is None
        if overlap is not None and pressing and state.utterance is not None:
            if state.utterance.status == "sounding":
                due.append(overlap.onset + settings.hold_after)
            if overlap.probe is None:
                due.append(overlap.onset + settings.probe_after)
        if state.say_at is not None and state.turn is None:
            due.append(state.say_at)
        elif state.quiet_since is not None and state.turn is None and state.utterance is None:
            thresholds = self.rules.survivor.silences(state.survivor)
            due += [state.quiet_since + samples(threshold) for threshold in thresholds[:1]]
        future = [when for when in due if when > self.at]
        return min(future) if future else None
