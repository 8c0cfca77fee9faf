"""What pages and programs ask for as JSON. Described by `/api/openapi.json`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Header, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from voicesim import __version__
from voicesim.errors import BadInputError
from voicesim.scenario.check import refuse_broken
from voicesim.scenario.load import LoadedScenario, library, load_scenario
from voicesim.web import kept
from voicesim.web.hall import Hall
from voicesim.web.held import planned

router = APIRouter(prefix="/api")
_Name = Annotated[str, StringConstraints(max_length=150)]


class Problem(BaseModel):
    """Why something was refused, and what to do next."""

    problem: str
    remedy: str = ""


class Health(BaseModel):
    """That the server answers."""

    status: Literal["ok"] = "ok"
    version: str = __version__
    sessions: int
    """How many are being held."""


class ScenarioShort(BaseModel):
    """A scenario in the list."""

    id: str
    title: str
    minutes: float
    content_note: str
    drill: str = ""
    """The one skill it trains; empty when it is no drill."""


class NewPractice(BaseModel):
    """A wish to practise. `consent`: the person has read the content note and agrees to be recorded."""

    model_config = ConfigDict(extra="forbid")

    scenario: _Name
    consent: Literal[True]


class Admitted(BaseModel):
    """A session that is being prepared; `token` is its secret."""

    id: str
    token: str


class World:
    """What the routes work on."""

    def __init__(self, hall: Hall, sessions: Path, country: str) -> None:
        self.hall = hall
        self.sessions = sessions
        self.country = country


def world(request: Request) -> World:
    """The world of the application that a request came to."""
    found: World = request.app.state.world
    return found


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


@router.get("/health", summary="Whether the server answers")
def health(request: Request) -> Health:
    """Whether the server answers, and how many sessions are being held."""
    return Health(sessions=world(request).hall.held)


@router.get("/scenarios", summary="The scenarios that can be practised")
def scenarios() -> list[ScenarioShort]:
    """The bundled scenarios."""
    return [short(load_scenario(name)) for name in library()]


@router.post("/practices", status_code=202, responses={404: {"model": Problem}, 503: {"model": Problem}})
def new_practice(request: Request, wish: NewPractice) -> Admitted:
    """Begin to prepare a session. Its sound and messages go over the WebSocket `/api/practices/{id}/sound`."""
    here = world(request)
    loaded = bundled(wish.scenario)
    refuse_broken(loaded)
    session = here.hall.admit(planned(loaded, here.sessions, here.country))
    return Admitted(id=session.id, token=session.token)


@router.delete("/practices/{name}", status_code=204, responses={404: {"model": Problem}})
def leave_practice(request: Request, name: _Name, token: Annotated[str, Header(max_length=100)]) -> Response:
    """End a session before its end; what was recorded is kept."""
    session = world(request).hall.find(name, token)
    if session is None:
        raise HTTPException(404, "There is no such session.")
    session.give_up()
    return Response(status_code=204)


@router.get("/sessions", summary="The kept sessions, newest first")
def sessions(request: Request) -> list[kept.KeptSession]:
    """The kept sessions, newest first."""
    return kept.listed(world(request).sessions)


@router.get("/sessions/{name}", responses={404: {"model": Problem}})
def session(request: Request, name: _Name) -> kept.KeptSession:
    """One kept session."""
    return kept.find(world(request).sessions, name)[1]


@router.delete("/sessions/{name}", status_code=204, responses={404: {"model": Problem}, 409: {"model": Problem}})
def delete_session(request: Request, name: _Name) -> Response:
    """Delete a session: sound, log, scorecard and report, for good."""
    here = world(request)
    if here.hall.recording_in(name):
        raise HTTPException(409, "This session is still running. Stop it first.")
    kept.delete(here.sessions, name)
    return Response(status_code=204)
