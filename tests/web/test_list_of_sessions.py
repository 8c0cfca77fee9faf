"""The list of kept sessions: quick, and never behind what lies on the disk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from people_served import Client, InProcess, kept_session

from voicesim.session.meta import read_meta, write_meta
from voicesim.store.keys import make_key
from voicesim.store.sealed_folder import seal
from voicesim.web.sessions.kept import KeptSession, listed

NAME = "held-once"


@pytest.fixture
def academy(tmp_path: Path) -> Iterator[InProcess]:
    """Everybody, and one session of the trainee's with a score of 40."""
    people = InProcess(tmp_path)
    kept_session(people.sessions, NAME, people.trainee.id)
    score(people.sessions, 40)
    yield people
    people.close()


def score(sessions: Path, overall: float) -> None:
    """What a program elsewhere does: another scorecard."""
    (sessions / NAME / "scorecard.json").write_text(json.dumps({"overall": overall, "overall_reviewed": overall}))


def scores_shown_to(client: Client) -> list[float | None]:
    return [one["score"] for one in json.loads(client.ask("GET", "/api/sessions")[1])]


def test_a_scorecard_that_was_changed_on_the_disk_is_shown_at_once(academy: InProcess) -> None:
    assert scores_shown_to(academy.instructor) == [40]
    score(academy.sessions, 72.5)
    assert scores_shown_to(academy.instructor) == [72.5]
    assert ">72<" in academy.instructor.ask("GET", "/sessions")[1]


def test_without_accounts_too(academy: InProcess) -> None:
    assert [one.score for one in listed(academy.sessions)] == [40]
    score(academy.sessions, 72.5)
    assert [one.score for one in listed(academy.sessions)] == [72.5]


def test_a_session_made_private_is_gone_from_the_lists_of_others_at_once(academy: InProcess) -> None:
    assert len(scores_shown_to(academy.instructor)) == 1
    folder = academy.sessions / NAME
    write_meta(folder, read_meta(folder).model_copy(update={"private": True}))
    assert scores_shown_to(academy.instructor) == []
    assert len(scores_shown_to(academy.trainee)) == 1


def test_with_an_index_and_without_a_session_is_listed_the_same(academy: InProcess) -> None:
    def short(one: KeptSession) -> dict[str, object]:
        return one.model_dump(exclude={"created"})

    (academy.sessions / "damaged").mkdir()
    (academy.sessions / "damaged" / "meta.json").write_text("{")
    found, read = listed(academy.sessions, academy.store), listed(academy.sessions)
    assert [short(one) for one in found] == [short(one) for one in read]
    assert [one.id for one in found] == [NAME]


def test_a_known_session_that_was_encrypted_since_is_listed_with_its_key_only(
    academy: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICESIM_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("VOICESIM_KEY_FILE", raising=False)
    assert len(scores_shown_to(academy.instructor)) == 1
    seal(academy.sessions / NAME, make_key(academy.sessions, file=tmp_path / "stick" / "key"))
    assert len(scores_shown_to(academy.instructor)) == 1
    (tmp_path / "stick" / "key").rename(tmp_path / "lost")
    assert scores_shown_to(academy.instructor) == []
    (tmp_path / "lost").rename(tmp_path / "stick" / "key")
    assert len(scores_shown_to(academy.instructor)) == 1
