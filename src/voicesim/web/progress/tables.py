"""The cohort as CSV: everybody, every attempt, every point, the medians and the scenarios."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

from voicesim.exports.spreadsheet import Cell, to_csv
from voicesim.web.progress.attempt import Attempt
from voicesim.web.progress.statistics import Spread
from voicesim.web.progress.views import Cohort

TableName = Literal["people", "attempts", "points", "criteria", "scenarios"]
_SPREAD = ("median", "quarter_below", "quarter_above", "lowest", "highest")


def table(cohort: Cohort, name: TableName, names: Mapping[str, str]) -> bytes:
    """One table of a cohort as CSV.

    Args:
        cohort: as it is shown.
        name: which table.
        names: account to name.
    """
    header, rows = _TABLES[name]
    return to_csv(header, rows(cohort, names))


def _people(cohort: Cohort, names: Mapping[str, str]) -> Iterator[Sequence[Cell]]:
    for member in cohort.members:
        due = member.due
        yield [
            due.person, due.name, member.attempts, member.latest.isoformat() if member.latest else None, due.state, due.used,
            due.allowed, due.passed_on.isoformat() if due.passed_on else None, due.expires.isoformat() if due.expires else None,
        ]  # fmt: skip


def _attempts(cohort: Cohort, names: Mapping[str, str]) -> Iterator[Sequence[Cell]]:
    for attempt in cohort.attempts:
        yield [*_who(attempt, names), attempt.title, attempt.mode, attempt.seconds, attempt.rubric, attempt.overall]


def _points(cohort: Cohort, names: Mapping[str, str]) -> Iterator[Sequence[Cell]]:
    for attempt in cohort.attempts:
        for one in attempt.criteria:
            yield [*_who(attempt, names), attempt.rubric, one.id, one.title, one.points]


def _who(attempt: Attempt, names: Mapping[str, str]) -> list[Cell]:
    name = names.get(attempt.owner, "")
    return [attempt.owner, name, attempt.session, attempt.created.isoformat(), attempt.scenario]


def _criteria(cohort: Cohort, names: Mapping[str, str]) -> Iterator[Sequence[Cell]]:
    for row in cohort.criteria:
        yield [cohort.choice.rubric, row.id, row.title, row.spread.n, *_spread(row.spread)]


def _scenarios(cohort: Cohort, names: Mapping[str, str]) -> Iterator[Sequence[Cell]]:
    for row in cohort.scenarios:
        low, high = row.interval or (None, None)
        yield [cohort.choice.rubric, row.id, row.title, row.people, row.attempts, *_spread(row.spread), low, high]


def _spread(found: Spread) -> list[Cell]:
    return [found.median, found.lower, found.upper, found.low, found.high]


_WHO = ("person", "name", "session", "held", "scenario")
_TABLES: dict[
    TableName, tuple[Sequence[str], Callable[[Cohort, Mapping[str, str]], Iterator[Sequence[Cell]]]]
] = {
    "people": (
        ("person", "name", "attempts", "latest", "qualification", "attempts_used", "attempts_allowed", "passed_on", "expires"),
        _people,
    ),
    "attempts": ((*_WHO, "title", "mode", "seconds", "rubric", "overall"), _attempts),
    "points": ((*_WHO, "rubric", "criterion", "criterion_title", "points"), _points),
    "criteria": (("rubric", "criterion", "title", "people", *_SPREAD), _criteria),
    "scenarios": (
        ("rubric", "scenario", "title", "people", "attempts", *_SPREAD, "median_from", "median_to"),
        _scenarios,
    ),
}  # fmt: skip
