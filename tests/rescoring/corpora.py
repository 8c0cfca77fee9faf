"""Small corpora for the tests of rescoring: one short session by the real engine, copied under other ids."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import soundfile

from voicesim.asr.ports import Transcriber
from voicesim.asr.scripted import ScriptedWhisper
from voicesim.live.ears import Listener, PromptEars
from voicesim.live.from_file import LATENCY, play_file
from voicesim.live.practice import Prepared, new_meta, recording
from voicesim.live.settings import default_turn_taking
from voicesim.meaning.finder import MeaningFinder
from voicesim.review.scoring import score_bundle, write_scorecard
from voicesim.scenario.load import load_scenario
from voicesim.session.meta import Consent
from voicesim.session.reader import open_bundle
from voicesim.timebase import SAMPLE_RATE
from voicesim.tts.tones import ToneVoice
from voicesim.tts.voicing import voice_ahead

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 14
SCRIPT = ("Hello, can you tell me what happened?", "Why did you wait?", "I believe you.", "Go on.")


def hold(folder: Path, transcriber: Transcriber | None = None, find: MeaningFinder | None = None) -> Path:
    """A short session with turns, lines and an interruption, scored by the default rubric.

    Args:
        folder: where it goes.
        transcriber: hears the fixture trainee; by default one that hears its script, without a model.
        find: says what sentences resemble.
    """
    loaded = load_scenario(ROOT / "tests" / "engine" / "small_scenario.yaml")
    sound, _ = soundfile.read(ROOT / "audio_fixtures" / "interrupter" / "trainee.flac", dtype="int16")
    sound = np.asarray(sound[: SECONDS * SAMPLE_RATE], dtype=np.int16)
    voice = ToneVoice()
    ears = transcriber or ScriptedWhisper(SCRIPT * 4)
    prepared = Prepared(
        loaded, voice_ahead(loaded.scenario, voice), voice.engine, ears, Listener(ears, find=find), "words",
        default_turn_taking(), 0,
    )  # fmt: skip
    meta = new_meta(prepared, driver="file", consent=Consent(given=True, how="recording"))
    with recording(prepared, folder, meta, PromptEars(prepared.listener, LATENCY)) as conductor:
        play_file(conductor, sound)
    bundle = open_bundle(folder)
    write_scorecard(bundle, score_bundle(bundle))
    return folder


def corpus_of(session: Path, folder: Path, count: int) -> Path:
    """A folder with copies of a session, each with an id of its own."""
    for number in range(count):
        copy = folder / f"session-{number:02d}"
        shutil.copytree(session, copy)
        change_meta(copy, id=f"20260101T0000{number:02d}-small-{number:06x}")
    return folder


def change_meta(session: Path, **changes: object) -> None:
    """Another id, day, owner … in a session's metadata."""
    path = session / "meta.json"
    data = json.loads(path.read_text("utf-8"))
    data.update(changes)
    path.write_text(json.dumps(data), "utf-8")


def results_in(folder: Path) -> dict[str, dict[str, object]]:
    """Every result below a folder, by its session's id; more than one for a session fails."""
    found: dict[str, dict[str, object]] = {}
    for path in sorted(folder.rglob("scorecard.*+*.json")):
        data = json.loads(path.read_text("utf-8"))
        session = data["rescored"]["session"]
        assert session not in found, f"two results for {session}"
        found[session] = data
    return found


def counted_in(journal: Path) -> list[str]:
    """The sessions that a journal counts, as often as it does."""
    entries = [json.loads(line) for line in journal.read_text("utf-8").splitlines() if line]
    return [entry["told"]["session"] for entry in entries if entry["event"] == "counted"]
