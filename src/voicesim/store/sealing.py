"""When sessions are sealed: once they are closed and scored, and nobody works on them."""

from __future__ import annotations

from pathlib import Path

from voicesim.errors import BadInputError
from voicesim.review.scoring import SCORECARD
from voicesim.session.cached import forget_cached
from voicesim.session.in_use import in_use
from voicesim.session.meta import META, read_meta
from voicesim.session.names import EVENTS
from voicesim.session.tracks import TRACKS
from voicesim.store.keys import Ask, MasterKey, NoKeyError, key_description, open_key
from voicesim.store.sealed_folder import is_sealed, seal, unseal


def refuse_in_use(folder: Path) -> None:
    """Leave a session alone that is being recorded.

    Raises:
        BadInputError: it is.
    """
    if running(folder):
        raise BadInputError(f"{folder.name} is being recorded at this moment.", "Wait until it is over.")


def running(folder: Path) -> bool:
    """Whether a session is being recorded at this moment."""
    return in_use(folder / EVENTS, *(folder / f"{name}.wav" for name in TRACKS))


def why_not(folder: Path) -> str:
    """Why a plain session cannot be sealed yet; empty when it can."""
    if not (folder / META).is_file():
        return "no session"
    if running(folder):
        return "being recorded"
    if read_meta(folder).state != "complete":
        return "interrupted: run `voicesim recover` first"
    if not (folder / SCORECARD).is_file():
        return "not scored: run `voicesim score` first"
    return ""


def seal_session(folder: Path, master: MasterKey) -> None:
    """Seal a session, and forget what the cache holds of it.

    Raises:
        BadInputError: it cannot be sealed yet.
        StorageError: the disk refuses; it is as it was.
    """
    if not is_sealed(folder) and (why := why_not(folder)):
        raise BadInputError(f"{folder.name} cannot be encrypted: {why}.", "")
    seal(folder, master)
    forget_cached(folder.name)


def unseal_session(folder: Path, master: MasterKey) -> None:
    """Make a sealed session plain again.

    Raises:
        BadInputError: it is not sealed, or the key does not fit.
        StorageError: the disk refuses; it is as it was.
    """
    unseal(folder, master)


def seal_when_done(folder: Path, ask: Ask | None = None) -> bool:
    """Seal a session that was just scored, where that is wished for and the key is at hand.

    Returns:
        Whether it is sealed now.

    Raises:
        VoicesimError: it should be sealed and could not be; it is plain, and whole.
    """
    described = key_description(folder.absolute().parent)
    if described is None or not described.automatic or is_sealed(folder) or why_not(folder):
        return is_sealed(folder)
    try:
        master = open_key(folder.absolute().parent, ask)
    except NoKeyError:
        return False  # nobody was there to type it: `voicesim store encrypt` does it later
    seal_session(folder, master)
    return True
