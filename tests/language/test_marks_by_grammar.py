"""Marks by the shape of the turn: nobody wrote these sentences into a list."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from voicesim.language.measure import unpunctuated
from voicesim.language.read import read_turn
from voicesim.language.reading import ContextTurn

HERE = Path(__file__).parent


def marks_of(text: str, she_said: str = "") -> frozenset[str]:
    return read_turn(text, [ContextTurn("survivor", she_said)] if she_said else []).marks


@pytest.mark.parametrize(
    "text",
    [
        "who picked you up and whose car was it",
        "were the lights on could you see his face",
        "have you got a friend there is she able to stay",
        "did you pass out did you hit your head",
        "how did he get in was the window open",
        "and the man what did he look like did he have an accent",
        "tell me what you can see is he still outside",
        "where did you go was it far did you walk",
    ],
)
def test_a_second_question_in_one_breath_is_heard_without_punctuation(text: str) -> None:
    assert "multiple" in marks_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "do you know is he awake",
        "what did he say was the reason",
        "tell me in your own words what happened",
        "how do you think he got your number",
        "can you remember what he was wearing",
        "was he alone or was someone with him",
        "who told you that you had to come",
        "What happened to you wasn't your fault. What would you like from us today?",
    ],
)
def test_one_question_with_a_clause_in_it_stays_one(text: str) -> None:
    assert "multiple" not in marks_of(text)


@pytest.mark.parametrize(
    ("she_said", "text"),
    [
        ("We went for a meal.", "when did he put something in your glass"),
        ("I fell down the stairs at home.", "who pushed you"),
        ("I was on the bus.", "and your husband, did he know about it"),
        ("He never hit me.", "When did he first hit you?"),
        ("He kept ringing me.", "and when he threatened you what did you do"),
        ("My arm is sore.", "Is that the arm he twisted?"),
        ("The bike came out of nowhere.", "you were speeding weren't you"),
        ("He pushed me.", "why didn't you shout"),
        ("He hit the brakes and we spun round.", "When did the lorry hit you?"),
        ("My partner came in late.", "And your boyfriend, has he been like this before?"),
        ("I had two drinks, I wasn't drunk.", "why were you so drunk"),
        ("He's been following me for weeks.", "when did you split up with him"),
        ("My son has a fever.", "what did your husband give him for it"),
        ("I went to the shop.", "what did the woman at the bus stop say"),
    ],
)
def test_a_detail_that_she_has_not_given_is_presumed(she_said: str, text: str) -> None:
    assert "presumes" in marks_of(text, she_said)


@pytest.mark.parametrize(
    ("she_said", "text"),
    [
        ("We went for a meal.", "what did you have to eat"),
        ("He drove me home afterwards.", "What did he say in the car?"),
        ("He came up behind me in the stairwell.", "were you on the stairs"),
        ("He hit the brakes and we spun round.", "When he braked, how fast were you going?"),
        ("A man on a moped snatched my bag.", "which way did the rider go"),
        ("We had a row about money.", "how did the argument start"),
        ("He stood in front of the door.", "When he blocked the door, what did you say?"),
        ("I left him in March.", "How has he been since you separated?"),
        ("I can't sleep, I just lie there.", "What goes through your mind when you're lying there?"),
        ("He pushed me.", "Which hand did he push you with?"),
        ("I've got this rash.", "What are you allergic to?"),
        ("My manager asked me to stay.", "you could have gone home couldn't you"),
        ("I told him.", "how did he take it"),
    ],
)
def test_what_goes_without_saying_is_not_presumed(she_said: str, text: str) -> None:
    assert "presumes" not in marks_of(text, she_said)


@pytest.mark.parametrize(
    ("answer", "there"),
    [("Yes.", False), ("Yeah, twice.", False), ("He did.", False), ("No.", True), ("Not then.", True)],
)
def test_what_she_has_agreed_to_is_raised(answer: str, there: bool) -> None:
    context = [
        ContextTurn("survivor", "He came round on Sunday."),
        ContextTurn("trainee", "Did he threaten you?"),
        ContextTurn("survivor", answer),
    ]
    assert ("presumes" in read_turn("When did he threaten you?", context).marks) is there


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("What helped you to cut down? Was it the walking?", True),
        ("Describe the road for me. Was it wet?", True),
        ("what happened then when was this", True),
        ("How did it begin? And how long did it go on for?", False),
        ("Where were you? Who was there?", False),
    ],
)
def test_an_open_question_is_spoiled_by_a_guess_at_its_answer(text: str, there: bool) -> None:
    assert ("recast" in marks_of(text)) is there


def test_a_question_begun_again_is_one_question() -> None:
    assert "multiple" not in marks_of("Have you ever, sorry, have you ever written to him about it?")


@pytest.mark.parametrize(
    ("text", "mark", "there"),
    [
        ("what's stopping you from ringing your sister", "why", True),
        ("was there some reason you left", "why", True),
        ("What had made you take the night bus?", "why", True),
        ("Why not start wherever you like?", "why", False),
        ("what keeps you going through all this", "why", False),
        ("and from there where did you go", "chronology", True),
        ("so first he shut the door and then", "chronology", True),
        ("just take it from the top", "chronology", True),
        ("what do you want to do next", "chronology", False),
        ("What's happened since?", "chronology", True),
        ("What happened from there?", "chronology", True),
        ("When you say it went from there, what do you mean?", "chronology", False),
        ("what kept you doing so well", "why", False),
        ("tell me roughly how many there were", "faux_invitation", True),
        ("tell me are you safe", "faux_invitation", True),
        ("can you tell me about when you first met", "faux_invitation", False),
        ("Tell me when it hurts and I'll stop.", "faux_invitation", False),
    ],
)
def test_a_mark_is_known_by_its_grammar(text: str, mark: str, there: bool) -> None:
    assert (mark in marks_of(text)) is there


def _f1(name: str, half: str, bare: bool) -> float:
    spoken = unpunctuated if bare else str
    hits = total = 0
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        row: dict[str, Any] = json.loads(line)
        if row["half"] != half:
            continue
        context = [ContextTurn(turn["speaker"], spoken(turn["text"])) for turn in row.get("context", ())]
        found = read_turn(spoken(row["text"]), context).marks - set(row.get("may", ()))
        hits += len(found & set(row["marks"]))
        total += len(found) + len(row["marks"])
    return 2 * hits / total


@pytest.mark.parametrize("bare", [False, True], ids=["as written", "unpunctuated"])
@pytest.mark.parametrize(
    ("name", "half", "least"),
    [
        ("unseen_marks.jsonl", "held_out", 0.8),
        ("unseen_marks.jsonl", "mended", 0.87),
        ("authored_marks.jsonl", "mended", 0.92),
    ],
)
def test_marks_agree_as_well_as_the_docs_say(name: str, half: str, least: float, bare: bool) -> None:
    """The half held out is the measure; the others were in view while the rules were mended."""
    assert _f1(name, half, bare) >= least


@pytest.mark.parametrize("name", ["authored_marks", "unseen_marks"])
def test_both_passes_over_the_marks_are_on_record(name: str) -> None:
    rows = [json.loads(line) for line in (HERE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    by_text = {row["text"]: row for row in rows}
    assert len(rows) >= 120
    for line in (HERE / f"{name}_disagreements.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        assert entry["first"] != entry["second"]
        assert by_text[entry["text"]]["marks"] == entry["settled"]["marks"]


def _blind(half: str, bare: bool) -> tuple[int, float]:
    rows = [json.loads(line) for line in (HERE / "blind_marks.jsonl").read_text(encoding="utf-8").splitlines()]
    return sum(row["half"] == half for row in rows), _f1("blind_marks.jsonl", half, bare)


@pytest.mark.parametrize(("bare", "least"), [(False, 0.94), (True, 0.9)], ids=["as written", "unpunctuated"])
def test_marks_of_the_open_half_of_an_independent_coder_are_found(bare: bool, least: float) -> None:
    """Its errors were read and mended; the sealed half is measured by `scripts/evaluate.py marks` only."""
    turns, figure = _blind("open", bare)
    assert turns >= 120
    assert figure >= least
