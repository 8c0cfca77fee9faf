"""Earlier sessions as records of attempts: which drill comes next, and what a qualification has used up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from pathlib import Path

from voicesim.engine.events import End
from voicesim.errors import VoicesimError
from voicesim.review.certificate import CERTIFICATE, Certificate, read_certificate
from voicesim.review.qualification import Standing, standing
from voicesim.review.scoring import score_bundle
from voicesim.scoring.rubric import Rubric
from voicesim.scoring.scorecard import StandardResult
from voicesim.session.meta import SessionMeta, read_meta
from voicesim.session.reader import open_bundle


def kept_sessions(folder: Path) -> Iterator[tuple[Path, SessionMeta]]:
    """The sessions in a folder, oldest first; what is no session, or is damaged, is passed over."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        try:
            found.append((path, read_meta(path)))
        except (VoicesimError, OSError):
            continue
    yield from sorted(found, key=lambda session: session[1].created)


def drills_done(folder: Path, owner: str = "") -> Counter[str]:
    """How often somebody has held each drill: the account `owner`, or whoever has none."""
    held = (meta for _, meta in kept_sessions(folder) if meta.mode == "drill" and meta.owner == owner)
    return Counter(meta.scenario.id for meta in held)


def next_drill(drills: Iterable[str], done: Counter[str]) -> str:
    """The one held least often so far; of several, the first in their order."""
    return min(drills, key=lambda name: done[name])


@dataclass(frozen=True)
class Attempts:
    """What is known of somebody's attempts at a qualification."""

    counted: tuple[tuple[date, StandardResult], ...]
    """Live attempts that came to an end, oldest first."""
    broken_off: int
    """Attempts that were stopped, or cut off. They do not count, and are named on the certificate."""

    @property
    def standing(self) -> Standing | None:
        """Where the person stands; None before the first attempt."""
        return standing(self.counted) if self.counted else None


def qualification_attempts(folder: Path, trainee: str, rubric: Rubric, sealed: Iterable[Path] = ()) -> Attempts:
    """Read somebody's attempts from the sessions in a folder.

    Args:
        folder: where sessions are kept.
        trainee: the name as it was given; upper and lower case and spaces make no difference.
        rubric: what is judged by; attempts under another one do not count.
        sealed: readable copies of the encrypted sessions among them, each there until the next is asked for.
    """
    counted: list[tuple[str, StandardResult]] = []
    broken_off = 0
    for path, meta in chain(kept_sessions(folder), ((path, read_meta(path)) for path in sealed)):
        if not attempt_of(meta, trainee):
            continue
        result = _result(path, rubric)
        if result is None:
            broken_off += 1
        else:
            counted.append((meta.created, result))
    counted.sort(key=lambda attempt: datetime.fromisoformat(attempt[0]))
    return Attempts(tuple((datetime.fromisoformat(created).date(), result) for created, result in counted), broken_off)


def attempt_of(meta: SessionMeta, trainee: str) -> bool:
    """Whether a session is a live qualification of somebody's."""
    return meta.mode == "qualify" and meta.driver == "soundcard" and same_name(meta.trainee) == same_name(trainee)


def same_name(name: str) -> str:
    """A name without what people write differently from day to day."""
    return " ".join(name.split()).casefold()


def came_to_an_end(path: Path) -> bool:
    """Whether a session ended in one of its endings."""
    return any(isinstance(record, End) and record.reason == "ending" for record in open_bundle(path).records)


def _result(path: Path, rubric: Rubric) -> StandardResult | None:
    """What the attempt was judged; where nobody came to write it down (the power failed), it is judged now."""
    if (path / CERTIFICATE).exists():
        found: Certificate = read_certificate(path / CERTIFICATE)
        return found.standard if found.rubric_id == rubric.id and found.finished else None
    return score_bundle(open_bundle(path), rubric).standard if came_to_an_end(path) else None
