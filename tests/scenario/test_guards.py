"""A guard is called impossible exactly when no numbers could ever meet it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voicesim.scenario.guards import never_holds
from voicesim.scenario.model import Comparison, Feeling, Guard

whole = st.integers(-5, 15)
bounds = st.lists(
    st.builds(lambda sign, value: f"{sign} {value}", st.sampled_from(["<", "<=", ">", ">="]), whole), max_size=4
)
feelings = st.tuples(whole, whole).map(lambda ends: Feeling(start=min(ends), low=min(ends), high=max(ends)))


@given(bounds, feelings)
def test_impossible_means_that_no_number_fits(written: list[str], feeling: Feeling) -> None:
    guard = Guard.model_validate({"trust": written})
    # Bounds are whole numbers here: if anything between low and high fits, a whole or a half number does.
    halves = [half / 2 for half in range(int(feeling.low) * 2, int(feeling.high) * 2 + 1)]
    fits = any(all(bound.holds(number) for bound in guard.feelings["trust"]) for number in halves)
    assert (never_holds(guard, {"trust": feeling}) is None) == fits


@given(bounds, bounds, feelings)
def test_a_further_condition_never_makes_a_guard_easier(first: list[str], more: list[str], feeling: Feeling) -> None:
    narrow = Guard.model_validate({"trust": [*first, *more]})
    wide = Guard.model_validate({"trust": first})
    if never_holds(wide, {"trust": feeling}):
        assert never_holds(narrow, {"trust": feeling})


@given(st.sampled_from(["<", "<=", ">", ">="]), whole, st.integers(0, 3), st.integers(0, 3))
def test_a_comparison_is_read_as_it_is_written(sign: str, value: int, before: int, after: int) -> None:
    read = Comparison.model_validate(f"{' ' * before}{sign}{' ' * after}{value}")
    assert (read.operator, read.value) == (sign, value)
    assert read.holds(value) == ("=" in sign)
    assert read.holds(value + 1) == (">" in sign)
    assert read.holds(value - 1) == ("<" in sign)


def test_told_and_not_told_at_once_never_holds() -> None:
    guard = Guard.model_validate({"told": "dog-ran", "not_told": ["dog-ran", "cat"]})
    assert never_holds(guard, {}) == ("told", "'dog-ran' stands under both told and not_told")


def test_an_empty_guard_holds() -> None:
    assert never_holds(Guard(), {}) is None
