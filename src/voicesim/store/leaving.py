"""Deleting everything about one person: their sessions, their account, and their name wherever else it stands."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from voicesim.errors import BadInputError, StorageError
from voicesim.remarks.given import GIVEN
from voicesim.remarks.log import REMARKS
from voicesim.remarks.pseudonyms import Removed, take_out
from voicesim.remarks.settings import ACADEMY
from voicesim.review.attempts import same_name
from voicesim.review.scoring import OVERRIDES, SCORECARD
from voicesim.session.cached import forget_cached
from voicesim.session.disk import write_atomically
from voicesim.store.audit import By, note
from voicesim.store.deleting import delete_session, finish_deleting
from voicesim.store.index import Indexed, Wanted
from voicesim.store.keys import Ask, open_key
from voicesim.store.opened import keep_changes, opened, opened_in_part
from voicesim.store.people import Account, refuse_last_admin
from voicesim.store.sealing import refuse_in_use
from voicesim.store.tables import AuditRow, InvitationRow, PersonRow

if TYPE_CHECKING:
    from voicesim.store.opening import Store

REPORT = "report.html"


@dataclass(frozen=True)
class Deleted:
    """What was deleted of a person."""

    account: Account
    sessions: tuple[str, ...]
    """Sessions of their own: gone."""
    changed: tuple[str, ...]
    """Sessions of others in which their name stood: it stands there no more."""
    pseudonym: str
    """What stands in the audit log in their place."""
    look_at: tuple[str, ...]
    """Sessions without an owner that were certified under the same name: nobody but a person can tell whose they are."""


def delete_person(store: Store, sessions: Path, identifier: str, *, by: By, ask: Ask | None = None) -> Deleted:
    """Delete a person for good. Interrupted, it can be done again and goes on where it stopped.

    Args:
        store: the store.
        sessions: the folder of all sessions.
        identifier: the account.
        by: who does it.
        ask: asks for the passphrase where sessions are encrypted.

    Raises:
        BadInputError: there is no such account, it is the last admin, or a session of theirs is being recorded.
        NoKeyError: there are encrypted sessions, and the key is not at hand: their name may stand in them.
        StorageError: the disk or the database refuses.
    """
    account = store.people.get(identifier)
    with store.database.reading() as db:
        refuse_last_admin(db, db.get_one(PersonRow, account.id))
    finish_deleting(sessions)  # of an attempt that was interrupted
    store.index.refresh(sessions)
    everything = store.index.page(Wanted(), most=0).sessions
    if any(one.sealed for one in everything):
        open_key(sessions, ask)
    own = own_sessions(store, sessions, account.id)
    for folder in own:
        refuse_in_use(folder)
    store.people.disable(account.id, by=by)  # nobody begins another session meanwhile
    for folder in own:
        delete_session(store, folder, by=by, detail="their owner was deleted")
    person = Removed(account.id, _names(account), f"removed-{secrets.token_hex(4)}")
    left = [one for one in everything if (sessions / one.id).is_dir()]
    changed = tuple(one.id for one in left if _take_out_of(sessions / one.id, person, ask))
    for name in changed:
        store.index.refresh_one(sessions / name)
    try:
        take_out(sessions / ACADEMY / GIVEN, person, of_theirs=False)
    except OSError as error:
        raise StorageError(f"{GIVEN} could not be changed: {error.strerror}.", "Do it again.") from error
    _take_out_of_database(store, person, by, len(own))
    store.database.compact()
    return Deleted(account, tuple(folder.name for folder in own), changed, person.pseudonym, _namesakes(left, account))


def own_sessions(store: Store, sessions: Path, account: str) -> tuple[Path, ...]:
    """The folders of a person's sessions. The index must be fresh.

    Raises:
        BadInputError: there are sessions that cannot be read: whose they are is not known.
    """
    unread = [one.id for one in store.index.page(Wanted(state="unread"), most=0).sessions]
    if unread:
        raise BadInputError(
            f"It cannot be read whose {len(unread)} of the sessions are ({', '.join(unread[:3])}).",
            "Mend them (`voicesim recover --check`), give the key they are encrypted with, or delete them.",
        )
    return tuple(sessions / one.id for one in store.index.page(Wanted(owner=account), most=0).sessions)


def _names(account: Account) -> tuple[str, ...]:
    """A login of letters alone may be an ordinary word; it is left in other people's sentences."""
    login = account.login
    return (account.name,) if login.isalpha() or len(login) < 4 else (account.name, login)


def _namesakes(sessions: list[Indexed], account: Account) -> tuple[str, ...]:
    name = same_name(account.name)
    return tuple(one.id for one in sessions if not one.owner and one.trainee and same_name(one.trainee) == name)


def _take_out_of(folder: Path, person: Removed, ask: Ask | None) -> bool:
    """Take a person out of what was said about somebody else's session."""
    with opened_in_part(folder, REMARKS, OVERRIDES, SCORECARD, ask=ask) as readable:
        said = [readable / one for one in (REMARKS, OVERRIDES)]
        if not any(path.exists() and person.mentioned(path.read_bytes()) for path in said):
            return False
    with opened(folder, ask=ask) as readable:
        try:
            hashes = dict(_take_out_of_json(readable, person))
            changed = take_out(readable / REMARKS, person, hashes) or bool(hashes)
            if changed:
                (readable / REPORT).unlink(missing_ok=True)  # made again when somebody looks at it
        except OSError as error:
            raise StorageError(f"{folder.name} could not be changed: {error.strerror}.", "Do it again.") from error
        if changed:
            keep_changes(readable)
            forget_cached(folder.name)
        return changed


def _take_out_of_json(folder: Path, person: Removed) -> Iterator[tuple[str, str]]:
    """Old and new checksum of each file that was changed."""
    for name in (SCORECARD, OVERRIDES):
        path = folder / name
        try:
            old = path.read_bytes()
            data = json.loads(old)
        except (FileNotFoundError, ValueError):
            continue
        cleaned = person.unsigned(data)
        if cleaned != data:
            text = json.dumps(cleaned, ensure_ascii=False, indent=2) + "\n"
            write_atomically(path, text)
            yield sha256(old).hexdigest(), sha256(text.encode()).hexdigest()


def _take_out_of_database(store: Store, person: Removed, by: By, sessions: int) -> None:
    with store.database.writing() as db:
        row = db.get_one(PersonRow, person.account)
        refuse_last_admin(db, row)
        for link in db.scalars(select(InvitationRow).where(InvitationRow.by == person.account)):
            link.by = person.pseudonym
        for link in db.scalars(select(InvitationRow).where(InvitationRow.note != "")):
            link.note = person.without(link.note)
        for line in db.scalars(
            select(AuditRow).where(or_(AuditRow.who == person.account, AuditRow.about == person.account))
        ):
            if line.who == person.account:
                line.who, line.where = person.pseudonym, ""
            if line.about == person.account:
                line.about = person.pseudonym
        for line in db.scalars(select(AuditRow).where(AuditRow.detail != "")):
            cleaned = person.without(line.detail.replace(person.account, person.pseudonym))[:300]
            if cleaned != line.detail:
                line.detail = cleaned
        db.delete(row)
        done_by = By(person.pseudonym, by.where) if by.id == person.account else by
        detail = f"sessions: {sessions}"
        note(db, store.database.clock(), "person deleted", done_by, about=person.pseudonym, detail=detail)
