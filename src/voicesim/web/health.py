"""Whether the server answers, and whether it is fit to take somebody in: for people and programs that watch over it."""

from __future__ import annotations

import os
import shutil
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from voicesim import __version__
from voicesim.errors import VoicesimError
from voicesim.web.access import Person, public, visitor
from voicesim.web.settings import web_settings
from voicesim.web.world import World, world

router = APIRouter(dependencies=[Depends(public)])
Part = Literal["store", "sessions", "space"]


class Health(BaseModel):
    """That the server answers. With accounts, whoever has not signed in is told no more than that."""

    status: Literal["ok"] = "ok"
    version: str | None = None
    sessions: int | None = None
    """How many are being held."""


class Readiness(BaseModel):
    """Whether somebody can practise and sign in."""

    ready: bool
    lacking: list[Part] = []
    """`store`: the database does not answer; `sessions`: their folder cannot be written; `space`: its disk is nearly full."""


@router.get("/api/health", summary="Whether the server answers", response_model_exclude_none=True)
def health(request: Request, person: Annotated[Person | None, Depends(visitor)]) -> Health:
    """Whether the server answers, and, for whoever is signed in, how many sessions are being held."""
    if person is None:
        return Health()
    return Health(version=__version__, sessions=world(request).hall.held)


@router.get(
    "/api/ready", summary="Whether the server is fit to take somebody in", responses={503: {"model": Readiness}}
)
def ready(request: Request, response: Response) -> Readiness:
    """Whether the database answers, and sessions can be kept."""
    lacking = _lacking(world(request))
    response.status_code = 503 if lacking else 200
    return Readiness(ready=not lacking, lacking=lacking)


def _lacking(here: World) -> list[Part]:
    found: list[Part] = []
    if here.store is not None:
        try:
            here.store.people.anybody()
        except VoicesimError:
            found.append("store")
    there = next((path for path in (here.sessions, *here.sessions.parents) if path.exists()), here.sessions)
    if not os.access(there, os.W_OK):
        found.append("sessions")
    elif shutil.disk_usage(there).free < web_settings().least_free:
        found.append("space")
    return found
