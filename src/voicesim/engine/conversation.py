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

from collections.abc import Callable, Sequence
from dataclasses import replace

from voicesim.engine import turns
from voicesim.engine.events import (
    DeviceLost,
    DeviceRestored,
    Duck,
    Effect,
    End,
    Fact,
    Hold,
    Input,
    KeyPressed,
    LineEnded,
    LineHeard,
    LineHeld,
    LineResumed,
    LineStarted,
    OverlapKind,
    Overlapped,
    PausedOrResumed,
    Resume,
    Say,
    SessionStarted,
    SpeechEnded,
    SpeechStarted,
    Stop,
    TrackEnded,
    Transcribe,
    Transcribed,
    TurnReopened,
    TurnTaken,
    TurnTimed,
    WakeAt,
)
from voicesim.engine.settings import TurnTaking
from voicesim.engine.state import AwaitedAnswer, Checkpoint, ConversationState, Manners, OpenOverlap
from voicesim.engine.survivor import Heard, Manner, Reaction, Silence, Stimulus, Survivor, heard_to_the_end, spoken_text
from voicesim.engine.turns import PendingTurn
from voicesim.engine.utterance import Utterance
from voicesim.language.reading import ContextTurn, TurnReading
from voicesim.timebase import SAMPLE_RATE, samples

Understand = Callable[[str, Sequence[ContextTurn]], TurnReading]
"""Reads a turn in its context. Must be deterministic; injected so that richer readers can be wired in."""

Output = Effect | Fact

_PAUSES_KEPT = 8
"""How many of the speaker's pauses are remembered."""


class Conversation:
    """The rules of one conversation: a scenario's survivor, the numbers of turn-taking, a reader of turns.

    Holds no state of its own; `step` is pure.
    """

    def __init__(self, survivor: Survivor, settings: TurnTaking, understand: Understand) -> None:
        self.survivor = survivor
        self.settings = settings
        self.understand = understand

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


class _Step:
    """The working desk of one step: the state being replaced and the outputs so far."""

    def __init__(self, rules: Conversation, state: ConversationState, at: int) -> None:
        self.rules = rules
        self.settings = rules.settings
        self.state = state
        self.at = at
        self.out: list[Output] = []

    def put(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]

    # ------------------------------------------------------------ inputs

    def take(self, event: Input) -> None:
        match event:
            case SessionStarted():
                self.put(phase="running")
                self.open()
            case SpeechStarted(onset=onset):
                self.speech_started(onset)
            case SpeechEnded(end=end):
                self.speech_ended(end)
            case Transcribed():
                self.transcribed(event)
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

    def is_current(self, number: int) -> bool:
        return self.state.utterance is not None and self.state.utterance.number == number

    # ------------------------------------------------------------ the trainee speaks

    def speech_started(self, onset: int) -> None:
        if self.state.phase != "running" or (self.settings.push_to_talk and not self.state.talking):
            return
        utterance = self.state.utterance
        begun = turns.begin_segment(self.state.turn, onset)
        if utterance is None or utterance.status == "stopping":
            self.put(turn=begun)
        elif utterance.status == "asked" or onset - utterance.onset < self.settings.simultaneous:
            self.yield_unheard(utterance, onset)
        elif self.state.overlap is not None or self.ends_soon(utterance, onset):
            self.put(turn=begun)
        else:
            waited = utterance.hesitation_at(onset)
            self.put(turn=begun, overlap=OpenOverlap(onset, utterance.number, waited))
            self.out.append(Duck(self.at, utterance.number))
            self.put(utterance=replace(utterance, ducked=True))

    def ends_soon(self, utterance: Utterance, onset: int) -> bool:
        return utterance.status == "sounding" and utterance.remaining(onset) <= self.settings.terminal

    def yield_unheard(self, utterance: Utterance, onset: int) -> None:
        """Both began at once: her line is taken back as if she had not begun, and the trainee's turn goes on."""
        self.out.append(Stop(self.at, utterance.number))
        self.out.append(Overlapped(self.at, "simultaneous_start", onset, onset, utterance.number, taking=True))
        checkpoint = self.state.checkpoint
        if checkpoint is not None:
            if checkpoint.turn is not None:
                self.out.append(TurnReopened(self.at, self.state.turns))
            self.put(
                survivor=checkpoint.survivor, turn=checkpoint.turn, context=checkpoint.context,
                manners=checkpoint.manners, turns=checkpoint.turns, checkpoint=None,
            )  # fmt: skip
        turn = turns.begin_segment(self.state.turn, onset)
        self.put(utterance=None, queue=(), say_at=None, turn=turn, quiet_since=None)

    def speech_ended(self, end: int) -> None:
        turn = self.state.turn
        if turn is None or not turn.speaking:
            return
        request = self.request(turn.segments[-1].onset, end)
        self.put(turn=turns.end_segment(turn, end, request))
        overlap = self.state.overlap
        if overlap is not None and overlap.request is None and not overlap.taken:
            self.put(overlap=replace(overlap, end=end, request=request))

    def request(self, onset: int, end: int) -> int:
        number = self.state.next_request
        self.put(next_request=number + 1)
        self.out.append(Transcribe(self.at, number, onset, end))
        return number

    def transcribed(self, heard: Transcribed) -> None:
        self.put(words_at=self.at)
        if self.state.turn is not None:
            self.put(turn=turns.add_words(self.state.turn, heard))
        overlap = self.state.overlap
        if overlap is None or overlap.taken:
            return
        if heard.request == overlap.probe:
            self.look_at_beginning(overlap, heard)
        elif heard.request == overlap.request:
            self.decide(overlap, heard)

    # ------------------------------------------------------------ whose floor it is

    def look_at_beginning(self, overlap: OpenOverlap, heard: Transcribed) -> None:
        """He is still speaking over her; the words so far are in."""
        reading = self.rules.understand(heard.text, self.state.context)
        if not heard.text:
            self.put(overlap=replace(overlap, cleared=True))
            self.sound_again()
        elif not reading.backchannel_only:
            self.stop_her(overlap, heard.end)

    def decide(self, overlap: OpenOverlap, heard: Transcribed) -> None:
        """All he said over her is known: was it a cough, a backchannel, or did he take the floor?"""
        segments = turns.since(self.state.turn, overlap.onset)
        if segments and segments[-1].end is None:
            # He is speaking again already: what he said belongs to what he is saying now.
            self.put(overlap=replace(overlap, end=None, request=None))
            return
        reading = self.rules.understand(" ".join(segment.text or "" for segment in segments), self.state.context)
        length = heard.end - overlap.onset
        if not segments:
            self.let_her_go_on(overlap, "noise")
        elif reading.backchannel_only and length <= self.settings.backchannel_longest:
            self.let_her_go_on(overlap, "backchannel")
        elif not self.takes_the_floor(reading, length):
            self.let_her_go_on(overlap, "interruption" if overlap.waited is None else "cut_in")
            self.manner("talked_over")
        else:
            self.stop_her(overlap, heard.end)

    def takes_the_floor(self, reading: TurnReading, length: int) -> bool:
        words = len(reading.text.split())
        return (
            bool(reading.questions) or words >= self.settings.taking_words or length > self.settings.backchannel_longest
        )

    def let_her_go_on(self, overlap: OpenOverlap, kind: OverlapKind) -> None:
        end, waited = overlap.end or self.at, overlap.waited or 0
        self.out.append(Overlapped(self.at, kind, overlap.onset, end, overlap.utterance, False, waited))
        self.put(overlap=None, turn=turns.drop_since(self.state.turn, overlap.onset))
        self.sound_again()

    def sound_again(self) -> None:
        utterance = self.state.utterance
        if utterance is not None:
            self.out.append(Resume(self.at, utterance.number))
            self.put(utterance=replace(utterance, ducked=False))

    def stop_her(self, overlap: OpenOverlap, end: int) -> None:
        kind: OverlapKind = "interruption" if overlap.waited is None else "cut_in"
        end, waited = overlap.end or end, overlap.waited or 0
        self.out.append(Overlapped(self.at, kind, overlap.onset, end, overlap.utterance, True, waited))
        self.put(overlap=replace(overlap, taken=True))
        self.drop_queue()
        self.manner("cut_in" if kind == "cut_in" else "interrupted")
        if self.state.utterance is not None:
            self.out.append(Stop(self.at, self.state.utterance.number))
            self.put(utterance=replace(self.state.utterance, status="stopping"))

    def manner(self, event: str) -> None:
        manners = self.state.manners
        if event not in manners.events:
            self.put(manners=replace(manners, events=(*manners.events, event)))

    # ------------------------------------------------------------ she speaks

    def open(self) -> None:
        self.put(checkpoint=Checkpoint(self.state.survivor, None, (), Manners(), 0))
        self.follow(self.rules.survivor.open(self.state.survivor, self.at))

    def follow(self, reaction: Reaction) -> None:
        self.out.extend(reaction.facts)
        self.put(survivor=reaction.survivor, queue=reaction.lines, quiet_since=self.at)
        self.say_next()

    def say_next(self) -> None:
        if not self.state.queue:
            return
        line, *rest = self.state.queue
        number = self.state.next_utterance
        self.out.append(Say(self.at, number, line.id, line.text, self.rules.survivor.mood(self.state.survivor)))
        self.put(
            utterance=Utterance(number, line.id, spoken_text(line), line.reveals),
            queue=tuple(rest),
            say_at=None,
            next_utterance=number + 1,
            quiet_since=None,
        )

    def line_ended(self, heard: int) -> None:
        utterance = self.state.utterance
        assert utterance is not None
        complete = heard >= utterance.length
        said = utterance.heard_text(heard)
        self.note_heard(utterance, heard, complete)
        if complete:
            survivor, facts = heard_to_the_end(self.state.survivor, utterance.reveals, self.at)
            self.put(survivor=survivor)
            self.out.extend(facts)
        if said:
            self.remember(ContextTurn("survivor", said))
        overlap = self.state.overlap
        if overlap is not None and overlap.end is None and complete and not overlap.taken:
            # She came to her end while the trainee was still speaking: nothing was taken from her.
            self.out.append(
                Overlapped(
                    self.at, "terminal_overlap", overlap.onset, self.at, utterance.number, False, overlap.waited or 0
                )
            )
            self.put(overlap=None)
        self.put(utterance=None, checkpoint=None, quiet_since=self.at)
        if complete and self.state.queue:
            self.put(say_at=self.at + self.settings.between_lines)

    def drop_queue(self) -> None:
        """What she had still to say stays unsaid, and may be said another time."""
        survivor = self.state.survivor
        unsaid = {line.id for line in self.state.queue}
        self.put(queue=(), say_at=None, survivor=replace(survivor, used=survivor.used - unsaid))

    def note_heard(self, utterance: Utterance, heard: int, complete: bool) -> None:
        end = self.at if utterance.silent_since is None else utterance.silent_since
        said = utterance.heard_text(heard)
        self.out.append(
            LineHeard(self.at, utterance.number, utterance.line, utterance.onset, end, utterance.text, said, complete)
        )

    def line_started(self, event: LineStarted) -> None:
        assert self.state.utterance is not None
        self.put(utterance=self.state.utterance.started(event.at, event.length, event.words, event.hesitations))
        answered = self.state.waiting
        if answered is not None:
            self.out.append(
                TurnTimed(
                    self.at,
                    answered.turn,
                    end_of_turn_delay=answered.over - answered.end,
                    transcription_delay=answered.known - answered.end,
                    decision_delay=answered.over - answered.due,
                    playback_latency=event.at - answered.over,
                    e2e_latency=event.at - answered.end,
                )
            )
            self.put(waiting=None)

    def remember(self, turn: ContextTurn) -> None:
        self.put(context=(*self.state.context, turn)[-self.settings.context_turns :])

    # ------------------------------------------------------------ pausing and ending

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

    # ------------------------------------------------------------ what is due now

    def settle(self) -> None:
        """Do what has fallen due, then ask to be woken for what comes next."""
        if self.state.phase == "running":
            self.press_overlap()
            self.go_on_speaking()
            self.finish_turn()
            self.pass_silence()
            self.finish_conversation()
        wake = self.next_deadline() if self.state.phase == "running" else None
        if wake != self.state.wake_at:
            self.put(wake_at=wake)
            self.out.append(WakeAt(self.at, wake))

    def press_overlap(self) -> None:
        """While the trainee speaks over her: fall silent, then look at the words so far."""
        overlap, utterance = self.state.overlap, self.state.utterance
        if overlap is None or overlap.taken or overlap.cleared or overlap.end is not None or utterance is None:
            return
        if self.at >= overlap.onset + self.settings.hold_after and utterance.status == "sounding":
            self.out.append(Hold(self.at, utterance.number))
            self.put(utterance=utterance.held(self.at, utterance.position(self.at)))
        if self.at >= overlap.onset + self.settings.probe_after and overlap.probe is None:
            self.put(overlap=replace(overlap, probe=self.request(overlap.onset, self.at)))

    def go_on_speaking(self) -> None:
        """Say the next of several lines after a breath, unless the trainee has begun to speak in it."""
        say_at = self.state.say_at
        if say_at is not None and self.at >= say_at and self.state.turn is None:
            self.say_next()

    def finish_turn(self) -> None:
        turn = self.state.turn
        pauses = self.state.pauses
        if turn is None or self.state.utterance is not None or not self.turn_over(turn):
            return
        self.drop_queue()
        state = self.state
        reading = self.rules.understand(turn.text, state.context)
        manners = self.complete_manners(turn, reading)
        near = self.settings.patient_silence / SAMPLE_RATE
        listening = reading.backchannel_only and not self.rules.survivor.answers_backchannel(
            state.survivor, reading, near
        )
        self.put(
            checkpoint=Checkpoint(state.survivor, turn, state.context, state.manners, state.turns),
            turns=state.turns + (0 if listening else 1),
            turn=None,
            overlap=None,
            pauses=(*pauses, *turns.inner_pauses(turn))[-_PAUSES_KEPT:],
        )
        due = max(turns.deadline(turn, pauses, self.settings) or 0, self.state.words_at)
        self.put(waiting=AwaitedAnswer(self.state.turns, turn.end, self.state.words_at, due, self.at))
        self.out.append(
            TurnTaken(
                self.at, self.state.turns, turn.onset, turn.end, turn.text, reading.question, tuple(sorted(reading.moves)),
                tuple(sorted(reading.marks)), reading.topics, ("listening",) if listening else manners.events,
            )
        )  # fmt: skip
        self.remember(ContextTurn("trainee", turn.text))
        if listening:
            self.put(waiting=None, quiet_since=state.quiet_since if state.quiet_since is not None else turn.end)
            return
        self.put(manners=Manners(quick_fire=manners.quick_fire))
        stimuli: list[Stimulus] = [*(Manner(event) for event in manners.events), Heard(reading)]
        self.follow(self.rules.survivor.react(self.state.survivor, stimuli, self.at))

    def turn_over(self, turn: PendingTurn) -> bool:
        """By the trainee's key with push-to-talk, else by silence."""
        if self.settings.push_to_talk:
            return turn.known and not self.state.talking
        return turns.is_over(turn, self.at, self.state.pauses, self.settings)

    def complete_manners(self, turn: PendingTurn, reading: TurnReading) -> Manners:
        """Add what only the whole turn shows: whether it rushed her."""
        settings, manners = self.settings, self.state.manners
        gap = turn.onset - self.state.quiet_since if self.state.quiet_since is not None else None
        quick = bool(reading.questions) and gap is not None and gap < settings.quick_fire_gap
        run = manners.quick_fire + 1 if quick else 0
        words = len(turn.text.split())
        fast = (
            words >= settings.rushed_words and words * 60 * SAMPLE_RATE > settings.rushed_words_per_minute * (turn.end - turn.onset)
        )
        rushed = len(reading.questions) >= settings.rushed_questions or fast or run >= settings.quick_fire_run
        events = (*manners.events, "rushed") if rushed else manners.events
        return Manners(events, run)

    def pass_silence(self) -> None:
        """A silence has reached a threshold that the script names."""
        state = self.state
        if state.quiet_since is None or state.utterance is not None or state.turn is not None or state.queue:
            return
        for threshold in self.rules.survivor.silences(state.survivor):
            if self.at < state.quiet_since + samples(threshold):
                return
            self.put(checkpoint=Checkpoint(state.survivor, None, state.context, state.manners, state.turns), waiting=None)
            reaction = self.rules.survivor.react(state.survivor, [Silence(threshold)], self.at)
            quiet_since = state.quiet_since
            self.follow(reaction)
            if self.state.utterance is not None:
                return
            self.put(quiet_since=quiet_since)
            state = self.state

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
