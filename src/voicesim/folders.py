"""Where the house keeps what it can make or fetch again."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """The cache: ``$VOICESIM_CACHE``, else voicesim's folder in the user's cache."""
    from platformdirs import user_cache_dir

    return Path(os.environ.get("VOICESIM_CACHE") or user_cache_dir("voicesim", appauthor=False)).expanduser()
