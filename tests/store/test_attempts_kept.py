"""Attempts at a qualification are counted whether their sessions are encrypted or not, and it is said where they cannot be."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from kept_sessions_made import copied

from voicesim.cli.qualify import qualify
from voicesim.review.certificate import CERTIFICATE, Circumstances, certify, qualification_rules, write_certificate
from voicesim.review.scoring import score_bundle
from voicesim.scoring.rubric import load_rubric
from voicesim.session.reader import open_bundle
from voicesim.store.keys import MasterKey, make_key
from voicesim.store.sealed_attempts import attempts_kept
from voicesim.store.sealed_folder import SEALED, seal

RUBRIC = load_rubric(qualification_rules().rubric)
NAME = "Sam Okoro"
PASSPHRASE = "seven slow snails in spring"


def failed(held: Path, sessions: Path, day: int, **changes: str) -> Path:
    """A live attempt that was finished and not passed."""
    created = datetime(2026, 3, day, 9, tzinfo=UTC).isoformat()
    about = {"mode": "qualify", "driver": "soundcard", "trainee": NAME, "created": created, **changes}
    folder = copied(held, sessions, f"attempt-{day}", **about)
    bundle = open_bundle(folder)
    card = score_bundle(bundle, RUBRIC)
    assert card.standard is not None
    card = replace(card, standard=replace(card.standard, met=False, unmet=("Ask open questions",)))
    write_certificate(folder, certify(bundle, card, RUBRIC, Circumstances(date(2027, 3, 1))))
    return folder


@pytest.fixture
def key(sessions: Path, tmp_path: Path) -> MasterKey:
    return make_key(sessions, file=tmp_path / "stick" / "key")


def test_an_encrypted_attempt_counts_in_the_order_of_days(held: Path, sessions: Path, key: MasterKey) -> None:
    seal(failed(held, sessions, 1), key)
    failed(held, sessions, 2)
    seal(failed(held, sessions, 3, trainee="Ada"), key)
    seal(failed(held, sessions, 4, mode="practice"), key)
    found = attempts_kept(sessions, NAME, RUBRIC)
    assert [day.day for day, _ in found.attempts.counted] == [1, 2]
    assert found.attempts.standing is not None
    assert (found.attempts.standing.state, found.unread) == ("training due", 0)


def test_one_whose_certificate_was_never_written_is_judged_now(held: Path, sessions: Path, key: MasterKey) -> None:
    folder = failed(held, sessions, 1)
    (folder / CERTIFICATE).unlink()
    plain = attempts_kept(sessions, NAME, RUBRIC)
    seal(folder, key)
    assert attempts_kept(sessions, NAME, RUBRIC) == plain


def test_the_passphrase_is_asked_for_once(held: Path, sessions: Path) -> None:
    key = make_key(sessions, passphrase=PASSPHRASE)
    for day in (1, 2):
        folder = failed(held, sessions, day)
        (folder / CERTIFICATE).unlink()
        seal(folder, key)
    asked = []

    def ask() -> str:
        asked.append(1)
        return PASSPHRASE

    assert attempts_kept(sessions, NAME, RUBRIC, ask).unread == 0
    assert len(asked) == 1


def test_what_is_damaged_is_told_and_hides_no_other(held: Path, sessions: Path, key: MasterKey) -> None:
    for day in (1, 2):
        seal(failed(held, sessions, day), key)
    broken = sessions / "attempt-1" / SEALED
    broken.write_text(json.dumps(json.loads(broken.read_text()) | {"files": "nonsense"}))
    found = attempts_kept(sessions, NAME, RUBRIC)
    assert (len(found.attempts.counted), found.unread) == (1, 1)


def test_without_the_key_the_command_says_what_it_could_not_count(
    held: Path, sessions: Path, key: MasterKey, tmp_path: Path
) -> None:
    for day in (1, 2):
        seal(failed(held, sessions, day), key)
    known = CliRunner().invoke(qualify, ["--name", NAME])
    assert "All 2 attempts are used" in str(known.exception)
    (tmp_path / "stick" / "key").unlink()
    told = CliRunner().invoke(qualify, ["--name", NAME, "--input", "no such microphone", "--yes"])
    assert "could not be read here: 2." in told.stderr
    assert "attempts are used" not in str(told.exception)
