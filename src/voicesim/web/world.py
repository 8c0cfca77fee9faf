"""What the routes work on: the sessions being held, the kept ones, and who may see them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import Request, WebSocket
from pydantic import BaseModel

if TYPE_CHECKING:
    from voicesim.store.opening import Store
    from voicesim.web.accounts.accounts import Accounts
    from voicesim.web.accounts.audit import Seen
    from voicesim.web.binding import Reach
    from voicesim.web.practice.hall import Hall


class World:
    """Everything an application works on; one for each application.

    Args:
        hall: the sessions being held.
        sessions: the folder of the kept ones.
        country: whose support lines are shown, two capital letters; empty when it is not known.
        reach: how the server is reached; None: by this computer alone.
        store: people and the index of sessions; None where there is none.
        accounts: who may sign in; None where nobody has to.
        seen: which looks at others' sessions were noted of late.
    """

    def __init__(
        self,
        hall: Hall,
        sessions: Path,
        country: str,
        reach: Reach | None = None,
        store: Store | None = None,
        accounts: Accounts | None = None,
        seen: Seen | None = None,
    ) -> None:
        self.hall = hall
        self.sessions = sessions
        self.country = country
        self.reach = reach
        self.store = store
        self.accounts = accounts
        self.seen = seen


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
