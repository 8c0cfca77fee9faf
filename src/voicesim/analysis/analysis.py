"""Any two-person interview, scored like a session: from two tracks or from a file of turns to scorecard, JSON and report."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voicesim.analysis.recording import Progress, Recording, hear
from voicesim.analysis.spoken import Spoken, converse
from voicesim.analysis.turns_file import read_turns_file, write_turns_file
from voicesim.language.reading import ContextTurn, TurnReading
from voicesim.review.page import About, render
from voicesim.review.voice import hear_voice
from voicesim.scoring.conversation import Conversation
from voicesim.scoring.feedback import Moment
from voicesim.scoring.interruptions import Overlap
from voicesim.scoring.pace import turn_paces
from voicesim.scoring.rubric import Rubric
from voicesim.scoring.scorecard import Scorecard, score
from voicesim.scoring.turns import Reader
from voicesim.session.disk import write_atomically
from voicesim.session.writer import storage_error
from voicesim.timebase import seconds

if TYPE_CHECKING:
    from voicesim.asr.ports import Transcriber
    from voicesim.meaning.finder import MeaningFinder

KINDS = ("backchannel", "terminal_overlap", "interruption", "cut_in")
PACE = (
    "speech_rate", "articulation_rate", "speech_rate_trend", "wait_median", "wait_shortest", "wait_2s_share",
    "wait_3s_share", "transfer_offset_median", "talk_share", "longest_monologue", "questions_per_minute",
    "quick_fire_runs", "fillers", "first_interruption",
)  # fmt: skip


@dataclass(frozen=True)
class Analysis:
    """What was said, what is scored, and the score."""

    spoken: tuple[Spoken, ...]
    conversation: Conversation
    scorecard: Scorecard
    recording: Recording | None = None
    notes: tuple[str, ...] = ()
    ears: str = ""
    """Which transcriber heard the words; empty when they were given."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data, times in seconds. docs/scorecard.md names the keys."""
        card, conversation = self.scorecard, self.conversation
        paces = {pace.start: pace for pace in turn_paces(conversation)}
        return {
            "schema": "voicesim/analysis/1",
            "rubric": card.rubric.id,
            "length": seconds(card.length),
            "overall": card.overall,
            "level": card.level,
            "caps": [{"id": cap.id, "most": cap.most, "reason": cap.reason} for cap in card.caps],
            "overlaps": [_overlap(each) for each in card.overlaps if each.kind in KINDS],
            "brief_overlaps": [_overlap(each) for each in card.overlaps if each.kind not in KINDS],
            "turns": [
                {
                    "speaker": turn.speaker,
                    "start": seconds(turn.start),
                    "end": seconds(turn.end),
                    "text": turn.text,
                    "words": turn.word_count,
                    "speech_rate": paces[turn.start].speech_rate if own else None,
                    "articulation_rate": paces[turn.start].articulation_rate if own else None,
                }
                for turn in conversation.turns
                for own in [turn.speaker == "trainee" and turn.start in paces]
            ],
            "questions": [
                {
                    "start": seconds(asked.start),
                    "end": seconds(asked.end),
                    "text": asked.text,
                    "form": asked.form,
                    "types": {"griffiths": asked.griffiths, "nichd": asked.nichd, "miti": asked.miti},
                    "marks": list(asked.marks),
                }
                for asked in card.questions
            ],
            "pace": {name: card.measure(name).value for name in PACE},
            "delivery": [
                {
                    "start": seconds(row.start),
                    "end": seconds(row.end),
                    "loudness_db": row.loudness,
                    "pitch_semitones": row.pitch,
                    "pitch_range_semitones": row.spread,
                    "articulation_ratio": row.rate,
                    "look_here": row.tone,
                }
                for row in card.delivery
            ],
            "criteria": [
                {
                    "id": each.id,
                    "title": each.title,
                    "measure": each.measure,
                    "value": each.value,
                    "unit": each.unit,
                    "level": each.level,
                    "points": each.points,
                    "weight": each.weight,
                    "advice": each.advice,
                    "source": each.source,
                    "evidence": [
                        {"start": seconds(e.start), "end": seconds(e.end), "quote": e.quote, "note": e.note}
                        for e in each.evidence
                    ],
                }
                for each in card.criteria
            ],
            "moments": [_moment(each) for each in card.moments],
            "praise": [_moment(each) for each in card.praise],
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """`to_dict` as text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1) + "\n"


def _overlap(each: Overlap) -> dict[str, Any]:
    return {
        "start": seconds(each.start),
        "end": seconds(each.end),
        "kind": each.kind,
        "taking": each.taking,
        "over_her": each.over_her,
        "text": each.text,
    }


def _moment(each: Moment) -> dict[str, Any]:
    return {
        "start": seconds(each.start),
        "end": seconds(each.end),
        "kind": each.kind,
        "title": each.title,
        "said": each.said,
        "effect": each.effect,
        "better": each.better,
        "why": each.why,
        "source": each.source,
    }


def analyze_turns(path: Path, rubric: Rubric) -> Analysis:
    """Score a file of turns.

    Raises:
        BadInputError: it cannot be read, or a line makes no sense.
    """
    spoken = read_turns_file(path)
    reader, notes = _reader(_open_finder(), spoken)
    conversation = converse(spoken, reader=reader)
    return Analysis(spoken, conversation, score(conversation, rubric), notes=notes)


def analyze_recording(
    recording: Recording,
    transcribers: Sequence[Transcriber],
    rubric: Rubric,
    progress: Progress = lambda share: None,
) -> Analysis:
    """Score a recording on two tracks.

    Args:
        recording: both tracks.
        transcribers: what hears the words, several of a kind sharing the work; without any only times are scored.
        rubric: what judges.
        progress: told the share of the transcription that is done.
    """
    with ThreadPoolExecutor(1) as aside:
        opening = aside.submit(_open_finder)  # while others listen
        spoken, notes = hear(recording, transcribers, progress)
        reader, without = _reader(opening.result(), spoken)
    conversation = converse(spoken, recording.length, reader)
    conversation = replace(conversation, voice=hear_voice(recording.trainee, conversation.turns))
    ears = f"{transcribers[0].engine} {transcribers[0].model}" if transcribers else ""
    card = score(conversation, rubric)
    return Analysis(spoken, conversation, card, recording, (*recording.notes, *notes, *without), ears)


def _open_finder() -> MeaningFinder | None:
    """What finds meanings, where this machine has the weights for it; and the lexicons, compiled."""
    from voicesim.language.read import read_turn
    from voicesim.meaning.finder import best_finder

    find, _ = best_finder()
    read_turn("What would you like me to call you?")
    return find


def _reader(find: MeaningFinder | None, spoken: Sequence[Spoken]) -> tuple[Reader, tuple[str, ...]]:
    """The best reader that there is, and what to say when it is not the best of all."""
    from voicesim.language.read import read_turn

    if find is None:
        return read_turn, (
            "Moves go by words alone; with the sentence model (voicesim doctor --fetch) more are found.",
        )
    find.find([one.text for one in spoken if one.speaker == "trainee" and one.text])  # all at once is quicker

    def read(text: str, context: Sequence[ContextTurn], topics: Mapping[str, Sequence[str]]) -> TurnReading:
        return read_turn(text, context, topics, find(text))

    return read, ()


def write_analysis(analysis: Analysis, folder: Path, title: str) -> Path:
    """Write `report.html`, `scorecard.json`, `analysis.json` and `turns.jsonl` (which can be corrected and analysed again).

    Returns:
        The report's path.

    Raises:
        StorageError: the folder cannot be written to.
    """
    from voicesim import __version__
    from voicesim.review.sound import stereo_data_uri

    audio = stereo_data_uri(analysis.recording.trainee, analysis.recording.survivor) if analysis.recording else ""
    made = f"voicesim {__version__}" + (f"; speech recognition: {analysis.ears}" if analysis.ears else "")
    about = About(title=title, made_with=made, notes=analysis.notes)
    report = folder / "report.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_turns_file(folder / "turns.jsonl", analysis.spoken)
        write_atomically(folder / "scorecard.json", analysis.scorecard.to_json())
        write_atomically(folder / "analysis.json", analysis.to_json())
        write_atomically(report, render(analysis.conversation, analysis.scorecard, about, audio))
    except OSError as error:
        raise storage_error(folder, error) from None
    return report
