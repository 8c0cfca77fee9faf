"""A make-believe page: practises over the browser's connection, by the clock, without a browser."""

from __future__ import annotations

import asyncio
import json
import struct
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

BLOCK = 320
"""Samples of a block of sound."""
_SECONDS = 0.02
_AHEAD = 3
"""Blocks that wait before the first is played, as on the page."""


@dataclass
class Page:
    """One session that was let in, and what became of it.

    What is heard and counted may be read from another thread while it talks.
    """

    url: str
    """Of the server."""
    id: str
    token: str
    blocks: Sequence[bytes] = (bytes(2 * BLOCK),)
    """What the microphone hears, over and over: silence when left out."""
    cookie: str = ""
    """Of who practises."""
    late: int = 0
    """Blocks at whose time nothing had come to play."""
    played: int = 0
    """Times at which a block was wanted."""
    closed: str = ""
    """Why the connection broke off; empty when it did not."""
    session: str = ""
    """Name it was kept under, once it is over."""
    notes: list[str] = field(default_factory=list)
    """What the page was told to show."""
    begun: threading.Event = field(default_factory=threading.Event)
    _enough: threading.Event = field(default_factory=threading.Event)
    _waiting: deque[tuple[int, bool]] = field(default_factory=deque)
    """Numbers of the blocks that wait to be played, and whether they are silent."""

    async def talk(self, seconds: float) -> None:
        """Join the session, begin it once it is ready, talk for so long or until `enough`, press stop and wait for the end."""
        from websockets.asyncio.client import connect
        from websockets.exceptions import ConnectionClosed

        address = self.url.replace("http", "ws") + f"/api/practices/{self.id}/sound"
        cookie = {"Cookie": self.cookie} if self.cookie else None
        try:
            async with connect(
                address, origin=self.url, compression=None, additional_headers=cookie  # type: ignore[arg-type]
            ) as socket:  # fmt: skip
                await socket.send(json.dumps({"type": "hello", "token": self.token}))
                await self._until_ready(socket)
                await socket.send(json.dumps({"type": "begin", "rate": 48000}))
                self.begun.set()
                reading = asyncio.create_task(self._read(socket))
                await self._speak(socket, seconds)
                await socket.send(json.dumps({"type": "press", "what": "stop"}))
                await asyncio.wait_for(reading, 60)
        except (ConnectionClosed, TimeoutError, OSError) as error:
            self.closed = f"{type(error).__name__}: {error}"[:100]

    def enough(self) -> None:
        """Let it press stop now."""
        self._enough.set()

    async def _until_ready(self, socket: Any) -> None:
        async for message in socket:
            if isinstance(message, str) and json.loads(message).get("phase") == "ready":
                return

    async def _read(self, socket: Any) -> None:
        async for message in socket:
            if isinstance(message, bytes):
                number, flags = struct.unpack_from("<II", message)
                self._waiting.append((number, bool(flags & 1)))
                continue
            said: dict[str, Any] = json.loads(message)
            if said.get("type") == "note":
                self.notes.append(said["words"])
            if said.get("type") == "over":
                self.session = said["session"]
                return

    async def _speak(self, socket: Any, seconds: float) -> None:
        began, number, playing = time.monotonic(), 0, False
        while number * _SECONDS < seconds and not self._enough.is_set():
            await asyncio.sleep(max(0.0, began + number * _SECONDS - time.monotonic()))
            playing = playing or len(self._waiting) >= _AHEAD
            if len(self._waiting) > _AHEAD + 1 and self._waiting[0][1]:
                self._waiting.popleft()  # as the page does: silence that only makes her late is left out
            sounds = self._waiting.popleft()[0] if playing and self._waiting else -1
            self.played += playing
            self.late += playing and sounds < 0
            header = struct.pack("<IiHH", number, sounds, min(len(self._waiting), 65535), 0)
            await socket.send(header + self.blocks[number % len(self.blocks)])
            number += 1
