"""The kept sessions: their list, one of them, its report, and deleting it for good."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from voicesim.store import deleting
from voicesim.web.access import Person, may_see, own_session, seen_session, signed_in
from voicesim.web.accounts.audit import by
from voicesim.web.guard import REPORT_POLICY
from voicesim.web.pages import page
from voicesim.web.replay.memory import forget
from voicesim.web.room.release import NOT_RELEASED, scored_session, shown_scores, shows_scores
from voicesim.web.sessions import kept
from voicesim.web.world import Problem, world

router = APIRouter()
_SignedIn = Annotated[Person, Depends(signed_in)]
_Seen = Annotated[tuple[Path, kept.KeptSession], Depends(seen_session)]
_Scored = Annotated[tuple[Path, kept.KeptSession], Depends(scored_session)]
_Own = Annotated[tuple[Path, kept.KeptSession], Depends(own_session)]


@router.get("/api/sessions", summary="The kept sessions, newest first")
def list_sessions(request: Request, person: _SignedIn) -> list[kept.KeptSession]:
    """The sessions that may be seen, newest first."""
    return _listed(request, person)


@router.get("/api/sessions/{name}", summary="One kept session", responses={404: {"model": Problem}})
def one_session(person: _SignedIn, seen: _Seen) -> kept.KeptSession:
    """One kept session."""
    return _shown(person, *seen)


@router.delete(
    "/api/sessions/{name}",
    summary="Delete a session for good",
    status_code=204,
    responses={404: {"model": Problem}, 409: {"model": Problem}},
)
def delete_session(request: Request, own: _Own) -> Response:
    """Delete a session: sound, log, scorecard and report, for good."""
    here = world(request)
    if here.hall.recording_in(own[1].id):
        raise HTTPException(409, "This session is still running. Stop it first.")
    forget(own[1].id)
    deleting.delete_session(here.store, own[0], by=by(request))
    return Response(status_code=204)


@router.get("/sessions", include_in_schema=False)
def sessions_page(request: Request, person: _SignedIn) -> HTMLResponse:
    """The kept sessions."""
    running = world(request).hall.recording_in
    found = [(one, running(one.id)) for one in _listed(request, person)]
    return page("sessions/sessions", person=person, here="sessions", sessions=found)


@router.get("/sessions/{name}", include_in_schema=False)
def session_page(request: Request, person: _SignedIn, seen: _Seen) -> HTMLResponse:
    """One kept session, with its report."""
    running = world(request).hall.recording_in(seen[1].id)
    session = _shown(person, *seen)
    return page(
        "sessions/session", person=person, here="sessions", session=session, running=running, not_released=NOT_RELEASED
    )


@router.get("/sessions/{name}/report", include_in_schema=False)
def report(seen: _Scored) -> HTMLResponse:
    """The report itself: what `voicesim report` writes."""
    return HTMLResponse(kept.report_of(seen[0]), headers={"Content-Security-Policy": REPORT_POLICY})


def _listed(request: Request, person: Person) -> list[kept.KeptSession]:
    """The sessions that may be seen, as this person may see them, newest first."""
    here = world(request)
    found = [one for one in kept.listed(here.sessions, here.store) if may_see(person, one)]
    shows = shown_scores(person, here.sessions)
    return [one if shows(one) else kept.without_score(one) for one in found]


def _shown(person: Person, path: Path, session: kept.KeptSession) -> kept.KeptSession:
    """A session as this person may see it."""
    return session if shows_scores(person, path) else kept.without_score(session)
