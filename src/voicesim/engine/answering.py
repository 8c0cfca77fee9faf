"""When the trainee's turn or a silence is complete: read it, let her react, and keep the way back open until she is heard."""

from __future__ import annotations

from voicesim.engine import turns
from voicesim.engine.events import TurnTaken
from voicesim.engine.overlap import WhoseFloor
from voicesim.engine.state import AwaitedAnswer, Checkpoint, Manners
from voicesim.engine.survivor import Heard, Manner, Silence, Stimulus
from voicesim.engine.turns import PendingTurn
from voicesim.language.reading import ContextTurn, TurnReading
from voicesim.timebase import SAMPLE_RATE, samples

_PAUSES_KEPT = 8
"""How many of the speaker's pauses are remembered."""


class Answering(WhoseFloor):
    """What she does about a whole turn, or about nothing being said."""

    def finish_turn(self) -> None:
        turn = self.state.turn
        pauses = self.state.pauses
        if turn is None or self.state.utterance is not None or not self.turn_over(turn):
            return
        self.drop_queue()
        state = self.state
        reading = self.rules.understand(turn.text, state.context, turn.meanings)
        manners = self.complete_manners(turn, reading)
        near = self.settings.patient_silence / SAMPLE_RATE
        listening = reading.backchannel_only and not self.rules.survivor.answers_backchannel(
            state.survivor, reading, near
        )
        self.put(
            checkpoint=Checkpoint(state.survivor, turn, state.context, state.manners, state.turns),
            unopened=False,
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
        fast = words >= settings.rushed_words and words * 60 * SAMPLE_RATE > settings.rushed_words_per_minute * (
            turn.end - turn.onset
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
            self.put(
                checkpoint=Checkpoint(
                    state.survivor, None, state.context, state.manners, state.turns, state.quiet_since
                ),
                waiting=None,
            )
            reaction = self.rules.survivor.react(state.survivor, [Silence(threshold)], self.at)
            quiet_since = state.quiet_since
            self.follow(reaction)
            if self.state.utterance is not None:
                return
            self.put(quiet_since=quiet_since)
            state = self.state
