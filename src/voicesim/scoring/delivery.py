"""How he sounded, against how he himself began: loudness, pitch, pace of articulation. Never a feeling, never a person.

What a driver heard on the track comes in as `VoiceHeard`, one for each turn; here it is only compared. ::

    session    |--- own first minute ---|..........................................
    trainee      ####   #####      ###     ##### (her disclosure)  ########
                 baseline                                          louder and faster: "tone: look here"
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from voicesim.scoring.conversation import Conversation, Span, Turn, VoiceHeard
from voicesim.scoring.measures import Evidence, Measure, evidence, measure, median, settings
from voicesim.timebase import SAMPLE_RATE, samples


@dataclass(frozen=True)
class TurnDelivery:
    """One turn against the trainee's own first minute; None where there was too little to hear."""

    start: int
    end: int
    text: str
    loudness: float | None
    """dB above the first minute."""
    pitch: float | None
    """Semitones above the first minute."""
    spread: float | None
    """Semitones between the low and the high end of the turn's pitch."""
    rate: float | None
    """Articulation rate as a share of the first minute's, 1.0 being the same."""
    tone: bool = False
    """Louder and faster after she had told something: look here."""


@dataclass(frozen=True)
class ToneFlag(Span):
    """A turn to look at, with how much louder (dB) and faster (share) it was."""

    text: str = ""
    louder: float = 0.0
    faster: float = 1.0


@dataclass(frozen=True)
class _Heard:
    turn: Turn
    loudness: float
    pitch: float | None
    spread: float | None
    rate: float | None


def deliver(conversation: Conversation) -> tuple[TurnDelivery, ...]:
    """Every turn of the trainee's that was heard, against the first minute; nothing where no track was there."""
    heard = _heard(conversation)
    first = _first_minute(heard)
    if not first:
        return ()
    loudness = median([one.loudness for one in first]) or 0.0
    pitch = median([one.pitch for one in first if one.pitch])
    rate = median([one.rate for one in first if one.rate])
    told = _first_told(conversation)
    limits = settings()
    rows = []
    for one in heard:
        louder = round(one.loudness - loudness, 2)
        faster = round(one.rate / rate, 3) if one.rate and rate else None
        later = one not in first and told is not None and one.turn.start >= told
        flagged = later and louder >= limits.tone_louder and faster is not None and faster >= limits.tone_faster
        rows.append(
            TurnDelivery(
                one.turn.start,
                one.turn.end,
                one.turn.text,
                louder,
                round(12 * math.log2(one.pitch / pitch), 2) if one.pitch and pitch else None,
                one.spread,
                faster,
                flagged,
            )
        )
    return tuple(rows)


def tone_flags(rows: Sequence[TurnDelivery]) -> tuple[ToneFlag, ...]:
    """The turns to look at."""
    return tuple(
        ToneFlag(row.start, row.end, row.text, row.loudness or 0.0, row.rate or 1.0) for row in rows if row.tone
    )


def measure_delivery(conversation: Conversation, rows: Sequence[TurnDelivery]) -> tuple[Measure, ...]:
    """Changes of loudness, pitch and pace after the first minute, and the turns to look at."""
    begun = _first_minute(_heard(conversation))
    last = max((one.turn.end for one in begun), default=0)
    later = [row for row in rows if row.start >= last]

    def change(name: str, values: list[float], note: str = "") -> Measure:
        proof = tuple(evidence(Span(row.start, row.end), "trainee", row.text, _show(row)) for row in later)
        return measure(name, median(values), len(values), proof if values else (), note)

    flags = tone_flags(rows)
    note = "" if rows else "There is no track of yours to listen to, or too little speech on it."
    rates = [100 * (row.rate - 1) for row in later if row.rate is not None]
    return (
        change("loudness_change", [row.loudness for row in later if row.loudness is not None], note),
        change("pitch_change", [row.pitch for row in later if row.pitch is not None], note),
        change("pitch_spread", [row.spread for row in rows if row.spread is not None], note),
        change("articulation_change", rates, note),
        measure(
            "tone_flags",
            len(flags) if later else None,
            len(later),
            tuple(
                Evidence(f.start, f.end, "trainee", f.text, f"{f.louder:+.0f} dB, {100 * (f.faster - 1):+.0f} % pace")
                for f in flags
            ),
            note,
        ),
    )


def _show(row: TurnDelivery) -> str:
    parts = [f"{row.loudness:+.1f} dB"] if row.loudness is not None else []
    parts += [f"{row.pitch:+.1f} semitones"] if row.pitch is not None else []
    parts += [f"{100 * (row.rate - 1):+.0f} % pace"] if row.rate is not None else []
    return ", ".join(parts)


def _heard(conversation: Conversation) -> list[_Heard]:
    voices: dict[int, VoiceHeard] = {voice.start: voice for voice in conversation.voice}
    found = []
    for turn in conversation.trainee_turns:
        voice = voices.get(turn.start)
        if voice is None or voice.voiced < samples(settings().least_voiced):
            continue
        enough = turn.word_count >= settings().rate_words and turn.voiced > 0
        rate = turn.word_count * 60 * SAMPLE_RATE / turn.voiced if enough else None
        found.append(_Heard(turn, voice.loudness, voice.pitch, voice.spread, rate))
    return found


def _first_minute(heard: Sequence[_Heard]) -> list[_Heard]:
    """Turns that begin within a minute of his first word."""
    if not heard:
        return []
    until = heard[0].turn.start + samples(settings().first_minute)
    return [one for one in heard if one.turn.start < until]


def _first_told(conversation: Conversation) -> int | None:
    """When she first told something: by the log, or else the end of her first substantive answer."""
    if conversation.disclosures:
        return conversation.disclosures[0].at
    if conversation.lines:
        return None
    spoken = [t for t in conversation.turns if t.speaker == "trainee"]
    for turn in conversation.turns:
        asked = any(other.start < turn.start for other in spoken)
        if turn.speaker == "survivor" and asked and turn.word_count >= settings().substantive_words:
            return turn.end
    return None
