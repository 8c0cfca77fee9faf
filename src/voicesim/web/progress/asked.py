"""What a request asks of progress: which attempts, from where, and whose names they go by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Annotated

from fastapi import Query, Request
from pydantic import BeforeValidator

from voicesim.web.progress.attempt import Attempt, Wanted
from voicesim.web.progress.records import FolderRecords, IndexRecords, Records
from voicesim.web.progress.settings import progress_settings
from voicesim.web.world import World, world

if TYPE_CHECKING:
    from voicesim.store.people import Account

_Day = Annotated[date | None, BeforeValidator(lambda given: given or None), Query()]
"""A day; a form sends an empty one where none was chosen."""


def wanted(
    scenario: Annotated[str, Query(max_length=100)] = "",
    since: _Day = None,
    until: _Day = None,
    rubric: Annotated[str, Query(max_length=64)] = "",
) -> Wanted:
    """The filter: a scenario, from a day, to a day (both count), judged by a rubric."""
    return Wanted(scenario, since, until, rubric)


def records(request: Request) -> Records:
    """Where progress comes from on this server; made once for each application."""
    state = request.app.state
    if getattr(state, "records", None) is None:
        state.records = _records(world(request))
    found: Records = state.records
    return found


def _records(here: World) -> Records:
    if here.accounts is not None and here.store is not None:
        return IndexRecords(here.store.index, here.sessions, progress_settings().refresh_every)
    return FolderRecords(here.sessions)


def trainees(request: Request) -> Mapping[str, str]:
    """Account to name of everybody who learns here; nobody where there are no accounts."""
    here = world(request)
    if here.accounts is None or here.store is None:
        return {}
    return {account.id: account.name for account in here.store.people.all(role="trainee", disabled=False)}


def account(request: Request, person: str) -> Account:
    """An account by its id.

    Raises:
        BadInputError: there is none.
    """
    from voicesim.errors import BadInputError

    here = world(request)
    if here.accounts is None or here.store is None:
        raise BadInputError("There is nobody else here: this computer has no accounts.", "Look at your own progress.")
    return here.store.people.get(person)


def scenarios_of(attempts: tuple[Attempt, ...]) -> dict[str, str]:
    """The scenarios that were met, id to title, by title."""
    found = {attempt.scenario: attempt.title for attempt in attempts if attempt.scenario}
    return dict(sorted(found.items(), key=lambda one: one[1].casefold()))


@cache
def rubric_title(rubric: str) -> str:
    """A rubric's title; its id where it is none of the bundled ones."""
    from voicesim.scoring.rubric import bundled_rubrics, load_rubric

    return load_rubric(rubric).title if rubric in bundled_rubrics() else rubric
