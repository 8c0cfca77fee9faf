"""Encrypted sessions in the browser: listed, heard, judged and deleted like others; nothing of them plain on the disk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from people_served import InProcess, kept_session

from voicesim.review.scoring import score_bundle, write_scorecard
from voicesim.session.reader import open_bundle
from voicesim.store.keys import make_key
from voicesim.store.opened import close_all
from voicesim.store.sealed_folder import is_sealed, seal

NAME = "kept-away"


@pytest.fixture
def academy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InProcess]:
    """Everybody, and one encrypted session of the trainee's."""
    monkeypatch.setenv("VOICESIM_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("VOICESIM_KEY_FILE", raising=False)
    people = InProcess(tmp_path)
    bundle = open_bundle(kept_session(people.sessions, NAME, people.trainee.id))
    card = json.loads(write_scorecard(bundle, score_bundle(bundle)).read_text())
    (bundle.path / "scorecard.json").write_text(json.dumps(card | {"overall_reviewed": 61.5}))
    seal(people.sessions / NAME, make_key(people.sessions, file=tmp_path / "stick" / "key"))
    yield people
    close_all()
    people.close()


def test_an_encrypted_session_is_listed_heard_and_judged_like_any_other(academy: InProcess) -> None:
    for client, there in ((academy.trainee, True), (academy.other, False), (academy.instructor, True)):
        status, listed, _ = client.ask("GET", "/api/sessions")
        assert (status, NAME in listed) == (200, there)
        for page in (
            f"/api/sessions/{NAME}",
            f"/sessions/{NAME}",
            f"/sessions/{NAME}/replay",
            f"/api/sessions/{NAME}/replay",
        ):
            assert client.ask("GET", page)[0] == (200 if there else 404), page
    assert json.loads(academy.trainee.ask("GET", f"/api/sessions/{NAME}")[1])["score"] == 61.5
    assert "base64" in academy.trainee.ask("GET", f"/sessions/{NAME}/report")[1]
    status, answer, _ = academy.instructor.ask(
        "POST", f"/api/sessions/{NAME}/remarks", {"kind": "comment", "at": 0, "text": "A marmalade moment"}
    )
    assert status in (200, 201), answer
    for client in (academy.trainee, academy.instructor):
        assert "marmalade" in client.ask("GET", f"/api/sessions/{NAME}/review")[1]
    folder = academy.sessions / NAME
    assert is_sealed(folder)
    assert all(path.suffix == ".sealed" or path.name == "sealed.json" for path in folder.iterdir())
    assert not any(b"marmalade" in path.read_bytes() for path in folder.iterdir())


def test_without_its_key_an_encrypted_session_is_shown_to_nobody(
    academy: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stick" / "key").unlink()
    for client in (academy.trainee, academy.instructor):
        status, listed, _ = client.ask("GET", "/api/sessions")
        assert (status, NAME in listed) == (200, False)
        status, answer, _ = client.ask("GET", f"/api/sessions/{NAME}")
        assert (status, "key" in answer) == (404, True)


def test_an_encrypted_session_can_be_deleted(academy: InProcess) -> None:
    assert academy.other.ask("DELETE", f"/api/sessions/{NAME}")[0] == 404
    assert academy.trainee.ask("DELETE", f"/api/sessions/{NAME}")[0] == 204
    assert not (academy.sessions / NAME).exists()
