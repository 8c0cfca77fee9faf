"""What this machine can give to recognition."""

from __future__ import annotations

import os

MOST_USEFUL = 4
"""Threads: above this, Whisper's small models gain nothing and the sound card's thread loses."""


def threads() -> int:
    """Threads for one transcription: half of the cores this process may use; ``OMP_NUM_THREADS`` wins.

    Over a short window CTranslate2 is no slower so, and both engines slow down far less when the other cores are busy
    with the rest of the session (docs/ears.md).

    Returns:
        1 to `MOST_USEFUL`.
    """
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if asked.isdecimal() and int(asked) > 0:
        return int(asked)
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(MOST_USEFUL, allowed // 2))
