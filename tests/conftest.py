"""Shared by all tests: each room's helpers can be imported by name."""

from __future__ import annotations

import sys
from pathlib import Path

for room in ("engine", "scoring", "devices", "fixtures"):
    sys.path.insert(0, str(Path(__file__).parent / room))
