"""`voicesim label`: what the reader hears in a line of text, as JSON. For scripts, studies and the curious."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from voicesim.language.reading import ContextTurn, TurnReading

SPEAKERS = ("trainee", "survivor")


class _BadLineError(ValueError):
    """A line of input that cannot be read; its text is what the person is told."""


@click.command(short_help="Say what kinds of questions and moves lines are.")
@click.option(
    "--jsonl", is_flag=True, help='Every line is JSON: {"text": …, "context": [{"speaker": …, "text": …}, …]}.'
)
def label(jsonl: bool) -> int:
    """Label what an interviewer says: type a turn a line, get one JSON object a line.

    Each sentence gets its form, its question type in three profiles, its marks and moves, and the words that decided them.
    A line may also be JSON with the turns said before it (speakers: trainee, survivor); without them a closed question
    cannot be known to take up what she has said. A line that cannot be read gets {"error", "line"}; the exit code is then 2.
    """
    from voicesim.language.read import read_turn

    bad = False
    out = sys.stdout.buffer  # UTF-8 whatever the terminal's own encoding is
    for number, raw in enumerate(sys.stdin.buffer, start=1):
        try:
            asked = _parse(raw, jsonl, first=number == 1)
            if asked is None:
                continue
            text, context = asked
            answer = as_json(read_turn(text, context))
        except _BadLineError as error:
            bad = True
            answer = {"error": str(error), "line": number}
        out.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
        out.flush()
    return 2 if bad else 0


def as_json(reading: TurnReading) -> dict[str, Any]:
    """A reading in the shape that this command prints."""
    return {
        "text": reading.text,
        "sentences": [
            {
                "text": sentence.text,
                "form": sentence.form,
                "types": {
                    "griffiths": sentence.types.griffiths,
                    "nichd": sentence.types.nichd,
                    "miti": sentence.types.miti,
                },
                "marks": list(sentence.marks),
                "moves": list(sentence.moves),
                "cues": [
                    {"label": cue.label, "text": cue.text, "start": cue.start, "end": cue.end} for cue in sentence.cues
                ],
                "confidence": sentence.confidence,
            }
            for sentence in reading.sentences
        ],
        "main": reading.main,
    }


def _parse(raw: bytes, jsonl: bool, *, first: bool) -> tuple[str, list[ContextTurn]] | None:
    """One line of input as text and context; None for an empty line between JSON objects."""
    try:
        line = raw.decode("utf-8-sig" if first else "utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise _BadLineError("The line is not UTF-8 text. Save the input as UTF-8.") from None
    if jsonl and not line.strip():
        return None
    if not jsonl and not line.lstrip().startswith("{"):
        return line, []
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _BadLineError(f"The line is not JSON ({error}). Write one object a line, in double quotes.") from None
    if not isinstance(data, dict) or not isinstance(data.get("text"), str):
        raise _BadLineError('The line has no "text". Write {"text": "Tell me what happened."}.')
    return _spoken(data["text"], "text"), _context(data.get("context"))


def _context(turns: Any) -> list[ContextTurn]:
    from voicesim.language.reading import ContextTurn

    if turns is None:
        return []
    if not isinstance(turns, list):
        raise _BadLineError('"context" is not a list of turns. Write [{"speaker": "survivor", "text": "…"}].')
    context = []
    for place, turn in enumerate(turns, start=1):
        if not isinstance(turn, dict) or not isinstance(turn.get("text"), str) or turn.get("speaker") not in SPEAKERS:
            raise _BadLineError(f'Turn {place} of "context" needs a "text" and a "speaker": trainee or survivor.')
        context.append(ContextTurn(turn["speaker"], _spoken(turn["text"], "context")))
    return context


def _spoken(text: str, where: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise _BadLineError(f'"{where}" holds half a character (a lone surrogate). Save the input as UTF-8.') from None
    return text
