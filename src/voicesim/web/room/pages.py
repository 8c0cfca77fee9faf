"""The room's pages: the desk, what was given to oneself, the debrief for the big screen, two attempts side by side."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from voicesim.scenario.load import library, load_scenario
from voicesim.web.access import Person, instructor, seen_session, signed_in
from voicesim.web.pages import page
from voicesim.web.replay.opening import readable
from voicesim.web.room.asking import SessionName, Wish, on_desk, picked, running_now, scored, wished
from voicesim.web.room.comparing import Comparison, compare
from voicesim.web.room.desk import State, chosen, given_shown, session_tasks
from voicesim.web.room.known import all_kept
from voicesim.web.room.people import everybody
from voicesim.web.sessions.kept import KeptSession
from voicesim.web.world import world

router = APIRouter(include_in_schema=False)
_SignedIn = Annotated[Person, Depends(signed_in)]
_Instructor = Annotated[Person, Depends(instructor)]
_Seen = Annotated[tuple[Path, KeptSession], Depends(seen_session)]

_MOST = 300
"""Rows of one list; whoever has more chooses a trainee or a scenario."""
STATES: dict[State, str] = {
    "waiting": "Waiting for you",
    "asked": "Feedback asked for",
    "given": "Given as a task",
    "changed": "Changed since sign-off",
    "signed": "Signed off",
    "all": "All sessions",
}


@router.get("/room")
def room_page(request: Request, person: _Instructor, wish: Annotated[Wish, Depends(wished)]) -> HTMLResponse:
    """The instructor's desk."""
    here, today = world(request), date.today()
    rows = on_desk(request, person, today)
    counts = {each: len(chosen(rows, each)) for each in STATES}
    found = picked(rows, wish, person)
    trainees = {row.session.owner: row.trainee for row in rows if row.trainee}
    return page(
        "room/desk",
        person=person,
        here="room",
        rows=found[:_MOST],
        more=max(0, len(found) - _MOST),
        counts=counts,
        states=STATES,
        state=wish.state,
        trainee=wish.trainee,
        scenario=wish.scenario,
        mine=wish.mine,
        trainees=dict(sorted(trainees.items(), key=lambda one: one[1])),
        scenarios=dict(sorted({row.session.scenario: row.session.title for row in rows}.items())),
        running=running_now(request),
        given=given_shown(here.sessions, today),
        people=[one for one in everybody(request) if one.id != person.id],
        library=_library(),
        today=today,
    )


@router.get("/tasks")
def tasks_page(request: Request, person: _SignedIn) -> HTMLResponse:
    """What was given to whoever asks: scenarios to practise, sessions to listen to."""
    here, today = world(request), date.today()
    given = given_shown(here.sessions, today, person.id) if not person.alone else []
    sessions = session_tasks(all_kept(request), here.sessions, person.id, today) if not person.alone else []
    return page("room/tasks", person=person, here="tasks", given=given, sessions=sessions)


@router.get("/sessions/{name}/debrief")
def debrief_page(request: Request, person: _SignedIn, seen: _Seen) -> HTMLResponse:
    """The marked moments on the big screen."""
    running = world(request).hall.recording_in(seen[1].id)
    return page("room/debrief", person=person, here="sessions", session=seen[1], running=running)


@router.get("/compare")
def compare_page(request: Request, person: _SignedIn, a: SessionName, b: SessionName) -> HTMLResponse:
    """Two attempts side by side."""
    return page("room/compare", person=person, here="sessions", both=compared(request, person, a, b))


@cache
def _library() -> tuple[tuple[str, str], ...]:
    """Names and titles of the bundled scenarios."""
    return tuple((name, load_scenario(name).scenario.title) for name in library())


def compared(request: Request, person: Person, a: str, b: str) -> Comparison:
    """Two sessions side by side, where this person may see both with their scores."""
    (first, one), (second, other) = (scored(request, name, person) for name in (a, b))
    with readable(first) as left, readable(second) as right:
        return compare(world(request).sessions, (left, one), (right, other))
