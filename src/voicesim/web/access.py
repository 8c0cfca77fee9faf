"""Who asks, and what they may see. Every route names one of these rules; nothing else decides.

    public         anybody: the login page, the state of health, pictures and style
    signed_in      any account
    instructor     instructors and admins
    admin          admins

`seen_session` and `own_session` decide about one session. Where there are no accounts, the one person at this computer may do all.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from fastapi import Depends, HTTPException, Request

from voicesim.errors import BadInputError
from voicesim.review.scoring import read_review
from voicesim.web.sessions.kept import KeptSession, find
from voicesim.web.world import world

Role = Literal["trainee", "instructor", "admin"]


@dataclass(frozen=True)
class Person:
    """Whoever asks."""

    id: str
    """Stable id of the account; empty for the one person of a computer without accounts."""
    name: str
    role: Role

    @property
    def teaches(self) -> bool:
        """Whether sessions of others may be seen and judged."""
        return self.role != "trainee"


ALONE = Person("", "You", "admin")
"""Whoever sits at a computer without accounts."""


def public() -> None:
    """Anybody may ask."""


def signed_in(request: Request) -> Person:
    """Any account may ask."""
    return ALONE


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


def may_see(person: Person, session: KeptSession) -> bool:
    """Whether a session may be seen: one's own always; others' by those who teach, unless it is private."""
    if person == ALONE or session.owner == person.id:
        return True
    return person.teaches and not session.private


def seen_session(
    request: Request, name: str, person: Annotated[Person, Depends(signed_in)]
) -> tuple[Path, KeptSession]:
    """A session the person may see. To everybody else it does not exist."""
    path, session = find(world(request).sessions, name)
    if not may_see(person, session) and not _invited(person, path, session):
        raise BadInputError("There is no such session.", "It may have been deleted: look at the list of sessions.")
    return path, session


def _invited(person: Person, path: Path, session: KeptSession) -> bool:
    """Whether a colleague was asked to listen; private sessions are shared with nobody."""
    return not session.private and read_review(path).invites(person.id)


def own_session(
    seen: Annotated[tuple[Path, KeptSession], Depends(seen_session)], person: Annotated[Person, Depends(signed_in)]
) -> tuple[Path, KeptSession]:
    """A session of the person's own, or any for an admin: to delete it, to make it private."""
    if person != ALONE and seen[1].owner != person.id and person.role != "admin":
        raise HTTPException(403, "Only the person whose session it is may do that.")
    return seen
