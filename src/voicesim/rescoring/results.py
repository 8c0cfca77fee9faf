"""Where a result lies, and what is in it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from voicesim.errors import BadInputError
from voicesim.rescoring.plan import Plan
from voicesim.rescoring.worker import COMPARED, Job
from voicesim.session.disk import write_atomically
from voicesim.session.meta import META
from voicesim.session.writer import storage_error

_KEY = re.compile(r'"key": "([0-9a-f]{64})"')
_HEAD = 2000
"""Bytes in which a result's key stands."""


@dataclass(frozen=True)
class Place:
    """Where the results of one plan go.

    Args:
        plan: what is done.
        base: folder of the corpus; the journal and the table of differences lie there, unless there is another folder for all.
        out: folder for all results; None: each beside its session.
    """

    plan: Plan
    base: Path
    out: Path | None = None

    @property
    def journal(self) -> Path:
        """What has been done."""
        return (self.out or self.base) / f".rescore.{self.plan.label}.jsonl"

    @property
    def table(self) -> Path:
        """What has changed, for a spreadsheet."""
        return (self.out or self.base) / f"rescore.{self.plan.label}.csv"

    def result(self, job: Job) -> Path:
        """Where a session's result lies."""
        if self.out is None:
            return Path(job.folder) / self.plan.file_name
        return self.out / folder_name(job.session) / self.plan.file_name

    def keep(self, job: Job, text: str) -> None:
        """Put a result in its place, whole.

        Raises:
            StorageError: it cannot be written.
        """
        path = self.result(job)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, text)
        except OSError as error:
            raise storage_error(path.parent, error) from None

    def holds(self, job: Job) -> bool:
        """Whether this very result lies there."""
        try:
            with self.result(job).open("rb") as file:
                found = _KEY.search(file.read(_HEAD).decode("utf-8", "replace"))
        except OSError:
            return False
        return found is not None and found[1] == job.key


def folder_name(session: str) -> str:
    """A session's id as a folder's name, whatever the id holds."""
    if re.fullmatch(r"[\w-]{1,100}", session):
        return session
    kept = re.sub(r"[^\w-]+", "-", session)[:60].strip("-")
    return f"{kept}-{sha256(session.encode()).hexdigest()[:8]}"


def base_of(folders: tuple[Path, ...], usual: Path) -> Path:
    """The folder of a corpus: the one that was named; of a single session, the one it lies in."""
    if not folders:
        return usual
    first = folders[0].resolve()
    return first.parent if (first / META).exists() else first


def comparison(text: str) -> dict[str, Any]:
    """What the journal remembers of a result: what was judged before and now.

    Raises:
        BadInputError: it is no result.
    """
    try:
        data = json.loads(text)
        about = data["rescored"]
        standard = data.get("standard")
        after = {
            "rubric": data["rubric"]["id"],
            "overall": data["overall"],
            "level": data["level"],
            "met": standard["met"] if standard else None,
            "criteria": {each["id"]: {name: each[name] for name in COMPARED} for each in data["criteria"]},
        }
        return {"session": about["session"], "before": about["before"], "after": after}
    except (ValueError, KeyError, TypeError):
        raise BadInputError("This is no result of `voicesim rescore`.", "Delete it; it is made again.") from None
