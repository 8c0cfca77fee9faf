"""How well speech segments agree with a truth: errors of their edges, delay of their detection, missed and invented speech.

Run it over fixtures with a truth.json beside each trainee.flac, or over any recordings with an RTTM file of the same name::

    python -m voicesim.audio.measure audio_fixtures ../shared/data/audio/meetings
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voicesim.audio.files import read_mono_16k
from voicesim.audio.vad import VoiceActivity, segments
from voicesim.audio.vad_settings import default_settings
from voicesim.engine.events import SpeechEnded, SpeechStarted
from voicesim.errors import BadInputError
from voicesim.timebase import FRAME, SAMPLE_RATE, samples

Span = tuple[int, int]
"""Onset and end, in samples."""


@dataclass(frozen=True)
class EdgeErrors:
    """What became of each true segment. Milliseconds; positive is late."""

    onset: tuple[float, ...]
    end: tuple[float, ...]
    started_after: tuple[float, ...]
    """From true onset to the announcement that speech has begun."""
    ended_after: tuple[float, ...]
    """From true end to the announcement that it is over."""
    missed: int = 0
    invented: int = 0
    """Segments found where nobody speaks."""

    @property
    def segments(self) -> int:
        """True segments."""
        return len(self.onset) + self.missed

    def __add__(self, other: EdgeErrors) -> EdgeErrors:
        return EdgeErrors(
            self.onset + other.onset,
            self.end + other.end,
            self.started_after + other.started_after,
            self.ended_after + other.ended_after,
            self.missed + other.missed,
            self.invented + other.invented,
        )

    def summary(self) -> dict[str, Any]:
        """Counts, and median and 95th percentile of each error's size, in ms."""
        sizes = {
            "onset_error": np.abs(self.onset),
            "end_error": np.abs(self.end),
            "started_after": np.array(self.started_after),
            "ended_after": np.array(self.ended_after),
        }
        figures = {
            name: {"p50": round(float(np.median(size)), 1), "p95": round(float(np.percentile(size, 95)), 1)}
            for name, size in sizes.items()
            if len(size)
        }
        return {"segments": self.segments, "missed": self.missed, "invented": self.invented, **figures}


NO_ERRORS = EdgeErrors((), (), (), ())


def edge_errors(track: NDArray[np.int16], truth: Sequence[Span]) -> EdgeErrors:
    """Listen to a track as it would be listened to live, and compare.

    Each true edge is compared with the nearest found one, so a pause that was not found counts with its whole length.

    Args:
        track: mono, 16 kHz, shape (n,).
        truth: true segments in order; gaps the detector would bridge are bridged here too.
    """
    activity = VoiceActivity()
    padded = np.pad(track, (0, -track.size % FRAME))
    events = [e for i in range(0, padded.size, FRAME) for e in activity.feed(padded[i : i + FRAME])]
    events += activity.flush()
    started = [event for event in events if isinstance(event, SpeechStarted)]
    ended = [event for event in events if isinstance(event, SpeechEnded)]
    errors, used = NO_ERRORS, set()
    for onset, end in bridged(truth, samples(default_settings().decision.bridged_gap / 1000)):
        overlapping = {i for i, found in enumerate(ended) if found.onset < end and onset < found.end}
        used |= overlapping
        if not overlapping:
            errors += EdgeErrors((), (), (), (), missed=1)
            continue
        first = min(started, key=lambda event: abs(event.onset - onset))
        last = min(ended, key=lambda event: abs(event.end - end))
        errors += EdgeErrors(
            (_ms(first.onset - onset),), (_ms(last.end - end),), (_ms(first.at - onset),), (_ms(last.at - end),)
        )
    return errors + EdgeErrors((), (), (), (), invented=len(ended) - len(used))


def disagreement(found: Iterable[Span], truth: Iterable[Span], length: int) -> tuple[int, int, int]:
    """Samples of speech missed, of speech invented, and of true speech, any speaker counting, in `length` samples."""
    there, heard = np.zeros(length, np.bool_), np.zeros(length, np.bool_)
    for spans, mask in ((truth, there), (found, heard)):
        for onset, end in spans:
            mask[max(0, onset) : end] = True
    missed, invented = np.count_nonzero(there & ~heard), np.count_nonzero(heard & ~there)
    return int(missed), int(invented), int(np.count_nonzero(there))


def bridged(spans: Iterable[Span], gap: int) -> list[Span]:
    """Spans in order, those less than `gap` samples apart made one."""
    joined: list[Span] = []
    for onset, end in sorted(spans):
        if joined and onset - joined[-1][1] < gap:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((onset, end))
    return joined


def read_rttm(path: Path) -> list[Span]:
    """Everybody's segments in an RTTM file, in order.

    Raises:
        BadInputError: it cannot be read or is no RTTM.
    """
    spans = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{path} cannot be read ({error}).", "Check the path.") from None
    for number, line in enumerate(lines, start=1):
        fields = line.split()
        if not fields or fields[0] != "SPEAKER":
            continue
        try:
            start, duration = float(fields[3]), float(fields[4])
        except (IndexError, ValueError):
            raise BadInputError(
                f"{path}:{number}: is no RTTM line.", "Write SPEAKER file 1 start duration <NA> <NA> name <NA> <NA>."
            ) from None
        spans.append((samples(start), samples(start + duration)))
    return sorted(spans)


def read_truth(path: Path) -> list[Span]:
    """The trainee's segments in a fixture's truth.json, in order."""
    turns = json.loads(path.read_text(encoding="utf-8"))["trainee"]
    return sorted((samples(start), samples(end)) for turn in turns for start, end in turn["segments"])


def measure_fixtures(folder: Path) -> dict[str, EdgeErrors]:
    """Edge errors of every fixture below a folder, by name."""
    return {
        truth.parent.name: edge_errors(read_mono_16k(truth.parent / "trainee.flac").samples, read_truth(truth))
        for truth in sorted(folder.glob("*/truth.json"))
    }


def measure_rttm(folder: Path, gap: float = 0.0) -> dict[str, tuple[int, int, int]]:
    """`disagreement` of every recording in a folder that has an RTTM beside it, by name.

    Args:
        folder: where they lie.
        gap: seconds; found segments closer than this are made one first, as annotators of meetings do.
    """
    results = {}
    for rttm in sorted(folder.glob("*.rttm")):
        track = read_mono_16k(rttm.with_suffix(".flac")).samples
        found = bridged(segments(track), samples(gap))
        results[rttm.stem] = disagreement(found, read_rttm(rttm), track.size)
    return results


def main(arguments: Sequence[str] | None = None) -> None:
    """Print figures for each folder as JSON."""
    parser = argparse.ArgumentParser(description="How well speech segments agree with a truth.")
    parser.add_argument("folders", nargs="+", type=Path, help="fixtures (*/truth.json) or recordings with *.rttm")
    parser.add_argument("--gap", type=float, default=0.0, help="bridge found gaps under this many seconds (RTTM)")
    options = parser.parse_args(arguments)
    report: dict[str, Any] = {}
    for folder in options.folders:
        edges = measure_fixtures(folder)
        if edges:
            report[str(folder)] = {name: errors.summary() for name, errors in edges.items()}
            report[str(folder)]["all"] = sum(edges.values(), NO_ERRORS).summary()
            continue
        counts = measure_rttm(folder, options.gap)
        if not counts:
            raise SystemExit(f"{folder} holds neither */truth.json nor *.rttm.")
        report[str(folder)] = {name: _shares(count) for name, count in counts.items()}
        total = [sum(column) for column in zip(*counts.values(), strict=True)]
        report[str(folder)]["all"] = _shares((total[0], total[1], total[2]))
    print(json.dumps(report, indent=1))


def _shares(count: tuple[int, int, int]) -> dict[str, float]:
    missed, invented, true = count
    return {"missed_percent": round(100 * missed / true, 2), "false_alarm_percent": round(100 * invented / true, 2)}


def _ms(distance: int) -> float:
    return distance * 1000 / SAMPLE_RATE


if __name__ == "__main__":
    main()
