"""People: who has an account, as what, and whether a password is theirs."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args
from uuid import uuid4

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from voicesim.errors import BadInputError
from voicesim.store.audit import By, note
from voicesim.store.database import Database, clean
from voicesim.store.passwords import PasswordError, Passwords
from voicesim.store.tables import PersonRow, SignInRow

Role = Literal["trainee", "instructor", "admin"]
_LOGIN = re.compile(r"[\w.@+-]{2,64}")
LONGEST_NAME = 120


@dataclass(frozen=True)
class Account:
    """Somebody who may sign in."""

    id: str
    """A UUID, for good; `owner` in a session's `meta.json`."""
    login: str
    """What is typed to sign in; upper and lower case make no difference."""
    name: str
    """As others read it."""
    role: Role
    created: datetime
    disabled: datetime | None = None
    """Since when the account may not sign in any more; None while it may."""
    password_set: datetime | None = None
    """When the password was chosen; None: there is none yet, so nobody can sign in with it."""

    @property
    def active(self) -> bool:
        """Whether the account may sign in."""
        return self.disabled is None


class People:
    """The accounts.

    Args:
        database: where they lie.
        passwords: how passwords are judged and kept.
    """

    def __init__(self, database: Database, passwords: Passwords) -> None:
        self._database = database
        self.passwords = passwords

    def add(self, login: str, name: str, role: Role, password: str | None = None, *, by: By) -> Account:
        """Make an account.

        Args:
            login: 2 to 64 letters, digits and ``. @ + - _``.
            name: as others read it.
            role: what the person may do.
            password: None: none yet; a link for choosing one can be made (`Invitations.for_password`).
            by: who makes it.

        Raises:
            BadInputError: the login is taken or not possible, the name is empty or the role unknown.
            PasswordError: the password is not accepted.
        """
        login, name = checked_login(login), checked_name(name)
        hashed = self.accepted(password, login, name) if password is not None else ""
        with self._database.writing() as db:
            return self.added(db, login, name, role, hashed, by)

    def added(self, db: Session, login: str, name: str, role: Role, hashed: str, by: By) -> Account:
        """Make an account within a transaction. What is given was checked.

        Raises:
            BadInputError: the login is taken, or the role unknown.
        """
        at = self._database.clock()
        row = PersonRow(
            id=str(uuid4()), login=login, login_key=login_key(login), name=name, role=checked_role(role),
            password=hashed, password_set=at if hashed else None, created=at, disabled=None,
        )  # fmt: skip
        if db.scalar(select(PersonRow.id).where(PersonRow.login_key == row.login_key)):
            raise _taken(login)
        db.add(row)
        try:
            db.flush()
        except IntegrityError:  # somebody took it at the same moment
            raise _taken(login) from None
        note(db, at, "account made", by, about=row.id, detail=role)
        return account(row)

    def get(self, identifier: str) -> Account:
        """An account by its id.

        Raises:
            BadInputError: there is none.
        """
        with self._database.reading() as db:
            return account(_row(db, identifier))

    def find(self, login: str) -> Account | None:
        """An account by its login, or None."""
        with self._database.reading() as db:
            row = db.scalar(select(PersonRow).where(PersonRow.login_key == login_key(login)))
            return account(row) if row else None

    def all(self, *, role: Role | None = None, search: str = "", disabled: bool = True) -> tuple[Account, ...]:
        """Accounts by name.

        Args:
            role: only these.
            search: only those whose login or name has this in it.
            disabled: whether to give those too that may not sign in.
        """
        chosen = select(PersonRow)
        if role is not None:
            chosen = chosen.where(PersonRow.role == role)
        if search.strip():
            like = f"%{_escaped(clean(search, 120).strip().lower())}%"
            chosen = chosen.where(
                or_(
                    func.lower(PersonRow.login).like(like, escape="\\"),
                    func.lower(PersonRow.name).like(like, escape="\\"),
                )
            )
        if not disabled:
            chosen = chosen.where(PersonRow.disabled.is_(None))
        with self._database.reading() as db:
            found = [account(row) for row in db.scalars(chosen)]
        return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.login)))

    def anybody(self) -> bool:
        """Whether there is any account at all."""
        with self._database.reading() as db:
            return db.scalar(select(PersonRow.id).limit(1)) is not None

    def check_password(self, login: str, password: str) -> Account | None:
        """The account, if the password is its own and it may sign in; else None, after the same time.

        A password kept by older rules is hashed anew.
        """
        with self._database.reading() as db:
            row = db.scalar(select(PersonRow).where(PersonRow.login_key == login_key(login)))
            kept, found = (row.password, account(row)) if row else ("", None)
        if not self.passwords.fits(kept, password) or found is None or not found.active:
            return None
        if self.passwords.outdated(kept):
            hashed = self.passwords.hashed(password)
            with self._database.writing() as db:
                row = db.get(PersonRow, found.id)
                if row is not None and row.password == kept:
                    row.password = hashed
        return found

    def change_password(self, identifier: str, old: str, new: str, *, by: By, keep: str = "") -> None:
        """Somebody changes their own password. Everybody signed in with the old one is signed out.

        Args:
            identifier: the account.
            old: the password until now.
            new: the password from now on.
            by: who and from where.
            keep: id of the sign-in that goes on: the one in which this is done.

        Raises:
            PasswordError: the old one is wrong, or the new one is not accepted.
            BadInputError: there is no such account.
        """
        found = self.get(identifier)
        if self.check_password(found.login, old) is None:
            raise PasswordError("The password until now is not right.", "Type it again.")
        self.set_password(identifier, new, by=by, keep=keep)

    def set_password(self, identifier: str, password: str, *, by: By, keep: str = "") -> None:
        """Give an account a password; everybody who was signed in with it is signed out, except the sign-in `keep`.

        Raises:
            PasswordError: it is not accepted.
            BadInputError: there is no such account.
        """
        found = self.get(identifier)
        hashed = self.accepted(password, found.login, found.name)
        with self._database.writing() as db:
            self.password_given(db, identifier, hashed, by, keep)

    def password_given(self, db: Session, identifier: str, hashed: str, by: By, keep: str = "") -> None:
        """The same within a transaction, with a password that was accepted."""
        row, at = _row(db, identifier), self._database.clock()
        row.password, row.password_set = hashed, at
        _sign_out(db, identifier, keep)
        note(db, at, "password changed" if by.id == identifier else "password set", by, about=identifier)

    def accepted(self, password: str, *about: str) -> str:
        """A password as it is kept.

        Raises:
            PasswordError: it is not accepted.
        """
        self.passwords.refuse_weak(password, *about)
        return self.passwords.hashed(password)

    def disable(self, identifier: str, *, by: By) -> Account:
        """Let nobody sign in with the account any more, and sign out who is.

        Raises:
            BadInputError: there is no such account, or it is the last admin.
        """
        with self._database.writing() as db:
            row = _row(db, identifier)
            refuse_last_admin(db, row)
            if row.disabled is None:
                row.disabled = self._database.clock()
                note(db, row.disabled, "account disabled", by, about=identifier)
            _sign_out(db, identifier)
            return account(row)

    def enable(self, identifier: str, *, by: By) -> Account:
        """Let the account sign in again.

        Raises:
            BadInputError: there is no such account.
        """
        with self._database.writing() as db:
            row = _row(db, identifier)
            if row.disabled is not None:
                row.disabled = None
                note(db, self._database.clock(), "account enabled", by, about=identifier)
            return account(row)

    def change_role(self, identifier: str, role: Role, *, by: By) -> Account:
        """Let the account do more or less. It counts at once, also where somebody is signed in.

        Raises:
            BadInputError: there is no such account or role, or it is the last admin.
        """
        with self._database.writing() as db:
            row = _row(db, identifier)
            if checked_role(role) != "admin":
                refuse_last_admin(db, row)
            if row.role != role:
                detail = f"{row.role} to {role}"
                row.role = role
                note(db, self._database.clock(), "role changed", by, about=identifier, detail=detail)
            return account(row)

    def rename(self, identifier: str, name: str, *, by: By) -> Account:
        """Change the name that others read.

        Raises:
            BadInputError: there is no such account, or the name is empty.
        """
        name = checked_name(name)
        with self._database.writing() as db:
            row = _row(db, identifier)
            if row.name != name:
                row.name = name
                note(db, self._database.clock(), "name changed", by, about=identifier)
            return account(row)


def login_key(login: str) -> str:
    """A login without what people type differently."""
    return clean(unicodedata.normalize("NFKC", login).strip().casefold(), 200)


def checked_login(login: str) -> str:
    """A login that is possible.

    Raises:
        BadInputError: it is not.
    """
    text = unicodedata.normalize("NFKC", login).strip()
    if not _LOGIN.fullmatch(text):
        raise BadInputError(
            f"{login.strip()[:80]!r} cannot be a login.",
            "Use 2 to 64 letters, digits and . @ + - _, without spaces: a name like reed.s or an address.",
        )
    return text


def checked_name(name: str) -> str:
    """A name as it is kept: without needless spaces.

    Raises:
        BadInputError: it is empty, too long, or has letters that cannot be seen in it.
    """
    text = " ".join(unicodedata.normalize("NFC", name).split())
    if not text or len(text) > LONGEST_NAME or not text.isprintable():
        raise BadInputError("This cannot be a name.", f"Write 1 to {LONGEST_NAME} letters.")
    return text


def checked_role(role: str) -> Role:
    """A role that there is.

    Raises:
        BadInputError: there is none like it.
    """
    for known in get_args(Role):
        if role == known:
            found: Role = known
            return found
    raise BadInputError(f"There is no role {role!r}.", f"Use one of: {', '.join(get_args(Role))}.")


def account(row: PersonRow) -> Account:
    """A row as others see it: without the password's hash."""
    return Account(row.id, row.login, row.name, checked_role(row.role), row.created, row.disabled, row.password_set)


def refuse_last_admin(db: Session, row: PersonRow) -> None:
    """Somebody must be able to let others in.

    Raises:
        BadInputError: this is the last admin who may sign in.
    """
    if row.role != "admin" or row.disabled is not None:
        return
    others = select(PersonRow.id).where(PersonRow.role == "admin", PersonRow.disabled.is_(None), PersonRow.id != row.id)
    if db.scalar(others.limit(1)) is None:
        raise BadInputError(f"{row.login} is the last admin.", "Make somebody else an admin first.")


def _row(db: Session, identifier: str) -> PersonRow:
    row = db.get(PersonRow, clean(identifier, 36))
    if row is None:
        raise BadInputError("There is no such account.", "It may have been deleted: look at the list of people.")
    return row


def _sign_out(db: Session, identifier: str, keep: str = "") -> None:
    for row in db.scalars(select(SignInRow).where(SignInRow.person == identifier, SignInRow.id != keep)):
        db.delete(row)


def _taken(login: str) -> BadInputError:
    return BadInputError(f"The login {login} is taken.", "Choose another one.")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
