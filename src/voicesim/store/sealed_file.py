"""One encrypted file: AES-256-GCM in chunks, so that an hour of sound never lies in memory as a whole.

    magic (8 bytes) · salt (32 bytes) · chunk · chunk · … · last chunk

Each file has its own key, derived from the session's key and the salt (HKDF-SHA256), so that chunks can simply be counted in
their nonces. The last chunk's nonce says that it is the last: a file that was cut off at a chunk's edge is not taken for whole.
The file's name and the session's are authenticated with every chunk: files cannot be exchanged for one another.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

from voicesim.errors import BadInputError
from voicesim.session.disk import for_its_owner_only

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"VSSEAL1\n"
CHUNK = 1 << 20
"""Bytes of plain text in a chunk."""
_SALT = 32
_TAG = 16


class SealBrokenError(BadInputError):
    """What was encrypted is not what was written, or the key is another one."""


def seal_file(source: Path, target: Path, key: bytes, about: str) -> None:
    """Encrypt a file; it is on the disk when this returns.

    Args:
        source: the plain file.
        target: the encrypted one; replaced where it is there.
        key: the session's, 32 bytes.
        about: what it is, authenticated: the session's name and the file's.

    Raises:
        OSError: it cannot be read or written.
    """
    salt = os.urandom(_SALT)
    box, extra = _box(key, salt), about.encode()
    with source.open("rb") as plain, open(target, "wb", opener=for_its_owner_only) as out:
        out.write(MAGIC + salt)
        for number, (piece, last) in enumerate(_pieces(plain, CHUNK)):
            out.write(box.encrypt(_nonce(number, last), piece, extra))
        out.flush()
        os.fsync(out.fileno())


def unsealed(source: Path, key: bytes, about: str) -> Iterator[bytes]:
    """The plain text of an encrypted file, piece by piece. Nothing is given of a chunk that was tampered with.

    Raises:
        SealBrokenError: it is not what was written, or the key is another one.
        OSError: it cannot be read.
    """
    from cryptography.exceptions import InvalidTag

    with source.open("rb") as sealed:
        head = sealed.read(len(MAGIC) + _SALT)
        if len(head) != len(MAGIC) + _SALT or not head.startswith(MAGIC):
            raise broken(source)
        box, extra = _box(key, head[len(MAGIC) :]), about.encode()
        for number, (piece, last) in enumerate(_pieces(sealed, CHUNK + _TAG)):
            try:
                yield box.decrypt(_nonce(number, last), piece, extra)
            except (InvalidTag, ValueError):
                raise broken(source) from None


def broken(path: Path) -> SealBrokenError:
    """That something cannot be decrypted."""
    return SealBrokenError(
        f"{path} cannot be decrypted: it was damaged or changed, or the key is another one.",
        "Check that the key is the one it was encrypted with; else take the session's folder from a copy.",
    )


def _pieces(file: IO[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """Pieces of one size, each with whether it is the last; of an empty file one empty piece."""
    piece = file.read(size)
    while True:
        following = file.read(size) if len(piece) == size else b""
        yield piece, not following
        if not following:
            return
        piece = following


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _box(key: bytes, salt: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(derived(key, salt, b"voicesim sealed file"))


def derived(key: bytes, salt: bytes, purpose: bytes) -> bytes:
    """A key for one purpose, from another key (HKDF-SHA256)."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, salt, purpose).derive(key)
