"""An instructor follows a session while it runs: hears what is said as it is said, flags a moment, and the trainee knows of it."""

from __future__ import annotations

import json
import struct
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from browser import Browser
from pages import hindrances, picture
from people_served import Client, PeopleServed
from served import shown, wait
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from voicesim.remarks.kinds import Flag
from voicesim.remarks.log import read_remarks

pytestmark = [pytest.mark.models, pytest.mark.browser, pytest.mark.real_time]


class Practising:
    """A trainee's page that sends silence by the clock.

    Args:
        served: the server.
        who: practises.
        private: whether nobody else may see it.
    """

    def __init__(self, served: PeopleServed, who: Client, private: bool = False) -> None:
        wish = {"scenario": "drill-silence", "consent": True, "private": private}
        status, text, _ = who.ask("POST", "/api/practices", wish)
        assert status == 202, text
        self.admitted: dict[str, str] = json.loads(text)
        self.notes: list[str] = []
        self.session = ""
        self.ready = threading.Event()
        self._stop = threading.Event()
        self._waiting: deque[int] = deque()
        address = served.url.replace("http", "ws") + f"/api/practices/{self.admitted['id']}/sound"
        self._open = ExitStack()
        self._socket = self._open.enter_context(
            connect(address, origin=served.url, additional_headers={"Cookie": who.cookie})  # type: ignore[arg-type]
        )
        self._socket.send(json.dumps({"type": "hello", "token": self.admitted["token"]}))
        self._threads = [threading.Thread(target=self._read), threading.Thread(target=self._speak)]
        for thread in self._threads:
            thread.start()
        assert self.ready.wait(90)

    def _read(self) -> None:
        try:
            for said in self._socket:
                if isinstance(said, bytes):
                    self._waiting.append(struct.unpack_from("<I", said)[0])
                    continue
                message: dict[str, Any] = json.loads(said)
                if message.get("phase") == "ready":
                    self._socket.send(json.dumps({"type": "begin"}))
                    self.ready.set()
                if message.get("type") == "note":
                    self.notes.append(message["words"])
                if message.get("type") == "over":
                    self.session = message["session"]
                    return
        except ConnectionClosed:
            pass

    def _speak(self) -> None:
        self.ready.wait(90)
        began = time.monotonic()
        for number in range(6000):
            if self._stop.wait(max(0.0, began + number * 0.02 - time.monotonic())):
                return
            plays = self._waiting.popleft() if len(self._waiting) > 3 else -1
            self._socket.send(struct.pack("<IiHH", number, plays, min(9, len(self._waiting)), 0) + bytes(640))

    def end(self) -> None:
        """Press stop, and wait until it is kept. The second time, nothing."""
        if self._stop.is_set():
            return
        self._socket.send(json.dumps({"type": "press", "what": "stop"}))
        self._threads[0].join(60)
        self._stop.set()
        self._threads[1].join(10)
        self._open.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PeopleServed]:
    server = PeopleServed(tmp_path_factory.mktemp("followed"))
    yield server
    assert server.stop() == 0, server.complaints


def follow(served: PeopleServed, who: Client, name: str) -> ClientConnection:
    address = served.url.replace("http", "ws") + f"/api/room/running/{name}"
    return connect(address, origin=served.url, additional_headers={"Cookie": who.cookie})  # type: ignore[arg-type]


def closed_with(connecting: ClientConnection) -> int:
    try:
        with connecting as connection:
            while True:
                connection.recv(timeout=10)
    except ConnectionClosed as closing:
        return closing.rcvd.code if closing.rcvd else 1006


def test_a_private_session_is_followed_by_nobody_and_no_session_by_a_trainee(served: PeopleServed) -> None:
    practising = Practising(served, served.trainee, private=True)
    name = practising.admitted["id"]
    try:
        for who, code in (
            (served.instructor, 4404),
            (served.admin, 4404),
            (served.other, 4401),
            (served.people.nobody, 4401),
        ):
            assert closed_with(follow(served, who, name)) == code, who.login
        assert json.loads(served.instructor.ask("GET", "/api/room/running")[1]) == []
        assert served.instructor.ask("GET", f"/room/running/{name}")[0] == 404
        assert served.other.ask("GET", "/room/running")[0] == 403
    finally:
        practising.end()


def test_an_instructor_follows_flags_a_moment_by_a_key_and_finds_it_in_the_session(
    served: PeopleServed, tmp_path: Path
) -> None:
    practising = Practising(served, served.trainee)
    try:
        with Browser() as browser:
            served.instructor.lend(browser)
            browser.visit(f"{served.url}/room/running")
            browser.click(".card a")
            wait(browser, "document.querySelector('#said li.survivor') !== null", 30)
            assert hindrances(browser) == []
            browser.press("2")
            wait(browser, "document.getElementById('flagged').textContent.includes('flagged')", 10)
            picture(browser, "following")
            assert any("Instructor Reed is following" in note for note in practising.notes)
            practising.end()
            wait(browser, "!document.getElementById('over').hidden", 30)
            assert "Good silence" in shown(browser)
            assert not browser.problems
    finally:
        practising.end()
    flags = [one for one in read_remarks(served.sessions / practising.session).remarks if isinstance(one, Flag)]
    assert [one.button for one in flags] == ["good-silence"]
    assert flags[0].at > 0
