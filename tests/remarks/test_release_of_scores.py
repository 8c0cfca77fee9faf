"""When somebody is shown their scores: at once, or when an instructor has looked."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from said_things import OFFICER, SERGEANT, Talk

from voicesim.errors import BadInputError
from voicesim.remarks.given import answers, give, given_tasks, take_back, tasks
from voicesim.remarks.kinds import Assignment, Hold, Release
from voicesim.remarks.log import append_remark
from voicesim.remarks.release import released
from voicesim.remarks.settings import room_settings
from voicesim.session.meta import SessionMeta, read_meta


def meta_of(folder: Path, **changes: object) -> SessionMeta:
    created = datetime.now(UTC).isoformat()
    return read_meta(folder).model_copy(update={"owner": "officer", "created": created, **changes})


def test_practice_is_scored_at_once_and_a_qualification_when_an_instructor_releases_it(folder: Path) -> None:
    assert released(folder, meta_of(folder))
    qualification = meta_of(folder, mode="qualify")
    assert not released(folder, qualification)
    talk = Talk()
    append_remark(folder, talk(Release))
    assert released(folder, qualification)
    append_remark(folder, talk(Hold))
    assert not released(folder, qualification)
    assert not released(folder, meta_of(folder))


def test_where_there_are_no_accounts_and_in_private_nobody_has_to_release(folder: Path) -> None:
    assert released(folder, meta_of(folder, mode="qualify", owner=""))
    assert released(folder, meta_of(folder, mode="qualify", private=True))


def test_a_scenario_that_was_given_is_held_back_and_answers_to_its_task(folder: Path) -> None:
    sessions = folder.parent
    earlier = meta_of(folder, created="2020-01-01T06:00:00+00:00")
    task = give(sessions, SERGEANT, OFFICER, "delayed-report", "Nine years later")
    later = meta_of(folder, created="2090-01-01T06:00:00+00:00")
    assert not answers(task, earlier)
    assert answers(task, later)
    assert not answers(task, later.model_copy(update={"owner": "colleague"}))
    assert released(folder, earlier)
    assert not released(folder, later)
    again = give(sessions, SERGEANT, OFFICER, "delayed-report")
    found = tasks(given_tasks(sessions)[0], [("second", later), ("first", earlier)])
    assert [(one.given.id, one.session) for one in found] == [(task.id, "second"), (again.id, None)]
    for one in (task, again):
        take_back(sessions, SERGEANT, one.id)
    assert given_tasks(sessions) == ((), ())
    assert released(folder, later)


def test_whoever_is_to_judge_themself_first_sees_no_scores_before(folder: Path) -> None:
    append_remark(folder, Talk()(Assignment, to=OFFICER, task="listen_again"))
    assert released(folder, meta_of(folder))
    append_remark(folder, Talk()(Assignment, SERGEANT, to=OFFICER, task="self_evaluate", due=None).model_copy(
        update={"id": "f" * 16}))  # fmt: skip
    assert not released(folder, meta_of(folder))


def test_an_academy_changes_its_rules_and_its_buttons(folder: Path) -> None:
    own = folder.parent / "academy" / "room.yaml"
    own.parent.mkdir()
    own.write_text(
        "format: voicesim/room/1\nbuttons:\n  - {id: calm, label: Calm}\nrelease: {practice: by_instructor}\n",
        encoding="utf-8",
    )
    settings = room_settings(folder.parent)
    assert [button.label for button in settings.buttons] == ["Calm"]
    assert not released(folder, meta_of(folder))
    assert room_settings(folder).buttons[0].label == "Empathy in action", "elsewhere those that came along"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("buttons: [{id: a, label: A}, {id: a, label: B}]", "share the id 'a'"),
        ("buttons: [{id: a, label: A, key: '1'}, {id: b, label: B, key: '1'}]", "share the key '1'"),
        ("buttons: []", "empty"),
        ("buttons: [{id: a, label: A, key: 'x'}]", "key"),
        ("buttons: [{id: a, label: A}]\nrelease: {practice: never}", "never"),
    ],
)
def test_mistakes_in_an_academys_file_are_named_with_their_line(folder: Path, text: str, says: str) -> None:
    own = folder.parent / "academy" / "room.yaml"
    own.parent.mkdir()
    own.write_text(f"format: voicesim/room/1\n{text}\n", encoding="utf-8")
    with pytest.raises(BadInputError) as caught:
        room_settings(folder.parent)
    assert says in str(caught.value)
    assert "room.yaml:" in str(caught.value)
