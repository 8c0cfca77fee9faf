"""Kept sessions in short, for the room's lists: from the index where there is one, else from their folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Request

from voicesim.web.access import Person, may_see
from voicesim.web.sessions.kept import KeptSession, listed
from voicesim.web.world import world

if TYPE_CHECKING:
    from voicesim.store.index import Indexed


def all_kept(request: Request) -> list[KeptSession]:
    """All kept sessions, newest first. Whether somebody may see them is not asked here."""
    here = world(request)
    if here.store is None:
        return listed(here.sessions)
    from voicesim.store.index import Wanted

    here.store.index.refresh(here.sessions)
    return [_short(one) for one in here.store.index.page(Wanted(), most=0).sessions if one.state != "unread"]


def seen_by(request: Request, person: Person) -> list[KeptSession]:
    """The kept sessions that somebody may see, newest first."""
    return [one for one in all_kept(request) if may_see(person, one)]


def _short(one: Indexed) -> KeptSession:
    return KeptSession(
        id=one.id,
        scenario=one.scenario,
        title=one.title,
        created=one.created.isoformat(),
        seconds=round(one.seconds, 1),
        mode=one.mode,
        state=one.state,
        score=one.reviewed,
        owner=one.owner,
        private=one.private,
    )
