"""Reading a session whether it is encrypted or not: `with opened(folder) as readable`.

A plain session is read where it lies. A sealed one is decrypted into a private place in memory; what is changed there is sealed
again when the reader is done, and the copy is deleted. Several readers in one process share a copy.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from voicesim.remarks.settings import ACADEMY
from voicesim.store.keys import Ask, MasterKey, open_key
from voicesim.store.private_place import PrivatePlace, clear_abandoned
from voicesim.store.sealed_folder import (
    SEALED,
    Sealed,
    is_sealed,
    plain_files,
    read_sealed,
    seal_changes,
    unsealed_copy,
)

_State = dict[str, tuple[int, int, int]]


@dataclass
class _Copy:
    """A plain copy of a sealed session."""

    place: PrivatePlace
    folder: Path
    sealed: Sealed
    master: MasterKey
    stamp: tuple[int, int]
    state: _State
    users: int = 0
    waiting: threading.Timer | None = None
    changing: threading.Lock = field(default_factory=threading.Lock)


_copies: dict[Path, _Copy] = {}
_opening = threading.RLock()
_swept = False


@contextmanager
def opened(folder: Path, *, ask: Ask | None = None, linger: float = 0.0) -> Iterator[Path]:
    """A folder to read a session from, and to change it in.

    Args:
        folder: the session's, plain or sealed.
        ask: asks a person for the passphrase where one is needed.
        linger: seconds that a plain copy waits for the next reader before it is deleted.

    Yields:
        The folder itself where it is plain, else a plain copy of the same name.

    Raises:
        NoKeyError: it is sealed, and the key is not at hand.
        BadInputError: the key is the wrong one, or the session was damaged.
        StorageError: there is no room for a copy, or what was changed in it could not be kept.
    """
    if not is_sealed(folder):
        yield folder
        return
    folder = folder.absolute()
    copy = _taken(folder, ask)
    try:
        yield copy.folder
        keep_changes(copy.folder)
    finally:
        _let_go(folder, copy, linger)


@contextmanager
def opened_in_part(
    folder: Path, *names: str, ask: Ask | None = None, master: MasterKey | None = None
) -> Iterator[Path]:
    """The same, for reading only these files: a list of a thousand sessions needs no sound.

    Args:
        folder: the session's, plain or sealed.
        names: the files.
        ask: asks a person for the passphrase where one is needed.
        master: the key, for who has opened it already; to open it takes a moment where a passphrase guards it.
    """
    if not is_sealed(folder):
        yield folder
        return
    master = master or open_key(folder.absolute().parent, ask)
    place = PrivatePlace(16 << 20)
    try:
        target = place.folder / folder.name
        target.mkdir(mode=0o700)
        unsealed_copy(folder, master, target, names)
        yield target
    finally:
        place.remove()


def keep_changes(readable: Path) -> bool:
    """Seal at once what was changed in a copy that `opened` gave; otherwise that happens when its reader is done.

    Returns:
        Whether anything was changed.

    Raises:
        StorageError: it could not be kept.
    """
    copy = next((one for one in list(_copies.values()) if one.folder == readable), None)
    if copy is None:
        return False
    with copy.changing:
        now = _states(copy.folder)
        changed: dict[str, Path | None] = {
            name: copy.folder / name for name, state in now.items() if copy.state.get(name) != state
        }
        changed |= {name: None for name in copy.state if name not in now}
        if changed:
            copy.sealed = seal_changes(copy.sealed, copy.folder, changed, copy.master)
            copy.state, copy.stamp = now, _stamp(copy.sealed.folder)
        return bool(changed)


def close_all() -> None:
    """Delete every plain copy that nobody reads. Done by itself when the process ends."""
    with _opening:
        for folder, copy in list(_copies.items()):
            if copy.users == 0:
                _remove(folder, copy)


def _taken(folder: Path, ask: Ask | None) -> _Copy:
    global _swept
    with _opening:
        if not _swept:
            _swept = True
            clear_abandoned()
            atexit.register(_remove_all)
        copy = _copies.get(folder)
        if copy is not None and copy.users == 0 and copy.stamp != _stamp(folder):
            _remove(folder, copy)  # another program has changed the session since
            copy = None
        if copy is None:
            copy = _copies[folder] = _made(folder, open_key(folder.parent, ask))
        if copy.waiting is not None:
            copy.waiting.cancel()
            copy.waiting = None
        copy.users += 1
        return copy


def _made(folder: Path, master: MasterKey) -> _Copy:
    stamp = _stamp(folder)
    place = PrivatePlace(sum(member.size for member in read_sealed(folder, master).members))
    try:
        target = place.folder / folder.name
        target.mkdir(mode=0o700)
        if (folder.parent / ACADEMY).is_dir():  # what the academy has set is looked for beside the session
            with suppress(OSError):
                (place.folder / ACADEMY).symlink_to(folder.parent / ACADEMY, target_is_directory=True)
        sealed = unsealed_copy(folder, master, target)
        return _Copy(place, target, sealed, master, stamp, _states(target))
    except BaseException:
        place.remove()
        raise


def _let_go(folder: Path, copy: _Copy, linger: float) -> None:
    with _opening:
        copy.users -= 1
        if copy.users:
            return
        if linger <= 0:
            _remove(folder, copy)
            return
        copy.waiting = threading.Timer(linger, _unused, (folder, copy))
        copy.waiting.daemon = True
        copy.waiting.start()


def _unused(folder: Path, copy: _Copy) -> None:
    with _opening:
        if copy.users == 0:
            _remove(folder, copy)


def _remove(folder: Path, copy: _Copy) -> None:
    if copy.waiting is not None:
        copy.waiting.cancel()
    if _copies.get(folder) is copy:
        del _copies[folder]
    copy.place.remove()


def _remove_all() -> None:
    for folder, copy in list(_copies.items()):
        _remove(folder, copy)


def _states(folder: Path) -> _State:
    found: _State = {}
    for name, path in plain_files(folder):
        state = path.stat()
        found[name] = (state.st_size, state.st_mtime_ns, state.st_ino)
    return found


def _stamp(folder: Path) -> tuple[int, int]:
    state = (folder / SEALED).stat()
    return state.st_mtime_ns, state.st_size
