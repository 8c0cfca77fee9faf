"""Holds one very long session and judges it: memory flat, tracks equally long, nothing lost, nothing drifting. Prints JSON.

    python scripts/soak.py --hours 4 --virtual      from a file, in virtual time: real voice activity, engine and bundle;
                                                    the words come from a script
    python scripts/soak.py --minutes 30 --devices   the real `voicesim practice` on virtual PulseAudio devices, in real time,
                                                    with Whisper

Memory counts as flat when it grows by no more than 5 % after the warm-up; tracks may drift by no more than 20 ms: on devices,
what stands beside each other in them must have been said and heard at the same time at the end as at the beginning, by the clock on
the wall, since each device has one of its own. Exit code 1 when the verdict is not "passed". Linux only. The run on devices wants a
quiet machine.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "scripts"), str(ROOT / "tests" / "devices")]

if TYPE_CHECKING:
    from voicesim.session.reader import Bundle

RECORDING = ROOT / "audio_fixtures" / "long-silences" / "trainee.flac"
SAID = (
    "Take all the time you need.", "What happened after that?", "I believe you.", "Were you alone then?",
    "Thank you for telling me.", "Can you say a little more about the evening?", "That was not your fault.",
    "Is there somebody you would like to call?", "I am listening.", "Where would you like to begin?",
)  # fmt: skip
"""What the trainee is heard to say in virtual time, over and over."""


def _progress() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())


def _of(bundle: Bundle, kind: type) -> list[Any]:
    return [record for record in bundle.records if isinstance(record, kind)]


def virtual(hours: float, work: Path) -> dict[str, Any]:
    """A session from a file, as fast as the machine can."""
    import numpy as np
    import soundfile

    from durability.soaking import Repeated, judge_memory, own_memory, write_scenario
    from voicesim.asr.scripted import ScriptedWhisper
    from voicesim.engine.events import LineStarted, TurnTaken
    from voicesim.live.ears import Listener, PromptEars
    from voicesim.live.from_file import LATENCY, play_file
    from voicesim.live.practice import Prepared, new_meta, recording
    from voicesim.live.settings import default_turn_taking
    from voicesim.scenario.load import load_scenario
    from voicesim.session.integrity import check_session
    from voicesim.session.meta import Consent
    from voicesim.session.reader import open_bundle
    from voicesim.timebase import SAMPLE_RATE
    from voicesim.tts.tones import ToneVoice
    from voicesim.tts.voicing import voice_ahead

    lines = max(50, round(hours * 400))
    loaded = load_scenario(write_scenario(work / "soak.yaml", lines, "Yes, {number}."))
    voice = ToneVoice()
    transcriber = ScriptedWhisper(SAID * (lines // 2))
    prepared = Prepared(
        loaded, voice_ahead(loaded.scenario, voice), voice.engine, transcriber, Listener(transcriber), "words",
        default_turn_taking(), 0,
    )  # fmt: skip
    once, _ = soundfile.read(RECORDING, dtype="int16")
    length = round(hours * 3600 * SAMPLE_RATE)
    sound = Repeated(once, length)
    folder = work / "session"
    meta = new_meta(prepared, driver="file", source=RECORDING.name, consent=Consent(given=True, how="recording"))
    memory: list[tuple[float, float]] = []
    began = time.monotonic()
    with _progress() as bars:
        task = bars.add_task("Four hours in a while", total=length)

        def watched(done: int, total: int) -> None:
            if not memory or done / SAMPLE_RATE - memory[-1][0] >= 20:
                memory.append((done / SAMPLE_RATE, own_memory()))
                bars.update(task, completed=done)

        with recording(prepared, folder, meta, PromptEars(prepared.listener, LATENCY)) as conductor:
            play_file(conductor, sound, progress=watched)  # type: ignore[arg-type]
    took = time.monotonic() - began
    judged = judge_memory(memory)
    at_closing = own_memory()
    bundle = open_bundle(folder)
    tracks = {name: soundfile.info(folder / f"{name}.flac").frames for name in ("trainee", "survivor")}
    survivor = bundle.track("survivor")
    late = [_sounds_at(survivor, started.at) - started.at for started in _of(bundle, LineStarted)]
    trainee = bundle.track("trainee")
    same = all(
        np.array_equal(trainee[at : at + SAMPLE_RATE], sound[at : min(at + SAMPLE_RATE, len(trainee))])
        for at in range(0, min(len(trainee), length) - SAMPLE_RATE, SAMPLE_RATE * 7)
    )
    drifted = (late[-1] - late[0]) / SAMPLE_RATE if late else 0.0
    checks = {
        "memory_flat": judged.flat,
        "tracks_equally_long": len(set(tracks.values())) == 1,
        "as_long_as_it_lasted": tracks["trainee"] >= length,
        "trainee_as_played": same,
        "no_drift": abs(drifted) <= 0.02,
        "bundle_good": not check_session(folder).damaged and bundle.notes == (),
        "she_answered_all_along": _spread_out(bundle, length),
    }
    return {
        "mode": "virtual", "hours": hours, "took_s": round(took, 1), "times_real_time": round(hours * 3600 / took, 1),
        "memory_mb": {**asdict(judged), "after_closing": round(at_closing, 1)}, "records": len(bundle.records),
        "turns": len(_of(bundle, TurnTaken)), "lines": len(late), "drift_s": round(drifted, 4),
        "log_bytes": (folder / "events.jsonl").stat().st_size,
        "checks": checks, "passed": all(checks.values()), "memory_over_time": _thinned(memory),
    }  # fmt: skip


def _sounds_at(track: Any, about: int) -> int:
    """The first sample that sounds near a position at which a line is said to start."""
    import numpy as np

    begin = max(0, about - 1600)
    sounding = np.flatnonzero(track[begin : about + 8000])
    return begin + int(sounding[0]) if len(sounding) else about + 8000


def _spread_out(bundle: Bundle, length: int) -> bool:
    """Whether she spoke in every stretch of the session: one of twenty, but none shorter than five minutes."""
    from voicesim.engine.events import LineStarted
    from voicesim.timebase import SAMPLE_RATE

    parts = max(1, min(20, length // (300 * SAMPLE_RATE)))
    return {started.at * parts // length for started in _of(bundle, LineStarted)} >= set(range(parts))


def _thinned(memory: list[tuple[float, float]]) -> list[tuple[int, float]]:
    step = max(1, len(memory) // 60)
    return [(round(at), round(megabytes, 1)) for at, megabytes in memory[::step]]


def on_devices(minutes: float, work: Path) -> dict[str, Any]:
    """The real command on virtual devices, at the clock's pace."""
    import soundfile
    from pulse import Pulse

    from durability.soaking import (
        DRIFT,
        Heard,
        Repeated,
        clocks_differ,
        drift,
        judge_memory,
        moved_apart,
        own_memory,
        write_scenario,
    )
    from voicesim.engine.events import AudioTrouble, TurnTaken
    from voicesim.session.reader import open_bundle
    from voicesim.session.tracks import TRACKS, read_track
    from voicesim.timebase import SAMPLE_RATE

    seconds = minutes * 60
    scenario = write_scenario(work / "soak.yaml", max(40, round(minutes * 14)), "I hear you, number {number}. Go on.")
    once, _ = soundfile.read(RECORDING, dtype="int16")
    length = round(seconds * SAMPLE_RATE)
    # A rising tone at its beginning and near its end, so that no other stretch can be taken for these two.
    played = Repeated(once, length)[0:length].copy()
    for at in (SAMPLE_RATE, length - 6 * SAMPLE_RATE):
        played[at : at + len(_chirp())] = _chirp()
    soundfile.write(work / "trainee.wav", played, SAMPLE_RATE)
    folder = work / "session"
    command = [
        sys.executable,
        "-m",
        "voicesim",
        "practice",
        str(scenario),
        "--yes",
        "--plain",
        "--no-open",
        "--no-check",
    ]
    pulse = Pulse()
    memory: list[tuple[float, float]] = []
    try:
        with (
            (work / "said").open("w+") as said,
            pulse.recording() as headphones,
            pulse.recording("mic.monitor") as microphone,
        ):
            env = pulse.environment(VOICESIM_VOICE="pyttsx3")
            process = subprocess.Popen(
                [*command, "--out", str(folder)],
                env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                # A shell lets what it starts in the background ignore Ctrl-C, and its children with it.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )  # fmt: skip
            _until_begun(process, folder, work / "said")
            player = pulse.play(work / "trainee.wav")
            began = time.monotonic()
            with _progress() as bars:
                task = bars.add_task("On devices", total=seconds)
                while (passed := time.monotonic() - began) < seconds + 2 and process.poll() is None:
                    memory.append((passed, own_memory(str(process.pid))))
                    bars.update(task, completed=passed)
                    time.sleep(min(5.0, seconds / 100))
            ended_early = process.poll() is not None
            used = 0.0 if ended_early else _processor_seconds(process.pid) / (time.monotonic() - began)
            if not ended_early:
                process.send_signal(signal.SIGINT)
            process.wait(300)
            player.kill()
            player.wait(10)
    finally:
        pulse.close()
    bundle = open_bundle(folder)
    trainee, survivor = bundle.track("trainee"), bundle.track("survivor")
    judged = judge_memory(memory)
    ears = drift(played, trainee)
    his = Heard(drift(trainee, microphone.samples)["along"], microphone.when)
    hers = Heard(drift(survivor, headphones.samples)["along"], headphones.when)
    apart = moved_apart(hers, his)
    troubles = dict.fromkeys(("overflow", "underflow", "gap"), 0)
    for trouble in _of(bundle, AudioTrouble):
        troubles[trouble.kind] += 1
    checks = {
        "ran_to_its_end": not ended_early,
        "memory_flat": judged.flat,
        "tracks_equally_long": len({len(read_track(folder, name)) for name in TRACKS}) == 1,
        "as_long_as_it_lasted": len(trainee) >= length - SAMPLE_RATE,
        "trainee_does_not_drift": abs(ears["drift_s"]) <= DRIFT,
        "tracks_do_not_drift_apart": len(apart) > 1 and max(abs(moved) for _, moved in apart) <= DRIFT,
        "no_dropped_frames": troubles["overflow"] == troubles["gap"] == 0,
        "no_underruns": troubles["underflow"] == 0,
        "she_answered": len(_of(bundle, TurnTaken)) > minutes,
    }
    return {
        "mode": "devices", "minutes": minutes, "memory_mb": asdict(judged), "processor": round(used, 3),
        "load_average": round(os.getloadavg()[1], 2), "turns": len(_of(bundle, TurnTaken)), "troubles": troubles,
        "trainee": ears, "survivor_in_her_headphones": hers.along, "moved_apart_s": apart,
        "headphones_slower_than_microphone_ppm": clocks_differ(hers, his, seconds), "seconds": round(len(trainee) / SAMPLE_RATE, 2),
        "checks": checks, "passed": all(checks.values()), "memory_over_time": _thinned(memory),
        "said": (work / "said").read_text()[-400:] if not all(checks.values()) else "",
    }  # fmt: skip


def _chirp() -> Any:
    import numpy as np

    at = np.arange(16_000) / 16_000
    return (6000 * np.sin(2 * np.pi * (300 + 1200 * at) * at)).astype(np.int16)


def _until_begun(process: subprocess.Popen[bytes], folder: Path, said: Path) -> None:
    """Wait until there is sound.

    Raises:
        RuntimeError: the session never began.
    """
    until = time.monotonic() + 300
    track = folder / "trainee.wav"
    while not (track.exists() and track.stat().st_size > 44):
        if process.poll() is not None or time.monotonic() > until:
            process.kill()
            raise RuntimeError(f"the session never began: {said.read_text()[-400:]}")
        time.sleep(0.1)


def _processor_seconds(pid: int) -> float:
    import psutil

    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def main() -> int:
    """Read the command line, hold the session, print the verdict."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--virtual", action="store_true", help="from a file, in virtual time")
    parser.add_argument("--devices", action="store_true", help="on virtual devices, in real time")
    parser.add_argument("--hours", type=float, help="how long (default: 4, or half an hour on devices)")
    parser.add_argument("--minutes", type=float, help="the same in minutes")
    parser.add_argument("--work", type=Path, help="folder for the session (default: the system's temporary one)")
    arguments = parser.parse_args()
    if arguments.virtual == arguments.devices:
        parser.error("choose one of --virtual and --devices")
    hours = arguments.hours or (arguments.minutes / 60 if arguments.minutes else (4.0 if arguments.virtual else 0.5))
    if arguments.work is not None:
        arguments.work.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="voicesim-soak-", dir=arguments.work))
    try:
        result = virtual(hours, work) if arguments.virtual else on_devices(hours * 60, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(json.dumps(result, indent=1))
    return 0 if result["passed"] else 1


if __name__ == "__main__":
    sys.exit(main())
