"""The instructor's work: what is said about a session, judgements, release, sign-off; what waits, and what is given to whom."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi import Path as InPath
from pydantic import BaseModel, ConfigDict

from voicesim.remarks.given import give, given_tasks, take_back
from voicesim.remarks.kinds import Account, MaybeWords, Name, Who
from voicesim.scenario.load import library, load_scenario
from voicesim.store.opened import keep_changes
from voicesim.web.access import Person, instructor, seen_session, signed_in
from voicesim.web.accounts.audit import Deed, audit
from voicesim.web.replay.opening import readable
from voicesim.web.room import pages as room_pages
from voicesim.web.room import rescore_routes
from voicesim.web.room.asking import SessionName, Wish, on_desk, picked, wished
from voicesim.web.room.comparing import Comparison
from voicesim.web.room.debrief import Debrief, debrief
from voicesim.web.room.desk import DeskRow, GivenShown, given_shown
from voicesim.web.room.excerpt import LONGEST, excerpt
from voicesim.web.room.judging import say
from voicesim.web.room.labels_view import LabelsShown, labels_of
from voicesim.web.room.people import everybody, names
from voicesim.web.room.release import scored_session
from voicesim.web.room.review_view import ReviewShown, shown
from voicesim.web.room.saying import At, ToSay
from voicesim.web.sessions.kept import KeptSession
from voicesim.web.world import Problem, world

router = APIRouter()
router.include_router(room_pages.router)
router.include_router(rescore_routes.router)

_SignedIn = Annotated[Person, Depends(signed_in)]
_Instructor = Annotated[Person, Depends(instructor)]
_Seen = Annotated[tuple[Path, KeptSession], Depends(seen_session)]
_Scored = Annotated[tuple[Path, KeptSession], Depends(scored_session)]
_REFUSALS: dict[int | str, dict[str, object]] = {status: {"model": Problem} for status in (403, 404, 409, 422)}
_DEEDS: dict[str, Deed] = {
    "label": "override",
    "criterion": "override",
    "release": "release",
    "hold": "release",
    "assignment": "assignment",
    "invitation": "assignment",
    "sign_off": "sign-off",
    "evaluation": "evaluation",
}


class Said(BaseModel):
    """What was said, and the session's review as it now stands."""

    id: str
    review: ReviewShown


class NewTask(BaseModel):
    """A scenario for a trainee to practise."""

    model_config = ConfigDict(extra="forbid")

    to: Account
    scenario: Name
    due: date | None = None
    text: MaybeWords = ""


@router.get("/api/sessions/{name}/review", responses=_REFUSALS, summary="What people say about a session")
def review(request: Request, person: _SignedIn, seen: _Seen) -> ReviewShown:
    """A session's review: remarks by their place in it, judgements, release and sign-off, as far as this person may see them."""
    with readable(seen[0]) as folder:
        return shown(person, folder, seen[1], everybody(request))


@router.post(
    "/api/sessions/{name}/remarks", status_code=201, responses=_REFUSALS, summary="Say something about a session"
)
def add_remark(request: Request, person: _SignedIn, seen: _Seen, wish: ToSay) -> Said:
    """Comment, flag, commend, judge, evaluate, release, give, invite, ask, sign off, or withdraw one's own remark.

    Nothing that was said is ever changed: what is withdrawn is kept, and shown as withdrawn.
    """
    path, session = seen
    running = bool(world(request).hall.recording_in(session.id))
    people = everybody(request)
    with readable(path) as folder:
        made = say(person, folder, session, wish, running, {one.id: one.name for one in people})
        keep_changes(folder)
        answer = Said(id=made.id, review=shown(person, folder, session, people))
    audit(request, _DEEDS.get(wish.kind, "remark"), session=session.id, detail=wish.kind)
    return answer


@router.get("/api/sessions/{name}/labels", responses=_REFUSALS, summary="Labels that can be judged otherwise")
def labels(seen: _Scored) -> LabelsShown:
    """The trainee's sentences with their types, marks and moves, and every overlap, with what people judged already."""
    with readable(seen[0]) as folder:
        return labels_of(folder)


@router.get("/api/sessions/{name}/debrief", responses=_REFUSALS, summary="The marked moments, in order")
def debrief_of(request: Request, person: _SignedIn, seen: _Seen) -> Debrief:
    """The marked moments of a session in order, each with a lead-in and what was said in it."""
    with readable(seen[0]) as folder:
        return debrief(person, folder, seen[1], names(request).get(seen[1].owner, ""))


@router.get(
    "/api/sessions/{name}/excerpt",
    responses={**_REFUSALS, 200: {"content": {"audio/wav": {}}}},
    response_class=Response,
    summary="A stretch of a session's sound",
)
def sound(
    request: Request,
    seen: _Seen,
    start: Annotated[At, Query(description="Seconds from the session's first sample.")],
    end: Annotated[At, Query(description=f"Seconds; at most {LONGEST:.0f} after the start.")],
) -> Response:
    """Both voices from `start` to `end`, mixed, as a WAV file."""
    if world(request).hall.recording_in(seen[1].id):
        raise HTTPException(409, "This session is still running.")
    with readable(seen[0]) as folder:
        return Response(excerpt(folder, start, end), media_type="audio/wav")


@router.get("/api/compare", responses=_REFUSALS, summary="Two attempts side by side")
def compare_two(request: Request, person: _SignedIn, a: SessionName, b: SessionName) -> Comparison:
    """Criteria, questions, talk and silence of two sessions, judged by the first one's rubric."""
    return room_pages.compared(request, person, a, b)


@router.get("/api/room/sessions", responses=_REFUSALS, summary="What waits for a review")
def on_the_desk(request: Request, person: _Instructor, wish: Annotated[Wish, Depends(wished)]) -> list[DeskRow]:
    """Sessions this person may see, newest first, each with where its review stands."""
    return picked(on_desk(request, person, date.today()), wish, person)


@router.get("/api/room/given", responses=_REFUSALS, summary="Scenarios that were given to trainees")
def given_list(request: Request, person: _Instructor) -> list[GivenShown]:
    """What was given, to whom, when it is due, and the session that answered to it."""
    return given_shown(world(request).sessions, date.today())


@router.post("/api/room/given", status_code=201, responses=_REFUSALS, summary="Give a scenario to a trainee")
def give_scenario(request: Request, person: _Instructor, wish: NewTask) -> list[GivenShown]:
    """Give a scenario to somebody; the first session of theirs in it answers to the task."""
    known = {one.id: one.name for one in everybody(request)}
    if wish.to not in known:
        raise HTTPException(422, "There is no such person.")
    if wish.scenario not in library():
        raise HTTPException(422, "There is no such scenario.")
    title = load_scenario(wish.scenario).scenario.title
    sessions = world(request).sessions
    to, by = Who(account=wish.to, name=known[wish.to]), Who(account=person.id, name=person.name)
    give(sessions, by, to, wish.scenario, title, wish.due, wish.text)
    audit(request, "assignment", about=wish.to, detail=wish.scenario)
    return given_shown(sessions, date.today())


@router.delete("/api/room/given/{task}", responses=_REFUSALS, summary="Take a task back")
def take_scenario_back(
    request: Request, person: _Instructor, task: Annotated[str, InPath(pattern="^[0-9a-f]{16}$")]
) -> list[GivenShown]:
    """Take a task back; the line that gave it is kept."""
    sessions = world(request).sessions
    given, _ = given_tasks(sessions)
    found = next((one for one in given if one.id == task), None)
    if found is None:
        raise HTTPException(404, "There is no such task.")
    take_back(sessions, Who(account=person.id, name=person.name), task)
    audit(request, "assignment", about=found.to.account, detail="taken back")
    return given_shown(sessions, date.today())
