"""Where the house keeps what it can make or fetch again, and where sessions lie."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """The cache: ``$VOICESIM_CACHE``, else voicesim's folder in the user's cache."""
    from platformdirs import user_cache_dir

    return Path(os.environ.get("VOICESIM_CACHE") or user_cache_dir("voicesim", appauthor=False)).expanduser()


def sessions_folder() -> Path:
    """Where sessions are kept: ``$VOICESIM_SESSIONS``, else a folder in the user's own data."""
    from platformdirs import user_data_path

    named = os.environ.get("VOICESIM_SESSIONS")
    return Path(named) if named else user_data_path("voicesim", appauthor=False) / "sessions"
