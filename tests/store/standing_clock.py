"""A clock that the test sets forward."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that stands until it is set forward."""

    def __init__(self) -> None:
        self.now = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """What time it is."""
        return self.now

    def forward(self, **by: float) -> None:
        """Let time pass: ``forward(hours=2)``."""
        self.now += timedelta(**by)
