"""A PostgreSQL of one's own: made in a temporary folder, reached through a Unix socket only, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

DEBIAN = Path("/usr/lib/postgresql")
"""Debian keeps the server's programs off the PATH, one folder for each version."""


def server_program(name: str) -> Path | None:
    """Where one of PostgreSQL's programs is, or None."""
    found = shutil.which(name)
    if found:
        return Path(found)
    return max(DEBIAN.glob(f"*/bin/{name}"), default=None, key=lambda path: int(path.parts[-3].split(".")[0]))


class Cluster:
    """A running server.

    Args:
        initdb: the program that makes it; its fellows lie beside it.
    """

    def __init__(self, initdb: Path) -> None:
        self._programs = initdb.resolve().parent
        self._folder = Path(tempfile.mkdtemp(prefix="voicesim-postgres-"))
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:  # the server refuses to run as root
            owner = next(one for one in (_user("postgres"), _user("nobody")) if one)
            self._as = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        self._data = self._folder / "data"
        self._run("initdb", "-D", self._data, "-U", "tests", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        quick = "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=40"
        self._run(
            "pg_ctl", "-D", self._data, "-w", "-o", f"{quick} -k {self._folder}", "-l", self._folder / "log", "start"
        )

    def fresh_database(self) -> str:
        """The address of a database with nothing in it; what was there before is gone."""
        import psycopg

        with psycopg.connect(f"host={self._folder} user=tests dbname=postgres", autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        return f"postgresql+psycopg://tests@/postgres?host={self._folder}"

    def stop(self) -> None:
        """Stop it, and leave nothing behind."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *arguments: object) -> None:
        done = subprocess.run(
            [self._programs / program, *map(str, arguments)], cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL, **self._as,
        )  # fmt: skip
        assert done.returncode == 0, f"{program}: {(done.stderr or b'').decode()}"


def _user(name: str) -> Any:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None
