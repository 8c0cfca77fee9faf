"""One HTTP call after the other to one server: deadlines, a few attempts, and errors that a person can act on."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from voicesim.asr.remote.address import KEY, Remote
from voicesim.asr.remote.settings import RemoteSettings
from voicesim.errors import ServiceError

_BUSY = (429, 500, 502, 503, 504)
"""Answers after which asking again may help."""
_LONGEST_TOLD = 200
"""Characters of a server's own words that are passed on."""


@dataclass(frozen=True)
class Answer:
    """What a server said."""

    status: int
    body: bytes
    retry_after: float = 0.0


class Caller:
    """Calls one server; keeps its connection open in between. Safe to use from several threads; they take turns.

    Args:
        remote: where it is.
        settings: deadlines and attempts.
        key: sent as a bearer token; empty for none.
    """

    def __init__(self, remote: Remote, settings: RemoteSettings, key: str = "") -> None:
        self._remote = remote
        self._settings = settings
        self._key = key
        self._connection: http.client.HTTPConnection | None = None
        self._lock = threading.Lock()

    def get(self, path: str) -> bytes:
        """See `call`."""
        return self.call("GET", path, b"", {})

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        """See `call`."""
        return self.call("POST", path, body, headers)

    def call(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        """Make a call, and again where that may help, within the time there is.

        Returns:
            The body of a good answer.

        Raises:
            ServiceError: nobody answers in time, the server refuses, or says what is no answer.
        """
        settings = self._settings
        allowed = self._remote.timeout or settings.answer
        deadline = time.monotonic() + allowed
        pause, trouble = settings.first_pause, ""
        sent = {**headers, "Authorization": f"Bearer {self._key}"} if self._key else dict(headers)
        for attempt in range(settings.attempts):
            left = deadline - time.monotonic()
            if attempt and left <= pause:
                break
            if attempt:
                time.sleep(pause)
                pause *= 2
            try:
                with self._lock:
                    answer = self._once(method, path, body, sent, deadline)
            except TimeoutError:
                trouble = f"did not answer within {allowed:g} s"
                break
            except ssl.SSLError as error:
                raise ServiceError(
                    f"{self._remote.place} could not be trusted: {error.reason or error}.",
                    "Check its certificate and its address; nothing was sent.",
                ) from None
            except (OSError, http.client.HTTPException) as error:
                trouble = f"does not answer ({_plainly(error)})"
                continue
            if answer.status < 300:
                return answer.body
            trouble = self._refused(answer)
            if answer.retry_after:
                pause = max(pause, answer.retry_after)
        raise ServiceError(
            f"The speech recognition at {self._remote.place} {trouble}.",
            "Check that it runs and can be reached from here, or hear with this machine: --asr auto.",
        )

    def _once(self, method: str, path: str, body: bytes, headers: Mapping[str, str], deadline: float) -> Answer:
        connection = self._connected(deadline)
        try:
            connection.request(method, self._remote.path + path, body=body or None, headers=dict(headers))
            response = connection.getresponse()
            content = response.read(self._settings.most_bytes + 1)
        except BaseException:
            self._hang_up()
            raise
        if len(content) > self._settings.most_bytes:
            self._hang_up()
            raise http.client.HTTPException("its answer does not end")
        if response.will_close:
            self._hang_up()
        return Answer(response.status, content, _seconds(response.getheader("Retry-After")))

    def _connected(self, deadline: float) -> http.client.HTTPConnection:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if self._connection is None:
            kind = http.client.HTTPSConnection if self._remote.tls else http.client.HTTPConnection
            self._connection = kind(self._remote.host, self._remote.port, timeout=min(left, self._settings.connect))
            try:
                self._connection.connect()
            except TimeoutError as error:
                self._hang_up()
                raise ConnectionError("nobody takes the call") from error
            except BaseException:
                self._hang_up()
                raise
        if self._connection.sock is not None:
            with suppress(OSError):
                self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connection.sock.settimeout(max(0.05, deadline - time.monotonic()))
        return self._connection

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _refused(self, answer: Answer) -> str:
        """What to say of an answer that may be another next time.

        Raises:
            ServiceError: it will not be.
        """
        place, told = self._remote.place, _words_of(answer.body)
        if answer.status in _BUSY:
            return "is too busy" if answer.status == 429 else f"has trouble of its own ({answer.status}{told})"
        if answer.status in (401, 403):
            wrong = "does not accept the key" if self._key else "wants a key"
            raise ServiceError(f"{place} {wrong} ({answer.status}{told}).", f"Put it into {KEY}.")
        if answer.status == 404:
            raise ServiceError(f"{place} has no speech recognition at this address (404{told}).", "Check the address.")
        if answer.status in range(300, 400):
            raise ServiceError(f"{place} sends calls elsewhere ({answer.status}).", "Give the address it is at now.")
        raise ServiceError(f"{place} refuses the sound ({answer.status}{told}).", "Check its model and its log.")


def _plainly(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return "there is no such machine"
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error) or type(error).__name__


def _words_of(body: bytes) -> str:
    """A server's own words for what is wrong: one line, not long, nothing that a terminal would act on."""
    text = "".join(each if each.isprintable() else " " for each in body[:2000].decode("utf-8", "replace"))
    text = " ".join(text.split())[:_LONGEST_TOLD]
    return f": {text}" if text else ""


def _seconds(header: str | None) -> float:
    try:
        return max(0.0, min(60.0, float(header or 0)))
    except ValueError:
        return 0.0
