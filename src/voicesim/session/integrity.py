"""Checks a session's files against what was written, and says of a damaged one what is still good."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path
from typing import Literal

from voicesim.errors import BadInputError, VoicesimError
from voicesim.scenario.load import load_scenario
from voicesim.session.checksums import file_sha256, meta_sha256
from voicesim.session.flac_frames import good_spans, stream_info
from voicesim.session.meta import META, SessionMeta, read_meta
from voicesim.session.names import EVENTS, SCENARIO
from voicesim.session.reader import read_records
from voicesim.session.tracks import TRACKS, TrackName, growing_length
from voicesim.timebase import SAMPLE_RATE, clock

State = Literal["good", "unproven", "damaged", "missing"]
"""``unproven``: nothing wrong is seen, and there is no checksum to prove it by."""


@dataclass(frozen=True)
class Finding:
    """One file of a session."""

    file: str
    state: State
    says: str
    """For a person: what is wrong, and what is still good."""
    good: tuple[tuple[int, int], ...] = ()
    """Of a track, the good stretches: samples, from and to."""


@dataclass(frozen=True)
class Checked:
    """A whole session."""

    folder: Path
    findings: tuple[Finding, ...]

    @property
    def damaged(self) -> bool:
        """Whether anything that was recorded is gone."""
        return any(finding.state in ("damaged", "missing") for finding in self.findings)


def check_session(folder: Path) -> Checked:
    """Check every file that cannot be made again: metadata, scenario, log and both tracks.

    A session made before there were checksums, or interrupted before its closing, is checked by what its files know of themselves:
    each line of the log has a checksum, FLAC one of all its sound and one for each frame.

    Raises:
        BadInputError: there is no session.
    """
    if not folder.is_dir():
        raise BadInputError(f"There is no folder {folder}.", "Name the folder that `voicesim practice` printed.")
    meta, of_meta = _check_meta(folder)
    sums = meta.checksums if meta else {}
    removed = meta.sound_removed[:10] if meta else ""
    tracks = (_check_track(folder, name, sums, removed) for name in TRACKS)
    return Checked(
        folder, (of_meta, _check_scenario(folder, meta, sums), _check_log(folder, meta, sums.get(EVENTS)), *tracks)
    )


def _check_meta(folder: Path) -> tuple[SessionMeta | None, Finding]:
    try:
        meta = read_meta(folder)
        data = json.loads((folder / META).read_text(encoding="utf-8"))
    except (VoicesimError, OSError, ValueError) as error:
        problem = error.problem if isinstance(error, VoicesimError) else str(error)
        state: State = "damaged" if (folder / META).exists() else "missing"
        return None, Finding(META, state, problem)
    if META not in meta.checksums:
        closed = "made before there were checksums" if meta.state == "complete" else "the session was never closed"
        return meta, Finding(META, "unproven", f"readable; {closed}")
    if meta_sha256(data) != meta.checksums[META]:
        return meta, Finding(META, "damaged", "readable, but not as it was written; do not rely on what it says")
    return meta, Finding(META, "good", "as it was written")


def _check_scenario(folder: Path, meta: SessionMeta | None, sums: dict[str, str]) -> Finding:
    path = folder / SCENARIO
    if not path.exists():
        return Finding(SCENARIO, "missing", "the scenario as it was played is gone")
    try:
        whole = not sums.get(SCENARIO) or file_sha256(path) == sums[SCENARIO]
        loaded = load_scenario(path)
    except (VoicesimError, OSError) as error:
        return Finding(SCENARIO, "damaged", _first_line(error))
    if not whole or (meta and loaded.sha256 != meta.scenario.sha256):
        return Finding(SCENARIO, "damaged", "readable, but not the scenario that was played")
    if meta is None:
        return Finding(SCENARIO, "unproven", "readable; what was played is not known without meta.json")
    return Finding(SCENARIO, "good", "as it was played")


def _check_log(folder: Path, meta: SessionMeta | None, wanted: str | None) -> Finding:
    path = folder / EVENTS
    if not path.exists():
        return Finding(
            EVENTS, "missing", "what was said and done is gone; the sound can be scored with `voicesim analyze`"
        )
    try:
        records, notes = read_records(path)
        same = wanted is None or file_sha256(path) == wanted
    except (VoicesimError, OSError) as error:
        return Finding(EVENTS, "damaged", _first_line(error))
    upto = f"{len(records)} records are good" + (f", up to {clock(records[-1].at)}" if records else "")
    if notes:
        torn = meta is not None and meta.state != "complete" and "cut off" in notes[0]
        return Finding(EVENTS, "unproven" if torn else "damaged", f"{notes[0].removeprefix(f'{EVENTS}: ')} {upto}")
    if not same:
        return Finding(EVENTS, "damaged", f"whole lines are missing at its end, or were exchanged; {upto}")
    return Finding(EVENTS, "good", f"all {len(records)} records are good")  # each has its own checksum


def _check_track(folder: Path, name: TrackName, sums: dict[str, str], removed: str) -> Finding:
    growing, finished = folder / f"{name}.wav", folder / f"{name}.flac"
    if growing.exists() and not finished.exists():
        length = growing_length(growing)
        if not length:
            return Finding(growing.name, "good", "no sound was recorded")
        return Finding(
            growing.name, "unproven", f"{clock(length)} of sound; not closed yet, so nothing proves it", ((0, length),)
        )
    if removed and not finished.exists():
        return Finding(finished.name, "good", f"deleted on {removed}, as the rules of retention ask for")
    if not finished.exists():
        return Finding(finished.name, "missing", "the track is gone")
    try:
        return _check_flac(finished, sums.get(finished.name))
    except OSError as error:
        return Finding(finished.name, "damaged", f"it cannot be read: {error.strerror}")


def _check_flac(path: Path, wanted: str | None) -> Finding:
    with path.open("rb") as file:
        info = stream_info(file.read(42))
    if info is not None and int(info.md5, 16) and _sound_md5(path) == info.md5:
        if wanted is not None and file_sha256(path) != wanted:
            return Finding(
                path.name, "damaged", "all its sound is as it was recorded; the file around it was changed",
                ((0, info.samples),),
            )  # fmt: skip
        return Finding(path.name, "good", f"{clock(info.samples)} of sound, as it was recorded", ((0, info.samples),))
    spans = good_spans(path)
    length = sum(end - begin for begin, end in spans)
    of = f" of {clock(info.samples)}" if info and info.samples else ""
    where = ", ".join(f"{clock(begin)} to {clock(end)}" for begin, end in spans[:6]) + (", …" if len(spans) > 6 else "")
    return Finding(path.name, "damaged", f"good: {clock(length)}{of}" + (f" ({where})" if spans else ""), spans)


def _sound_md5(path: Path) -> str:
    """Of the decoded samples; empty when they cannot all be decoded."""
    digest = md5(usedforsecurity=False)
    for data in _decoded(path):
        if data is None:
            return ""
        digest.update(data)
    return digest.hexdigest()


def _decoded(path: Path) -> Iterator[bytes | None]:
    import soundfile

    try:
        with soundfile.SoundFile(path) as file:
            if file.samplerate != SAMPLE_RATE or file.channels != 1:
                yield None
                return
            while len(block := file.read(1 << 20, dtype="int16")):
                yield block.astype("<i2", copy=False).tobytes()
    except (soundfile.SoundFileError, RuntimeError, OSError):
        yield None


def _first_line(error: Exception) -> str:
    text = error.problem if isinstance(error, VoicesimError) else str(error)
    return (text.splitlines() or [""])[0]
