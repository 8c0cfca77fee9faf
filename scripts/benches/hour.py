"""A kept session as long as one likes, made of shorter ones said over and over: one log, one pair of tracks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voicesim.session.checksums import with_checksums
from voicesim.session.codec import from_json, from_line, to_json, to_line
from voicesim.session.meta import read_meta, write_meta
from voicesim.session.names import EVENTS
from voicesim.session.tracks import TRACKS, TrackName, read_track, write_flac
from voicesim.timebase import SAMPLE_RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_COUNTED = ("utterance", "request", "turn")
"""Fields that count through a session: each copy goes on where the last one stopped."""
_ONCE = ("SessionStarted", "End", "TrackEnded")


@dataclass(frozen=True)
class _Piece:
    records: list[dict[str, Any]]
    tracks: dict[TrackName, NDArray[np.int16]]
    length: int


def lengthen(sources: Sequence[Path], target: Path, minutes: float) -> Path:
    """Make a session of at least so many minutes.

    Args:
        sources: complete sessions of one scenario, taken in turn.
        target: a folder that is not there yet.
        minutes: how long it is to be.

    Returns:
        The folder, unscored and without a report.
    """
    pieces = [_piece(source) for source in sources]
    row: list[_Piece] = []
    while sum(piece.length for piece in row) < minutes * 60 * SAMPLE_RATE:
        row.append(pieces[len(row) % len(pieces)])
    left_out = shutil.ignore_patterns("*.flac", "*.wav", "score*", "report*", "transcript*")
    shutil.copytree(sources[0], target, ignore=left_out)
    for name in TRACKS:
        write_flac(target / f"{name}.flac", (piece.tracks[name] for piece in row))
    lines = (to_line(number, from_json(data)) for number, data in enumerate(_copied(row)))
    (target / EVENTS).write_text("".join(lines), encoding="utf-8")
    length = sum(piece.length for piece in row)
    meta = read_meta(sources[0]).model_copy(update={"samples": length, "checksums": {}, "id": target.name})
    write_meta(target, with_checksums(target, meta))
    return target


def _piece(source: Path) -> _Piece:
    tracks = {name: read_track(source, name) for name in TRACKS}
    length = min(len(track) for track in tracks.values())
    lines = (source / EVENTS).read_text(encoding="utf-8").splitlines()
    return _Piece(
        [to_json(from_line(line)[1]) for line in lines],
        {name: track[:length] for name, track in tracks.items()},
        length,
    )


def _copied(row: Sequence[_Piece]) -> Iterator[dict[str, Any]]:
    begun, counts = 0, dict.fromkeys(_COUNTED, 0)
    for number, piece in enumerate(row):
        for record in piece.records:
            begins = record["type"] == "SessionStarted"
            if record["type"] in _ONCE and (number if begins else number < len(row) - 1):
                continue
            moved = dict(record)
            for name in ("at", "onset", "end", "when"):
                if isinstance(moved.get(name), int):
                    moved[name] = min(moved[name], piece.length) + begun
            if moved["type"] == "Transcribed":
                moved["words"] = [[text, start + begun, end + begun] for text, start, end in moved["words"]]
            for name in _COUNTED:
                if isinstance(moved.get(name), int):
                    moved[name] += counts[name]
            yield moved
        begun += piece.length
        for name in _COUNTED:
            counts[name] += 1 + max((record.get(name, 0) for record in piece.records), default=0)
