"""Labels that people judge otherwise are counted again beside the machine's, and both are shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from said_things import Talk
from sample import ABOUT, conversation

from voicesim.remarks.kinds import CriterionOverride, LabelOverride
from voicesim.remarks.log import append_remark, read_remarks
from voicesim.remarks.signature import changes_since, to_sign
from voicesim.remarks.standing import standing
from voicesim.review.page import render
from voicesim.review.scoring import judge, keep_override, read_overrides, score_bundle, write_scorecard
from voicesim.review.terminal import plain_text
from voicesim.scoring.conversation import Turn
from voicesim.scoring.interruptions import find_overlaps
from voicesim.scoring.labels import relabelled
from voicesim.scoring.rubric import load_rubric
from voicesim.scoring.scorecard import Override, Scorecard, from_json, score
from voicesim.session.reader import open_bundle

RUBRIC = load_rubric()
HEARD = conversation()


def turn_with(words: str) -> Turn:
    return next(turn for turn in HEARD.trainee_turns if words in turn.text)


def judged(*said: LabelOverride | CriterionOverride) -> Scorecard:
    return judge(HEARD, RUBRIC, standing(said))


def label(talk: Talk, words: str, **fields: object) -> LabelOverride:
    turn = turn_with(words)
    assert turn.reading is not None
    sentence = next(one for one in turn.reading.sentences if words in one.text)
    return talk(
        LabelOverride,
        at=turn.start,
        sentence=sentence.start,
        quote=sentence.text,
        reason="I was in the room.",
        **fields,
    )


def test_without_anything_said_the_scorecard_is_the_machines() -> None:
    assert judged() == score(HEARD, RUBRIC)


def test_a_why_that_was_none_is_counted_again_beside_the_machines() -> None:
    before, card = score(HEARD, RUBRIC), judged(label(Talk(), "Why didn't you", what="mark", label="why", holds=False))
    criterion = card.criterion("no-why")
    assert criterion.value == before.criterion("no-why").value == 1
    assert criterion.points == before.criterion("no-why").points
    assert criterion.recounted is not None
    assert criterion.recounted.value == 0
    assert criterion.counted == criterion.recounted.points > criterion.points
    assert card.overall == before.overall
    assert card.overall_reviewed is not None
    assert card.overall_reviewed > before.overall
    assert [(one.machine, one.by) for one in card.relabelled] == [("why", "Sgt. Low")]


def test_a_question_type_changes_the_shares_and_nothing_else() -> None:
    card = judged(label(Talk(), "What do you remember", what="griffiths", label="leading"))
    changed = {one.id for one in card.criteria if one.recounted}
    measures = {one.measure for one in card.criteria if one.id in changed}
    assert measures <= {"open_share", "productive_share", "leading"}
    assert "productive_share" in measures


def test_an_interruption_that_was_none_is_taken_away_and_one_that_was_missed_is_added() -> None:
    found = next(one for one in find_overlaps(HEARD) if one.kind == "interruption")
    talk = Talk()
    none = talk(
        LabelOverride, what="overlap", at=found.start, label="interruption", holds=False, reason="Her phone rang."
    )
    assert judged(none).criterion("let-her-finish").recounted is not None
    spoken = turn_with("Tell me, in your own words").start
    added = talk(LabelOverride, what="overlap", at=spoken, label="interruption", reason="She had begun.")
    _, overlaps, applied = relabelled(HEARD, find_overlaps(HEARD), standing([added]).relabels())
    assert [one.machine for one in applied] == ["none"]
    assert sum(one.kind == "interruption" for one in overlaps) == 2


def test_a_label_of_a_sentence_that_is_read_otherwise_now_changes_nothing() -> None:
    turn = turn_with("Why didn't you")
    gone = Talk()(
        LabelOverride, what="mark", at=turn.start, quote="Another sentence.", label="why", holds=False, reason="x"
    )
    nowhere = Talk()(LabelOverride, what="mark", at=turn.start + 1, label="why", holds=False, reason="x")
    assert judged(gone, nowhere) == score(HEARD, RUBRIC)


def test_an_instructors_points_count_more_than_a_recount() -> None:
    talk = Talk()
    card = judged(
        label(talk, "Why didn't you", what="mark", label="why", holds=False),
        talk(CriterionOverride, rubric="default", criterion="no-why", points=33, reason="Tone."),
    )
    assert card.criterion("no-why").counted == 33
    assert card.criterion("no-why").recounted is not None


def test_report_and_terminal_say_who_judged_and_why() -> None:
    card = judged(label(Talk(), "Why didn't you", what="mark", label="why", holds=False))
    html, text = render(HEARD, card, ABOUT), plain_text(card)
    for shown in (html, text):
        assert "Sgt. Low" in shown
        assert "I was in the room." in shown
        assert "not: asks why" in shown
    assert from_json(card.to_json()) == card


def test_overrides_of_an_earlier_version_are_taken_in_until_somebody_says_otherwise(folder: Path) -> None:
    from voicesim.scoring.overrides import overrides_to_json

    old = {"default": {"no-why": Override(70, "Sgt. Low", "Fair."), "no-harm": Override(60, "Sgt. Low", "Fair.")}}
    (folder / "overrides.json").write_text(overrides_to_json(old), encoding="utf-8")
    assert read_overrides(folder) == old
    bundle = open_bundle(folder)
    keep_override(bundle, RUBRIC, "no-why", Override(55, "Lt. Ames", "On second hearing."))
    assert read_overrides(folder)["default"]["no-why"] == Override(55, "Lt. Ames", "On second hearing.")
    keep_override(bundle, RUBRIC, "no-harm", None)
    assert set(read_overrides(folder)["default"]) == {"no-why"}
    assert score_bundle(bundle, RUBRIC).criterion("no-why").counted == 55


@pytest.mark.parametrize("name", ["events.jsonl", "scorecard.json", "remarks.jsonl"])
def test_a_signature_notices_what_is_changed_behind_its_back(folder: Path, name: str) -> None:
    from voicesim.remarks.kinds import Comment, SignOff

    talk, card = Talk(), write_scorecard(bundle := open_bundle(folder), score_bundle(bundle))
    append_remark(folder, talk(Comment, at=0, text="first"))
    sums = to_sign(folder, card)
    append_remark(folder, talk(SignOff, log=sums.log, scorecard=sums.scorecard, remarks="0" * 64))

    def changes() -> tuple[str, ...]:
        said = read_remarks(folder)
        return changes_since(folder, card, said, standing(said.remarks))

    assert changes() == ()
    path = folder / name
    path.write_bytes(
        path.read_bytes().replace(b"first", b"other") if name == "remarks.jsonl" else path.read_bytes() + b" "
    )
    assert changes() != ()
