"""Signing in and out, invitations, passwords and people: what an academy's server does with accounts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from people_served import PASSWORD, Answer, Client, InProcess, kept_session

from voicesim.store.audit import By
from voicesim.web.accounts.after import own_path
from voicesim.web.accounts.attempts import Attempts
from voicesim.web.accounts.audit import Seen
from voicesim.web.accounts.cookies import Cookies
from voicesim.web.settings import web_settings

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    made = InProcess(tmp_path_factory.mktemp("accounts"))
    yield made
    made.close()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[InProcess]:
    """A server where nobody has tried anything yet, and few failures are allowed."""
    few = web_settings().model_copy(update={"failures_per_account": 3, "failures_per_address": 5})
    made = InProcess(tmp_path, few)
    yield made
    made.close()


class Visitor:
    """A browser in which nobody has signed in: it opens a page with a form, and sends it."""

    def __init__(self, people: InProcess, page: str = "/login") -> None:
        self.client = people.nobody
        self.page = page
        status, text, headers = self.client.ask("GET", page)
        assert status == 200, text
        self.cookie = headers["set-cookie"].split(";")[0]
        found = re.search(r'name="token" value="([^"]+)"', text)
        assert found
        self.token = found[1]

    def send(self, path: str = "", **fields: str) -> Answer:
        body = urlencode({"token": self.token, **fields}).encode()
        return self.client.ask("POST", path or self.page, body, {**FORM, "Cookie": self.cookie})


def sign_in(people: InProcess, login: str, password: str, **more: str) -> Answer:
    return Visitor(people).send(login=login, password=password, **more)


def told(text: str) -> str:
    """What a page says is wrong."""
    found = re.search(r'role="alert">([^<]*)<', text)
    return found[1] if found else ""


def lines(people: InProcess, what: str) -> int:
    return people.store.audit.page(what=what).total


# ------------------------------------------------------------ signing in


def test_the_right_password_leads_to_where_one_wanted_to_go(people: InProcess) -> None:
    status, _, headers = people.nobody.ask("GET", "/sessions?a=1")
    assert (status, headers["location"]) == (303, "/login?next=%2Fsessions%3Fa%3D1")
    status, _, headers = sign_in(people, "Trainee", PASSWORD, next="/sessions?a=1")
    assert (status, headers["location"]) == (303, "/sessions?a=1")
    cookie = headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    name = cookie.split(";")[0]
    assert people.nobody.ask("GET", "/api/me", headers={"Cookie": name})[1].count("Trainee Reed") == 1


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\tx", "", "/login?next=/login",
     "/api/sessions", "http:evil.example", "/%0d%0aSet-Cookie:x\r\n", "/" + "x" * 600, "///evil.example"],
)  # fmt: skip
def test_signing_in_leads_nowhere_but_to_our_own_pages(people: InProcess, wanted: str) -> None:
    assert own_path(wanted) == "/"
    if len(wanted) < 500:
        assert sign_in(people, "trainee", PASSWORD, next=wanted)[2]["location"] == "/"


def test_a_wrong_password_and_an_unknown_name_are_told_alike(people: InProcess) -> None:
    before = lines(people, "sign-in failed")
    wrong = sign_in(people, "other", "not the right words")
    unknown = sign_in(people, "nobody.of.this.name", "not the right words")
    assert wrong[0] == unknown[0] == 401
    assert told(wrong[1]) == told(unknown[1]) != ""
    assert "set-cookie" not in wrong[2]
    assert lines(people, "sign-in failed") == before + 2
    newest = people.store.audit.page(what="sign-in failed").lines
    assert "nobody.of.this.name" not in repr(newest), "it may be a password in the wrong field"


def test_nobody_is_signed_in_by_a_page_of_somebody_else(people: InProcess) -> None:
    visitor = Visitor(people)
    for cookie, token in (("", visitor.token), (visitor.cookie, ""), (visitor.cookie, "x" * 64)):
        body = urlencode({"token": token, "login": "trainee", "password": PASSWORD}).encode()
        status, text, headers = people.nobody.ask("POST", "/login", body, {**FORM, "Cookie": cookie})
        assert status == 403
        assert "out of date" in told(text)
        assert headers.get("location") is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"%ff%fe=1",
        b"login=a",
        b"a=1&" * 200,
        b"login=x&password=y&role=admin",
        "login=é".encode(),
        b"login=%00&password=%00",
    ],
)
def test_a_form_that_is_none_is_refused_plainly(people: InProcess, body: bytes) -> None:
    status, text, _ = people.nobody.ask("POST", "/login", body, FORM)
    assert status in (403, 422)
    assert "Traceback" not in text


# ------------------------------------------------------------ too often


def test_guessing_at_one_account_has_to_wait(fresh: InProcess) -> None:
    for _ in range(3):
        assert sign_in(fresh, "trainee", "a wrong guess")[0] == 401
    status, text, headers = sign_in(fresh, "TRAINEE ", PASSWORD)
    assert status == 429
    assert int(headers["retry-after"]) > 60
    assert "Try again in 15 minutes" in told(text)
    assert sign_in(fresh, "other", PASSWORD)[0] == 303, "others may"
    assert lines(fresh, "sign-in refused") == 1


def test_guessing_at_many_accounts_from_one_address_has_to_wait(fresh: InProcess) -> None:
    for number in range(5):
        assert sign_in(fresh, f"guess{number}", "a wrong guess")[0] == 401
        assert sign_in(fresh, "other", PASSWORD)[0] == (303 if number < 4 else 429), (
            "an account of one's own is no way out"
        )
    assert sign_in(fresh, "admin", PASSWORD)[0] == 429


def test_a_link_from_an_administrator_ends_the_wait(fresh: InProcess) -> None:
    for _ in range(3):
        sign_in(fresh, "trainee", "a wrong guess")
    status, text, _ = fresh.admin.fill_in(f"/people/{fresh.trainee.id}/reset")
    assert status == 200
    link = re.search(r'value="http://127.0.0.1(/invitation/[^"]+)"', text)
    assert link
    words = "other quiet words here"
    assert Visitor(fresh, link[1]).send(password=words, again=words)[0] == 303
    assert sign_in(fresh, "trainee", words)[0] == 303
    assert sign_in(fresh, "trainee", PASSWORD)[0] == 401


def test_a_crowd_at_the_door_is_asked_to_wait_and_holds_nobody_up(tmp_path: Path) -> None:
    made = InProcess(tmp_path, web_settings().model_copy(update={"hashing_at_once": 1, "hashing_within": 0.0}))
    with made.accounts._turn_at_hashing():
        for _ in range(web_settings().failures_per_account + 1):  # being turned away does not count as a failure
            status, text, _ = sign_in(made, "trainee", PASSWORD)
            assert status == 503
            assert "Try again" in told(text)
        assert made.trainee.ask("GET", "/api/me")[0] == 200, "whoever is in already is not held up"
    assert sign_in(made, "trainee", PASSWORD)[0] == 303
    made.close()


def test_failures_are_forgotten_one_by_one() -> None:
    now = [0.0]
    attempts = Attempts(2, 100, lambda: now[0])
    for moment in (0.0, 60.0):
        now[0] = moment
        assert attempts.wait("a") == 0
        attempts.take("a")
    assert attempts.wait("a") == 40
    assert attempts.wait("b") == 0
    now[0] = 100.0
    assert attempts.wait("a") == 0
    attempts.take("a")
    assert attempts.wait("a") == 60
    attempts.give_back("a")
    assert attempts.wait("a") == 0


# ------------------------------------------------------------ staying and leaving


def test_signing_out_makes_the_cookie_worthless(people: InProcess) -> None:
    client = people.signed_in("trainee")
    assert client.ask("GET", "/api/me")[0] == 200
    status, _, headers = client.fill_in("/logout")
    assert (status, headers["location"]) == (303, "/login")
    assert 'voicesim=""' in headers["set-cookie"]
    assert client.ask("GET", "/api/me")[0] == 401


def test_keeping_somebody_out_counts_at_once(people: InProcess) -> None:
    client = people.signed_in("other")
    assert people.admin.fill_in(f"/people/{client.id}/disable")[0] == 303
    assert client.ask("GET", "/api/me")[0] == 401
    assert sign_in(people, "other", PASSWORD)[0] == 401
    assert people.admin.fill_in(f"/people/{client.id}/enable")[0] == 303
    assert client.ask("GET", "/api/me")[0] == 401, "signing in again is up to the person"
    assert sign_in(people, "other", PASSWORD)[0] == 303


def test_another_role_counts_at_once(people: InProcess) -> None:
    client = people.signed_in("other")
    assert client.ask("GET", "/api/people")[0] == 403
    assert people.admin.fill_in(f"/people/{client.id}/role", role="instructor")[0] == 303
    assert client.ask("GET", "/api/people")[0] == 200
    assert people.admin.fill_in(f"/people/{client.id}/role", role="trainee")[0] == 303
    assert client.ask("GET", "/api/people")[0] == 403


@pytest.mark.parametrize("role", ["owner", "", "admin "])
def test_there_are_three_roles(people: InProcess, role: str) -> None:
    assert people.admin.fill_in(f"/people/{people.other.id}/role", role=role)[0] == 422
    assert people.store.people.get(people.other.id).role == "trainee"


def test_nobody_locks_themselves_out(people: InProcess) -> None:
    for what, fields in (("disable", {}), ("role", {"role": "trainee"}), ("reset", {}), ("enable", {})):
        status, text, _ = people.admin.fill_in(f"/people/{people.admin.id}/{what}", **fields)
        assert status == 409
        assert "This is you" in text


def test_a_cookie_that_was_touched_is_nobodys(people: InProcess) -> None:
    name, _, value = people.trainee.cookie.partition("=")
    for changed in (value[:-1], value[::-1], value + "x", value.split(".")[0], "x" * 5000, "é"):
        client = replace(people.trainee, cookie=f"{name}={changed}")
        assert client.ask("GET", "/api/me")[0] == 401


def test_over_tls_a_cookie_is_the_hosts_own_and_never_travels_without() -> None:
    from starlette.responses import Response

    cookies, answer = Cookies(b"s" * 32, tls=True), Response()
    cookies.give(answer, "token", 60)
    given = answer.headers["set-cookie"]
    assert given.startswith("__Host-voicesim=")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(given.split("; "))
    assert "Domain" not in given
    assert Cookies(b"t" * 32, tls=True).given({"__Host-voicesim": given.split(";")[0].partition("=")[2]}) == ""


# ------------------------------------------------------------ invitations


def test_an_invitation_makes_one_account_and_no_second(people: InProcess) -> None:
    status, text, _ = people.admin.fill_in("/people", role="instructor", note="Lee <b>")
    assert status == 200
    assert "Lee &lt;b&gt;" in text
    link = re.search(r'value="http://127.0.0.1(/invitation/[^"]+)"', text)
    assert link
    visitor = Visitor(people, link[1])
    words = "five words that fit nowhere"
    for wrong in (
        {"name": "Lee Park", "login": "lee", "password": words, "again": "five words that fit nowhere."},
        {"name": "Lee Park", "login": "lee", "password": "short", "again": "short"},
        {"name": "Lee Park", "login": "trainee", "password": words, "again": words},
        {"name": "", "login": "lee", "password": words, "again": words},
    ):
        status, text, _ = visitor.send(**wrong)
        assert status == 422
        assert told(text)
        assert words not in text
    status, _, headers = visitor.send(name="Lee Park", login="lee", password=words, again=words)
    assert (status, headers["location"]) == (303, "/")
    cookie = headers["set-cookie"].split(";")[0]
    me = json.loads(people.nobody.ask("GET", "/api/me", headers={"Cookie": cookie})[1])
    assert (me["name"], me["role"]) == ("Lee Park", "instructor")
    assert people.nobody.ask("GET", link[1])[0] == 404
    assert visitor.send(name="Kim Park", login="kim", password=words, again=words)[0] == 404
    assert people.store.people.find("kim") is None


def test_an_invitation_can_be_taken_back(people: InProcess) -> None:
    made, token = people.store.invitations.make("trainee", by=_by(people.admin), note="nobody after all")
    assert people.admin.fill_in(f"/people/invitations/{made.id}/withdraw")[0] == 200
    assert people.nobody.ask("GET", f"/invitation/{token}")[0] == 404


@pytest.mark.parametrize("token", ["x", "..%2fpeople", "%00", "x" * 3000])
def test_a_made_up_invitation_is_refused(people: InProcess, token: str) -> None:
    assert people.nobody.ask("GET", f"/invitation/{token}")[0] == 404


# ------------------------------------------------------------ one's own account


def test_a_changed_password_ends_every_other_sign_in(people: InProcess) -> None:
    here, elsewhere = people.signed_in("trainee"), people.signed_in("trainee")
    words = "quite another set of words"
    status, text, _ = here.fill_in("/account/password", current="wrong", password=words, again=words)
    assert status == 422
    assert "not your password" in told(text)
    assert here.fill_in("/account/password", current=PASSWORD, password=words, again=words)[0] == 200
    assert here.ask("GET", "/api/me")[0] == 200
    assert elsewhere.ask("GET", "/api/me")[0] == 401
    assert sign_in(people, "trainee", PASSWORD)[0] == 401
    people.store.people.set_password(people.trainee.id, PASSWORD, by=_by(people.admin))


def test_somebody_sees_and_ends_where_they_are_signed_in(people: InProcess) -> None:
    here, elsewhere = people.signed_in("instructor"), people.signed_in("instructor")
    assert here.ask("GET", "/account")[1].count("this one") == 1
    assert here.fill_in("/account/elsewhere")[0] == 200
    assert elsewhere.ask("GET", "/api/me")[0] == 401
    assert here.ask("GET", "/api/me")[0] == 200


# ------------------------------------------------------------ what is written down


def test_a_look_at_somebody_elses_session_is_noted_once_and_ones_own_never(people: InProcess) -> None:
    kept_session(people.sessions, "noted", people.trainee.id)
    trainee, instructor = people.signed_in("trainee"), people.signed_in("instructor")
    for _ in range(3):
        assert trainee.ask("GET", "/api/sessions/noted")[0] == 200
        assert instructor.ask("GET", "/api/sessions/noted")[0] == 200
    found = [line for line in people.store.audit.page(session="noted").lines if line.what == "session seen"]
    assert [(line.who, line.about) for line in found] == [(instructor.id, trainee.id)]
    text = people.admin.ask("GET", "/audit")[1]
    assert "session noted" in text
    assert "Instructor Reed" in text


def test_a_later_look_is_another_line() -> None:
    now = [0.0]
    seen = Seen(100, lambda: now[0])
    assert seen.anew("a", "s")
    assert seen.anew("b", "s")
    assert not seen.anew("a", "s")
    now[0] = 100.0
    assert seen.anew("a", "s")


def test_the_audit_log_is_read_page_by_page(people: InProcess) -> None:
    for number in range(120):
        people.store.audit.add("session exported", _by(people.admin), detail=f"line {number}")
    first = people.admin.ask("GET", "/audit")[1]
    assert "line 119" in first
    assert "line 19<" not in first
    assert "line 19<" in people.admin.ask("GET", "/audit?start=100")[1]
    assert people.admin.ask("GET", "/audit?start=-1")[0] == 422


# ------------------------------------------------------------ without accounts


def test_alone_there_is_nobody_to_sign_in(tmp_path: Path) -> None:
    from starlette.testclient import TestClient

    from voicesim.web.app import build
    from voicesim.web.practice.stock import Engines

    client = TestClient(build(tmp_path / "sessions", Engines()), "http://127.0.0.1")
    for path in ("/login", "/account", "/people", "/audit", "/invitation/x"):
        answer = client.get(path, follow_redirects=False)
        assert answer.status_code == 404
        assert "no accounts here" in answer.text
    assert client.get("/").status_code == 200
    assert "Sign out" not in client.get("/").text
    assert client.get("/api/me").json() == {"id": "", "name": "You", "role": "admin"}


def test_a_sign_in_that_is_too_old_is_over(tmp_path: Path) -> None:
    from voicesim.store.database import now
    from voicesim.store.opening import open_store

    people = InProcess(tmp_path)
    later = open_store(tmp_path / "voicesim.sqlite3", clock=lambda: now() + timedelta(hours=13))
    people.accounts.store = later
    assert people.trainee.ask("GET", "/api/me")[0] == 401
    later.close()
    people.close()


def _by(client: Client) -> By:
    return By(client.id, "a test")
