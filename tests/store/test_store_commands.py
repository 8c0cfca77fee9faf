"""`voicesim people` and `voicesim store` as they are typed."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner
from kept_sessions_made import copied

from voicesim.cli.main import cli
from voicesim.errors import BadInputError, VoicesimError
from voicesim.store.opening import open_store
from voicesim.store.sealed_folder import is_sealed

PASSWORD = "four brown horses ate\n"


@pytest.fixture
def run(sessions: Path) -> Callable[..., str]:
    """A command on the fixture's sessions: what it prints, both streams together."""

    def run(*arguments: object, given: str = "", code: int = 0) -> str:
        result = CliRunner().invoke(cli, [*map(str, arguments)], input=given, standalone_mode=False)
        if result.exception is not None:
            raise result.exception
        assert (result.return_value or 0) == code, result.output
        return result.output

    return run


def test_accounts_are_looked_after_from_the_command_line(run: Callable[..., str]) -> None:
    run("people", "add", "boss", "--name", "Pat Boss", "--role", "admin", "--password-stdin", given=PASSWORD)
    link = run("people", "invite", "--role", "instructor", "--url", "https://academy.example/")
    token = link.split()[0].removeprefix("https://academy.example/invitation/")
    with open_store() as store:
        ann = store.invitations.accept(token, "ann", "Ann Bee", "a kettle of green rain", where="192.0.2.1")
    assert ann.role == "instructor"
    assert "ann is trainee now." in run("people", "role", "ann", "trainee")
    assert "Works once" in run("people", "invite", "--for", "ann")
    listed = run("people").splitlines()
    assert [line.split()[:2] for line in listed] == [["ann", "trainee"], ["boss", "admin"]]
    with pytest.raises(BadInputError, match="no account 'nobody'"):
        run("people", "disable", "nobody")
    with pytest.raises(BadInputError, match="last admin"):
        run("people", "delete", "boss", "--yes")


def test_somebody_gets_their_data_and_is_deleted(
    run: Callable[..., str], held: Path, sessions: Path, tmp_path: Path
) -> None:
    run("people", "add", "boss", "--role", "admin", "--password-stdin", given=PASSWORD)
    run("people", "add", "ann", "--name", "Ann Bee", "--password-stdin", given=PASSWORD)
    with open_store() as store:
        ann = store.people.find("ann")
    assert ann is not None
    copied(held, sessions, "hers", owner=ann.id)
    out = tmp_path / "ann.zip"
    run("people", "export", "ann", "--out", out)
    assert "sessions/hers/trainee.flac" in zipfile.ZipFile(out).namelist()
    assert out.stat().st_mode & 0o777 == 0o600
    with pytest.raises(BadInputError, match="exists already"):
        run("people", "export", "ann", "--out", out)
    assert "with 1 sessions" in run("people", "delete", "ann", given="y\n")
    assert not (sessions / "hers").exists()
    assert "ann" not in run("people")


def test_sessions_are_encrypted_read_and_made_plain_again(
    run: Callable[..., str], session: Path, tmp_path: Path
) -> None:
    plain = run("score", session, "--json"), run("replay", session)
    with pytest.raises(VoicesimError, match="store key new"):
        run("store", "encrypt")
    said = run("store", "key", "new", "--file", tmp_path / "stick" / "key")
    assert "Keep the key file" in said
    (session.parent / "cut-off").mkdir()
    (session.parent / "cut-off" / "meta.json").write_text(
        (session / "meta.json").read_text().replace('"complete"', '"recording"')
    )
    found = run("store", "encrypt", code=1)
    assert "1 sessions encrypted." in found
    assert "left plain: cut-off: interrupted" in found
    assert is_sealed(session)
    assert (run("score", session, "--json"), run("replay", session)) == plain
    with pytest.raises(BadInputError, match="--out"):
        run("report", session)
    run("report", session, "--out", tmp_path / "report.html")
    assert "base64" in (tmp_path / "report.html").read_text()
    info = json.loads(run("store", "info", "--json"))
    assert (info["encrypted"], info["key"]["automatic"]) == (1, True)
    assert "1 sessions are plain now." in run("store", "decrypt", "--all")
    assert "on request" in run("store", "key")
    run("store", "key", "change", "--passphrase", given="seven slow snails in spring\n")
    assert "guarded by a passphrase" in run("store", "key")
    assert not is_sealed(session)


def test_rules_of_retention_are_shown_before_they_are_kept(
    run: Callable[..., str], session: Path, sessions: Path, tmp_path: Path
) -> None:
    assert "sound: never" in run("store")
    chosen = tmp_path / "rules.yaml"
    text = (files("voicesim.store") / "retention.yaml").read_text(encoding="utf-8")
    chosen.write_text(text.replace("sessions_days: never", "sessions_days: 1"))
    meta = (session / "meta.json").read_text()
    created = json.loads(meta)["created"]
    (session / "meta.json").write_text(meta.replace(created, "2024-01-01T00:00:00+00:00"))
    assert f"would delete: {session.name} (older than 1 days)" in run("store", "tidy", "--dry-run", "--rules", chosen)
    assert session.exists()
    assert json.loads(run("store", "tidy", "--json", "--rules", chosen))["done"][0]["what"] == "delete"
    assert not session.exists()
    assert "0 sessions tidied" in run("store", "tidy")
    assert run("store", "rebuild").startswith("0 sessions read, 0 ")
