"""The last few sessions somebody replayed, ready to be sent again: reading an hour of talk takes a second or two."""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread

from voicesim.errors import VoicesimError
from voicesim.review.scoring import OVERRIDES, SCORECARD
from voicesim.session.cached import forget_cached
from voicesim.session.meta import META
from voicesim.session.names import EVENTS, SCENARIO
from voicesim.session.reader import read_records
from voicesim.timebase import seconds
from voicesim.web.replay.model import Replay
from voicesim.web.replay.opening import readable
from voicesim.web.replay.peaks import forget_peaks
from voicesim.web.replay.tracks import Tracks, sound_key

_REMEMBERED = 6
"""Sessions kept ready, up to a megabyte for each hour."""
_READ = (META, EVENTS, SCENARIO, SCORECARD, OVERRIDES)

_lock = Lock()
_recent: dict[tuple[str, str, bool], Future[bytes]] = {}


def replay_json(folder: Path, judged: bool) -> bytes:
    """A session's replay as JSON text.

    Args:
        folder: the session's.
        judged: whether scores, labels and her side are shown; without them it holds what was said and when, nothing else.

    Raises:
        BadInputError: the session cannot be read.
    """
    key = (str(folder), _stamp(folder), judged)
    with _lock:
        found = _recent.pop(key, None)
        mine = found is None
        if found is None:
            found = Future()
        _recent[key] = found  # the last used come last
        while len(_recent) > _REMEMBERED:
            del _recent[next(iter(_recent))]
    if mine:
        try:
            found.set_result(_built(folder, judged))
        except BaseException as error:
            with _lock:
                _recent.pop(key, None)
            found.set_exception(error)
    return found.result()  # whoever asks meanwhile waits, and nothing is worked out twice


def prepare(folder: Path, judged: bool) -> None:
    """Begin to read a session whose page was just asked for: by the time its script asks, much of it is done."""

    def reading() -> None:
        with suppress(VoicesimError, OSError), readable(folder) as plain:
            replay_json(plain, judged)

    Thread(target=reading, name="prepare-replay", daemon=True).start()


def forget(name: str) -> None:
    """Let go of what memory and the cache hold of a session that is being deleted."""
    with _lock:
        _recent.clear()
    forget_peaks()
    forget_cached(name)


def length_of(folder: Path) -> int:
    """Samples of a session: of its sound, or as far as its log goes where there is no sound."""
    with Tracks(folder) as tracks:
        return tracks.length or _reach(folder)


def _reach(folder: Path) -> int:
    return max((record.at for record in read_records(folder / EVENTS)[0]), default=0)


def _stamp(folder: Path) -> str:
    """Another one whenever a file is that the replay is read from."""
    parts = [sound_key(folder)]
    for name in _READ:
        try:
            status = (folder / name).stat()
        except OSError:
            parts.append(name)
        else:
            parts.append(f"{name} {status.st_size} {status.st_mtime_ns}")
    return "\n".join(parts)


def _built(folder: Path, judged: bool) -> bytes:
    from voicesim.web.replay.story import replay_of

    with Tracks(folder) as tracks:
        trouble = tracks.trouble
    found = replay_of(folder, seconds(length_of(folder)), trouble)
    return (found if judged else without_judgement(found)).model_dump_json().encode()


def without_judgement(replay: Replay) -> Replay:
    """Only what was said and when: for those who are not shown the scores yet, or are to say what they heard themselves."""
    plain = tuple(
        entry.model_copy(
            update={
                "tags": (),
                "parts": tuple(
                    part.model_copy(update={"tags": (), "words": tuple((*word[:3], "") for word in part.words)})
                    for part in entry.parts
                ),
            }
        )
        for entry in replay.entries
    )
    kept = tuple(mark for mark in replay.marks if mark.kind in ("silence", "hesitation", "standstill"))
    return replay.model_copy(
        update={
            "judged": False,
            "entries": plain,
            "marks": kept,
            "question_lines": (),
            "questions": (),
            "states": (),
            "feelings": (),
            "disclosures": (),
            "ending": "",
            "score": None,
        }
    )
