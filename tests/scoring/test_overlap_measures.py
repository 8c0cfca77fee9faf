"""Who spoke over whom: every case worked out by hand from the definitions."""

from __future__ import annotations

import pytest
from builder import Session

from voicesim.scoring.interruptions import find_overlaps, measure_interruptions
from voicesim.timebase import samples


def kinds(log: Session) -> list[tuple[str, bool]]:
    return [(overlap.kind, overlap.taking) for overlap in find_overlaps(log.heard())]


def measured(log: Session) -> dict[str, float | None]:
    conversation = log.heard()
    return {m.name: m.value for m in measure_interruptions(conversation, find_overlaps(conversation))}


def test_a_generous_backchannel_listener_has_zero_interruptions() -> None:
    log = Session().she_says(0, 20, "It was a long time ago and I never told a soul about any of it")
    for start, sound in ((2, "Mm-hm."), (5, "Okay."), (8, "I see."), (11, "Take your time."), (14, "Yeah, mm-hmm.")):
        log.trainee_says(start, start + 0.7, sound)
    values = measured(log)
    assert values["interruptions"] == 0
    assert values["backchannels"] == 5
    assert values["overlapped_onsets"] == 5
    assert values["first_interruption"] is None


def test_a_backchannel_that_held_her_for_a_moment_is_still_one() -> None:
    log = Session().she_says(0, 6, held=(2.2, 2.9)).trainee_says(2, 2.6, "Mm-hm.")
    assert kinds(log) == [("backchannel", False)]


def test_speaking_over_her_until_she_stops_takes_the_floor() -> None:
    log = Session().she_says(0, 6, stopped=2.2).trainee_says(2, 4, "So what was he wearing?", asks="probing")
    assert kinds(log) == [("interruption", True)]


def test_an_interruption_she_speaks_through_has_failed() -> None:
    log = Session().she_says(0, 6).trainee_says(2, 3, "But what about")
    assert kinds(log) == [("interruption", False)]


def test_a_line_held_and_resumed_was_a_failed_interruption() -> None:
    log = Session().she_says(0, 6, held=(2.2, 4.0)).trainee_says(2, 3, "But what about")
    assert kinds(log) == [("interruption", False)]
    assert measured(log)["interruptions_failed"] == 1


def test_a_turn_end_seen_coming_is_no_interruption() -> None:
    log = Session().she_says(0, 6).trainee_says(5.6, 7.5, "Thank you for telling me.")
    assert kinds(log) == [("terminal_overlap", False)]


def test_the_last_half_second_before_her_hesitation_is_not_her_turn_end() -> None:
    log = Session().she_says(0, 10, hesitation=(6, 8), stopped=6.0).trainee_says(5.6, 7.5, "What happened then?")
    assert kinds(log) == [("interruption", True)]


@pytest.mark.parametrize(("onset", "found"), [(0.04, 0), (0.06, 1), (5.79, 1), (5.81, 0)])
def test_onsets_count_from_50_ms_after_her_onset_to_200_ms_before_her_end(onset: float, found: int) -> None:
    log = Session().she_says(0, 6).trainee_says(onset, onset + 2, "What was that?")
    assert measured(log)["overlapped_onsets"] == found


@pytest.mark.parametrize(("length", "found"), [(0.45, 0), (0.5, 1)])
def test_under_half_a_second_is_no_interruption(length: float, found: int) -> None:
    log = Session().she_says(0, 6).trainee_says(2, 2 + length, "No wait")
    assert measured(log)["interruptions"] == found
    assert measured(log)["overlapped_onsets"] == 1


def test_speaking_into_her_hesitation_is_a_cut_in_with_how_long_was_waited() -> None:
    log = Session().she_says(0, 8, hesitation=(2, 5), stopped=3.4).trainee_says(3.2, 5, "So what happened next?")
    (overlap,) = find_overlaps(log.heard())
    assert (overlap.kind, overlap.taking, overlap.waited) == ("cut_in", True, samples(1.2))
    values = measured(log)
    assert (values["cut_ins"], values["cut_in_wait_median"], values["interruptions"]) == (1, 1.2, 0)
    assert values["held_back"] == 0


def test_a_nod_in_her_hesitation_is_no_cut_in_and_leaves_her_the_silence() -> None:
    log = Session().she_says(0, 8, hesitation=(2, 5)).trainee_says(3, 3.5, "Mm-hm.")
    assert kinds(log) == [("backchannel", False)]
    assert measured(log)["held_back"] == 1


def test_a_hesitation_held_for_a_nod_is_one_hesitation() -> None:
    log = Session().she_says(0, 8, hesitation=(2, 5), held=(3.2, 3.9)).trainee_says(3, 3.5, "Okay.")
    conversation = log.heard()
    assert [(h.start, h.end) for h in conversation.hesitations] == [(samples(2), samples(5.7))]
    assert measured(log)["held_back"] == 1


def test_an_okay_that_goes_on_into_a_question_takes_the_floor() -> None:
    log = Session().she_says(0, 8, stopped=3.2)
    log.trainee_says(2, 2.4, "Okay.").trainee_says(3.0, 5, "And where was this?")
    assert kinds(log) == [("interruption", True)]


def test_an_okay_she_speaks_through_and_a_question_she_speaks_through_are_two_things() -> None:
    log = Session().she_says(0, 8).trainee_says(2, 2.4, "Okay.").trainee_says(3.0, 5, "And where was this?")
    assert kinds(log) == [("backchannel", False), ("interruption", False)]


def test_an_okay_before_she_ends_and_a_question_after_is_listening() -> None:
    log = Session().she_says(0, 3).trainee_says(2, 2.5, "Okay.").trainee_says(3.3, 5, "And where was this?")
    assert [kind for kind, _ in kinds(log)] == ["backchannel"]


def test_an_okay_in_the_clear_that_goes_on_is_part_of_the_turn() -> None:
    log = Session().she_says(0, 3).trainee_says(4, 4.4, "Okay.").trainee_says(5.0, 7, "And where was this?")
    conversation = log.heard()
    assert [turn.text for turn in conversation.trainee_turns] == ["Okay. And where was this?"]
    assert find_overlaps(conversation) == ()


def test_yes_answers_her_question_and_is_a_turn() -> None:
    log = Session().she_says(0, 3, "Do you believe me?").trainee_says(3.4, 3.8, "Yes.")
    conversation = log.heard()
    assert [turn.text for turn in conversation.trainee_turns] == ["Yes."]


def test_two_halves_of_one_interruption_count_once() -> None:
    log = Session().she_says(0, 9, held=(2.2, 9), stopped=5.0)
    log.trainee_says(2, 3, "Hang on a second").trainee_says(3.8, 5, "when was this exactly?")
    assert kinds(log) == [("interruption", True)]


def test_a_cough_over_her_is_nothing() -> None:
    log = Session().she_says(0, 6, held=(2.2, 2.9)).noise(2, 2.6)
    conversation = log.heard()
    assert find_overlaps(conversation) == ()
    assert conversation.trainee == ()
    assert [(n.start, n.end) for n in conversation.noises] == [(samples(2), samples(2.6))]


def test_starting_before_her_is_not_interrupting_her() -> None:
    log = Session().trainee_says(0, 3, "Shall we begin with how you are?").she_says(2, 6)
    assert kinds(log) == []


def test_first_interruption_is_counted_from_her_first_real_answer() -> None:
    log = Session().she_says(0, 1, "Hello.").trainee_says(2, 4, "Tell me what brings you here.", asks="open")
    log.she_says(6, 20, "I have been thinking about this for a very long time now", stopped=13.7)
    log.trainee_says(13.5, 15, "When exactly was that?", asks="probing")
    assert measured(log)["first_interruption"] == 7.5


def test_without_a_script_she_was_stopped_if_silent_by_the_end_of_it() -> None:
    from voicesim.scoring.conversation import Conversation, HerSpeech, Span, Utterance

    def spoken(her_end: float) -> list[tuple[str, bool]]:
        trainee = Utterance(samples(2), samples(4), (Span(samples(2), samples(4)),), "But that is not what you said")
        conversation = Conversation(samples(9), (trainee,), (HerSpeech(0, samples(her_end)),))
        return [(overlap.kind, overlap.taking) for overlap in find_overlaps(conversation)]

    assert spoken(3.0) == [("interruption", True)]
    assert spoken(6.0) == [("interruption", False)]
