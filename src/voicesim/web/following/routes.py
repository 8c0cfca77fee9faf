"""Following a session while it runs: who is talking now, what is said, and a key to flag the moment."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, StringConstraints

from voicesim.remarks.settings import room_settings
from voicesim.web.access import Person, instructor, joining, still_signed_in
from voicesim.web.accounts.audit import audit_of
from voicesim.web.pages import page
from voicesim.web.practice.held import HeldSession
from voicesim.web.settings import web_settings
from voicesim.web.world import Problem, world, world_of

router = APIRouter()
NOT_ALLOWED, UNKNOWN, FULL = 4401, 4404, 4429
"""Close codes: not signed in, or not as an instructor; no such session; as many follow it as may."""
_UNREAD = 2000
"""Messages a follower may leave unread."""
_Name = Annotated[str, StringConstraints(max_length=150)]
_Instructor = Annotated[Person, Depends(instructor)]


class Running(BaseModel):
    """A session that is running, for whoever may follow it."""

    id: str
    session: str
    """Name of the kept session it becomes."""
    title: str
    phase: str
    owner: str
    followers: int


def followed(person: Person, session: HeldSession) -> bool:
    """Whether somebody may follow a session: one's own where there are no accounts, never a private one of somebody else."""
    return session.live and (session.plan.owner == person.id or (person.teaches and not session.plan.private))


@router.get("/api/room/running", summary="The sessions that are running now")
def running(request: Request, person: _Instructor) -> list[Running]:
    """The sessions that are running now and may be followed."""
    return [_short(one) for one in world(request).hall.running if followed(person, one)]


@router.get("/room/running", include_in_schema=False)
def running_page(request: Request, person: _Instructor) -> HTMLResponse:
    """Which sessions are running."""
    found = [_short(one) for one in world(request).hall.running if followed(person, one)]
    return page("following/running", person=person, here="room", running=found)


@router.get("/room/running/{name}", include_in_schema=False, responses={404: {"model": Problem}})
def follow_page(request: Request, person: _Instructor, name: _Name) -> HTMLResponse:
    """One running session."""
    here = world(request)
    session = here.hall.named(name)
    if session is None or not followed(person, session):
        raise HTTPException(404, "This session is not running any more.")
    cast = {key: one.name for key, one in session.plan.loaded.scenario.cast.items()}
    return page(
        "following/follow",
        person=person,
        here="room",
        session=_short(session),
        her=session.plan.loaded.scenario.persona.name,
        cast=cast,
        buttons=room_settings(here.sessions).buttons,
    )


def _short(session: HeldSession) -> Running:
    return Running(
        id=session.id,
        session=session.plan.folder.name,
        title=session.plan.loaded.scenario.title,
        phase=session.phase,
        owner=session.plan.owner,
        followers=session.feed.followers,
    )


@router.websocket("/api/room/running/{name}")
async def follow(socket: WebSocket, name: str, person: Annotated[Person | None, Depends(joining)]) -> None:
    """Everything that happens in a running session, as JSON messages: first what has happened, then as it does."""
    await socket.accept()
    session = world_of(socket).hall.named(name)
    if person is None or not person.teaches:
        await socket.close(NOT_ALLOWED, "Only instructors may follow a session.")
        return
    if session is None or not followed(person, session):
        await socket.close(UNKNOWN, "This session is not running any more.")
        return
    out: asyncio.Queue[dict[str, Any]] = asyncio.Queue(_UNREAD)
    loop = asyncio.get_running_loop()

    def offer(message: dict[str, Any]) -> None:
        with suppress(asyncio.QueueFull):  # whoever reads so slowly misses something, and the session does not wait
            out.put_nowait(message)

    def listener(message: dict[str, Any]) -> None:
        with suppress(RuntimeError):  # the loop is gone: the server is stopping
            loop.call_soon_threadsafe(offer, message)

    if not session.feed.join(listener):
        await socket.close(FULL, "As many people follow this session as may.")
        return
    await asyncio.to_thread(audit_of, socket, "session followed", session.plan.folder.name)
    if person.id != session.plan.owner:
        session.post({"type": "note", "words": f"{person.name} is following this session."})
    tasks = {asyncio.create_task(_send(socket, out)), asyncio.create_task(_until_gone(socket))}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        session.feed.leave(listener)
        for task in tasks:
            task.cancel()
        with suppress(RuntimeError, WebSocketDisconnect):
            await socket.close(1000)


async def _send(socket: WebSocket, out: asyncio.Queue[dict[str, Any]]) -> None:
    """Pass messages on until the session is over, or the sign-in."""
    every = web_settings().look_again_every
    while True:
        try:
            message = await asyncio.wait_for(out.get(), every)
        except TimeoutError:
            if not await asyncio.to_thread(still_signed_in, socket):
                return
            continue
        await socket.send_json(message)
        if message.get("type") == "phase" and message.get("phase") in ("over", "failed"):
            return


async def _until_gone(socket: WebSocket) -> None:
    """Whoever follows has nothing to say here; anything said is passed over."""
    with suppress(WebSocketDisconnect, RuntimeError):
        while (await socket.receive())["type"] != "websocket.disconnect":
            pass
