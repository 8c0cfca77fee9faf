"""Taking a person out of what was said: their name gives way to a pseudonym, and what a colleague or trainee wrote goes with it.

An instructor's judgement of somebody else stays, without the name: it is part of that other person's record.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from voicesim.remarks.log import _alone, _checksum
from voicesim.session.disk import for_its_owner_only, replace_durably

NAME = "Removed person"
_GONE = "(deleted)"
_JUDGING = ("instructor", "admin")
_OWN_WORDS = ("text", "reason")


@dataclass(frozen=True)
class Removed:
    """Somebody who is taken out.

    Args:
        account: id of the account.
        names: what the person was called.
        pseudonym: what stands in the account's place from now on.
    """

    account: str
    names: tuple[str, ...]
    pseudonym: str

    def mentioned(self, data: bytes) -> bool:
        """Whether a text, plain or as JSON, has anything of the person in it."""
        folded = data.decode("utf-8", "replace").casefold()
        return any(word and word.casefold() in folded for word in (self.account, *self.names))

    def without(self, text: str) -> str:
        """A text without the person's names, where they stand as whole words.

        A name of one word must be spelt as it is: somebody called Will must not take every “will” along.
        """
        for name in sorted(self.names, key=len, reverse=True):
            words = r"\s+".join(re.escape(word) for word in name.split())
            how = re.IGNORECASE if " " in name else re.NOFLAG
            text = re.sub(rf"(?<!\w){words}(?!\w)", NAME, text, flags=how) if words else text
        return text

    def unsigned(self, value: Any) -> Any:
        """A scorecard without the person's name where somebody's judgement is signed. What was said in the session stays."""
        if isinstance(value, dict):
            return {key: self._of_judgement(key, one) for key, one in value.items()}
        return [self.unsigned(one) for one in value] if isinstance(value, list) else value

    def _of_judgement(self, key: str, value: Any) -> Any:
        if isinstance(value, str):
            named = key == "by" and value.casefold() in {name.casefold() for name in self.names}
            return NAME if named else self.without(value) if key == "reason" else value
        return self.unsigned(value)

    def cleaned(self, value: Any) -> Any:
        """The same for anything that JSON can hold; who is named by account gets the pseudonym."""
        if isinstance(value, dict):
            if value.get("account") == self.account:
                value = {**value, "account": self.pseudonym, **({"name": NAME} if "name" in value else {})}
            return {key: self.cleaned(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.cleaned(one) for one in value]
        return self.without(value) if isinstance(value, str) else value


def take_out(path: Path, person: Removed, hashes: Mapping[str, str] | None = None, *, of_theirs: bool = True) -> bool:
    """Take somebody out of a file of lines; signatures over lines before stay good where they were.

    Args:
        path: the file; there may be none.
        person: whom.
        hashes: checksums of other files that signatures name, old to new.
        of_theirs: whether a line about something given to the person is kept, with the pseudonym; else it is left out.

    Returns:
        Whether anything was changed.

    Raises:
        OSError: it cannot be read or written; then it is as it was.
    """
    try:
        file = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        with _alone(file):
            old = path.read_bytes()
            if not person.mentioned(old) and not (hashes and any(one.encode() in old for one in hashes)):
                return False
            new = _rewritten(old, person, hashes or {}, of_theirs)
            scratch = path.with_name(f".{path.name}.part")
            with open(scratch, "wb", opener=for_its_owner_only) as out:
                out.write(new)
                out.flush()
                os.fsync(out.fileno())
            replace_durably(scratch, path)
            return True
    finally:
        os.close(file)


def _rewritten(old: bytes, person: Removed, hashes: Mapping[str, str], of_theirs: bool) -> bytes:
    before, after = sha256(), sha256()
    result: list[bytes] = []
    for line in old.split(b"\n")[: -1 if old.endswith(b"\n") else None]:
        data = _read(line)
        if data is None:  # damaged: it cannot be said what it holds, so that nothing of it is kept that names them
            fresh = b"" if person.mentioned(line) else line
        elif not of_theirs and isinstance(data.get("to"), dict) and data["to"].get("account") == person.account:
            continue
        else:
            fresh = _line(len(result), _one(data, person, hashes, before.hexdigest(), after.hexdigest()))
        before.update(line + b"\n")
        after.update(fresh + b"\n")
        result.append(fresh)
    return b"\n".join(result) + (b"\n" if result else b"")


def _one(data: dict[str, Any], person: Removed, hashes: Mapping[str, str], before: str, after: str) -> dict[str, Any]:
    by = data.get("by")
    if isinstance(by, dict) and by.get("account") == person.account and data.get("role") not in _JUDGING:
        data = {**data, **{key: _GONE for key in _OWN_WORDS if data.get(key)}}
    data = person.cleaned(data)
    if data.get("kind") == "sign_off":
        if data.get("remarks") == before:
            data["remarks"] = after
        data = {key: hashes.get(one, one) if isinstance(one, str) else one for key, one in data.items()}
    return data


def _read(line: bytes) -> dict[str, Any] | None:
    head, found, tail = line.decode("utf-8", "replace").rpartition(',"crc":"')
    if not found or tail[:-2] != _checksum(head + "}"):
        return None
    try:
        data = json.loads(head + "}")
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _line(number: int, data: dict[str, Any]) -> bytes:
    body = json.dumps({**data, "n": number}, ensure_ascii=False, separators=(",", ":"))
    return f'{body[:-1]},"crc":"{_checksum(body)}"}}'.encode()
