"""What both speech engines share: a child process in a private folder, watched, replaced once when it dies or hangs."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from voicesim.errors import BadInputError, VoicesimError
from voicesim.tts.child_process import ChildGoneError, JsonChild

_ATTEMPTS = 2


class SupervisedEngine:
    """A speech engine in a process of its own, started with the first phrase. A context manager, or call `close`.

    Args:
        module: the child's module; it takes `arguments` and the folder it may work in.
        arguments: what comes before the folder.
        start_seconds: how long it may take to load.
        grace_seconds: how much longer than a phrase's limit it is waited for before it is killed.
        install: what to do when it cannot be started.
    """

    def __init__(
        self, module: str, arguments: Sequence[str], start_seconds: float, grace_seconds: float, install: str
    ) -> None:
        self._module = module
        self._arguments = tuple(arguments)
        self._start_seconds = start_seconds
        self._grace_seconds = grace_seconds
        self._install = install
        self._lock = threading.Lock()
        self._room: tempfile.TemporaryDirectory[str] | None = None
        self._child: JsonChild | None = None

    @property
    def room(self) -> Path | None:
        """The private temporary folder that the child works in; None while there is no child."""
        return Path(self._room.name) if self._room else None

    def ask(self, request: dict[str, Any], seconds: float, no_voice: BadInputError) -> tuple[dict[str, Any], bytes]:
        """Have a phrase voiced.

        Args:
            request: ``text`` and how it is to be spoken.
            seconds: how long that may take.
            no_voice: raised when the engine does not know the voice.

        Returns:
            The child's answer, and what it wrote into the file.

        Raises:
            VoicesimError: it failed twice, or cannot be started, or there is no room to work in.
        """
        problem = ""
        with self._lock:
            for _ in range(_ATTEMPTS):
                try:
                    child, room = self._running_child()
                    file = room / "phrase"
                    file.unlink(missing_ok=True)
                    answer = child.ask(
                        {**request, "file": str(file), "seconds": seconds}, seconds + self._grace_seconds
                    )
                    if "error" not in answer:
                        return answer, file.read_bytes()
                except ChildGoneError as gone:
                    self._child = None
                    problem = str(gone)
                    continue
                except OSError as error:
                    raise VoicesimError(
                        f"The voice has no room to work in: {error}.",
                        "Free some space in the folder for temporary files.",
                    ) from error
                if answer["error"] == "voice":
                    raise no_voice
                problem = answer.get("problem", "")
        raise VoicesimError(
            f"The voice failed {_ATTEMPTS} times over {request['text'][:40]!r}: {problem}.",
            "Run `voicesim doctor` to see what is wrong with the speech engine.",
        )

    def close(self) -> None:
        """End the child process and clear its temporary folder away."""
        with self._lock:
            self._end_child()
            if self._room:
                self._room.cleanup()
                self._room = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _running_child(self) -> tuple[JsonChild, Path]:
        if self._room is None or not Path(self._room.name).is_dir():
            self._end_child()
            self._room = tempfile.TemporaryDirectory(prefix="voicesim-voice-", ignore_cleanup_errors=True)
        room = Path(self._room.name)
        if self._child is None:
            child = JsonChild(self._module, [*self._arguments, str(room)], room / "complaints.txt")
            greeting = child.answer(self._start_seconds)
            if greeting:
                child.close()
                raise VoicesimError(
                    f"The speech engine cannot be started: {greeting.get('problem', '')}.", self._install
                )
            self._child = child
        return self._child, room

    def _end_child(self) -> None:
        if self._child:
            self._child.close()
            self._child = None


def speakable(phrase: str) -> str:
    """The phrase without control characters (eSpeak reads some as commands); empty when nothing in it can be said."""
    words = " ".join("".join(char if char.isprintable() else " " for char in phrase).split())
    return words if any(char.isalnum() for char in words) else ""
