"""Who asks, and what they may see. Every route names one of these rules; nothing else decides.

    public         anybody: the login page, the state of health, pictures and style
    signed_in      any account
    instructor     instructors and admins
    admin          admins
    joining        a WebSocket of any account; without one there is nobody, and the connection is closed

`seen_session` and `own_session` decide about one session. Where there are no accounts, the one person at this computer may do all.
Where there are, these rules also see to it that every change comes from a page of ours: it brings the page's token along.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import Depends, HTTPException, Request, WebSocket
from fastapi.requests import HTTPConnection

from voicesim.errors import BadInputError
from voicesim.web.accounts.forms import fields
from voicesim.web.guard import SAFE
from voicesim.web.logbook import WHO
from voicesim.web.room.reading import invites
from voicesim.web.sessions.kept import KeptSession, find
from voicesim.web.world import world, world_of

if TYPE_CHECKING:
    from voicesim.web.accounts.accounts import Accounts

Role = Literal["trainee", "instructor", "admin"]
TOKEN = "Form-Token"
"""The header in which a page's script brings the page's token; a form brings it in its field `token`."""


@dataclass(frozen=True)
class Person:
    """Whoever asks."""

    id: str
    """Stable id of the account; empty for the one person of a computer without accounts."""
    name: str
    role: Role
    token: str = field(default="", repr=False)
    """What this person's pages bring along with every change; empty without accounts."""

    @property
    def alone(self) -> bool:
        """Whether this is the one person of a computer without accounts."""
        return not self.id

    @property
    def teaches(self) -> bool:
        """Whether sessions of others may be seen and judged."""
        return self.role != "trainee"


ALONE = Person("", "You", "admin")
"""Whoever sits at a computer without accounts."""


class SignedOutError(Exception):
    """Nobody is signed in: a page sends to the login page, the API answers 401."""


def public() -> None:
    """Anybody may ask."""


def visitor(request: Request) -> Person | None:
    """Whoever asks, where that is known; None for nobody. For public pages and refusals, not a rule."""
    return _who(request, world(request).accounts)


async def brought_token(request: Request) -> str:
    """The token a change brings along; empty where there is none."""
    if request.method in SAFE:
        return ""
    return request.headers.get(TOKEN) or (await fields(request)).get("token", "")


def signed_in(request: Request, token: Annotated[str, Depends(brought_token)]) -> Person:
    """Any account may ask."""
    person = visitor(request)
    if person is None:
        raise SignedOutError
    accounts = world(request).accounts
    if accounts is not None and request.method not in SAFE:
        given = accounts.cookies.given(request.cookies)
        if not accounts.cookies.fits(given, token):
            raise HTTPException(403, "This page is out of date. Load it again, then try once more.")
    return person


def instructor(person: Annotated[Person, Depends(signed_in)]) -> Person:
    """Instructors and admins may ask."""
    if not person.teaches:
        raise HTTPException(403, "Only instructors may do that.")
    return person


def admin(person: Annotated[Person, Depends(signed_in)]) -> Person:
    """Admins may ask."""
    if person.role != "admin":
        raise HTTPException(403, "Only administrators may do that.")
    return person


def joining(socket: WebSocket) -> Person | None:
    """A connection of any account. None: close it, nobody is signed in."""
    return _who(socket, world_of(socket).accounts)


def _who(connection: HTTPConnection, accounts: Accounts | None) -> Person | None:
    if accounts is None:
        return ALONE
    known = accounts.known(connection)
    if known is None:
        return None
    connection.state.known, connection.state.person = known, known.person
    connection.scope[WHO] = known.person.id
    return known.person


def still_signed_in(socket: WebSocket) -> bool:
    """Whether the sign-in a connection began with still holds. Asks the store: call it in a thread."""
    accounts = world_of(socket).accounts
    return accounts is None or accounts.known(socket) is not None


def may_see(person: Person, session: KeptSession) -> bool:
    """Whether a session may be seen: one's own always; others' by those who teach, unless it is private."""
    if person.alone or session.owner == person.id:
        return True
    return person.teaches and not session.private


def seen_session(
    request: Request, name: str, person: Annotated[Person, Depends(signed_in)]
) -> tuple[Path, KeptSession]:
    """A session the person may see. To everybody else it does not exist. Looking at somebody else's is put in the audit log."""
    path, session = find(world(request).sessions, name)
    if not may_see(person, session) and not _invited(person, path, session):
        raise BadInputError("There is no such session.", "It may have been deleted: look at the list of sessions.")
    if session.owner != person.id:
        _note_look(request, person, session)
    return path, session


def _invited(person: Person, path: Path, session: KeptSession) -> bool:
    """Whether a colleague was asked to listen; private sessions are shared with nobody."""
    return not session.private and invites(path, person.id)


def own_session(
    seen: Annotated[tuple[Path, KeptSession], Depends(seen_session)], person: Annotated[Person, Depends(signed_in)]
) -> tuple[Path, KeptSession]:
    """A session of the person's own, or any that is not private for an admin: to delete it, to make it private."""
    if not person.alone and seen[1].owner != person.id and person.role != "admin":
        raise HTTPException(403, "Only the person whose session it is may do that.")
    return seen


def _note_look(request: Request, person: Person, session: KeptSession) -> None:
    from voicesim.web.accounts.audit import audit

    seen = world(request).seen
    if seen is not None and seen.anew(person.id, session.id):
        audit(request, "session seen", session=session.id, about=session.owner)
