"""Who is signed in. It is kept here and not only in the cookie, so that signing out and disabling really end it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from voicesim.errors import BadInputError
from voicesim.store.audit import By, note
from voicesim.store.database import Database, clean
from voicesim.store.people import Account, account
from voicesim.store.tables import PersonRow, SignInRow
from voicesim.store.tokens import new_token, token_hash
from voicesim.yamlfile import load_model


class SignInRules(BaseModel):
    """`sign_ins.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["voicesim/sign-ins/1"]
    idle_minutes: float = Field(gt=0)
    longest_hours: float = Field(gt=0)
    seen_every_seconds: float = Field(ge=0)
    most_each: int = Field(ge=1)
    invitation_hours: float = Field(gt=0)
    password_link_hours: float = Field(gt=0)


@cache
def sign_in_rules() -> SignInRules:
    """The rules that ship with this version."""
    return load_model(files("voicesim.store") / "sign_ins.yaml", SignInRules)


@dataclass(frozen=True)
class SignIn:
    """Somebody signed in, in one browser."""

    id: str
    person: str
    began: datetime
    last_seen: datetime
    ends: datetime
    """When it is over, however often it is used."""
    where: str
    browser: str


class SignIns:
    """Those who are signed in.

    Args:
        database: where they lie.
        rules: how long.
    """

    def __init__(self, database: Database, rules: SignInRules | None = None) -> None:
        self._database = database
        self.rules = rules or sign_in_rules()

    def begin(self, person: str, *, where: str, browser: str = "") -> tuple[SignIn, str]:
        """Sign somebody in whose password was right.

        Args:
            person: the account.
            where: network address.
            browser: what it calls itself.

        Returns:
            The sign-in, and its token for the cookie: it is not kept and cannot be had again.

        Raises:
            BadInputError: there is no such account, or it is disabled.
        """
        token, at = new_token(), self._database.clock()
        with self._database.writing() as db:
            found = db.get(PersonRow, clean(person, 36))
            if found is None or found.disabled is not None:
                raise BadInputError("This account cannot sign in.", "Ask an administrator.")
            self._make_room(db, person)
            row = SignInRow(
                id=str(uuid4()), person=person, token_hash=token_hash(token), began=at, last_seen=at,
                ends=at + timedelta(hours=self.rules.longest_hours), where=clean(where, 64), browser=clean(browser, 200),
            )  # fmt: skip
            db.add(row)
            note(db, at, "sign-in", By(person, where), about=person)
            return _sign_in(row), token

    def who(self, token: str) -> tuple[SignIn, Account] | None:
        """Whose token this is; None when it is over, was ended, or never was. Counts as use."""
        at = self._database.clock()
        with self._database.reading() as db:
            both = select(SignInRow, PersonRow).join(PersonRow, PersonRow.id == SignInRow.person)
            found = db.execute(both.where(SignInRow.token_hash == token_hash(token))).one_or_none()
            if found is None:
                return None
            row, person = found
            if person.disabled is not None or at >= row.ends or at - row.last_seen >= self._idle:
                return None
            result = _sign_in(row), account(person)
        if at - result[0].last_seen >= timedelta(seconds=self.rules.seen_every_seconds):
            with self._database.writing() as db:
                used = db.get(SignInRow, result[0].id)
                if used is not None:
                    used.last_seen = max(used.last_seen, at)
        return result

    def end(self, identifier: str, *, by: By) -> None:
        """Sign out: the token is worth nothing from now on. Nothing happens where it is over already."""
        with self._database.writing() as db:
            row = db.get(SignInRow, clean(identifier, 36))
            if row is not None:
                note(db, self._database.clock(), "sign-out", by, about=row.person)
                db.delete(row)

    def end_all(self, person: str, *, by: By, keep: str = "") -> int:
        """Sign somebody out everywhere, except in the sign-in `keep`.

        Returns:
            How many ended.
        """
        with self._database.writing() as db:
            rows = list(db.scalars(select(SignInRow).where(SignInRow.person == person, SignInRow.id != keep)))
            for row in rows:
                db.delete(row)
            if rows:
                detail = f"everywhere: {len(rows)}"
                note(db, self._database.clock(), "sign-out", by, about=person, detail=detail)
            return len(rows)

    def of(self, person: str) -> tuple[SignIn, ...]:
        """Where somebody is signed in now, last used first."""
        at = self._database.clock()
        with self._database.reading() as db:
            rows = db.scalars(
                select(SignInRow)
                .where(SignInRow.person == person, SignInRow.ends > at, SignInRow.last_seen > at - self._idle)
                .order_by(SignInRow.last_seen.desc())
            )
            return tuple(_sign_in(row) for row in rows)

    def clear_away(self) -> int:
        """Delete those that are over.

        Returns:
            How many.
        """
        at = self._database.clock()
        with self._database.writing() as db:
            over = or_(SignInRow.ends <= at, SignInRow.last_seen <= at - self._idle)
            return len(list(db.scalars(delete(SignInRow).where(over).returning(SignInRow.id))))

    @property
    def _idle(self) -> timedelta:
        return timedelta(minutes=self.rules.idle_minutes)

    def _make_room(self, db: Session, person: str) -> None:
        rows = db.scalars(select(SignInRow).where(SignInRow.person == person).order_by(SignInRow.last_seen.desc()))
        for row in list(rows)[self.rules.most_each - 1 :]:
            db.delete(row)


def _sign_in(row: SignInRow) -> SignIn:
    return SignIn(row.id, row.person, row.began, row.last_seen, row.ends, row.where, row.browser)
