"""What the progress pages and their API show, worked out once for both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from voicesim.web.progress.asked import rubric_title, scenarios_of
from voicesim.web.progress.attempt import Attempt, Wanted, judged_by, rubrics_of
from voicesim.web.progress.due import Due, who_is_due
from voicesim.web.progress.settings import progress_settings
from voicesim.web.progress.statistics import (
    Course,
    CriterionSpread,
    Difficulty,
    by_criterion,
    courses_by_criterion,
    courses_by_scenario,
    difficulties,
)


@dataclass(frozen=True)
class Choice:
    """What the filter can be set to, and what it is."""

    wanted: Wanted
    scenarios: Mapping[str, str]
    rubrics: Mapping[str, str]
    rubric: str
    """Whose points are shown: the one asked for, else the most used."""


@dataclass(frozen=True)
class Progress:
    """One person's progress."""

    choice: Choice
    total: int
    """Attempts that fit the filter."""
    newest: tuple[Attempt, ...]
    """Of them, newest first; as many as are listed."""
    scored: tuple[Attempt, ...]
    """The newest that the rubric judged, oldest first: those drawn."""
    scenarios: tuple[Course, ...]
    criteria: tuple[Course, ...]
    hidden: int
    """Attempts whose scores are not released."""


def progress_of(attempts: tuple[Attempt, ...], wanted: Wanted) -> Progress:
    """One person's progress.

    Args:
        attempts: all of theirs that whoever asks may see, oldest first.
        wanted: which of them are looked at.
    """
    most = progress_settings().newest
    found = wanted.of(attempts)
    choice = _choice(attempts, found, wanted)
    judged = judged_by(found, choice.rubric)
    return Progress(
        choice=choice,
        total=len(found),
        newest=found[: -most - 1 : -1],
        scored=tuple(attempt for attempt in judged if attempt.overall is not None)[-most:],
        scenarios=courses_by_scenario(judged),
        criteria=courses_by_criterion(judged),
        hidden=sum(not attempt.shown for attempt in found),
    )


@dataclass(frozen=True)
class Member:
    """Somebody of the cohort."""

    due: Due
    attempts: int
    latest: datetime | None


@dataclass(frozen=True)
class Cohort:
    """Everybody's progress together."""

    choice: Choice
    people: int
    """Who have an attempt that fits the filter."""
    attempts: tuple[Attempt, ...]
    """That fit the filter, oldest first, whatever judged them."""
    criteria: tuple[CriterionSpread, ...]
    scenarios: tuple[Difficulty, ...]
    members: tuple[Member, ...]


def cohort_of(attempts: tuple[Attempt, ...], people: Mapping[str, str], wanted: Wanted, today: date) -> Cohort:
    """Everybody's progress together.

    Args:
        attempts: all that whoever asks may see, oldest first; those of others than `people` do not count.
        people: account to name; empty where there are no accounts.
        wanted: which attempts the medians go by. Who is due goes by all of them.
        today: the day on which it is asked.
    """
    theirs = tuple(attempt for attempt in attempts if not people or attempt.owner in people)
    found = wanted.of(theirs)
    choice = _choice(theirs, found, wanted)
    judged = judged_by(found, choice.rubric)
    held: dict[str, tuple[int, datetime]] = {}
    for attempt in found:
        held[attempt.owner] = (held.get(attempt.owner, (0, None))[0] + 1, attempt.created)
    members = tuple(
        Member(due, *(held.get(due.person, (0, None)) if people else (0, None)))
        for due in who_is_due(theirs, people, today)
    )
    return Cohort(
        choice=choice,
        people=len(held),
        attempts=found,
        criteria=by_criterion(judged, _owner),
        scenarios=difficulties(judged, _owner, progress_settings().confidence),
        members=members,
    )


def _owner(attempt: Attempt) -> str:
    return attempt.owner


def _choice(attempts: tuple[Attempt, ...], found: tuple[Attempt, ...], wanted: Wanted) -> Choice:
    rubrics = rubrics_of(found)
    chosen = wanted.rubric if wanted.rubric in rubrics else next(iter(rubrics), "")
    return Choice(wanted, scenarios_of(attempts), {one: rubric_title(one) for one in rubrics}, chosen)
