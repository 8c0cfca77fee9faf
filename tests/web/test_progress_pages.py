"""Progress as people see it: their own, somebody's, everybody's; and what nobody is shown."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from people_served import Client, InProcess
from practised import practised
from starlette.testclient import TestClient

from voicesim.remarks.kinds import Release, Who, said
from voicesim.remarks.log import append_remark
from voicesim.web.access import Person
from voicesim.web.app import build
from voicesim.web.practice.stock import Engines
from voicesim.web.progress.records import FolderRecords, IndexRecords


@pytest.fixture(scope="module")
def academy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    """Two trainees who have practised, an instructor who has too, and what is private or not released."""
    people = InProcess(tmp_path_factory.mktemp("academy"))
    ann, ben = people.trainee.id, people.other.id
    for day, score in (("2026-03-01", 40.0), ("2026-03-05", 55.0), ("2026-03-09", 70.0)):
        practised(people.sessions, ann, day, score, points={"no-blame": score + 20})
    practised(people.sessions, ann, "2026-03-10", 99, private=True)
    practised(people.sessions, ann, "2026-03-11", None, scenario="drill-silence", mode="drill")
    practised(people.sessions, ann, "2026-03-12", 91, rubric="annual-qualification", mode="qualify", met=True)
    practised(people.sessions, ben, "2026-03-02", 20, scenario="crash-scene")
    practised(people.sessions, ben, "2026-03-03", 30)
    practised(people.sessions, people.instructor.id, "2026-03-04", 1)
    yield people
    people.close()


def got(client: Client, path: str) -> Any:
    status, text, _ = client.ask("GET", path)
    assert status == 200, text
    return json.loads(text)


def shown(client: Client, path: str) -> str:
    status, text, _ = client.ask("GET", path)
    assert status == 200, text
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def rows(client: Client, path: str) -> list[dict[str, str]]:
    status, text, headers = client.ask("GET", path)
    assert status == 200, text
    assert headers["content-type"] == "text/csv; charset=utf-8"
    assert headers["content-disposition"].startswith("attachment; filename=")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_a_trainee_sees_how_they_are_getting_on(academy: InProcess) -> None:
    found = got(academy.trainee, "/api/progress")
    assert found["rubric"] == "default"
    assert found["scenarios"][0] == {"id": "delayed-report", "title": "Nine years later", "values": [40, 55, 70, 99]}
    assert next(row for row in found["criteria"] if row["id"] == "no-blame")["values"] == [60, 75, 90, 99]
    assert [one["overall"] for one in found["newest"]] == [None, None, 99, 70, 55, 40]
    page = shown(academy.trainee, "/progress")
    assert "6 attempts" in page
    assert "Nine years later 40 99 +59 4" in page


def test_a_score_that_is_not_released_is_not_shown_and_is_once_it_is(academy: InProcess) -> None:
    """Qualifications wait for an instructor unless the academy has it otherwise."""
    held = next(path for path in academy.sessions.iterdir() if path.name.startswith("2026-03-12"))
    newest = got(academy.trainee, "/api/progress")["newest"][0]
    assert (newest["session"], newest["shown"], newest["overall"], newest["rubric"]) == (held.name, False, None, "")
    page = shown(academy.trainee, "/progress")
    assert "1 of them is not released yet" in page
    assert "91" not in page
    assert got(academy.instructor, f"/api/progress/{academy.trainee.id}")["newest"][0]["overall"] == 91
    who = Who(account=academy.instructor.id, name="Instructor Reed")
    append_remark(held, said(Release, who, "instructor"))
    assert got(academy.trainee, "/api/progress")["newest"][0]["overall"] == 91


def test_an_instructor_sees_a_trainees_progress_but_nothing_private(academy: InProcess) -> None:
    found = got(academy.instructor, f"/api/progress/{academy.trainee.id}")
    assert found["scenarios"][0]["values"] == [40, 55, 70]
    page = shown(academy.instructor, f"/progress/{academy.trainee.id}")
    assert "Trainee Reed: progress" in page
    assert "10 March" not in page


def test_the_cohort_counts_everybody_once_and_nobodys_private_practice(academy: InProcess) -> None:
    found = got(academy.instructor, "/api/cohort")
    assert (found["people"], found["attempts"]) == (2, 7)
    blame = next(row for row in found["criteria"] if row["id"] == "no-blame")
    assert (blame["people"], blame["low"], blame["median"], blame["high"]) == (2, 30, 60, 90)
    hardest, next_hardest = found["scenarios"]
    assert (hardest["id"], hardest["median"], hardest["people"]) == ("crash-scene", 20, 1)
    assert (next_hardest["id"], next_hardest["median"], next_hardest["people"]) == ("delayed-report", 35, 2)
    assert next_hardest["median_from"] is None  # two people are too few
    assert "too few" in shown(academy.instructor, "/cohort")


def test_the_cohort_says_who_is_due(academy: InProcess) -> None:
    due = {one["name"]: one for one in got(academy.instructor, "/api/cohort")["due"]}
    assert due["Other Reed"]["state"] == "never"
    assert due["Trainee Reed"]["passed_on"] == "2026-03-12"
    assert due["Trainee Reed"]["expires"] == "2027-03-12"
    assert "Instructor Reed" not in due


def test_the_filter_narrows_everything_but_who_is_due(academy: InProcess) -> None:
    found = got(academy.instructor, "/api/cohort?scenario=delayed-report&since=2026-03-04&until=2026-03-08")
    assert (found["people"], found["attempts"]) == (1, 1)
    assert {one["name"] for one in found["due"]} == {"Trainee Reed", "Other Reed"}
    assert got(academy.trainee, "/api/progress?since=2026-03-09&scenario=")["total"] == 4
    assert "No scored attempt fits" in shown(academy.instructor, "/cohort?since=2030-01-01&until=")
    other = got(academy.instructor, "/api/cohort?rubric=annual-qualification")
    assert [row["median"] for row in other["scenarios"]] == [91]


@pytest.mark.parametrize(
    "path", ["/cohort", "/api/cohort", "/api/cohort/attempts.csv", "/progress/{of}", "/api/progress/{of}"]
)
def test_a_trainee_sees_nobody_elses_progress(academy: InProcess, path: str) -> None:
    status, text, _ = academy.other.ask("GET", path.format(of=academy.trainee.id))
    assert status == 403
    assert "Nine years later" not in text


def test_nobody_is_made_up(academy: InProcess) -> None:
    for path in ("/progress/00000000-0000-0000-0000-000000000000", "/api/progress/nobody"):
        assert academy.instructor.ask("GET", path)[0] == 404
    for path in (
        "/api/cohort?since=2026-02-30",
        "/api/cohort?scenario=" + "x" * 101,
        "/api/cohort/secrets.csv",
        "/progress/a%20b",
    ):
        assert academy.instructor.ask("GET", path)[0] in (404, 422)


def test_all_of_it_goes_into_a_spreadsheet(academy: InProcess) -> None:
    attempts = rows(academy.instructor, "/api/cohort/attempts.csv")
    assert len(attempts) == 7
    assert {row["name"] for row in attempts} == {"Trainee Reed", "Other Reed"}
    assert "99.0" not in {row["overall"] for row in attempts}
    points = rows(academy.instructor, "/api/cohort/points.csv?scenario=crash-scene")
    assert {(row["name"], row["criterion"], row["points"]) for row in points} >= {("Other Reed", "no-blame", "20.0")}
    assert rows(academy.instructor, "/api/cohort/criteria.csv")[0]["people"] == "2"
    assert [row["scenario"] for row in rows(academy.instructor, "/api/cohort/scenarios.csv")] == [
        "crash-scene",
        "delayed-report",
    ]
    assert {row["qualification"] for row in rows(academy.instructor, "/api/cohort/people.csv")} >= {"never"}
    assert "person exported" in {line.what for line in academy.store.audit.page().lines}


def test_index_and_folder_tell_the_same(academy: InProcess) -> None:
    indexed = IndexRecords(academy.store.index, academy.sessions, 0)
    for client, role in ((academy.trainee, "trainee"), (academy.instructor, "instructor")):
        person = Person(client.id, client.login, role)  # type: ignore[arg-type]
        found = indexed.attempts(person)
        assert found == FolderRecords(academy.sessions).attempts(person)
        assert len(found) in (6, 8)


@pytest.mark.parametrize("kind", ["folder", "index"])
def test_what_is_deleted_changed_or_new_is_seen_at_once(tmp_path: Path, kind: str) -> None:
    people = InProcess(tmp_path)
    records = (
        FolderRecords(people.sessions) if kind == "folder" else IndexRecords(people.store.index, people.sessions, 0)
    )
    person = Person(people.trainee.id, "Ann", "trainee")
    assert records.attempts(person) == ()
    first = practised(people.sessions, person.id, "2026-03-01", 40)
    practised(people.sessions, person.id, "2026-03-02", 50)
    assert [one.overall for one in records.attempts(person)] == [40, 50]
    card = first / "scorecard.json"
    card.write_text(card.read_text().replace('"overall_reviewed": 40', '"overall_reviewed": 41.5'))
    assert [one.overall for one in records.attempts(person)] == [41.5, 50]
    for file in first.iterdir():
        file.unlink()
    first.rmdir()
    assert [one.overall for one in records.attempts(person)] == [50]
    (people.sessions / "2026-03-03-broken").mkdir()
    (people.sessions / "2026-03-03-broken" / "meta.json").write_text("{")
    assert len(records.attempts(person)) == 1
    people.close()


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[tuple[Path, TestClient]]:
    app = build(tmp_path / "sessions", Engines())
    with TestClient(app, "http://127.0.0.1", client=("127.0.0.1", 1)) as client:
        yield tmp_path / "sessions", client


def test_alone_progress_is_ones_own_and_there_is_no_cohort(alone: tuple[Path, TestClient]) -> None:
    sessions, client = alone
    assert "Nothing yet" in client.get("/progress").text
    practised(sessions, "", "2026-03-01", 40)
    practised(
        sessions,
        "",
        "2026-03-05",
        62,
        mode="qualify",
        met=False,
        trainee="R. Reed",
        rubric="annual-qualification",
        driver="soundcard",
    )
    assert "2 attempts" in client.get("/progress").text
    cohort = client.get("/cohort")
    assert cohort.status_code == 200
    assert "There is only one person on this computer" in cohort.text
    assert "R. Reed" in cohort.text
    assert client.get("/progress/somebody").status_code == 404


def test_a_clock_that_was_wrong_is_no_trouble(alone: tuple[Path, TestClient]) -> None:
    sessions, client = alone
    for day in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1970-01-01"):
        practised(sessions, "", day, 50)
    assert client.get("/progress").status_code == client.get("/cohort").status_code == 200
    assert client.get("/api/progress").json()["total"] == 3


def test_an_old_bundle_without_a_scorecard_is_an_attempt_without_a_score(alone: tuple[Path, TestClient]) -> None:
    sessions, client = alone
    practised(sessions, "", "2026-03-01", None)
    found = client.get("/api/progress").json()
    assert (found["total"], found["newest"][0]["overall"], found["criteria"]) == (1, None, [])
