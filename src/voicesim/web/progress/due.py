"""Who is due for the annual qualification: where each person stands, the most pressing first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from voicesim.review.certificate import qualification_rules
from voicesim.review.qualification import Standing, standing
from voicesim.scoring.rubric import Standard, load_rubric
from voicesim.scoring.scorecard import StandardResult
from voicesim.web.progress.attempt import Attempt
from voicesim.web.progress.settings import progress_settings

State = Literal["training due", "expired", "due", "attempts left", "never", "holds"]
PRESSING: tuple[State, ...] = ("training due", "expired", "due", "attempts left", "never", "holds")
"""The most pressing first."""


@dataclass(frozen=True)
class Due:
    """Where one person stands."""

    person: str
    """Account; empty where there are none."""
    name: str
    state: State
    used: int
    """Attempts since the last pass."""
    allowed: int
    passed_on: date | None = None
    expires: date | None = None
    """The first day on which the last pass no longer holds."""


def who_is_due(attempts: Iterable[Attempt], people: Mapping[str, str], today: date) -> tuple[Due, ...]:
    """Everybody's standing.

    Args:
        attempts: oldest first; what is no qualification, broken off or from a recording does not count.
        people: account to name, of those who are expected to qualify. Without any, people go by the name they qualified under.
        today: the day on which it is asked.
    """
    rubric = load_rubric(qualification_rules().rubric)
    assert rubric.standard is not None
    found: dict[str, list[tuple[date, StandardResult]]] = {person: [] for person in people}
    names = dict(people)
    for one in attempts:
        if one.mode != "qualify" or one.recorded or one.passed is None or one.rubric != rubric.id:
            continue
        key = one.owner if people else " ".join(one.trainee.split()).casefold()
        if people and key not in people:
            continue
        names.setdefault(key, one.trainee)
        found.setdefault(key, []).append((one.day, _result(rubric.standard, one.passed)))
    rows = [_due(key if people else "", names[key], results, rubric.standard, today) for key, results in found.items()]
    return tuple(sorted(rows, key=lambda row: (PRESSING.index(row.state), row.expires or today, row.name.casefold())))


def _result(standard: Standard, met: bool) -> StandardResult:
    return StandardResult(
        met, (), standard.level, standard.overall, standard.attempts, standard.valid_months, standard.source
    )


def _due(person: str, name: str, results: list[tuple[date, StandardResult]], standard: Standard, today: date) -> Due:
    if not results:
        return Due(person, name, "never", 0, standard.attempts)
    stands = standing(results)
    return Due(person, name, _state(stands, today), stands.used, stands.allowed, stands.passed_on, stands.expires)


def _state(stands: Standing, today: date) -> State:
    if stands.state == "training due":
        return "training due"
    if stands.expires is None:
        return "attempts left"
    if not stands.holds(today):
        return "expired"
    soon = stands.expires - today <= timedelta(days=progress_settings().due_within_days)
    return "due" if soon else "holds"
