"""Rebuild the audio fixtures: an actor plays each script to the real engine, and the exact truth is written beside the sound.

    python scripts/make_fixtures.py                  all of them
    python scripts/make_fixtures.py interrupter      one of them
    python scripts/make_fixtures.py pairs/*          those of a kind
    python scripts/make_fixtures.py --check          only compare the files with the manifest

Needs the development environment and the neural voice, which speaks for the trainees (scripts/test.py sets both up). The
survivor speaks with the plain voice: what a trainee says is timed to her lines. A scenario's lines are part of every fixture:
when they change, rebuild.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from fnmatch import fnmatch
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from fixtures.actor import Actor, describe
from fixtures.script import Script
from fixtures.sounds import SOUNDS, room, street
from fixtures.voices import Trainee, voiced_spans
from voicesim.audio.files import write_flac
from voicesim.engine.events import End, LineHeard, Overlapped, Record, StateEntered, TrackEnded
from voicesim.engine.state import ConversationState
from voicesim.live.conductor import Conductor
from voicesim.live.ears import PromptEars
from voicesim.live.from_file import LATENCY
from voicesim.live.practice import Prepared, new_meta, prepare, recording
from voicesim.scenario.load import load_scenario
from voicesim.session.meta import Consent
from voicesim.timebase import FRAME, SAMPLE_RATE, samples, seconds
from voicesim.yamlfile import load_model

ROOT = Path(__file__).resolve().parent.parent / "audio_fixtures"
CACHE = Path(__file__).resolve().parent.parent / ".cache" / "fixtures"
_LEAD_OUT = 1.5
"""Seconds of room after the last thing that happened."""
_LONGEST = 600.0
_SHORTEST_TURN = 3
"""Words; shorter answers say little about turn-taking."""


def build(folder: Path, trainee: Trainee, prepared: dict[tuple[str, int], Prepared]) -> dict[str, Any]:
    """Make one fixture: `trainee.flac` and `truth.json`. Returns its entry for the manifest."""
    script = load_model(folder / "script.yaml", Script)
    steps = script.steps
    random = np.random.default_rng(int(hashlib.sha256(folder.name.encode()).hexdigest()[:8], 16))
    audio: list[NDArray[np.int16] | None] = []
    for step in steps:
        if step.say:
            audio.append(trainee.speak(step.say, step.voice or script.voice, step.speed or script.speed))
        elif step.sound:
            audio.append((SOUNDS[step.sound](random) * 32767).clip(-32000, 32000).astype(np.int16))
        else:
            audio.append(None)
    key = (script.scenario, script.seed)
    if key not in prepared:
        prepared[key] = prepare(load_scenario(script.scenario), seed=script.seed, voice="pyttsx3")
    actor = Actor(script, audio)
    track, records = perform(script, actor, prepared[key], random)
    write_flac(folder / "trainee.flac", track)
    truth = describe_all(script, actor, audio, records, prepared[key])
    (folder / "truth.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    check_script(folder.name, script, actor, records)
    return {
        "about": script.about,
        "voices": sorted({step.voice or script.voice for step in steps if step.say}),
        "seconds": round(len(track) / SAMPLE_RATE, 1),
        "sha256": digest(folder / "trainee.flac"),
    }


def perform(
    script: Script, actor: Actor, prepared: Prepared, random: np.random.Generator
) -> tuple[NDArray[np.int16], list[Record]]:
    """Play the script to the engine in virtual time.

    Returns:
        The trainee's track and the session's records.
    """
    records: list[Record] = []

    def watch(record: Record, state: ConversationState) -> None:
        records.append(record)
        if isinstance(record, LineHeard):
            actor.line_heard(record.utterance)

    blocks: list[NDArray[np.int16]] = []
    background = room(random, samples(_LONGEST), script.room_dbfs)
    if script.snr_db is not None:
        speech = np.concatenate([clip for clip in actor.audio if clip is not None]) / 32768.0
        loud = speech[np.abs(speech) > 0.01]
        background += street(random, samples(_LONGEST), float(np.sqrt(np.mean(loud**2))) / 10 ** (script.snr_db / 20))
    with tempfile.TemporaryDirectory() as scratch:
        meta = new_meta(prepared, driver="file", consent=Consent(given=True, how="recording"))
        ears = PromptEars(prepared.listener, LATENCY)
        with recording(prepared, Path(scratch) / "session", meta, ears, watch) as conductor:
            conductor.begin()
            finished_at: int | None = None
            while not conductor.over and conductor.now < samples(_LONGEST):
                clean = actor.frame(conductor.state, conductor.now)
                behind = background[conductor.now : conductor.now + FRAME] * 32767
                captured = np.clip(clean + behind, -32768, 32767).astype(np.int16)
                played, marks = conductor.player.render(FRAME)
                blocks.append(captured)
                conductor.block(captured, played, marks)
                if actor.finished and settled(conductor):
                    finished_at = conductor.now if finished_at is None else finished_at
                    if conductor.now > finished_at + samples(_LEAD_OUT):
                        conductor.tell(TrackEnded(conductor.now))
    track = np.concatenate(blocks)
    return track, records


def settled(conductor: Conductor) -> bool:
    """Nobody speaks and nothing is pending."""
    state = conductor.state
    return state.utterance is None and state.turn is None and not state.queue


def describe_all(
    script: Script, actor: Actor, audio: list[NDArray[np.int16] | None], records: list[Record], prepared: Prepared
) -> dict[str, Any]:
    """Everything that is known about the fixture, times in seconds."""
    said: list[dict[str, Any]] = []
    for done in actor.done:
        clip = audio[done["step"]]
        assert clip is not None
        step = actor.steps[done["step"]]
        spans = voiced_spans(clip.astype(np.float64)) if step.say else []
        said.append(describe(step, done, spans))
    lines = [record for record in records if isinstance(record, LineHeard)]
    return {
        "scenario": script.scenario,
        "scenario_sha256": prepared.loaded.sha256,
        "seed": script.seed,
        "ending": script.ending,
        "bands": script.bands,
        "transcriber": f"{prepared.transcriber.engine} {prepared.transcriber.model}",
        "voice": prepared.voice_engine,
        "trainee": said,
        "survivor": [
            {
                "line": line.line,
                "start": seconds(line.onset),
                "end": seconds(line.end),
                "text": line.text,
                "heard": line.heard_text,
                "complete": line.complete,
            }
            for line in lines
        ],
        "overlaps": [
            {"kind": record.kind, "start": seconds(record.onset), "taking": record.taking}
            for record in records
            if isinstance(record, Overlapped)
        ],
        "states": [record.state for record in records if isinstance(record, StateEntered)],
    }


def check_script(name: str, script: Script, actor: Actor, records: list[Record]) -> None:
    """Say loudly when the engine did not do what the script is about."""
    end = next((record for record in records if isinstance(record, End)), None)
    left = len(actor.steps) - len(actor.done) - sum(step.wait for step in actor.steps)
    kind = "none"
    if end is not None and end.ending:
        ending = load_scenario(script.scenario).scenario.states[end.ending].ending
        kind = ending.kind if ending else "none"
    if kind != script.ending or left > 0:
        states = [record.state for record in records if isinstance(record, StateEntered)]
        print(
            f"{name}: ended {kind}, the script says {script.ending}; {left} steps were not played; {' > '.join(states)}"
        )


def write_turns(folder: Path) -> None:
    """Cut the answers of the clean conversations into single utterances, with a manifest for `voicesim bench turns`."""
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.flac"):
        old.unlink()
    manifest: list[dict[str, Any]] = []
    for path in sorted(ROOT.glob("*/truth.json")):
        name = path.parent.name
        if name.endswith("in-noise"):
            continue
        track, _ = soundfile.read(path.parent / "trainee.flac", dtype="int16")
        for step in json.loads(path.read_text())["trainee"]:
            if step["kind"] != "answer" or len(step["text"].split()) < _SHORTEST_TURN:
                continue
            start = max(0.0, step["start"] - 0.3)
            end = step["segments"][-1][1]
            file = folder / f"{name}-{len(manifest):02d}.flac"
            write_flac(file, track[samples(start) : samples(end)])
            pauses = [[before[1], after[0]] for before, after in pairwise(step["segments"])]
            manifest.append(
                {
                    "audio": file.name,
                    "text": step["text"],
                    "end_of_speech": round(end - start, 4),
                    "inner_pauses": [[round(a - start, 4), round(b - start, 4)] for a, b in pauses],
                }
            )
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="fixtures to rebuild; all when none is named")
    parser.add_argument("--check", action="store_true", help="compare the files with the manifest, build nothing")
    arguments = parser.parse_args()
    manifest_path = ROOT / "manifest.json"
    manifest: dict[str, Any] = json.loads(manifest_path.read_text()) if manifest_path.exists() else {"fixtures": {}}
    if arguments.check:
        wrong = [
            name
            for name, entry in manifest["fixtures"].items()
            if digest(ROOT / name / "trainee.flac") != entry["sha256"]
        ]
        print("all as they should be" if not wrong else f"not what the manifest says: {', '.join(wrong)}")
        return 1 if wrong else 0
    manifest["provenance"] = (
        "Texts written for this project; speech synthesised with Kokoro-82M v1.0; sounds made from numbers."
    )
    manifest["licence"] = "Apache-2.0, as the project"
    trainee = Trainee(CACHE)
    prepared: dict[tuple[str, int], Prepared] = {}
    names = sorted(path.parent.relative_to(ROOT).as_posix() for path in ROOT.rglob("script.yaml"))
    chosen = [name for name in names if not arguments.names or any(fnmatch(name, each) for each in arguments.names)]
    for number, name in enumerate(chosen, start=1):
        print(f"[{number}/{len(chosen)}] {name} ...", flush=True)
        manifest["fixtures"][name] = build(ROOT / name, trainee, prepared)
        manifest["fixtures"] = dict(sorted(manifest["fixtures"].items()))
        manifest_path.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    write_turns(ROOT / "turns")
    return 0


if __name__ == "__main__":
    sys.exit(main())
