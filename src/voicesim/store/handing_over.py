"""Everything that is kept about one person, as one zip file, made while it is sent: no copy of it lies anywhere."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from voicesim.errors import VoicesimError
from voicesim.remarks.given import GIVEN
from voicesim.remarks.log import REMARKS
from voicesim.remarks.settings import ACADEMY
from voicesim.store.audit import By
from voicesim.store.index import Indexed, Wanted
from voicesim.store.keys import Ask, open_key
from voicesim.store.leaving import own_sessions
from voicesim.store.opened import opened, opened_in_part
from voicesim.store.sealed_folder import plain_files
from voicesim.store.tables import AuditRow, InvitationRow

if TYPE_CHECKING:
    from voicesim.store.opening import Store

_PIECE = 1 << 18
_SQUEEZED = (".json", ".jsonl", ".yaml", ".html", ".wav", ".txt")
"""FLAC is small already."""
_READ_ME = """Everything that voicesim keeps about {name}, {at}.

account.json    the account, without the password (only a hash of it is kept, and not handed over)
sign-ins.json   where the account is signed in now
links.json      invitations and password links for the account, or made by it
audit.json      what was done by the account and to it; addresses of others are left out
remarks.json    what {name} said about sessions of others, and tasks given to or by them
sessions/       every session, each in its own folder: sound, log, transcript, scorecard, report, remarks
                (docs/session-bundle.md says what each file is; FLAC and WAV open in any player, HTML in a browser)
"""


def export_person(store: Store, sessions: Path, identifier: str, *, by: By, ask: Ask | None = None) -> Iterator[bytes]:
    """A zip file with everything about a person, piece by piece.

    What can go wrong is found before the first piece, as far as that is possible.

    Args:
        store: the store.
        sessions: the folder of all sessions.
        identifier: the account.
        by: who asks for it.
        ask: asks for the passphrase where sessions are encrypted.

    Raises:
        BadInputError: there is no such account, or a session cannot be read.
        NoKeyError: there are encrypted sessions, and the key is not at hand.
    """
    account = store.people.get(identifier)
    store.index.refresh(sessions)
    everything = store.index.page(Wanted(), most=0).sessions
    if any(one.sealed for one in everything):
        open_key(sessions, ask)
    own = own_sessions(store, sessions, identifier)
    store.audit.add("person exported", by, about=identifier, detail=f"sessions: {len(own)}")
    at = datetime.now(UTC)
    papers: dict[str, Any] = {
        "account.json": asdict(account),
        "sign-ins.json": [asdict(one) for one in store.sign_ins.of(identifier)],
        "links.json": _links(store, identifier),
        "audit.json": _audit(store, identifier),
        "remarks.json": _remarks(sessions, everything, identifier, ask),
    }
    texts = {name: json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n" for name, data in papers.items()}
    texts["README.txt"] = _READ_ME.format(name=account.name, at=f"{at:%Y-%m-%d %H:%M} UTC")
    return _zipped(texts, own, ask, at)


def _zipped(texts: dict[str, str], own: tuple[Path, ...], ask: Ask | None, at: datetime) -> Iterator[bytes]:
    pipe = _Pipe()
    stamp = at.timetuple()[:6]
    with zipfile.ZipFile(pipe, "w", allowZip64=True) as archive:  # type: ignore[call-overload]
        for name, text in texts.items():
            archive.writestr(_entry(name, stamp), text.encode())
            yield from pipe.taken()
        for folder in own:
            try:
                with opened(folder, ask=ask) as readable:
                    for name, path in plain_files(readable, links="skip"):
                        yield from _sent(archive, pipe, f"sessions/{folder.name}/{name}", path)
            except (VoicesimError, OSError) as error:  # the rest is still handed over
                why = error.problem if isinstance(error, VoicesimError) else str(error.strerror)
                archive.writestr(_entry(f"sessions/{folder.name}/NOT-WHOLE.txt", stamp), f"{why}\n")
            yield from pipe.taken()
    yield from pipe.taken()


def _sent(archive: zipfile.ZipFile, pipe: _Pipe, name: str, path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        state = os.fstat(file.fileno())
        entry = _entry(name, datetime.fromtimestamp(max(state.st_mtime, 315532800), UTC).timetuple()[:6])
        with archive.open(entry, "w", force_zip64=state.st_size > 1 << 30) as out:
            left = state.st_size  # a session that is running grows meanwhile
            while left > 0 and (piece := file.read(min(_PIECE, left))):
                out.write(piece)
                left -= len(piece)
                yield from pipe.taken()
    yield from pipe.taken()


def _entry(name: str, stamp: Any) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, stamp)
    entry.compress_type = zipfile.ZIP_DEFLATED if name.endswith(_SQUEEZED) else zipfile.ZIP_STORED
    entry.external_attr = 0o600 << 16
    return entry


class _Pipe:
    """What a zip file is written into and taken out of again, piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Take a piece."""
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def taken(self) -> Iterator[bytes]:
        """Everything since the last time."""
        pieces, self._pieces = self._pieces, []
        if pieces:
            yield b"".join(pieces)


def _links(store: Store, identifier: str) -> list[dict[str, Any]]:
    with store.database.reading() as db:
        theirs = or_(InvitationRow.person == identifier, InvitationRow.by == identifier)
        return [
            {"role": row.role, "note": row.note, "created": row.created, "expires": row.expires, "used": row.used}
            for row in db.scalars(select(InvitationRow).where(theirs).order_by(InvitationRow.created))
        ]


def _audit(store: Store, identifier: str) -> list[dict[str, Any]]:
    with store.database.reading() as db:
        theirs = or_(AuditRow.who == identifier, AuditRow.about == identifier)
        return [
            {
                "at": row.at,
                "what": row.what,
                "by_them": row.who == identifier,
                "to_them": row.about == identifier,
                "session": row.session,
                "where": row.where if row.who == identifier else "",
                "detail": row.detail,
            }
            for row in db.scalars(select(AuditRow).where(theirs).order_by(AuditRow.id))
        ]


def _remarks(
    sessions: Path, everything: tuple[Indexed, ...], identifier: str, ask: Ask | None
) -> dict[str, list[dict[str, Any]]]:
    said = []
    for one in everything:
        if one.owner == identifier or not (one.sealed or (sessions / one.id / REMARKS).exists()):
            continue
        with opened_in_part(sessions / one.id, REMARKS, ask=ask) as readable:
            found = _lines(readable / REMARKS)
        said += [{"session": one.id, **line} for line in found if _account(line, "by") == identifier]
    given = _lines(sessions / ACADEMY / GIVEN)
    return {
        "remarks": said,
        "tasks": [line for line in given if identifier in (_account(line, "by"), _account(line, "to"))],
    }


def _lines(path: Path) -> list[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        try:
            data = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(data, dict):
            found.append({key: value for key, value in data.items() if key not in ("n", "crc")})
    return found


def _account(line: dict[str, Any], key: str) -> str:
    who = line.get(key)
    return str(who.get("account", "")) if isinstance(who, dict) else ""
