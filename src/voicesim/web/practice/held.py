"""One practice session held through a browser, from consent to the scored bundle, in a thread of its own."""

from __future__ import annotations

import hmac
import queue
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from voicesim.errors import VoicesimError
from voicesim.session.meta import META
from voicesim.web.practice.browser_card import BrowserCard
from voicesim.web.practice.feed import Feed
from voicesim.web.practice.outcome import outcome_of
from voicesim.web.practice.stock import Stock
from voicesim.web.practice.view import PageView
from voicesim.web.practice.wire import Begin
from voicesim.web.settings import WebSettings

if TYPE_CHECKING:
    from types import TracebackType

    from voicesim.engine.events import Record
    from voicesim.engine.state import ConversationState
    from voicesim.live.player import Player
    from voicesim.live.practice import Prepared
    from voicesim.scenario.load import LoadedScenario
    from voicesim.session.meta import SessionMeta

Phase = Literal["preparing", "ready", "running", "closing", "over", "failed"]
_KEYS = {"pause": "p", "resume": "p", "stop": "q"}
_LOOK_EVERY = 0.5
"""Seconds after which it is looked again whether anybody is still there."""


@dataclass(frozen=True)
class Plan:
    """What is to be held."""

    loaded: LoadedScenario
    folder: Path
    """Where it is kept: a new folder."""
    mode: Literal["practice", "drill"] = "practice"
    attempt: int = 0
    country: str = ""
    owner: str = ""
    """Account of whoever practises; empty where there are none."""
    private: bool = False
    """Whether nobody else may see it."""

    @property
    def seed(self) -> int:
        """Which of several fitting lines she picks: another one with every attempt at a drill."""
        return max(self.attempt - 1, 0)


class PageButtons:
    """The page's buttons, as the keys of a terminal. A wish that has come true meanwhile is dropped."""

    def __init__(self) -> None:
        self.paused: Callable[[], bool] = lambda: False
        """Whether the session stands still."""
        self._wishes: queue.SimpleQueue[str] = queue.SimpleQueue()

    def __enter__(self) -> PageButtons:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to put back."""

    def press(self, what: str) -> None:
        """A button was pressed: ``pause``, ``resume`` or ``stop``."""
        self._wishes.put(what)

    def pressed(self) -> str:
        """The key for the next wish; empty when there is none."""
        while True:
            try:
                wish = self._wishes.get_nowait()
            except queue.Empty:
                return ""
            if wish == "stop" or (wish == "resume") == self.paused():
                return _KEYS[wish]


class HeldSession:
    """One session. The web server's loop talks to it; its own thread holds it.

    Args:
        plan: what is to be held.
        stock: recognition and voices.
        settings: how long anything may take.
    """

    def __init__(self, plan: Plan, stock: Stock, settings: WebSettings) -> None:
        from voicesim.live.player import Player

        self.id = secrets.token_urlsafe(9)
        self.token = secrets.token_urlsafe(24)
        self.plan = plan
        self.phase: Phase = "preparing"
        self.ended = 0.0
        """Monotonic seconds at which it was over; 0 before."""
        self._stock = stock
        self._settings = settings
        self._player: Player = Player()
        self.card = BrowserCard(self._player.render, settings.silent_for, settings.burst)
        self.buttons = PageButtons()
        self.feed = Feed(settings.most_followers)
        self._begun = threading.Event()
        self._begin: Begin | None = None
        self._given_up = False
        self._left_at = time.monotonic()
        """When its page was gone last; when it was admitted, while none has come."""
        self._lock = threading.Lock()
        self._listener: Callable[[dict[str, Any]], None] | None = None
        self._last: dict[str, dict[str, Any]] = {}
        self._thread = threading.Thread(target=self._run, name=f"voicesim-session-{self.id}", daemon=True)

    # ------------------------------------------------------------ the server's side

    @property
    def live(self) -> bool:
        """Whether it takes up a place."""
        return self.phase not in ("over", "failed")

    @property
    def running(self) -> bool:
        """Whether sound flows."""
        return self.phase == "running"

    def start(self) -> None:
        """Begin to prepare it."""
        self._thread.start()

    def known_by(self, token: str) -> bool:
        """Whether this is the session's secret."""
        return hmac.compare_digest(self.token.encode(), token.encode())

    def begin(self, wish: Begin) -> None:
        """The person is ready. Without effect before everything is prepared, and the second time."""
        if self.phase == "ready" and not self._begun.is_set():
            self._begin = wish
            self._begun.set()

    def give_up(self) -> None:
        """End it, wherever it is; what was recorded is kept."""
        self._given_up = True
        self.buttons.press("stop")
        self._begun.set()

    def join(self, timeout: float) -> None:
        """Wait for its end."""
        self._thread.join(timeout)

    def attach(self, listener: Callable[[dict[str, Any]], None]) -> None:
        """From now on, messages for the page go here, first how things stand; whoever listened before is told so."""
        with self._lock:
            before, self._listener = self._listener, listener
            if before is not None:
                before({"type": "replaced"})
            for message in self._last.values():
                listener(message)

    def detach(self, listener: Callable[[dict[str, Any]], None]) -> bool:
        """No longer. False when another listens by now."""
        with self._lock:
            if self._listener != listener:
                return False
            self._listener = None
            self._left_at = time.monotonic()
            return True

    @property
    def watched(self) -> bool:
        """Whether a page is connected."""
        return self._listener is not None

    def post(self, message: dict[str, Any]) -> None:
        """A message for the page. Of each type the last is kept for a page that comes back."""
        with self._lock:
            if message["type"] != "note":
                self._last[message["type"]] = message
            if self._listener is not None:
                self._listener(message)
        if message["type"] in ("status", "phase"):
            self.feed.tell(message)

    # ------------------------------------------------------------ the session's thread

    def _run(self) -> None:
        try:
            self._enter("preparing")
            prepared = self._stock.prepared(self.plan.loaded, self.plan.seed, self._progress)
            self._enter("ready")
            if not self._wait_for_the_person() or self._given_up or self._begin is None:
                self._fail("The session was not begun, and nothing was recorded.")
                return
            self._hold(prepared, self._begin)
        except VoicesimError as error:
            self._fail(str(error))
        except Exception as error:  # the page is told whatever happens, and the server goes on
            self._fail(f"voicesim has made a mistake ({type(error).__name__}). Please report it.")
            raise
        finally:
            self.ended = time.monotonic()

    def _wait_for_the_person(self) -> bool:
        """Whether the session is begun in time. It is let go of earlier when no page is, or was ever, connected to it."""
        until = time.monotonic() + self._settings.begin_within
        while not self._begun.wait(_LOOK_EVERY):
            now = time.monotonic()
            if now > until or (not self.watched and now > self._left_at + self._settings.reconnect_within):
                return False
        return True

    def _hold(self, prepared: Prepared, begin: Begin) -> None:
        from voicesim.errors import StorageError
        from voicesim.live.ears import WorkerEars
        from voicesim.live.from_soundcard import converse
        from voicesim.live.practice import recording

        view = PageView(self.post, {name: one.name for name, one in prepared.loaded.scenario.cast.items()})
        ears = WorkerEars(prepared.listener)
        problem = ""

        def watch(record: Record, state: ConversationState) -> None:
            view.watch(record, state)
            self.feed.watch(record, state)

        try:
            with recording(
                prepared, self.plan.folder, self._meta(prepared, begin), ears, watch, self._player
            ) as conductor:
                self.buttons.paused = lambda: conductor.state.phase == "paused"
                self.card.begin()
                self._enter("running")
                left = converse(conductor, self.card, view, self._settings.reconnect_within, self.buttons)
                problem = left.problem
                self._enter("closing")
        except StorageError as error:
            if not (self.plan.folder / META).exists():
                raise
            problem = str(error)
        result = outcome_of(self.plan.folder, self.plan.country, problem)
        self._enter("over")
        self.post({"type": "over", **result})

    def _meta(self, prepared: Prepared, begin: Begin) -> SessionMeta:
        from voicesim.live.practice import new_meta
        from voicesim.session.meta import Consent
        from voicesim.timebase import samples

        meta = new_meta(
            prepared,
            driver="browser",
            consent=Consent(given=True, how="web page"),
            devices={"input": begin.microphone, "output": "browser"},
            loop_latency=samples(min(begin.loop, self._settings.longest_loop)),
        )
        browser = {"echo_cancellation": begin.echo_cancellation, "rate": begin.rate, "loop": begin.loop}
        return meta.model_copy(
            update={
                "mode": self.plan.mode,
                "attempt": self.plan.attempt,
                "country": self.plan.country,
                "owner": self.plan.owner,
                "private": self.plan.private,
                "browser": browser,
            }
        )

    def _enter(self, phase: Phase) -> None:
        self.phase = phase
        self.post({"type": "phase", "phase": phase})

    def _progress(self, what: str, done: int, total: int) -> None:
        self.post({"type": "progress", "what": what, "done": done, "total": total})

    def _fail(self, problem: str) -> None:
        if (self.plan.folder / META).exists():
            problem += " Everything up to then is among your sessions."
        self.phase = "failed"
        self.post({"type": "phase", "phase": "failed", "problem": problem})


def planned(loaded: LoadedScenario, sessions: Path, country: str, owner: str = "", private: bool = False) -> Plan:
    """The plan for a scenario: practice, or an attempt at a drill, in a new folder of its own."""
    from voicesim.live.practice import default_folder
    from voicesim.review.attempts import drills_done

    name = default_folder(loaded).name
    plan = Plan(loaded, sessions / f"{name}-{secrets.token_hex(3)}", country=country, owner=owner, private=private)
    if loaded.scenario.drill is None:
        return plan
    return replace(plan, mode="drill", attempt=drills_done(sessions, owner)[loaded.scenario.id] + 1)
