"""The scorecard as a tired person reads it at six in the morning."""

from __future__ import annotations

import io
from dataclasses import replace

from builder import Session
from rich.console import Console
from sample import conversation

from voicesim.review.terminal import plain_text, print_scorecard
from voicesim.scoring.rubric import load_rubric
from voicesim.scoring.scorecard import Scorecard, score


def card() -> Scorecard:
    return score(conversation(), load_rubric())


def printed(scorecard: Scorecard, width: int = 80, **options: bool) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    print_scorecard(scorecard, console=console, **options)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def test_the_result_comes_first_then_praise_then_advice() -> None:
    text = printed(card())
    assert text.strip().startswith("First interview: ")
    assert text.index("What went well") < text.index("Try next time") < text.index("Listening")


def test_at_most_three_things_to_try() -> None:
    assert 1 <= len(card().to_try) <= 3


def test_lost_points_name_the_moment() -> None:
    assert "0:53.0 “Why didn't you tell anyone sooner?”" in printed(card())


def test_plain_holds_no_colour_no_boxes_and_one_fact_a_line() -> None:
    text = printed(card(), plain=True)
    assert text == plain_text(card())
    assert "\x1b" not in text
    assert not any("\u2500" <= char <= "\u257f" for char in text)
    assert "Let her finish: interruptions: 1, sound, 75 points." in text.splitlines()


def test_support_comes_last() -> None:
    assert plain_text(card(), ("A helpline: 0000",)).rstrip().endswith("A helpline: 0000")


def test_no_line_is_wider_than_the_terminal() -> None:
    assert max(len(line) for line in printed(card(), width=60).splitlines()) <= 60


def test_brackets_in_what_was_said_are_no_markup() -> None:
    log = Session().she_says(0, 2)
    for at in (3, 8, 13):
        log.trainee_says(at, at + 2, "Why [red]there[/red]?", asks="leading", marks=("why",)).she_says(at + 3, at + 4)
    assert "Why [red]there[/red]?" in printed(score(log.ends(20).heard(), load_rubric()))


def test_too_little_is_said_as_such() -> None:
    text = printed(score(Session().ends(5).heard(), load_rubric()))
    assert "Too little was said for an overall score" in text
    assert "not enough to judge" in text


def test_an_instructors_review_is_shown_beside_the_machines_score() -> None:
    reviewed = replace(card(), overall_reviewed=90.0)
    text = plain_text(reviewed)
    assert f"{reviewed.overall:.0f} of 100" in text
    assert "After review by an instructor: 90" in text
