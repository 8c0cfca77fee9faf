"""Kept sessions in short, for the room's lists."""

from __future__ import annotations

from fastapi import Request

from voicesim.web.access import Person, may_see
from voicesim.web.sessions.kept import KeptSession, listed
from voicesim.web.world import world


def all_kept(request: Request) -> list[KeptSession]:
    """All kept sessions, newest first. Whether somebody may see them is not asked here."""
    here = world(request)
    return listed(here.sessions, here.store)


def seen_by(request: Request, person: Person) -> list[KeptSession]:
    """The kept sessions that somebody may see, newest first."""
    return [one for one in all_kept(request) if may_see(person, one)]
