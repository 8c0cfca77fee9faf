"""The index: it follows the folders, answers for one person and for a cohort, and can be made anew."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from kept_sessions_made import copied, scored
from sqlalchemy import inspect, text

import voicesim.store.migrations
from voicesim.errors import BadInputError, StorageError
from voicesim.remarks.kinds import Comment, SignOff, Who, said
from voicesim.remarks.log import append_remark
from voicesim.store import index_tables  # noqa: F401 (its tables are compared)
from voicesim.store.audit import COMMAND_LINE
from voicesim.store.database import Database
from voicesim.store.index import Refreshed, Wanted
from voicesim.store.opening import HEAD, Store, bring_up_to_date, database_of, open_store
from voicesim.store.tables import Base

ANN, BEN, TEACHER = "ann-id", "ben-id", "teacher-id"


def names(store: Store, wanted: Wanted = Wanted()) -> list[str]:  # noqa: B008 (frozen)
    return [one.id for one in store.index.page(wanted).sessions]


@pytest.fixture
def cohort(held: Path, sessions: Path, store: Store) -> Path:
    """Four sessions of two people; one of them private."""
    for number, (name, owner, private, mode) in enumerate(
        [
            ("first", ANN, False, "practice"),
            ("second", ANN, True, "drill"),
            ("third", BEN, False, "practice"),
            ("fourth", "", False, "practice"),
        ]
    ):
        created = datetime(2026, 3, 1 + number, 9, tzinfo=UTC).isoformat()
        scored(
            copied(held, sessions, name, owner=owner, private=private, mode=mode, created=created),
            60.0 + number, listening=50.0 + 10 * number, pace=None if number else 80.0,
        )  # fmt: skip
    store.index.refresh(sessions)
    return sessions


def test_a_session_stands_in_the_index_as_in_its_folder(store: Store, session: Path, sessions: Path) -> None:
    assert store.index.refresh(sessions) == Refreshed(added=1)
    found = store.index.get(session.name)
    meta = json.loads((session / "meta.json").read_text())
    card = json.loads((session / "scorecard.json").read_text())
    assert found is not None
    assert (found.scenario, found.title, found.mode) == (
        meta["scenario"]["id"],
        meta["scenario"]["title"],
        meta["mode"],
    )
    assert found.created == datetime.fromisoformat(meta["created"])
    assert found.seconds == round(meta["samples"] / 16000, 1)
    assert (found.overall, found.level or None) == (card["overall"], card["level"])
    assert (found.state, found.review, found.sound, found.sealed, found.problem) == (
        "complete",
        "none",
        True,
        False,
        "",
    )
    points = store.index.points()
    assert [(one.criterion, one.points) for one in points] == [(one["id"], one["points"]) for one in card["criteria"]]


def test_only_what_has_changed_is_read_again(store: Store, cohort: Path) -> None:
    assert store.index.refresh(cohort) == Refreshed(same=4)
    scored(cohort / "first", 99.0, listening=1.0)
    shutil.rmtree(cohort / "third")
    append_remark(cohort / "second", said(Comment, Who(account=TEACHER, name="T"), "instructor", at=0, text="Good"))
    assert store.index.refresh(cohort) == Refreshed(changed=2, removed=1, same=1)
    assert [store.index.get(name) is not None for name in ("first", "third")] == [True, False]
    assert [one.points for one in store.index.points(Wanted(owner=ANN, mode="practice"))] == [1.0]
    second = store.index.get("second")
    assert second is not None
    assert second.review == "begun"
    signed = {"log": "0" * 64, "scorecard": "0" * 64, "remarks": "0" * 64}
    append_remark(cohort / "second", said(SignOff, Who(account=TEACHER, name="T"), "instructor", **signed))
    store.index.refresh_one(cohort / "second")
    assert names(store, Wanted(review="signed")) == ["second"]
    shutil.rmtree(cohort / "second")
    store.index.refresh_one(cohort / "second")
    assert names(store) == ["fourth", "first"]


def test_a_trainee_finds_their_own_and_who_teaches_no_private_ones_of_others(store: Store, cohort: Path) -> None:
    assert names(store, Wanted(owner=ANN)) == ["second", "first"]
    assert names(store, Wanted(seen_by=TEACHER)) == ["fourth", "third", "first"]
    assert names(store, Wanted(seen_by=ANN)) == ["fourth", "third", "second", "first"]
    assert {one.session for one in store.index.points(Wanted(seen_by=TEACHER))} == {"first", "third", "fourth"}


def test_sessions_are_found_by_what_is_asked_for(store: Store, cohort: Path) -> None:
    third = datetime(2026, 3, 3, 9, tzinfo=UTC)
    assert names(store, Wanted(since=third)) == ["fourth", "third"]
    assert names(store, Wanted(until=third, mode="practice")) == ["first"]
    assert names(store, Wanted(search="FIRS")) == ["first"]
    assert names(store, Wanted(search="%")) == []
    assert names(store, Wanted(scored=False)) == []
    page = store.index.page(start=1, most=2)
    assert ([one.id for one in page.sessions], page.total) == (["third", "second"], 4)
    assert [(one.sessions, one.people) for one in store.index.scenarios()] == [(4, 3)]
    assert store.index.owners() == ("", ANN, BEN)


def test_points_are_those_that_count(store: Store, session: Path, sessions: Path) -> None:
    card = json.loads((session / "scorecard.json").read_text())
    first, second, *_ = card["criteria"]
    first["points"], first["override"] = 10.0, {"points": 90.0, "by": "T", "reason": "heard"}
    second["points"], second["recounted"] = 20.0, {"points": 40.0, "value": 1.0, "level": "strong"}
    (session / "scorecard.json").write_text(json.dumps(card))
    store.index.refresh(sessions)
    found = store.index.points()
    assert [(one.points, one.machine) for one in found[:2]] == [(90.0, 10.0), (40.0, 20.0)]


def test_a_qualification_says_until_when_it_holds(store: Store, held: Path, sessions: Path) -> None:
    for name, result, expires in (
        ("pass", "passed", "2027-05-04"),
        ("fail", "not passed", ""),
        ("none", "no attempt", ""),
    ):
        folder = copied(held, sessions, name, mode="qualify", owner=ANN, trainee="Ann Bee")
        (folder / "certificate.json").write_text(json.dumps({"result": result, "expires": expires}))
    store.index.refresh(sessions)
    found = {one.id: (one.passed, one.expires) for one in store.index.page(Wanted(mode="qualify")).sessions}
    assert found == {"pass": (True, "2027-05-04"), "fail": (False, ""), "none": (None, "")}


def test_what_cannot_be_read_is_shown_to_nobody_and_said(store: Store, cohort: Path) -> None:
    (cohort / "first" / "meta.json").write_text("{")
    (cohort / "third" / "scorecard.json").write_text("[1, 2")
    found = store.index.refresh(cohort)
    assert len(found.unread) == 1
    assert found.unread[0].startswith("first: ")
    broken = store.index.get("first")
    assert broken is not None
    assert (broken.state, broken.private, broken.owner) == ("unread", True, "")
    assert "first" not in names(store, Wanted(seen_by=TEACHER))
    third = store.index.get("third")
    assert third is not None
    assert third.overall is None


def test_what_is_no_session_stays_out(store: Store, cohort: Path, tmp_path: Path) -> None:
    (cohort / "academy").mkdir()
    (cohort / "a file").write_text("x")
    os.symlink(cohort / "first", cohort / "linked")
    shutil.copytree(cohort / "first", cohort / ".hidden")
    shutil.copytree(cohort / "first", cohort / "new\nline")
    assert store.index.refresh(cohort) == Refreshed(same=4)
    assert store.index.refresh(tmp_path / "nowhere").removed == 4


def test_the_index_is_made_anew_from_the_folders_alone(store: Store, cohort: Path) -> None:
    before = store.index.page(), store.index.points()
    with store.database.writing() as db:
        db.execute(text("UPDATE sessions SET title = 'wrong', overall = 1"))
    assert store.index.rebuild(cohort) == Refreshed(changed=4)
    assert (store.index.page(), store.index.points()) == before
    store.index.forget("first")
    assert store.index.get("first") is None
    assert {one.session for one in store.index.points()} == {"second", "third", "fourth"}
    assert (cohort / "first").is_dir()


def test_tables_and_migrations_say_the_same(store: Store) -> None:
    with store.database.reading() as db:
        context = MigrationContext.configure(
            db.connection(), opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_a_database_of_every_earlier_version_is_brought_up_to_date(where: str) -> None:
    script = ScriptDirectory(str(Path(voicesim.store.migrations.__file__).parent))
    revisions = [one.revision for one in script.walk_revisions()][::-1]
    assert revisions[-1] == HEAD == script.get_current_head()
    database = Database(where)
    bring_up_to_date(database, revisions[0])
    with database.writing() as db:
        db.execute(text("INSERT INTO settings (name, value) VALUES ('kept', 'yes')"))
    for revision in revisions[1:]:
        bring_up_to_date(database, revision)
    database.close()
    with open_store(where) as store, store.database.reading() as db:
        assert set(Base.metadata.tables) < set(inspect(db.connection()).get_table_names())
        assert store.settings.get("kept") == "yes"


def test_a_newer_or_a_foreign_database_is_left_alone(where: str) -> None:
    open_store(where).close()
    database = Database(where)
    with database.writing() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BadInputError, match="newer voicesim"):
        open_store(where)
    with database.writing() as db:
        db.execute(text("DROP TABLE alembic_version"))
    database.close()
    with pytest.raises(BadInputError, match="other things"):
        open_store(where)


def test_several_servers_may_start_at_once(where: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        for store in pool.map(lambda _: open_store(where), range(4)):
            assert not store.people.anybody()
            store.close()


@pytest.mark.parametrize("address", ["mysql://host/name", "://", "sqlite://", "postgresql+psycopg://host:port/name"])
def test_an_address_that_is_none_is_refused_in_one_line(address: str) -> None:
    with pytest.raises(BadInputError):
        open_store(address)


def test_a_database_that_cannot_be_reached_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no database at all, but long enough to be looked at as one " * 20)
    (tmp_path / "not-a-folder").write_text("")
    for place in (
        tmp_path / "file",
        tmp_path / "not-a-folder" / "x.sqlite3",
        f"postgresql://tests@/none?host={tmp_path}",
    ):
        with pytest.raises(StorageError):
            open_store(place)


def test_the_database_lies_beside_the_sessions_for_its_owner_only(
    sessions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert database_of() == str(sessions.parent / "voicesim.sqlite3")
    with open_store() as store:
        store.people.add("boss", "Boss", "admin", None, by=COMMAND_LINE)
        modes = {path.name: path.stat().st_mode & 0o777 for path in sessions.parent.iterdir() if path.is_file()}
        assert modes.keys() >= {"voicesim.sqlite3", "voicesim.sqlite3-wal"}
        assert set(modes.values()) == {0o600}
    monkeypatch.setenv("VOICESIM_DATABASE", "elsewhere.sqlite3")
    assert database_of(sessions) == "elsewhere.sqlite3"
