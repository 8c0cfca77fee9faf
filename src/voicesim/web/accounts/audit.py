"""What is put in the audit log by the web; sign-ins, roles, passwords and invitations the store notes by itself."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Literal

from fastapi import Request, WebSocket

from voicesim.store.audit import By
from voicesim.web.logbook import WHO
from voicesim.web.world import world, world_of

Deed = Literal[
    "sign-in failed",
    "sign-in refused",
    "session seen",
    "session followed",
    "session exported",
    "person exported",
    "session deleted",
    "session made private",
    "override",
    "sign-off",
    "release",
    "assignment",
    "remark",
    "evaluation",
    "retention changed",
]
"""What is noted here."""
_MOST_KEPT = 10_000


def audit(request: Request, what: Deed, *, session: str = "", about: str = "", detail: str = "") -> None:
    """Note what whoever asks does. Without accounts nothing is noted: it would always be the same person.

    Args:
        request: in which it is done.
        what: is done.
        session: id of the session it is done to.
        about: id of the account it is done to.
        detail: a word or two more. Never a name, a text or anything said.
    """
    accounts = world(request).accounts
    if accounts is None:
        return
    accounts.store.audit.add(what, by(request), about=about, session=session, detail=detail)


def audit_of(socket: WebSocket, what: Deed, session: str = "", about: str = "") -> None:
    """The same for a connection that lasts. Asks the store: call it in a thread.

    Args:
        socket: of whoever does it.
        what: is done.
        session: id of the session it is done to.
        about: id of the account it is done to.
    """
    accounts = world_of(socket).accounts
    if accounts is None:
        return
    where = socket.client.host if socket.client else ""
    accounts.store.audit.add(what, By(socket.scope.get(WHO, ""), where), about=about, session=session)


def by(request: Request) -> By:
    """Who asks, and from where."""
    person = getattr(request.state, "person", None)
    return By(person.id if person is not None else "", request.client.host if request.client else "")


class Seen:
    """Who has opened whose session of late, so that one look is one line, however many pictures and sounds it loads.

    Args:
        again_after: seconds after which a look is another look.
        clock: seconds that only go up.
    """

    def __init__(self, again_after: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._again_after = again_after
        self._clock = clock
        self._lock = threading.Lock()
        self._last: OrderedDict[tuple[str, str], float] = OrderedDict()

    def anew(self, person: str, session: str) -> bool:
        """Whether this is a look that was not noted yet."""
        key, now = (person, session), self._clock()
        with self._lock:
            last = self._last.get(key)
            if last is not None and now - last < self._again_after:
                return False
            self._last[key] = now
            self._last.move_to_end(key)
            while len(self._last) > _MOST_KEPT:
                self._last.popitem(last=False)
            return True
