"""Choosing a scenario and beginning a session; its sound goes over the WebSocket in `sound.py`."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, HTTPException, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, StringConstraints

from voicesim.errors import BadInputError
from voicesim.language.controls import shown_phrase
from voicesim.scenario.check import refuse_broken
from voicesim.scenario.load import LoadedScenario, library, load_scenario
from voicesim.web.access import Person, signed_in
from voicesim.web.pages import page
from voicesim.web.practice.held import planned
from voicesim.web.practice.outcome import support_lines
from voicesim.web.settings import web_settings
from voicesim.web.world import Problem, world

router = APIRouter()
_Name = Annotated[str, StringConstraints(max_length=150)]
_SignedIn = Annotated[Person, Depends(signed_in)]


class ScenarioShort(BaseModel):
    """A scenario in the list."""

    id: str
    title: str
    minutes: float
    content_note: str
    drill: str = ""
    """The one skill it trains; empty when it is no drill."""


class NewPractice(BaseModel):
    """A wish to practise.

    `consent`: the person has read the content note and agrees to be recorded. `private`: nobody else, not even an instructor, may
    see the session.
    """

    model_config = ConfigDict(extra="forbid")

    scenario: _Name
    consent: Literal[True]
    private: bool = False


class Admitted(BaseModel):
    """A session that is being prepared; `token` is its secret."""

    id: str
    token: str


def bundled(name: str) -> LoadedScenario:
    """A bundled scenario, by a name that came from outside: never a path.

    Raises:
        BadInputError: there is none of this name.
    """
    if name not in library():
        raise BadInputError("There is no such scenario.", "Choose one from the list.")
    return load_scenario(name)


def short(loaded: LoadedScenario) -> ScenarioShort:
    """A scenario for the list."""
    story = loaded.scenario
    drill = story.drill.skill if story.drill else ""
    return ScenarioShort(
        id=story.id, title=story.title, minutes=story.minutes, content_note=story.content_note, drill=drill
    )


@router.get("/api/scenarios", summary="The scenarios that can be practised", dependencies=[Depends(signed_in)])
def scenarios() -> list[ScenarioShort]:
    """The bundled scenarios."""
    return [short(load_scenario(name)) for name in library()]


@router.post(
    "/api/practices",
    summary="Begin to prepare a session",
    status_code=202,
    responses={404: {"model": Problem}, 503: {"model": Problem}},
)
def new_practice(request: Request, person: _SignedIn, wish: NewPractice) -> Admitted:
    """Begin to prepare a session. Its sound and messages go over the WebSocket `/api/practices/{id}/sound`."""
    here = world(request)
    loaded = bundled(wish.scenario)
    refuse_broken(loaded)
    session = here.hall.admit(planned(loaded, here.sessions, here.country, person.id, wish.private))
    return Admitted(id=session.id, token=session.token)


@router.delete(
    "/api/practices/{name}",
    summary="End a session before its end",
    status_code=204,
    responses={404: {"model": Problem}},
)
def leave_practice(
    request: Request, person: _SignedIn, name: _Name, token: Annotated[str, Header(max_length=100)]
) -> Response:
    """End a session before its end; what was recorded is kept."""
    session = world(request).hall.find(name, token)
    if session is None or session.plan.owner != person.id:
        raise HTTPException(404, "There is no such session.")
    session.give_up()
    return Response(status_code=204)


@router.get("/", include_in_schema=False)
def home(person: _SignedIn) -> HTMLResponse:
    """What can be practised."""
    found = [load_scenario(name) for name in library()]
    drills = sorted(
        (one for one in found if one.scenario.drill),
        key=lambda one: one.scenario.drill.order if one.scenario.drill else 0,
    )
    return page(
        "practice/home",
        person=person,
        here="practice",
        conversations=[short(one) for one in found if one.scenario.drill is None],
        drills=[short(one) for one in drills],
    )


@router.get("/practice/{name}", include_in_schema=False)
def practice(request: Request, person: _SignedIn, name: str) -> HTMLResponse:
    """One scenario, from briefing to calm close."""
    story = bundled(name).scenario
    settings = web_settings()
    return page(
        "practice/practice",
        person=person,
        here="practice",
        story=story,
        her=story.persona.name.split()[0],
        support=support_lines(story, world(request).country),
        phrases={each: shown_phrase(each) for each in ("pause", "stop", "resume")},
        blocks_ahead=settings.blocks_ahead,
        reconnect_within=round(settings.reconnect_within),
    )
