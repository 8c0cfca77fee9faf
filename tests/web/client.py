"""A client that is no browser: requests as they stand, and the messages of a session's connection."""

from __future__ import annotations

import http.client
import json
import time
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from serving.server import Served


def ask(
    server: Served, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
) -> tuple[int, str, http.client.HTTPMessage]:
    """One request, as it stands: nothing in the path is tidied up on the way."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)
    data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
    sent = {"Content-Type": "application/json", **(headers or {})}
    connection.putrequest(method, path, skip_host="Host" in sent)
    for name, value in sent.items():
        connection.putheader(name, value)
    if data is not None and "Content-Length" not in sent:
        connection.putheader("Content-Length", str(len(data)))
    connection.endheaders(data)
    answer = connection.getresponse()
    found = answer.status, answer.read().decode(), answer.headers
    connection.close()
    return found


def join(server: Served, name: str, origin: str | None = None, **options: Any) -> ClientConnection:
    url = server.url.replace("http", "ws") + f"/api/practices/{name}/sound"
    return connect(url, origin=origin or server.url, close_timeout=1, **options)  # type: ignore[arg-type]


def closed_with(connection: ClientConnection) -> int:
    """The code with which the server closes, 0 for none; whatever it says before is passed over."""
    try:
        while True:
            connection.recv(timeout=20)
    except ConnectionClosed as closing:
        return closing.rcvd.code if closing.rcvd else 0


def admit(server: Served) -> dict[str, str]:
    """A session, as soon as there is a place: those that were just given up leave theirs in a moment."""
    for _ in range(100):
        status, text, _ = ask(server, "POST", "/api/practices", {"scenario": "drill-silence", "consent": True})
        if status == 202:
            admitted: dict[str, str] = json.loads(text)
            return admitted
        time.sleep(0.3)
    raise AssertionError(text)


def until(connection: ClientConnection, **wanted: str) -> dict[str, Any]:
    """The first message that says this."""
    while True:
        said = connection.recv(timeout=60)
        message: dict[str, Any] = json.loads(said) if isinstance(said, str) else {}
        assert message.get("phase") != "failed", message
        if wanted.items() <= message.items():
            return message
