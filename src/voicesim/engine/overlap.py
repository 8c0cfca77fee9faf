"""Whose floor it is when the trainee speaks: his turn, a backchannel, a cough, an interruption, a cut-in.

::

    she speaks     ######~~~~####            ~ a hesitation that is hers
    trainee          mm                      Duck; words are a backchannel: Resume
    trainee          But when did you ...    Duck, Hold after hold_after; words prove it: Stop
    trainee                ###               inside her hesitation: a cut-in
    trainee                     ###          the last `terminal` of her line: nothing happens

A decision that needs words waits for them; a late transcript never interrupts anyone.
"""

from __future__ import annotations

from dataclasses import replace

from voicesim.engine import turns
from voicesim.engine.events import Duck, Hold, OverlapKind, Overlapped, Stop, Transcribe, Transcribed, TurnReopened
from voicesim.engine.lines import HerLines
from voicesim.engine.state import OpenOverlap
from voicesim.engine.utterance import Utterance
from voicesim.language.controls import may_become_control
from voicesim.language.reading import TurnReading


class WhoseFloor(HerLines):
    """What the trainee's speech does to her line."""

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
                manners=checkpoint.manners, turns=checkpoint.turns, quiet_since=checkpoint.quiet_since,
                unopened=checkpoint.opening, checkpoint=None,
            )  # fmt: skip
        turn = turns.begin_segment(self.state.turn, onset)
        self.put(utterance=None, queue=(), say_at=None, turn=turn)

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

    def look_at_beginning(self, overlap: OpenOverlap, heard: Transcribed) -> None:
        """He is still speaking over her; the words so far are in."""
        reading = self.rules.understand(heard.text, self.state.context)
        if not heard.text:
            self.put(overlap=replace(overlap, cleared=True))
            self.sound_again()
        elif not reading.backchannel_only and not may_become_control(heard.text):
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
