"""A server of its own for each module that wants one, as `voicesim serve` starts it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

_HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(_HERE), str(_HERE.parent / "review"), str(_HERE.parents[1] / "scripts")]

from serving.server import Served  # noqa: E402 (found by the line above)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A running server. Whatever is done to it, it leaves when asked to, and has had nothing to report but nonsense."""
    served = Served(tmp_path_factory.mktemp("served"))
    yield served
    assert served.stop() == 0, served.complaints
    assert set(served.complaints.splitlines()) <= {"WARNING:  Invalid HTTP request received."}
