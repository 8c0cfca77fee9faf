"""Opening the store: the database is brought up to date, and its parts put together."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection, inspect, text

from voicesim.errors import BadInputError
from voicesim.folders import sessions_folder
from voicesim.store.audit import Audit
from voicesim.store.database import Clock, Database, now
from voicesim.store.index import Index
from voicesim.store.indexing import READ_FROM
from voicesim.store.invitations import Invitations
from voicesim.store.opened import opened_in_part
from voicesim.store.passwords import Passwords, password_rules
from voicesim.store.people import People
from voicesim.store.settings import Settings
from voicesim.store.sign_ins import SignIns

HEAD = "0002"
"""The revision that this version works with; a test compares it with the newest in `migrations/`."""
FILE = "voicesim.sqlite3"
_MIGRATING = 0x766F6963
"""PostgreSQL's advisory lock, so that two servers that start together do not both upgrade."""


class Store:
    """Everything that is kept about people and sessions beside the sessions themselves.

    Args:
        database: open and up to date.
        passwords: how they are judged and kept.
    """

    def __init__(self, database: Database, passwords: Passwords) -> None:
        self.database = database
        self.audit = Audit(database)
        self.people = People(database, passwords)
        self.invitations = Invitations(database, self.people)
        self.sign_ins = SignIns(database)
        self.index = Index(database, _in_part)
        self.settings = Settings(database)

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _in_part(folder: Path) -> AbstractContextManager[Path]:
    return opened_in_part(folder, *READ_FROM)


def database_of(sessions: Path | None = None) -> str:
    """Where the database is: ``$VOICESIM_DATABASE`` (a file or an address), else a file beside the sessions' folder.

    Args:
        sessions: the folder of the sessions; the usual one when None.
    """
    named = os.environ.get("VOICESIM_DATABASE")
    return named or str((sessions or sessions_folder()).absolute().parent / FILE)


def open_store(where: str | Path | None = None, clock: Clock = now, passwords: Passwords | None = None) -> Store:
    """Open the store; what is missing is made, what is old is brought up to date.

    Args:
        where: a file (SQLite), or ``postgresql+psycopg://…``; None: as `database_of` says.
        clock: what time it is.
        passwords: how they are judged and kept; None: as `passwords.yaml` says.

    Raises:
        BadInputError: the address is not understood, or the database was made by a newer version.
        StorageError: the database cannot be reached or written.
    """
    database = Database(where if where is not None else database_of(), clock)
    try:
        bring_up_to_date(database)
    except BaseException:
        database.close()
        raise
    return Store(database, passwords or Passwords(password_rules()))


def bring_up_to_date(database: Database, revision: str = HEAD) -> None:
    """Run the migrations that are still missing, all or none of them.

    Raises:
        BadInputError: a newer version of voicesim made this database, or another program.
    """
    with database.reading() as session:
        if _revision(session.connection()) == revision:
            return  # without loading alembic: every start would pay for it
    with database.connected() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATING})
        found = _revision(connection)
        if not found and inspect(connection).get_table_names():
            raise BadInputError(
                f"The database {database.name} holds other things already.", "Give voicesim a database of its own."
            )
        if found != revision:
            _upgrade(connection, database.name, found, revision)


def _revision(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def _upgrade(connection: Connection, name: str, found: str, revision: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found and found not in known:
        raise BadInputError(f"The database {name} was made by a newer voicesim.", "Use that version or a later one.")
    command.upgrade(config, revision)
