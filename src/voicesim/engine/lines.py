"""Her lines: begun, heard to the end or broken off, followed by the next after a breath."""

from __future__ import annotations

from dataclasses import replace

from voicesim.engine.desk import Desk
from voicesim.engine.events import LineHeard, LineStarted, Overlapped, Resume, Say, TurnTimed
from voicesim.engine.state import Checkpoint, Manners
from voicesim.engine.survivor import Reaction, heard_to_the_end, spoken_text
from voicesim.engine.utterance import Utterance
from voicesim.language.reading import ContextTurn


class HerLines(Desk):
    """What she says and how much of it is heard."""

    def open(self) -> None:
        self.put(checkpoint=Checkpoint(self.state.survivor, None, (), Manners(), 0, opening=True), unopened=False)
        self.follow(self.rules.survivor.open(self.state.survivor, self.at))

    def open_again(self) -> None:
        """What she had yielded her first line to was only a noise."""
        if self.state.unopened and self.state.turn is None and self.state.utterance is None:
            self.open()

    def follow(self, reaction: Reaction) -> None:
        self.out.extend(reaction.facts)
        self.put(survivor=reaction.survivor, queue=reaction.lines, quiet_since=self.at)
        self.say_next()

    def say_next(self) -> None:
        if not self.state.queue:
            return
        line, *rest = self.state.queue
        number = self.state.next_utterance
        mood = self.rules.survivor.mood(self.state.survivor, line.by)
        self.out.append(Say(self.at, number, line.id, line.text, mood, line.by))
        self.put(
            utterance=Utterance(number, line.id, spoken_text(line), line.reveals, by=line.by),
            queue=tuple(rest),
            say_at=None,
            next_utterance=number + 1,
            quiet_since=None,
        )

    def go_on_speaking(self) -> None:
        """Say the next of several lines after a breath, unless the trainee has begun to speak in it."""
        say_at = self.state.say_at
        if say_at is not None and self.at >= say_at and self.state.turn is None:
            self.say_next()

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
            LineHeard(
                self.at,
                utterance.number,
                utterance.line,
                utterance.onset,
                end,
                utterance.text,
                said,
                complete,
                utterance.by,
            )
        )

    def sound_again(self) -> None:
        utterance = self.state.utterance
        if utterance is not None:
            self.out.append(Resume(self.at, utterance.number))
            self.put(utterance=replace(utterance, ducked=False))
