"""People who say something about a session, one thing a second, so that what was said last is known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from voicesim.remarks.kinds import Remark, Who

OFFICER = Who(account="officer", name="Officer Hale")
SERGEANT = Who(account="sergeant", name="Sgt. Low")
COLLEAGUE = Who(account="colleague", name="Officer Finch")
ROLES = {"officer": "trainee", "sergeant": "instructor", "colleague": "peer"}

_R = TypeVar("_R", bound=Remark)
_BEGAN = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)


class Talk:
    """Makes remarks with ids and times that count up."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, kind: type[_R], by: Who = SERGEANT, **fields: Any) -> _R:
        """The next remark."""
        self._count += 1
        when = _BEGAN + timedelta(seconds=self._count)
        return kind(id=f"{self._count:016x}", when=when, by=by, role=ROLES[by.account], **fields)
