"""The tables of the database. `migrations/` makes them; a test holds the two against each other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, ForeignKey, Integer, MetaData, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

ID = String(36)
"""A UUID as text, as it stands in `meta.json` too."""
HASH = String(64)
"""SHA-256 in hexadecimal."""


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no time zone: it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database."""
        if value is None:
            return None
        inside = value.astimezone(UTC)
        return inside.replace(tzinfo=None) if dialect.name == "sqlite" else inside

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        found: datetime = value
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


class Base(DeclarativeBase):
    """Every table, each constraint with a name that a migration can use."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class PersonRow(Base):
    """An account."""

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    login: Mapped[str] = mapped_column(String(64))
    login_key: Mapped[str] = mapped_column(String(200), unique=True)
    """The login without what people type differently: case, width of letters."""
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(16))
    password: Mapped[str] = mapped_column(Text)
    """Argon2's own format, salt and cost included; empty as long as none was chosen."""
    password_set: Mapped[datetime | None] = mapped_column(Moment)
    created: Mapped[datetime] = mapped_column(Moment)
    disabled: Mapped[datetime | None] = mapped_column(Moment)
    """Since when; empty while the account may sign in."""


class SignInRow(Base):
    """Somebody who is signed in, in one browser. It ends by being deleted."""

    __tablename__ = "sign_ins"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    person: Mapped[str] = mapped_column(ID, ForeignKey("people.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(HASH, unique=True)
    began: Mapped[datetime] = mapped_column(Moment)
    last_seen: Mapped[datetime] = mapped_column(Moment)
    ends: Mapped[datetime] = mapped_column(Moment)
    """When it is over however often it is used."""
    where: Mapped[str] = mapped_column("origin", String(64))
    browser: Mapped[str] = mapped_column(String(200))


class InvitationRow(Base):
    """A link that makes one account, or sets one account's password anew. It works once."""

    __tablename__ = "invitations"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    token_hash: Mapped[str] = mapped_column(HASH, unique=True)
    role: Mapped[str] = mapped_column(String(16))
    person: Mapped[str | None] = mapped_column(ID, ForeignKey("people.id", ondelete="CASCADE"), index=True)
    """Whose password it sets; empty for a new account, until it is made."""
    note: Mapped[str] = mapped_column(String(200))
    """For whoever invited: whom it is for."""
    by: Mapped[str] = mapped_column("made_by", ID)
    created: Mapped[datetime] = mapped_column(Moment)
    expires: Mapped[datetime] = mapped_column(Moment)
    used: Mapped[datetime | None] = mapped_column(Moment)


class AuditRow(Base):
    """Who did what. Lines are added and never deleted; the database itself refuses to."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    who: Mapped[str] = mapped_column(String(64), index=True)
    what: Mapped[str] = mapped_column(String(40), index=True)
    about: Mapped[str] = mapped_column(String(64), index=True)
    """The account it was done to; empty where it was done to none."""
    session: Mapped[str] = mapped_column(String(150), index=True)
    """The session it was done to."""
    where: Mapped[str] = mapped_column("origin", String(64))
    detail: Mapped[str] = mapped_column(String(300))


class SettingRow(Base):
    """A value that the server remembers, such as the secret its cookies are signed with."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
