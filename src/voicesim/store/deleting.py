"""Deleting a session for good: its folder, what the cache made of it, its lines in the index."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from voicesim.errors import BadInputError, StorageError
from voicesim.session.cached import forget_cached
from voicesim.session.disk import sync_folder
from voicesim.session.meta import META
from voicesim.store.audit import By
from voicesim.store.indexing import session_name
from voicesim.store.sealed_folder import SEALED
from voicesim.store.sealing import refuse_in_use

if TYPE_CHECKING:
    from voicesim.store.opening import Store

_GOING = ".deleting-"


def delete_session(store: Store | None, folder: Path, *, by: By, detail: str = "") -> None:
    """Delete a session: sound, log, scorecard, report, remarks, cache, index. It is gone at once, whatever happens then.

    Args:
        store: where it is in the index and the deed goes into the audit log; None where there is no database.
        folder: the session's.
        by: who deletes it.
        detail: why, for the audit log.

    Raises:
        BadInputError: there is no such session, or it is being recorded.
        StorageError: the system refuses.
    """
    if (
        not session_name(folder.name)
        or folder.is_symlink()
        or not any((folder / one).is_file() for one in (META, SEALED))
    ):
        raise BadInputError("There is no such session.", "It may have been deleted: look at the list of sessions.")
    refuse_in_use(folder)
    going = folder.parent / f"{_GOING}{secrets.token_hex(8)}"
    try:
        os.rename(folder, going)  # one moment: nobody ever sees half a session
        sync_folder(folder.parent)
        forget_cached(folder.name)
        if store is not None:
            known = store.index.get(folder.name)
            store.index.forget(folder.name)
            owner = known.owner if known else ""
            store.audit.add("session deleted", by, about=owner, session=folder.name, detail=detail)
        shutil.rmtree(going)
        sync_folder(folder.parent)
    except OSError as error:
        raise StorageError(
            f"{folder.name} could not be deleted as a whole ({error.strerror}).",
            f"Run `voicesim store tidy`, or delete {going} by hand.",
        ) from error


def finish_deleting(sessions: Path) -> int:
    """Delete what an interrupted deletion has left.

    Returns:
        How many sessions.
    """
    left = list(_left(sessions))
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return len(left)


def _left(sessions: Path) -> Iterator[Path]:
    yield from sessions.glob(f"{_GOING}*") if sessions.is_dir() else ()
