"""Passwords: which are refused, and how they are kept (Argon2id)."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from pydantic import BaseModel, ConfigDict, Field

from voicesim.errors import BadInputError
from voicesim.yamlfile import load_model

_LOOKS_LIKE = str.maketrans("0134578@$!", "oieastbasi")


class PasswordError(BadInputError):
    """A password that is not accepted."""


class PasswordRules(BaseModel):
    """`passwords.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["voicesim/passwords/1"]
    shortest: int = Field(ge=8)
    longest: int = Field(ge=64, le=1024)
    memory_kib: int = Field(ge=8)
    passes: int = Field(ge=1)
    lanes: int = Field(ge=1)
    too_common: frozenset[str]


@cache
def password_rules() -> PasswordRules:
    """The rules that ship with this version."""
    return load_model(files("voicesim.store") / "passwords.yaml", PasswordRules)


class Passwords:
    """Judges and hashes.

    Args:
        rules: how.
    """

    def __init__(self, rules: PasswordRules) -> None:
        self.rules = rules
        self._hasher = PasswordHasher(rules.passes, rules.memory_kib, rules.lanes)
        self._nobody = ""

    def refuse_weak(self, password: str, *about: str) -> None:
        """Refuse what is guessed first.

        Args:
            password: as typed.
            about: the person's login and name: they are not secret.

        Raises:
            PasswordError: it is not accepted.
        """
        text = _typed(password)
        rules = self.rules
        if not _possible(text):
            raise PasswordError("The password holds something that is no letter.", "Type it on a keyboard.")
        if len(text) < rules.shortest:
            raise PasswordError(
                f"The password is too short: {len(text)} letters.",
                f"Use at least {rules.shortest}; a few words in a row are easy to remember.",
            )
        if len(text) > rules.longest:
            raise PasswordError("The password is too long.", f"Use at most {rules.longest} letters.")
        plain = text.casefold()
        if len(set(plain)) < 4 or _in_a_row(plain):
            raise PasswordError("The password repeats itself.", "Use a few words that do not belong together.")
        core = plain.strip("0123456789 .,;:!?-_+*#$%&/()=@'\"")
        spelt = {plain, core, plain.translate(_LOOKS_LIKE), core.translate(_LOOKS_LIKE)}
        spelt |= {one.replace(" ", "") for one in spelt}
        if not rules.too_common.isdisjoint(spelt):
            raise PasswordError(
                "Many people have this password.", "Use a few words in a row that do not belong together."
            )
        for known in about:
            key = known.casefold().replace(" ", "")
            if len(key) > 2 and core.replace(" ", "") in (key, key[::-1], key + key):
                raise PasswordError("The password is the name.", "Use a few words that do not belong together.")

    def hashed(self, password: str) -> str:
        """What is kept of a password."""
        return self._hasher.hash(_typed(password))

    def fits(self, kept: str, password: str) -> bool:
        """Whether it is the password. Takes the same time where there is none to compare with (`kept` is empty)."""
        if len(password) > self.rules.longest or not _possible(password):
            return False
        try:
            return self._hasher.verify(kept or self._stand_in(), _typed(password)) and bool(kept)
        except (Argon2Error, InvalidHashError):
            return False

    def outdated(self, kept: str) -> bool:
        """Whether it was hashed by other rules than today's."""
        try:
            return self._hasher.check_needs_rehash(kept)
        except (Argon2Error, InvalidHashError):
            return False

    def _stand_in(self) -> str:
        self._nobody = self._nobody or self._hasher.hash("nobody's")
        return self._nobody


def _typed(password: str) -> str:
    """The same letters whatever keyboard and system they were typed with."""
    return unicodedata.normalize("NFKC", password)


def _possible(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _in_a_row(text: str) -> bool:
    """Whether it only counts or goes through the alphabet."""
    steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    return steps in ({1}, {-1}) or text in "01234567890123456789" or text in "09876543210987654321"
