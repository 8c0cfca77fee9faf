"""What is made from a session and can be made again (the peaks of its waveform) lies in the cache, and goes with the session."""

from __future__ import annotations

import shutil
from pathlib import Path

from voicesim.folders import cache_folder


def cached_for(name: str) -> Path:
    """The folder in the cache for a session of this name; it may not be there."""
    return cache_folder() / "sessions" / name


def forget_cached(name: str) -> None:
    """Delete what the cache holds of a session. Whoever deletes a session calls this too."""
    shutil.rmtree(cached_for(name), ignore_errors=True)
