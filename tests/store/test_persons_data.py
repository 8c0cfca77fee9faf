"""Everything about one person: handed over in one file, deleted so that nothing is left, kept only as long as the rules say."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from kept_sessions_made import copied, everything_in
from sqlalchemy import text
from standing_clock import Clock

from voicesim.errors import BadInputError, StorageError
from voicesim.remarks.given import give, given_tasks
from voicesim.remarks.kinds import Comment, CriterionOverride, SignOff, Who, said
from voicesim.remarks.log import append_remark, read_remarks
from voicesim.review.report import write_report
from voicesim.review.scoring import score_bundle, write_scorecard
from voicesim.session.cached import cached_for
from voicesim.session.checksums import file_sha256
from voicesim.session.in_use import claim
from voicesim.session.integrity import check_session
from voicesim.session.reader import open_bundle
from voicesim.store import deleting
from voicesim.store.audit import COMMAND_LINE, By
from voicesim.store.deleting import delete_session
from voicesim.store.handing_over import export_person
from voicesim.store.keys import MasterKey, NoKeyError, make_key
from voicesim.store.leaving import delete_person
from voicesim.store.opened import opened
from voicesim.store.opening import Store
from voicesim.store.people import Account
from voicesim.store.retention import RetentionRules, retention_rules, tidy
from voicesim.store.sealed_folder import is_sealed, seal

NAME, LOGIN = "Quentin O'Farrow", "quentin.o"
SAID = "marmalade"
"""A word that only this person has said."""


@pytest.fixture
def boss(store: Store) -> Account:
    return store.people.add("boss", "Pat Boss", "admin", None, by=COMMAND_LINE)


@pytest.fixture
def quentin(store: Store, boss: Account) -> Account:
    return store.people.add(LOGIN, NAME, "trainee", "four brown horses ate", by=By(boss.id, "192.0.2.1"))


@pytest.fixture
def place(store: Store, held: Path, sessions: Path, boss: Account, quentin: Account) -> Path:
    """Two sessions of his, one of somebody else's about which he and others said things, tasks given, a cache."""
    me, teacher = Who(account=quentin.id, name=NAME), Who(account=boss.id, name=boss.name)
    own = copied(held, sessions, "own-1", owner=quentin.id, trainee=NAME)
    copied(held, sessions, "own-2", owner=quentin.id, private=True)
    append_remark(own, said(Comment, me, "trainee", at=0, text=f"I said {SAID}"))
    (own / "transcript.json").write_text(json.dumps({"said": SAID}))
    others = copied(held, sessions, "others", owner="somebody-else")
    append_remark(others, said(Comment, me, "peer", at=0, text=f"I would have said {SAID}"))
    append_remark(others, said(Comment, teacher, "instructor", at=5, text=f"As {NAME.upper()} says"))
    rubric = score_bundle(open_bundle(others)).rubric.id
    criterion = score_bundle(open_bundle(others)).criteria[0].id
    override = {"rubric": rubric, "criterion": criterion, "points": 70.0, "reason": "heard it otherwise"}
    append_remark(others, said(CriterionOverride, me, "instructor", **override))
    bundle = open_bundle(others)
    card = score_bundle(bundle)
    write_scorecard(bundle, card)
    write_report(bundle, card, others / "report.html")
    sums = {
        "log": file_sha256(others / "events.jsonl"),
        "scorecard": file_sha256(others / "scorecard.json"),
        "remarks": "0" * 64,
    }
    append_remark(others, said(SignOff, teacher, "instructor", **sums))
    give(sessions, teacher, me, "small", "Small", text=f"{NAME}, try this")
    give(sessions, me, teacher, "small", "Small")
    for name in ("own-1", "others"):
        cached_for(name).mkdir(parents=True)
        (cached_for(name) / "peaks").write_text(NAME)
    store.sign_ins.begin(quentin.id, where="192.0.2.9", browser="Firefox")
    store.invitations.make("trainee", by=By(quentin.id, "192.0.2.9"), note=f"a friend of {NAME}")
    store.audit.add("session seen", By(boss.id, "192.0.2.1"), about=quentin.id, session="own-1", detail=f"of {NAME}")
    store.index.refresh(sessions)
    return sessions


def database_dump(store: Store) -> bytes:
    """What the database says to whoever may read all of it; and its files, where it has any."""
    with store.database.reading() as db:
        tables = ("people", "sign_ins", "invitations", "audit", "settings", "sessions", "session_points")
        rows = [str(row) for table in tables for row in db.execute(text(f"SELECT * FROM {table}"))]
    files = everything_in(Path(store.database.name).parent) if store.database.is_sqlite else b""
    return "\n".join(rows).encode() + files


def test_a_person_gets_everything_in_one_file(store: Store, place: Path, quentin: Account, boss: Account) -> None:
    (place / "own-1" / "elsewhere").symlink_to(place / "others")
    pieces = list(export_person(store, place, quentin.id, by=By(boss.id, "192.0.2.1")))
    assert max(map(len, pieces)) < 2_000_000  # it is sent as it is made
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert archive.testzip() is None
    names = set(archive.namelist())
    assert all(not name.startswith("/") and ".." not in name for name in names)
    for session in ("own-1", "own-2"):
        for path in (place / session).iterdir():
            if not path.is_symlink():
                assert archive.read(f"sessions/{session}/{path.name}") == path.read_bytes()
    assert not any("others" in name or "elsewhere" in name for name in names)
    account = json.loads(archive.read("account.json"))
    assert (account["login"], account["name"], account["role"]) == (LOGIN, NAME, "trainee")
    everything = b"".join(archive.read(name) for name in names if "/" not in name)
    assert b"argon2" not in everything
    assert b'192.0.2.1"' not in everything  # somebody else's address
    assert [one["session"] for one in json.loads(archive.read("remarks.json"))["remarks"]] == ["others", "others"]
    assert len(json.loads(archive.read("remarks.json"))["tasks"]) == 2
    assert "sign-in" in {one["what"] for one in json.loads(archive.read("audit.json"))}
    assert len(json.loads(archive.read("sign-ins.json"))) == 1
    assert store.audit.page(what="person exported").total == 1


def test_nothing_is_left_of_a_person_who_is_deleted(
    store: Store, place: Path, quentin: Account, boss: Account, tmp_path: Path
) -> None:
    traces = [NAME, NAME.upper(), NAME.replace("'", "&#39;"), LOGIN, quentin.id, SAID, "192.0.2.9"]
    before = everything_in(tmp_path) + database_dump(store)
    assert [trace for trace in traces if trace.encode() not in before] == []
    gone = delete_person(store, place, quentin.id, by=By(boss.id, "192.0.2.1"))
    assert (set(gone.sessions), gone.changed) == ({"own-1", "own-2"}, ("others",))
    after = everything_in(tmp_path) + database_dump(store)
    assert [trace for trace in traces if trace.casefold().encode() in after.lower()] == []
    assert not (place / "own-1").exists()
    assert not cached_for("own-1").exists()
    assert store.people.find(LOGIN) is None
    lines = store.audit.page(person=gone.pseudonym).lines
    assert {"account made", "session seen", "session deleted", "person deleted"} <= {line.what for line in lines}


def test_other_peoples_sessions_stay_whole_when_somebody_is_deleted(
    store: Store, place: Path, quentin: Account
) -> None:
    log = file_sha256(place / "others" / "events.jsonl")
    delete_person(store, place, quentin.id, by=COMMAND_LINE)
    others = place / "others"
    found = read_remarks(others)
    assert found.notes == ()
    first, second, third, signature = found.remarks
    assert isinstance(first, Comment)
    assert (first.by.name, first.text) == ("Removed person", "(deleted)")
    assert isinstance(second, Comment)
    assert (second.by.name, second.text) == ("Pat Boss", "As Removed person says")
    assert isinstance(third, CriterionOverride)
    assert (third.points, third.reason) == (70.0, "heard it otherwise")  # a judgement of somebody else stays
    assert isinstance(signature, SignOff)
    assert signature.remarks == found.before(signature.id)
    assert signature.scorecard == file_sha256(others / "scorecard.json")
    assert signature.log == log == file_sha256(others / "events.jsonl")
    assert not check_session(others).damaged
    assert score_bundle(open_bundle(others)).criteria[0].override is not None
    assert [(one.by.name, one.to.name) for one in given_tasks(place)[0]] == [("Removed person", "Pat Boss")]


def test_a_name_that_is_a_word_takes_no_word_out_of_other_peoples_sentences(
    store: Store, held: Path, sessions: Path, boss: Account
) -> None:
    will = store.people.add("will", "Will", "trainee", None, by=COMMAND_LINE)
    others = copied(held, sessions, "others", owner="somebody-else")
    words = "You will see that Will listens"
    append_remark(others, said(Comment, Who(account=boss.id, name=boss.name), "instructor", at=0, text=words))
    card = (others / "scorecard.json").read_bytes()
    delete_person(store, sessions, will.id, by=COMMAND_LINE)
    (found,) = read_remarks(others).remarks
    assert isinstance(found, Comment)
    assert found.text == "You will see that Removed person listens"
    assert (others / "scorecard.json").read_bytes() == card


def test_deleting_somebody_goes_on_where_it_was_interrupted(
    store: Store, place: Path, quentin: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: Path, ignore_errors: bool = False) -> None:
        if not ignore_errors:
            raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(deleting.shutil, "rmtree", fails)
        with pytest.raises(StorageError, match="as a whole"):
            delete_person(store, place, quentin.id, by=COMMAND_LINE)
    assert not store.people.get(quentin.id).active
    delete_person(store, place, quentin.id, by=COMMAND_LINE)
    assert list(place.glob("own-*")) == []
    tidy(store, place, retention_rules(place), by=COMMAND_LINE)
    assert SAID.encode() not in everything_in(place)


def test_nobody_is_deleted_while_they_practise(store: Store, place: Path, quentin: Account) -> None:
    with (place / "own-2" / "events.jsonl").open() as log:
        claim(log.fileno())
        with pytest.raises(BadInputError, match="recorded at this moment"):
            delete_person(store, place, quentin.id, by=COMMAND_LINE)
        with pytest.raises(BadInputError, match="recorded at this moment"):
            delete_session(store, place / "own-2", by=COMMAND_LINE)
    assert (place / "own-1").is_dir()
    assert store.people.get(quentin.id).active


def test_the_last_admin_and_a_session_whose_owner_is_unknown_stop_a_deletion(
    store: Store, place: Path, quentin: Account, boss: Account
) -> None:
    with pytest.raises(BadInputError, match="last admin"):
        delete_person(store, place, boss.id, by=COMMAND_LINE)
    meta = (place / "own-2" / "meta.json").read_text()
    (place / "own-2" / "meta.json").write_text("{")
    with pytest.raises(BadInputError, match="whose"):
        delete_person(store, place, quentin.id, by=COMMAND_LINE)
    (place / "own-2" / "meta.json").write_text(meta)
    delete_person(store, place, quentin.id, by=COMMAND_LINE)


def test_encrypted_sessions_are_handed_over_and_deleted_too(
    store: Store, place: Path, quentin: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = make_key(place, file=tmp_path / "key")
    plain = (place / "own-1" / "events.jsonl").read_bytes()
    for name in ("own-1", "own-2", "others"):
        seal(place / name, key)
    monkeypatch.setenv("VOICESIM_KEY_FILE", str(tmp_path / "lost"))
    for attempt in (delete_person, export_person):
        with pytest.raises(NoKeyError):
            attempt(store, place, quentin.id, by=COMMAND_LINE)
    assert store.people.get(quentin.id).active
    monkeypatch.delenv("VOICESIM_KEY_FILE")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(export_person(store, place, quentin.id, by=COMMAND_LINE))))
    assert archive.read("sessions/own-1/events.jsonl") == plain
    assert len(json.loads(archive.read("remarks.json"))["remarks"]) == 2
    gone = delete_person(store, place, quentin.id, by=COMMAND_LINE)
    assert gone.changed == ("others",)
    with opened(place / "others") as readable:
        assert NAME.encode() not in everything_in(readable)
        assert read_remarks(readable).notes == ()
    assert is_sealed(place / "others")


# ------------------------------------------------------------------------------------------------------------- retention


def rules(**changes: int | str) -> RetentionRules:
    nothing = dict.fromkeys(
        ("sound_days", "sessions_days", "qualifications_months", "signed_off_months", "addresses_days"), "never"
    )
    return RetentionRules.model_validate({"format": "voicesim/retention/1", **nothing, **changes})


@pytest.fixture
def aged(store: Store, held: Path, sessions: Path, clock: Clock) -> Callable[..., Path]:
    def make(name: str, days: float, **changes: object) -> Path:
        created = (clock.now - timedelta(days=days)).isoformat()
        return copied(held, sessions, name, created=created, owner="ann", **changes)

    return make


def test_as_it_comes_nothing_is_deleted(store: Store, sessions: Path, aged: Callable[..., Path]) -> None:
    old = aged("old", 5000)
    before = everything_in(old)
    assert tidy(store, sessions, retention_rules(sessions), by=COMMAND_LINE).done == ()
    assert everything_in(old) == before


def test_old_sound_goes_and_the_words_stay(store: Store, sessions: Path, aged: Callable[..., Path]) -> None:
    old, young = aged("old", 31), aged("young", 29)
    kept = {
        name: (old / name).read_bytes()
        for name in ("events.jsonl", "transcript.json", "scorecard.json", "scenario.yaml")
    }
    chosen = rules(sound_days=30)
    planned = tidy(store, sessions, chosen, by=COMMAND_LINE, dry_run=True)
    assert [(one.session, one.what) for one in planned.done] == [("old", "remove sound")]
    assert (old / "trainee.flac").exists()
    assert tidy(store, sessions, chosen, by=COMMAND_LINE).done == planned.done
    assert {name: (old / name).read_bytes() for name in kept} == kept
    assert not [path.name for path in old.iterdir() if path.suffix in (".flac", ".wav")]
    assert b"base64" not in (old / "report.html").read_bytes()
    assert (young / "trainee.flac").exists()
    bundle = open_bundle(old)
    assert "Its sound was deleted on 2026-05-04; what was said is here." in bundle.notes
    assert not check_session(old).damaged
    score_bundle(bundle)
    assert tidy(store, sessions, chosen, by=COMMAND_LINE).done == ()
    found = store.index.get("old")
    assert found is not None
    assert not found.sound
    line = store.audit.page(what="sound deleted").lines[0]
    assert (line.session, line.about) == ("old", "ann")


def test_old_sessions_go_but_signed_ones_and_qualifications_are_kept_as_long_as_the_rules_say(
    store: Store, sessions: Path, aged: Callable[..., Path], clock: Clock
) -> None:
    for name, days in (("practice", 100), ("new", 80)):
        aged(name, days)
    aged("qualification", 100, mode="qualify")
    aged("older-qualification", 800, mode="qualify")
    sums = dict.fromkeys(("log", "scorecard", "remarks"), hashlib.sha256().hexdigest())
    append_remark(aged("signed", 100), said(SignOff, Who(name="T"), "instructor", **sums))
    chosen = rules(sessions_days=90, qualifications_months=24)
    done = tidy(store, sessions, chosen, by=COMMAND_LINE)
    assert {one.session for one in done.done} == {"practice", "older-qualification"}
    assert {path.name for path in sessions.iterdir()} == {"new", "qualification", "signed"}
    assert {line.session for line in store.audit.page(what="session deleted").lines} == {
        "practice",
        "older-qualification",
    }
    clock.forward(days=31)
    chosen = rules(sessions_days=90, qualifications_months=24, signed_off_months=4)
    assert {one.session for one in tidy(store, sessions, chosen, by=COMMAND_LINE).done} == {"new", "signed"}


def test_what_runs_or_cannot_be_read_is_left_alone(store: Store, sessions: Path, aged: Callable[..., Path]) -> None:
    running, broken, undated = aged("running", 100), aged("broken", 100), aged("undated", 100)
    (broken / "meta.json").write_text("{")
    meta = json.loads((undated / "meta.json").read_text())
    (undated / "meta.json").write_text(json.dumps(meta | {"created": "long ago"}))
    with (running / "events.jsonl").open() as log:
        claim(log.fileno())
        done = tidy(store, sessions, rules(sessions_days=30), by=COMMAND_LINE)
    assert done.done == ()
    assert {name for name, _ in done.left} == {"running", "broken", "undated"}
    assert {path.name for path in sessions.iterdir()} == {"running", "broken", "undated"}


def test_the_sound_of_an_encrypted_session_goes_too(
    store: Store, sessions: Path, aged: Callable[..., Path], tmp_path: Path
) -> None:
    old = aged("old", 100)
    key: MasterKey = make_key(sessions, file=tmp_path / "key")
    store.index.refresh(sessions)
    seal(old, key)
    size = sum(path.stat().st_size for path in old.iterdir())
    assert len(tidy(store, sessions, rules(sound_days=30), by=COMMAND_LINE).done) == 1
    assert is_sealed(old)
    assert sum(path.stat().st_size for path in old.iterdir()) < size / 2
    aged("plain", 1)
    again = tidy(store, sessions, rules(sound_days=30), by=COMMAND_LINE)
    assert (again.done, again.encrypted) == ((), 1)  # what was left plain is encrypted, as the key asks for
    assert is_sealed(sessions / "plain")


def test_leftovers_and_old_addresses_go(store: Store, sessions: Path, clock: Clock) -> None:
    (sessions / ".deleting-0123").mkdir()
    (sessions / ".deleting-0123" / "events.jsonl").write_text("left")
    cached_for("gone").mkdir(parents=True)
    store.audit.add("sign-in", By("a", "192.0.2.1"))
    store.audit.add("account made", COMMAND_LINE)
    clock.forward(days=91)
    store.audit.add("sign-in", By("a", "2001:db8::1"))
    done = tidy(store, sessions, rules(addresses_days=90), by=COMMAND_LINE)
    assert (done.addresses, done.leftovers >= 2) == (1, True)
    assert [line.where for line in store.audit.page().lines] == ["2001:db8::1", "command line", ""]
    assert not (sessions / ".deleting-0123").exists()
    assert not cached_for("gone").exists()


def test_an_academy_sets_its_own_rules_and_hears_of_mistakes_by_line(sessions: Path) -> None:
    own = sessions / "academy" / "retention.yaml"
    own.parent.mkdir()
    lines = [
        "sound_days: 30",
        "sessions_days: never",
        "qualifications_months: 24",
        "signed_off_months: 12",
        "addresses_days: 30",
    ]
    own.write_text("\n".join(["format: voicesim/retention/1", *lines]))
    assert retention_rules(sessions) == rules(
        sound_days=30, qualifications_months=24, signed_off_months=12, addresses_days=30
    )
    own.write_text("\n".join(["format: voicesim/retention/1", "sound_days: 0", *lines[1:]]))
    with pytest.raises(BadInputError, match=r"retention\.yaml:2"):
        retention_rules(sessions)


def test_a_session_that_is_deleted_is_gone_everywhere(store: Store, session: Path, sessions: Path) -> None:
    store.index.refresh(sessions)
    cached_for(session.name).mkdir(parents=True)
    delete_session(store, session, by=By("ann", "192.0.2.1"))
    assert list(sessions.iterdir()) == []
    assert not cached_for(session.name).exists()
    assert store.index.get(session.name) is None
    assert datetime(2026, 5, 4, tzinfo=UTC) <= store.audit.page(session=session.name).lines[0].at
    for name in ("..", session.name, "academy"):
        with pytest.raises(BadInputError, match="no such session"):
            delete_session(store, sessions / name, by=COMMAND_LINE)
