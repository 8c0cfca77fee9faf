"""Three moments to look at again, and what went well, by name."""

from __future__ import annotations

from builder import Session
from test_scorecard import blaming_interview, model_interview

from voicesim.engine import events as ev
from voicesim.scoring.feedback import patterns
from voicesim.scoring.rubric import load_rubric
from voicesim.scoring.scorecard import Scorecard, score
from voicesim.timebase import samples


def card_of(log: Session) -> Scorecard:
    return score(log.heard(), load_rubric())


def test_a_moment_says_what_was_said_what_it_did_and_a_better_way() -> None:
    log = Session().she_says(0, 4, "I do not know where to begin.")
    log.write(ev.FeelingsChanged(0, (("trust", 40.0),), (), "start"))
    log.trainee_says(6, 8, "Why did you go there?", asks="probing", marks=("why",), taken=True)
    log.write(ev.FeelingsChanged(samples(8.5), (("trust", 25.0),), (("trust", -15.0),), "why"))
    log.she_says(10, 14, "I have asked myself that every day.").ends(20)
    (moment,) = card_of(log).moments
    assert moment.said == "Why did you go there?"
    assert moment.feelings == (("trust", -15.0),)
    assert moment.her_next == "I have asked myself that every day."
    assert "trust -15" in moment.effect
    assert moment.better in patterns().care["why"].better


def test_a_change_after_his_next_turn_is_not_this_moments_doing() -> None:
    log = Session().she_says(0, 4, "I do not know where to begin.")
    log.write(ev.FeelingsChanged(0, (("trust", 40.0),), (), "start"))
    log.trainee_says(6, 8, "Why did you go there?", asks="probing", marks=("why",))
    log.she_says(10, 14, "I wanted to.").trainee_says(16, 18, "I believe you.", moves=("believe",))
    log.write(ev.FeelingsChanged(samples(18.5), (("trust", 60.0),), (("trust", 20.0),), "believed"))
    card = card_of(log.ends(25))
    assert card.moments[0].feelings == ()
    assert card.praise[0].feelings == (("trust", 20.0),)


def test_an_interruption_shows_what_she_was_saying() -> None:
    log = Session().she_says(0, 8, "I was on my way home and then he", stopped=4.2)
    log.trainee_says(4, 6, "What time was that?", asks="probing").she_says(8, 10, "I don't know.").ends(12)
    (moment,) = card_of(log).moments
    assert moment.kind == "interruption_taking"
    assert "She broke off after" in moment.effect
    assert "I was on my way" in moment.effect


def test_three_moments_at_most_and_of_different_kinds_first() -> None:
    moments = card_of(blaming_interview()).moments
    assert len(moments) == 3
    assert len({moment.kind for moment in moments}) == 3
    assert [moment.start for moment in moments] == sorted(moment.start for moment in moments)


def test_good_empathy_is_named() -> None:
    card = card_of(model_interview())
    assert {"believe", "not_your_fault"} <= {moment.kind for moment in card.praise}
    assert card.moments == ()


def test_a_silence_left_to_her_is_praised() -> None:
    log = Session().she_says(0, 12, "word " * 20, hesitation=(3, 7)).ends(14)
    (moment,) = card_of(log).praise
    assert moment.kind == "held_back"
    assert "4.0 s of silence" in moment.effect


def test_every_harmful_move_and_mark_has_a_better_way() -> None:
    from voicesim.scoring.questions import MARKS
    from voicesim.scoring.rapport import HARMFUL

    assert set(HARMFUL) | (set(MARKS) - {"chronology"}) <= set(patterns().care)
    for entry in patterns().care.values():
        assert all(better.strip() for better in entry.better)
        assert entry.source
