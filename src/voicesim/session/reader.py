"""Opening a session's folder, whole or cut off anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from voicesim.engine.events import Record
from voicesim.errors import BadInputError
from voicesim.scenario.check import refuse_broken
from voicesim.scenario.load import load_scenario
from voicesim.scenario.model import Scenario
from voicesim.session import codec
from voicesim.session.meta import SessionMeta, read_meta
from voicesim.session.names import EVENTS, SCENARIO
from voicesim.session.tracks import TRACKS, TrackName, read_track

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Bundle:
    """A recorded session. `notes` says in plain words what is missing or damaged; empty when all is well."""

    path: Path
    meta: SessionMeta
    records: tuple[Record, ...]
    notes: tuple[str, ...] = ()

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario as it was played.

        Raises:
            BadInputError: it cannot be read, or is damaged.
        """
        loaded = load_scenario(str(self.path / SCENARIO))
        refuse_broken(loaded, names_only=True)
        return loaded.scenario

    def track(self, name: TrackName) -> NDArray[np.int16]:
        """One track, cut to the length both have. Mono int16 at 16 kHz, shape (n,)."""
        tracks = {each: read_track(self.path, each) for each in TRACKS}
        return tracks[name][: min(len(track) for track in tracks.values())]


def open_bundle(path: Path | str) -> Bundle:
    """Open a session's folder.

    A log that was cut off (the process was killed, the power failed) is read up to its last whole record.

    Raises:
        BadInputError: this is no session, or it was made by a newer version.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise BadInputError(f"There is no folder {folder}.", "Name the folder that `voicesim practice` printed.")
    meta = read_meta(folder)
    records, notes = read_records(folder / EVENTS)
    if meta.sound_removed:
        notes = (*notes, f"Its sound was deleted on {meta.sound_removed[:10]}; what was said is here.")
    for name in () if meta.sound_removed else TRACKS:
        if not any((folder / f"{name}{ending}").exists() for ending in (".wav", ".flac")):
            notes = (*notes, f"The {name}'s track is missing.")
    if meta.state != "complete":
        notes = (*notes, "The session was interrupted; everything up to that moment is here.")
    elif meta.recovered:
        notes = (*notes, f"The session was interrupted, and mended on {meta.recovered[:10]}.")
    return Bundle(folder, meta, records, notes)


def read_records(path: Path) -> tuple[tuple[Record, ...], tuple[str, ...]]:
    """The records of a log up to the first damaged line, and a note if there was one."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return (), (f"{path.name} is missing.",)
    except OSError as error:
        raise BadInputError(f"{path} cannot be read: {error.strerror}.", "Check who may read it.") from None
    return records_in(data, path.name)


def records_in(data: bytes, name: str = EVENTS) -> tuple[tuple[Record, ...], tuple[str, ...]]:
    """The same of a log's bytes, wherever they come from; `name` is for the note."""
    lines = data.split(b"\n")
    records: list[Record] = []
    for number, line in enumerate(lines):
        if not line:
            continue
        try:
            counted, record = codec.from_line(line.decode("utf-8"))
            if counted != number:
                raise codec.DamagedLineError(f"record {counted} stands where {number} should")
        except ValueError as error:  # DamagedLineError and UnicodeDecodeError are of its kind
            torn = number == len(lines) - 1
            why = "its last line was cut off" if torn else f"line {number + 1} is damaged ({error})"
            return tuple(records), (f"{name}: {why}; read up to there.",)
        records.append(record)
    return tuple(records), ()
