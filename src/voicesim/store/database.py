"""The connection to the database: SQLite in a file, or PostgreSQL. Whatever goes wrong with it is said in one line."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, TimeoutError
from sqlalchemy.orm import Session

from voicesim.errors import BadInputError, StorageError

if TYPE_CHECKING:
    from sqlalchemy.pool import ConnectionPoolEntry

Clock = Callable[[], datetime]
_BUSY = 15.0
"""Seconds that a writer waits for another before it gives up (SQLite)."""
_DRIVER = "postgresql+psycopg"


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


class Database:
    """An open database. Safe to use from several threads and processes.

    Args:
        where: a file (SQLite), or ``postgresql+psycopg://…``.
        clock: what time it is.

    Raises:
        BadInputError: the address cannot be understood, or its driver is not installed.
        StorageError: the database cannot be reached.
    """

    def __init__(self, where: str | Path, clock: Clock = now) -> None:
        self.url = address(where)
        self.clock = clock
        self.engine = _engine(self.url)
        self._writer = self.engine.execution_options(voicesim_writes=True)

    @property
    def name(self) -> str:
        """For a person; without a password."""
        if self.is_sqlite:
            return str(self.url.database)
        return self.url.render_as_string(hide_password=True)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that changes nothing."""
        with self._told(), Session(self.engine) as session, session.begin():
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that may change something: all of it happens, or nothing."""
        with self._told(), Session(self._writer) as session, session.begin():
            yield session

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """A writing transaction without mapped rows: for migrations."""
        with self._told(), self._writer.connect() as connection, connection.begin():
            yield connection

    def compact(self) -> None:
        """Leave nothing of what was deleted in the database's files.

        Raises:
            StorageError: it cannot be done now, most often since somebody else is writing.
        """
        with self._told():
            if not self.is_sqlite:
                with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.exec_driver_sql("VACUUM FULL")
                return
            try:
                busy = _compact_sqlite(str(self.url.database))
            except sqlite3.Error as error:
                raise DBAPIError("VACUUM", None, error) from error
        if busy:
            raise StorageError(
                f"Somebody reads the database {self.name}, so that old pages of it are still there.",
                "Run `voicesim store tidy` later.",
            )

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise  # a rule of the tables: whoever broke it says what that means
        except DBAPIError as error:
            lines = str(error.orig).strip().splitlines() or [type(error.orig).__name__]
            remedy = "Check that the disk has room, that you may write there, and that no other program holds it."
            if not self.is_sqlite:
                remedy = "Check that the database server runs and that the address and password are right."
            raise StorageError(f"The database {self.name} refuses: {lines[0].rstrip('.')}.", remedy) from error
        except TimeoutError:
            raise StorageError(f"The database {self.name} is too busy.", "Try again in a moment.") from None


def clean(text: str, most: int) -> str:
    """Text from outside as every database takes it: no letters that are none, and no longer than its column.

    Args:
        text: anything.
        most: letters that are kept.
    """
    return text.encode("utf-8", "replace").decode().replace("\0", "")[:most]


def address(where: str | Path) -> URL:
    """The address of a database: a file's path becomes SQLite's, a plain ``postgresql://`` gets its driver.

    Raises:
        BadInputError: it is neither.
    """
    text = str(where)
    if isinstance(where, Path) or "://" not in text:
        return URL.create("sqlite", database=str(Path(text).expanduser().absolute()))
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise BadInputError(
            "The database's address is not understood.", "Write it like postgresql+psycopg://user@host/name."
        ) from None
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername=_DRIVER)
    if url.drivername not in ("sqlite", _DRIVER) or (url.drivername == "sqlite" and not url.database):
        raise BadInputError(
            f"voicesim does not work with a database at {url.drivername}://.",
            "Give a file, or postgresql+psycopg://user@host/name.",
        )
    return url


def _engine(url: URL) -> Engine:
    try:
        if url.get_backend_name() != "sqlite":
            return create_engine(url, pool_pre_ping=True, pool_recycle=1800)
        engine = create_engine(url, connect_args={"timeout": _BUSY})
    except (ImportError, NoSuchModuleError):
        raise BadInputError("PostgreSQL's driver is not installed.", "Run pip install 'voicesim[postgres]'.") from None
    _for_its_owner_only(Path(str(url.database)))
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _for_its_owner_only(file: Path) -> None:
    """Make the file before SQLite does: it would let everybody read it. Its side files follow its permissions."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except OSError as error:
        raise StorageError(
            f"The database {file} cannot be made: {error.strerror}.", "Choose a folder that you may write to."
        ) from None


def _prepare_sqlite(connection: Any, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _compact_sqlite(file: str) -> bool:
    """Write the file anew and empty its log.

    Returns:
        Whether somebody kept the log from being emptied.
    """
    with closing(sqlite3.connect(file, timeout=_BUSY, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("VACUUM")
        return bool(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its lock at once: one that began by reading could not wait for another later on.
    writes = connection.get_execution_options().get("voicesim_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
