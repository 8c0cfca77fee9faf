"""An academy's server as it runs: its log, connections that last, and its pages in a browser."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from browser import Browser
from client import closed_with, join, until
from pages import hindrances, picture
from people_served import PASSWORD, Client, PeopleServed
from served import shown
from websockets.exceptions import ConnectionClosed

from voicesim.store.audit import COMMAND_LINE


@pytest.fixture(scope="module")
def academy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PeopleServed]:
    served = PeopleServed(tmp_path_factory.mktemp("academy"))
    yield served
    assert served.stop() == 0, served.complaints
    assert served.complaints == ""


def log(served: PeopleServed) -> list[dict[str, object]]:
    return [json.loads(line) for line in served.log.read_text(encoding="utf-8").splitlines()]


def test_the_log_says_what_happened_and_nothing_about_anybody(academy: PeopleServed) -> None:
    status, _, headers = academy.trainee.ask("GET", "/api/sessions?since=yesterday")
    assert status == 200
    academy.people.nobody.ask("GET", "/invitation/a-secret-token")
    academy.people.nobody.ask(
        "POST", "/login", b"login=trainee&password=a-secret-word", {"Content-Type": "application/x-www-form-urlencoded"}
    )
    line = next(one for one in log(academy) if one["request"] == headers["X-Request-Id"])
    assert line["route"] == "/api/sessions"
    assert (line["method"], line["status"], line["person"]) == ("GET", 200, academy.trainee.id)
    assert isinstance(line["ms"], float)
    whole = academy.log.read_text(encoding="utf-8")
    for kept_out in (
        "yesterday",
        "a-secret-token",
        "a-secret-word",
        "Trainee Reed",
        academy.trainee.cookie,
        academy.trainee.token,
    ):
        assert kept_out not in whole


def test_a_request_keeps_the_number_a_proxy_gave_it(academy: PeopleServed) -> None:
    headers = academy.people.nobody.ask("GET", "/api/health", headers={"X-Request-Id": "from-the-proxy-1"})[2]
    assert headers["X-Request-Id"] == "from-the-proxy-1"
    headers = academy.people.nobody.ask("GET", "/api/health", headers={"X-Request-Id": 'x","evil":"y'})[2]
    assert "evil" not in headers["X-Request-Id"]


def test_whoever_watches_over_it_is_told_no_more_than_needed(academy: PeopleServed) -> None:
    assert json.loads(academy.people.nobody.ask("GET", "/api/health")[1]) == {"status": "ok"}
    assert json.loads(academy.people.nobody.ask("GET", "/api/ready")[1]) == {"ready": True, "lacking": []}
    assert json.loads(academy.instructor.ask("GET", "/api/health")[1])["sessions"] == 0


def begun(academy: PeopleServed, client: Client) -> dict[str, str]:
    status, text, _ = client.ask("POST", "/api/practices", {"scenario": "drill-silence", "consent": True})
    assert status == 202, text
    found: dict[str, str] = json.loads(text)
    return found


@pytest.mark.models
def test_a_session_is_joined_by_its_owner_only_and_ends_with_the_sign_in(academy: PeopleServed) -> None:
    client = academy.people.signed_in("trainee")
    session = begun(academy, client)
    hello = json.dumps({"type": "hello", "token": session["token"]})

    def joined(who: Client) -> dict[str, Any]:
        return {"additional_headers": {"Cookie": who.cookie}} if who.cookie else {}

    for who, code in ((academy.people.nobody, 4401), (academy.other, 4404), (academy.admin, 4404)):
        with join(academy, session["id"], **joined(who)) as connection:
            with suppress(ConnectionClosed):  # whoever has not signed in is shown out before saying hello
                connection.send(hello)
            assert closed_with(connection) == code
    assert academy.admin.ask("DELETE", f"/api/practices/{session['id']}", headers={"token": session["token"]})[0] == 404
    with join(academy, session["id"], **joined(client)) as connection:
        connection.send(hello)
        until(connection, phase="ready")
        connection.send(json.dumps({"type": "begin"}))
        until(connection, phase="running")
        for number in range(10):
            connection.send(struct.pack("<IiHH", number, -1, 0, 0) + bytes(640))
        academy.people.store.sign_ins.end(client.sign_in, by=COMMAND_LINE)
        assert closed_with(connection) == 4401
    again = academy.people.signed_in("trainee")
    with join(academy, session["id"], **joined(again)) as connection:
        connection.send(hello)
        until(connection, phase="running")
        connection.send(json.dumps({"type": "press", "what": "stop"}))
        over = until(connection, type="over")
    meta = json.loads((academy.sessions / over["session"] / "meta.json").read_text(encoding="utf-8"))
    assert meta["owner"] == academy.trainee.id
    assert academy.other.ask("GET", f"/api/sessions/{over['session']}")[0] == 404
    assert academy.instructor.ask("GET", f"/api/sessions/{over['session']}")[0] == 200


# ------------------------------------------------------------ in a browser

PAGES = {
    "people": "/people",
    "person": "/people/{trainee}",
    "audit": "/audit",
    "account": "/account",
    "programs": "/api/docs",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as browser:
        yield browser


def look(browser: Browser, url: str, name: str) -> None:
    """Wide by day and narrow by night: nothing hinders anybody."""
    for scheme, width, height in (("light", 1280, 1000), ("dark", 390, 844)):
        browser.emulate(prefers_color_scheme=scheme)
        browser.resize(width, height)
        browser.visit(url)
        assert browser.evaluate("location.href") == url
        picture(browser, f"{name}-{width}-{scheme}")
        assert browser.evaluate("document.scrollingElement.scrollWidth") <= width, name
        assert hindrances(browser) == []


def fill(browser: Browser, **fields: str) -> None:
    for name, value in fields.items():
        browser.evaluate(f"document.getElementById({json.dumps(name)}).value = {json.dumps(value)}; 0")


def sent(browser: Browser, selector: str = "main button") -> None:
    """Press a form's button and wait for the page it leads to."""
    browser._loaded = False
    browser.click(selector)
    while not browser._loaded:
        browser._read()


@pytest.mark.browser
def test_somebody_is_invited_signs_in_practises_and_signs_out(academy: PeopleServed, browser: Browser) -> None:
    academy.people.signed_in("admin").lend(browser)
    browser.resize(1280, 1000)
    browser.visit(f"{academy.url}/people")
    fill(browser, note="Kim Park", role="trainee")
    sent(browser, "form.inline button.main")
    link = str(browser.evaluate("document.getElementById('link').value"))
    picture(browser, "invited")
    assert hindrances(browser) == []
    sent(browser, ".who button")
    assert browser.evaluate("location.pathname") == "/login"
    look(browser, link, "invitation")
    words = "five words that fit nowhere"
    fill(browser, name="Kim Park", login="kim.p", password=words, again="something else")
    sent(browser)
    assert "not the same" in shown(browser)
    picture(browser, "invitation-refused")
    assert browser.evaluate("document.getElementById('name').value") == "Kim Park"
    fill(browser, password=words, again=words)
    sent(browser)
    assert browser.evaluate("location.pathname") == "/"
    assert "Kim Park" in shown(browser)
    assert "People" not in shown(browser)
    sent(browser, ".who button")
    browser.visit(f"{academy.url}/sessions")
    assert browser.evaluate("location.search") == "?next=%2Fsessions"
    look(browser, f"{academy.url}/login?next=/sessions", "login")
    fill(browser, login="kim.p", password="wrong")
    sent(browser)
    assert "do not fit" in shown(browser)
    picture(browser, "login-refused")
    assert hindrances(browser) == []
    fill(browser, password=words)
    sent(browser)
    assert browser.evaluate("location.pathname") == "/sessions"
    unexpected = [one for one in browser.problems if "401" not in one and "422" not in one]
    assert unexpected == []


@pytest.mark.browser
@pytest.mark.parametrize("name", PAGES)
def test_the_pages_about_people_hinder_nobody(academy: PeopleServed, browser: Browser, name: str) -> None:
    academy.people.signed_in("admin").lend(browser)
    look(browser, academy.url + PAGES[name].format(trainee=academy.trainee.id), name)


@pytest.mark.browser
def test_a_script_of_our_own_page_brings_the_token_along_and_no_other_does(
    academy: PeopleServed, browser: Browser
) -> None:
    academy.trainee.lend(browser)
    browser.visit(f"{academy.url}/")
    asked = "fetch('/api/sessions/nothing', {method: 'DELETE'}).then(answer => answer.status)"
    assert browser.evaluate(asked) == 404
    bare = (
        "fetch('/api/sessions/nothing', {method: 'DELETE', headers: {'Form-Token': 'x'}}).then(answer => answer.status)"
    )
    assert browser.evaluate(bare) == 404, "the page's own token takes the place of any other"
    frame = (
        "new Promise(done => { const frame = document.createElement('iframe'); frame.sandbox = 'allow-scripts'; "
        "frame.srcdoc = '<p>other'; frame.onload = () => done(1); document.body.append(frame); })"
    )
    assert browser.evaluate(frame) == 1


def test_a_removed_person_is_gone_with_everything(tmp_path: Path) -> None:
    from people_served import InProcess, kept_session

    people = InProcess(tmp_path)
    for name, private in (("theirs", False), ("theirs-alone", True)):
        kept_session(people.sessions, name, people.other.id, private)
    kept_session(people.sessions, "somebody-elses", people.trainee.id)
    status, _, headers = people.other.fill_in("/account/everything")
    assert (status, headers["content-type"]) == (200, "application/zip")
    path = f"/people/{people.other.id}/remove"
    assert people.admin.fill_in(path, sure="Other")[0] == 422
    assert (people.sessions / "theirs").exists()
    assert people.instructor.fill_in(path, sure="other")[0] == 403
    status, text, _ = people.admin.fill_in(path, sure="other")
    assert status == 200
    assert "with 2 sessions" in text
    assert sorted(one.name for one in people.sessions.iterdir() if (one / "meta.json").exists()) == ["somebody-elses"]
    assert people.other.ask("GET", "/api/me")[0] == 401
    assert people.nobody.ask("GET", "/login")[0] == 200
    assert people.store.people.find("other") is None
    assert PASSWORD not in people.admin.ask("GET", "/audit")[1]
    people.close()


def test_a_mistake_of_ours_is_told_plainly_and_logged_without_what_was_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from fastapi import FastAPI
    from people_served import InProcess

    from voicesim.web.logbook import JsonLines

    people = InProcess(tmp_path)
    app: Any = people.app
    while not isinstance(app, FastAPI):
        app = app._app

    @app.get("/api/mistaken")
    @app.get("/mistaken")
    def mistaken() -> None:
        raise KeyError("what she said")

    for path in ("/api/mistaken", "/mistaken"):
        status, text, headers = people.trainee.ask("GET", path)
        assert status == 500
        assert "voicesim has made a mistake" in text
        assert "Traceback" not in text
        assert headers["x-content-type-options"] == "nosniff"
    record = next(one for one in caplog.records if one.name == "voicesim.web" and one.levelname == "ERROR")
    line = JsonLines().format(record)
    assert "what she said" not in line
    assert json.loads(line)["error"] == "KeyError"
    assert "mistaken" in json.loads(line)["at"][0]
    people.close()
