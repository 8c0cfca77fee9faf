"""Workers on this machine: a process each, so that one that is killed takes nothing along."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from voicesim.errors import VoicesimError
from voicesim.rescoring.crew import Lost
from voicesim.rescoring.plan import Plan
from voicesim.rescoring.settings import rescoring_settings
from voicesim.rescoring.shipment import Files
from voicesim.rescoring.worker import Answer, Job, Rescorer

_EACH = 1.2e9
"""Bytes of memory that a worker is reckoned to need (measured: docs/scale.md)."""
_STILLBORN = 3
"""Workers in a row that end before they are ready: it is not the sessions."""


def usual_workers() -> int:
    """One a core, as long as there is memory for them."""
    import psutil

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, int(psutil.virtual_memory().available / _EACH)))


@dataclass
class _Hand:
    process: BaseProcess
    pipe: Connection
    ready: bool = False
    job: Job | None = None
    since: float = 0.0
    why: str = ""


@dataclass(frozen=True)
class _Ready:
    """The models are loaded."""

    trouble: str = ""
    """Why they are not."""


class LocalCrew:
    """Processes of this machine. See `Crew`.

    Args:
        plan: what is done.
        workers: how many; 0 for as many as fit.
    """

    def __init__(self, plan: Plan, workers: int = 0) -> None:
        self._plan = plan
        self._context = multiprocessing.get_context("spawn")
        count = workers or usual_workers()
        cores = os.cpu_count() or 1
        self._threads = max(1, cores // count)
        self._stillborn = 0
        self._hands = [self._hire() for _ in range(count)]

    @property
    def free(self) -> int:
        """See `Crew.free`."""
        return sum(hand.ready and hand.job is None for hand in self._hands)

    @property
    def size(self) -> int:
        """See `Crew.size`."""
        return len(self._hands)

    @property
    def processes(self) -> list[int]:
        """Their process ids."""
        return [hand.process.pid for hand in self._hands if hand.process.pid is not None]

    def give(self, job: Job, files: Files | None = None) -> None:
        """See `Crew.give`."""
        hand = next(hand for hand in self._hands if hand.ready and hand.job is None)
        hand.job, hand.since = job, time.monotonic()
        with suppress(OSError):  # it has died: `wait` finds out
            hand.pipe.send((job, files))

    def wait(self, seconds: float) -> list[Answer | Lost]:
        """See `Crew.wait`."""
        found: list[Answer | Lost] = []
        wait([hand.pipe for hand in self._hands], seconds)
        for place, hand in enumerate(self._hands):
            self._hurry(hand)
            try:
                while hand.pipe.poll():
                    found += self._said(hand, hand.pipe.recv())
            except (EOFError, OSError):
                found += self._buried(hand)
                self._hands[place] = self._hire()
        return found

    def close(self) -> None:
        """See `Crew.close`."""
        for hand in self._hands:
            hand.process.kill()
        for hand in self._hands:
            hand.process.join()
            hand.pipe.close()

    def _hire(self) -> _Hand:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_work, args=(theirs, self._plan, self._threads), daemon=True)
        process.start()
        theirs.close()
        return _Hand(process, ours)

    def _said(self, hand: _Hand, message: Answer | _Ready) -> list[Answer | Lost]:
        if isinstance(message, Answer):
            hand.job = None
            return [message]
        if message.trouble:
            raise VoicesimError(message.trouble)
        hand.ready, self._stillborn = True, 0
        return []

    def _hurry(self, hand: _Hand) -> None:
        if hand.job is None:
            return
        longest = rescoring_settings().longest.over(hand.job.seconds)
        if time.monotonic() - hand.since > longest:
            hand.why = f"it took longer than {longest:.0f} s"
            hand.process.kill()

    def _buried(self, hand: _Hand) -> list[Answer | Lost]:
        hand.process.join()
        hand.pipe.close()
        why = hand.why or _how(hand.process.exitcode)
        if not hand.ready:
            self._stillborn += 1
            if self._stillborn >= _STILLBORN:
                raise VoicesimError(
                    f"The workers end while they load their models ({why}).",
                    "Is there enough memory? Try fewer --workers.",
                )
        return [Lost(hand.job, why)] if hand.job is not None else []


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        return f"it was killed by {signal.Signals(-code).name}"
    return f"it ended with code {code}"


def _work(pipe: Connection, plan: Plan, threads: int) -> None:
    """What a worker process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one that leads
    os.environ["OMP_NUM_THREADS"] = str(threads)
    try:
        rescorer = Rescorer(plan)
    except VoicesimError as error:
        pipe.send(_Ready(str(error)))
        return
    try:
        pipe.send(_Ready())
        while True:
            job, files = pipe.recv()
            pipe.send(rescorer.answer(job, files))
    except (EOFError, OSError):
        return  # the one that leads is gone
