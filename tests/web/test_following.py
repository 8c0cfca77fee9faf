"""An instructor follows a session while it runs: hears what is said as it is said, flags a moment, and the trainee knows of it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser
from pages import hindrances, picture
from people_served import Client, PeopleServed
from served import shown, wait
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from serving.page import Page
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
        admitted = json.loads(text)
        self.page = Page(served.url, admitted["id"], admitted["token"], cookie=who.cookie)
        self._talking = threading.Thread(target=lambda: asyncio.run(self.page.talk(120)))
        self._talking.start()
        assert self.page.begun.wait(90), self.page.closed

    def end(self) -> None:
        """Press stop, and wait until it is kept. The second time, nothing."""
        self.page.enough()
        self._talking.join(70)
        assert not self.page.closed, self.page.closed


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
    name = practising.page.id
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
            assert any("Instructor Reed is following" in note for note in practising.page.notes)
            practising.end()
            wait(browser, "!document.getElementById('over').hidden", 30)
            assert "Good silence" in shown(browser)
            assert not browser.problems
    finally:
        practising.end()
    flags = [one for one in read_remarks(served.sessions / practising.page.session).remarks if isinstance(one, Flag)]
    assert [one.button for one in flags] == ["good-silence"]
    assert flags[0].at > 0
