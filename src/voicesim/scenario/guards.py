"""Whether a guard can ever hold, given how far each feeling can go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from voicesim.scenario.model import Comparison, Feeling, Guard

_HOW_OFTEN = Feeling(start=0, low=0, high=10_000)
"""Bounds of a count."""


def never_holds(guard: Guard, feelings: Mapping[str, Feeling]) -> tuple[str, str] | None:
    """Why a guard can never hold, as (key, reason); None when it can.

    Feelings the scenario does not know are passed over: that is another mistake.
    """
    for name, bounds in guard.feelings.items():
        if name in feelings and (reason := _no_number(name, bounds, feelings[name])):
            return name, reason
    for event, bounds in guard.happened.items():
        if reason := _no_number(event, bounds, _HOW_OFTEN):
            return event, reason
    for key, other in (("told", "not_told"), ("visited", "not_visited")):
        both = set(getattr(guard, key)) & set(getattr(guard, other))
        if both:
            return key, f"'{min(both)}' stands under both {key} and {other}"
    return None


def implies(narrow: Guard, wide: Guard) -> bool:
    """Whether `wide` holds whenever `narrow` does. May miss some; never claims too much."""
    return (
        all(
            set(getattr(wide, key)) <= set(getattr(narrow, key))
            for key in ("told", "not_told", "visited", "not_visited")
        )
        and wide.turns_at_least <= narrow.turns_at_least
        and all(
            any(_tighter(other, bound) for other in narrow.feelings.get(name, ()))
            for name, bounds in wide.feelings.items()
            for bound in bounds
        )
        and all(
            any(_tighter(other, bound) for other in narrow.happened.get(event, ()))
            for event, bounds in wide.happened.items()
            for bound in bounds
        )
    )


def _tighter(one: Comparison, other: Comparison) -> bool:
    """Whether every number that meets `one` meets `other`."""
    if one.operator[0] != other.operator[0]:
        return False
    further = one.value > other.value if one.operator[0] == ">" else one.value < other.value
    return further or (one.value == other.value and (one.operator == other.operator or "=" in other.operator))


def _no_number(name: str, bounds: Sequence[Comparison], feeling: Feeling) -> str:
    """Why no number between the feeling's low and high meets every bound; empty when one does."""
    # An end is (value, whether the value itself is out): tuples compare as the ends do.
    lowest, highest = (feeling.low, False), (feeling.high, False)
    for bound in bounds:
        if bound.operator in (">", ">="):
            lowest = max(lowest, (bound.value, bound.operator == ">"))
        else:
            end = (bound.value, bound.operator == "<")
            highest = min(highest, end, key=lambda one: (one[0], not one[1]))
    if lowest[0] < highest[0] or (lowest[0] == highest[0] and not lowest[1] and not highest[1]):
        return ""
    wanted = " and ".join(f"{bound.operator} {bound.value:g}" for bound in bounds)
    return f"{name} runs from {feeling.low:g} to {feeling.high:g} and is never {wanted}"
