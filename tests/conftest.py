"""Shared by all tests: each room's helpers can be imported by name."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

os.environ.setdefault("VOICESIM_VOICE", "pyttsx3")
"""Whole sessions are tested with the plain voice: to voice a scenario with the neural one takes minutes."""

for room in ("engine", "scoring", "devices", "fixtures"):
    sys.path.insert(0, str(Path(__file__).parent / room))

LONG = ("fixtures", "web", "rescoring", "scenario", "store", "asr", "project", "fuzz")
"""Rooms whose files take long: begun first, so that no worker is left alone with one of them at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Rooms that take long first; within a room, in the order of the files."""

    def rank(item: pytest.Item) -> int:
        room = item.path.relative_to(Path(__file__).parent).parts[0]
        return LONG.index(room) if room in LONG else len(LONG)

    items.sort(key=rank)
