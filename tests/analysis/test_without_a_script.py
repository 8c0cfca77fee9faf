"""Two people without a script: who listened, who took the floor, told apart by words and times alone."""

from __future__ import annotations

import pytest

from voicesim.analysis.spoken import Spoken, converse, unfinished
from voicesim.scoring.interruptions import find_overlaps
from voicesim.timebase import samples

Said = tuple[str, float, float, str]

CASES: dict[str, tuple[list[Said], list[tuple[str, bool]]]] = {
    "a nod": ([("s", 0, 8, "I was at home"), ("t", 3, 3.5, "mhm")], [("backchannel", False)]),
    "two nods": (
        [("s", 0, 8, "I was at home"), ("t", 3, 3.4, "okay"), ("t", 3.8, 4.2, "right")],
        [("backchannel", False)] * 2,
    ),
    "he talks on until she is silent": (
        [("s", 0, 5, "I was at home and she came in"), ("t", 4, 7, "what day was it")],
        [("interruption", True)],
    ),
    "she talks through it": (
        [("s", 0, 9, "I was at home and she came in"), ("t", 4, 6, "what day was it")],
        [("interruption", False)],
    ),
    "her turn was ending": (
        [("s", 0, 5, "I was at home that day"), ("t", 4.6, 7, "what day was it")],
        [("terminal_overlap", True)],
    ),
    "cut off in the middle of something, at once": (
        [("s", 0, 5, "I was at home and then he"), ("t", 4.9, 7, "what day was it")],
        [("interruption", True)],
    ),
    "she comes back at the end of his": (
        [("s", 0, 5, "I was at home and she came in"), ("t", 4, 9, "what day was it then"), ("s", 8.8, 11, "a Monday")],
        [("interruption", True)],
    ),
    "she comes back at once": (
        [("s", 0, 5, "I was at home and she came"), ("t", 4, 9, "what day was it then"), ("s", 5.3, 11, "let me finish")],
        [("interruption", False)],
    ),
    "she only nods while he has the floor": (
        [("s", 0, 5, "I was at home and she came in"), ("t", 4, 9, "so that was the day"), ("s", 5.3, 5.6, "mm")],
        [("interruption", True)],
    ),
    "he speaks over her nod": (
        [("t", 0, 3, "you said it was cold"), ("s", 3.5, 4.3, "yeah"), ("t", 3.8, 6, "what else was there")],
        [("terminal_overlap", True)],
    ),
    "an okay she speaks through, a question after her end": (
        [("s", 0, 3, "I was at home that day"), ("t", 2, 2.4, "okay"), ("t", 3.2, 5, "what day was it")],
        [("backchannel", False)],
    ),
    "an okay in one breath with a question": (
        [("s", 0, 9, "I was at home that day"), ("t", 2, 2.4, "okay"), ("t", 2.6, 5, "what day was it")],
        [("interruption", False)],
    ),
    "after her end": ([("s", 0, 5, "I was at home"), ("t", 6, 8, "what day was it")], []),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_who_overlapped_whom(case: str) -> None:
    said, wanted = CASES[case]
    spoken = [Spoken(samples(a), samples(b), "trainee" if who == "t" else "survivor", text) for who, a, b, text in said]
    found = find_overlaps(converse(spoken))
    assert [(each.kind, each.taking) for each in found if each.over_her] == wanted


def test_the_place_of_an_overlap_is_the_onset_of_the_speech() -> None:
    spoken = [
        Spoken(0, samples(8), "survivor", "I was at home that day and she came in"),
        Spoken(samples(3), samples(5), "trainee", "what day was it"),
    ]
    (overlap,) = find_overlaps(converse(spoken))
    assert overlap.start == samples(3)


@pytest.mark.parametrize("text", ["and then he", "I was—", "the", "I just...", "because"])
def test_words_that_break_off(text: str) -> None:
    assert unfinished(text)


@pytest.mark.parametrize(
    "text", ["", "I was at home.", "that is how it was", "what do you want to know about it", "no"]
)
def test_words_that_may_end(text: str) -> None:
    assert not unfinished(text)
