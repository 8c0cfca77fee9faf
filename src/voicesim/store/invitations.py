"""Links that work once: they make an account, or let somebody choose a new password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from voicesim.errors import BadInputError
from voicesim.store.audit import By, note
from voicesim.store.database import Database, clean
from voicesim.store.people import Account, People, Role, account, checked_login, checked_name, checked_role
from voicesim.store.sign_ins import SignInRules, sign_in_rules
from voicesim.store.tables import InvitationRow, PersonRow
from voicesim.store.tokens import new_token, token_hash


@dataclass(frozen=True)
class Invitation:
    """A link that was given out."""

    id: str
    role: Role
    """Of the account it makes, or whose password it sets."""
    person: str
    """Whose password it sets; empty where it makes a new account."""
    note: str
    """For whoever invited: whom it is for."""
    by: str
    """Account that made it; empty from the command line."""
    created: datetime
    expires: datetime


class Invitations:
    """The links.

    Args:
        database: where they lie.
        people: where the accounts go.
        rules: how long a link works.
    """

    def __init__(self, database: Database, people: People, rules: SignInRules | None = None) -> None:
        self._database = database
        self._people = people
        self.rules = rules or sign_in_rules()

    def make(self, role: Role, *, by: By, note: str = "", hours: float | None = None) -> tuple[Invitation, str]:
        """Invite somebody who has no account yet.

        Args:
            role: what they may do.
            by: who invites.
            note: whom it is for; up to 200 letters.
            hours: how long it works; None: as `sign_ins.yaml` says.

        Returns:
            The invitation, and its token for the link: it is not kept and cannot be had again.

        Raises:
            BadInputError: there is no such role.
        """
        hours = self.rules.invitation_hours if hours is None else hours
        with self._database.writing() as db:
            return self._made(db, checked_role(role), None, by, clean(" ".join(note.split()), 200), hours)

    def for_password(self, person: str, *, by: By, hours: float | None = None) -> tuple[Invitation, str]:
        """Let somebody who has an account choose a new password. Earlier links of this kind for them end.

        Returns:
            The invitation, and its token for the link.

        Raises:
            BadInputError: there is no such account.
        """
        role = self._people.get(person).role
        hours = self.rules.password_link_hours if hours is None else hours
        with self._database.writing() as db:
            earlier = InvitationRow.person == person, InvitationRow.used.is_(None)
            db.execute(delete(InvitationRow).where(*earlier))
            return self._made(db, role, person, by, "", hours)

    def look(self, token: str) -> Invitation | None:
        """What a link is for; None when it was used, is over, or never was."""
        with self._database.reading() as db:
            row = self._open(db, token)
            return _invitation(row) if row else None

    def accept(self, token: str, login: str, name: str, password: str, *, where: str) -> Account:
        """Make the account that a link invites to. The link is worth nothing afterwards.

        Raises:
            BadInputError: the link does not work any more; the login is taken or not possible; the name is empty.
            PasswordError: the password is not accepted.
        """
        login, name = checked_login(login), checked_name(name)
        if self.look(token) is None:
            raise _over()
        hashed = self._people.accepted(password, login, name)  # slow: not while others wait for the database
        with self._database.writing() as db:
            row = self._open(db, token)
            if row is None or row.person is not None:
                raise _over()
            made = self._people.added(db, login, name, checked_role(row.role), hashed, By("", where))
            row.used, row.person = self._database.clock(), made.id
            note(db, row.used, "invitation accepted", By(made.id, where), about=made.id)
            return made

    def choose_password(self, token: str, password: str, *, where: str) -> Account:
        """Set the password that a link allows to choose. The link is worth nothing afterwards; all sign-ins end.

        Raises:
            BadInputError: the link does not work any more.
            PasswordError: the password is not accepted.
        """
        found = self.look(token)
        if found is None or not found.person:
            raise _over()
        person = self._people.get(found.person)
        hashed = self._people.accepted(password, person.login, person.name)
        with self._database.writing() as db:
            row = self._open(db, token)
            if row is None or row.person is None:
                raise _over()
            row.used = self._database.clock()
            self._people.password_given(db, row.person, hashed, By(row.person, where))
            return account(db.get_one(PersonRow, row.person))

    def open(self) -> tuple[Invitation, ...]:
        """The links that still work, newest first."""
        with self._database.reading() as db:
            still = InvitationRow.used.is_(None), InvitationRow.expires > self._database.clock()
            rows = db.scalars(select(InvitationRow).where(*still).order_by(InvitationRow.created.desc()))
            return tuple(_invitation(row) for row in rows)

    def withdraw(self, identifier: str, *, by: By) -> None:
        """Let a link work no more. Nothing happens where it does not already."""
        with self._database.writing() as db:
            row = db.get(InvitationRow, clean(identifier, 36))
            if row is not None and row.used is None:
                note(db, self._database.clock(), "invitation withdrawn", by, about=row.person or "")
                db.delete(row)

    def clear_away(self) -> int:
        """Delete those that are over or were used.

        Returns:
            How many.
        """
        with self._database.writing() as db:
            over = (InvitationRow.expires <= self._database.clock()) | InvitationRow.used.is_not(None)
            return len(list(db.scalars(delete(InvitationRow).where(over).returning(InvitationRow.id))))

    def _made(
        self, db: Session, role: Role, person: str | None, by: By, whom: str, hours: float
    ) -> tuple[Invitation, str]:
        token, at = new_token(), self._database.clock()
        row = InvitationRow(
            id=str(uuid4()), token_hash=token_hash(token), role=role, person=person, note=whom, by=by.id, created=at,
            expires=at + timedelta(hours=hours), used=None,
        )  # fmt: skip
        db.add(row)
        what = "password link made" if person else "invited"
        note(db, at, what, by, about=person or "", detail="" if person else role)
        return _invitation(row), token

    def _open(self, db: Session, token: str) -> InvitationRow | None:
        row = db.scalar(select(InvitationRow).where(InvitationRow.token_hash == token_hash(token)).with_for_update())
        if row is None or row.used is not None or self._database.clock() >= row.expires:
            return None
        return row


def _invitation(row: InvitationRow) -> Invitation:
    return Invitation(row.id, checked_role(row.role), row.person or "", row.note, row.by, row.created, row.expires)


def _over() -> BadInputError:
    return BadInputError("This link does not work any more.", "Ask for a new one.")
