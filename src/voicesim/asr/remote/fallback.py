"""Another machine hears; when it is gone, this one does, for a while."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence

from voicesim.asr.hearing import Samples
from voicesim.asr.ports import Transcriber, Transcript
from voicesim.errors import ServiceError


def tell_on_stderr(message: str) -> None:
    """One line where it does not disturb what a machine reads."""
    print(message, file=sys.stderr, flush=True)


class WithFallback:
    """A remote transcriber with a local one behind it. Both are made ready beforehand: nothing is loaded in mid-session.

    Args:
        remote: hears as long as it answers.
        local: hears while it does not.
        rest: seconds the remote one is left alone after it has failed.
        tell: told once each time it fails, and when it is back.
        clock: seconds, for tests.
    """

    def __init__(
        self,
        remote: Transcriber,
        local: Transcriber,
        rest: float,
        tell: Callable[[str], None] = tell_on_stderr,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.engine, self.model = remote.engine, f"{remote.model} or {local.model}"
        self._remote, self._local = remote, local
        self._rest, self._tell, self._clock = rest, tell, clock
        self._resting_until = 0.0
        self._failed = False

    def warm_up(self) -> None:
        """Both. See `Transcriber.warm_up`."""
        self._local.warm_up()
        try:
            self._remote.warm_up()
        except ServiceError as error:
            self._rests(error)
        self.model = f"{self._remote.model} or {self._local.model}"

    def transcribe(self, samples: Samples, prompt: Sequence[str] = ()) -> Transcript:
        """See `Transcriber.transcribe`. The segment in whose middle the other machine failed is heard here: none is lost."""
        if self._clock() >= self._resting_until:
            try:
                heard = self._remote.transcribe(samples, prompt)
            except ServiceError as error:
                self._rests(error)
            else:
                if self._failed:
                    self._failed = False
                    self._tell("The other machine hears again.")
                return heard
        return self._local.transcribe(samples, prompt)

    def _rests(self, error: ServiceError) -> None:
        self._resting_until = self._clock() + self._rest
        if not self._failed:
            self._tell(f"{error.problem} Until it is back, {self._local.model} on this machine hears.")
        self._failed = True
