"""Who may speak to the server: pages of its own, by a name it goes by. And what its pages may do.

A page from elsewhere in the same browser could otherwise call a server on 127.0.0.1: by a name of its own that resolves there (DNS
rebinding, stopped by the Host header), or by a request or WebSocket across sites (stopped by the Origin header). Where others can
reach the server, everything must have come over TLS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse

from voicesim.web.binding import LOOPBACK

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing."""
PROBES = ("/api/health", "/api/ready")
"""What watches over a server behind a proxy asks these on the spot, without TLS; they say nothing about anybody."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "frame-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
REPORT_POLICY = (
    "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; media-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""A report brings its own, stricter policy; this one keeps it, wherever it comes from, away from the server and other pages."""
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with "no-referrer" browsers send forms of our own with `Origin: null`
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), display-capture=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_STRICT = "max-age=31536000"
"""A browser that has been here over TLS comes by TLS only, for a year."""


class Guard:
    """Around the whole application.

    Args:
        app: what is guarded.
        names: the host names it answers to.
        most_body: bytes a request may bring.
        tls: whether everything must have come over TLS, to this server or to a trusted proxy before it.
    """

    def __init__(self, app: ASGIApp, names: tuple[str, ...], most_body: int, tls: bool = False) -> None:
        self._app = app
        self._names = names
        self._most_body = most_body
        self._tls = tls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refused = self._refusal(scope)
        if refused is None:
            await self._app(scope, receive, self._with_headers(scope, send) if scope["type"] == "http" else send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            status, problem = refused
            answer = JSONResponse({"problem": problem, "remedy": ""}, status)
            await answer(scope, receive, self._with_headers(scope, send))

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if _name(host) not in self._names:
            return 421, "This server does not answer to that name."
        if self._tls and scope["scheme"] not in ("https", "wss") and scope["path"] not in PROBES:
            return 403, "This server answers over TLS only: open its https address."
        origin = headers.get("origin")
        own = origin == f"{'https' if self._tls else 'http'}://{host}".lower()
        if scope["type"] == "websocket":
            return None if own else (403, "Only this server's own pages may connect.")
        if scope["method"] in SAFE:
            return None
        if (origin is not None and not own) or headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return 403, "Only this server's own pages may do that."
        length = headers.get("content-length")
        if "transfer-encoding" in headers or (length is not None and not length.isdigit()):
            return 411, "Say how long the request is."
        return (413, "The request is too large.") if int(length or 0) > self._most_body else None

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        named = _name(Headers(scope=scope).get("host", ""))
        added = dict(_HEADERS)
        if (
            self._tls and named not in LOOPBACK
        ):  # on this computer's own names it would bind other programs' servers too
            added["Strict-Transport-Security"] = _STRICT

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in added.items():
                    headers.setdefault(name, value)
            await send(message)

        return sending


def _name(host: str) -> str:
    """The host name of a Host header, without its port; empty when it is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
