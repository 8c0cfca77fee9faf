"""What the routes work on: the sessions being held, the kept ones, and who may see them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import Request, WebSocket
from pydantic import BaseModel

if TYPE_CHECKING:
    from voicesim.web.practice.hall import Hall


class World:
    """Everything an application works on; one for each application.

    Args:
        hall: the sessions being held.
        sessions: the folder of the kept ones.
        country: whose support lines are shown, two capital letters; empty when it is not known.
    """

    def __init__(self, hall: Hall, sessions: Path, country: str) -> None:
        self.hall = hall
        self.sessions = sessions
        self.country = country


def world(request: Request) -> World:
    """The world of the application that a request came to."""
    found: World = request.app.state.world
    return found


def world_of(socket: WebSocket) -> World:
    """The world of the application that a WebSocket came to."""
    found: World = socket.app.state.world
    return found


class Problem(BaseModel):
    """Why something was refused, and what to do next."""

    problem: str
    remedy: str = ""
