"""What the server remembers of itself, such as the secret that its cookies are signed with."""

from __future__ import annotations

import secrets

from sqlalchemy.exc import IntegrityError

from voicesim.store.database import Database
from voicesim.store.tables import SettingRow


class Settings:
    """Named values.

    Args:
        database: where they lie.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str, default: str = "") -> str:
        """A value, or the default where it was never set."""
        with self._database.reading() as db:
            row = db.get(SettingRow, name)
            return row.value if row else default

    def set(self, name: str, value: str) -> None:
        """Keep a value."""
        with self._database.writing() as db:
            db.merge(SettingRow(name=name, value=value))

    def secret(self, name: str) -> str:
        """256 random bits as text: made when first asked for, the same ever after, for every process on this database."""
        found = self.get(f"secret {name}")
        if found:
            return found
        try:
            with self._database.writing() as db:
                db.add(SettingRow(name=f"secret {name}", value=secrets.token_urlsafe(32)))
        except IntegrityError:
            pass  # another process was quicker: its secret counts
        return self.get(f"secret {name}")
