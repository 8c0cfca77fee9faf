"""How often somebody may try to sign in: per account, against guessing one; per address, against trying many."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

_MOST_KEPT = 50_000
"""Accounts and addresses remembered at once: whoever makes up more than that pushes the oldest out, not the server over."""


class Attempts:
    """Failures of late, forgotten one by one as they grow old. Safe to use from several threads.

    Args:
        most: failures after which one has to wait.
        within: seconds after which a failure is forgotten.
        clock: seconds that only go up.
    """

    def __init__(self, most: int, within: float, clock: Callable[[], float]) -> None:
        self._most = most
        self._within = within
        self._clock = clock
        self._lock = threading.Lock()
        self._failed: OrderedDict[str, list[float]] = OrderedDict()

    def wait(self, who: str) -> float:
        """Seconds until another attempt is let through; 0 for at once."""
        with self._lock:
            recent = self._recent(who)
            return 0.0 if len(recent) < self._most else recent[-self._most] + self._within - self._clock()

    def take(self, who: str) -> None:
        """An attempt begins, and counts as failed until `forgive`: many at the same moment are no way around it."""
        with self._lock:
            self._failed[who] = [*self._recent(who), self._clock()][-self._most :]
            self._failed.move_to_end(who)
            while len(self._failed) > _MOST_KEPT:
                self._failed.popitem(last=False)

    def give_back(self, who: str) -> None:
        """The latest attempt did not fail after all; earlier ones still count."""
        with self._lock:
            self._failed[who] = self._failed.get(who, [])[:-1]

    def forgive(self, who: str) -> None:
        """Forget the failures: whoever it was has signed in, or an administrator has helped."""
        with self._lock:
            self._failed.pop(who, None)

    def _recent(self, who: str) -> list[float]:
        since = self._clock() - self._within
        return [moment for moment in self._failed.get(who, ()) if moment > since]
