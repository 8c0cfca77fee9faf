"""A session that is not kept: records and sound in memory only, gone with the process however it ends.

Nothing here opens a file. The bundle it gives can be scored like any other, and has no folder.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from voicesim.engine.events import Record
from voicesim.scenario.model import Scenario
from voicesim.session.meta import SessionMeta
from voicesim.session.reader import Bundle
from voicesim.session.tracks import TRACKS, TrackName

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NOWHERE = Path("this-session-was-not-kept")
"""Stands where a bundle's folder would; nothing is ever written there."""


@dataclass(frozen=True)
class UnkeptBundle(Bundle):
    """A recorded session without a folder."""

    played: Scenario | None = None
    sound: dict[TrackName, NDArray[np.int16]] = field(default_factory=dict)

    @property
    def scenario(self) -> Scenario:
        """The scenario as it was played."""
        assert self.played is not None
        return self.played

    def track(self, name: TrackName) -> NDArray[np.int16]:
        """One track. Mono int16 at 16 kHz, shape (n,)."""
        return self.sound[name]


class MemoryRecorder:
    """Keeps a session while it runs, as `SessionWriter` does, but nowhere.

    Args:
        meta: what is known at the start.
        scenario: what is played.
    """

    def __init__(self, meta: SessionMeta, scenario: Scenario) -> None:
        self._meta = meta
        self._scenario = scenario
        self._records: list[Record] = []
        self._sound: dict[TrackName, list[NDArray[np.int16]]] = {name: [] for name in TRACKS}

    def record(self, record: Record) -> None:
        """Append one record."""
        self._records.append(record)

    def audio(self, trainee: NDArray[np.int16], survivor: NDArray[np.int16]) -> None:
        """Append the same stretch of time to both tracks; both arrays have shape (n,)."""
        for name, samples in zip(TRACKS, (trainee, survivor), strict=True):
            self._sound[name].append(samples.copy())

    def bundle(self) -> UnkeptBundle:
        """What was recorded up to now."""
        import numpy as np

        sound = {
            name: np.concatenate(parts) if parts else np.zeros(0, dtype=np.int16) for name, parts in self._sound.items()
        }
        length = len(sound["trainee"])
        meta = self._meta.model_copy(update={"state": "complete", "samples": length})
        return UnkeptBundle(NOWHERE, meta, tuple(self._records), (), self._scenario, sound)
