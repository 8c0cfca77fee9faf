"""What the server writes down about its work: one line of JSON for each request. Never names, tokens, query strings or speech."""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders

from voicesim.errors import BadInputError

if TYPE_CHECKING:
    from types import TracebackType

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

WHO = "voicesim.person"
"""Key in a request's scope under which the account of whoever asks is found, once it is known."""
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
_ENOUGH = 12
"""Frames of a traceback."""
log = logging.getLogger("voicesim.web")


class Logbook:
    """Around the whole application, outside everything else.

    Args:
        app: whose requests are written down.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and write down what became of it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        line: dict[str, Any] = {"request": given if _GIVEN.fullmatch(given) else secrets.token_hex(8)}
        begun = time.monotonic()

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                line["status"] = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = line["request"]
            elif message["type"] == "websocket.accept":
                line["status"] = 101
            elif message["type"] == "websocket.close":
                line.setdefault("status", 403)
                line["close"] = message.get("code", 1000)
            await send(message)

        error: Exception | None = None
        try:
            await self._app(scope, receive, sending)
        except Exception as caught:
            error = caught
        line |= {
            "method": scope.get("method", "WEBSOCKET"),
            "route": _route(scope),
            "status": line.get("status", 500 if error else 0),
            "ms": round(1000 * (time.monotonic() - begun), 1),
            "person": scope.get(WHO, ""),
        }
        if error is not None:
            line |= {"error": type(error).__name__, "at": frames(error.__traceback__)}
        log.log(logging.ERROR if error else logging.INFO, "request", extra={"line": line})


def _route(scope: Scope) -> str:
    """Which route it was, never what was asked for in it."""
    if scope["path"].startswith("/static/"):
        return "/static"
    return getattr(scope.get("route"), "path", "") or "(none)"


class JsonLines(logging.Formatter):
    """Every record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        said: dict[str, Any] = {"time": moment, "level": record.levelname.lower(), "what": record.getMessage()}
        if isinstance(line := getattr(record, "line", None), dict):
            said |= line
        if record.exc_info and record.exc_info[0] is not None:
            said |= {"error": record.exc_info[0].__name__, "at": frames(record.exc_info[2])}
        return json.dumps(said, ensure_ascii=False)


def keep_log(file: Path | None) -> None:
    """From now on, write down what the web server does.

    Args:
        file: where to, added at its end; None: standard error.

    Raises:
        BadInputError: the file cannot be written.
    """
    try:
        handler: logging.Handler = (
            logging.StreamHandler(sys.stderr) if file is None else logging.FileHandler(file, encoding="utf-8")
        )
    except OSError as error:
        raise BadInputError(
            f"The log {file} cannot be written ({error.strerror}).", "Choose another file with --log."
        ) from None
    handler.setFormatter(JsonLines())
    for name, level in (("voicesim.web", logging.INFO), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
        logger.propagate = False


def frames(trace: TracebackType | None) -> list[str]:
    """Where an error came from, innermost first: files and lines, never what was in them."""
    found = []
    while trace is not None:
        code = trace.tb_frame.f_code
        found.append(f"{Path(code.co_filename).name}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return found[::-1][:_ENOUGH]
