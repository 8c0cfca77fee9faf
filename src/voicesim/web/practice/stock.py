"""What all sessions share: speech recognition and the scenarios' voices, made ready once and kept."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voicesim.live.practice import Prepared, Progress, prepare
from voicesim.scenario.load import LoadedScenario

if TYPE_CHECKING:
    from voicesim.asr.ports import Transcriber


@dataclass(frozen=True)
class Engines:
    """Which recognition and which voice, as for `live.practice.prepare`."""

    asr: str = "auto"
    model: str = ""
    model_path: Path | None = None
    voice: str = "auto"


class Stock:
    """Prepares a scenario the first time it is asked for. Safe to use from several threads.

    Args:
        engines: which to use.
    """

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._busy = threading.Lock()
        self._transcriber: Transcriber | None = None
        self._ready: dict[str, Prepared] = {}

    def prepared(self, loaded: LoadedScenario, seed: int, progress: Progress) -> Prepared:
        """Everything a session of this scenario needs.

        Args:
            loaded: the scenario.
            seed: which of several fitting lines she picks.
            progress: told about everything slow.

        Raises:
            VoicesimError: weights are missing or damaged, or the voice does not speak.
        """
        if self._busy.locked():
            progress("Waiting for another session's preparation", 0, 1)
        with self._busy:
            ready = self._ready.get(loaded.sha256)
            if ready is None:
                ready = prepare(
                    loaded,
                    asr=self._engines.asr,
                    model=self._engines.model,
                    model_path=self._engines.model_path,
                    voice=self._engines.voice,
                    transcriber=self._transcriber,
                    progress=progress,
                )
                self._transcriber = ready.transcriber
                self._ready[loaded.sha256] = ready
        return ready.for_another(seed)
