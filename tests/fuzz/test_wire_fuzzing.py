"""A few hundred odd connections at the browser's side of a session. `scripts/fuzz.py --target socket` tries them by the hour."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from durability.wire_fuzzing import socket_target, wire_target

_SETTINGS = settings(deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))


def test_whatever_comes_every_block_of_sound_is_kept_or_refused(tmp_path: Path) -> None:
    target = wire_target()

    @settings(_SETTINGS, max_examples=300)
    @given(target.inputs)
    def one(given_input: Any) -> None:
        target.run(given_input, tmp_path)

    one()


@pytest.mark.models
def test_whatever_a_page_sends_the_server_closes_it_in_words_or_goes_on(tmp_path: Path) -> None:
    target, stop = socket_target()

    @settings(_SETTINGS, max_examples=30)
    @given(target.inputs)
    def one(given_input: Any) -> None:
        target.run(given_input, tmp_path)

    try:
        one()
    finally:
        stop()
