"""What has changed: medians before and after, who now passes, and every figure for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

Results = Sequence[tuple[str, dict[str, Any]]]
_SAME = 1e-9


@dataclass(frozen=True)
class Change:
    """One criterion over all sessions. Without a figure on either side, the median there is None."""

    id: str
    title: str
    unit: str
    before: float | None
    after: float | None
    sessions: int
    """In which it has a value both times."""
    changed: int
    """Of them, with another value now."""


@dataclass(frozen=True)
class Turned:
    """A session that stands otherwise now."""

    session: str
    folder: str
    before: str
    after: str


@dataclass(frozen=True)
class Differences:
    """Of all results together, by the criteria of the rubric that judges now."""

    sessions: int
    overall: Change
    criteria: tuple[Change, ...]
    turned: tuple[Turned, ...]
    """Pass and fail where both rubrics set a standard; else another level overall."""


def differences(results: Results) -> Differences:
    """Compare what was judged before with what is judged now."""
    titles = {
        name: (one["title"], one["unit"]) for _, told in results for name, one in told["after"]["criteria"].items()
    }
    criteria = tuple(
        _change(name, title, unit, [(_value(told, "before", name), _value(told, "after", name)) for _, told in results])
        for name, (title, unit) in titles.items()
    )
    overall = [(told["before"]["overall"], told["after"]["overall"]) for _, told in results]
    turned = [
        Turned(told["session"], folder, before, after)
        for folder, told in results
        for before, after in [_standing(told)]
        if before != after
    ]
    return Differences(len(results), _change("overall", "Overall", "points", overall), criteria, tuple(turned))


def _change(name: str, title: str, unit: str, pairs: Sequence[tuple[float | None, float | None]]) -> Change:
    both = [(before, after) for before, after in pairs if before is not None and after is not None]
    return Change(
        name, title, unit,
        _median([before for before, _ in pairs]), _median([after for _, after in pairs]),
        len(both), sum(abs(before - after) > _SAME for before, after in both),
    )  # fmt: skip


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _value(told: dict[str, Any], side: str, name: str) -> float | None:
    """A criterion's value; where the rubric of the time did not have it, what was measured for it all the same."""
    one = told[side]["criteria"].get(name)
    value: float | None
    value = one["value"] if one else told[side]["measures"].get(told["after"]["criteria"][name]["measure"])
    return value


def _standing(told: dict[str, Any]) -> tuple[str, str]:
    """Before and after, in the finest words that both have."""
    before, after = told["before"], told["after"]
    if before["met"] is not None and after["met"] is not None:
        return tuple("pass" if side["met"] else "fail" for side in (before, after))  # type: ignore[return-value]
    return before["level"] or "not judged", after["level"] or "not judged"


def as_csv(results: Results) -> str:
    """A line for each session and criterion: values and points, before and after."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(
        ["session", "folder", "criterion", "unit", "value before", "value after", "points before", "points after"]
    )
    for folder, told in results:
        before, after = told["before"], told["after"]
        row = [_safe(told["session"]), _safe(folder)]
        table.writerow([*row, "overall", "points", "", "", _shown(before["overall"]), _shown(after["overall"])])
        table.writerow([*row, "standard met", "", _yes(before["met"]), _yes(after["met"]), "", ""])
        for name in dict.fromkeys([*before["criteria"], *after["criteria"]]):
            was, now = (side["criteria"].get(name, {}) for side in (before, after))
            unit = (now or was)["unit"]
            values = (_shown(_value(told, "before", name) if now else was["value"]), _shown(now.get("value")))
            points = (_shown(one.get("points")) for one in (was, now))
            table.writerow([*row, _safe(name), unit, *values, *points])
    return out.getvalue()


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _yes(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


def _safe(text: str) -> str:
    """A spreadsheet takes what begins so for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
