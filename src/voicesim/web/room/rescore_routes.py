"""Scoring sessions anew by another rubric: its page, and the run behind it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi import Path as InPath
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from voicesim.remarks.kinds import Name, Who
from voicesim.web.access import Person, instructor
from voicesim.web.accounts.audit import audit
from voicesim.web.pages import page
from voicesim.web.room.asking import running_now, scored
from voicesim.web.room.known import seen_by
from voicesim.web.room.people import names
from voicesim.web.room.rescore import RescoreShown, Rescoring
from voicesim.web.room.rubrics import chosen, rubrics
from voicesim.web.sessions.kept import KeptSession
from voicesim.web.world import Problem, world

router = APIRouter()
_Instructor = Annotated[Person, Depends(instructor)]
_Run = Annotated[str, InPath(pattern="^[0-9a-f]{16}$")]
_REFUSALS: dict[int | str, dict[str, object]] = {status: {"model": Problem} for status in (403, 404, 409, 422)}


class NewRescore(BaseModel):
    """By which rubric, and which sessions; none named: all that this person may judge."""

    model_config = ConfigDict(extra="forbid")

    rubric: Name
    sessions: Annotated[
        list[Annotated[str, StringConstraints(min_length=1, max_length=150)]] | None, Field(max_length=200)
    ] = None


@router.get("/room/rescore", include_in_schema=False)
def rescore_page(request: Request, person: _Instructor, session: str = "") -> HTMLResponse:
    """Choose a rubric, see what would change, keep it."""
    here = world(request)
    only = scored(request, session, person)[1] if session else None
    return page(
        "room/rescore",
        person=person,
        here="room",
        rubrics=list(rubrics(here.sessions).values()),
        only=only,
        count=len(_judged(request, person)),
    )


@router.post("/api/room/rescore", status_code=202, responses=_REFUSALS, summary="Score sessions anew by another rubric")
def begin(request: Request, person: _Instructor, wish: NewRescore) -> RescoreShown:
    """Begin; ask for how far it is. Nothing is kept before it is confirmed."""
    here, known = world(request), names(request)
    rubric = chosen(here.sessions, wish.rubric)
    if wish.sessions is None:
        sessions = _judged(request, person)
    else:
        sessions = [scored(request, name, person)[1] for name in dict.fromkeys(wish.sessions)]
        sessions = [one for one in sessions if person.alone or one.owner != person.id]
    todo = [(here.sessions / one.id, one, known.get(one.owner, "")) for one in sessions]
    return _runs(request).begin(person.id, rubric, todo)


@router.get("/api/room/rescore/{run}", responses=_REFUSALS, summary="How far it is, and what would change")
def look(request: Request, person: _Instructor, run: _Run) -> RescoreShown:
    """Each session before and after."""
    return _runs(request).look(person.id, run)


@router.post("/api/room/rescore/{run}/confirm", responses=_REFUSALS, summary="Keep what it found")
def confirm(request: Request, person: _Instructor, run: _Run) -> RescoreShown:
    """Keep the new scorecards; each session says who did it, and what was there before."""
    shown = _runs(request).confirm(run, Who(account=person.id, name=person.name), person.role)
    for row in shown.rows:
        audit(request, "override", session=row.session.id, detail="rescored")
    return shown


@router.delete("/api/room/rescore/{run}", responses=_REFUSALS, summary="Stop it; nothing is kept")
def stop(request: Request, person: _Instructor, run: _Run) -> RescoreShown:
    """Stop a run."""
    return _runs(request).cancel(person.id, run)


def _judged(request: Request, person: Person) -> list[KeptSession]:
    """All sessions this person may judge: others', and one's own where there is nobody else."""
    running = running_now(request)
    return [
        one for one in seen_by(request, person) if one.id not in running and (person.alone or one.owner != person.id)
    ]


def _runs(request: Request) -> Rescoring:
    """The runs of this application."""
    state = request.app.state
    if not hasattr(state, "rescoring"):
        state.rescoring = Rescoring()
    found: Rescoring = state.rescoring
    return found
