"""Who may speak to the server: pages of its own, by a name of this computer. And what its pages may do.

A page from elsewhere in the same browser could otherwise call a server on 127.0.0.1: by a name of its own that resolves there (DNS
rebinding, stopped by the Host header), or by a request or WebSocket across sites (stopped by the Origin header).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SAFE = ("GET", "HEAD", "OPTIONS")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
REPORT_POLICY = (
    "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; media-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""A report brings its own, stricter policy; this one keeps it, wherever it comes from, away from the server and other pages."""
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), display-capture=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """Around the whole application.

    Args:
        app: what is guarded.
        names: the host names it answers to.
        most_body: bytes a request may bring.
    """

    def __init__(self, app: ASGIApp, names: tuple[str, ...], most_body: int) -> None:
        self._app = app
        self._names = names
        self._most_body = most_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refused = self._refusal(scope)
        if refused is None:
            await self._app(scope, receive, _with_headers(send) if scope["type"] == "http" else send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            status, problem = refused
            await JSONResponse({"problem": problem, "remedy": ""}, status)(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if _name(host) not in self._names:
            return 421, "This server does not answer to that name."
        origin = headers.get("origin")
        own = origin == f"http://{host}"
        if scope["type"] == "websocket":
            return None if own else (403, "Only this server's own pages may connect.")
        if scope["method"] in _SAFE:
            return None
        if (origin is not None and not own) or headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return 403, "Only this server's own pages may do that."
        length = headers.get("content-length")
        if "transfer-encoding" in headers or (length is not None and not length.isdigit()):
            return 411, "Say how long the request is."
        return (413, "The request is too large.") if int(length or 0) > self._most_body else None


def _name(host: str) -> str:
    """The host name of a Host header, without its port; empty when it is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
