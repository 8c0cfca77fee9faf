"""What stands of all that was said: the last word, what was withdrawn, what a signature no longer covers."""

from __future__ import annotations

from said_things import COLLEAGUE, OFFICER, SERGEANT, Talk

from voicesim.remarks.kinds import (
    Assignment,
    Commendation,
    Comment,
    CriterionOverride,
    Evaluation,
    FeedbackAsked,
    Flag,
    Hold,
    Invitation,
    LabelOverride,
    Release,
    SignOff,
    Who,
    Withdrawal,
)
from voicesim.remarks.standing import standing
from voicesim.scoring.scorecard import Override

NOTHING = "0" * 64


def signed(talk: Talk) -> SignOff:
    return talk(SignOff, log=NOTHING, scorecard=NOTHING, remarks=NOTHING)


def test_moments_stand_in_the_order_of_the_session() -> None:
    talk = Talk()
    late, whole, early = (
        talk(Comment, at=900, text="late"),
        talk(Commendation, text="all"),
        talk(Flag, at=10, button="x", label="X"),
    )
    assert standing([late, whole, early]).moments == (whole, early, late)


def test_the_last_word_on_a_criterion_counts_and_can_be_taken_back() -> None:
    talk = Talk()
    fields = {"rubric": "default", "criterion": "no-why", "reason": "because"}
    said = [talk(CriterionOverride, points=20, **fields), talk(CriterionOverride, points=70, **fields)]
    assert standing(said).points("default") == {"no-why": Override(70, "Sgt. Low", "because")}
    assert standing(said).points("griffiths") == {}
    said.append(talk(CriterionOverride, points=None, **fields))
    assert standing(said).points("default") == {}


def test_withdrawing_the_last_word_brings_back_the_one_before() -> None:
    talk = Talk()
    fields = {"rubric": "default", "criterion": "no-why", "reason": "because"}
    first, second = talk(CriterionOverride, points=20, **fields), talk(CriterionOverride, points=70, **fields)
    back = talk(Withdrawal, of=second.id)
    review = standing([first, second, back])
    assert review.points("default")["no-why"].points == 20
    assert review.withdrawn == {second.id: back}


def test_nobody_withdraws_what_somebody_else_said() -> None:
    talk = Talk()
    comment = talk(Comment, SERGEANT, at=0, text="stands")
    review = standing([comment, talk(Withdrawal, OFFICER, of=comment.id)])
    assert review.moments == (comment,)
    assert not review.withdrawn


def test_each_mark_and_move_is_judged_by_itself_and_a_type_once() -> None:
    talk = Talk()
    fields = {"at": 16, "sentence": 4, "quote": "Why?", "reason": "so"}
    said = [
        talk(LabelOverride, what="griffiths", label="leading", **fields),
        talk(LabelOverride, what="mark", label="why", holds=False, **fields),
        talk(LabelOverride, what="mark", label="presumes", **fields),
        talk(LabelOverride, what="griffiths", label="open", **fields),
    ]
    found = {(one.what, one.label, one.holds) for one in standing(said).relabels()}
    assert found == {("mark", "why", False), ("mark", "presumes", True), ("griffiths", "open", True)}


def test_each_person_has_one_evaluation_in_each_voice() -> None:
    talk = Talk()
    fields = {"rubric": "default", "levels": {"no-why": "sound"}}
    said = [
        talk(Evaluation, OFFICER, voice="self", **fields),
        talk(Evaluation, COLLEAGUE, voice="peer", **fields),
        talk(Evaluation, OFFICER, voice="self", text="on second thoughts", **fields),
    ]
    assert [(one.voice, one.text) for one in standing(said).evaluations] == [
        ("peer", ""),
        ("self", "on second thoughts"),
    ]


def test_scores_are_released_or_held_as_was_said_last() -> None:
    talk = Talk()
    assert standing([]).released is None
    said = [talk(Release), talk(Hold)]
    assert isinstance(standing(said).released, Hold)
    said.append(talk(Withdrawal, of=said[1].id))
    assert isinstance(standing(said).released, Release)


def test_what_is_said_after_a_sign_off_is_not_covered_by_it() -> None:
    talk = Talk()
    said = [talk(Comment, at=0, text="before"), signed(talk)]
    assert standing(said).changed_since == ()
    said += [talk(Release), talk(Assignment, to=OFFICER, task="listen_again")]
    assert standing(said).changed_since == (), "releasing and giving it as a task change nothing of the judgement"
    late = talk(Comment, OFFICER, at=5, text="after")
    assert standing([*said, late]).changed_since == (late,)
    assert standing([*said, late, signed(talk)]).changed_since == ()


def test_a_request_for_feedback_is_answered_by_signing_off() -> None:
    talk = Talk()
    said = [signed(talk), talk(FeedbackAsked, OFFICER, text="Was I too fast?")]
    assert not standing(said).answered
    assert standing([*said, signed(talk)]).answered


def test_only_who_was_invited_is_invited() -> None:
    review = standing([Talk()(Invitation, OFFICER, to=COLLEAGUE)])
    assert review.invites("colleague")
    assert not review.invites("officer")
    assert not standing([Talk()(Invitation, OFFICER, to=Who(name="Nobody"))]).invites("")
