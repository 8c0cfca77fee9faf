"""On the bundled conversations the found edges are the true ones (docs/audio.md)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voicesim.audio.measure import (
    NO_ERRORS,
    EdgeErrors,
    bridged,
    disagreement,
    measure_fixtures,
    measure_rttm,
    read_rttm,
)
from voicesim.errors import BadInputError

_FIXTURES = Path(__file__).parents[2] / "audio_fixtures"


@pytest.fixture(scope="module")
def edges() -> dict[str, EdgeErrors]:
    return measure_fixtures(_FIXTURES)


def test_onsets_and_ends_are_within_the_promised_errors(edges: dict[str, EdgeErrors]) -> None:
    every: EdgeErrors = sum(edges.values(), NO_ERRORS)
    for errors in (every.onset, every.end):
        assert np.median(np.abs(errors)) <= 60
        assert np.percentile(np.abs(errors), 95) <= 150
    assert every.missed == 0


def test_without_noise_they_are_within_a_few_hundredths_of_a_second(edges: dict[str, EdgeErrors]) -> None:
    quiet: EdgeErrors = sum((found for name, found in edges.items() if "noise" not in name), NO_ERRORS)
    assert quiet.segments > 50
    assert np.percentile(np.abs(quiet.onset), 95) <= 60
    assert np.percentile(np.abs(quiet.end), 95) <= 60


def test_coughs_breath_keyboard_and_music_are_mostly_no_speech(edges: dict[str, EdgeErrors]) -> None:
    assert edges["noises"].invented <= 1


def test_disagreement_counts_any_speaker_once() -> None:
    assert disagreement([(0, 50), (80, 120)], [(20, 60), (30, 100)], 110) == (30, 30, 80)


def test_spans_closer_than_a_gap_are_one() -> None:
    assert bridged([(50, 60), (0, 10), (15, 20), (18, 30)], 10) == [(0, 30), (50, 60)]


def test_an_rttm_file_is_read_and_measured(tmp_path: Path) -> None:
    import soundfile

    rttm = tmp_path / "a.rttm"
    rttm.write_text("SPKR-INFO a 1\nSPEAKER a 1 1.5 0.5 <NA> <NA> one <NA> <NA>\n", encoding="utf-8")
    soundfile.write(tmp_path / "a.flac", np.zeros(48_000, np.int16), 16_000)
    assert read_rttm(rttm) == [(24_000, 32_000)]
    assert measure_rttm(tmp_path) == {"a": (8_000, 0, 8_000)}
    rttm.write_text("SPEAKER a 1 soon later\n", encoding="utf-8")
    with pytest.raises(BadInputError, match=r"a\.rttm:1"):
        read_rttm(rttm)
