"""A session's log, whole or cut off anywhere, becomes a conversation."""

from __future__ import annotations

from builder import Session

from voicesim.engine.events import Disclosed, FeelingsChanged, StateEntered, Transcribed
from voicesim.scoring.conversation import Conversation
from voicesim.scoring.rubric import load_rubric
from voicesim.scoring.scorecard import score
from voicesim.timebase import samples


def spoken(conversation: Conversation) -> list[tuple[float, float]]:
    return [(s.start / 16000, s.end / 16000) for s in conversation.survivor]


def test_her_speech_is_her_line_without_her_hesitations() -> None:
    conversation = Session().she_says(1, 9, hesitation=(3, 5)).heard()
    assert spoken(conversation) == [(1, 3), (5, 9)]
    assert [(h.start, h.end) for h in conversation.hesitations] == [(samples(3), samples(5))]


def test_a_marked_breath_under_200_ms_does_not_split_her_speech() -> None:
    assert spoken(Session().she_says(1, 9, hesitation=(3, 3.19)).heard()) == [(1, 9)]


def test_a_hold_is_silence_and_pushes_the_rest_back() -> None:
    conversation = Session().she_says(0, 6, held=(2, 3.5)).heard()
    assert spoken(conversation) == [(0, 2), (3.5, 7.5)]
    assert conversation.survivor[0].would_end == samples(6)
    assert not conversation.survivor[0].stopped


def test_only_the_words_that_sounded_were_heard() -> None:
    log = Session().she_says(0, 10, "one two three four five six seven eight nine ten", stopped=4.2)
    (line,) = log.heard().lines
    assert (line.heard_text, line.complete) == ("one two three four", False)


def test_words_heard_after_a_failed_interruption_belong_to_her_next_turn() -> None:
    log = Session().she_says(0, 10, "one two three four five six seven eight nine ten", held=(4, 6))
    log.trainee_says(3.8, 5.5, "But hold on there")
    turns = log.heard().turns
    assert [(turn.speaker, turn.text) for turn in turns] == [
        ("survivor", "one two three four"),
        ("trainee", "But hold on there"),
        ("survivor", "five six seven eight nine ten"),
    ]


def test_an_early_look_at_a_segment_is_not_counted_twice() -> None:
    log = Session().trainee_says(2, 5, "So what was he wearing that evening")
    log.write(Transcribed(samples(3), 99, samples(2), samples(2.9), "So what"))
    (turn,) = log.heard().trainee_turns
    assert turn.text == "So what was he wearing that evening"


def test_what_she_told_and_felt_is_kept() -> None:
    log = Session().she_says(0, 3)
    log.write(
        StateEntered(0, "doorway", "start"),
        Disclosed(samples(3), "first-time"),
        FeelingsChanged(samples(3), (("trust", 40.0),), (("trust", 5.0),), "heard out"),
    ).ends(5, "opens-up")
    conversation = log.heard()
    assert [told.disclosure for told in conversation.disclosures] == ["first-time"]
    assert conversation.feelings[0].feelings == (("trust", 40.0),)
    assert (conversation.ending, conversation.finished) == ("opens-up", True)


def test_a_session_killed_at_any_moment_is_scored_up_to_there() -> None:
    log = Session()
    log.she_says(0, 4).trainee_says(5, 7, "Tell me about that day in your words.", asks="open", taken=True)
    log.she_says(8, 16, hesitation=(10, 12), stopped=13.2).trainee_says(13, 15, "Why did you wait?", asks="leading")
    log.she_says(16, 18, held=(16.5, 17)).noise(16.2, 16.5).ends(19)
    rubric = load_rubric()
    for count in range(len(log.records) + 1):
        until = log.records[count - 1].at / 16000 if count else -1.0
        card = score(log.heard(until), rubric)
        assert card.finished is (count == len(log.records))


def test_killed_while_she_speaks_only_what_sounded_counts() -> None:
    log = Session().she_says(0, 10, "one two three four five six seven eight nine ten", still_playing=True)
    log.trainee_says(1, 1.5, "Mm-hm.").still_speaking(4.9)
    conversation = log.heard()
    assert spoken(conversation) == [(0, 5.0)]
    (line,) = conversation.lines
    assert (line.heard_text, line.complete) == ("one two three four five", False)


def test_killed_mid_turn_words_not_yet_known_are_no_interruption() -> None:
    log = Session().she_says(0, 10, still_playing=True).still_speaking(4.0).write(Disclosed(samples(8), "x"))
    card = score(log.heard(), load_rubric())
    assert card.measure("interruptions").value == 0
    assert card.measure("talk_share").value is not None


def test_an_empty_log_is_an_empty_conversation() -> None:
    assert Session().heard() == Conversation(0)
