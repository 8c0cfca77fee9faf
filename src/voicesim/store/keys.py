"""The master key that all sessions' keys are wrapped with: guarded by a key file or by a passphrase.

`voicesim-key.json` beside the sessions' folder holds it, itself encrypted: with the key file's secret, or with what scrypt
makes of the passphrase. To guard it otherwise therefore changes this one file and no session. Whoever loses key file or
passphrase loses the sessions: there is no other way in.
"""

from __future__ import annotations

import binascii
import os
import re
import secrets
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from voicesim.errors import BadInputError, StorageError
from voicesim.session.disk import for_its_owner_only, write_atomically
from voicesim.yamlfile import load_model

KEY = "voicesim-key.json"
KEY_FILE = "VOICESIM_KEY_FILE"
PASSPHRASE = "VOICESIM_PASSPHRASE"
_SECRET = re.compile(r"voicesim-key-1 ([A-Za-z0-9+/=]{44})")


class NoKeyError(BadInputError):
    """The key is needed, and is not at hand."""


@dataclass(frozen=True)
class MasterKey:
    """The open master key."""

    id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"MasterKey({self.id})"


class _Scrypt(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    salt: str
    n: int = Field(ge=2**14, le=2**20)
    r: int = Field(ge=1, le=32)
    p: int = Field(ge=1, le=16)


class EncryptionRules(BaseModel):
    """`encryption.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["voicesim/encryption/1"]
    shortest_passphrase: int = Field(ge=8)
    n: int = Field(ge=2**14, le=2**20)
    r: int = Field(ge=1, le=32)
    p: int = Field(ge=1, le=16)


@cache
def encryption_rules() -> EncryptionRules:
    """The rules that ship with this version. A key remembers the numbers it was made with."""
    return load_model(files("voicesim.store") / "encryption.yaml", EncryptionRules)


class KeyDescription(BaseModel):
    """`voicesim-key.json`: nothing in it is secret without the key file or the passphrase."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["voicesim/key/1"] = "voicesim/key/1"
    id: str = Field(pattern=r"^[0-9a-f]{16}$")
    created: str
    guarded_by: Literal["file", "passphrase"]
    file: str = ""
    """Where the key file was when it was made; ``$VOICESIM_KEY_FILE`` overrules it."""
    scrypt: _Scrypt | None = None
    wrapped: str
    automatic: bool = True
    """Whether sessions are encrypted by themselves once they are scored."""


Ask = Callable[[], str]


def key_place(sessions: Path) -> Path:
    """Where a folder of sessions has the description of its key."""
    return sessions.absolute().parent / KEY


def key_description(sessions: Path) -> KeyDescription | None:
    """How the key is guarded; None where there is none, so that nothing is encrypted.

    Raises:
        BadInputError: it cannot be read.
    """
    path = key_place(sessions)
    try:
        return KeyDescription.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError, ValueError):
        raise BadInputError(
            f"{path} cannot be read, and without it no encrypted session can be opened.", "Take it from a copy."
        ) from None


def make_key(sessions: Path, *, file: Path | None = None, passphrase: str = "", automatic: bool = True) -> MasterKey:
    """Make the key of a folder of sessions.

    Args:
        sessions: the folder.
        file: guard it with a new key file at this place.
        passphrase: guard it with this.
        automatic: whether sessions are encrypted by themselves once they are scored.

    Raises:
        BadInputError: there is a key already, the key file exists, or the passphrase is too short.
        StorageError: it cannot be written.
    """
    if key_description(sessions) is not None:
        raise BadInputError(f"There is a key already: {key_place(sessions)}.", "Use `voicesim store key change`.")
    key = MasterKey(secrets.token_hex(8), secrets.token_bytes(32))
    _keep(sessions, key, file, passphrase, automatic)
    return key


def change_key(
    sessions: Path, ask: Ask | None, *, file: Path | None = None, passphrase: str = "", automatic: bool | None = None
) -> None:
    """Guard the same key otherwise from now on. Sessions stay as they are.

    Raises:
        BadInputError: there is no key, it cannot be opened, or the new guard is not accepted.
        StorageError: it cannot be written.
    """
    key = open_key(sessions, ask)
    described = key_description(sessions)
    kept = described.automatic if described and automatic is None else bool(automatic)
    if file is None and not passphrase and described is not None:
        _write(sessions, described.model_copy(update={"automatic": kept}))
        return
    _keep(sessions, key, file, passphrase, kept)


def open_key(sessions: Path, ask: Ask | None = None) -> MasterKey:
    """Open the key of a folder of sessions: from the key file, ``$VOICESIM_PASSPHRASE``, or by asking.

    Args:
        sessions: the folder.
        ask: asks a person for the passphrase; None: nobody is there.

    Raises:
        NoKeyError: there is none, or neither key file nor passphrase is at hand.
        BadInputError: it is the wrong one.
    """
    found = key_description(sessions)
    if found is None:
        raise NoKeyError(
            f"There is no key for {sessions} ({KEY} is missing beside it).", "Make one: `voicesim store key new`."
        )
    if found.guarded_by == "file":
        path = Path(os.environ.get(KEY_FILE) or found.file).expanduser()
        return MasterKey(found.id, _unwrap(found, _file_secret(path), f"The key file {path} is not the right one."))
    passphrase = os.environ.get(PASSPHRASE) or (ask() if ask else "")
    if not passphrase:
        raise NoKeyError("The passphrase of the encrypted sessions is needed.", f"Set {PASSPHRASE}, or type it.")
    assert found.scrypt is not None
    return MasterKey(found.id, _unwrap(found, _stretched(passphrase, found.scrypt), "The passphrase is not right."))


def _keep(sessions: Path, key: MasterKey, file: Path | None, passphrase: str, automatic: bool) -> None:
    if (file is None) == (not passphrase):
        raise BadInputError("The key needs a guard.", "Give either a key file or a passphrase.")
    scrypt = None
    if file is not None:
        file = file.expanduser().resolve()
        guard = _new_key_file(file)
    else:
        rules = encryption_rules()
        if len(_typed(passphrase)) < rules.shortest_passphrase:
            least = rules.shortest_passphrase
            raise BadInputError("The passphrase is too short.", f"Use at least {least} letters: a few words.")
        scrypt = _Scrypt(salt=_text(secrets.token_bytes(16)), n=rules.n, r=rules.r, p=rules.p)
        guard = _stretched(passphrase, scrypt)
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(12)
    wrapped = _text(nonce + AESGCM(guard).encrypt(nonce, key.secret, _about(key.id)))
    described = KeyDescription(
        id=key.id, created=datetime.now(UTC).isoformat(timespec="seconds"), wrapped=wrapped, scrypt=scrypt,
        guarded_by="file" if file else "passphrase", file=str(file or ""), automatic=automatic,
    )  # fmt: skip
    _write(sessions, described)


def _write(sessions: Path, described: KeyDescription) -> None:
    place = key_place(sessions)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(place, described.model_dump_json(indent=1) + "\n", private=True)
    except OSError as error:
        raise StorageError(f"{place} cannot be written: {error.strerror}.", "Check who may write there.") from None


def _unwrap(found: KeyDescription, guard: bytes, wrong: str) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        data = b64decode(found.wrapped, validate=True)
        return AESGCM(guard).decrypt(data[:12], data[12:], _about(found.id))
    except (InvalidTag, ValueError):
        raise BadInputError(wrong, "Sessions stay encrypted until the right one is given.") from None


def _about(identifier: str) -> bytes:
    return f"voicesim/key/1 {identifier}".encode()


@lru_cache(maxsize=4)
def _stretched(passphrase: str, scrypt: _Scrypt) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    salt = b64decode(scrypt.salt)
    return Scrypt(salt=salt, length=32, n=scrypt.n, r=scrypt.r, p=scrypt.p).derive(_typed(passphrase).encode())


def _typed(passphrase: str) -> str:
    return unicodedata.normalize("NFKC", passphrase).encode("utf-8", "replace").decode()


def _new_key_file(path: Path) -> bytes:
    secret = secrets.token_bytes(32)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "x", encoding="ascii", opener=for_its_owner_only) as file:
            file.write(f"voicesim-key-1 {_text(secret)}\n")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise BadInputError(f"{path} exists already.", "Name a new file; nothing is overwritten.") from None
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.", "Choose another place.") from None
    return secret


def _file_secret(path: Path) -> bytes:
    try:
        found = _SECRET.fullmatch(path.read_text(encoding="ascii").strip())
    except OSError as error:
        raise NoKeyError(
            f"The key file {path} cannot be read: {error.strerror}.", f"Bring it back, or name it in {KEY_FILE}."
        ) from None
    except UnicodeDecodeError:
        found = None
    try:
        if found is None:
            raise ValueError
        return b64decode(found[1], validate=True)
    except (ValueError, binascii.Error):
        raise BadInputError(f"{path} is no key file of voicesim.", f"Name the right one in {KEY_FILE}.") from None


def _text(data: bytes) -> str:
    return b64encode(data).decode()
