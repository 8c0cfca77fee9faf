"""Attempts are counted from what is kept, a pass expires, and a certificate cannot quietly disagree with its session."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from sample import conversation, interview, tracks

from voicesim.engine.events import End
from voicesim.errors import BadInputError
from voicesim.review.attempts import drills_done, next_drill, qualification_attempts
from voicesim.review.certificate import (
    Certificate,
    Circumstances,
    certify,
    check_certificate,
    qualification_rules,
    read_certificate,
    render_certificate,
    write_certificate,
)
from voicesim.review.scoring import score_bundle
from voicesim.scoring.rubric import load_rubric
from voicesim.session.meta import Consent, Part, ScenarioRef, SessionMeta
from voicesim.session.reader import Bundle, open_bundle
from voicesim.session.writer import SessionWriter

RUBRIC = load_rubric("annual-qualification")


def kept(folder: Path, day: int, *, trainee: str = "Sam Okoro", reason: str = "ending", **changes: object) -> Bundle:
    scenario = files("voicesim.scenario") / "library" / "delayed-report.yaml"
    about = {
        "id": f"s{day}", "created": f"2026-03-{day:02d}T06:10:00+00:00", "voicesim": "0", "platform": "test",
        "driver": "soundcard", "seed": 11, "scenario": ScenarioRef(id="delayed-report", title="Nine years later", sha256="0"),
        "transcriber": Part(engine="ears", model="tiny"), "voice": Part(engine="voice"), "turn_taking": {},
        "consent": Consent(given=True, how="prompt"), "mode": "qualify", "attempt": 1, "trainee": trainee, **changes,
    }  # fmt: skip
    writer = SessionWriter(
        folder / f"{day:02d}", SessionMeta.model_validate(about), scenario.read_text(encoding="utf-8")
    )
    for record in interview().records:
        if isinstance(record, End):
            record = replace(record, reason=reason, ending="" if reason != "ending" else "opened")
        writer.record(record)
    writer.audio(*tracks(conversation()))
    writer.close("2026-03-01T06:12:00+00:00")
    return open_bundle(writer.folder)


def certified(bundle: Bundle, met: bool | None = None, **about: object) -> Certificate:
    card = score_bundle(bundle, RUBRIC)
    if met is not None:
        assert card.standard is not None
        card = replace(card, standard=replace(card.standard, met=met, unmet=() if met else ("Ask open questions",)))
    made = certify(bundle, card, RUBRIC, Circumstances(date(2027, 3, 1), **about))  # type: ignore[arg-type]
    write_certificate(bundle.path, made)
    return made


def test_a_pass_says_until_when_it_holds_and_a_fail_what_was_missing(tmp_path: Path) -> None:
    passed = certified(kept(tmp_path, 1), met=True)
    failed = certified(kept(tmp_path, 2), met=False)
    assert (passed.result, passed.expires) == ("passed", "2027-03-01")
    assert (failed.result, failed.expires) == ("not passed", "")
    assert "Holds until the day before 2027-03-01" in render_certificate(passed)
    assert "Ask open questions" in render_certificate(failed)
    for page in map(render_certificate, (passed, failed)):
        assert passed.session_sha256 in page or failed.session_sha256 in page
        assert "not a digital signature" in page
        assert "Sam Okoro" in page


def test_a_name_cannot_smuggle_markup_onto_the_page(tmp_path: Path) -> None:
    page = render_certificate(certified(kept(tmp_path, 1, trainee="<script>alert(1)</script>"), met=True))
    assert "<script>" not in page


def test_attempts_are_counted_for_the_person_and_not_for_others(tmp_path: Path) -> None:
    certified(kept(tmp_path, 1), met=False)
    certified(kept(tmp_path, 2, trainee="sam   OKORO"), met=False)
    certified(kept(tmp_path, 3, trainee="Ada"), met=False)
    where = qualification_attempts(tmp_path, "Sam Okoro", RUBRIC).standing
    assert where is not None
    assert (where.state, where.used) == ("training due", 2)
    other = qualification_attempts(tmp_path, "Ada", RUBRIC).standing
    assert other is not None
    assert (other.state, other.used) == ("attempts left", 1)
    assert qualification_attempts(tmp_path, "Nobody", RUBRIC).standing is None


def test_an_attempt_that_was_broken_off_is_named_and_not_counted(tmp_path: Path) -> None:
    certified(kept(tmp_path, 1, reason="stopped"), met=False, finished=False)
    kept(tmp_path, 2, reason="stopped")  # the power failed before a certificate was written
    found = qualification_attempts(tmp_path, "Sam Okoro", RUBRIC)
    assert (found.counted, found.broken_off) == ((), 2)


def test_a_finished_attempt_whose_certificate_was_never_written_still_counts(tmp_path: Path) -> None:
    kept(tmp_path, 1)
    assert len(qualification_attempts(tmp_path, "Sam Okoro", RUBRIC).counted) == 1


def test_recordings_practice_and_damaged_folders_are_no_attempts(tmp_path: Path) -> None:
    kept(tmp_path, 1, driver="file")
    kept(tmp_path, 2, mode="practice", trainee="")
    (tmp_path / "notes").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "meta.json").write_text("{", encoding="utf-8")
    assert qualification_attempts(tmp_path, "Sam Okoro", RUBRIC).counted == ()
    assert qualification_attempts(tmp_path / "nowhere", "Sam Okoro", RUBRIC).counted == ()


def test_a_certificate_agrees_with_its_session_until_either_is_changed(tmp_path: Path) -> None:
    bundle = kept(tmp_path, 1)
    made, card = certified(bundle), score_bundle(bundle, RUBRIC)
    assert read_certificate(bundle.path / "certificate.json") == made
    assert check_certificate(bundle, made, card, RUBRIC) == ()
    forged = replace(made, result="passed", expires="2030-01-01")
    assert "changed by hand" in " ".join(check_certificate(bundle, forged, card, RUBRIC))
    easier = RUBRIC.model_copy(update={"title": "Easier"})
    assert "rubric has changed" in " ".join(check_certificate(bundle, made, card, easier))
    (bundle.path / "trainee.flac").write_bytes(b"another voice")
    assert "not the one that was certified" in " ".join(check_certificate(bundle, made, card, RUBRIC))


def test_damaged_certificates_are_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "certificate.json"
    with pytest.raises(BadInputError, match="holds no certificate"):
        read_certificate(path)
    path.write_text(json.dumps({"format": "voicesim/certificate/1"}), encoding="utf-8")
    with pytest.raises(BadInputError, match="cannot be read"):
        read_certificate(path)


def test_each_attempt_has_its_own_seed_by_a_rubric_that_sets_a_standard() -> None:
    rules = qualification_rules()
    standard = load_rubric(rules.rubric).standard
    assert standard is not None
    assert len({rules.seed_of(number) for number in range(1, standard.attempts + 1)}) == standard.attempts


def test_the_next_drill_is_the_one_held_least_often_in_their_order(tmp_path: Path) -> None:
    for day, name in ((1, "a"), (2, "b"), (3, "a")):
        kept(tmp_path, day, mode="drill", trainee="", scenario=ScenarioRef(id=name, title="", sha256="0"))
    done = drills_done(tmp_path)
    assert done == {"a": 2, "b": 1}
    assert next_drill(["a", "b", "c"], done) == "c"
    assert next_drill(["a", "b"], done) == "b"
    assert next_drill(["a", "b", "c"], drills_done(tmp_path / "none")) == "a"
