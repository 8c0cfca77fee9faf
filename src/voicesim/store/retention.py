"""How long sessions are kept, by rules that an academy sets; and keeping to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy import select, update

from voicesim.errors import VoicesimError
from voicesim.remarks.settings import ACADEMY
from voicesim.review.qualification import months_later
from voicesim.session.cached import cached_for, forget_cached
from voicesim.store.audit import By
from voicesim.store.deleting import delete_session, finish_deleting
from voicesim.store.index import Indexed, Wanted
from voicesim.store.indexing import session_name
from voicesim.store.keys import Ask, key_description
from voicesim.store.opened import opened
from voicesim.store.private_place import clear_abandoned
from voicesim.store.sealing import running, seal_when_done
from voicesim.store.sound import remove_sound
from voicesim.store.tables import AuditRow
from voicesim.yamlfile import load_model

if TYPE_CHECKING:
    from voicesim.store.opening import Store

RETENTION = "retention.yaml"
_NO_DATE = 2000
"""A session from before this year has no date that can be trusted, and is left alone."""


def _never(value: Any) -> Any:
    return None if value == "never" else value


Days = Annotated[Annotated[int, Field(ge=1, le=36500)] | None, BeforeValidator(_never)]
Months = Annotated[Annotated[int, Field(ge=1, le=1200)] | None, BeforeValidator(_never)]


class RetentionRules(BaseModel):
    """`retention.yaml`. None: never."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["voicesim/retention/1"]
    sound_days: Days
    sessions_days: Days
    qualifications_months: Months
    signed_off_months: Months
    addresses_days: Days


def retention_rules(sessions: Path) -> RetentionRules:
    """The academy's rules: `academy/retention.yaml` among its sessions, else those that come with this version.

    Raises:
        BadInputError: the academy's file is not valid; with file and line.
    """
    own = sessions / ACADEMY / RETENTION
    return load_model(own if own.is_file() else files("voicesim.store") / RETENTION, RetentionRules)


@dataclass(frozen=True)
class Due:
    """What the rules ask for, for one session."""

    session: str
    what: Literal["delete", "remove sound"]
    why: str


@dataclass(frozen=True)
class Tidied:
    """What was tidied up, or would be."""

    done: tuple[Due, ...]
    left: tuple[tuple[str, str], ...]
    """Sessions that could not be tidied, each with why."""
    addresses: int = 0
    """Lines of the audit log whose address went."""
    encrypted: int = 0
    """Sessions that were to be encrypted and are now."""
    leftovers: int = 0
    """Interrupted deletions that were finished, caches and copies without a session."""


def due(session: Indexed, rules: RetentionRules, now: datetime) -> Due | None:
    """What the rules ask for; None: nothing yet."""
    if _kept(session, rules, now):
        return None
    age = now - session.created
    if rules.sessions_days is not None and age >= timedelta(days=rules.sessions_days):
        return Due(session.id, "delete", f"older than {rules.sessions_days} days")
    if rules.sound_days is not None and age >= timedelta(days=rules.sound_days):
        return Due(session.id, "remove sound", f"older than {rules.sound_days} days")
    return None


def tidy(
    store: Store, sessions: Path, rules: RetentionRules, *, by: By, dry_run: bool = False, ask: Ask | None = None
) -> Tidied:
    """Keep to the rules. One session that cannot be tidied keeps no other from being.

    Args:
        store: the store.
        sessions: the folder of all sessions.
        rules: the rules.
        by: who does it.
        dry_run: only say what would be done.
        ask: asks for the passphrase where the sound of an encrypted session is to go.
    """
    now = store.database.clock()
    store.index.refresh(sessions)
    done: list[Due] = []
    left: list[tuple[str, str]] = []
    for session in store.index.page(Wanted(), most=0).sessions:
        folder = sessions / session.id
        if session.state == "unread" or session.created.year < _NO_DATE:
            left.append((session.id, session.problem or "it cannot be read when it was held"))
            continue
        wanted = due(session, rules, now)
        if wanted is None:
            continue
        if running(folder):
            left.append((session.id, "it is being recorded at this moment"))
            continue
        try:
            if _carry_out(store, folder, session, wanted, by, dry_run, ask):
                done.append(wanted)
        except VoicesimError as error:
            left.append((session.id, str(error)))
    addresses = _forget_addresses(store, rules, now, dry_run)
    if dry_run:
        return Tidied(tuple(done), tuple(left), addresses)
    encrypted, kept_plain = _encrypt(store, sessions, ask)
    left += kept_plain
    store.sign_ins.clear_away()
    store.invitations.clear_away()
    leftovers = finish_deleting(sessions) + clear_abandoned() + _forget_caches(sessions)
    if done or addresses:
        store.database.compact()
    return Tidied(tuple(done), tuple(left), addresses, encrypted, leftovers)


def _carry_out(
    store: Store, folder: Path, session: Indexed, wanted: Due, by: By, dry_run: bool, ask: Ask | None
) -> bool:
    if wanted.what == "delete":
        if not dry_run:
            delete_session(store, folder, by=by, detail=f"retention: {wanted.why}")
        return True
    if not session.sound:
        return False
    if not dry_run:
        with opened(folder, ask=ask) as readable:
            remove_sound(readable, store.database.clock())
        forget_cached(session.id)
        store.audit.add("sound deleted", by, about=session.owner, session=session.id, detail=f"retention: {wanted.why}")
        store.index.refresh_one(folder)
    return True


def _encrypt(store: Store, sessions: Path, ask: Ask | None) -> tuple[int, list[tuple[str, str]]]:
    """Encrypt what has stayed plain, where that is wished for and the key is at hand."""
    described = key_description(sessions)
    plain = [one for one in store.index.page(Wanted(), most=0).sessions if not one.sealed]
    if described is None or not described.automatic or not plain:
        return 0, []
    done, left = 0, []
    for session in plain:
        try:
            if seal_when_done(sessions / session.id, ask):
                store.index.refresh_one(sessions / session.id)
                done += 1
        except VoicesimError as error:
            left.append((session.id, str(error)))
    return done, left


def _kept(session: Indexed, rules: RetentionRules, now: datetime) -> bool:
    months: list[int | None] = []
    if session.mode == "qualify":
        months.append(rules.qualifications_months)
    if session.review in ("signed", "changed"):
        months.append(rules.signed_off_months)
    held = session.created.astimezone(UTC).date()
    return any(one is None or now.date() < months_later(held, one) for one in months)


def _forget_addresses(store: Store, rules: RetentionRules, now: datetime, dry_run: bool) -> int:
    if rules.addresses_days is None:
        return 0
    old = (
        AuditRow.at < now - timedelta(days=rules.addresses_days),
        AuditRow.where.like("%_.%") | AuditRow.where.like("%:%"),
    )
    with store.database.writing() as db:
        lines = list(db.scalars(select(AuditRow.id).where(*old)))
        if lines and not dry_run:
            db.execute(update(AuditRow).where(*old).values(where=""))
        return len(lines)


def _forget_caches(sessions: Path) -> int:
    caches = cached_for("x").parent
    gone = [name for name in _names(caches) if session_name(name) and not (sessions / name).exists()]
    for name in gone:
        forget_cached(name)
    return len(gone)


def _names(folder: Path) -> Iterator[str]:
    if folder.is_dir():
        yield from (one.name for one in folder.iterdir())
