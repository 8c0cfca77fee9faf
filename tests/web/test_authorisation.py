"""Who may do what: every route of the application, asked by everybody, by every method."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from people_served import Client, InProcess, kept_session
from starlette.routing import BaseRoute, Mount
from starlette.websockets import WebSocketDisconnect

from voicesim.store.audit import COMMAND_LINE
from voicesim.web import access
from voicesim.web.app import build
from voicesim.web.practice.stock import Engines

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
WHO = {"public": 0, "joining": 1, "signed_in": 1, "instructor": 2, "admin": 3}
"""Rules about whoever asks, from open to strict."""
WHICH = {"seen_session": 1, "own_session": 2}
"""Rules about the session asked for."""
RULES = {getattr(access, name): name for name in (*WHO, *WHICH)}
LEVEL = {"trainee": 1, "instructor": 2, "admin": 3}
NO_SESSION = "There is no such session."
REFUSALS = (NO_SESSION, "Nobody is signed in.", "Only instructors may do that.", "Only administrators may do that.",
            "Only the person whose session it is may do that.", "This page is out of date.")  # fmt: skip
"""What the rules of access say: whoever is let in hears none of it."""


@dataclass(frozen=True)
class Way:
    """A path, and who may come along it."""

    path: str
    methods: tuple[str, ...]
    """Empty for a WebSocket."""
    rules: frozenset[str]
    """Those it names itself, not those they lean on."""

    @property
    def level(self) -> int:
        """The least that whoever asks must be."""
        return max([WHO.get(rule, 1) for rule in self.rules], default=0)

    @property
    def about_session(self) -> bool:
        return bool(self.rules & set(WHICH))

    def to(self, session: str) -> str:
        """The path with something in the place of every name."""
        filled = self.path.replace("{name}", session if self.about_session else "nothing")
        while "{" in filled:
            before, _, rest = filled.partition("{")
            inside, _, after = rest.partition("}")
            filled = f"{before}{FILLED.get(inside.split(':')[0], '1')}{after}"
        return filled


FILLED = {"who": "00000000-0000-0000-0000-000000000000", "invitation": "none", "wanted": "vtt"}


def ways_of(routes: list[BaseRoute]) -> list[Way]:
    """Every route, however deep it was included."""
    found = []
    for route in routes:
        if isinstance(route, Mount):
            continue
        if (inside := getattr(route, "original_router", None)) is not None:
            found += ways_of(inside.routes)
            continue
        dependant: Any = getattr(route, "dependant", None)
        rules = _named(dependant) if dependant is not None else frozenset()
        methods = tuple(sorted(set(getattr(route, "methods", None) or ()) - {"HEAD", "OPTIONS"}))
        found.append(Way(getattr(route, "path", "?"), methods, rules))
    return found


def _named(dependant: Dependant) -> frozenset[str]:
    """The rules among what a route depends on; a rule's own are its own business."""
    found: set[str] = set()
    for one in dependant.dependencies:
        found |= {RULES[one.call]} if one.call in RULES else _named(one)
    return frozenset(found)


def wrongly_ruled(ways: list[Way]) -> list[str]:
    """Routes that do not say clearly who may come: with no rule, or with two that say different things."""
    return [
        f"{way.path}: {sorted(way.rules) or 'no rule'}"
        for way in ways
        if not way.rules or ("public" in way.rules and len(way.rules) > 1) or len(way.rules & set(WHICH)) > 1
    ]


def application(people: InProcess) -> FastAPI:
    found: Any = people.app
    while not isinstance(found, FastAPI):
        found = found._app
    return found


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    made = InProcess(tmp_path_factory.mktemp("authorisation"))
    with made.test_client:
        yield made
    made.close()


@pytest.fixture(scope="module")
def ways(people: InProcess) -> list[Way]:
    return ways_of(application(people).routes)


def put_sessions_back(people: InProcess) -> None:
    """The trainee's own session, another trainee's, and a private one of each."""
    for name, owner, private in (
        ("kept-own", people.trainee, False), ("kept-own-hidden", people.trainee, True),
        ("kept-others", people.other, False), ("kept-others-hidden", people.other, True),
    ):  # fmt: skip
        if not (people.sessions / name / "meta.json").exists():
            shutil.rmtree(people.sessions / name, ignore_errors=True)
            kept_session(people.sessions, name, owner.id, private)


def asked(people: InProcess, way: Way, method: str, client: Client, session: str = "nothing") -> tuple[int, str, str]:
    """Status, text and where it leads to. Whatever a request does is put right again before the next."""
    put_sessions_back(people)
    status, text, headers = client.ask(method, way.to(session), {} if method != "GET" else None)
    return status, text, headers.get("location", "")


def let_in(answer: tuple[int, str, str]) -> bool:
    """Whether the rules of access let somebody through; what became of it then is another matter."""
    status, text, to = answer
    return (
        status != 401
        and not to.startswith("/login")
        and not (status in (403, 404) and any(one in text for one in REFUSALS))
    )


def shown_out(answer: tuple[int, str, str], path: str) -> bool:
    """Whether somebody who has not signed in is sent to sign in, or told so."""
    return answer[0] == 401 if path.startswith("/api/") else answer[0] == 303 and answer[2].startswith("/login")


def failing(people: InProcess, ways: list[Way], test: Callable[[Way, str], str]) -> list[str]:
    return [f"{method} {way.path}: {said}" for way in ways for method in way.methods if (said := test(way, method))]


def test_every_route_says_who_may_come(ways: list[Way]) -> None:
    assert len(ways) > 30
    assert wrongly_ruled(ways) == []


def test_a_route_that_does_not_say_so_would_be_found(tmp_path: Path) -> None:
    app: Any = build(tmp_path, Engines())
    while not isinstance(app, FastAPI):
        app = app._app

    @app.get("/left-open")
    def left_open() -> str:
        return "oh"

    assert wrongly_ruled(ways_of(app.routes)) == ["/left-open: no rule"]


def test_only_what_must_be_is_open_to_everybody(ways: list[Way]) -> None:
    open_to_all = {way.path for way in ways if way.level == 0}
    expected = {
        "/login",
        "/invitation/{invitation}",
        "/api/health",
        "/api/ready",
        "/api/openapi.json",
        "/api/docs",
        "/favicon.ico",
    }
    assert {path for path in open_to_all if not path.startswith("/libraries/")} == expected


@pytest.mark.parametrize("how", ["nobody", "signed out", "kept out", "made up", "another server's"])
def test_whoever_is_not_signed_in_gets_nowhere(people: InProcess, ways: list[Way], how: str) -> None:
    client = people.nobody
    if how == "signed out":
        client = people.signed_in("admin")
        people.store.sign_ins.end(client.sign_in, by=COMMAND_LINE)
    elif how == "kept out":
        client = people.signed_in("instructor")
        people.store.people.disable(client.id, by=COMMAND_LINE)
    elif how == "made up":
        client = Client("", "", "voicesim=made.up", "x", "", people.url, people.admin._asks)
    elif how == "another server's":
        theirs = type(people.cookies)(b"another secret", False)
        value = theirs._signer.dumps(people.cookies.given({"voicesim": people.admin.cookie.partition("=")[2]}))
        client = Client("", "", f"voicesim={value!s}", people.admin.token, "", people.url, people.admin._asks)

    def test(way: Way, method: str) -> str:
        if way.level == 0:
            return ""
        answer = asked(people, way, method, client, "kept-own")
        return "" if shown_out(answer, way.path) else str(answer[:2])[:200]

    try:
        assert failing(people, ways, test) == []
    finally:
        if how == "kept out":
            people.store.people.enable(client.id, by=COMMAND_LINE)


@pytest.mark.parametrize("login", ["trainee", "instructor", "admin"])
def test_a_role_opens_its_own_doors_and_no_others(people: InProcess, ways: list[Way], login: str) -> None:
    level = LEVEL[login]

    def test(way: Way, method: str) -> str:
        if way.about_session:
            return ""
        answer = asked(people, way, method, people.signed_in(login))
        if answer[0] >= 500 and answer[0] != 503:
            return str(answer[:2])[:200]
        if way.level <= level:
            return "" if way.level == 0 or way.path == "/logout" or let_in(answer) else f"kept out: {str(answer)[:200]}"
        return "" if answer[0] == 403 else f"let in: {str(answer)[:200]}"

    assert failing(people, ways, test) == []


@pytest.mark.parametrize(
    ("login", "session", "sees", "owns"),
    [
        ("trainee", "kept-own", True, True),
        ("trainee", "kept-own-hidden", True, True),
        ("trainee", "kept-others", False, False),
        ("trainee", "kept-others-hidden", False, False),
        ("instructor", "kept-own", True, False),
        ("instructor", "kept-own-hidden", False, False),
        ("admin", "kept-others", True, True),
        ("admin", "kept-others-hidden", False, False),
    ],
)
def test_a_session_is_seen_by_whom_it_concerns(
    people: InProcess, ways: list[Way], login: str, session: str, sees: bool, owns: bool
) -> None:
    def test(way: Way, method: str) -> str:
        if not way.about_session:
            return ""
        answer = asked(people, way, method, people.signed_in(login), session)
        if answer[0] >= 500:
            return str(answer[:2])[:200]
        if not sees:
            hidden = answer[0] == 404 and NO_SESSION in answer[1]
            return "" if hidden or (answer[0] == 403 and way.level > LEVEL[login]) else f"seen: {str(answer)[:200]}"
        allowed = way.level <= LEVEL[login] and (owns or "own_session" not in way.rules)
        if allowed:
            return "" if let_in(answer) else f"kept out: {str(answer)[:200]}"
        return "" if answer[0] == 403 else f"let in: {str(answer)[:200]}"

    assert failing(people, ways, test) == []


@pytest.mark.parametrize(
    ("login", "hidden"),
    [
        ("trainee", ("kept-others", "kept-others-hidden", "Other Reed")),
        ("instructor", ("kept-own-hidden", "kept-others-hidden")),
        ("admin", ("kept-own-hidden", "kept-others-hidden")),
    ],
)
def test_no_list_and_no_page_gives_away_what_is_not_for_somebody(
    people: InProcess, ways: list[Way], login: str, hidden: tuple[str, ...]
) -> None:
    def test(way: Way, method: str) -> str:
        if way.about_session or method != "GET" or way.path == "/logout":
            return ""
        told = asked(people, way, method, people.signed_in(login))[1]
        return ", ".join(one for one in hidden if f'{one}"' in told or f"{one}<" in told or f"{one}/" in told)

    assert failing(people, ways, test) == []


def test_there_is_no_other_method(people: InProcess, ways: list[Way]) -> None:
    known: dict[str, set[str]] = {}
    for way in ways:
        known.setdefault(way.path, set()).update(way.methods)
    one_each = {way.path: way for way in ways if way.methods}
    found = [
        f"{method} {path}"
        for path, way in one_each.items()
        for method in METHODS
        if method not in known[path] and asked(people, way, method, people.admin, "kept-own")[0] not in (404, 405)
    ]
    assert found == []


def test_nothing_is_changed_without_the_pages_token(people: InProcess, ways: list[Way]) -> None:
    def test(way: Way, method: str) -> str:
        if way.level == 0 or method == "GET":
            return ""
        admin = people.signed_in("admin")
        wrong = {"": "", "another's": people.trainee.token, "long": "x" * 5000}
        for name, token in wrong.items():
            answer = Client(admin.id, "admin", admin.cookie, token, "", people.url, admin._asks)
            status, text, _ = answer.ask(method, way.to("kept-others"), {})
            if status != 403 or "out of date" not in text:
                return f"token {name!r}: {status} {text[:100]}"
        return ""

    assert failing(people, ways, test) == []


def test_every_connection_asks_who_comes(people: InProcess, ways: list[Way]) -> None:
    sockets = [way for way in ways if not way.methods]
    assert sockets
    for way in sockets:
        assert "joining" in way.rules
        for cookie in ("", "voicesim=made.up"):
            headers = {"Origin": "http://127.0.0.1", "Cookie": cookie}
            with (
                pytest.raises(WebSocketDisconnect) as closed,
                people.test_client.websocket_connect(way.to("kept-own"), headers=headers) as connection,
            ):
                connection.receive_json()
            assert closed.value.code in (4401, 1008), way.path
