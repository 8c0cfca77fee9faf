"""Scenarios that instructors have given to trainees: `academy/given.jsonl` among the sessions; lines are added, never changed."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from voicesim.errors import StorageError
from voicesim.remarks.kinds import Id, MaybeWords, Name, Who
from voicesim.remarks.log import Lines, append_line, read_lines
from voicesim.remarks.settings import ACADEMY
from voicesim.session.meta import SessionMeta

GIVEN = "given.jsonl"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Given(_Frozen):
    """A scenario to practise, given to one trainee."""

    kind: Literal["given"] = "given"
    id: Id
    when: AwareDatetime
    by: Who
    to: Who
    scenario: Name
    title: MaybeWords = ""
    due: date | None = None
    text: MaybeWords = ""


class TakenBack(_Frozen):
    """A task that need not be done any more."""

    kind: Literal["taken_back"] = "taken_back"
    id: Id
    when: AwareDatetime
    by: Who
    of: Id


_Entry = Annotated[Given | TakenBack, Field(discriminator="kind")]


@dataclass(frozen=True)
class Task:
    """A scenario that was given, and the session that answered to it; None while it is open."""

    given: Given
    session: str | None = None


def give(
    sessions: Path, by: Who, to: Who, scenario: str, title: str = "", due: date | None = None, text: str = ""
) -> Given:
    """Give a scenario to a trainee.

    Raises:
        StorageError: it could not be kept.
    """
    given = Given(id=_new(), when=_now(), by=by, to=to, scenario=scenario, title=title, due=due, text=text)
    append_line(_file(sessions), given)
    return given


def take_back(sessions: Path, by: Who, of: str) -> None:
    """Take a task back.

    Raises:
        StorageError: it could not be kept.
    """
    append_line(_file(sessions), TakenBack(id=_new(), when=_now(), by=by, of=of))


def given_tasks(sessions: Path) -> tuple[tuple[Given, ...], tuple[str, ...]]:
    """All tasks that stand, in the order they were given, and notes on what could not be read."""
    found: Lines[Given | TakenBack] = read_lines(sessions / ACADEMY / GIVEN, _any())
    back = {one.of for one in found.entries if isinstance(one, TakenBack)}
    return tuple(one for one in found.entries if isinstance(one, Given) and one.id not in back), found.notes


def answers(given: Given, meta: SessionMeta) -> bool:
    """Whether a session answers to a task: the same scenario, by the same person, after it was given."""
    if meta.scenario.id != given.scenario or not meta.owner or meta.owner != given.to.account:
        return False
    try:
        began = datetime.fromisoformat(meta.created)
    except ValueError:
        return False
    return began.tzinfo is not None and began >= given.when


def tasks(given: Iterable[Given], sessions: Iterable[tuple[str, SessionMeta]]) -> tuple[Task, ...]:
    """Tasks with the sessions that answered to them, the first for each; a session answers to one task only."""
    kept = sorted(sessions, key=lambda session: session[1].created)
    used: set[str] = set()
    found = []
    for one in given:
        name = next((name for name, meta in kept if name not in used and answers(one, meta)), None)
        if name is not None:
            used.add(name)
        found.append(Task(one, name))
    return tuple(found)


def _file(sessions: Path) -> Path:
    folder = sessions / ACADEMY
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{folder} cannot be made ({error.strerror}).", "Check who may write there.") from None
    return folder / GIVEN


def _new() -> str:
    return secrets.token_hex(8)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@cache
def _any() -> TypeAdapter[Given | TakenBack]:
    return TypeAdapter(_Entry)
