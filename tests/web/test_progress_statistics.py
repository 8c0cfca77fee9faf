"""Medians, spread and intervals, against the standard library, against simulation, and on cases worked by hand."""

from __future__ import annotations

import random
import statistics as library
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from voicesim.web.progress.attempt import Attempt, Points, Wanted, rubrics_of
from voicesim.web.progress.charts import box, line_chart, spark
from voicesim.web.progress.due import who_is_due
from voicesim.web.progress.statistics import by_criterion, courses_by_criterion, difficulties, median_interval, spread

SCORES = some.lists(some.floats(0, 100, allow_nan=False), min_size=1, max_size=60)


def attempt(who: str, day: int, score: float | None, scenario: str = "a", **more: object) -> Attempt:
    held = datetime(2026, 1, 1).astimezone() + timedelta(days=day)
    criteria = (Points("one", "One", score), Points("two", "Two", None))
    fields = {"mode": "practice", "rubric": "default", **more}
    return Attempt(
        f"{who}-{day}", who, False, scenario, scenario.upper(), held, 60.0, overall=score, criteria=criteria, **fields
    )  # type: ignore[arg-type]


def owner(one: Attempt) -> str:
    return one.owner


@given(SCORES)
def test_quartiles_are_those_of_the_standard_library(values: list[float]) -> None:
    found = spread(values)
    assert found is not None
    assert (found.n, found.low, found.high) == (len(values), min(values), max(values))
    if len(values) > 1:
        expected = library.quantiles(values, n=4, method="inclusive")
        assert [found.lower, found.median, found.upper] == pytest.approx(expected, abs=0.01)


def test_nothing_has_no_spread() -> None:
    assert spread([]) is None


def test_five_people_are_too_few_for_an_interval_and_six_are_enough() -> None:
    assert median_interval([1, 2, 3, 4, 5], 0.95) is None
    assert median_interval([1, 2, 3, 4, 5, 6], 0.95) == (1, 6)
    assert median_interval(range(1, 11), 0.95) == (2, 9)  # as in every table of the sign test


def test_the_interval_holds_the_true_median_as_often_as_it_says() -> None:
    chance = random.Random(1)
    for n in (8, 25):
        hits = 0
        for _ in range(1000):
            low, high = median_interval([chance.expovariate(1) for _ in range(n)], 0.95) or (1.0, 0.0)
            hits += low <= 0.6931 <= high
        assert hits >= 935


def test_many_values_are_no_trouble() -> None:
    low, high = median_interval(range(10_000), 0.95) or (0, 0)
    assert 4900 <= low < 5000 <= high <= 5100


def test_everybody_counts_once_however_much_they_practise() -> None:
    often = [attempt("ann", day, 90) for day in range(20)]
    rows = by_criterion([*often, attempt("ben", 3, 30), attempt("cat", 4, 40)], owner)
    assert [(row.id, row.spread.n, row.spread.median) for row in rows] == [("one", 3, 40)]


def test_a_scenario_is_as_hard_as_at_the_first_meeting() -> None:
    practised = [attempt("ann", 0, 20), attempt("ann", 1, 95), attempt("ben", 0, 30), attempt("cat", 2, 80, "b")]
    hard, easy = difficulties(sorted(practised, key=lambda one: one.created), owner, 0.95)
    assert (hard.id, hard.spread.median, hard.people, hard.attempts, hard.interval) == ("a", 25, 2, 3, None)
    assert (easy.id, easy.spread.median) == ("b", 80)


def test_points_that_were_not_given_break_no_line() -> None:
    rows = courses_by_criterion([attempt("ann", 0, 20), attempt("ann", 1, None), attempt("ann", 2, 60)])
    assert [(row.id, row.values, row.change) for row in rows] == [("one", (20, 60), 40)]


def test_the_filter_takes_both_its_days() -> None:
    attempts = [attempt("ann", day, 50) for day in range(5)]
    found = Wanted(since=date(2026, 1, 2), until=date(2026, 1, 4)).of(attempts)
    assert [one.day.day for one in found] == [2, 3, 4]
    assert rubrics_of([attempt("a", 1, 1), attempt("a", 2, 1, rubric="iacp"), attempt("a", 3, 1, rubric="iacp")]) == (
        "iacp",
        "default",
    )


@given(SCORES)
def test_every_chart_stays_inside_its_picture(values: list[float]) -> None:
    chart = line_chart([attempt("ann", day, value) for day, value in enumerate(values)])
    assert all(44 <= dot.x <= 784 and 12 <= dot.y <= 202 for dot in chart.dots)
    path, x, y = spark(values)
    assert len(path.split()) == len(values)
    assert 4 <= x <= 116
    assert 4 <= y <= 24
    shape = spread(values)
    assert shape is not None
    drawn = box(shape, (shape.low, shape.high))
    assert 10 <= drawn.low <= drawn.left <= drawn.median + 0.1 <= drawn.high + 0.2 <= 210.3


def test_a_single_attempt_stands_in_the_middle() -> None:
    assert line_chart([attempt("ann", 0, 50)]).dots[0].x == 414


TODAY = date(2026, 6, 1)


def qualified(who: str, days_ago: int, met: bool | None, **more: object) -> Attempt:
    days = (TODAY - date(2026, 1, 1)).days - days_ago
    return attempt(who, days, 80, mode="qualify", passed=met, rubric="annual-qualification", **more)


@pytest.mark.parametrize(
    ("attempts", "state"),
    [
        ([], "never"),
        ([(10, True)], "holds"),
        ([(330, True)], "due"),
        ([(400, True)], "expired"),
        ([(10, False)], "attempts left"),
        ([(12, False), (10, False)], "training due"),
        ([(100, True), (10, False)], "holds"),
        ([(10, None)], "never"),
    ],
)
def test_who_is_due(attempts: list[tuple[int, bool | None]], state: str) -> None:
    found = who_is_due([qualified("ann", ago, met) for ago, met in attempts], {"ann": "Ann"}, TODAY)
    assert [(one.name, one.state) for one in found] == [("Ann", state)]


def test_a_recording_a_drill_or_another_rubric_qualifies_nobody() -> None:
    attempts = [
        qualified("ann", 9, True, recorded=True),
        attempt("ann", 8, 99, mode="drill", passed=True, rubric="annual-qualification"),
        attempt("ann", 8, 99, mode="qualify", passed=True),
    ]
    assert who_is_due(attempts, {"ann": "Ann"}, TODAY)[0].state == "never"


def test_the_most_pressing_comes_first() -> None:
    people = {"ann": "Ann", "ben": "Ben", "cat": "Cat", "dan": "Dan"}
    attempts = [
        qualified("ann", 10, True),
        qualified("ben", 500, True),
        qualified("cat", 9, False),
        qualified("cat", 8, False),
    ]
    assert [one.name for one in who_is_due(attempts, people, TODAY)] == ["Cat", "Ben", "Dan", "Ann"]


def test_without_accounts_people_go_by_the_name_they_qualified_under() -> None:
    attempts = [qualified("", 20, False, trainee="R.  Reed"), qualified("", 10, True, trainee="r. reed")]
    assert [(one.name, one.state) for one in who_is_due(attempts, {}, TODAY)] == [("R.  Reed", "holds")]
