"""Shared by all tests: each room's helpers can be imported by name."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("VOICESIM_VOICE", "pyttsx3")
"""Whole sessions are tested with the plain voice: to voice a scenario with the neural one takes minutes."""

for room in ("engine", "scoring", "devices", "fixtures"):
    sys.path.insert(0, str(Path(__file__).parent / room))
