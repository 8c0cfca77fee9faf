"""Encryption at rest: what is sealed tells nothing, what is opened is what was sealed, and nothing is lost in between."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from kept_sessions_made import everything_in

from voicesim.errors import BadInputError, StorageError, VoicesimError
from voicesim.live.replay import replay
from voicesim.remarks.kinds import Comment, Who, said
from voicesim.remarks.log import append_remark, read_remarks
from voicesim.review.scoring import score_bundle
from voicesim.session.cached import cached_for
from voicesim.session.integrity import check_session
from voicesim.session.reader import open_bundle
from voicesim.store import sealed_folder
from voicesim.store.index import Wanted
from voicesim.store.keys import MasterKey, NoKeyError, change_key, key_description, key_place, make_key, open_key
from voicesim.store.opened import close_all, keep_changes, opened, opened_in_part
from voicesim.store.opening import open_store
from voicesim.store.private_place import PrivatePlace, clear_abandoned, places
from voicesim.store.sealed_file import CHUNK, SealBrokenError, seal_file, unsealed
from voicesim.store.sealed_folder import SEALED, clear_leftovers, is_sealed, plain_files, seal, unseal
from voicesim.store.sealing import seal_session, seal_when_done

PASSPHRASE = "seven slow snails in spring"
TELLING = (b"pineapple", b"trainee", b"events.jsonl", b"fLaC", b"scorecard", b"what happened?", b"notes.txt")
"""Words, names and beginnings of files that stand in a plain session."""


@pytest.fixture
def key(sessions: Path, tmp_path: Path) -> MasterKey:
    return make_key(sessions, file=tmp_path / "stick" / "voicesim.key")


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {name: (path.read_bytes(), path.stat().st_mtime_ns) for name, path in plain_files(folder)}


def remark(text: str) -> Comment:
    return said(Comment, Who(account="t", name="Teacher"), "instructor", at=0, text=text)


def test_a_sealed_session_tells_nothing_and_comes_back_as_it_was(session: Path, key: MasterKey) -> None:
    (session / "more" / "deeper").mkdir(parents=True)
    (session / "more" / "deeper" / "notes.txt").write_text("pineapple")
    (session / "empty.txt").write_text("")
    before = contents(session)
    assert not [word for word in TELLING if word not in everything_in(session)]
    cached_for(session.name).mkdir(parents=True)
    seal_session(session, key)
    assert is_sealed(session)
    assert not cached_for(session.name).exists()
    found = everything_in(session)
    assert not [word for word in TELLING if word in found]
    unseal(session, key)
    assert contents(session) == before
    assert not is_sealed(session)


def test_a_sealed_session_is_read_heard_and_scored_as_before(session: Path, key: MasterKey) -> None:
    card = score_bundle(open_bundle(session)).to_json()
    seal(session, key)
    with opened(session) as readable:
        assert readable != session
        assert readable.stat().st_mode & 0o777 == 0o700
        assert readable.parent.stat().st_mode & 0o777 == 0o700
        bundle = open_bundle(readable)
        assert replay(bundle).difference is None
        assert score_bundle(bundle).to_json() == card
        assert not check_session(readable).damaged
        private = readable.parent
    assert not private.exists()
    assert is_sealed(session)


def test_copies_lie_in_memory_where_there_is_any(session: Path, key: MasterKey) -> None:
    from voicesim.store.private_place import in_memory

    seal(session, key)
    with opened(session) as readable:
        assert readable.parent.parent == places()[0]
        assert in_memory(readable) == in_memory(places()[0])
    if Path("/dev/shm").is_dir():
        assert in_memory(Path("/dev/shm"))
    assert not in_memory(Path("/proc/self/nowhere"))


def test_what_is_said_about_a_sealed_session_is_sealed_too(session: Path, key: MasterKey) -> None:
    seal(session, key)
    others = {path.name for path in session.iterdir()}
    with opened(session) as readable:
        append_remark(readable, remark("Well listened"))
        assert keep_changes(readable)
        with opened_in_part(session, "remarks.jsonl") as also:  # at once, not only when the reader is done
            assert [one.text for one in read_remarks(also).remarks] == ["Well listened"]  # type: ignore[attr-defined]
            assert not (also / "meta.json").exists()
        (readable / "report.html").unlink()
    assert len(others & {path.name for path in session.iterdir()}) == len(others) - 1  # the sound was not written again
    with opened(session) as readable:
        assert (readable / "remarks.jsonl").exists()
        assert not (readable / "report.html").exists()
    assert b"Well listened" not in everything_in(session)


def test_readers_share_a_copy_that_waits_for_the_next(session: Path, key: MasterKey) -> None:
    seal(session, key)
    with opened(session, linger=60) as first, opened(session, linger=60) as second:
        assert first == second
    assert first.exists()
    unseal(session, key)
    (session / "meta.json").touch()
    seal(session, key)
    with opened(session) as later:
        assert later != first  # it was sealed anew meanwhile
    assert not first.exists()
    close_all()


def test_two_programs_do_not_overwrite_each_other(session: Path, key: MasterKey) -> None:
    seal(session, key)
    with pytest.raises(StorageError, match="by another program"), opened(session) as readable:  # noqa: PT012
        script = (
            "import sys; from pathlib import Path; from voicesim.store.opened import opened\n"
            "with opened(Path(sys.argv[1])) as folder: (folder / 'scorecard.json').write_text('theirs')"
        )
        subprocess.run([sys.executable, "-c", script, str(session)], check=True)
        (readable / "scorecard.json").write_text("ours")
    with opened(session) as readable:
        assert (readable / "scorecard.json").read_text() == "theirs"


def test_the_academys_own_settings_are_found_beside_an_opened_session(session: Path, key: MasterKey) -> None:
    (session.parent / "academy").mkdir()
    (session.parent / "academy" / "room.yaml").write_text("x")
    seal(session, key)
    with opened(session) as readable:
        assert (readable.parent / "academy" / "room.yaml").read_text() == "x"
        (readable / "scorecard.json").touch()
    assert (session.parent / "academy" / "room.yaml").exists()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_files_of_every_size_come_back(tmp_path: Path, size: int) -> None:
    plain, sealed, secret = tmp_path / "plain", tmp_path / "sealed", os.urandom(32)
    plain.write_bytes(os.urandom(size))
    seal_file(plain, sealed, secret, "here/plain")
    assert b"".join(unsealed(sealed, secret, "here/plain")) == plain.read_bytes()
    for wrong, about in ((os.urandom(32), "here/plain"), (secret, "there/plain")):
        with pytest.raises(SealBrokenError):
            b"".join(unsealed(sealed, wrong, about))


def test_whatever_is_changed_in_an_encrypted_file_is_noticed(tmp_path: Path) -> None:
    plain, sealed, secret = tmp_path / "plain", tmp_path / "sealed", os.urandom(32)
    plain.write_bytes(os.urandom(2 * CHUNK + 5))
    seal_file(plain, sealed, secret, "x")
    whole = sealed.read_bytes()
    chunk = CHUNK + 16
    head = len(whole) - (2 * CHUNK + 5) - 3 * 16
    damages = [whole[:head], whole[: head + chunk], whole[: head + 2 * chunk], whole[:-1], whole + b"x", b"", whole[:5]]
    damages.append(
        whole[:head] + whole[head + chunk : head + 2 * chunk] + whole[head : head + chunk] + whole[head + 2 * chunk :]
    )
    damages += [
        whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in (0, 9, head, head + chunk, len(whole) - 1)
    ]
    for damage in damages:
        sealed.write_bytes(damage)
        with pytest.raises(SealBrokenError):
            b"".join(unsealed(sealed, secret, "x"))


def test_files_and_sessions_cannot_be_exchanged(session: Path, held: Path, key: MasterKey) -> None:
    other = Path(shutil.copytree(held, session.parent / "another"))
    seal(session, key)
    seal(other, key)
    shutil.rmtree(session)
    shutil.copytree(other, session)
    with pytest.raises(SealBrokenError), opened(session):
        pass
    files = sorted(other.glob("*.sealed"), key=lambda path: path.stat().st_size)
    first, second = files[0].read_bytes(), files[1].read_bytes()
    files[0].write_bytes(second)
    files[1].write_bytes(first)
    with pytest.raises(SealBrokenError), opened(other):
        pass
    (other / SEALED).write_text("{}")
    with pytest.raises(BadInputError):
        unseal(other, key)


def test_a_list_that_names_a_file_outside_writes_nothing_there(session: Path, key: MasterKey) -> None:
    seal(session, key)
    sealed = sealed_folder.read_sealed(session, key)
    for name in ("../outside", "/tmp/outside", "a/../../outside", "..\\outside", "C:outside"):
        bad = (sealed.members[0].model_copy(update={"name": name}),)
        sealed_folder._write_list(sealed_folder.Sealed(session, sealed.key, bad, 2), key)
        with pytest.raises(BadInputError, match="outside itself"), opened(session):
            pass


MOMENTS = (
    "seal_file", "_prove", "write_atomically", "_write_list", "_clear_plain", "_write_plain", "sync_folder", "_clear_unlisted",
    "unlink",
)  # fmt: skip


@pytest.mark.parametrize("how", ["sealing", "unsealing"])
def test_a_crash_at_any_moment_leaves_the_plain_session_or_the_sealed_one(
    session: Path, key: MasterKey, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    before = contents(session)
    work: Callable[[Path, MasterKey], None] = seal if how == "sealing" else unseal
    if how == "unsealing":
        seal(session, key)
    crashed = 0
    for moment in MOMENTS:
        for turn in range(12):
            with monkeypatch.context() as patch:
                place = Path if moment == "unlink" else sealed_folder
                patch.setattr(place, moment, _killed_at(getattr(place, moment), turn))
                try:
                    work(session, key)
                    finished = True
                except KeyboardInterrupt:
                    finished = False
            crashed += not finished
            with opened(session) as readable:
                assert {name: data for name, (data, _) in contents(readable).items()} == {
                    name: data for name, (data, _) in before.items()
                }
            if is_sealed(session):
                assert clear_leftovers(session, key) == ()
                assert list(plain_files(session)) == []
            if finished:  # back to where it began
                (unseal if how == "sealing" else seal)(session, key)
                break
            if is_sealed(session) == (how == "sealing"):
                (unseal if how == "sealing" else seal)(session, key)
    assert crashed >= 20


def _killed_at(function: Callable[..., object], turn: int) -> Callable[..., object]:
    calls = iter(range(1000))

    def killed(*given: object, **named: object) -> object:
        if next(calls) == turn:
            raise KeyboardInterrupt
        return function(*given, **named)

    return killed


def test_a_session_in_which_somebody_writes_meanwhile_stays_plain(
    session: Path, key: MasterKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    proven = sealed_folder._prove

    def slowly(sealed: sealed_folder.Sealed) -> None:
        proven(sealed)
        append_remark(session, remark("Wait"))

    monkeypatch.setattr(sealed_folder, "_prove", slowly)
    with pytest.raises(StorageError, match="stays plain"):
        seal(session, key)
    assert not is_sealed(session)
    assert list(session.glob("*.sealed")) == []
    assert len(read_remarks(session).remarks) == 1


def test_links_are_not_followed_into_other_folders(session: Path, key: MasterKey) -> None:
    (session / "passwd").symlink_to("/etc/passwd")
    with pytest.raises(BadInputError, match="no plain file"):
        seal(session, key)
    assert not is_sealed(session)


def test_only_closed_and_scored_sessions_are_sealed(session: Path, key: MasterKey) -> None:
    card = (session / "scorecard.json").read_bytes()
    (session / "scorecard.json").unlink()
    assert not seal_when_done(session)
    with pytest.raises(BadInputError, match="not scored"):
        seal_session(session, key)
    (session / "scorecard.json").write_bytes(card)
    meta = json.loads((session / "meta.json").read_text())
    (session / "meta.json").write_text(json.dumps(meta | {"state": "recording"}))
    with pytest.raises(BadInputError, match="recover"):
        seal_session(session, key)
    (session / "meta.json").write_text(json.dumps(meta))
    assert seal_when_done(session)
    assert is_sealed(session)


def test_without_a_key_nothing_is_sealed_by_itself(session: Path, sessions: Path) -> None:
    assert not seal_when_done(session)
    make_key(sessions, passphrase=PASSPHRASE)
    assert not seal_when_done(session)  # nobody is there to type it
    assert seal_when_done(session, lambda: PASSPHRASE)


def test_a_passphrase_opens_and_a_wrong_one_does_not(
    session: Path, sessions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NoKeyError, match="no key"):
        open_key(sessions)
    with pytest.raises(BadInputError, match="too short"):
        make_key(sessions, passphrase="short")
    key = make_key(sessions, passphrase=PASSPHRASE)
    assert PASSPHRASE.encode() not in key_place(sessions).read_bytes()
    assert key_place(sessions).stat().st_mode & 0o777 == 0o600
    with pytest.raises(NoKeyError, match="passphrase"):
        open_key(sessions)
    with pytest.raises(BadInputError, match="not right"):
        open_key(sessions, lambda: PASSPHRASE.upper())
    monkeypatch.setenv("VOICESIM_PASSPHRASE", PASSPHRASE)
    assert open_key(sessions).secret == key.secret
    assert key.secret.hex() not in repr(key)
    with pytest.raises(BadInputError, match="already"):
        make_key(sessions, passphrase=PASSPHRASE)


def test_the_key_can_be_guarded_otherwise_without_touching_a_session(
    session: Path, sessions: Path, key: MasterKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal(session, key)
    before = everything_in(session)
    change_key(sessions, None, passphrase=PASSPHRASE)
    (tmp_path / "stick" / "voicesim.key").unlink()
    assert open_key(sessions, lambda: PASSPHRASE).secret == key.secret
    change_key(sessions, lambda: PASSPHRASE, file=tmp_path / "new.key")
    change_key(sessions, None, automatic=False)
    described = key_description(sessions)
    assert described is not None
    assert (described.guarded_by, described.automatic) == ("file", False)
    assert everything_in(session) == before
    (tmp_path / "new.key").rename(tmp_path / "moved.key")
    with pytest.raises(NoKeyError, match="VOICESIM_KEY_FILE"), opened(session):
        pass
    monkeypatch.setenv("VOICESIM_KEY_FILE", str(tmp_path / "moved.key"))
    with opened(session) as readable:
        assert (readable / "meta.json").exists()
    (tmp_path / "moved.key").write_text("voicesim-key-1 " + "A" * 43 + "=\n")
    with pytest.raises(BadInputError, match="not the right one"):
        open_key(sessions)
    (tmp_path / "moved.key").write_text("something else")
    with pytest.raises(BadInputError, match="no key file"):
        open_key(sessions)


def test_the_index_keeps_what_it_knows_of_sealed_sessions(
    session: Path, sessions: Path, key: MasterKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(tmp_path / "a.sqlite3") as store:
        store.index.refresh(sessions)
        before = store.index.get(session.name)
        seal(session, key)
        monkeypatch.setenv("VOICESIM_KEY_FILE", str(tmp_path / "lost.key"))
        store.index.refresh(sessions)
        after = store.index.get(session.name)
    assert before is not None
    assert after is not None
    assert (after.sealed, after.title, after.overall) == (True, before.title, before.overall)
    with open_store(tmp_path / "b.sqlite3") as store:
        store.index.refresh(sessions)
        assert store.index.page(Wanted(seen_by="t")).total == 0  # whose it is cannot be known
        assert store.index.page(Wanted(state="unread")).total == 1
        assert store.index.refresh(sessions).same == 1
        monkeypatch.delenv("VOICESIM_KEY_FILE")
        assert store.index.refresh(sessions).changed == 1  # with its key back it is read
        read = store.index.get(session.name)
    assert read is not None
    assert (read.title, read.overall, read.sealed) == (before.title, before.overall, True)


def test_what_a_killed_program_left_in_memory_is_cleared_away(session: Path, key: MasterKey) -> None:
    seal(session, key)
    script = (
        "import os, sys; from pathlib import Path; from voicesim.store.opened import opened\n"
        "with opened(Path(sys.argv[1])) as folder:\n"
        "    print(folder.parent, flush=True); os.kill(os.getpid(), 9)"
    )
    ran = subprocess.run([sys.executable, "-c", script, str(session)], stdout=subprocess.PIPE, text=True)
    left = Path(ran.stdout.strip())
    assert left.is_dir()
    mine = PrivatePlace(1)
    for folder in (left, mine.folder):
        os.utime(folder, (0, 0))
    assert clear_abandoned() >= 1
    assert not left.exists()
    assert mine.folder.exists()  # its program is alive
    mine.remove()


def test_many_may_read_a_sealed_session_at_once(session: Path, key: MasterKey) -> None:
    seal(session, key)

    def read(number: int) -> int:
        with opened(session) as readable:
            append_remark(readable, remark(f"Number {number}"))
            return len(open_bundle(readable).records)

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(read, range(12)))) == 1
    with opened(session) as readable:
        assert sorted(one.text for one in read_remarks(readable).remarks) == sorted(  # type: ignore[attr-defined]
            f"Number {number}" for number in range(12)
        )


def test_a_remark_that_comes_while_a_session_is_sealed_is_refused_not_lost(session: Path, key: MasterKey) -> None:
    append_remark(session, remark("First"))
    refused = 0

    def write(number: int) -> bool:
        try:
            append_remark(session, remark(f"Number {number}"))
        except VoicesimError:
            return False
        return True

    import fcntl

    with (session / "remarks.jsonl").open("rb+") as file, ThreadPoolExecutor(1) as pool:
        fcntl.flock(file, fcntl.LOCK_EX)
        waiting = pool.submit(write, 1)
        while not _opened_twice(session / "remarks.jsonl"):
            pass
        seal(session, key)
        fcntl.flock(file, fcntl.LOCK_UN)
        refused += not waiting.result()
    assert refused == 1


def _opened_twice(path: Path) -> bool:
    real = str(path.resolve())
    links = [os.path.join("/proc/self/fd", name) for name in os.listdir("/proc/self/fd")]
    return sum(os.path.realpath(link) == real for link in links) >= 2
