"""`remarks.jsonl`: one remark a line, each with its number and its own checksum. Lines are added, never changed.

Two programs may write at once: each holds the file's lock while it adds a line. A line that was cut off by a crash, or changed
by hand, is named and left out; all others are still read.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Generic, TypeVar
from zlib import crc32

from pydantic import BaseModel, TypeAdapter, ValidationError

from voicesim.errors import BadInputError, StorageError
from voicesim.remarks.kinds import AnyRemark, Remark, SignOff
from voicesim.session.disk import for_its_owner_only, sync_folder, write_all
from voicesim.session.writer import storage_error

REMARKS = "remarks.jsonl"
_MOST = 64 * 1024 * 1024
"""Bytes. No file of remarks is larger; whatever is, is none."""

_M = TypeVar("_M", bound=BaseModel)


@dataclass(frozen=True)
class Lines(Generic[_M]):
    """What a file of lines holds. `notes` says in plain words what is damaged; empty when all is well."""

    entries: tuple[_M, ...] = ()
    notes: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    """For each entry, the SHA-256 of everything in the file up to and before its line."""


@dataclass(frozen=True)
class Remarks:
    """The remarks on one session, in the order they were said."""

    remarks: tuple[Remark, ...] = ()
    notes: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    """For each remark, the SHA-256 of the file's lines before it."""

    def before(self, identifier: str) -> str:
        """SHA-256 of all that had been said before a remark; empty when there is no such remark."""
        return next((sum_ for one, sum_ in zip(self.remarks, self.sums, strict=True) if one.id == identifier), "")


def append_remark(folder: Path, remark: Remark) -> None:
    """Add a remark to a session; it is on the disk when this returns. A sign-off gets the checksum of all that was said before it.

    Args:
        folder: the session's.
        remark: what is said.

    Raises:
        StorageError: it could not be written. What was there before is as it was.
    """
    if isinstance(remark, SignOff):
        append_line(folder / REMARKS, remark, lambda before: remark.model_copy(update={"remarks": before}))
    else:
        append_line(folder / REMARKS, remark)


def read_remarks(folder: Path) -> Remarks:
    """The remarks on the session in a folder.

    Raises:
        BadInputError: they cannot be read at all.
    """
    found = read_lines(folder / REMARKS, _any())
    return Remarks(found.entries, found.notes, found.sums)


@cache
def _any() -> TypeAdapter[Remark]:
    return TypeAdapter(AnyRemark)


# ------------------------------------------------------------------------------------------------------- any such file


def append_line(path: Path, entry: BaseModel, finish: Callable[[str], BaseModel] | None = None) -> None:
    """Add an entry to a file of lines, durably; it is made where there is none.

    Args:
        path: the file.
        entry: what is added.
        finish: makes what is added, given the SHA-256 of all lines before it, while nobody else can write.

    Raises:
        StorageError: it could not be written.
    """
    fresh = not path.exists()
    try:
        file = for_its_owner_only(str(path), os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise storage_error(path.parent, error) from None
    try:
        with _alone(file):
            if os.fstat(file).st_nlink == 0:  # the session was sealed or deleted while we waited
                raise StorageError(f"{path.parent.name} was changed at this moment.", "Do it again.")
            whole = path.read_bytes()
            # What a crash has cut off becomes a damaged line of its own: the next one begins at the left edge.
            torn = b"\n" if whole and not whole.endswith(b"\n") else b""
            added = finish(sha256(whole + torn).hexdigest()) if finish else entry
            length, data = len(whole), torn + _line((whole + torn).count(b"\n"), added)
            try:
                write_all(file, data)
                os.fsync(file)
            except OSError:
                os.ftruncate(file, length)
                raise
        if fresh:
            sync_folder(path.parent)
    except OSError as error:
        raise storage_error(path.parent, error) from None
    finally:
        os.close(file)


def read_lines(path: Path, entry: TypeAdapter[_M]) -> Lines[_M]:
    """All entries of a file of lines that can be read.

    Args:
        path: the file; there may be none.
        entry: what a line holds.

    Raises:
        BadInputError: the file cannot be read at all.
    """
    try:
        state = path.stat()
        if state.st_size > _MOST:
            raise BadInputError(f"{path} is too large for remarks.", "Take it from a copy of the session.")
        return _read(path, state.st_mtime_ns, state.st_size, state.st_ino, entry)
    except FileNotFoundError:
        return Lines()
    except OSError as error:
        raise BadInputError(f"{path} cannot be read: {error.strerror}.", "Check who may read it.") from None


@lru_cache(maxsize=4096)
def _read(path: Path, changed: int, size: int, inode: int, entry: TypeAdapter[_M]) -> Lines[_M]:
    """Read once for each state of the file: lists of sessions ask for hundreds."""
    entries: list[_M] = []
    notes: list[str] = []
    sums: list[str] = []
    known: set[str] = set()
    so_far = sha256()
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines):
        last = number == len(lines) - 1
        if line:
            where = "its last line was cut off" if last else f"line {number + 1} is damaged"
            try:
                counted, found = _entry(line, entry)
                identifier = str(getattr(found, "id", number))
                if counted != number:
                    notes.append(f"{path.name}: line {number + 1} is out of place; lines were lost or moved before it.")
                if identifier in known:
                    notes.append(f"{path.name}: line {number + 1} says again what was said before, and is left out.")
                else:
                    known.add(identifier)
                    entries.append(found)
                    sums.append(so_far.hexdigest())
            except ValueError as error:
                notes.append(f"{path.name}: {where} ({error}), and is left out; all others are read.")
        if not last:
            so_far.update(line + b"\n")
    return Lines(tuple(entries), tuple(notes), tuple(sums))


def _line(number: int, entry: BaseModel) -> bytes:
    data = {"n": number, **entry.model_dump(mode="json")}
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f'{body[:-1]},"crc":"{_checksum(body)}"}}\n'.encode()


def _entry(line: bytes, entry: TypeAdapter[_M]) -> tuple[int, _M]:
    head, found, tail = line.decode("utf-8", "strict").rpartition(',"crc":"')
    body = head + "}"
    if not found or tail[:-2] != _checksum(body):
        raise ValueError("the checksum does not match")
    try:
        data = json.loads(body)
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    if not isinstance(data, dict) or type(number := data.pop("n", None)) is not int:
        raise ValueError("it is no remark")
    try:
        return number, entry.validate_json(json.dumps(data))
    except ValidationError as error:
        first = error.errors()[0]
        newer = first["type"] == "union_tag_invalid"
        raise ValueError("a kind this version does not know" if newer else first["msg"]) from None


def _checksum(body: str) -> str:
    return f"{crc32(body.encode()):08x}"


@contextmanager
def _alone(file: int) -> Iterator[None]:
    """Hold the file's lock; the system lets go of it when the process ends, however it ends."""
    try:
        import fcntl
    except ImportError:  # Windows: a byte far behind the end stands for the file
        import msvcrt

        def lock(mode: str) -> None:
            os.lseek(file, 1 << 40, os.SEEK_SET)
            msvcrt.locking(file, getattr(msvcrt, mode), 1)  # type: ignore[attr-defined]

        lock("LK_LOCK")
        try:
            yield
        finally:
            lock("LK_UNLCK")
        return
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
