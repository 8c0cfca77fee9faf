"""From sessions' folders to rows of the index, reading only what has changed."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, update

from voicesim.errors import VoicesimError
from voicesim.remarks.log import REMARKS, read_remarks
from voicesim.remarks.standing import standing
from voicesim.review.certificate import CERTIFICATE
from voicesim.review.scoring import SCORECARD
from voicesim.session.meta import META, read_meta
from voicesim.store.database import Database, clean
from voicesim.store.index_tables import PointsRow, SessionRow
from voicesim.store.keys import NoKeyError
from voicesim.store.sealed_folder import SEALED, is_sealed
from voicesim.store.sound import tracks
from voicesim.timebase import seconds

Opened = Callable[[Path], AbstractContextManager[Path]]
READ_FROM = (META, SCORECARD, CERTIFICATE, REMARKS, SEALED)
"""The files that a row is made of."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,149}")
_AT_ONCE = 500
"""Sessions written in one transaction: others get their turn in between."""
_NO_KEY = "?"
"""Behind the stamp of an encrypted session that was met without its key: it is tried again once the key is there."""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Refreshed:
    """What a refresh of the index found."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    same: int = 0
    unread: tuple[str, ...] = ()
    """Sessions that could not be read, each with why."""


def session_name(name: str) -> bool:
    """Whether a folder of this name can be a session's."""
    return _NAME.fullmatch(name) is not None


def refresh(database: Database, sessions: Path, opened: Opened | None, only: str = "") -> Refreshed:
    """Bring the index to what lies in a folder.

    Args:
        database: where the index is.
        sessions: the folder.
        opened: how a sealed session is made readable; None: it is not.
        only: just the session of this name; empty: all.
    """
    stamps = select(SessionRow.id, SessionRow.stamp)
    with database.reading() as db:
        known = {row[0]: row[1] for row in db.execute(stamps.where(SessionRow.id == only) if only else stamps)}
    found = {
        name: mark
        for name in ([only] if only else _names(sessions))
        if session_name(name) and (mark := stamp(sessions / name))
    }
    stale = [name for name, mark in found.items() if known.get(name) not in (mark, mark + _NO_KEY)]
    stale += _waiting([name for name, mark in found.items() if known.get(name) == mark + _NO_KEY], sessions, opened)
    gone = [name for name in known if name not in found]
    unread: list[str] = []
    for some in _several(stale):
        rows = [_read(sessions / name, found[name], opened) for name in some]
        unread += [f"{row['id']}: {row['problem']}" for row, _ in rows if row["problem"]]
        _write(database, rows, known)
    for some in _several(gone):
        with database.writing() as db:
            db.execute(delete(SessionRow).where(SessionRow.id.in_(some)))
    added = sum(name not in known for name in stale)
    return Refreshed(added, len(stale) - added, len(gone), len(found) - len(stale), tuple(unread))


def _waiting(names: list[str], sessions: Path, opened: Opened | None) -> list[str]:
    """Of encrypted sessions that were met without the key: all of them if it is at hand now. One is tried for all."""
    if not names or opened is None:
        return []
    try:
        with opened(sessions / names[0]):
            return names
    except NoKeyError:
        return []
    except (VoicesimError, OSError):
        return names


def stamp(folder: Path) -> str:
    """Of the sizes and times of what a row is made of; empty where no session lies."""
    marks: list[tuple[str, int, int]] = []
    base = str(folder)
    for name in READ_FROM:
        try:
            state = os.stat(os.path.join(base, name))
        except (OSError, ValueError):
            continue
        marks.append((name, state.st_mtime_ns, state.st_size))
    if not any(name in (META, SEALED) for name, _, _ in marks) or os.path.islink(base):
        return ""
    return blake2b(repr(marks).encode(), digest_size=16).hexdigest()


def _names(sessions: Path) -> Iterator[str]:
    try:
        with os.scandir(sessions) as entries:
            yield from (entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return


def _several(names: list[str]) -> Iterator[list[str]]:
    for at in range(0, len(names), _AT_ONCE):
        yield names[at : at + _AT_ONCE]


_Read = tuple[dict[str, Any], list[dict[str, Any]] | None]
"""A row, and its points; None: those that are known stay."""


def _write(database: Database, rows: list[_Read], known: dict[str, str]) -> None:
    with database.writing() as db:
        there = set(db.scalars(select(SessionRow.id).where(SessionRow.id.in_([row["id"] for row, _ in rows]))))
        fresh = [row for row, _ in rows if row["id"] not in there]
        if fresh:
            db.execute(insert(SessionRow), [{**_unknown(), **row} for row in fresh])
        for row, _ in rows:
            if row["id"] in there:
                db.execute(update(SessionRow).where(SessionRow.id == row["id"]).values(**row))
        anew = [row["id"] for row, points in rows if points is not None]
        db.execute(delete(PointsRow).where(PointsRow.session.in_(anew)))
        lines = [line for _, points in rows for line in points or ()]
        if lines:
            db.execute(insert(PointsRow), lines)


def _unknown() -> dict[str, Any]:
    return {
        "owner": "", "private": True, "scenario": "", "title": "", "mode": "", "driver": "", "attempt": 0, "trainee": "",
        "created": _LONG_AGO, "seconds": 0.0, "state": "unread", "rubric": "", "overall": None, "reviewed": None,
        "level": "", "passed": None, "expires": "", "review": "none", "feedback_asked": False, "sound": True, "sealed": False,
        "problem": "",
    }  # fmt: skip


def _read(folder: Path, mark: str, opened: Opened | None) -> _Read:
    """A session's row. What cannot be read is private: nobody is shown by mistake what was not meant for them."""
    base: dict[str, Any] = {"id": folder.name, "stamp": mark, "problem": "", "sealed": is_sealed(folder)}
    try:
        if not base["sealed"]:
            row, points = read_session(folder)
        elif opened is None:
            return base, None  # what was known before it was sealed still holds
        else:
            with opened(folder) as readable:
                row, points = read_session(readable)
    except NoKeyError:
        return {**base, "stamp": mark + _NO_KEY}, None
    except (VoicesimError, OSError, ValueError) as error:
        problem = error.problem if isinstance(error, VoicesimError) else f"it cannot be read ({error})"
        if base["sealed"]:
            return {**base, "problem": clean(problem, 300)}, None
        return {**_unknown(), **base, "problem": clean(problem, 300)}, []
    return {**_unknown(), **row, **base}, [{"session": folder.name, **line} for line in points]


def read_session(folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A readable session's row, without what only its place tells, and its points.

    Raises:
        VoicesimError: its metadata or its remarks cannot be read.
    """
    meta = read_meta(folder)
    row: dict[str, Any] = {
        "owner": clean(meta.owner, 36), "private": meta.private, "scenario": clean(meta.scenario.id, 100),
        "title": clean(meta.scenario.title, 200), "mode": meta.mode, "driver": meta.driver, "attempt": meta.attempt,
        "trainee": clean(meta.trainee, 200), "created": _moment(meta.created), "seconds": round(seconds(meta.samples), 1),
        "state": meta.state, "sound": not meta.sound_removed or any((folder / name).exists() for name in tracks()),
    }  # fmt: skip
    card = _json(folder / SCORECARD)
    standard = _dict(card.get("standard"))
    row |= {
        "rubric": clean(str(_dict(card.get("rubric")).get("id", "")), 64),
        "overall": _number(card.get("overall")),
        "reviewed": _number(card.get("overall_reviewed")),
        "level": clean(str(card.get("level") or ""), 16),
        "passed": bool(standard["met"]) if isinstance(standard.get("met"), bool) else None,
    }
    certificate = _json(folder / CERTIFICATE)
    if certificate:
        result = certificate.get("result")
        row["passed"] = {"passed": True, "not passed": False}.get(str(result))
        row["expires"] = clean(str(certificate.get("expires") or ""), 10)
    if (folder / REMARKS).exists():
        review = standing(read_remarks(folder).remarks)
        begun = bool(review.moments or review.criteria or review.labels or review.evaluations)
        signed = "changed" if review.changed_since else "signed"
        row["review"] = signed if review.signed else "begun" if begun else "none"
        row["feedback_asked"] = review.asked is not None and not review.answered
    return row, list(_points(card))


def _points(card: dict[str, Any]) -> Iterator[dict[str, Any]]:
    seen: set[str] = set()
    criteria = card.get("criteria")
    for place, one in enumerate(criteria if isinstance(criteria, list) else []):
        name = clean(str(_dict(one).get("id", "")), 64)
        if not name or name in seen:
            continue
        seen.add(name)
        machine = _number(one.get("points"))
        override, recounted = _dict(one.get("override")), _dict(one.get("recounted"))
        counted = _number(override["points"]) if "points" in override else machine
        if not override and recounted:
            counted = _number(recounted.get("points"))
        yield {
            "criterion": name, "place": place, "title": clean(str(one.get("title", name)), 200), "points": counted,
            "machine": machine, "value": _number(one.get("value")), "unit": clean(str(one.get("unit", "")), 40),
        }  # fmt: skip


def _json(path: Path) -> dict[str, Any]:
    """What a file holds; nothing where it is missing or damaged: `voicesim score` makes it anew."""
    try:
        return _dict(json.loads(path.read_bytes()))
    except (OSError, ValueError, RecursionError):
        return {}


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> float | None:
    number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15
    return float(value) if number else None


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return _LONG_AGO
    return found if found.tzinfo else found.replace(tzinfo=UTC)
