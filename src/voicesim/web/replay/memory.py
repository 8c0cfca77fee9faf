"""The last few sessions somebody replayed, ready to be sent again: reading an hour of talk takes a second or two."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from voicesim.review.scoring import OVERRIDES, SCORECARD
from voicesim.session.cached import forget_cached
from voicesim.session.meta import META
from voicesim.session.names import EVENTS, SCENARIO
from voicesim.session.reader import read_records
from voicesim.timebase import seconds
from voicesim.web.replay.model import Replay
from voicesim.web.replay.peaks import forget_peaks
from voicesim.web.replay.tracks import Tracks, sound_key

_READ = (META, EVENTS, SCENARIO, SCORECARD, OVERRIDES)


def replay_json(folder: Path, judged: bool) -> bytes:
    """A session's replay as JSON text.

    Args:
        folder: the session's.
        judged: whether scores, labels and her side are shown; without them it holds what was said and when, nothing else.

    Raises:
        BadInputError: the session cannot be read.
    """
    return _built(str(folder), _stamp(folder), judged)


def forget(name: str) -> None:
    """Let go of what memory and the cache hold of a session that is being deleted."""
    _built.cache_clear()
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


@lru_cache(maxsize=6)
def _built(folder: str, stamp: str, judged: bool) -> bytes:
    from voicesim.web.replay.story import replay_of

    path = Path(folder)
    with Tracks(path) as tracks:
        trouble = tracks.trouble
    found = replay_of(path, seconds(length_of(path)), trouble)
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
