"""Reads `turns.jsonl`: one utterance a line, as a transcriber of any kind may write it.

    {"speaker": "trainee", "start": 1.2, "end": 3.4, "text": "Take your time.", "words": [["Take", 1.2, 1.5], …]}

Times in seconds. Only the speaker and some hint of the time are needed; what is missing is filled in from the rest.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from voicesim.analysis.spoken import Spoken
from voicesim.engine.events import Word
from voicesim.errors import BadInputError
from voicesim.timebase import samples

_PER_WORD = 0.3
"""Seconds a word takes, where a line says when it begins but not when it ends."""
_LONGEST = 24 * 3600.0


def read_turns_file(path: Path) -> tuple[Spoken, ...]:
    """Read a file of turns.

    Raises:
        BadInputError: it cannot be read, or a line makes no sense; with file and line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadInputError(f"{path}: there is no such file.", "Check the path.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{path} cannot be read ({error}).", "Give a text file in UTF-8.") from None
    spoken: list[Spoken] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            spoken.append(_Line(path, number).read(line, spoken))
    if not spoken:
        raise BadInputError(f"{path} holds no turns.", "Write one JSON object a line: speaker, start, end, text.")
    return tuple(spoken)


class _Line:
    """One line, and where to point when it is wrong."""

    def __init__(self, path: Path, number: int) -> None:
        self._where = f"{path}:{number}:"

    def fail(self, problem: str, remedy: str) -> BadInputError:
        return BadInputError(f"{self._where} {problem}", remedy)

    def read(self, line: str, before: list[Spoken]) -> Spoken:
        try:
            data: Any = json.loads(line)
        except ValueError as error:
            raise self.fail(f"is no JSON ({error}).", "Write one JSON object a line.") from None
        if not isinstance(data, dict):
            raise self.fail("is no JSON object.", 'Write {"speaker": …, "start": …, "end": …, "text": …}.')
        speaker = data.get("speaker")
        if speaker not in ("trainee", "survivor"):
            raise self.fail(f"speaker is {speaker!r}.", 'Write "trainee" or "survivor".')
        words = self._words(data.get("words"))
        text = data.get("text")
        if text is None and words:
            text = " ".join(word.text for word in words)
        if text is not None and not isinstance(text, str):
            raise self.fail("text is no text.", "Put it in quotation marks.")
        start, end = self._time(data, "start"), self._time(data, "end")
        if start is None:
            start = words[0].start if words else before[-1].end if before else None
        if start is None:
            raise self.fail(
                "says nothing of when it was said.", "Give start (and end) in seconds, or words with times."
            )
        if end is None:
            end = words[-1].end if words else start + samples(_PER_WORD * max(1, len((text or "").split())))
        if end < start:
            raise self.fail("ends before it begins.", "Swap start and end, or check the unit: seconds.")
        return Spoken(start, max(end, start + 1), speaker, text, tuple(words))

    def _time(self, data: dict[str, Any], key: str) -> int | None:
        value = data.get(key)
        return None if value is None else self._position(value, key)

    def _position(self, value: Any, key: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self.fail(f"{key} is {value!r}.", "Give seconds as a number.")
        if not 0 <= value <= _LONGEST:
            raise self.fail(f"{key} is {value:g}.", "Give seconds from the beginning of the recording.")
        return samples(float(value))

    def _words(self, value: Any) -> list[Word]:
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.fail("words is no list.", 'Write [["word", start, end], …].')
        words = []
        for entry in value:
            if isinstance(entry, dict):
                entry = [entry.get("word", entry.get("text")), entry.get("start"), entry.get("end")]
            if not isinstance(entry, list) or len(entry) < 3 or not isinstance(entry[0], str):
                raise self.fail(
                    f"{json.dumps(entry)} in words is no word with its times.", 'Write ["word", start, end].'
                )
            if entry[1] is None or entry[2] is None:
                continue
            begin = self._position(entry[1], "a word's start")
            words.append(Word(entry[0].strip(), begin, max(begin, self._position(entry[2], "a word's end"))))
        return sorted(words, key=lambda word: word.start)


def write_turns_file(path: Path, spoken: tuple[Spoken, ...]) -> None:
    """Write utterances as `read_turns_file` reads them."""
    from voicesim.session.disk import write_atomically
    from voicesim.timebase import seconds

    lines = [
        json.dumps(
            {
                "speaker": one.speaker,
                "start": seconds(one.start),
                "end": seconds(one.end),
                "text": one.text,
                "words": [[word.text, seconds(word.start), seconds(word.end)] for word in one.words],
            },
            ensure_ascii=False,
        )
        for one in sorted(spoken, key=lambda each: (each.start, each.end))
    ]
    write_atomically(path, "\n".join(lines) + "\n")
