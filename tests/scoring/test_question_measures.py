"""Questions, marks and moves: counts and shares from hand-labelled turns."""

from __future__ import annotations

from builder import Session

from voicesim.scoring.questions import count_types, measure_questions
from voicesim.scoring.rapport import find_moves, measure_rapport


def interview() -> Session:
    log = Session().she_says(0, 2)
    log.trainee_says(3, 5, "Tell me what brings you here.", asks="open", moves=("ask_permission",))
    log.she_says(6, 12).trainee_says(14, 15, "Where was that?", asks="probing")
    log.she_says(16, 20).trainee_says(
        21, 23, "Was he there? Did you scream?", asks=("appropriate_closed", "multiple"), marks=("multiple",)
    )
    log.she_says(24, 30).trainee_says(31, 33, "Why did you wait?", asks="leading", marks=("why",), moves=("blame",))
    return log.ends(40)


def test_shares_are_of_all_questions() -> None:
    values = {m.name: m.value for m in measure_questions(interview().heard())}
    assert values["questions"] == 5
    assert values["open_share"] == 20.0
    assert values["productive_share"] == 60.0
    assert values["leading"] == 1


def test_the_moments_of_productive_questions_are_those_that_were_not() -> None:
    (productive,) = [m for m in measure_questions(interview().heard()) if m.name == "productive_share"]
    assert [shown.quote for shown in productive.evidence] == ["Did you scream?", "Why did you wait?"]


def test_two_marked_sentences_of_one_turn_are_one_multiple_question() -> None:
    (multiple,) = [m for m in measure_questions(interview().heard()) if m.name == "multiple"]
    assert multiple.value == 1
    assert multiple.evidence[0].quote == "Was he there? Did you scream?"


def test_a_mark_shows_the_words_that_decided_it_and_where_they_sound() -> None:
    (why,) = [m for m in measure_questions(interview().heard()) if m.name == "why"]
    (shown,) = why.evidence
    assert (shown.start, shown.end) == (31 * 16000, 33 * 16000)
    assert "“Why”" in shown.note


def test_every_profile_is_counted() -> None:
    rows = {(row.profile, row.type): (row.count, row.share) for row in count_types(interview().heard())}
    assert rows["griffiths", "open"] == (1, 20.0)
    assert rows["miti", "open"] == (2, 40.0)
    assert rows["nichd", "directive"] == (5, 100.0)


def test_without_questions_there_are_no_shares() -> None:
    log = Session().she_says(0, 2).trainee_says(3, 5, "Thank you for coming in.")
    values = {m.name: m.value for m in measure_questions(log.heard())}
    assert values["questions"] == 0
    assert values["open_share"] is None


def test_support_and_harm_are_kept_apart() -> None:
    conversation = interview().heard()
    supportive, harmful, *_ = measure_rapport(conversation, find_moves(conversation))
    assert (supportive.value, harmful.value) == (1, 1)
    assert harmful.evidence[0].quote == "Why did you wait?"


def test_the_place_of_a_second_sentence_lies_after_the_first() -> None:
    first, second = (q for q in interview().heard().questions if q.turn == 5)
    assert first.span.end <= second.span.start
    assert second.span.end == 23 * 16000
