"""Speech segments against who-spoke-when (meeting excerpts with RTTM) and, where they are, the fixtures' exact edges."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from evaluation.figures import bootstrap, options, report_table
from voicesim.analysis.room import room_segments, segmentation
from voicesim.audio.files import read_mono_16k
from voicesim.audio.measure import EdgeErrors, disagreement, measure_fixtures, read_rttm
from voicesim.audio.vad import segments as headset_segments

ROOT = Path(__file__).resolve().parents[2]
Counts = tuple[int, int, int, int]
"""Samples missed, invented, of true speech, and of the recording."""


def main(given: Sequence[str] = ()) -> int:
    """Print the figures."""
    arguments = options("segments", __doc__).parse_args(given)
    folder = Path(arguments.data) / "audio" / "meetings"
    figures: dict[str, Any] = {}
    each: dict[str, Counts] = {}
    if folder.exists():
        network = segmentation()
        if network is None:
            print("segments: the model for far voices is not here (voicesim doctor --fetch).")
        for name, find in (
            ("one speaker's track (--headset)", headset_segments),
            ("everybody, without the model for far voices", lambda track: room_segments(track, None)),
            *([("everybody (--room)", lambda track: room_segments(track, network))] if network else []),
        ):
            each = {rttm.stem: _compare(rttm, find) for rttm in sorted(folder.glob("*.rttm"))}
            figures |= _figures(name, list(each.values()))
    edges = measure_fixtures(ROOT / "audio_fixtures")
    if arguments.json:
        fixtures = {name: errors.summary() for name, errors in edges.items()}
        print(json.dumps({"meetings": figures, "fixtures": fixtures}, indent=1))
        return 0
    if figures:
        print("Meeting excerpts\n")
        print(report_table(figures))
        print("\nEach recording, everybody: missed + false alarm, s, of s of true speech")
        for name, (missed, invented, true, _) in each.items():
            print(f"  {name:<8} {missed / 16000:5.2f} + {invented / 16000:5.2f} of {true / 16000:5.2f}")
    else:
        print(f"segments: {folder} is not here; fixtures only.")
    total = sum(edges.values(), EdgeErrors((), (), (), ()))
    print("\nFixtures, edges in ms:", json.dumps(total.summary()))
    return 0


def _figures(name: str, counts: list[Counts]) -> dict[str, Any]:
    def percent(chosen: Sequence[Counts], base: int, *columns: int) -> float:
        return 100 * sum(one[column] for one in chosen for column in columns) / sum(one[base] for one in chosen)

    rows = {}
    for title, base, columns in (
        ("missed, % of speech", 2, (0,)),
        ("false alarm, % of speech", 2, (1,)),
        ("missed + false alarm, % of speech", 2, (0, 1)),
        ("missed + false alarm, % of the recordings' time", 3, (0, 1)),
    ):

        def figure(chosen: Sequence[Counts], base: int = base, columns: tuple[int, ...] = columns) -> float:
            return percent(chosen, base, *columns)

        low, high = bootstrap(counts, figure)
        rows[f"{name}: {title}"] = {"value": figure(counts), "low": low, "high": high, "n": len(counts)}
    return rows


def _compare(rttm: Path, find: Callable[[Any], list[tuple[int, int]]]) -> Counts:
    track = read_mono_16k(rttm.with_suffix(".flac")).samples
    return (*disagreement(find(track), read_rttm(rttm), track.size), int(track.size))
