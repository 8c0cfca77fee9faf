"""`voicesim serve` itself: where it may be reached from, and leaving."""

from __future__ import annotations

import json
import socket
import struct
from pathlib import Path

import pytest
from client import admit, join, until

from serving.server import Served
from voicesim.cli.main import run
from voicesim.engine.events import End
from voicesim.session.reader import open_bundle


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions and the database of these tests are nobody's own."""
    monkeypatch.setenv("VOICESIM_SESSIONS", str(tmp_path / "sessions"))
    monkeypatch.delenv("VOICESIM_DATABASE", raising=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.10", "example.org", ""])
def test_nobody_else_is_let_in_without_accounts_and_tls(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["serve", "--host", host, "--port", "0"]) == 2
    said = capsys.readouterr().err.strip()
    assert "TLS: give --certificate" in said
    assert "an administrator: make the first with" in said
    assert ("--name" in said) == (host in ("0.0.0.0", "::", "")), "an address of its own is a name"
    assert "docs/academy.md" in said
    assert "\n" not in said


def test_a_port_in_use_is_said_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert run(["serve", "--port", str(taken.getsockname()[1])]) == 2
    said = capsys.readouterr().err.strip()
    assert "--port" in said
    assert "\n" not in said


@pytest.mark.models
def test_stopping_the_server_closes_and_keeps_what_is_running(tmp_path: Path) -> None:
    server = Served(tmp_path)
    admitted = admit(server)
    with join(server, admitted["id"]) as connection:
        connection.send(json.dumps({"type": "hello", "token": admitted["token"]}))
        until(connection, phase="ready")
        connection.send(json.dumps({"type": "begin"}))
        until(connection, phase="running")
        for number in range(50):
            connection.send(struct.pack("<IiHH", number, -1, 0, 0) + bytes(640))
        until(connection, type="status")
        assert server.stop() == 0
    bundle = open_bundle(next(server.sessions.iterdir()))
    assert bundle.meta.state == "complete"
    assert bundle.meta.samples > 0
    assert any(isinstance(record, End) and record.reason == "stopped" for record in bundle.records)
    assert (bundle.path / "report.html").exists()
    assert server.complaints == ""


def test_what_hinders_the_preparation_is_told(tmp_path: Path) -> None:
    server = Served(tmp_path, "--model-path", str(tmp_path / "nothing.pt"))
    admitted = admit(server)
    with join(server, admitted["id"]) as connection:
        connection.send(json.dumps({"type": "hello", "token": admitted["token"]}))
        said = json.loads(connection.recv(timeout=60))
        while said.get("phase") != "failed":
            said = json.loads(connection.recv(timeout=60))
    assert "nothing.pt" in said["problem"]
    assert server.get("/api/health")["sessions"] == 0
    assert server.stop() == 0
    assert server.complaints == ""
