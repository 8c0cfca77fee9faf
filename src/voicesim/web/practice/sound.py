"""The connection over which a live session's sound and messages go."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, WebSocket, WebSocketDisconnect

from voicesim.web.access import Person, joining, still_signed_in
from voicesim.web.practice.hall import Hall
from voicesim.web.practice.held import HeldSession
from voicesim.web.practice.wire import Begin, Hello, Press, WireError, read_message, read_up
from voicesim.web.settings import WebSettings, web_settings
from voicesim.web.world import world_of

router = APIRouter()
UNKNOWN, NOT_OURS, REPLACED, SIGNED_OUT = 4404, 4400, 4409, 4401
"""Close codes: no such session (or the wrong secret, or somebody else's); what came is nothing a page of ours sends; another page
has taken over; nobody is signed in, or not any more."""
_WAITING = 500
"""Messages a page may leave unread: ten seconds of sound."""


class Line:
    """One connection of one session: what goes out goes in order, through one task.

    Args:
        socket: accepted.
        session: whose it is.
    """

    def __init__(self, socket: WebSocket, session: HeldSession) -> None:
        self._socket = socket
        self._session = session
        self._loop = asyncio.get_running_loop()
        self._out: asyncio.Queue[bytes | dict[str, Any] | int] = asyncio.Queue(_WAITING)

    def tell(self, message: dict[str, Any]) -> None:
        """Send a message; from any thread. `{"type": "replaced"}` closes the line."""
        with suppress(RuntimeError):  # the loop is gone: the server is stopping
            self._loop.call_soon_threadsafe(self._offer, REPLACED if message["type"] == "replaced" else message)

    def _offer(self, what: dict[str, Any] | int) -> None:
        with suppress(asyncio.QueueFull):  # the next block of sound finds that out, and closes the line
            self._out.put_nowait(what)

    def _play(self, block: bytes) -> None:
        try:
            self._out.put_nowait(block)
        except asyncio.QueueFull:
            raise WireError("the page does not read what it is sent") from None

    async def send(self) -> None:
        """Send what there is to send, until the line is replaced."""
        while True:
            what = await self._out.get()
            if isinstance(what, bytes):
                await self._socket.send_bytes(what)
            elif isinstance(what, int):
                await self._socket.close(what, "The session goes on in another page.")
                return
            else:
                await self._socket.send_json(what)

    async def receive(self, settings: WebSettings) -> None:
        """Take what the page sends.

        Raises:
            WireError: it is nothing a page of ours sends.
            WebSocketDisconnect: it is gone.
        """
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code", 1006))
            data = message.get("bytes")
            if data is not None:
                frame = read_up(data)
                if self._session.running:
                    self._play(self._session.card.take(frame))
                continue
            match read_message(message.get("text") or "", settings.most_message):
                case Begin() as wish:
                    self._session.begin(wish)
                case Press(what=what):
                    self._session.buttons.press(what)
                case Hello():
                    raise WireError("the session is known already")


@router.websocket("/api/practices/{name}/sound")
async def sound(socket: WebSocket, name: str, person: Annotated[Person | None, Depends(joining)]) -> None:
    """A page joins its session: it says hello with the session's secret, then messages and sound flow."""
    world = world_of(socket)
    settings = web_settings()
    await socket.accept()
    if person is None:
        await _close(socket, SIGNED_OUT, "Nobody is signed in.")
        return
    try:
        session = await _introduced(socket, world.hall, name, settings)
    except WireError as error:
        await _close(socket, NOT_OURS, str(error))
        return
    if session is None or session.plan.owner != person.id:
        await _close(socket, UNKNOWN, "There is no such session.")
        return
    line = Line(socket, session)
    session.attach(line.tell)
    session.card.regain()
    leaving = asyncio.create_task(_signed_out(socket, settings.look_again_every))
    tasks = {asyncio.create_task(line.send()), asyncio.create_task(line.receive(settings)), leaving}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        if leaving in done:
            await _close(socket, SIGNED_OUT, "Nobody is signed in any more.")
    except WireError as error:
        await _close(socket, NOT_OURS, str(error))
    except (WebSocketDisconnect, RuntimeError):
        pass  # the page is gone: its session waits for it
    finally:
        for task in tasks:
            task.cancel()
        if session.detach(line.tell):
            session.card.lose()


async def _signed_out(socket: WebSocket, every: float) -> None:
    """Wait until whoever connected is signed out, or kept out."""
    while await to_thread.run_sync(still_signed_in, socket):
        await asyncio.sleep(every)


async def _introduced(socket: WebSocket, hall: Hall, name: str, settings: WebSettings) -> HeldSession | None:
    """The session whose secret the page knows."""
    try:
        async with asyncio.timeout(settings.hello_within):
            message = await socket.receive()
    except TimeoutError:
        raise WireError("nothing was said") from None
    if message["type"] == "websocket.disconnect":
        return None
    hello = read_message(message.get("text") or "", settings.most_message)
    if not isinstance(hello, Hello):
        raise WireError("say hello first")
    return hall.find(name, hello.token)


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    with suppress(RuntimeError, WebSocketDisconnect):
        await socket.close(code, reason)
