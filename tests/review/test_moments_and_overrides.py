"""Moments, caps, endings and an instructor's word: on screen, on paper, and in the session's folder."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sample import ABOUT, conversation
from test_bundle_review import recorded

from voicesim.engine.events import End
from voicesim.errors import BadInputError
from voicesim.review.page import render
from voicesim.review.report import write_report
from voicesim.review.scoring import keep_override, read_overrides, score_bundle
from voicesim.review.terminal import plain_text
from voicesim.review.voice import hear_voice, pitch_of
from voicesim.scoring.conversation import Span, Turn
from voicesim.scoring.rubric import load_rubric
from voicesim.scoring.scorecard import Override, from_json, score
from voicesim.session.reader import open_bundle

RUBRIC = load_rubric()


def test_every_moment_stands_on_screen_and_on_paper() -> None:
    card = score(conversation(), RUBRIC)
    assert card.moments
    assert card.praise
    text, html = plain_text(card), render(conversation(), card, ABOUT)
    for moment in card.moments:
        assert moment.better in text
        assert moment.title in text
        assert moment.title in html
    for moment in card.praise:
        assert moment.title in text
        assert moment.title in html


def test_the_scorecard_names_how_it_ended(tmp_path: Path) -> None:
    bundle = open_bundle(recorded(tmp_path / "session"))
    name, ending = next((name, state.ending) for name, state in bundle.scenario.states.items() if state.ending)
    ended = replace(bundle, records=(*bundle.records[:-1], End(bundle.records[-1].at, "ending", name)))
    card = score_bundle(ended)
    assert card.ending == ending.title
    assert f"How it ended: {ending.title}." in plain_text(card)


def test_an_override_is_kept_in_the_folder_and_shown_beside_the_machines_points(tmp_path: Path) -> None:
    bundle = open_bundle(recorded(tmp_path / "session"))
    before = score_bundle(bundle)
    keep_override(bundle, RUBRIC, "no-why", Override(70, "Sgt. Low", "She had asked for it."))
    card = score_bundle(open_bundle(bundle.path))
    assert card.overall == before.overall
    assert card.criterion("no-why").points == before.criterion("no-why").points
    assert card.criterion("no-why").counted == 70
    assert from_json((bundle.path / "scorecard.json").read_text(encoding="utf-8")) == card
    assert "70 points by Sgt. Low" in plain_text(card)
    assert "She had asked for it." in write_report(bundle, card, tmp_path / "r.html").read_text(encoding="utf-8")
    assert score_bundle(bundle, "griffiths").overall_reviewed == score_bundle(bundle, "griffiths").overall
    keep_override(bundle, RUBRIC, "no-why", None)
    assert read_overrides(bundle.path) == {}
    assert score_bundle(bundle) == before


@pytest.mark.parametrize(
    ("criterion", "override"),
    [
        ("no-wy", Override(5, "a", "b")),
        ("no-why", Override(101, "a", "b")),
        ("no-why", Override(5, "", "b")),
        ("no-wy", None),
    ],
)
def test_an_override_that_makes_no_sense_changes_nothing(
    tmp_path: Path, criterion: str, override: Override | None
) -> None:
    bundle = open_bundle(recorded(tmp_path / "session"))
    with pytest.raises(BadInputError):
        keep_override(bundle, RUBRIC, criterion, override)
    assert not (bundle.path / "overrides.json").exists()


def test_an_instructor_overrides_from_the_command_line(tmp_path: Path) -> None:
    folder = recorded(tmp_path / "session")
    command = [sys.executable, "-m", "voicesim", "score", str(folder), "--json", "--override", "no-why=70"]
    refused = subprocess.run(command, capture_output=True, text=True)
    assert refused.returncode == 2
    assert "--by" in refused.stderr
    done = subprocess.run([*command, "--by", "Sgt. Low", "--reason", "Fair."], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    criteria = {each["id"]: each for each in json.loads(done.stdout)["criteria"]}
    assert criteria["no-why"]["override"] == {"points": 70.0, "by": "Sgt. Low", "reason": "Fair."}


@pytest.mark.parametrize("hertz", [85.0, 120.0, 196.0, 300.0])
def test_the_pitch_of_a_buzz_is_its_pitch(hertz: float) -> None:
    time = np.arange(16000) / 16000
    buzz = sum(np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 12)).astype(np.float32) * 0.1
    pitch, _ = pitch_of(buzz)
    assert np.median(pitch) == pytest.approx(hertz, rel=0.005)
    assert (np.abs(pitch / hertz - 1) < 0.02).mean() > 0.95


def test_hiss_has_no_pitch() -> None:
    hiss = np.random.default_rng(1).normal(0, 0.1, 16000).astype(np.float32)
    assert (pitch_of(hiss)[0] > 0).mean() < 0.1


def test_six_decibels_louder_are_six_decibels() -> None:
    time = np.arange(48000) / 16000
    buzz = 2000 * np.sign(np.sin(2 * np.pi * 110 * time))
    buzz[24000:] *= 2
    turns = [Turn(a, b, "trainee", "word", (), (Span(a, b),)) for a, b in ((0, 22000), (26000, 48000))]
    first, second = hear_voice(buzz.astype(np.int16), turns)
    assert second.loudness - first.loudness == pytest.approx(6.02, abs=0.1)
    assert first.pitch == pytest.approx(110, rel=0.01)


def test_silence_is_no_voice() -> None:
    assert hear_voice(np.zeros(32000, np.int16), [Turn(0, 32000, "trainee", "word")]) == ()
