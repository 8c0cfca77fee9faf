"""The instructor's desk: what waits for a review, who asked for feedback, what is given to whom and due, what is signed off."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from voicesim.errors import VoicesimError
from voicesim.remarks.given import Given, given_tasks, tasks
from voicesim.remarks.settings import room_settings
from voicesim.remarks.standing import Review
from voicesim.review.attempts import kept_sessions
from voicesim.session.meta import SessionMeta
from voicesim.web.room.reading import is_released, review_in
from voicesim.web.room.review_view import TASKS
from voicesim.web.sessions.kept import KeptSession

State = Literal["waiting", "asked", "given", "changed", "signed", "all"]
"""What a list is about. ``waiting``: an instructor should do something; ``changed``: after its sign-off."""


class DeskTask(BaseModel):
    """A task on a session."""

    to: str
    account: str
    task: str
    due: date | None
    overdue: bool


class DeskRow(BaseModel):
    """One session on the desk."""

    session: KeptSession
    trainee: str
    """Name of whoever practised; empty without accounts."""
    waiting: tuple[str, ...]
    """Why it waits, in plain words; empty when nothing is left to do."""
    asked: str | None = None
    tasks: tuple[DeskTask, ...] = ()
    released: bool
    signed_by: str = ""
    signed_on: datetime | None = None
    changed: bool = False
    remarks: int = 0


class GivenShown(BaseModel):
    """A scenario that was given to somebody."""

    id: str
    to: str
    account: str
    by: str
    scenario: str
    title: str
    text: str
    due: date | None
    overdue: bool
    session: str | None
    """The session that answered to it; None while it is open."""


def desk(
    seen: Iterable[KeptSession],
    sessions: Path,
    names: Mapping[str, str],
    today: date,
    running: frozenset[str] = frozenset(),
) -> list[DeskRow]:
    """Sessions, each with where its review stands.

    Args:
        seen: sessions that whoever asks may see, in the order of the list.
        sessions: where sessions are kept.
        names: of accounts, by id.
        today: against which days tasks are due.
        running: sessions that are being held; nothing waits in them yet.
    """
    rows = []
    rules = room_settings(sessions).release
    for one in seen:
        path = sessions / one.id
        try:
            review, shown = review_in(path), is_released(path, rules)
        except VoicesimError:
            continue  # damaged: the list of sessions says so
        rows.append(_row(one, review, shown, names, today, one.id in running))
    return rows


def chosen(rows: list[DeskRow], state: State, trainee: str = "", scenario: str = "", mine: str = "") -> list[DeskRow]:
    """Rows that fit a filter.

    Args:
        rows: all of them.
        state: what the list is about.
        trainee: account of whoever practised; empty for everybody.
        scenario: its id; empty for all.
        mine: account to whom a task was given; empty for everybody.
    """
    fits: dict[State, Callable[[DeskRow], bool]] = {
        "waiting": lambda row: bool(row.waiting),
        "asked": lambda row: row.asked is not None,
        "given": lambda row: bool(row.tasks),
        "changed": lambda row: row.changed,
        "signed": lambda row: row.signed_on is not None,
        "all": lambda row: True,
    }
    return [
        row
        for row in rows
        if fits[state](row)
        and (not trainee or row.session.owner == trainee)
        and (not scenario or row.session.scenario == scenario)
        and (not mine or any(task.account == mine for task in row.tasks))
    ]


def given_shown(sessions: Path, today: date, to: str = "") -> list[GivenShown]:
    """Scenarios that were given, the open ones first, then by when they are due.

    Args:
        sessions: where sessions are kept.
        today: against which days they are due.
        to: account; empty for everybody's.
    """
    given, _ = given_tasks(sessions)
    wanted = [one for one in given if not to or one.to.account == to]
    kept: list[tuple[str, SessionMeta]] = (
        [(path.name, meta) for path, meta in kept_sessions(sessions)] if wanted else []
    )
    found = [_given(task.given, task.session, today) for task in tasks(wanted, kept)]
    return sorted(found, key=lambda one: (one.session is not None, one.due or date.max, one.to))


def session_tasks(
    kept: Iterable[KeptSession], sessions: Path, account: str, today: date
) -> list[tuple[KeptSession, DeskTask, str]]:
    """Sessions that were given to somebody as a task: the session, the task, and the words with it.

    Args:
        kept: all of them.
        sessions: where they are kept.
        account: of whoever they were given to.
        today: against which days they are due.
    """
    found = []
    for one in kept:
        if one.private and one.owner != account:
            continue
        try:
            review = review_in(sessions / one.id)
        except VoicesimError:
            continue
        for task in review.assignments:
            done = any(each.by.account == account for each in review.evaluations) and task.task == "self_evaluate"
            if task.to.account == account and not done:
                found.append((one, _task(task.to.name, account, task.task, task.due, today), task.text))
        if review.invites(account) and not any(each.by.account == account for each in review.evaluations):
            found.append((one, DeskTask(to="", account=account, task="listen and say what you think", due=None,
                                        overdue=False), ""))  # fmt: skip
    return found


def _row(
    one: KeptSession, review: Review, shown: bool, names: Mapping[str, str], today: date, running: bool
) -> DeskRow:
    asked = review.asked.text if review.asked is not None and not review.answered else None
    changed = bool(review.changed_since)
    reasons = {
        "feedback asked for": asked is not None,
        "scores not released": not shown,
        "changed since sign-off": changed,
        "review given": review.signed is None and any(task.task == "review" for task in review.assignments),
    }
    waiting = tuple(reason for reason, holds in reasons.items() if holds and not running)
    return DeskRow(
        session=one,
        trainee=names.get(one.owner, ""),
        waiting=waiting,
        asked=asked,
        tasks=tuple(_task(task.to.name, task.to.account, task.task, task.due, today) for task in review.assignments),
        released=shown,
        signed_by=review.signed.by.name if review.signed else "",
        signed_on=review.signed.when if review.signed else None,
        changed=changed,
        remarks=len(review.moments),
    )


def _task(to: str, account: str, task: str, due: date | None, today: date) -> DeskTask:
    return DeskTask(
        to=to, account=account, task=TASKS.get(task, task), due=due, overdue=due is not None and due < today
    )  # fmt: skip


def _given(given: Given, session: str | None, today: date) -> GivenShown:
    return GivenShown(
        id=given.id,
        to=given.to.name,
        account=given.to.account,
        by=given.by.name,
        scenario=given.scenario,
        title=given.title or given.scenario,
        text=given.text,
        due=given.due,
        overdue=session is None and given.due is not None and given.due < today,
        session=session,
    )
