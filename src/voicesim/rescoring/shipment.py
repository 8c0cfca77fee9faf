"""A session as a handful of bytes: read where it lies, or sent to a worker that does not see it. Nothing is written anywhere.

Her track stays where it is: neither the words nor any measure need it.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from voicesim.errors import BadInputError
from voicesim.review.scoring import SCORECARD
from voicesim.scenario.model import Scenario
from voicesim.session.checksums import file_sha256
from voicesim.session.in_memory import NOWHERE, UnkeptBundle
from voicesim.session.meta import META, SessionMeta
from voicesim.session.names import EVENTS, SCENARIO
from voicesim.session.reader import records_in
from voicesim.session.tracks import growing_samples
from voicesim.timebase import SAMPLE_RATE
from voicesim.yamlfile import parse, validate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TRACKS = ("trainee.wav", "trainee.flac")
"""The growing one first: where it is still there, the other is not finished."""
_WHAT_NEXT = "See what is still good of it with `voicesim recover --check`."

Files = dict[str, bytes]


@dataclass(frozen=True)
class Sums:
    """SHA-256 of what a result rests on."""

    log: str
    sound: str
    """Empty where the sound was deleted on purpose, as the rules of retention ask for."""


def sums_of(folder: Path, meta: SessionMeta) -> Sums:
    """As they stand in the metadata of a closed session, else of the files; a worker compares them with what it reads.

    Raises:
        BadInputError: a file is missing or cannot be read.
    """
    track = next((name for name in _TRACKS if (folder / name).exists()), "")
    if not track and not meta.sound_removed:
        raise BadInputError(f"{folder} has no track of the trainee's.", _WHAT_NEXT)
    known = meta.checksums
    try:
        log = known.get(EVENTS) or file_sha256(folder / EVENTS)
        return Sums(log, (known.get(track) or file_sha256(folder / track)) if track else "")
    except OSError as error:
        name = Path(error.filename).name if error.filename else EVENTS
        raise BadInputError(f"{folder / name} cannot be read: {error.strerror}.", _WHAT_NEXT) from None


def pack(folder: Path) -> Files:
    """The files that a worker needs.

    Raises:
        FileNotFoundError: there is no such folder here.
        BadInputError: one of them is missing or cannot be read.
    """
    if not (folder / META).exists():
        raise FileNotFoundError(folder)
    track = next((name for name in _TRACKS if (folder / name).exists()), _TRACKS[-1])
    files: Files = {}
    for name in (META, EVENTS, SCENARIO, track, SCORECARD):
        try:
            files[name] = (folder / name).read_bytes()
        except FileNotFoundError:
            if name not in (SCORECARD, track):
                raise BadInputError(f"{folder} has no {name}.", _WHAT_NEXT) from None
        except OSError as error:
            raise BadInputError(f"{folder / name} cannot be read: {error.strerror}.", _WHAT_NEXT) from None
    return files


def unpack(files: Files, sums: Sums) -> UnkeptBundle:
    """The session in memory.

    Raises:
        BadInputError: it is damaged, or not what the sums say.
    """
    track = next((name for name in _TRACKS if name in files), _TRACKS[-1])
    for name, wanted in ((EVENTS, sums.log), (track, sums.sound)):
        if wanted and sha256(files.get(name, b"")).hexdigest() != wanted:
            raise BadInputError(f"{name} is damaged: it is not what was recorded.", _WHAT_NEXT)
    try:
        meta = SessionMeta.model_validate(json.loads(files[META]))
    except (ValueError, ValidationError, RecursionError):
        raise BadInputError(f"{META} cannot be read.", _WHAT_NEXT) from None
    records, notes = records_in(files[EVENTS])
    if not records:
        raise BadInputError(f"{EVENTS} holds nothing.", _WHAT_NEXT)
    scenario = validate(parse(files[SCENARIO].decode("utf-8", "replace"), SCENARIO), Scenario)
    return UnkeptBundle(NOWHERE, meta, records, notes, scenario, {"trainee": _samples(track, files.get(track, b""))})


def _samples(name: str, data: bytes) -> NDArray[np.int16]:
    import numpy as np
    import soundfile

    if not data:
        return np.zeros(0, dtype=np.int16)
    if name.endswith(".wav"):
        return growing_samples(data)
    try:
        sound, rate = soundfile.read(io.BytesIO(data), dtype="int16")
    except (soundfile.LibsndfileError, RuntimeError, OSError) as error:
        raise BadInputError(f"{name} is damaged: {str(error).rstrip('.')}.", _WHAT_NEXT) from None
    if rate != SAMPLE_RATE or sound.ndim != 1:
        raise BadInputError(f"{name} is not mono at {SAMPLE_RATE} Hz.", _WHAT_NEXT)
    samples: NDArray[np.int16] = sound
    return samples
