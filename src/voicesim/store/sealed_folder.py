"""A session's folder, encrypted: `sealed.json` and one encrypted file for each of its files, under names that tell nothing.

`sealed.json` says which master key is needed, holds the session's own key wrapped by it, and, encrypted, the list of the files:
names, sizes and what each is called on the disk. It is replaced as a whole, and that is the one moment at which anything changes:

- sealing writes the encrypted files beside the plain ones, reads them back, puts `sealed.json` there, and only then deletes
  the plain ones;
- unsealing writes the plain files, takes `sealed.json` away, and only then deletes the encrypted ones.

Whatever happens in between, the folder is either the plain session or the sealed one, and whole; what is left over is cleared
away the next time. The list authenticates every file under its name in this session. What it cannot show is that somebody put
back an earlier state of the whole folder.
"""

from __future__ import annotations

import json
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from voicesim.errors import BadInputError, StorageError
from voicesim.session.checksums import file_sha256
from voicesim.session.disk import for_its_owner_only, sync_folder, write_atomically
from voicesim.session.writer import storage_error
from voicesim.store.keys import MasterKey
from voicesim.store.sealed_file import broken, derived, seal_file, unsealed

SEALED = "sealed.json"
_ENDING = ".sealed"
_PART = ".unsealing"


class SealedMember(BaseModel):
    """One file of a sealed session."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    """Its path in the plain folder, with ``/``."""
    file: str = Field(pattern=r"^[0-9a-f]{32}\.sealed$")
    size: int = Field(ge=0)
    sha256: str
    """Of the plain file."""
    changed: int
    """When the plain file was last changed, nanoseconds since 1970."""


class _List(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    members: tuple[SealedMember, ...]
    turn: int = Field(ge=1)
    """How often the list has been written."""


class _Head(BaseModel):
    """`sealed.json`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["voicesim/sealed/1"] = "voicesim/sealed/1"
    key: str
    """Id of the master key."""
    wrapped: str
    list: str


@dataclass(frozen=True)
class Sealed:
    """A sealed session, its list read and proven."""

    folder: Path
    key: bytes
    members: tuple[SealedMember, ...]
    turn: int

    def member(self, name: str) -> SealedMember | None:
        """A file by its name in the plain folder, or None."""
        return next((one for one in self.members if one.name == name), None)

    def text(self, member: SealedMember) -> Iterator[bytes]:
        """A file's plain bytes, piece by piece.

        Raises:
            SealBrokenError: it is not what was written.
            OSError: it cannot be read.
        """
        return unsealed(self.folder / member.file, self.key, _about(self.folder, member.name))


def is_sealed(folder: Path) -> bool:
    """Whether a session's folder is encrypted."""
    return (folder / SEALED).is_file()


def needed_key(folder: Path) -> str:
    """Id of the master key that a sealed session needs.

    Raises:
        BadInputError: `sealed.json` cannot be read.
    """
    return _head(folder).key


def read_sealed(folder: Path, master: MasterKey) -> Sealed:
    """Read a sealed session's list.

    Raises:
        BadInputError: it cannot be read, or needs another key.
        SealBrokenError: it was damaged or changed.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    head = _head(folder)
    if head.key != master.id:
        raise BadInputError(
            f"{folder.name} was encrypted with another key ({head.key}, not {master.id}).", "Use the key it needs."
        )
    try:
        wrapped, listed = b64decode(head.wrapped), b64decode(head.list)
        key = AESGCM(master.secret).decrypt(wrapped[:12], wrapped[12:], _about(folder, head.key).encode())
        box = AESGCM(derived(key, b"", b"voicesim sealed list"))
        found = _List.model_validate_json(box.decrypt(listed[:12], listed[12:], _about(folder, "").encode()))
    except (InvalidTag, ValueError):
        raise broken(folder / SEALED) from None
    for member in found.members:
        _refuse_outside(member.name)
    return Sealed(folder, key, found.members, found.turn)


def seal(folder: Path, master: MasterKey) -> None:
    """Encrypt a session's folder. Nothing happens where it is sealed already, but that leftovers are cleared away.

    The caller makes sure that nobody records or writes here.

    Raises:
        BadInputError: something in it is no plain file.
        StorageError: the disk refuses; the plain session is as it was.
    """
    if is_sealed(folder):
        clear_leftovers(folder, master)
        return
    with _told(folder), locked(folder):
        _clear_unlisted(folder, ())
        plain = list(plain_files(folder))
        before = {name: _state(path) for name, path in plain}
        key = secrets.token_bytes(32)
        members = tuple(_sealed_member(folder, name, path, key) for name, path in plain)
        sealed = Sealed(folder, key, members, 1)
        _prove(sealed)
        if {name: _state(path) for name, path in plain_files(folder)} != before:
            _clear_unlisted(folder, ())
            raise StorageError(f"{folder.name} was changed while it was encrypted, and stays plain.", "Do it again.")
        _write_list(sealed, master)
        _clear_plain(sealed)


def unseal(folder: Path, master: MasterKey) -> None:
    """Make a sealed session's folder plain again, as it was before.

    Raises:
        BadInputError: it is not sealed, or the key is another one, or it was changed.
        StorageError: the disk refuses; the sealed session is as it was.
    """
    with _told(folder), locked(folder):
        sealed = read_sealed(folder, master)
        for member in sealed.members:
            _write_plain(sealed, member, folder)
        sync_folder(folder)
        (folder / SEALED).unlink()
        sync_folder(folder)
        _clear_unlisted(folder, ())


def unsealed_copy(folder: Path, master: MasterKey, target: Path, only: tuple[str, ...] = ()) -> Sealed:
    """Write a sealed session's plain files into another folder.

    Args:
        folder: the sealed session.
        master: the key.
        target: a private folder.
        only: just these files; empty: all.

    Raises:
        BadInputError: the key is another one, or the session was changed.
        OSError: a file cannot be read or written.
    """
    sealed = read_sealed(folder, master)
    for member in sealed.members:
        if not only or member.name in only:
            _write_plain(sealed, member, target)
    return sealed


def seal_changes(sealed: Sealed, plain: Path, changed: dict[str, Path | None], master: MasterKey) -> Sealed:
    """Take changes of some files into a sealed session: all of them, or none.

    Args:
        sealed: as it was read.
        plain: the folder the changed files are in, for messages.
        changed: file name to where it lies now; None: it was deleted.
        master: the key.

    Raises:
        StorageError: the disk refuses, or somebody else changed one of these files meanwhile; nothing was taken in.
    """
    with _told(sealed.folder), locked(sealed.folder):
        now = read_sealed(sealed.folder, master)
        if any(_version(now, name) != _version(sealed, name) for name in changed):
            raise StorageError(
                f"{plain.name} was changed by another program at the same time; this change was not kept.",
                "Do it again.",
            )
        kept = [one for one in now.members if one.name not in changed]
        fresh = [_sealed_member(now.folder, name, at, now.key) for name, at in changed.items() if at is not None]
        result = Sealed(now.folder, now.key, tuple(sorted((*kept, *fresh), key=lambda one: one.name)), now.turn + 1)
        _write_list(result, master)
        _clear_unlisted(result.folder, result.members)
        return result


def clear_leftovers(folder: Path, master: MasterKey) -> tuple[str, ...]:
    """Clear away what an interrupted sealing or unsealing left in a sealed folder.

    Returns:
        Plain files that somebody wrote there later: they are left as they are, and no part of the session.
    """
    with _told(folder), locked(folder):
        sealed = read_sealed(folder, master)
        _clear_unlisted(folder, sealed.members)
        return _clear_plain(sealed)


def plain_files(folder: Path, links: Literal["refuse", "skip"] = "refuse") -> Iterator[tuple[str, Path]]:
    """The files of a plain session, by name; what sealing itself puts there is left out.

    Args:
        folder: the session's.
        links: what becomes of links and whatever else is neither a file nor a folder: nothing leads out of the session.

    Raises:
        BadInputError: something is neither a file nor a folder, and is not to be skipped.
    """
    for base, folders, names in os.walk(folder, followlinks=False):
        folders.sort()
        for name in sorted([*names, *(one for one in folders if Path(base, one).is_symlink())]):
            path = Path(base, name)
            if path.is_symlink() or not path.is_file():
                if links == "skip":
                    continue
                raise BadInputError(f"{path} is no plain file.", "Take it away, or put the file itself there.")
            relative = path.relative_to(folder).as_posix()
            if relative != SEALED and not (path.parent == folder and name.endswith((_ENDING, _PART))):
                yield relative, path


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let nobody else seal, unseal or change a sealed session at the same time."""
    try:
        import fcntl
    except ImportError:  # Windows has no lock on a folder
        yield
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _sealed_member(folder: Path, name: str, path: Path, key: bytes) -> SealedMember:
    file = secrets.token_hex(16) + _ENDING
    seal_file(path, folder / file, key, _about(folder, name))
    size, changed, _ = _state(path)
    return SealedMember(name=name, file=file, size=size, sha256=file_sha256(path), changed=changed)


def _prove(sealed: Sealed) -> None:
    """Read back what was encrypted: the plain files are deleted next."""
    for member in sealed.members:
        digest, size = sha256(), 0
        for piece in sealed.text(member):
            digest.update(piece)
            size += len(piece)
        if (digest.hexdigest(), size) != (member.sha256, member.size):
            _clear_unlisted(sealed.folder, ())
            raise StorageError(
                f"{sealed.folder.name}: {member.name} could not be encrypted, or was changed meanwhile.", "Do it again."
            )


def _write_list(sealed: Sealed, master: MasterKey) -> None:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    folder = sealed.folder
    box = AESGCM(derived(sealed.key, b"", b"voicesim sealed list"))
    text = _List(members=sealed.members, turn=sealed.turn).model_dump_json().encode()
    nonce, other = os.urandom(12), os.urandom(12)
    wrapped = other + AESGCM(master.secret).encrypt(other, sealed.key, _about(folder, master.id).encode())
    listed = nonce + box.encrypt(nonce, text, _about(folder, "").encode())
    head = _Head(key=master.id, wrapped=b64encode(wrapped).decode(), list=b64encode(listed).decode())
    sync_folder(folder)  # the encrypted files' names, before anything speaks of them
    write_atomically(folder / SEALED, head.model_dump_json(indent=1) + "\n", private=True)


def _write_plain(sealed: Sealed, member: SealedMember, target: Path) -> None:
    path = target / member.name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    scratch = path.with_name(path.name + _PART)
    digest = sha256()
    with open(scratch, "wb", opener=for_its_owner_only) as out:
        for piece in sealed.text(member):
            digest.update(piece)
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    if digest.hexdigest() != member.sha256:
        raise broken(sealed.folder / member.file)
    os.utime(scratch, ns=(member.changed, member.changed))
    os.replace(scratch, path)


def _clear_plain(sealed: Sealed) -> tuple[str, ...]:
    """Delete the plain files that are sealed as they are; others are named and left."""
    left = []
    for name, path in list(plain_files(sealed.folder)):
        member = sealed.member(name)
        if member is not None and path.stat().st_size == member.size and file_sha256(path) == member.sha256:
            path.unlink()
        else:
            left.append(name)
    for base, folders, _ in os.walk(sealed.folder, topdown=False):
        for one in folders:
            with suppress(OSError):
                Path(base, one).rmdir()
    sync_folder(sealed.folder)
    return tuple(left)


def _clear_unlisted(folder: Path, members: tuple[SealedMember, ...]) -> None:
    listed = {one.file for one in members}
    for path in folder.iterdir():
        if path.name.endswith((_ENDING, _PART)) and path.name not in listed:
            path.unlink()


def _head(folder: Path) -> _Head:
    path = folder / SEALED
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
        return _Head.model_validate(data)
    except FileNotFoundError:
        raise BadInputError(f"{folder} is not encrypted.", "") from None
    except OSError as error:
        raise BadInputError(f"{path} cannot be read: {error.strerror}.", "Check who may read it.") from None
    except (ValidationError, ValueError, RecursionError):
        raise broken(path) from None


def _refuse_outside(name: str) -> None:
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or "\\" in name or ":" in name or any(part in ("..", ".") for part in parts):
        raise BadInputError(f"A sealed session names a file outside itself: {name!r}.", "Take it from a copy.")


def _version(sealed: Sealed, name: str) -> str:
    member = sealed.member(name)
    return member.file if member else ""


def _about(folder: Path, name: str) -> str:
    return f"voicesim/sealed/1 {folder.name}/{name}"


def _state(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise storage_error(folder, error) from error
