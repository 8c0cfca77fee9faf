"""The sessions being held at this moment: who may join, which one is meant, and letting all of them end."""

from __future__ import annotations

import threading
import time

from voicesim.errors import VoicesimError
from voicesim.web.practice.held import HeldSession, Plan
from voicesim.web.practice.stock import Stock
from voicesim.web.settings import WebSettings

_GOODBYE = 20.0
"""Seconds that sessions have to close their bundles when the server stops."""


class FullError(VoicesimError):
    """As many sessions are held as this machine hears in time."""


class Hall:
    """Every session of this server.

    Args:
        stock: what they share.
        settings: how many there may be, and how long.
    """

    def __init__(self, stock: Stock, settings: WebSettings) -> None:
        self._stock = stock
        self._settings = settings
        self._lock = threading.Lock()
        self._sessions: dict[str, HeldSession] = {}

    def admit(self, plan: Plan) -> HeldSession:
        """Begin to prepare a session.

        Raises:
            FullError: there is no place; the sessions being held are not harmed.
        """
        with self._lock:
            self._forget()
            held = sum(one.live for one in self._sessions.values())
            if held >= self._settings.most_sessions:
                raise FullError(
                    f"{held} sessions are being held here already, as many as this computer follows in time.",
                    "Try again in a few minutes.",
                )
            session = HeldSession(plan, self._stock, self._settings)
            self._sessions[session.id] = session
        session.start()
        return session

    def find(self, name: str, token: str) -> HeldSession | None:
        """The session with this id and secret; None when there is none, or the secret is another."""
        session = self._sessions.get(name)
        return session if session is not None and session.known_by(token) else None

    def recording_in(self, folder: str) -> bool:
        """Whether a session is being held that is kept in the folder of this name."""
        return any(one.live and one.plan.folder.name == folder for one in tuple(self._sessions.values()))

    @property
    def running(self) -> tuple[HeldSession, ...]:
        """Those in which somebody talks, or is about to."""
        return tuple(one for one in tuple(self._sessions.values()) if one.live)

    def named(self, name: str) -> HeldSession | None:
        """The session with this id, for whoever follows it; None when there is none any more."""
        return self._sessions.get(name)

    @property
    def held(self) -> int:
        """How many are being held."""
        return sum(one.live for one in tuple(self._sessions.values()))

    def close(self) -> None:
        """End all sessions; what was recorded is kept."""
        going = [one for one in tuple(self._sessions.values()) if one.live]
        for one in going:
            one.give_up()
        until = time.monotonic() + _GOODBYE
        for one in going:
            one.join(max(0.0, until - time.monotonic()))

    def _forget(self) -> None:
        old = time.monotonic() - self._settings.remembered_for
        self._sessions = {
            name: one for name, one in self._sessions.items() if one.live or not one.ended or one.ended > old
        }
