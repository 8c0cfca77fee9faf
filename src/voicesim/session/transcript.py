"""Who said what, when: the transcript of a session, read off its log."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from voicesim.engine.events import LineHeard, Record, Transcribed, TurnTaken, Word
from voicesim.session.disk import write_atomically
from voicesim.timebase import clock, seconds

TRANSCRIPT = "transcript.json"


@dataclass(frozen=True)
class Said:
    """A stretch of one speaker's words. Positions in samples; `unheard` is what she had still to say when she was stopped."""

    speaker: Literal["trainee", "survivor"]
    onset: int
    end: int
    text: str
    words: tuple[Word, ...] = ()
    unheard: str = ""
    by: str = ""
    """The cast member on her side who said it; empty for the survivor herself (and for the trainee)."""

    def line(self) -> str:
        """One line for people."""
        cut = " —" if self.unheard else ""
        return f"{clock(self.onset):>7}  {self.by or self.speaker:<8}  {self.text}{cut}"


def transcript(records: Iterable[Record]) -> tuple[Said, ...]:
    """What was said, in order of onset: hers as heard, the trainee's as turns, and listener's tokens that took no turn."""
    said: list[Said] = []
    segments: list[Transcribed] = []
    for record in records:
        match record:
            case LineHeard() if record.heard_text:
                unheard = "" if record.complete else record.text[len(record.heard_text) :].strip()
                said.append(Said("survivor", record.onset, record.end, record.heard_text, (), unheard, record.by))
            case Transcribed() if record.text:
                segments.append(record)
            case TurnTaken():
                inside = [s for s in segments if record.onset <= s.onset and s.end <= record.end]
                words = tuple(word for segment in inside for word in segment.words)
                said.append(Said("trainee", record.onset, record.end, record.text, words))
            case _:
                pass
    turns = [(each.onset, each.end) for each in said if each.speaker == "trainee"]
    for segment in segments:
        if not any(onset <= segment.onset and segment.end <= end for onset, end in turns):
            said.append(Said("trainee", segment.onset, segment.end, segment.text, segment.words))
    return tuple(sorted(said, key=lambda each: (each.onset, each.end)))


def to_json(said: Iterable[Said]) -> list[dict[str, Any]]:
    """The transcript as plain data, times in seconds."""
    return [
        {
            "speaker": each.speaker,
            **({"by": each.by} if each.by else {}),
            "start": seconds(each.onset),
            "end": seconds(each.end),
            "text": each.text,
            "unheard": each.unheard,
            "words": [[word.text, seconds(word.start), seconds(word.end)] for word in each.words],
        }
        for each in said
    ]


def write_transcript(folder: Path, records: Iterable[Record]) -> None:
    """Write `transcript.json` beside the log."""
    text = json.dumps(to_json(transcript(records)), ensure_ascii=False, indent=1)
    write_atomically(folder / TRANSCRIPT, text + "\n")
