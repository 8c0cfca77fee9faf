"""What this machine can give to recognition."""

from __future__ import annotations

import os

MOST_USEFUL = 4
"""Threads: above this, Whisper's small models gain nothing and the sound card's thread loses."""


def threads() -> int:
    """Threads for one transcription: the cores this process may use, at most `MOST_USEFUL`; ``OMP_NUM_THREADS`` wins."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if asked.isdecimal() and int(asked) > 0:
        return int(asked)
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(MOST_USEFUL, allowed))
