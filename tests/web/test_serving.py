"""`voicesim serve` itself: where it may be reached from, and leaving."""

from __future__ import annotations

import socket

import pytest

from voicesim.cli.main import run


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.10", "example.org", ""])
def test_nobody_else_is_let_in_without_accounts_and_tls(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["serve", "--host", host, "--port", "0"]) == 2
    said = capsys.readouterr().err.strip()
    assert "no accounts and no TLS" in said
    assert "\n" not in said


def test_a_port_in_use_is_said_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert run(["serve", "--port", str(taken.getsockname()[1])]) == 2
    said = capsys.readouterr().err.strip()
    assert "--port" in said
    assert "\n" not in said
