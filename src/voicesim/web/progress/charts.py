"""The pictures of progress as plain geometry, points from 0 to 100. The templates draw them; the numbers stand beside each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voicesim.web.progress.attempt import Attempt
from voicesim.web.progress.statistics import Spread

LEFT, TOP, WIDTH, HEIGHT = 44.0, 12.0, 740.0, 190.0
"""Where the plot of the line chart begins in its picture (800 by 240 units), and how large it is."""


@dataclass(frozen=True)
class Dot:
    """An attempt on the line chart."""

    x: float
    y: float
    label: str


@dataclass(frozen=True)
class Tick:
    """A label on an axis, at x or y."""

    at: float
    text: str


@dataclass(frozen=True)
class LineChart:
    """Overall scores, attempt by attempt, oldest on the left."""

    dots: tuple[Dot, ...]
    path: str
    rows: tuple[Tick, ...]
    days: tuple[Tick, ...]


def line_chart(attempts: Sequence[Attempt]) -> LineChart:
    """Scored attempts, evenly spaced in their order: a week of daily practice and a year's pause are both readable."""
    scored = [attempt for attempt in attempts if attempt.overall is not None]
    step = WIDTH / max(1, len(scored) - 1)
    dots = tuple(
        Dot(
            round(LEFT + (index * step if len(scored) > 1 else WIDTH / 2), 1),
            _y(attempt.overall or 0.0),
            f"{attempt.title}, {_day(attempt)}: {attempt.overall:.0f}",
        )
        for index, attempt in enumerate(scored)
    )
    rows = tuple(Tick(_y(value), str(value)) for value in (0, 25, 50, 75, 100))
    every = max(1, -(-len(scored) // 6))
    days = tuple(Tick(dots[index].x, _day(scored[index])) for index in range(0, len(scored), every))
    return LineChart(dots, " ".join(f"{dot.x},{dot.y}" for dot in dots), rows, days)


def _y(points: float) -> float:
    return round(TOP + HEIGHT * (1 - min(max(points, 0), 100) / 100), 1)


def _day(attempt: Attempt) -> str:
    return f"{attempt.day.day} {attempt.day:%b %Y}"


def spark(values: Sequence[float]) -> tuple[str, float, float]:
    """A small line, 120 by 28 units: its points, and where its last one lies."""
    step = 112 / max(1, len(values) - 1)
    points = [
        (round(4 + index * step, 1), round(24 - 20 * min(max(value, 0), 100) / 100, 1))
        for index, value in enumerate(values)
    ]
    return " ".join(f"{x},{y}" for x, y in points), *points[-1]


@dataclass(frozen=True)
class Box:
    """A box plot, lying, 200 units for 0 to 100 points; `interval` as (x, width), None where there is none."""

    low: float
    left: float
    median: float
    width: float
    high: float
    interval: tuple[float, float] | None


def box(found: Spread, interval: tuple[float, float] | None = None) -> Box:
    """Where a box plot's parts lie."""

    def x(points: float) -> float:
        return round(10 + 2 * min(max(points, 0), 100), 1)

    around = (x(interval[0]), round(max(1.0, x(interval[1]) - x(interval[0])), 1)) if interval else None
    return Box(
        x(found.low),
        x(found.lower),
        x(found.median),
        round(max(1.0, x(found.upper) - x(found.lower)), 1),
        x(found.high),
        around,
    )
