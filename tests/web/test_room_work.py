"""The instructor's work over the web: what is said, who may say it, what a trainee is shown before and after release."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from people_served import Client, InProcess, kept_session

from voicesim.review.scoring import score_bundle, write_scorecard
from voicesim.session.meta import read_meta, write_meta
from voicesim.session.reader import open_bundle

SECRET = "seventeen green kettles"
"""What an instructor writes that a trainee must not read before release."""


@pytest.fixture(scope="module")
def academy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    """A server with people; each test makes the sessions it needs."""
    people = InProcess(tmp_path_factory.mktemp("academy"))
    yield people
    people.close()


@pytest.fixture
def session(academy: InProcess, request: pytest.FixtureRequest) -> str:
    """A qualification of the trainee's, scored and not released."""
    return made(academy, request.node.name.removeprefix("test_").replace("_", "-")[:60], mode="qualify")


def made(academy: InProcess, name: str, owner: str = "", **changes: Any) -> str:
    folder = kept_session(academy.sessions, name, owner or academy.trainee.id)
    write_meta(folder, read_meta(folder).model_copy(update=changes))
    write_scorecard(bundle := open_bundle(folder), score_bundle(bundle))
    return name


def say(who: Client, session: str, kind: str, **fields: Any) -> tuple[int, Any]:
    status, text, _ = who.ask("POST", f"/api/sessions/{session}/remarks", {"kind": kind, **fields})
    return status, json.loads(text)


def review(who: Client, session: str) -> Any:
    status, text, _ = who.ask("GET", f"/api/sessions/{session}/review")
    assert status == 200, text
    return json.loads(text)


def test_an_instructor_flags_comments_judges_and_signs_off(academy: InProcess, session: str) -> None:
    teacher = academy.instructor
    assert say(teacher, session, "flag", at=1.5, button="good-silence")[0] == 201
    assert say(teacher, session, "comment", at=1.0, until=2.0, text="Hear how she slows down.")[0] == 201
    status, answer = say(teacher, session, "criterion", criterion="no-why", points=80, reason="She asked him to.")
    assert status == 201
    criterion = next(one for one in answer["review"]["criteria"] if one["id"] == "no-why")
    assert (criterion["override"], criterion["by"]) == (80, "Instructor Reed")
    status, answer = say(teacher, session, "sign_off", text="Well done.")
    assert answer["review"]["signed"]["by"] == "Instructor Reed"
    assert answer["review"]["signed"]["changed"] == []
    assert [one["at"] for one in answer["review"]["remarks"] if one["at"] is not None] == [1.0, 1.5]
    _, answer = say(teacher, session, "comment", at=3, text="One more thing.")
    assert answer["review"]["signed"]["changed"] == ["a comment was added"]


def test_a_trainee_sees_nothing_of_the_scores_before_they_are_released(academy: InProcess, session: str) -> None:
    teacher, trainee = academy.instructor, academy.trainee
    say(teacher, session, "comment", at=1, text=SECRET)
    say(teacher, session, "criterion", criterion="no-why", points=1, reason=SECRET)
    say(teacher, session, "evaluation", levels={"no-why": "sound"}, text=SECRET)
    say(trainee, session, "comment", at=2, text="I was nervous here.")
    before = review(trainee, session)
    assert (before["scores"], before["released"], before["criteria"], before["overall"]) == (False, False, [], None)
    assert [one["text"] for one in before["remarks"]] == ["I was nervous here."]
    listed = json.loads(trainee.ask("GET", f"/api/sessions/{session}")[1])
    assert (listed["score"], listed["released"]) == (None, False)
    for path in paths_of_a_session(academy):
        status, text, _ = trainee.ask("GET", path.replace("{name}", session))
        assert status < 500, path
        assert SECRET not in text, path
        for key in ('"overall":', '"points":', '"level":'):
            assert f"{key}null" in text.replace(" ", "") or key not in text.replace(" ", ""), (path, key)
    assert trainee.ask("GET", f"/sessions/{session}/report")[0] == 403
    say(teacher, session, "release")
    after = review(trainee, session)
    assert (after["scores"], after["released"]) == (True, True)
    assert {one["text"] for one in after["remarks"]} >= {SECRET, "I was nervous here."}
    assert SECRET in trainee.ask("GET", f"/sessions/{session}/report")[1]
    say(teacher, session, "hold")
    assert not review(trainee, session)["scores"]


def paths_of_a_session(academy: InProcess) -> list[str]:
    """Everything that can be asked for about one session, as the API describes itself, and the pages."""
    description = json.loads(academy.admin.ask("GET", "/api/openapi.json")[1])
    found = [
        path
        for path, ways in description["paths"].items()
        if "{name}" in path and path.count("{") == 1 and "get" in ways
    ]
    assert any(path.endswith("/review") for path in found)
    assert any(path.endswith("/replay") for path in found)
    return [
        *found,
        "/sessions/{name}",
        "/sessions/{name}/replay",
        "/sessions/{name}/report",
        "/sessions/{name}/debrief",
    ]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("criterion", {"criterion": "no-why", "points": 100, "reason": "I was fine."}),
        ("label", {"what": "mark", "position": 0, "label": "why", "holds": False, "reason": "I was fine."}),
        ("release", {}),
        ("hold", {}),
        ("sign_off", {}),
        ("commendation", {"text": "Me!"}),
    ],
)
def test_nobody_judges_their_own_session(academy: InProcess, kind: str, fields: dict[str, Any]) -> None:
    name = f"own-{kind.replace('_', '-')}"
    own = made(academy, name, academy.instructor.id)
    status, answer = say(academy.instructor, own, kind, **fields)
    assert status == 403, answer
    assert answer["problem"] == "Somebody else has to judge your session."
    assert say(academy.admin, own, kind, **fields)[0] == 201


def test_a_colleague_is_let_in_by_invitation_hears_it_and_sees_no_scores(academy: InProcess, session: str) -> None:
    other = academy.other
    assert other.ask("GET", f"/api/sessions/{session}/review")[0] == 404
    assert say(academy.trainee, session, "invitation", to=other.id)[0] == 201
    assert f"/sessions/{session}/" in other.ask("GET", "/tasks")[1]
    say(academy.instructor, session, "comment", at=1, text=SECRET)
    say(academy.instructor, session, "release")
    seen = review(other, session)
    assert (seen["how"], seen["scores"], seen["criteria"], seen["remarks"], seen["signed"]) == (
        "peer",
        False,
        [],
        [],
        None,
    )
    assert say(other, session, "evaluation", levels={"no-why": "strong"})[0] == 201
    assert say(other, session, "release")[0] == 403
    assert other.ask("GET", f"/sessions/{session}/report")[0] == 403
    found = review(academy.trainee, session)["evaluations"]
    assert [(one["voice"], one["by"]) for one in found] == [("peer", "Other Reed")]
    assert f"/sessions/{session}/" not in other.ask("GET", "/tasks")[1], "it is done"


def test_a_private_session_is_shared_with_nobody(academy: InProcess) -> None:
    name = made(academy, "private-one", private=True)
    say(academy.trainee, name, "invitation", to=academy.other.id)
    for who in (academy.other, academy.instructor, academy.admin):
        assert who.ask("GET", f"/api/sessions/{name}/review")[0] == 404


def test_one_takes_back_what_one_said_and_nobody_elses(academy: InProcess, session: str) -> None:
    _, answer = say(academy.instructor, session, "comment", at=1, text="Too quick.")
    assert say(academy.admin, session, "withdrawal", of=answer["id"])[0] == 403
    assert say(academy.instructor, session, "withdrawal", of=answer["id"])[0] == 201
    (shown,) = [one for one in review(academy.admin, session)["remarks"] if one["id"] == answer["id"]]
    assert shown["withdrawn"]
    assert shown["text"] == "Too quick.", "it is kept, and shown as withdrawn"
    assert say(academy.instructor, session, "withdrawal", of=answer["id"])[0] == 409


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("flag", {"at": 1, "button": "nowhere"}),
        ("comment", {"at": -1, "text": "x"}),
        ("comment", {"at": 1e9, "text": "x"}),
        ("comment", {"at": 5, "until": 1, "text": "x"}),
        ("comment", {"at": 1, "text": " "}),
        ("comment", {"at": 1, "text": "x", "by": "somebody else"}),
        ("criterion", {"criterion": "no-wy", "points": 5, "reason": "x"}),
        ("criterion", {"criterion": "no-why", "points": 101, "reason": "x"}),
        ("label", {"what": "mark", "position": 0, "label": "open", "reason": "x"}),
        ("evaluation", {"levels": {"nothing": "sound"}}),
        ("evaluation", {"levels": {}}),
        ("assignment", {"to": "nobody", "task": "review"}),
        ("assignment", {"to": "", "task": "review"}),
        ("withdrawal", {"of": "0" * 16}),
        ("praise", {}),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_kept(
    academy: InProcess, kind: str, fields: dict[str, Any]
) -> None:
    name = "nonsense"
    if not (academy.sessions / name).exists():
        made(academy, name)
    status, answer = say(academy.instructor, name, kind, **fields)
    assert status in (403, 404, 422), answer
    assert answer["problem"]
    assert not (academy.sessions / name / "remarks.jsonl").exists()


def test_the_desk_shows_what_waits_who_asked_and_what_is_signed_off(academy: InProcess, session: str) -> None:
    teacher = academy.instructor

    def on_the_desk(query: str) -> dict[str, Any]:
        rows = json.loads(teacher.ask("GET", f"/api/room/sessions?{query}")[1])
        return {row["session"]["id"]: row for row in rows}

    assert on_the_desk("state=waiting")[session]["waiting"] == ["scores not released"]
    say(academy.trainee, session, "feedback_asked", text="Was I too fast?")
    assert on_the_desk("state=asked")[session]["asked"] == "Was I too fast?"
    say(academy.admin, session, "assignment", to=teacher.id, task="review", due="2020-01-01")
    (task,) = on_the_desk("state=given&mine=true")[session]["tasks"]
    assert task["overdue"]
    say(teacher, session, "release")
    say(teacher, session, "sign_off")
    assert session not in on_the_desk("state=waiting")
    assert on_the_desk("state=signed")[session]["signed_by"] == "Instructor Reed"
    assert session not in on_the_desk(f"state=all&trainee={academy.other.id}")
    assert session in on_the_desk(f"state=all&trainee={academy.trainee.id}")
    status, page, _ = teacher.ask("GET", "/room?state=signed")
    assert status == 200
    assert f"/sessions/{session}/replay" in page


def test_a_scenario_is_given_done_and_taken_back(academy: InProcess) -> None:
    teacher = academy.instructor
    wish = {"to": academy.other.id, "scenario": "delayed-report", "due": "2030-01-01", "text": "Mind the pauses."}
    status, text, _ = teacher.ask("POST", "/api/room/given", wish)
    (given,) = [one for one in json.loads(text) if one["account"] == academy.other.id]
    assert status == 201
    assert given["session"] is None
    assert "Mind the pauses." in academy.other.ask("GET", "/tasks")[1]
    assert "Mind the pauses." not in academy.trainee.ask("GET", "/tasks")[1]
    for changed in ({"scenario": "../../etc"}, {"to": "nobody"}, {"scenario": "no-such"}):
        assert teacher.ask("POST", "/api/room/given", {**wish, **changed})[0] == 422
    assert teacher.ask("DELETE", f"/api/room/given/{given['id']}")[0] == 200
    assert "Mind the pauses." not in academy.other.ask("GET", "/tasks")[1]


def test_two_attempts_are_compared_by_those_who_may_see_both(academy: InProcess) -> None:
    first, second = made(academy, "attempt-1"), made(academy, "attempt-2")
    say(academy.instructor, second, "criterion", criterion="no-why", points=0, reason="Her voice.")
    both = json.loads(academy.trainee.ask("GET", f"/api/compare?a={first}&b={second}")[1])
    changed = {row["title"]: row["difference"] for row in both["criteria"] if row["difference"]}
    assert len(changed) <= 1, "the same session twice, but for the one judgement"
    assert [round(lane["trainee"] + lane["survivor"] + lane["silence"]) for lane in both["lanes"]] == pytest.approx(
        [100, 100], abs=8
    )
    assert academy.trainee.ask("GET", f"/compare?a={first}&b={second}")[0] == 200
    assert academy.other.ask("GET", f"/compare?a={first}&b={second}")[0] == 404
    assert academy.trainee.ask("GET", f"/compare?a={first}&b=../../etc")[0] == 404


def test_scoring_anew_keeps_nothing_before_it_is_confirmed(academy: InProcess, session: str) -> None:
    teacher, folder = academy.instructor, academy.sessions / session
    say(teacher, session, "sign_off")
    before = (folder / "scorecard.json").read_bytes()
    status, text, _ = teacher.ask("POST", "/api/room/rescore", {"rubric": "griffiths", "sessions": [session]})
    assert status == 202, text
    run = wait_for(teacher, json.loads(text)["id"], "ready")
    (row,) = run["rows"]
    assert row["session"]["id"] == session
    assert row["changes"]
    assert (folder / "scorecard.json").read_bytes() == before
    assert academy.admin.ask("GET", f"/api/room/rescore/{run['id']}")[0] == 404, "a run is whose it is"
    assert teacher.ask("POST", f"/api/room/rescore/{run['id']}/confirm")[0] == 200
    assert wait_for(teacher, run["id"], "kept")["rows"][0]["kept"]
    assert json.loads((folder / "scorecard.json").read_bytes())["rubric"]["id"] == "griffiths"
    seen = review(teacher, session)
    assert seen["signed"]["changed"] == ["the session was scored anew"]
    assert teacher.ask("POST", f"/api/room/rescore/{run['id']}/confirm")[0] == 409
    assert teacher.ask("POST", "/api/room/rescore", {"rubric": "no-such"})[0] == 404
    assert academy.trainee.ask("POST", "/api/room/rescore", {"rubric": "griffiths"})[0] == 403


def wait_for(who: Client, run: str, state: str) -> Any:
    until = time.monotonic() + 60
    while True:
        found = json.loads(who.ask("GET", f"/api/room/rescore/{run}")[1])
        if found["state"] == state:
            return found
        assert time.monotonic() < until, found["state"]
        time.sleep(0.05)


def test_an_academys_own_rubric_can_be_chosen(academy: InProcess) -> None:
    from importlib.resources import files

    text = (files("voicesim.scoring") / "rubrics" / "griffiths.yaml").read_text(encoding="utf-8")
    folder: Path = academy.sessions / "academy" / "rubrics"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ours.yaml").write_text(text.replace("id: griffiths", "id: our-own", 1), encoding="utf-8")
    (folder / "broken.yaml").write_text("format: nothing", encoding="utf-8")
    page = academy.instructor.ask("GET", "/room/rescore")[1]
    assert "our-own" in page


def test_moments_are_played_in_order_and_their_sound_is_there(academy: InProcess, session: str) -> None:
    teacher = academy.instructor
    for at, button in ((4.0, "missed-cue"), (1.0, "empathy")):
        say(teacher, session, "flag", at=at, button=button)
    told = json.loads(teacher.ask("GET", f"/api/sessions/{session}/debrief")[1])
    assert [one["title"] for one in told["moments"]] == ["Empathy in action", "Missed cue"]
    moment = told["moments"][0]
    assert moment["start"] == 0
    status, _, headers = teacher.ask(
        "GET", f"/api/sessions/{session}/excerpt?start={moment['start']}&end={moment['end']}"
    )
    assert (status, headers["content-type"]) == (200, "audio/wav")
    assert teacher.ask("GET", f"/api/sessions/{session}/excerpt?start=5&end=4")[0] == 404
    assert teacher.ask("GET", f"/api/sessions/{session}/excerpt?start=100000&end=100001")[0] == 404
    assert json.loads(academy.trainee.ask("GET", f"/api/sessions/{session}/debrief")[1])["moments"] == []


def test_what_an_instructor_does_is_in_the_audit_log_and_what_they_write_is_not(
    academy: InProcess, session: str
) -> None:
    say(academy.instructor, session, "criterion", criterion="no-why", points=5, reason=SECRET)
    say(academy.instructor, session, "release")
    lines = academy.store.audit.page(session=session).lines
    assert {"override", "release"} <= {line.what for line in lines}
    assert SECRET not in repr(lines)
