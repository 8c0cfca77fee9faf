"""What no other points make up for, and the pass standard."""

from __future__ import annotations

from datetime import date

import pytest
from builder import Session
from test_scorecard import blaming_interview, model_interview

from voicesim.errors import BadInputError
from voicesim.review.qualification import months_later, standing
from voicesim.scoring.overrides import overrides_from_json, overrides_to_json, reviewed
from voicesim.scoring.rubric import bundled_rubrics, load_rubric
from voicesim.scoring.scorecard import Override, StandardResult, from_json, score


def interrupting_interview() -> Session:
    """Kind words and good questions, always into the middle of what she says."""
    log = Session().she_says(0, 6, "word " * 12)
    at = 8.0
    for text in ("Thank you, I believe you.", "What do you remember?", "You can take your time.", "Tell me about it."):
        log.trainee_says(at, at + 2, text, asks="open" if "?" in text or "Tell" in text else "none", moves=("thank",))
        log.she_says(at + 4, at + 14, "word " * 20, stopped=at + 7.2)
        log.trainee_says(at + 7, at + 9, "And tell me one more thing about it.", asks="open", moves=("believe",))
        at += 12
    return log.ends(at)


@pytest.mark.parametrize("rubric", ["default", "iacp-first-response"])
def test_blame_is_not_made_up_for_by_what_was_not_done_wrong(rubric: str) -> None:
    card = score(blaming_interview().heard(), load_rubric(rubric))
    assert card.level == "needs_work"
    assert "blamed-or-doubted" in {cap.id for cap in card.caps}


def test_speaking_over_her_again_and_again_is_not_made_up_for_by_kind_words() -> None:
    card = score(interrupting_interview().heard(), load_rubric())
    assert card.weighted is not None
    assert card.overall is not None
    assert card.weighted > 50
    assert card.overall <= 39
    assert [cap.id for cap in card.caps] == ["spoken-over"]


def test_a_cap_says_why_and_shows_the_moments() -> None:
    (cap,) = score(interrupting_interview().heard(), load_rubric()).caps
    assert cap.reason.endswith(".")
    assert cap.source
    assert len(cap.evidence) >= 3


def test_a_good_interview_meets_no_cap_in_any_rubric() -> None:
    for name in bundled_rubrics():
        assert score(model_interview().heard(), load_rubric(name)).caps == ()


def test_every_threshold_of_every_rubric_names_its_source() -> None:
    for name in bundled_rubrics():
        rubric = load_rubric(name)
        assert rubric.id == name
        for rule in (*rubric.criteria, *rubric.caps):
            assert "default of this project" in rule.source or any(mark in rule.source for mark in ("(", "doi"))


def test_the_standard_names_what_is_missing() -> None:
    rubric = load_rubric("annual-qualification")
    good = score(model_interview().heard(), rubric).standard
    bad = score(blaming_interview().heard(), rubric).standard
    assert good is not None
    assert bad is not None
    assert good.met
    assert not bad.met
    assert "Reframe “why”" in bad.unmet


def test_what_could_not_be_judged_does_not_meet_a_standard() -> None:
    log = Session().she_says(0, 2).trainee_says(4, 6, "Thank you for coming in.", moves=("thank",)).ends(8)
    result = score(log.heard(), load_rubric("annual-qualification")).standard
    assert result is not None
    assert not result.met
    assert any("not judged" in each for each in result.unmet)


def passed(met: bool) -> StandardResult:
    return StandardResult(met, () if met else ("Let her finish",), "sound", 70, 2, 12, "ours")


def test_a_pass_at_the_second_attempt_holds_for_a_year() -> None:
    found = standing([(date(2025, 3, 9), passed(True)), (date(2025, 3, 1), passed(False))])
    assert (found.state, found.passed_on, found.expires) == ("passed", date(2025, 3, 9), date(2026, 3, 9))
    assert found.holds(date(2026, 3, 8))
    assert not found.holds(date(2026, 3, 9))


def test_after_two_failed_attempts_training_is_due() -> None:
    first, second, third = ((date(2025, 3, day), passed(False)) for day in (1, 2, 3))
    assert standing([first]).state == "attempts left"
    assert standing([first, second]).state == "training due"
    assert (standing([first, second, third]).state, standing([first, second, third]).used) == ("attempts left", 1)


def test_a_pass_on_the_last_day_of_a_long_month_expires_on_the_last_of_a_short_one() -> None:
    assert months_later(date(2024, 2, 29), 12) == date(2025, 2, 28)


def test_an_override_is_kept_beside_the_machines_points() -> None:
    rubric = load_rubric()
    card = score(model_interview().heard(), rubric)
    changed = reviewed(card, {"support": Override(20, "Sgt. Low", "Said without looking up.")}, rubric)
    assert changed.criterion("support").points == card.criterion("support").points
    assert changed.criterion("support").counted == 20
    assert changed.overall == card.overall
    assert changed.overall_reviewed is not None
    assert card.overall is not None
    assert changed.overall_reviewed < card.overall


def test_an_instructor_can_lift_a_cap_by_judging_what_it_rests_on() -> None:
    rubric = load_rubric()
    card = score(interrupting_interview().heard(), rubric)
    changed = reviewed(card, {"let-her-finish": Override(75, "Sgt. Low", "The line was bad.")}, rubric)
    assert card.overall is not None
    assert changed.overall_reviewed is not None
    assert changed.overall_reviewed > card.overall


def test_an_override_of_nothing_is_refused_with_a_hint() -> None:
    rubric = load_rubric()
    with pytest.raises(BadInputError, match="Did you mean 'support'"):
        reviewed(score(model_interview().heard(), rubric), {"suport": Override(1, "a", "b")}, rubric)


def test_overrides_are_read_back_as_they_were_written() -> None:
    kept = {"default": {"support": Override(60.0, "Sgt. Low", "“Yes”")}}
    assert overrides_from_json(overrides_to_json(kept)) == kept


@pytest.mark.parametrize(
    "text", ["", "[]", '{"format": "voicesim/overrides/1", "rubrics": {"default": {"a": {"points": 200}}}}']
)
def test_damaged_overrides_are_one_clear_line(text: str) -> None:
    with pytest.raises(BadInputError) as caught:
        overrides_from_json(text)
    assert "\n" not in str(caught.value)


def test_a_scorecard_of_the_first_version_can_still_be_read() -> None:
    import json

    card = score(model_interview().heard(), load_rubric())
    data = json.loads(card.to_json())
    for key in ("weighted", "caps", "standard", "moments", "praise", "delivery", "ending"):
        del data[key]
    data["schema"] = "voicesim/scorecard/1"
    old = from_json(json.dumps(data))
    assert old.overall == card.overall
    assert old.moments == ()
