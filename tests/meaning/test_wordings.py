"""Sentences compared by their very words."""

from __future__ import annotations

import pytest

from voicesim.meaning.wordings import Wordings

SAID = ("you should have asked", "i should have asked", "we should have waited", "you can stop whenever you like")


def test_who_should_have_makes_a_difference() -> None:
    yours, mine, *_ = Wordings(SAID).likeness("you should have asked somebody")
    assert yours > mine > 0


def test_the_same_words_are_alike_as_can_be_and_others_not_at_all() -> None:
    wordings = Wordings((*SAID, *SAID))
    assert wordings.likeness(SAID[0])[0] == pytest.approx(1.0)
    assert not wordings.likeness("nothing whatever").any()
    assert not wordings.likeness("").any()
