"""What a long session is made of, and how it is judged: a scenario without an end, memory over time, drift between recordings."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voicesim.timebase import SAMPLE_RATE

FLAT = 0.05
"""Memory may grow by this share after the warm-up."""
DRIFT = 0.02
"""Seconds."""
WARM_UP = 0.15
"""Share of the session in which memory may still settle; at least the five minutes of sound that recognition looks back on."""
_PLACES = 20
"""Where along the way an offset is measured."""
_LOOK_BACK = 600.0
"""Seconds after which the tape of the trainee's last minutes has been shifted for the first time."""

_SCENARIO = """\
# Written by scripts/soak.py: she says nothing first, and answers whatever she hears, for hours.
format: voicesim/scenario/1
id: soak
title: For a long time
minutes: 60
briefing: None.
content_note: None.
instructor_notes: None.
support: [{name: None, contact: None, where: None}]
persona: {name: Nobody, age: 30, pronouns: she/her, about: Answers everything.}
feelings: {trust: {start: 50}}
start: listening
states:
  listening:
    about: She listens.
    next:
      - hears: anything
        says:
LINES
      - {hears: anything, go: done}
  done:
    about: It is over.
    lines: ["That is all."]
    ending: {kind: guarded, title: Done, summary: Done.}
"""


def write_scenario(path: Path, lines: int, words: str) -> Path:
    """A scenario in which she has so many different lines; `words` holds ``{number}``."""
    says = "\n".join(f'          - "{words.format(number=number)}"' for number in range(1, lines + 1))
    path.write_text(_SCENARIO.replace("LINES", says), encoding="utf-8")
    return path


class Repeated:
    """A recording played over and over, as long as is wanted, without taking more memory."""

    def __init__(self, once: NDArray[np.int16], length: int) -> None:
        self._once = once
        self._length = length

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, part: slice) -> NDArray[np.int16]:
        begin, end, _ = part.indices(self._length)
        piece: NDArray[np.int16] = self._once[np.arange(begin, max(begin, end)) % len(self._once)]
        return piece


def own_memory(process: int | str = "self") -> float:
    """Megabytes that belong to a process alone; files it only looks into are not counted. Linux."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("memory can be read on Linux only")


@dataclass(frozen=True)
class Memory:
    """Memory over a session."""

    settled: float
    """MB, median just after the warm-up."""
    at_end: float
    """MB, median of the last stretch."""
    most: float
    """MB, after the warm-up."""
    growth: float
    """Share by which it grew from settled to the end."""
    flat: bool


def judge_memory(taken: Sequence[tuple[float, float]]) -> Memory:
    """Judge (second of the session, MB) pairs, in order."""
    whole = taken[-1][0]
    begin = max(WARM_UP * whole, min(_LOOK_BACK, whole / 2))
    after = [(at, memory) for at, memory in taken if at >= begin]
    stretch = max(1, len(after) // 6)
    settled = statistics.median(memory for _, memory in after[:stretch])
    at_end = statistics.median(memory for _, memory in after[-stretch:])
    growth = at_end / settled - 1
    return Memory(
        round(settled, 1), round(at_end, 1), round(max(memory for _, memory in after), 1), round(growth, 4),
        growth <= FLAT,
    )  # fmt: skip


def drift(reference: NDArray[np.int16], recorded: NDArray[np.int16], piece: float = 4.0) -> dict[str, Any]:
    """How much later, against its beginning, the end of a recording lies than in what was played.

    Args:
        reference: what was played, mono at 16 kHz.
        recorded: what was recorded of it.
        piece: seconds that are compared.

    Returns:
        Seconds of offset near the beginning and near the end, their difference, and the offset (second, seconds) along the way.
    """
    length = round(piece * SAMPLE_RATE)
    first = _loud_place(reference, 0, len(reference) // 4, length)
    last = _loud_place(reference, len(reference) * 3 // 4, len(reference), length)
    begin = _place(reference[first : first + length], recorded, 0, len(recorded) // 2) - first
    around = last + begin
    reach = 2 * SAMPLE_RATE
    end = _place(reference[last : last + length], recorded, around - reach, around + length + reach) - last
    along = []
    for part in range(_PLACES):
        at = _loud_place(reference, len(reference) * part // _PLACES, len(reference) * (part + 1) // _PLACES, length)
        if not reference[at : at + length].any():
            continue
        near = reach // 4
        found = _place(reference[at : at + length], recorded, at + begin - near, at + begin + length + near) - at
        along.append((round(at / SAMPLE_RATE), round(found / SAMPLE_RATE, 4)))
    return {
        "offset_at_begin_s": round(begin / SAMPLE_RATE, 4), "offset_at_end_s": round(end / SAMPLE_RATE, 4),
        "drift_s": round((end - begin) / SAMPLE_RATE, 4), "over_s": round((last - first) / SAMPLE_RATE, 1),
        "along": along,
    }  # fmt: skip


@dataclass(frozen=True)
class Heard:
    """Where a track lies in a recording of what was said or heard, and when that was."""

    along: Sequence[tuple[float, float]]
    """Second of the track, and seconds by which the recording has it later (`drift`)."""
    when: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    """Real time of the recording's samples, but for a constant."""

    def at(self, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Real time of these seconds of the track, but for a constant."""
        places, late = np.array(self.along, float).T
        return self.when((seconds + np.interp(seconds, places, late)) * SAMPLE_RATE)


def moved_apart(hers: Heard, his: Heard) -> list[tuple[float, float]]:
    """By how much later, against the beginning, what stands beside each other in the two tracks was heard than said.

    Each device has a clock of its own. So a track that follows its device to the sample moves away from the other by as much as
    the clocks differ: real time is what both are held to.

    Returns:
        (second, seconds) along the way, wherever she was found.
    """
    seconds = np.array([second for second, _ in hers.along], float)
    apart = hers.at(seconds) - his.at(seconds)
    return [(float(at), round(float(one - apart[0]), 4)) for at, one in zip(seconds, apart, strict=True)]


def clocks_differ(one: Heard, other: Heard, seconds: float) -> float:
    """Parts per million by which the first recording's device is slower than the other's, over so many seconds."""
    places = np.array([10.0, seconds - 10.0]) * SAMPLE_RATE
    first, second = (np.diff(each.when(places))[0] for each in (one, other))
    return round(float(first / second - 1) * 1e6, 1)


def _loud_place(sound: NDArray[np.int16], begin: int, end: int, length: int) -> int:
    """Where the loudest piece of that length begins."""
    energy = np.cumsum(np.concatenate([[0.0], sound[begin:end].astype(float) ** 2]))
    if len(energy) <= length:
        return begin
    return begin + int(np.argmax(energy[length:] - energy[:-length]))


def _place(piece: NDArray[np.int16], recorded: NDArray[np.int16], begin: int, end: int) -> int:
    """Where a piece lies in a stretch of a recording."""
    begin, end = max(0, begin), min(len(recorded), end)
    stretch = recorded[begin:end].astype(float)
    size = 1 << (len(piece) + len(stretch)).bit_length()
    agreement = np.fft.irfft(np.fft.rfft(stretch, size) * np.conj(np.fft.rfft(piece.astype(float), size)), size)
    return begin + int(np.argmax(agreement[: max(1, len(stretch) - len(piece) + 1)]))
