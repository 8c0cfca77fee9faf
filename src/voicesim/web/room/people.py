"""Names of the accounts that may be named in the room: to give something to, to invite, to show beside a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Request
from pydantic import BaseModel

from voicesim.web.world import world

if TYPE_CHECKING:
    from voicesim.store.opening import Store


class PersonShown(BaseModel):
    """An account, in short."""

    id: str
    name: str
    role: str


def everybody(request: Request) -> tuple[PersonShown, ...]:
    """All accounts that are in use, by name; none where there are no accounts."""
    store = _store(request)
    if store is None:
        return ()
    accounts = store.people.all(disabled=False)
    return tuple(sorted((PersonShown(id=a.id, name=a.name, role=a.role) for a in accounts), key=lambda one: one.name))


def names(request: Request) -> dict[str, str]:
    """Names by account, those of disabled accounts too."""
    store = _store(request)
    return {} if store is None else {account.id: account.name for account in store.people.all()}


def _store(request: Request) -> Store | None:
    here = world(request)
    return here.store if here.accounts is not None else None
