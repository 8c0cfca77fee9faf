"""A server with accounts, and people who have signed in to it: over the network, in a browser, or within this process."""

from __future__ import annotations

import http.client
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode, urlsplit

from serving.server import Served
from voicesim.session.meta import read_meta, write_meta
from voicesim.store.audit import COMMAND_LINE
from voicesim.store.opening import Store, database_of, open_store
from voicesim.store.passwords import Passwords, password_rules
from voicesim.web.accounts.accounts import Accounts
from voicesim.web.accounts.cookies import Cookies
from voicesim.web.accounts.secret import server_secret
from voicesim.web.app import build
from voicesim.web.binding import Reach
from voicesim.web.practice.stock import Engines
from voicesim.web.settings import WebSettings, web_settings

if TYPE_CHECKING:
    from browser import Browser
    from starlette.testclient import TestClient
    from starlette.types import ASGIApp

ROLES = {"trainee": "trainee", "other": "trainee", "instructor": "instructor", "admin": "admin"}
"""Who there is: two trainees, so that one can be kept from what is the other's."""
PASSWORD = "four quiet words here"
CHEAP = Passwords(password_rules().model_copy(update={"memory_kib": 8, "passes": 1, "lanes": 1}))
"""As safe as a test needs it, in no time."""
Answer = tuple[int, str, Any]
"""Status, text, headers."""


class Asks(Protocol):
    """Sends one request."""

    def __call__(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer: ...


@dataclass(frozen=True)
class Client:
    """Somebody who has signed in; or nobody, without a cookie."""

    id: str
    """Of the account."""
    login: str
    cookie: str
    """As in the header `Cookie`."""
    token: str
    """What pages bring along with every change."""
    sign_in: str
    """Id of the sign-in."""
    url: str
    _asks: Asks

    def ask(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> Answer:
        """One request; a body that is no bytes is sent as JSON."""
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        sent = {"Cookie": self.cookie, "Form-Token": self.token} if self.cookie else {}
        if data is not None:
            sent["Content-Type"] = "application/json"
        return self._asks(method, path, data, {**sent, **(headers or {})})

    def fill_in(self, path: str, **fields: str) -> Answer:
        """Send a page's form."""
        data = urlencode({"token": self.token, **fields}).encode()
        return self.ask("POST", path, data, {"Content-Type": "application/x-www-form-urlencoded", "Form-Token": ""})

    def lend(self, browser: Browser) -> None:
        """Let a headless browser be signed in as this person."""
        name, _, value = self.cookie.partition("=")
        browser._call("Network.setCookie", name=name, value=value, url=self.url, httpOnly=True, sameSite="Lax")


class People:
    """Those who have signed in to a server.

    Args:
        store: of the server.
        cookies: of the server.
        url: of the server.
        asks: sends a request to it.
    """

    def __init__(self, store: Store, cookies: Cookies, url: str, asks: Asks) -> None:
        self.store = store
        self.cookies = cookies
        self.url = url
        self._asks = asks
        self.nobody = Client("", "", "", "", "", url, asks)
        self.clients = {login: self.signed_in(login) for login in ROLES}
        self.trainee, self.other, self.instructor, self.admin = (self.clients[login] for login in ROLES)

    def signed_in(self, login: str) -> Client:
        """Sign somebody in, in a browser of their own."""
        account = self.store.people.find(login)
        assert account is not None
        sign_in, token = self.store.sign_ins.begin(account.id, where="127.0.0.1", browser="a test")
        from starlette.responses import Response

        given = Response()
        self.cookies.give(given, token, 60)
        cookie = given.headers["set-cookie"].split(";")[0]
        return Client(account.id, login, cookie, self.cookies.form_token(token), sign_in.id, self.url, self._asks)

    def close(self) -> None:
        """Let go of the database."""
        self.store.close()


class PeopleServed(Served):
    """`voicesim serve --accounts`, with people who have signed in.

    Args:
        folder: an empty folder.
        options: more of them.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        store = populated(folder)
        cookies = Cookies(server_secret(folder / "server.secret"), tls=False)
        self.log = folder / "log.jsonl"
        super().__init__(folder, "--accounts", "--log", str(self.log), *options)
        self.people = People(store, cookies, self.url, _over_http(self.url))
        self.trainee, self.other = self.people.trainee, self.people.other
        self.instructor, self.admin = self.people.instructor, self.people.admin

    def stop(self) -> int:
        """Ctrl-C."""
        self.people.close()
        return super().stop()


class InProcess(People):
    """The same application within this process, without a network and without models.

    Args:
        folder: an empty folder.
        settings: what it allows.
    """

    def __init__(self, folder: Path, settings: WebSettings | None = None) -> None:
        from starlette.testclient import TestClient

        store = populated(folder)
        cookies = Cookies(server_secret(folder / "server.secret"), tls=False)
        self.sessions = folder / "sessions"
        self.accounts = Accounts(store, cookies, settings or web_settings())
        reach = Reach(wants_accounts=True)
        self.app: ASGIApp = build(
            self.sessions, Engines(), settings=settings, reach=reach, store=store, accounts=self.accounts, logged=True
        )
        self.test_client = TestClient(
            self.app, "http://127.0.0.1", raise_server_exceptions=False, follow_redirects=False, client=("127.0.0.1", 1)
        )
        super().__init__(store, cookies, "http://127.0.0.1", _in_process(self.test_client))


def populated(folder: Path) -> Store:
    """A store with everybody in it, whose passwords are all the same."""
    store = open_store(database_of(folder / "sessions"), passwords=CHEAP)
    for login, role in ROLES.items():
        store.people.add(login, f"{login.capitalize()} Reed", role, PASSWORD, by=COMMAND_LINE)  # type: ignore[arg-type]
    return store


def kept_session(sessions: Path, name: str, owner: str, private: bool = False) -> Path:
    """A short session by the real engine, as if this account had practised it here.

    Args:
        sessions: where it goes.
        name: of its folder.
        owner: account.
        private: whether nobody else may see it.
    """
    folder = sessions / name
    model = sessions.parent / "a-session"
    if not model.exists():
        from durability.fuzzing import make_session

        make_session(model)
    shutil.copytree(model, folder)
    write_meta(folder, read_meta(folder).model_copy(update={"owner": owner, "private": private}))
    return folder


def _over_http(url: str) -> Asks:
    def ask(method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        found = answer.status, answer.read().decode("utf-8", "replace"), answer.headers
        connection.close()
        return found

    return ask


def _in_process(client: TestClient) -> Asks:
    def ask(method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        client.cookies.clear()
        sent = {name: value.encode("latin-1") for name, value in headers.items()}
        answer = client.request(method, path, content=body, headers=sent)  # type: ignore[arg-type]
        return answer.status_code, answer.text, answer.headers

    return ask
