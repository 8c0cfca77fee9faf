"""A pass standard over several sessions: attempts used, pass or not, and until when it holds."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from voicesim.scoring.scorecard import StandardResult


@dataclass(frozen=True)
class Standing:
    """Where somebody stands. `used` counts the attempts since the last pass."""

    state: Literal["passed", "attempts left", "training due"]
    used: int
    allowed: int
    passed_on: date | None = None
    expires: date | None = None
    missing: tuple[str, ...] = ()
    """What the last attempt lacked."""

    def holds(self, today: date) -> bool:
        """Whether there is a pass and it has not expired."""
        return self.expires is not None and today < self.expires


def standing(attempts: Sequence[tuple[date, StandardResult]]) -> Standing:
    """Read sessions as attempts, in the order of their dates.

    A pass starts a new count; when all attempts of a count have failed, further training is due before the next.

    Args:
        attempts: the day of each session and its result, at least one.
    """
    ordered = sorted(attempts, key=lambda attempt: attempt[0])
    used, passed_on, expires = 0, None, None
    for day, result in ordered:
        if result.met:
            used, passed_on, expires = 0, day, months_later(day, result.valid_months)
        else:
            used = used % result.attempts + 1
    last = ordered[-1][1]
    state: Literal["passed", "attempts left", "training due"] = "passed" if last.met else "attempts left"
    if not last.met and used >= last.attempts:
        state = "training due"
    return Standing(state, used, last.attempts, passed_on, expires, last.unmet)


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    years, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))
