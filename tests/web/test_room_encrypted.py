"""Encrypted sessions in the instructor's room: judged, released and scored anew like any other; nothing lies about in the open."""

from __future__ import annotations

import json
import time
from pathlib import Path

from people_served import InProcess, kept_session

from voicesim.review.scoring import score_bundle, write_scorecard
from voicesim.session.meta import read_meta, write_meta
from voicesim.session.reader import open_bundle
from voicesim.store.keys import make_key
from voicesim.store.opened import close_all
from voicesim.store.sealed_folder import is_sealed
from voicesim.store.sealing import seal_session

SECRET = b"seventeen green kettles"


def test_an_encrypted_session_is_judged_released_and_scored_anew_and_stays_encrypted(tmp_path: Path) -> None:
    people = InProcess(tmp_path)
    try:
        folder = kept_session(people.sessions, "sealed", people.trainee.id)
        write_meta(folder, read_meta(folder).model_copy(update={"mode": "qualify"}))
        write_scorecard(bundle := open_bundle(folder), score_bundle(bundle))
        seal_session(folder, make_key(people.sessions, file=tmp_path / "stick" / "voicesim.key"))
        trainee, teacher, remarks = people.trainee, people.instructor, "/api/sessions/sealed/remarks"
        assert not json.loads(trainee.ask("GET", "/api/sessions/sealed/review")[1])["scores"]
        wish = {"kind": "criterion", "criterion": "no-why", "points": 80, "reason": SECRET.decode()}
        status, text, _ = teacher.ask("POST", remarks, wish)
        assert status == 201, text
        assert teacher.ask("POST", remarks, {"kind": "release"})[0] == 201
        seen = json.loads(trainee.ask("GET", "/api/sessions/sealed/review")[1])
        assert seen["scores"]
        assert SECRET.decode() in {one["reason"] for one in seen["criteria"]}
        status, text, _ = teacher.ask("POST", "/api/room/rescore", {"rubric": "griffiths", "sessions": ["sealed"]})
        run = f"/api/room/rescore/{json.loads(text)['id']}"
        _until(people, run, "ready")
        assert teacher.ask("POST", f"{run}/confirm")[0] == 200
        _until(people, run, "kept")
        assert "Griffiths" in json.loads(teacher.ask("GET", "/api/sessions/sealed/review")[1])["rubric"]
        close_all()
        assert is_sealed(folder)
        assert not [path for path in folder.rglob("*") if path.is_file() and SECRET in path.read_bytes()]
    finally:
        people.close()


def _until(people: InProcess, run: str, state: str) -> None:
    until = time.monotonic() + 60
    while (found := json.loads(people.instructor.ask("GET", run)[1]))["state"] != state:
        assert time.monotonic() < until, found
        time.sleep(0.05)
    assert not [row["problem"] for row in found["rows"] if row["problem"]]
