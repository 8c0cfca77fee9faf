"""What the report's transcript and pictures show."""

from __future__ import annotations

from builder import Session
from sample import ABOUT, conversation

from voicesim.review.timeline import feelings, question_map, timeline
from voicesim.review.transcript import transcript
from voicesim.scoring.conversation import Conversation
from voicesim.scoring.rubric import load_rubric
from voicesim.scoring.scorecard import Scorecard, score


def both() -> tuple[Conversation, Scorecard]:
    scored = conversation()
    return scored, score(scored, load_rubric())


def test_what_she_could_not_finish_is_shown_as_unheard() -> None:
    cut = next(entry for entry in transcript(*both()) if entry.unheard)
    assert cut.heard + " " + cut.unheard == (
        "It was at the end of the street. There was music, and people I did not know, and he was there."
    )
    assert [tag.text for tag in cut.tags] == ["not heard to its end"]


def test_the_words_that_decided_a_label_are_marked_and_nothing_is_lost() -> None:
    entry = next(e for e in transcript(*both()) if e.at == 53.0)
    (part,) = entry.parts
    assert "".join(piece.text for piece in part.pieces) == "Why didn't you tell anyone sooner?"
    assert any(piece.cue and piece.text.startswith("Why") for piece in part.pieces)
    assert [tag.text for tag in entry.tags] == ["interruption – she stopped"]


def test_a_listening_sound_stands_between_the_lines() -> None:
    assert [e.at for e in transcript(*both()) if e.who == "listening"] == [23.0, 32.0]


def test_every_sound_of_both_lies_on_the_timeline_once() -> None:
    scored, card = both()
    rows = timeline(scored, card, ABOUT.her_name)
    for speaker in ("trainee", "survivor"):
        drawn = sum(
            block.width * (row.end - row.start) / 888 for row in rows for block in row.blocks if block.kind == speaker
        )
        spoken = sum(span.length for span in scored.segments[speaker]) / 16000  # type: ignore[index]
        assert abs(drawn - spoken) < 0.05


def test_signs_stand_where_the_overlaps_began() -> None:
    rows = timeline(*both(), ABOUT.her_name)
    signs = {(sign.kind, sign.at) for row in rows for sign in row.signs}
    assert signs == {
        ("backchannel", 23.0), ("backchannel", 32.0), ("interruption", 53.0), ("cut_in", 64.0), ("terminal_overlap", 103.7)
    }  # fmt: skip


def test_an_hour_and_an_instant_both_have_a_timeline() -> None:
    for length in (0.0, 0.5, 59.0, 600.0, 3600.0):
        scored = Session().ends(length).heard()
        rows = timeline(scored, score(scored, load_rubric()), "Nora")
        assert 1 <= len(rows) <= 12
        assert rows[-1].end >= length


def test_the_question_map_has_a_dot_for_every_question() -> None:
    _, card = both()
    picture = question_map(card)
    assert len(picture.dots) == len(card.questions) > 0
    assert [line.name for line in picture.lines][:2] == ["Open", "Probing"]
    assert sum(line.count for line in picture.lines) == len(card.questions)


def test_feelings_begin_where_the_scenario_says_and_end_where_they_ended() -> None:
    scored, _ = both()
    trust, distress = feelings(scored, ABOUT.feelings or {})
    assert (trust.first, trust.last) == (40, 30)
    assert (distress.first, distress.last) == (50, 70)
