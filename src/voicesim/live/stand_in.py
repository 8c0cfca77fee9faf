"""The bundled recording that plays the trainee where there is no microphone."""

from __future__ import annotations

import os
from pathlib import Path

_NAME = "model-interview/trainee.flac"


def bundled_recording() -> Path | None:
    """The recording in the project's `audio_fixtures/`; None when voicesim was installed without them."""
    root = os.environ.get("VOICESIM_FIXTURES")
    folder = Path(root) if root else Path(__file__).resolve().parents[3] / "audio_fixtures"
    path = folder / _NAME
    return path if path.is_file() else None
