"""What many attempts say together. Every person counts once, so that whoever practises most does not speak for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from voicesim.web.progress.attempt import Attempt, Points


@dataclass(frozen=True)
class Spread:
    """Values from the lowest to the highest: quartiles by linear interpolation (Hyndman and Fan's type 7, as in R and Excel)."""

    n: int
    low: float
    lower: float
    """A quarter lies below."""
    median: float
    upper: float
    """A quarter lies above."""
    high: float


def spread(values: Iterable[float]) -> Spread | None:
    """The spread of values; None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None

    def at(share: float) -> float:
        place = share * (len(ordered) - 1)
        below = int(place)
        above = min(below + 1, len(ordered) - 1)
        return round(ordered[below] + (place - below) * (ordered[above] - ordered[below]), 2)

    return Spread(len(ordered), ordered[0], at(0.25), at(0.5), at(0.75), ordered[-1])


def median_interval(values: Iterable[float], confidence: float) -> tuple[float, float] | None:
    """Where the median of all who might take it lies, with this confidence or more, whatever the distribution.

    From order statistics: the k-th lowest and the k-th highest value, k as large as the binomial distribution allows. None where so
    few values allow no such interval (under six at 95 %).
    """
    ordered = sorted(values)
    n = len(ordered)
    limit = int((1 - confidence) / 2 * 1e12) * 2**n // 10**12
    tail, term, k = (
        0,
        1,
        0,
    )  # term: how many of the 2**n ways in which values fall below or above the median have k below
    while k < n:
        tail += term
        if tail > limit:
            break
        k += 1
        term = term * (n - k + 1) // k
    return (ordered[k - 1], ordered[n - k]) if 0 < k <= n - k + 1 else None


@dataclass(frozen=True)
class CriterionSpread:
    """One criterion over a group: each person's latest attempt in which it could be judged."""

    id: str
    title: str
    spread: Spread


def by_criterion(attempts: Sequence[Attempt], who: Callable[[Attempt], str]) -> tuple[CriterionSpread, ...]:
    """The spread of every criterion, the lowest median first: where a group has most to learn.

    Args:
        attempts: of one rubric, oldest first.
        who: whose an attempt is.
    """
    latest: dict[str, dict[str, Points]] = {}
    for attempt in attempts:
        for one in attempt.criteria:
            if one.points is not None:
                latest.setdefault(one.id, {})[who(attempt)] = one
    rows = []
    for identifier, of_people in latest.items():
        found = spread(one.points for one in of_people.values() if one.points is not None)
        if found is not None:
            rows.append(CriterionSpread(identifier, next(reversed(of_people.values())).title, found))
    return tuple(sorted(rows, key=lambda row: (row.spread.median, row.title)))


@dataclass(frozen=True)
class Difficulty:
    """How hard a scenario is at the first meeting: each person's first scored attempt at it."""

    id: str
    title: str
    people: int
    attempts: int
    spread: Spread
    interval: tuple[float, float] | None
    """Around the median; None for too few people."""


def difficulties(
    attempts: Sequence[Attempt], who: Callable[[Attempt], str], confidence: float
) -> tuple[Difficulty, ...]:
    """Every scenario, the hardest (the lowest median) first.

    Args:
        attempts: of one rubric, oldest first.
        who: whose an attempt is.
        confidence: of the interval.
    """
    rows = []
    for scenario, (title, found) in _by_scenario(attempts).items():
        first: dict[str, float] = {}
        for attempt in found:
            if attempt.overall is not None:
                first.setdefault(who(attempt), attempt.overall)
        shape = spread(first.values())
        if shape is not None:
            interval = median_interval(first.values(), confidence)
            scored = sum(attempt.overall is not None for attempt in found)
            rows.append(Difficulty(scenario, title, len(first), scored, shape, interval))
    return tuple(sorted(rows, key=lambda row: (row.spread.median, row.title)))


def _by_scenario(attempts: Sequence[Attempt]) -> dict[str, tuple[str, list[Attempt]]]:
    found: dict[str, tuple[str, list[Attempt]]] = {}
    for attempt in attempts:
        found.setdefault(attempt.scenario, (attempt.title, []))[1].append(attempt)
    return found


@dataclass(frozen=True)
class Course:
    """One line of somebody's progress: a scenario's overall or a criterion's points, attempt by attempt."""

    id: str
    title: str
    values: tuple[float, ...]

    @property
    def change(self) -> float:
        """From the first to the latest."""
        return self.values[-1] - self.values[0]


def courses_by_scenario(attempts: Sequence[Attempt]) -> tuple[Course, ...]:
    """Overall scores by scenario, in the order in which the scenarios were first met."""
    rows = []
    for scenario, (title, found) in _by_scenario(attempts).items():
        values = tuple(attempt.overall for attempt in found if attempt.overall is not None)
        if values:
            rows.append(Course(scenario, title, values))
    return tuple(rows)


def courses_by_criterion(attempts: Sequence[Attempt]) -> tuple[Course, ...]:
    """Points by criterion, in the order of the rubric."""
    found: dict[str, tuple[str, list[float]]] = {}
    for attempt in attempts:
        for one in attempt.criteria:
            if one.points is not None:
                found.setdefault(one.id, (one.title, []))[1].append(one.points)
    order = {one.id: place for attempt in attempts[-1:] for place, one in enumerate(attempt.criteria)}
    rows = [Course(identifier, title, tuple(values)) for identifier, (title, values) in found.items()]
    return tuple(sorted(rows, key=lambda row: order.get(row.id, len(order))))
