"""Who is shown the scores of a session: the one function that every route asks."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import Depends, HTTPException

from voicesim.errors import VoicesimError
from voicesim.remarks.settings import ReleaseRules, room_settings
from voicesim.session.meta import META, read_meta
from voicesim.store.opened import opened_in_part
from voicesim.web.access import ALONE, Person, seen_session, signed_in
from voicesim.web.room.reading import is_released
from voicesim.web.sessions.kept import KeptSession

NOT_RELEASED = "The scores of this session are not released yet. Your instructor looks at it first; then they are here."
NOT_SHARED = "Whoever is invited to listen sees no scores: say what you heard yourself."


def shows_scores(person: Person, folder: Path) -> bool:
    """Whether a person is shown scores, levels and judgements of a session.

    Those who teach see them of others' sessions always; whoever practised when they are released; invited colleagues never.

    Args:
        person: who asks. Whether they may see the session at all is not asked here.
        folder: the session's.

    Raises:
        BadInputError: the session's metadata or its remarks cannot be read.
    """
    if person.id == ALONE.id:
        return True
    with opened_in_part(folder, META) as part:
        meta = read_meta(part)
    if meta.owner == person.id:
        return is_released(folder)
    return person.teaches and not meta.private


def shown_scores(person: Person, sessions: Path) -> Callable[[KeptSession], bool]:
    """The same for many sessions of which it is known whose they are. Not shown, where a session cannot be read.

    Args:
        person: who asks.
        sessions: the folder they lie in.
    """

    @cache
    def rules() -> ReleaseRules:
        return room_settings(sessions).release

    def shows(one: KeptSession) -> bool:
        if person.id == ALONE.id:
            return True
        if one.owner != person.id:
            return person.teaches and not one.private
        try:
            return is_released(sessions / one.id, rules())
        except VoicesimError:
            return False

    return shows


def scored_session(
    seen: Annotated[tuple[Path, KeptSession], Depends(seen_session)], person: Annotated[Person, Depends(signed_in)]
) -> tuple[Path, KeptSession]:
    """A session the person may see, with its scores."""
    if not shows_scores(person, seen[0]):
        raise HTTPException(403, NOT_RELEASED if seen[1].owner == person.id else NOT_SHARED)
    return seen
