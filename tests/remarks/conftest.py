"""The tests of the remarks find their helpers, and a session to talk about."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

_TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(_TESTS / name) for name in ("remarks", "review", "scoring")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A recorded session."""
    from test_bundle_review import recorded

    return recorded(tmp_path / "sessions" / "one")
