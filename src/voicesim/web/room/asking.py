"""What several of the room's routes look up: sessions by name for somebody, and which are being held."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import HTTPException, Query, Request

from voicesim.web.access import Person, seen_session
from voicesim.web.room.release import NOT_RELEASED, NOT_SHARED, shows_scores
from voicesim.web.sessions.kept import KeptSession
from voicesim.web.world import world

SessionName = Annotated[str, Query(min_length=1, max_length=150, description="The name of a session's folder.")]


def running_now(request: Request) -> frozenset[str]:
    """Folders of the sessions that are being held at this moment."""
    here = world(request)
    folders = here.sessions.iterdir() if here.sessions.is_dir() else ()
    return frozenset(path.name for path in folders if here.hall.recording_in(path.name))


def scored(request: Request, name: str, person: Person) -> tuple[Path, KeptSession]:
    """A session by its name, where this person may see it with its scores.

    Raises:
        BadInputError: there is none, or this person may not see it.
        HTTPException: its scores are not shown to this person, or it is still running.
    """
    path, session = seen_session(request, name, person)
    if not shows_scores(person, path):
        raise HTTPException(403, NOT_RELEASED if session.owner == person.id else NOT_SHARED)
    if world(request).hall.recording_in(name):
        raise HTTPException(409, "This session is still running.")
    return path, session
