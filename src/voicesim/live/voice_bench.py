"""How well her lines are understood, and how well it is known where each word of them sounds.

``python -m voicesim.live.voice_bench delayed-report --voice kokoro`` voices the lines of a scenario, has the recogniser that
hears the trainee write them down, and counts the wrong words. The recogniser's word times, good to about a tenth of a
second, are compared with the positions by which a session knows what of a line was heard.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher

import numpy as np

from voicesim.asr.engines import open_transcriber
from voicesim.asr.ports import Transcriber
from voicesim.asr.word_errors import word_errors
from voicesim.errors import BadInputError, VoicesimError
from voicesim.live.practice import voice_lines
from voicesim.scenario.load import load_scenario
from voicesim.scenario.marks import plain
from voicesim.scenario.model import Guard, Line, Scenario
from voicesim.timebase import SAMPLE_RATE, samples
from voicesim.tts.moods import reachable_moods
from voicesim.tts.ports import Clip
from voicesim.tts.voicing import spoken_lines

_AROUND = samples(0.3)
"""Silence put around a line, as there is in a conversation."""
_LETTERS = re.compile(r"[^a-z0-9']")


@dataclass(frozen=True)
class Understood:
    """The figures for one scenario, voice and mood."""

    scenario: str
    voice: str
    mood: str
    lines: int
    words: int
    word_error_rate: float
    words_a_minute: float
    """Over the whole lines, without the silences that the script marks."""
    placed: int
    """Words that were heard right and whose place could be compared."""
    end_error: float
    """Median difference between where a word was taken to end and where it was heard to end (s), without sign."""
    end_error_most: float
    """The same, for nine of ten words."""
    end_bias: float
    """Median difference with its sign: above 0, words are taken to end later than they were heard to."""
    wrong: tuple[tuple[str, str], ...]
    """(said, heard) of the lines in which a word differs, normalised."""


def measure(
    scenario: Scenario, voice: str = "auto", sample: int = 0, mood: str = "", model: str = "base"
) -> Understood:
    """Voice a scenario's lines and have them written down.

    Args:
        scenario: whose lines.
        voice: ``auto``, ``kokoro`` or ``pyttsx3``.
        sample: so many lines, spread over the scenario; 0 for all.
        mood: one of the persona's moods; empty for the last, her steady one. Cast members speak in theirs.
        model: the recogniser's checkpoint.

    Raises:
        BadInputError: the persona has no such mood.
        VoicesimError: a model cannot be had.
    """
    moods = {by: reachable_moods(scenario.speaker(by).voice) for by in ("", *scenario.cast)}
    if mood and mood not in moods[""]:
        raise BadInputError(f"The persona has no mood '{mood}'.", f"Use one of: {', '.join(moods[''])}.")
    lines = spoken_lines(scenario)
    if 0 < sample < len(lines):
        lines = tuple(lines[round(index * len(lines) / sample)] for index in range(sample))
    mood = mood or moods[""][-1]
    book, engine = voice_lines(
        _only(scenario, lines, mood), voice, warn=lambda message: print(message, file=sys.stderr)
    )
    transcriber = open_transcriber("auto", model)
    pairs: list[tuple[str, str]] = []
    differences: list[float] = []
    spoken = 0
    for by, text in lines:
        clip = book.clip(text, moods[by][-1] if by else mood, by)
        heard, ends = _heard(clip, transcriber)
        pairs.append((plain(text), heard))
        differences += ends
        spoken += len(clip.samples) - sum(span.end - span.start for span in (*clip.hesitations, *clip.pauses))
    errors = word_errors(pairs)
    off = np.abs(differences) if differences else np.zeros(1)
    return Understood(
        scenario=scenario.id,
        voice=engine,
        mood=mood,
        lines=len(lines),
        words=errors.words,
        word_error_rate=round(errors.rate, 4),
        words_a_minute=round(sum(len(said.split()) for said, _ in pairs) * 60 * SAMPLE_RATE / max(spoken, 1), 1),
        placed=len(differences),
        end_error=round(float(np.median(off)), 3),
        end_error_most=round(float(np.quantile(off, 0.9)), 3),
        end_bias=round(float(np.median(differences)), 3) if differences else 0.0,
        wrong=tuple(pair for pair in errors.each if pair[0] != pair[1]),
    )


def _only(scenario: Scenario, lines: Sequence[tuple[str, str]], mood: str) -> Scenario:
    """The scenario with no other lines and moods in it, so that no others are voiced. It is not one to be played."""
    state = scenario.states[scenario.start].model_copy(
        update={"lines": tuple(Line(text=text, by=by or None) for by, text in lines), "next": ()}
    )
    voice = scenario.persona.voice
    one = voice.model_copy(update={"moods": {mood: voice.moods[mood].model_copy(update={"when": Guard()})}})
    return scenario.model_copy(
        update={
            "anywhere": (),
            "states": {scenario.start: state},
            "persona": scenario.persona.model_copy(update={"voice": one}),
        }
    )


def _heard(clip: Clip, transcriber: Transcriber) -> tuple[str, list[float]]:
    around = np.zeros(_AROUND, dtype=np.float32)
    sound = np.concatenate([around, clip.samples.astype(np.float32) / 32768, around])
    transcript = transcriber.transcribe(sound)
    ours = [_LETTERS.sub("", word.text.lower()) for word in clip.words]
    theirs = [_LETTERS.sub("", word.text.lower()) for word in transcript.words]
    same = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
    differences = [
        clip.words[a + step].end / SAMPLE_RATE - (transcript.words[b + step].end - _AROUND / SAMPLE_RATE)
        for a, b, size in same
        for step in range(size)
    ]
    return transcript.text, differences


def main(arguments: list[str] | None = None) -> int:
    """``python -m voicesim.live.voice_bench SCENARIO…``: a line of figures each, and what was misheard."""
    parser = argparse.ArgumentParser(
        prog="python -m voicesim.live.voice_bench", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("scenarios", nargs="+", metavar="SCENARIO")
    parser.add_argument("--voice", choices=("auto", "kokoro", "pyttsx3"), default="auto")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="so many lines; default: all")
    parser.add_argument("--mood", default="", help="default: the steady one")
    parser.add_argument("--model", default="base", help="Whisper checkpoint")
    parser.add_argument("--json", action="store_true", help="one JSON object a scenario")
    chosen = parser.parse_args(arguments)
    try:
        for name in chosen.scenarios:
            found = measure(load_scenario(name).scenario, chosen.voice, chosen.sample, chosen.mood, chosen.model)
            print(json.dumps(asdict(found), ensure_ascii=False) if chosen.json else told(found), flush=True)
    except VoicesimError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


def told(found: Understood) -> str:
    """The figures for a person."""
    lines = [f"  said  {said}\n  heard {heard}" for said, heard in found.wrong]
    lines.append(
        f"{found.scenario} ({found.voice}, {found.mood}): {found.word_error_rate:.1%} of {found.words} words wrong in "
        f"{found.lines} lines; {found.words_a_minute:.0f} words a minute; word ends off by {found.end_error:.2f} s "
        f"(nine of ten within {found.end_error_most:.2f} s, bias {found.end_bias:+.2f} s, {found.placed} words)"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
