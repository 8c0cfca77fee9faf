"""Finds sessions that were interrupted and closes them as they would have closed themselves.

What was recorded is never put at risk: a track's WAV goes only when its FLAC lies on the disk and was read back; a log that has to
be shortened is kept as it was found; `meta.json` says "complete" last. Interrupted itself, mending can be done again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from voicesim.errors import BadInputError, StorageError, VoicesimError
from voicesim.scenario.load import library, load_scenario
from voicesim.session.checksums import with_checksums
from voicesim.session.disk import for_its_owner_only, write_atomically
from voicesim.session.in_use import in_use, just_now
from voicesim.session.meta import META, SessionMeta, read_meta, write_meta
from voicesim.session.names import EVENTS, EVENTS_AS_FOUND, SCENARIO
from voicesim.session.reader import read_records
from voicesim.session.tracks import TRACKS, compress, growing_length, read_track
from voicesim.session.transcript import TRANSCRIPT, write_transcript
from voicesim.session.writer import storage_error
from voicesim.timebase import FRAME, clock

MADE_AGAIN = (TRANSCRIPT, "scorecard.json", "report.html")
"""What a closed session has beside its recording, and can always be given again."""

_BEING_WRITTEN = 20.0
"""Seconds: a half-written file younger than this may belong to a `voicesim report` that is at work."""


@dataclass(frozen=True)
class Interrupted:
    """A session that was not closed."""

    folder: Path
    created: str
    """ISO 8601; empty where the metadata cannot be read."""
    title: str
    samples: int
    """How much sound there is: of the longer track."""
    records: int
    running: bool
    """Whether a process is recording it at this moment: then it is not interrupted, and not touched."""
    missing: tuple[str, ...]
    """What mending does or cannot do, each in plain words."""
    hopeless: str = ""
    """Why it cannot be mended; empty when it can."""


def find_interrupted(folder: Path) -> tuple[Interrupted, ...]:
    """The interrupted sessions in a folder of sessions, or the folder itself if it is one; oldest first.

    Raises:
        BadInputError: there is no such folder.
    """
    if not folder.is_dir():
        raise BadInputError(f"There is no folder {folder}.", "Name a session, or the folder that holds your sessions.")
    found = [one for one in map(look_at, _sessions(folder)) if one is not None]
    return tuple(sorted(found, key=lambda one: (one.created, one.folder.name)))


def all_sessions(folder: Path) -> tuple[Path, ...]:
    """Every session in a folder, or the folder itself if it is one; by name."""
    return tuple(sorted(_sessions(folder)))


def _sessions(folder: Path) -> Iterator[Path]:
    if _looks_like_a_session(folder):
        yield folder
        return
    try:
        inside = list(folder.iterdir())
    except OSError as error:
        raise BadInputError(f"{folder} cannot be looked into: {error.strerror}.", "Check who may read it.") from None
    yield from (each for each in inside if each.is_dir() and _looks_like_a_session(each))


def _looks_like_a_session(folder: Path) -> bool:
    return any((folder / name).exists() for name in (META, EVENTS))


def look_at(folder: Path) -> Interrupted | None:
    """What there is of a session; None when it is closed and whole."""
    try:
        meta: SessionMeta | None = read_meta(folder)
        hopeless = ""
    except VoicesimError as error:
        meta, hopeless = None, error.problem
    running = in_use(folder / EVENTS, *(folder / f"{name}.wav" for name in TRACKS))
    wanting = tuple(_wanting(folder, meta))
    if meta is not None and meta.state == "complete" and not wanting:
        return None
    if not hopeless and not (folder / SCENARIO).exists() and _bundled_scenario(meta) is None:
        hopeless = f"{folder / SCENARIO} is missing, and it is no bundled scenario of this version."
    if not hopeless and not (folder / EVENTS).exists():
        hopeless = f"{folder / EVENTS} is missing; its sound can be scored with `voicesim analyze`."
    records = read_records(folder / EVENTS)[0] if (folder / EVENTS).exists() else ()
    return Interrupted(
        folder, meta.created if meta else "", meta.scenario.title if meta else "", _length(folder), len(records), running,
        wanting, hopeless,
    )  # fmt: skip


def _wanting(folder: Path, meta: SessionMeta | None) -> Iterator[str]:
    """What a closed session has and this one lacks."""
    closed = meta is not None and meta.state == "complete"
    if not closed:
        yield "it was never closed"
    if (folder / EVENTS).exists() and not closed:
        notes = read_records(folder / EVENTS)[1]
        yield from (f"the log: {note.removeprefix(f'{EVENTS}: ').partition(';')[0]}" for note in notes)
    if not (folder / SCENARIO).exists() and not closed:
        yield "the scenario is missing"
    for name in TRACKS:
        if (folder / f"{name}.wav").exists():
            if not closed or growing_length(folder / f"{name}.wav"):
                yield f"the {name}'s track is not compressed"
        elif not (folder / f"{name}.flac").exists() and not closed:
            yield f"the {name}'s track is missing"
    scraps = _scraps(folder)
    yield from (f"{each.name} is half-written" for each in scraps)
    if not closed or scraps or (meta is not None and meta.recovered):
        yield from (f"no {name}" for name in MADE_AGAIN if not (folder / name).exists())


def _scraps(folder: Path) -> list[Path]:
    """Half-written files that nobody is writing any more. The whole files they were to become are there, or can be made again."""
    return sorted(scrap for scrap in folder.glob(".*.part") if not just_now(scrap, _BEING_WRITTEN))


def _length(folder: Path) -> int:
    lengths = [growing_length(path) for name in TRACKS if (path := folder / f"{name}.wav").exists()]
    for name in TRACKS:
        if (folder / f"{name}.flac").exists() and not (folder / f"{name}.wav").exists():
            try:
                lengths.append(len(read_track(folder, name)))
            except VoicesimError:
                continue
    return max(lengths, default=0)


def mend(folder: Path) -> tuple[str, ...]:
    """Close an interrupted session: scenario, log, tracks, transcript, metadata. Does nothing to one that is closed and whole.

    The scorecard and the report are readings of the mended session and not made here.

    Returns:
        What was done and what could not be saved, each in plain words; empty when there was nothing to do.

    Raises:
        BadInputError: it is no session, it cannot be mended, or it is being recorded at this moment.
        StorageError: the disk would not take it; everything is as it was, or mended in part.
    """
    found = look_at(folder)
    if found is None:
        return ()
    if found.running:
        raise BadInputError(f"{folder} is being recorded at this moment.", "Let the session end first.")
    if found.hopeless:
        raise BadInputError(found.hopeless.rstrip(".") + ".", "Take the file from a copy, if there is one.")
    meta = read_meta(folder)
    try:
        done = [*_mend_scenario(folder, meta), *_mend_log(folder), *_mend_tracks(folder)]
        records, _ = read_records(folder / EVENTS)
        if meta.state != "complete" or not (folder / TRANSCRIPT).exists():
            write_transcript(folder, records)
            done.append("transcript written")
        for scrap in _scraps(folder):
            scrap.unlink()
            done.append(f"half-written {scrap.name} removed")
        if meta.state != "complete" or any("compressed" in each for each in done):
            now = datetime.now().astimezone().isoformat(timespec="seconds")
            ended = meta.ended or _last_written(folder)
            changes = {"state": "complete", "ended": ended, "samples": _length(folder), "recovered": now}
            write_meta(folder, with_checksums(folder, meta.model_copy(update=changes)))
            done.append("closed")
    except OSError as error:
        raise storage_error(folder, error) from error
    return tuple(done)


def _last_written(folder: Path) -> str:
    """When the recording stopped."""
    names = (EVENTS, EVENTS_AS_FOUND, *(f"{name}.wav" for name in TRACKS))
    times = [(folder / name).stat().st_mtime for name in names if (folder / name).exists()]
    return datetime.fromtimestamp(max(times)).astimezone().isoformat(timespec="seconds") if times else ""


def _bundled_scenario(meta: SessionMeta | None) -> str | None:
    """The text of the scenario that was played, if this version brings the very same."""
    if meta is None or meta.scenario.id not in library():
        return None
    loaded = load_scenario(meta.scenario.id)
    return loaded.text if loaded.sha256 == meta.scenario.sha256 else None


def _mend_scenario(folder: Path, meta: SessionMeta) -> Iterator[str]:
    text = None if (folder / SCENARIO).exists() else _bundled_scenario(meta)
    if text is not None:
        write_atomically(folder / SCENARIO, text)
        yield "scenario put back"


def _mend_log(folder: Path) -> Iterator[str]:
    """Cut the log after its last whole record. What was found is kept beside it."""
    path = folder / EVENTS
    records, notes = read_records(path)
    if not notes:
        return
    found = path.read_bytes()
    kept = folder / EVENTS_AS_FOUND
    if not kept.exists():
        with open(kept, "wb", opener=for_its_owner_only) as file:
            file.write(found)
            file.flush()
            os.fsync(file.fileno())
        if kept.read_bytes() != found:
            raise StorageError(f"{kept} could not be written.", "Check the disk.")
    good = b"".join(line + b"\n" for line in found.split(b"\n")[: len(records)])
    write_atomically(path, good.decode("utf-8"), private=True)
    again, left = read_records(path)
    if again != records or left:
        raise StorageError(f"{path} could not be read back.", f"The log as it was found is in {kept}.")
    yield f"log cut after record {len(records)}; as it was found, it is kept in {kept.name}"


def _mend_tracks(folder: Path) -> Iterator[str]:
    """Close growing tracks, the shorter one filled up with silence."""
    length = _length(folder)
    for name in TRACKS:
        path = folder / f"{name}.wav"
        if not path.exists():
            if not (folder / f"{name}.flac").exists():
                yield f"the {name}'s track is lost"
            continue
        lacking = length - growing_length(path)
        if not length:
            continue
        compress(folder, name, silence=lacking)
        late = f", {clock(lacking)} of it silence" if lacking > FRAME else ""
        yield f"{name}'s track compressed: {clock(length)}{late}"
