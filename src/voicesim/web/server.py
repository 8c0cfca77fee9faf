"""Runs the application on an open port until it is told to stop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from voicesim.web.binding import Reach
from voicesim.web.settings import web_settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp


def run(app: ASGIApp, opened: socket.socket, started: Callable[[], None], reach: Reach, logged: bool = False) -> None:
    """Serve until Ctrl-C; sessions that are running then are closed and kept.

    Args:
        app: the application.
        opened: a listening socket.
        started: told once it answers.
        reach: how it is reached.
        logged: whether the log is kept by `voicesim.web.logbook`, and uvicorn's own words go there too.
    """
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            started()

    config = uvicorn.Config(
        app,
        ws="websockets-sansio",
        ws_max_size=web_settings().most_message,
        ws_per_message_deflate=False,  # sound does not shrink, and it would wait
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        proxy_headers=bool(reach.proxies),  # nobody else is believed what they say of a request
        forwarded_allow_ips=list(reach.proxies),
        **_more(reach, logged),
    )
    with suppress(KeyboardInterrupt):  # passed on by uvicorn once everything is closed
        Server(config).run(sockets=[opened])


def _more(reach: Reach, logged: bool) -> dict[str, Any]:
    """What is said to uvicorn only sometimes."""
    more: dict[str, Any] = {"log_config": None} if logged else {}
    if reach.certificate is not None and reach.key is not None:
        from voicesim.web.certificate import Renewal, context

        made = context(reach.certificate, reach.key)
        renewal = Renewal(reach.certificate, reach.key, made)

        async def look() -> None:
            await asyncio.to_thread(renewal.look)

        more["ssl_context_factory"] = lambda config, default: made
        more |= {"callback_notify": look, "timeout_notify": web_settings().certificate_every}
    return more
