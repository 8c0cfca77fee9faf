"""Serving others: what is wanted before anybody is let in, and what travels once they are."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPMessage, HTTPSConnection
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from people_served import PASSWORD, populated
from websockets.typing import Origin

from serving.server import Served
from voicesim.cli.main import run
from voicesim.web.binding import Reach, lacking
from voicesim.web.certificate import Renewal, context, flaw
from voicesim.web.logbook import log

NAME = "academy.example"


def certified(folder: Path, *, days: int = 2, since: int = -1, passphrase: bytes = b"") -> tuple[Path, Path]:
    """A certificate that signs itself, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=since))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(NAME), x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    chain, secret = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    locked = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, locked)
    )
    return chain, secret


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certified(tmp_path_factory.mktemp("tls"))


# ------------------------------------------------------------ before anybody is let in


def test_everything_that_is_missing_is_said_at_once(pair: tuple[Path, Path]) -> None:
    assert len(lacking(Reach("0.0.0.0"), admins=0)) == 3
    ready = Reach("0.0.0.0", names=(NAME,), certificate=pair[0], key=pair[1])
    assert lacking(ready, admins=1) == []
    assert [one.split(":")[0] for one in lacking(ready, admins=0)] == ["an administrator"]


@pytest.mark.parametrize(
    ("reach", "why"),
    [
        (Reach(names=(NAME,)), "TLS"),
        (Reach("10.0.0.1"), "TLS"),
        (Reach("0.0.0.0", names=("https://academy.example",), proxies=("10.0.0.1",)), "is no host name"),
        (Reach("0.0.0.0", names=(NAME,), proxies=("the-proxy",)), "is no address"),
        (Reach("0.0.0.0", names=(NAME,), proxies=("*",)), "is no address"),
        (Reach("0.0.0.0", names=(NAME,), certificate=Path("x")), "go together"),
        (Reach("0.0.0.0", names=(NAME,), certificate=Path("x"), key=Path("y"), proxies=("10.0.0.1",)), "one of them"),
        (Reach("0.0.0.0", names=(NAME,), certificate=Path("/nothing"), key=Path("/nothing")), "cannot be read"),
    ],
)
def test_what_would_leave_the_door_open_is_refused(reach: Reach, why: str) -> None:
    assert [one for one in lacking(reach, admins=1) if why in one], lacking(reach, 1)


@pytest.mark.parametrize("reach", [Reach(), Reach("localhost"), Reach("::1"), Reach(wants_accounts=True)])
def test_this_computer_alone_needs_no_tls(reach: Reach) -> None:
    assert lacking(reach, admins=1) == []


def test_accounts_without_an_administrator_let_nobody_in() -> None:
    assert lacking(Reach(wants_accounts=True), admins=0)
    assert lacking(Reach(), admins=0) == []


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda folder: certified(folder, days=-1, since=-3), "ended on"),
        (lambda folder: certified(folder, days=3, since=1), "begins on"),
        (lambda folder: certified(folder, passphrase=b"secret"), "passphrase"),
        (lambda folder: (certified(folder)[0], certified(folder / "other")[1]), "belong together"),
        (lambda folder: (_text(folder / "a"), _text(folder / "b")), "belong together"),
    ],
)
def test_a_certificate_that_nobody_would_trust_is_refused(
    tmp_path: Path, spoil: Callable[[Path], tuple[Path, Path]], why: str
) -> None:
    chain, key = spoil(tmp_path)
    assert why in flaw(chain, key)


def test_a_key_that_fits_is_accepted(pair: tuple[Path, Path]) -> None:
    assert flaw(*pair) == ""


def shown_by(server: ssl.SSLContext) -> str:
    """The certificate that a client is shown, PEM."""
    client_side = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client_side.check_hostname, client_side.verify_mode = False, ssl.CERT_NONE
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_side.wrap_bio(to_client, to_server)
    served = server.wrap_bio(to_server, to_client, server_side=True)
    for side in (client, served, client, served):
        with suppress(ssl.SSLWantReadError):
            side.do_handshake()
    found = client.getpeercert(binary_form=True)
    assert found is not None
    return ssl.DER_cert_to_PEM_cert(found)


def test_a_renewed_certificate_is_used_and_one_that_cannot_be_is_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "propagate", True)
    chain, key = certified(tmp_path)
    used = context(chain, key)
    renewal = Renewal(chain, key, used)
    assert (renewal.look(), shown_by(used)) == (False, chain.read_text())
    certified(tmp_path)
    assert (renewal.look(), shown_by(used)) == (True, chain.read_text())
    good = chain.read_text()
    for spoil in (
        lambda: chain.write_text(
            certified(tmp_path / "other")[0].read_text()
        ),  # not the key's, or its key not written yet
        lambda: chain.write_text(good[: len(good) // 2]),
        chain.unlink,
    ):
        spoil()
        assert (renewal.look(), shown_by(used)) == (False, good)
    assert len(caplog.records) == 3
    chain.write_text(good)
    assert (renewal.look(), shown_by(used)) == (True, good)


# ------------------------------------------------------------ once they are let in


@pytest.fixture(scope="module")
def academy(tmp_path_factory: pytest.TempPathFactory, pair: tuple[Path, Path]) -> Iterator[Served]:
    """A server for others, with a certificate of its own."""
    folder = tmp_path_factory.mktemp("academy")
    populated(folder).close()
    options = ("--host", "0.0.0.0", "--name", NAME, "--certificate", str(pair[0]), "--key", str(pair[1]))
    served = Served(folder, *options, "--log", str(folder / "log.jsonl"))
    yield served
    assert served.stop() == 0
    assert served.complaints == ""


def over_tls(served: Served, chain: Path, method: str, path: str, **headers: str) -> tuple[int, HTTPMessage, str]:
    trust = ssl.create_default_context(cafile=str(chain))
    connection = HTTPSConnection("127.0.0.1", urlsplit(served.url).port, context=trust, timeout=20)
    connection.request(method, path, b"" if method == "POST" else None, {"Host": f"{NAME}:443", **headers})
    answer = connection.getresponse()
    found = answer.status, answer.headers, answer.read().decode()
    connection.close()
    return found


def test_an_academys_server_speaks_tls_and_asks_who_comes(academy: Served, pair: tuple[Path, Path]) -> None:
    assert academy.url.startswith(f"https://{NAME}:")
    status, headers, _ = over_tls(academy, pair[0], "GET", "/")
    assert (status, headers["Location"]) == (303, "/login")
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    status, headers, _ = over_tls(academy, pair[0], "GET", "/login")
    assert status == 200
    assert headers["Set-Cookie"].startswith("__Host-voicesim-visit=")
    assert "Secure" in headers["Set-Cookie"]


def test_without_tls_there_is_no_answer(academy: Served) -> None:
    with socket.create_connection(("127.0.0.1", academy.port), timeout=20) as connection:
        connection.sendall(b"GET /login HTTP/1.1\r\nHost: academy.example\r\n\r\n")
        try:
            said = connection.recv(1000)
        except ConnectionError:
            said = b""
    assert b"HTTP" not in said


def test_an_academys_server_answers_to_its_own_names_only(academy: Served, pair: tuple[Path, Path]) -> None:
    assert over_tls(academy, pair[0], "GET", "/login", Host="evil.example")[0] == 421
    assert over_tls(academy, pair[0], "POST", "/login", Origin=f"http://{NAME}:443")[0] == 403
    assert over_tls(academy, pair[0], "POST", "/login", Origin="https://evil.example")[0] == 403
    assert "Strict-Transport-Security" not in over_tls(academy, pair[0], "GET", "/login", Host="localhost")[1]


def test_a_connection_over_tls_asks_who_comes_too(academy: Served, pair: tuple[Path, Path]) -> None:
    from websockets.exceptions import ConnectionClosed, InvalidStatus
    from websockets.sync.client import connect

    trust = ssl.create_default_context(cafile=str(pair[0]))
    place = f"127.0.0.1:{academy.port}"
    url = f"wss://{place}/api/practices/any/sound"
    with (
        connect(url, ssl=trust, origin=Origin(f"https://{place}")) as connection,
        pytest.raises(ConnectionClosed) as closed,
    ):
        connection.recv(timeout=20)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401
    with pytest.raises(InvalidStatus):
        connect(url, ssl=trust, origin=Origin(f"http://{place}"))


def test_old_tls_is_not_spoken(academy: Served, pair: tuple[Path, Path]) -> None:
    import warnings

    old = ssl.create_default_context(cafile=str(pair[0]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    connection = HTTPSConnection("127.0.0.1", urlsplit(academy.url).port, context=old, timeout=20)
    with pytest.raises(ssl.SSLError):
        connection.request("GET", "/login")


def test_a_certificate_is_renewed_while_the_server_runs(academy: Served, pair: tuple[Path, Path]) -> None:
    before = ssl.get_server_certificate(("127.0.0.1", academy.port))
    new, _ = certified(pair[0].parent)
    until = time.monotonic() + 60
    while (shown := ssl.get_server_certificate(("127.0.0.1", academy.port))) == before:
        assert time.monotonic() < until, academy.complaints
        time.sleep(0.2)
    assert shown == new.read_text()
    assert over_tls(academy, new, "GET", "/login")[0] == 200


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server behind a proxy on this computer that ends TLS."""
    folder = tmp_path_factory.mktemp("behind")
    populated(folder).close()
    served = Served(
        folder, "--behind-proxy", "127.0.0.1", "--name", NAME, "--port", "0", "--log", str(folder / "log.jsonl")
    )
    yield served
    assert served.stop() == 0


def plain(port: int, path: str, **headers: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(
        "GET", path, headers={"Host": NAME, **{name.replace("_", "-"): value for name, value in headers.items()}}
    )
    answer = connection.getresponse()
    found = answer.status, answer.headers.get("Set-Cookie", "")
    connection.close()
    return found


def test_behind_a_proxy_only_what_came_to_it_over_tls_is_answered(behind: Served) -> None:
    port = behind.port
    assert plain(port, "/login", X_Forwarded_Proto="https", X_Forwarded_For="203.0.113.7")[0] == 200
    assert plain(port, "/login", X_Forwarded_Proto="https")[1].startswith("__Host-voicesim-visit=")
    assert plain(port, "/login", X_Forwarded_Proto="http")[0] == 403
    assert plain(port, "/login")[0] == 403
    assert plain(port, "/api/health")[0] == 200, "what watches over it asks on the spot"


def test_nobody_but_the_proxy_is_believed(tmp_path: Path) -> None:
    populated(tmp_path).close()
    served = Served(tmp_path, "--behind-proxy", "203.0.113.1", "--name", NAME, "--log", str(tmp_path / "log.jsonl"))
    try:
        assert plain(served.port, "/login", X_Forwarded_Proto="https")[0] == 403
    finally:
        served.stop()


def test_the_first_administrator_is_made_at_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import io

    monkeypatch.setenv("VOICESIM_SESSIONS", str(tmp_path / "sessions"))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(PASSWORD.encode() + b"\n")))
    assert run(["people", "add", "boss", "--name", "The Boss", "--role", "admin", "--password-stdin"]) == 0
    assert run(["people"]) == 0
    assert "boss" in capsys.readouterr().out
    assert run(["people", "disable", "boss"]) == 2, "the last administrator stays"
    assert run(["people", "disable", "nobody"]) == 2
    said = capsys.readouterr().err
    assert "nobody" in said
    assert json.dumps(PASSWORD) not in said


def _text(path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text("nothing of the kind")
    return path
