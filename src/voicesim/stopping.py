"""Being asked to stop, and coming to an end in good order."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def asked_to_stop(*signals: signal.Signals) -> Iterator[threading.Event]:
    """An event that is set once somebody asks this process to stop. Who asks a second time interrupts it at once.

    Outside the main thread, which alone hears signals, it is never set.

    Args:
        signals: ways of asking, such as ``signal.SIGINT`` for Ctrl-C.
    """
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return

    def ask(*_: object) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    # By name: a program started in the background by a shell is deaf to Ctrl-C otherwise.
    before = {each: signal.signal(each, ask) for each in signals}
    try:
        yield asked
    finally:
        for each, handler in before.items():
            signal.signal(each, handler or signal.SIG_DFL)
