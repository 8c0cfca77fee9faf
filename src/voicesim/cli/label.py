"""`voicesim label`: what the reader hears in a line of text, as JSON. For scripts, studies and the curious."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from voicesim.language.reading import ContextTurn, Cue, TurnReading
    from voicesim.meaning.finder import MeaningFinder

SPEAKERS = ("trainee", "survivor")
_AT_ONCE = 1 << 13
"""Bytes of input taken in at once."""


class _BadLineError(ValueError):
    """A line of input that cannot be read; its text is what the person is told."""


@click.command(short_help="Say what kinds of questions and moves lines are.")
@click.option(
    "--jsonl", is_flag=True, help='Every line is JSON: {"text": …, "context": [{"speaker": …, "text": …}, …]}.'
)
@click.option("--words-only", is_flag=True, help="Find moves by their words alone, without the sentence model.")
def label(jsonl: bool, words_only: bool) -> int:
    """Label what an interviewer says: type a turn a line, get one JSON object a line.

    Each sentence gets its form, its question type in three profiles, its marks and moves, and the words that decided them.
    A line may also be JSON with the turns said before it (speakers: trainee, survivor); without them a closed question
    cannot be known to take up what she has said. A line that cannot be read gets {"error", "line"}; the exit code is then 2.
    """
    from voicesim.language.read import read_turn

    find = None if words_only else _finder()
    bad = False
    out = sys.stdout.buffer  # UTF-8 whatever the terminal's own encoding is
    number = 0
    for batch in _batches(sys.stdin.buffer):
        asked: list[tuple[str, list[ContextTurn]] | str | None] = []
        for raw in batch:
            number += 1
            try:
                asked.append(_parse(raw, jsonl, first=number == 1))
            except _BadLineError as error:
                asked.append(str(error))
        if find:
            find.find([one[0] for one in asked if isinstance(one, tuple)])  # all at once is quicker; kept for below
        for place, one in enumerate(asked, start=number - len(batch) + 1):
            if one is None:
                continue
            if isinstance(one, str):
                bad = True
                answer = {"error": one, "line": place}
            else:
                text, context = one
                answer = as_json(read_turn(text, context, None, find(text) if find else ()))
            out.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
        out.flush()
    return 2 if bad else 0


def _batches(stream: IO[bytes]) -> Iterator[list[bytes]]:
    """The lines that have come, as they come: many where a file is read, one where somebody waits for its answer."""
    read = getattr(stream, "read1", stream.read)
    torn = b""
    while got := read(_AT_ONCE):
        *lines, torn = (torn + got).split(b"\n")
        if lines:
            yield [line + b"\n" for line in lines]
    if torn:
        yield [torn]


def _finder() -> MeaningFinder | None:
    from voicesim.meaning.finder import best_finder

    find, _ = best_finder()
    if find is None:
        click.echo(
            "Moves go by words alone; `voicesim doctor --fetch` gets the model that knows paraphrases.", err=True
        )
    return find


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
                "cues": [_cue(cue) for cue in sentence.cues],
                "confidence": sentence.confidence,
            }
            for sentence in reading.sentences
        ],
        "main": reading.main,
    }


def _cue(cue: Cue) -> dict[str, Any]:
    decided = {"label": cue.label, "text": cue.text, "start": cue.start, "end": cue.end}
    return {**decided, "like": cue.like} if cue.like else decided


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
