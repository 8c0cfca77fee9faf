"""Waits, shares of the talking and pace, worked out by hand."""

from __future__ import annotations

import pytest
from builder import Session

from voicesim.engine.events import TurnReopened, TurnTaken
from voicesim.scoring.pace import measure_pace, turn_paces
from voicesim.scoring.turn_taking import measure_turn_taking
from voicesim.timebase import samples


def values(log: Session) -> dict[str, float | None]:
    conversation = log.heard()
    return {m.name: m.value for m in (*measure_turn_taking(conversation), *measure_pace(conversation))}


def test_waits_are_the_silences_between_her_end_and_the_trainees_onset() -> None:
    log = Session()
    log.she_says(0, 4).trainee_says(5, 6, "What did you see?")
    log.she_says(7, 10).trainee_says(12.5, 14, "Where was that?")
    log.she_says(15, 20).trainee_says(24, 25, "Who else was there?")
    found = values(log)
    assert found["wait_median"] == 2.5
    assert found["wait_shortest"] == 1.0
    assert found["wait_2s_share"] == pytest.approx(66.667)
    assert found["wait_3s_share"] == pytest.approx(33.333)
    assert found["transfer_offset_median"] == 2.5


def test_an_mm_hm_after_her_does_not_shorten_the_wait() -> None:
    log = Session().she_says(0, 4).trainee_says(4.3, 4.8, "Mm-hm.").trainee_says(7, 9, "What happened then?")
    assert values(log)["wait_median"] == 3.0


def test_going_on_after_ones_own_turn_is_no_wait() -> None:
    log = Session().she_says(0, 4).trainee_says(6, 7, "What did you see?").trainee_says(13, 14, "Take all the time.")
    conversation = log.heard()
    assert len(conversation.trainee_turns) == 2
    assert values(log)["wait_median"] == 2.0


def test_a_standstill_of_the_session_is_no_wait() -> None:
    log = Session().she_says(0, 4).pause(5, 30).trainee_says(31, 32, "Shall we go on now?")
    assert values(log)["wait_median"] is None


def test_an_overlapped_turn_end_is_a_negative_offset_and_no_wait() -> None:
    log = Session().she_says(0, 4).trainee_says(3.7, 6, "Thank you for telling me.")
    found = values(log)
    assert found["transfer_offset_median"] == -0.3
    assert found["wait_median"] is None


def test_talk_time_leaves_out_her_hesitations() -> None:
    log = Session().she_says(0, 10, hesitation=(4, 6)).trainee_says(12, 14, "Thank you for telling me that.")
    assert values(log)["talk_share"] == 20.0


def test_speech_rate_counts_inner_pauses_and_articulation_rate_does_not() -> None:
    log = Session().she_says(0, 2)
    log.trainee_says(4, 6, "I would like to hear it").trainee_says(8, 10, "in your own words today")
    found = values(log)
    # 11 words in 6 s of turn, 4 s of voice.
    assert found["speech_rate"] == 110.0
    assert found["articulation_rate"] == 165.0


def test_short_turns_are_listed_but_not_rated() -> None:
    log = Session().she_says(0, 2).trainee_says(3, 3.5, "What happened next then?")
    (turn,) = turn_paces(log.heard())
    assert (turn.words, turn.speech_rate) == (4, None)
    assert values(log)["speech_rate"] is None


def test_the_trend_is_the_slope_of_the_rates_over_the_session() -> None:
    log = Session()
    for minute, rate in enumerate((100, 120, 140)):
        start = minute * 60.0
        log.trainee_says(
            start + 2, start + 2 + 10 * 60 / rate, f"number {minute} two three four five six seven eight nine"
        )
        log.she_says(start + 20, start + 30)
    assert values(log)["speech_rate_trend"] == pytest.approx(20.0, abs=0.01)


def test_three_questions_in_a_row_without_room_are_quick_fire() -> None:
    log = Session().she_says(0, 2)
    log.trainee_says(4, 5, "Where was it?", asks="probing").she_says(5.5, 6.5, "At home.")
    log.trainee_says(6.8, 7.8, "Who was there?", asks="probing").she_says(8, 9, "Nobody.")
    log.trainee_says(9.4, 10.4, "When was it?", asks="probing").she_says(11, 12, "Summer.")
    assert values(log)["quick_fire_runs"] == 1


def test_waiting_between_questions_is_not_quick_fire() -> None:
    log = Session().she_says(0, 2)
    for start in (4.0, 8.0, 12.0):
        log.trainee_says(start, start + 1, f"Question number {start}?", asks="probing").she_says(
            start + 1.5, start + 2.5
        )
    assert values(log)["quick_fire_runs"] == 0


def test_questions_a_minute_leave_out_standstill() -> None:
    log = Session().trainee_says(1, 3, "Where was that?", asks="probing").pause(10, 70).ends(90)
    assert values(log)["questions_per_minute"] == 2.0


def test_fillers_are_counted() -> None:
    log = Session().trainee_says(1, 6, "Um so I would er like to begin if that is okay with you")
    assert values(log)["fillers"] == 2


def test_the_longest_turn_is_found() -> None:
    log = (
        Session()
        .trainee_says(1, 3, "Hello there to you.")
        .she_says(5, 6)
        .trainee_says(8, 15, "I would like to explain.")
    )
    assert values(log)["longest_monologue"] == 7.0


def test_a_thinking_pause_inside_a_turn_that_was_taken_as_one_stays_inside_it() -> None:
    log = Session().trainee_says(1, 2, "Tell me about").trainee_says(7, 8, "that evening.")
    log.write(TurnTaken(samples(9), 0, samples(1), samples(8), "Tell me about that evening.", "open", (), (), (), ()))
    assert [turn.text for turn in log.heard().trainee_turns] == ["Tell me about that evening."]


def test_a_turn_taken_back_counts_as_it_was_taken_in_the_end() -> None:
    log = Session().trainee_says(1, 2, "Tell me about").trainee_says(2.8, 4, "that evening.")
    log.write(
        TurnTaken(samples(2.7), 0, samples(1), samples(2), "Tell me about", "open", (), (), (), ()),
        TurnReopened(samples(2.9), 0),
        TurnTaken(samples(5), 0, samples(1), samples(4), "Tell me about that evening.", "open", (), (), (), ()),
    )
    assert [turn.text for turn in log.heard().trainee_turns] == ["Tell me about that evening."]
