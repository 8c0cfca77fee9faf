"""A session taken elsewhere from its page: by whom, as what, and with what left out."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from people_served import InProcess, kept_session

from voicesim.exports.formats import FORMATS
from voicesim.remarks.kinds import Evaluation, Hold, Who, said
from voicesim.remarks.log import append_remark


@pytest.fixture(scope="module")
def academy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    people = InProcess(tmp_path_factory.mktemp("academy"))
    kept_session(people.sessions, "2026-03-01-hers", people.trainee.id)
    kept_session(people.sessions, "2026-03-02-private", people.trainee.id, private=True)
    held = kept_session(people.sessions, "2026-03-03-held", people.trainee.id)
    append_remark(held, said(Hold, Who(account=people.instructor.id, name="Instructor Reed"), "instructor"))
    yield people
    people.close()


@pytest.mark.parametrize("wanted", FORMATS)
def test_every_format_arrives_as_what_it_is(academy: InProcess, wanted: str) -> None:
    status, text, headers = academy.trainee.ask("GET", f"/api/sessions/2026-03-01-hers/export/{wanted}")
    assert status == 200
    assert headers["content-type"] == FORMATS[wanted].media_type
    assert headers["content-disposition"] == f'attachment; filename="2026-03-01-hers{FORMATS[wanted].suffix}"'
    assert headers["cache-control"] == "no-store"
    assert len(text) > 100


def test_the_page_offers_every_format(academy: InProcess) -> None:
    _, text, _ = academy.trainee.ask("GET", "/sessions/2026-03-01-hers")
    for wanted in FORMATS:
        assert f'href="/api/sessions/2026-03-01-hers/export/{wanted}"' in text


def test_what_others_may_not_see_they_cannot_export(academy: InProcess) -> None:
    for client, name in (
        (academy.other, "2026-03-01-hers"), (academy.instructor, "2026-03-02-private"), (academy.admin, "2026-03-02-private"),
    ):  # fmt: skip
        status, text, _ = client.ask("GET", f"/api/sessions/{name}/export/vtt")
        assert status == 404
        assert "no such session" in text
    assert academy.trainee.ask("GET", "/api/sessions/2026-03-02-private/export/vtt")[0] == 200
    for path in ("/api/sessions/..%2f..%2fetc/export/vtt", "/api/sessions/2026-03-01-hers/export/exe"):
        assert academy.instructor.ask("GET", path)[0] in (404, 422)


def test_exporting_somebody_elses_session_is_noted_and_ones_own_is_not(academy: InProcess) -> None:
    def noted() -> int:
        return sum(line.what == "session exported" for line in academy.store.audit.page().lines)

    before = noted()
    assert academy.trainee.ask("GET", "/api/sessions/2026-03-01-hers/export/csv")[0] == 200
    assert noted() == before
    assert academy.instructor.ask("GET", "/api/sessions/2026-03-01-hers/export/csv")[0] == 200
    assert noted() == before + 1


def test_scores_that_are_held_back_are_in_no_file_of_the_trainees(academy: InProcess) -> None:
    path = "/api/sessions/2026-03-03-held/export/"
    assert json.loads(academy.trainee.ask("GET", path + "json")[1])["scoring"] is None
    assert json.loads(academy.instructor.ask("GET", path + "json")[1])["scoring"] is not None
    assert "griffiths" not in academy.trainee.ask("GET", path + "csv")[1]
    assert '"score"' not in academy.trainee.ask("GET", path + "xapi")[1]


def test_what_was_judged_by_ear_is_exported_with_the_scores_and_not_before(academy: InProcess) -> None:
    reed = Who(account=academy.instructor.id, name="Instructor Reed")
    zoe = Who(account=academy.trainee.id, name="Trainee Reed")
    for name in ("2026-03-01-hers", "2026-03-03-held"):
        about = {"rubric": "default", "levels": {"no-why": "sound"}}
        append_remark(
            academy.sessions / name, said(Evaluation, reed, "instructor", voice="instructor", text="Calm.", **about)
        )
        append_remark(
            academy.sessions / name, said(Evaluation, zoe, "trainee", voice="self", text="Too fast.", **about)
        )
    path = "/api/sessions/{}/export/json"
    for client, name, shown in (
        (academy.trainee, "2026-03-01-hers", True),
        (academy.instructor, "2026-03-03-held", True),
        (academy.trainee, "2026-03-03-held", False),
    ):
        found = json.loads(client.ask("GET", path.format(name))[1])["evaluations"]
        told = [(one["voice"], one["by"], one["text"], one["levels"]) for one in found]
        assert told == [
            ("self", "Trainee", "Too fast.", {"no-why": "sound"}),
            ("instructor", "Instructor Reed", "Calm.", {"no-why": "sound"}),
        ] * shown  # fmt: skip


def test_a_learning_record_is_the_accounts_on_this_server(academy: InProcess) -> None:
    statements = json.loads(academy.instructor.ask("GET", "/api/sessions/2026-03-01-hers/export/xapi")[1])
    account = statements[0]["actor"]["account"]
    assert account == {"homePage": "http://127.0.0.1", "name": academy.trainee.id}
    assert "Reed" not in json.dumps(statements)
