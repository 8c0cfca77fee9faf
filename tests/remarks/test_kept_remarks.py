"""Remarks on disk: kept line by line, by several people at once, and read whatever has happened to the file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from said_things import OFFICER, SERGEANT, Talk

from voicesim.remarks.kinds import (
    Comment,
    CriterionOverride,
    Evaluation,
    Flag,
    LabelOverride,
    SignOff,
    Withdrawal,
    said,
)
from voicesim.remarks.log import REMARKS, append_remark, read_remarks


def test_what_is_said_is_read_back_with_who_and_when(tmp_path: Path) -> None:
    comment = said(
        Comment, SERGEANT, "instructor", at=16_000, until=32_000, text="“Good” – she could go on.\n\tReally."
    )
    flag = said(Flag, OFFICER, "trainee", at=5, button="good-silence", label="Good silence", tone="good")
    append_remark(tmp_path, comment)
    append_remark(tmp_path, flag)
    found = read_remarks(tmp_path)
    assert found.remarks == (comment, flag)
    assert found.notes == ()


def test_nothing_said_is_nothing_wrong(tmp_path: Path) -> None:
    assert read_remarks(tmp_path).remarks == ()
    assert read_remarks(tmp_path).notes == ()


def test_a_line_cut_off_by_a_crash_is_named_and_what_comes_later_is_kept(tmp_path: Path) -> None:
    talk, path = Talk(), tmp_path / REMARKS
    first, lost, last = (talk(Comment, at=n, text=f"number {n}") for n in range(3))
    append_remark(tmp_path, first)
    append_remark(tmp_path, lost)
    path.write_bytes(path.read_bytes()[:-9])
    assert read_remarks(tmp_path).remarks == (first,)
    assert "last line was cut off" in read_remarks(tmp_path).notes[0]
    append_remark(tmp_path, last)
    found = read_remarks(tmp_path)
    assert found.remarks == (first, last)
    assert len(found.notes) == 1
    assert "line 2 is damaged" in found.notes[0]


def test_a_changed_line_is_never_taken_for_what_was_said(tmp_path: Path) -> None:
    talk, path = Talk(), tmp_path / REMARKS
    for points in (20, 40):
        append_remark(
            tmp_path, talk(CriterionOverride, rubric="default", criterion="no-why", points=points, reason="so")
        )
    path.write_text(path.read_text(encoding="utf-8").replace('"points":20', '"points":99'), encoding="utf-8")
    found = read_remarks(tmp_path)
    assert [one.points for one in found.remarks if isinstance(one, CriterionOverride)] == [40]
    assert "line 1 is damaged" in found.notes[0]


def test_a_line_that_was_taken_out_is_missed(tmp_path: Path) -> None:
    talk, path = Talk(), tmp_path / REMARKS
    for n in range(3):
        append_remark(tmp_path, talk(Comment, at=n, text=f"number {n}"))
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text(lines[0] + lines[2], encoding="utf-8")
    found = read_remarks(tmp_path)
    assert len(found.remarks) == 2
    assert "lines were lost or moved" in found.notes[0]


def test_a_kind_of_a_later_version_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    from voicesim.remarks.log import append_line

    class Poem(Comment):
        kind: str = "poem"  # type: ignore[assignment]

    talk = Talk()
    append_line(tmp_path / REMARKS, talk(Poem, at=0, text="…"))
    append_remark(tmp_path, talk(Comment, at=1, text="read"))
    found = read_remarks(tmp_path)
    assert [getattr(one, "text", "") for one in found.remarks] == ["read"]
    assert "a kind this version does not know" in found.notes[0]


_WRITER = """
import sys
from pathlib import Path
from voicesim.remarks.kinds import Comment, Who, said
from voicesim.remarks.log import append_remark
for n in range(20):
    append_remark(Path(sys.argv[1]), said(Comment, Who(name=sys.argv[2]), "instructor", at=n, text="word " * 60))
"""


def test_two_people_who_write_at_once_lose_nothing(tmp_path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path), name]) for name in ("Low", "Finch")]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    found = read_remarks(tmp_path)
    assert found.notes == ()
    by = [one.by.name for one in found.remarks]
    assert (by.count("Low"), by.count("Finch")) == (20, 20)


_FULL = """
import resource, sys
from pathlib import Path
from voicesim.errors import StorageError
from voicesim.remarks.kinds import Comment, Who, said
from voicesim.remarks.log import append_remark
folder = Path(sys.argv[1])
size = (folder / "remarks.jsonl").stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 50, size + 50))
try:
    append_remark(folder, said(Comment, Who(name="Low"), "instructor", at=1, text="too much"))
except StorageError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of a file's size to set")
def test_a_full_disk_is_said_and_what_was_there_stays(tmp_path: Path) -> None:
    first = Talk()(Comment, at=0, text="kept")
    append_remark(tmp_path, first)
    done = subprocess.run([sys.executable, "-c", _FULL, str(tmp_path)], capture_output=True, text=True)
    assert "full" in done.stdout, done.stderr
    assert read_remarks(tmp_path).remarks == (first,)
    assert read_remarks(tmp_path).notes == ()


@given(data=st.binary(max_size=400), cut=st.integers(0, 600))
def test_any_file_is_read_without_a_traceback(data: bytes, cut: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("any")
    talk = Talk()
    append_remark(folder, talk(Comment, at=1, text="before"))
    whole = (folder / REMARKS).read_bytes()
    (folder / REMARKS).write_bytes(whole[:cut] + data + whole[cut:])
    found = read_remarks(folder)
    assert len(found.remarks) <= 1
    after = talk(Comment, at=2, text="after")
    append_remark(folder, after)
    assert read_remarks(folder).remarks[-1] == after


def test_a_sign_off_knows_what_was_said_before_it(tmp_path: Path) -> None:
    talk, nothing = Talk(), "0" * 64
    append_remark(tmp_path, talk(Comment, at=0, text="one"))
    append_remark(tmp_path, talk(SignOff, log=nothing, scorecard=nothing, remarks=nothing))
    found = read_remarks(tmp_path)
    signed = found.remarks[1]
    assert isinstance(signed, SignOff)
    assert signed.remarks == found.before(signed.id) != nothing
    path = tmp_path / REMARKS
    path.write_bytes(path.read_bytes().replace(b"one", b"two"))
    assert read_remarks(tmp_path).before(signed.id) != signed.remarks


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (Comment, {"at": -1, "text": "x"}),
        (Comment, {"at": 5, "until": 4, "text": "x"}),
        (Comment, {"at": 5, "text": "   "}),
        (Comment, {"at": 5, "text": "x" * 2001}),
        (CriterionOverride, {"rubric": "default", "criterion": "no-why", "points": 101, "reason": "x"}),
        (CriterionOverride, {"rubric": "default", "criterion": "no-why", "points": float("nan"), "reason": "x"}),
        (CriterionOverride, {"rubric": "default", "criterion": "no-why", "points": 5, "reason": ""}),
        (LabelOverride, {"what": "move", "at": 0, "label": "backchannel", "reason": "x"}),
        (LabelOverride, {"what": "griffiths", "at": 0, "label": "invitation", "reason": "x"}),
        (Evaluation, {"voice": "self", "rubric": "default", "levels": {}}),
        (Evaluation, {"voice": "self", "rubric": "default", "levels": {"no-why": "superb"}}),
        (Withdrawal, {"of": "../../etc"}),
    ],
)
def test_what_makes_no_sense_cannot_be_said(kind: type, fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        said(kind, SERGEANT, "instructor", **fields)
