"""Which sessions: a folder of them, or those that fit what is asked of their metadata.

::

    scenario=delayed-report since=2026-01-01 mode=qualify
    model=tiny.en until=2025-12-31 scenario=drill-*
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fnmatch import fnmatchcase
from pathlib import Path

from voicesim.errors import BadInputError, VoicesimError
from voicesim.session.meta import META, SessionMeta, read_meta
from voicesim.yamlfile import did_you_mean

_TEXTS = {
    "scenario": lambda meta: meta.scenario.id,
    "mode": lambda meta: meta.mode,
    "driver": lambda meta: meta.driver,
    "model": lambda meta: meta.transcriber.model,
    "owner": lambda meta: meta.owner,
    "trainee": lambda meta: meta.trainee,
    "state": lambda meta: meta.state,
    "version": lambda meta: meta.voicesim,
}
"""What may be asked by name; ``*`` stands for anything, upper and lower case are the same."""
_SEALED = "sealed.json"
"""Marks an encrypted session (`voicesim.store.sealed_folder`)."""
TERMS = (*_TEXTS, "since", "until")


@dataclass(frozen=True)
class Query:
    """What is asked of a session. All of it must hold."""

    texts: tuple[tuple[str, str], ...] = ()
    since: date | None = None
    until: date | None = None

    def fits(self, meta: SessionMeta) -> bool:
        """Whether a session is meant."""
        if not all(fnmatchcase(_TEXTS[name](meta).casefold(), wanted.casefold()) for name, wanted in self.texts):
            return False
        if self.since is None and self.until is None:
            return True
        try:
            day = datetime.fromisoformat(meta.created).date()
        except ValueError:
            return False
        return (self.since is None or day >= self.since) and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class PassedOver:
    """A folder that was left out, and why, in words."""

    folder: Path
    reason: str


@dataclass(frozen=True)
class Corpus:
    """What was found."""

    sessions: tuple[tuple[Path, SessionMeta], ...]
    """By their beginning, oldest first."""
    passed_over: tuple[PassedOver, ...] = ()
    private: int = 0
    """Private sessions, which only their owners may see: they are left alone."""
    sealed: int = 0
    """Encrypted sessions: nobody knows what they are until they are opened."""


def read_words(words: Sequence[str]) -> tuple[tuple[Path, ...], Query]:
    """Folders and terms, as they are written on a command line.

    Raises:
        BadInputError: a folder is not there, or a term is none.
    """
    folders: list[Path] = []
    texts: list[tuple[str, str]] = []
    days: dict[str, date] = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not sign or Path(word).is_dir():
            if not Path(word).is_dir():
                raise BadInputError(
                    f"There is no folder {word}.", "Name a folder of sessions, or ask like scenario=delayed-report."
                )
            folders.append(Path(word))
        elif name in ("since", "until"):
            days[name] = _day(name, value)
        elif name in _TEXTS:
            texts.append((name, value))
        else:
            raise BadInputError(f"Sessions cannot be asked for by '{name}'.", did_you_mean(name, TERMS))
    return tuple(folders), Query(tuple(texts), days.get("since"), days.get("until"))


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInputError(f"{name}={text} is no day.", "Write it like 2026-01-31.") from None


def find_sessions(folders: Iterable[Path], query: Query) -> Corpus:
    """Go through folders: each a session, or one that holds sessions, at any depth.

    Links are not followed. A session that lies in two places counts once.
    """
    found: dict[str, tuple[Path, SessionMeta]] = {}
    passed_over: list[PassedOver] = []
    private = 0
    folders = tuple(folders)
    for path in _with_metadata(folders):
        try:
            meta = read_meta(path)
        except (VoicesimError, OSError) as error:
            passed_over.append(PassedOver(path, error.problem if isinstance(error, VoicesimError) else str(error)))
            continue
        if not query.fits(meta):
            continue
        if meta.private:
            private += 1
        elif meta.id in found:
            passed_over.append(PassedOver(path, f"A copy of {found[meta.id][0]} (the same id)."))
        else:
            found[meta.id] = (path, meta)
    ordered = sorted(found.values(), key=lambda session: (session[1].created, session[1].id))
    sealed = sum(1 for folder in folders for path in folder.rglob(_SEALED) if not (path.parent / META).exists())
    return Corpus(tuple(ordered), tuple(passed_over), private, sealed)


def _with_metadata(folders: Iterable[Path]) -> list[Path]:
    found: dict[Path, None] = {}
    for folder in folders:
        if (folder / META).exists():
            found[folder.resolve()] = None
            continue
        for path in sorted(folder.rglob(META)):
            if not any(part.startswith(".") for part in path.relative_to(folder).parts):
                found[path.parent.resolve()] = None
    return list(found)
