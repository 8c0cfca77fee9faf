"""One kept session as progress sees it, and which of them are looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Points:
    """A criterion's points in one session: those that count, 0 to 100; None where it could not be judged."""

    id: str
    title: str
    points: float | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A session, scored or not."""

    session: str
    """Name of its folder."""
    owner: str
    """Account; empty where there are none."""
    private: bool
    scenario: str
    title: str
    created: datetime
    seconds: float
    mode: str
    trainee: str = ""
    """The name a qualification was held under; empty for everything else."""
    recorded: bool = False
    """Whether a recording played the trainee: it never counts as an attempt at a qualification."""
    passed: bool | None = None
    """Of a qualification: whether its standard was met; None where it was no attempt."""
    expires: str = ""
    """Of one that was passed: the first day on which it no longer holds, ISO 8601."""
    rubric: str = ""
    """Id of the rubric that judged; empty while it is not scored."""
    overall: float | None = None
    """0 to 100, an instructor's judgement included."""
    criteria: tuple[Points, ...] = ()
    shown: bool = True
    """Whether whoever asks is shown the scores; without it there are none here."""

    @property
    def day(self) -> date:
        """The day it was held, by the clock of the computer that recorded it."""
        return self.created.date()

    def hidden(self) -> Attempt:
        """The same as those see it to whom its scores are not released."""
        return replace(self, passed=None, expires="", rubric="", overall=None, criteria=(), shown=False)


@dataclass(frozen=True)
class Wanted:
    """Which attempts are looked at."""

    scenario: str = ""
    since: date | None = None
    until: date | None = None
    """The last day that counts."""
    rubric: str = ""

    def holds(self, attempt: Attempt) -> bool:
        """Whether an attempt is among them, whatever it was judged by."""
        return (
            (not self.scenario or attempt.scenario == self.scenario)
            and (self.since is None or attempt.day >= self.since)
            and (self.until is None or attempt.day <= self.until)
        )

    def of(self, attempts: Iterable[Attempt]) -> tuple[Attempt, ...]:
        """Those among attempts."""
        return tuple(attempt for attempt in attempts if self.holds(attempt))


def rubrics_of(attempts: Iterable[Attempt]) -> tuple[str, ...]:
    """The rubrics that judged, the most used first. Points of different rubrics are not compared."""
    counts = Counter(attempt.rubric for attempt in attempts if attempt.rubric)
    return tuple(sorted(counts, key=lambda one: (-counts[one], one)))


def judged_by(attempts: Iterable[Attempt], rubric: str) -> tuple[Attempt, ...]:
    """The attempts that a rubric judged."""
    return tuple(attempt for attempt in attempts if attempt.rubric == rubric)
