"""A listener's tokens, as recognisers write them."""

from __future__ import annotations

import pytest

from voicesim.language.backchannels import is_backchannel


@pytest.mark.parametrize("written", ["M-M-HM.", "M.H.M.", "Mhmmm", "Hm, hm."])
def test_a_hum_is_a_listeners_token_however_the_recogniser_spells_it(written):
    assert is_backchannel(written)


@pytest.mark.parametrize("word", ["him", "home", "Mum", "m"])
def test_a_word_with_other_letters_is_no_hum(word):
    assert not is_backchannel(word)
