"""What several of the room's routes look up: sessions by name for somebody, which are being held, and the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from fastapi import HTTPException, Query, Request

from voicesim.remarks.kinds import Account
from voicesim.web.access import Person, seen_session
from voicesim.web.room.desk import DeskRow, State, chosen, desk
from voicesim.web.room.known import seen_by
from voicesim.web.room.people import names
from voicesim.web.room.release import NOT_RELEASED, NOT_SHARED, shows_scores
from voicesim.web.sessions.kept import KeptSession
from voicesim.web.world import world

SessionName = Annotated[str, Query(min_length=1, max_length=150, description="The name of a session's folder.")]


def running_now(request: Request) -> frozenset[str]:
    """Folders of the sessions that are being held at this moment."""
    here = world(request)
    folders = here.sessions.iterdir() if here.sessions.is_dir() else ()
    return frozenset(path.name for path in folders if here.hall.recording_in(path.name))


@dataclass(frozen=True)
class Wish:
    """Which sessions of the desk are asked for; empty: no matter."""

    state: State
    trainee: str
    """Account of whoever practised."""
    scenario: str
    mine: bool
    """Only those that were given to whoever asks."""


def wished(
    state: State = "waiting",
    trainee: Account = "",
    scenario: Annotated[str, Query(max_length=64)] = "",
    mine: bool = False,
) -> Wish:
    """The desk's filter, as it stands in the address."""
    return Wish(state, trainee, scenario, mine)


def on_desk(request: Request, person: Person, today: date) -> list[DeskRow]:
    """All sessions this person may see, newest first, each with where its review stands."""
    sessions = world(request).sessions
    return desk(seen_by(request, person), sessions, names(request), today, running_now(request))


def picked(rows: list[DeskRow], wish: Wish, person: Person) -> list[DeskRow]:
    """Those of the desk's rows that are asked for."""
    return chosen(rows, wish.state, wish.trainee, wish.scenario, person.id if wish.mine else "")


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
