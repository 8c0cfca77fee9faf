"""What those who follow a running session are told: who says what, how it is taken, where the conversation stands."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from voicesim.engine.events import (
    End,
    FeelingsChanged,
    LineHeard,
    Overlapped,
    PausedOrResumed,
    Record,
    StateEntered,
    TurnTaken,
)
from voicesim.engine.state import ConversationState
from voicesim.timebase import seconds

Listener = Callable[[dict[str, Any]], None]
"""Takes a message, from the session's thread; must not wait."""
_HEARD_AT_ONCE = ("status", "phase")
"""Messages of which only the last one matters to somebody who joins."""


class Feed:
    """One session's. Whoever joins hears first what has happened so far.

    Args:
        most: how many may follow at once.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._listeners: list[Listener] = []
        self._happened: list[dict[str, Any]] = []
        self._now: dict[str, dict[str, Any]] = {}

    def watch(self, record: Record, state: ConversationState) -> None:
        """Told every record and the state after it."""
        message = _message(record)
        if message is not None:
            self.tell(message)

    def tell(self, message: dict[str, Any]) -> None:
        """Pass a message on."""
        with self._lock:
            if message["type"] in _HEARD_AT_ONCE:
                self._now[message["type"]] = message
            else:
                self._happened.append(message)
            for listener in self._listeners:
                listener(message)

    def join(self, listener: Listener) -> bool:
        """From now on, messages go here too; what happened so far first. False when as many follow as may."""
        with self._lock:
            if len(self._listeners) >= self._most:
                return False
            for message in (*self._happened, *self._now.values()):
                listener(message)
            self._listeners.append(listener)
            return True

    def leave(self, listener: Listener) -> None:
        """No longer."""
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)

    @property
    def followers(self) -> int:
        """How many follow."""
        return len(self._listeners)


def _message(record: Record) -> dict[str, Any] | None:
    match record:
        case TurnTaken():
            return {
                "type": "said", "speaker": "trainee", "by": "", "at": seconds(record.onset), "until": seconds(record.end),
                "text": record.text, "question": record.question, "moves": record.moves, "marks": record.marks,
                "manner": record.events,
            }  # fmt: skip
        case LineHeard() if record.heard_text:
            return {
                "type": "said", "speaker": "survivor", "by": record.by, "at": seconds(record.onset), "until": seconds(record.end),
                "text": record.heard_text, "broken_off": not record.complete,
            }  # fmt: skip
        case Overlapped():
            return {"type": "overlap", "at": seconds(record.onset), "kind": record.kind, "taking": record.taking}
        case StateEntered():
            return {"type": "state", "at": seconds(record.at), "state": record.state}
        case FeelingsChanged():
            return {
                "type": "feelings",
                "at": seconds(record.at),
                "feelings": dict(record.feelings),
                "because": record.because,
            }
        case PausedOrResumed():
            return {"type": "paused", "at": seconds(record.at), "paused": record.paused}
        case End():
            return {"type": "ended", "at": seconds(record.at), "ending": record.ending}
    return None
