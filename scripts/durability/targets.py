"""The targets of fuzzing by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from durability.fuzzing import Target, audio_target, bundle_target, make_session, scenario_target
from durability.wire_fuzzing import socket_target, wire_target

TARGETS = ("scenario", "bundle", "interrupted", "audio", "wire", "socket")


def _nothing() -> None:
    """Nothing is to be stopped."""


def target_named(name: str, work: Path) -> tuple[Target, Callable[[], None]]:
    """A target, and what stops it.

    Args:
        name: one of `TARGETS`.
        work: a folder for a session that a target may need.
    """
    if name == "scenario":
        return scenario_target(), _nothing
    if name == "audio":
        return audio_target(), _nothing
    if name == "wire":
        return wire_target(), _nothing
    if name == "socket":
        return socket_target()
    return bundle_target(make_session(work / "seed", close=name == "bundle")), _nothing
