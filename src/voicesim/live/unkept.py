"""A private session: the same conversation, of which nothing is written anywhere.

The sound lies in this process's memory and nowhere else, so that it is gone when the process is, also after Ctrl-C or a kill. What
the operating system may still do is move memory to its swap; core files, which a crash would leave behind, are switched off.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from voicesim.engine.events import Record
from voicesim.engine.state import ConversationState
from voicesim.live.practice import Watch
from voicesim.session.in_memory import MemoryRecorder

if TYPE_CHECKING:
    from voicesim.live.conductor import Activity, Conductor
    from voicesim.live.ears import Ears
    from voicesim.live.player import Player
    from voicesim.live.practice import Prepared
    from voicesim.session.meta import SessionMeta


def _nobody(record: Record, state: ConversationState) -> None:
    """Nobody watches."""


@contextmanager
def unkept(
    prepared: Prepared,
    meta: SessionMeta,
    ears: Ears,
    watch: Watch = _nobody,
    player: Player | None = None,
    activity: Activity | None = None,
) -> Iterator[tuple[Conductor, MemoryRecorder]]:
    """A session that is not kept, open while the body runs. Takes what `recording` takes, but for a folder.

    Yields:
        The session, and what it has said and heard so far.
    """
    from voicesim.live.practice import conductor_of

    leave_no_core_file()
    recorder = MemoryRecorder(meta, prepared.loaded.scenario)
    try:
        yield conductor_of(prepared, recorder, meta, ears, watch, player, activity), recorder
    finally:
        ears.close()


def leave_no_core_file() -> None:
    """From now on, a crash of this process leaves no copy of its memory on disk."""
    if sys.platform != "win32":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
