"""What no page of ours sends is refused, in plain words and without a traceback."""

from __future__ import annotations

import json
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from client import admit, ask, closed_with, join, until
from websockets.exceptions import InvalidStatus

from serving.server import Served
from voicesim.session.reader import open_bundle

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def practice(server: Served) -> Iterator[dict[str, str]]:
    """A session that is being prepared."""
    status, text, _ = ask(server, "POST", "/api/practices", {"scenario": "drill-silence", "consent": True})
    assert status == 202, text
    admitted: dict[str, str] = json.loads(text)
    yield admitted
    headers = {"token": admitted["token"]}
    assert ask(server, "DELETE", f"/api/practices/{admitted['id']}", headers=headers)[0] == 204


PATHS = [
    "/sessions/..", "/sessions/../..", "/sessions/%2e%2e", "/sessions/..%2f..%2fetc", "/sessions/%2e%2e%2f%2e%2e/report",
    "/api/sessions/..", "/api/sessions/%2e%2e%2fsecret", "/api/sessions/secret%00", "/sessions/.hidden", "/sessions/%5c..%5c",
    "/sessions/nobody", "/sessions/nobody/report", "/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/web.yaml",
    "/static//etc/passwd", "/practice/..%2f..%2fetc%2fpasswd", "/practice/%2fetc%2fpasswd", "/practice/" + "x" * 5000, "/docs",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_no_path_leads_out_of_the_sessions_and_the_files(server: Served, method: str, path: str) -> None:
    outside = server.sessions.parent / "secret"
    outside.mkdir(exist_ok=True)
    (outside / "meta.json").write_text("{}")
    status, text, _ = ask(server, method, path)
    assert status in (404, 405, 422), text
    assert "Traceback" not in text
    assert "root:" not in text
    assert (outside / "meta.json").exists()


def test_a_link_in_the_sessions_folder_is_no_session(server: Served, tmp_path: Path) -> None:
    (tmp_path / "meta.json").write_text("{}")
    server.sessions.mkdir(parents=True, exist_ok=True)
    (server.sessions / "link").symlink_to(tmp_path)
    assert ask(server, "DELETE", "/api/sessions/link")[0] == 404
    assert (tmp_path / "meta.json").exists()


def test_a_damaged_session_is_passed_over(server: Served) -> None:
    (server.sessions / "broken").mkdir(parents=True, exist_ok=True)
    (server.sessions / "broken" / "meta.json").write_text("{")
    assert ask(server, "GET", "/sessions")[0] == 200
    status, text, _ = ask(server, "GET", "/sessions/broken")
    assert status == 404
    assert "cannot be read" in text


def test_another_name_for_this_computer_is_not_answered(server: Served) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example:80", "[", ""):
        assert ask(server, "GET", "/api/sessions", headers={"Host": host})[0] in (400, 421)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_other_sites_can_change_nothing(server: Served, headers: dict[str, str]) -> None:
    assert ask(server, "POST", "/api/practices", {"scenario": "drill-silence", "consent": True}, headers)[0] == 403
    assert ask(server, "DELETE", "/api/sessions/whatever", headers=headers)[0] == 403


def test_a_request_that_is_too_large_or_has_no_length_is_refused(server: Served) -> None:
    assert ask(server, "POST", "/api/practices", b" " * 20_000)[0] == 413
    chunked = {"Transfer-Encoding": "chunked", "Content-Length": "x"}
    assert ask(server, "POST", "/api/practices", b"2\r\n{}\r\n0\r\n\r\n", chunked)[0] in (400, 411)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
@pytest.mark.parametrize(
    "path",
    ["/api/sessions", "/api/sessions/new", "/sessions/../upload", "/static/evil.js", "/sessions/x/report", "/upload"],
)
def test_nothing_can_be_uploaded(server: Served, method: str, path: str) -> None:
    before = sorted(server.sessions.parent.rglob("*"))
    body = b'--x\r\nContent-Disposition: form-data; name="f"; filename="../../evil.py"\r\n\r\nprint(1)\r\n--x--\r\n'
    status, text, _ = ask(server, method, path, body, {"Content-Type": "multipart/form-data; boundary=x"})
    assert status in (404, 405, 422), text
    assert sorted(server.sessions.parent.rglob("*")) == before


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"\xff", [], {}, {"scenario": "drill-silence"}, {"scenario": "drill-silence", "consent": False},
        {"scenario": ["x"], "consent": True}, {"scenario": "x" * 1000, "consent": True},
    ],
)  # fmt: skip
def test_without_a_scenario_and_consent_nothing_begins(server: Served, body: object) -> None:
    status, text, _ = ask(server, "POST", "/api/practices", body)
    assert status in (400, 422)
    assert json.loads(text)["problem"]


@pytest.mark.parametrize("name", ["nothing", "../delayed-report", "/etc/passwd", "delayed-report.yaml"])
def test_only_bundled_scenarios_can_be_asked_for(server: Served, name: str) -> None:
    status, text, _ = ask(server, "POST", "/api/practices", {"scenario": name, "consent": True})
    assert status == 404
    assert json.loads(text)["remedy"]


def test_every_answer_keeps_scripts_and_frames_of_others_out(server: Served) -> None:
    for path in (
        "/",
        "/sessions",
        "/practice/drill-silence",
        "/nothing",
        "/api/health",
        "/static/practice/practice.js",
    ):
        headers = ask(server, "GET", path)[2]
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_api_describes_itself(server: Served) -> None:
    assert server.get("/api/health")["status"] == "ok"
    paths = server.get("/api/openapi.json")["paths"]
    assert {"/api/health", "/api/scenarios", "/api/practices", "/api/sessions", "/api/sessions/{name}"} <= set(paths)


def test_another_sites_page_cannot_connect(server: Served, practice: dict[str, str]) -> None:
    for origin in ("https://evil.example", "null", "http://localhost:1"):
        with pytest.raises(InvalidStatus) as refused:
            join(server, practice["id"], origin)
        assert refused.value.response.status_code == 403


@pytest.mark.parametrize("token", ["", "wrong", "é" * 50])
def test_without_the_sessions_secret_nobody_joins_it(server: Served, practice: dict[str, str], token: str) -> None:
    with join(server, practice["id"]) as connection:
        connection.send(json.dumps({"type": "hello", "token": token}))
        assert closed_with(connection) == 4404
    headers = {"token": "wrong"}
    assert ask(server, "DELETE", f"/api/practices/{practice['id']}", headers=headers)[0] == 404


def test_a_session_that_is_not_there_cannot_be_joined(server: Served, practice: dict[str, str]) -> None:
    with join(server, "nobody") as connection:
        connection.send(json.dumps({"type": "hello", "token": practice["token"]}))
        assert closed_with(connection) == 4404


@pytest.mark.parametrize("first", ["", "{", b"\x00\x01", json.dumps({"type": "press", "what": "stop"}), bytes(652)])
def test_whoever_does_not_say_hello_is_shown_out(server: Served, practice: dict[str, str], first: str | bytes) -> None:
    with join(server, practice["id"]) as connection:
        connection.send(first)
        assert closed_with(connection) == 4400


@pytest.mark.parametrize(
    "garbage",
    [
        "{", "null", json.dumps({"type": "hello", "token": "again"}), json.dumps({"type": "press", "what": "all"}),
        b"", b"x", bytes(651),
        struct.pack("<IiHH", 0, -7, 0, 0) + bytes(640), b"\xff" * 652,
    ],
)  # fmt: skip
def test_garbage_closes_the_connection_and_nothing_else(
    server: Served, practice: dict[str, str], garbage: str | bytes
) -> None:
    with join(server, practice["id"]) as connection:
        connection.send(json.dumps({"type": "hello", "token": practice["token"]}))
        connection.send(garbage)
        assert closed_with(connection) == 4400
    assert server.get("/api/health")["sessions"] == 1


def test_a_frame_beyond_all_measure_is_not_read(server: Served, practice: dict[str, str]) -> None:
    with join(server, practice["id"]) as connection:
        connection.send(json.dumps({"type": "hello", "token": practice["token"]}))
        connection.send(bytes(1 << 20))
        assert closed_with(connection) == 1009


def test_a_second_page_takes_over_from_the_first(server: Served, practice: dict[str, str]) -> None:
    hello = json.dumps({"type": "hello", "token": practice["token"]})
    with join(server, practice["id"]) as first, join(server, practice["id"]) as second:
        first.send(hello)
        assert json.loads(first.recv(timeout=20))["type"] == "phase"
        second.send(hello)
        assert closed_with(first) == 4409
        assert json.loads(second.recv(timeout=20))["type"] == "phase"


def test_more_sessions_than_the_machine_hears_are_refused_politely(server: Served, practice: dict[str, str]) -> None:
    wish = {"scenario": "drill-silence", "consent": True}
    admitted = json.loads(ask(server, "POST", "/api/practices", wish)[1])
    status, text, _ = ask(server, "POST", "/api/practices", wish)
    assert status == 503
    assert "Try again" in text
    headers = {"token": admitted["token"]}
    assert ask(server, "DELETE", f"/api/practices/{admitted['id']}", headers=headers)[0] == 204


def test_a_running_session_outlives_a_page_that_sends_nonsense(server: Served) -> None:
    admitted = admit(server)
    hello = json.dumps({"type": "hello", "token": admitted["token"]})
    with join(server, admitted["id"]) as connection:
        connection.send(hello)
        until(connection, phase="ready")
        connection.send(json.dumps({"type": "begin", "loop": 0.02}))
        until(connection, phase="running")
        for number in range(10):
            connection.send(struct.pack("<IiHH", number, -1, 0, 0) + bytes(640))
        connection.send(struct.pack("<IiHH", 3, -1, 0, 0) + bytes(640))
        assert closed_with(connection) == 4400
    recorded_by = time.monotonic() + 20
    while max(track.stat().st_size for track in server.sessions.glob("*/trainee.wav")) < 44 + 10 * 640:
        assert time.monotonic() < recorded_by, "what came before the nonsense was not recorded"
        time.sleep(0.05)
    with join(server, admitted["id"]) as connection:
        connection.send(hello)
        until(connection, phase="running")
        connection.send(json.dumps({"type": "press", "what": "stop"}))
        over = until(connection, type="over")
    bundle = open_bundle(server.sessions / over["session"])
    assert bundle.meta.state == "complete"
    assert bundle.meta.samples == 10 * 320
