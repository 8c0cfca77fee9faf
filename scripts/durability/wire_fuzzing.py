"""What fuzzing throws at the browser's connection: messages and frames of sound, at their readers and at a running server."""

from __future__ import annotations

import json
import struct
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.error import URLError

from hypothesis import strategies as st

from durability.fuzzing import Target, changed, changes, held
from serving.server import Served

CLOSED_BY = frozenset({1000, 1001, 1002, 1003, 1007, 1008, 1009, 4400, 4404, 4409})
"""Codes a connection may be closed with: said by the protocol, or by us. 1006 and 1011 would mean that the server broke."""
_MESSAGES: tuple[dict[str, Any], ...] = (
    {"type": "begin", "loop": 0.1, "microphone": "m", "echo_cancellation": True, "rate": 48000},
    {"type": "begin"},
    {"type": "press", "what": "pause"},
    {"type": "press", "what": "resume"},
    {"type": "hello", "token": "x"},
)
_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=20),
    st.lists(st.integers(), max_size=3),
)
_messages: st.SearchStrategy[str] = st.one_of(
    st.sampled_from(_MESSAGES).map(json.dumps),
    st.tuples(st.sampled_from(_MESSAGES), st.text(max_size=8), _values).map(
        lambda it: json.dumps({**it[0], it[1]: it[2]})
    ),
    st.tuples(st.sampled_from(_MESSAGES), changes).map(
        lambda it: changed(json.dumps(it[0]).encode(), it[1]).decode(errors="replace")
    ),
    st.text(max_size=80),
)


def _frame(given: tuple[int, int, int, int]) -> bytes:
    return struct.pack("<IiHH", *given) + bytes(640)


_frames: st.SearchStrategy[bytes] = st.one_of(
    st.tuples(st.integers(0, 40), st.integers(-3, 40), st.integers(0, 9), st.just(0)).map(_frame),
    st.tuples(
        st.integers(0, 2**32 - 1), st.integers(-(2**31), 2**31 - 1), st.integers(0, 2**16 - 1), st.integers(0, 2)
    ).map(_frame),
    st.tuples(st.just(_frame((0, -1, 0, 0))), changes).map(lambda it: changed(it[0], it[1])[:4000]),
    st.binary(max_size=700),
)
_sequence: st.SearchStrategy[list[str | bytes]] = st.lists(st.one_of(_messages, _frames), max_size=30)


def wire_target() -> Target:
    """The readers of messages and frames, and the browser as a sound card behind them: a refusal, or every block accounted for."""
    from voicesim.live.player import Player
    from voicesim.web.practice.browser_card import BrowserCard
    from voicesim.web.practice.wire import WireError, read_message, read_up

    def run(given: list[str | bytes], folder: Path) -> None:
        card = BrowserCard(Player().render)
        taken = 0
        with held(folder):
            for one in given:
                try:
                    if isinstance(one, str):
                        read_message(one, 4096)
                    else:
                        card.take(read_up(one))
                        taken += 1
                except WireError:
                    card.lose()
                    card.regain()
            blocks = [card._blocks.get() for _ in range(card._blocks.qsize())]
        assert sum(block is not None for block in blocks) == taken, "a block of sound was lost or made up"

    return Target("wire", _sequence, run)


class _Places:
    """Sessions of a running server to connect to.

    Args:
        server: takes them in.
    """

    def __init__(self, server: Served) -> None:
        self._server = server
        self._session: dict[str, str] = {}

    def session(self) -> dict[str, str]:
        """One that is there; another where the last is gone."""
        until = time.monotonic() + 120
        while not self._session:
            try:
                self._session = self._server.post("/api/practices", {"scenario": "drill-silence", "consent": True})
            except URLError:
                assert time.monotonic() < until, "no place for two minutes"
                time.sleep(0.5)
        return self._session

    def gone(self) -> None:
        """The last one has ended."""
        self._session = {}


def _mistakes(server: Served) -> str:
    """What it said to standard error of mistakes of its own."""
    return "\n".join(line for line in server.complaints.splitlines() if "Traceback" in line or "Error" in line)


def socket_target() -> tuple[Target, Callable[[], None]]:
    """A running server: whatever a page sends, it closes with a code of its own or goes on, and still answers.

    Returns:
        The target, and what stops the server.
    """
    from websockets.exceptions import ConnectionClosed
    from websockets.sync.client import connect

    home = tempfile.TemporaryDirectory(prefix="voicesim-fuzz-socket-")
    server = Served(Path(home.name))
    places = _Places(server)

    def send(given: Sequence[str | bytes], introduced: bool) -> int:
        session = places.session()
        address = server.url.replace("http", "ws") + f"/api/practices/{session['id']}/sound"
        with connect(address, origin=server.url, close_timeout=2) as connection:  # type: ignore[arg-type]
            try:
                if introduced:
                    connection.send(json.dumps({"type": "hello", "token": session["token"]}))
                for one in given:
                    connection.send(one)
                while given:
                    connection.recv(timeout=0.02)
            except ConnectionClosed as closing:
                return closing.rcvd.code if closing.rcvd else 1006
            except TimeoutError:
                pass
        return 1000

    def run(given: tuple[list[str | bytes], bool], folder: Path) -> None:
        code = send(*given)
        if code == 4404 and given[1]:
            places.gone()
        assert code in CLOSED_BY, f"closed with {code}"
        assert server.get("/api/health")["status"] == "ok"
        assert not _mistakes(server), _mistakes(server)

    def stop() -> None:
        server.stop()
        home.cleanup()

    return Target("socket", st.tuples(_sequence, st.sampled_from([True, True, True, False])), run), stop
