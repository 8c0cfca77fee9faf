"""A session's log, turned into the conversation that is scored. The log may stop at any record: a killed session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from voicesim.engine import events as ev
from voicesim.language.controls import spoken_control
from voicesim.language.meanings import Meaning
from voicesim.scenario.marks import plain
from voicesim.scoring.conversation import (
    Conversation,
    Feelings,
    HerSpeech,
    Hesitation,
    Line,
    Saying,
    Span,
    Told,
    Utterance,
)
from voicesim.scoring.measures import settings
from voicesim.scoring.turns import Known, Reader, build_turns, read_turns
from voicesim.timebase import samples

_SHORTEST_HESITATION = samples(0.2)
"""Gaps under 200 ms are bridged, hers too."""


def from_records(
    records: Sequence[ev.Record], topics: Mapping[str, Sequence[str]] | None = None, reader: Reader | None = None
) -> Conversation:
    """Build a conversation from a session's log.

    Args:
        records: the log, in order; it may be cut off anywhere.
        topics: the scenario's topics, phrases by name, for the reading of the trainee's turns.
        reader: what reads a turn; by default the house's own, with the meanings that the log holds.
    """
    if reader is None:
        from voicesim.language.read import read_turn

        reader = partial(read_turn, meanings=_meanings(records))
    length = max((_reach(record) for record in records), default=0)
    trainee, noises = _trainee_speech(records, length)
    playbacks = _playbacks(records, length)
    survivor = sorted((s for p in playbacks for s in p.speech()), key=lambda stretch: stretch.start)
    lines = _lines(records, playbacks)
    sayings = tuple(p.saying(line) for p, line in zip(playbacks, lines, strict=True))
    turns = build_turns(trainee, survivor, sayings, _known_turns(records))
    ended = [record for record in records if isinstance(record, ev.End)]
    return Conversation(
        length=length,
        trainee=trainee,
        survivor=tuple(survivor),
        hesitations=tuple(sorted((h for p in playbacks for h in p.silences()), key=lambda h: h.start)),
        held=tuple(span for p in playbacks for span in p.held),
        turns=read_turns(turns, topics or {}, reader),
        lines=lines,
        noises=noises,
        pauses=_pauses(records, length),
        disclosures=tuple(Told(r.at, r.disclosure) for r in records if isinstance(r, ev.Disclosed)),
        feelings=tuple(Feelings(r.at, r.feelings, r.because) for r in records if isinstance(r, ev.FeelingsChanged)),
        states=tuple((r.at, r.state) for r in records if isinstance(r, ev.StateEntered)),
        ending=ended[-1].ending if ended else "",
        finished=bool(ended),
    )


def _meanings(records: Sequence[ev.Record]) -> tuple[Meaning, ...]:
    """What was found at the time; they name their sentences, so that it does not matter in which record they lie."""
    heard = (one for record in records if isinstance(record, ev.Transcribed) for one in record.meanings)
    return tuple(dict.fromkeys(heard))


def _reach(record: ev.Record) -> int:
    end = getattr(record, "end", None)
    return max(record.at, end if isinstance(end, int) else 0)


# ------------------------------------------------------------------------------------------------------ the trainee


def _trainee_speech(records: Sequence[ev.Record], length: int) -> tuple[tuple[Utterance, ...], tuple[Span, ...]]:
    spans: dict[int, Span] = {}
    for record in records:
        if isinstance(record, ev.SpeechStarted):
            spans[record.onset] = Span(record.onset, length)
        elif isinstance(record, ev.SpeechEnded):
            spans[record.onset] = Span(record.onset, record.end)
    transcripts = _final([record for record in records if isinstance(record, ev.Transcribed)])
    paused = _pauses(records, length)
    noises, speech = [], []
    for span in sorted(spans.values(), key=lambda s: s.start):
        heard = [t for t in transcripts if t.onset < span.end and span.start < t.end]
        if any(each.start <= span.start < each.end for each in paused) or any(spoken_control(t.text) for t in heard):
            continue  # said to the exercise, or while it stood still: no part of the conversation
        if heard and not any(t.text.strip() for t in heard):
            noises.append(span)
        else:
            speech.append((span, [t for t in heard if t.text.strip()]))
    groups: list[tuple[list[Span], list[ev.Transcribed]]] = []
    for span, heard in speech:
        if groups:
            before, texts = groups[-1]
            shared = any(t in texts for t in heard)
            if shared or span.start - before[-1].end < samples(settings().breath):
                before.append(span)
                texts.extend(t for t in heard if t not in texts)
                continue
        groups.append(([span], list(heard)))
    utterances = tuple(
        Utterance(
            parts[0].start,
            parts[-1].end,
            tuple(parts),
            " ".join(t.text.strip() for t in texts),
            tuple(word for t in texts for word in t.words),
            transcribed=bool(texts),
        )
        for parts, texts in groups
    )
    return utterances, tuple(noises)


def _final(transcripts: list[ev.Transcribed]) -> list[ev.Transcribed]:
    """Without the early looks at a segment whose whole was transcribed later."""
    return [
        early
        for index, early in enumerate(transcripts)
        if not any(later.onset <= early.onset and early.end <= later.end for later in transcripts[index + 1 :])
    ]


def _known_turns(records: Sequence[ev.Record]) -> tuple[Known, ...]:
    """Turns as they were taken; one that was taken back and went on counts as it was taken in the end."""
    turns: dict[int, Known] = {}
    for record in records:
        if isinstance(record, ev.TurnReopened):
            turns.pop(record.turn, None)
        elif isinstance(record, ev.TurnTaken):
            turns[record.turn] = Known(record.onset, record.end, record.text)
    return tuple(sorted(turns.values(), key=lambda turn: turn.start))


# ------------------------------------------------------------------------------------------------------------- her


@dataclass
class _Playback:
    """One line's way through the session: pieces of the clip and when they sounded."""

    utterance: int
    started: ev.LineStarted
    pieces: list[tuple[int, int, int]] = field(default_factory=list)
    """(session position, clip position it began at, clip position it got to)."""
    held: list[Span] = field(default_factory=list)
    over: bool = False
    """Whether the log says that playback is over for good."""

    def speech(self) -> Iterator[HerSpeech]:
        for start, end in self._voiced():
            last = end >= self.started.length
            for number, (at, begin, reached) in enumerate(self.pieces):
                first, until = max(start, begin), min(end, reached)
                if first < until:
                    # The last to sound: what was reached of the clip lies in it, or in the silence that follows it.
                    final = number + 1 == len(self.pieces) and reached < self._next_speech(end)
                    stopped = self.over and final and reached < self.started.length
                    yield HerSpeech(at + first - begin, at + until - begin, at + end - begin, last, stopped)

    def silences(self) -> Iterator[Hesitation]:
        """Each marked hesitation that was reached, from its first sample to its last, holds inside it included."""
        for start, end in self._marked():
            touched = [piece for piece in self.pieces if max(start, piece[1]) < min(end, piece[2])]
            if touched:
                (first_at, first_begin, _), (at, begin, reached) = touched[0], touched[-1]
                until = min(end, reached)
                onset = first_at + max(start, first_begin) - first_begin
                yield Hesitation(onset, at + until - begin, at + end - begin, self.over and until < end)

    def saying(self, line: Line) -> Saying:
        words = []
        for word in self.started.words:
            middle = (word.start + word.end) // 2
            for at, begin, reached in self.pieces:
                if begin <= middle < reached:
                    words.append(ev.Word(word.text, at + word.start - begin, at + min(word.end, reached) - begin))
                    break
        return Saying(line.start, line.end, line.heard_text, tuple(words))

    @property
    def heard(self) -> int:
        return self.pieces[-1][2] if self.pieces else 0

    @property
    def end(self) -> int:
        at, begin, reached = self.pieces[-1]
        return at + reached - begin

    def _marked(self) -> list[tuple[int, int]]:
        return [pair for pair in sorted(self.started.hesitations) if pair[1] - pair[0] >= _SHORTEST_HESITATION]

    def _next_speech(self, end: int) -> int:
        return next((start for start, _ in self._voiced() if start >= end), self.started.length)

    def _voiced(self) -> Iterator[tuple[int, int]]:
        position = 0
        for start, end in self._marked():
            if position < start:
                yield position, start
            position = end
        if position < self.started.length:
            yield position, self.started.length


def _playbacks(records: Sequence[ev.Record], length: int) -> tuple[_Playback, ...]:
    lines: dict[int, _Playback] = {}
    moving: dict[int, tuple[int, int]] = {}
    """Utterance to (session position, clip position) of the piece that sounds now."""
    standing: dict[int, int] = {}
    """Utterance to the session position since which it is held."""

    def close(utterance: int, heard: int) -> int:
        at, begin = moving.pop(utterance)
        lines[utterance].pieces.append((at, begin, max(begin, heard)))
        return at + max(0, heard - begin)

    for record in records:
        if isinstance(record, ev.LineStarted):
            lines[record.utterance] = _Playback(record.utterance, record)
            moving[record.utterance] = (record.at, 0)
        elif isinstance(record, ev.LineHeld) and record.utterance in moving:
            standing[record.utterance] = close(record.utterance, record.heard)
        elif isinstance(record, ev.LineResumed) and record.utterance in standing:
            lines[record.utterance].held.append(Span(standing.pop(record.utterance), record.at))
            moving[record.utterance] = (record.at, record.heard)
        elif isinstance(record, ev.LineEnded) and record.utterance in lines:
            lines[record.utterance].over = True
            if record.utterance in moving:
                close(record.utterance, record.heard)
            elif record.utterance in standing:
                begun = standing.pop(record.utterance)
                lines[record.utterance].held.append(Span(begun, max(begun, record.at)))
    for utterance, (at, begin) in list(moving.items()):
        close(utterance, min(lines[utterance].started.length, begin + length - at))
    for utterance, since in standing.items():
        lines[utterance].held.append(Span(since, max(since, length)))
    return tuple(sorted(lines.values(), key=lambda playback: playback.started.at))


def _lines(records: Sequence[ev.Record], playbacks: Sequence[_Playback]) -> tuple[Line, ...]:
    said = {record.utterance: record for record in records if isinstance(record, ev.Say)}
    heard = {record.utterance: record for record in records if isinstance(record, ev.LineHeard)}
    lines = []
    for playback in playbacks:
        hesitations = tuple(Span(h.start, h.end) for h in playback.silences())
        fact = heard.get(playback.utterance)
        start, end = playback.started.at, playback.end
        if fact is not None:
            lines.append(Line(start, end, fact.text, fact.heard_text, fact.complete, hesitations, fact.line, fact.by))
            continue
        written = said.get(playback.utterance)
        text = plain(written.text) if written else " ".join(word.text for word in playback.started.words)
        complete = playback.heard >= playback.started.length
        sounded = " ".join(
            word.text for word in playback.started.words if (word.start + word.end) // 2 < playback.heard
        )
        line = written.line if written else ""
        by = written.by if written else ""
        lines.append(Line(start, end, text, text if complete else sounded, complete, hesitations, line, by))
    return tuple(lines)


def _pauses(records: Sequence[ev.Record], length: int) -> tuple[Span, ...]:
    spans, since = [], None
    for record in records:
        if isinstance(record, ev.PausedOrResumed):
            if record.paused and since is None:
                since = record.at
            elif not record.paused and since is not None:
                spans.append(Span(since, record.at))
                since = None
    if since is not None:
        spans.append(Span(since, length))
    return tuple(spans)
