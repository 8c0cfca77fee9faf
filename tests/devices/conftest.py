"""Virtual sound devices for every test in this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pulse import Pulse


@pytest.fixture(scope="session")
def pulse() -> Iterator[Pulse]:
    """One PulseAudio daemon for all tests that leave it running."""
    daemon = Pulse()
    yield daemon
    daemon.close()


@pytest.fixture
def own_pulse() -> Iterator[Pulse]:
    """A daemon of the test's own, to unplug."""
    daemon = Pulse()
    yield daemon
    daemon.close()
