"""What a session costs, stage by stage: start-up, latencies, real-time factor, peak memory; and interviews held elsewhere."""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


def timed(run: Callable[[], object], times: int = 5) -> dict[str, float]:
    """Median, least and most of several runs, in milliseconds."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        run()
        taken.append((time.perf_counter() - began) * 1000)
    return spread(taken)


def spread(milliseconds: list[float]) -> dict[str, float]:
    """Median, least and most."""
    return {
        "median": round(statistics.median(milliseconds), 2),
        "least": round(min(milliseconds), 2),
        "most": round(max(milliseconds), 2),
        "count": len(milliseconds),
    }


def start_up() -> dict[str, Any]:
    """Time to `voicesim --help`, a whole process each."""
    command = [sys.executable, "-m", "voicesim", "--help"]
    bare = [sys.executable, "-c", "pass"]
    return {
        "voicesim_help_ms": timed(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)),
        "python_alone_ms": timed(lambda: subprocess.run(bare, check=True)),
    }


def stages(model: str, asr: str) -> dict[str, Any]:
    """Cost of each stage of a turn."""
    import numpy as np

    from voicesim.asr.engines import open_transcriber
    from voicesim.audio.files import read_mono_16k
    from voicesim.audio.vad import VoiceActivity
    from voicesim.language.read import read_turn
    from voicesim.rehearsal.dry_run import Rehearsal
    from voicesim.scenario.load import load_scenario
    from voicesim.timebase import FRAME, SAMPLE_RATE

    fixture = ROOT / "audio_fixtures" / "model-interview"
    track = read_mono_16k(fixture / "trainee.flac").samples
    truth = json.loads((fixture / "truth.json").read_text())
    result: dict[str, Any] = {}

    activity = VoiceActivity()
    frames = [track[start : start + FRAME] for start in range(0, min(len(track) - FRAME, 60 * SAMPLE_RATE), FRAME)]
    began = time.perf_counter()
    for frame in frames:
        activity.feed(frame)
    result["voice_activity_ms_per_32_ms_frame"] = round((time.perf_counter() - began) * 1000 / len(frames), 3)

    began = time.perf_counter()
    transcriber = open_transcriber(asr, model)
    transcriber.warm_up()
    result["recognition_warm_up_ms"] = round((time.perf_counter() - began) * 1000, 1)
    result["recognition_engine"] = f"{transcriber.engine} {transcriber.model}"
    taken, spoken = [], 0.0
    for turn in truth["trainee"]:
        for start, end in turn["segments"]:
            segment = track[int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE)].astype(np.float32) / 32768
            began = time.perf_counter()
            transcriber.transcribe(segment)
            taken.append((time.perf_counter() - began) * 1000)
            spoken += end - start
    result["recognition_ms_per_segment"] = spread(taken)
    result["recognition_real_time_factor"] = round(sum(taken) / 1000 / spoken, 3)

    texts = [turn["text"] for turn in truth["trainee"] if turn["text"]]
    read_turn(texts[0])
    result["reading_ms_per_turn"] = spread([timed(lambda text=text: read_turn(text), 1)["median"] for text in texts])
    loaded = load_scenario("delayed-report").scenario
    rehearsal = Rehearsal(loaded)
    rehearsal.begin()
    decided = []
    for text in texts:
        began = time.perf_counter()
        rehearsal.say(text)
        decided.append((time.perf_counter() - began) * 1000)
        if rehearsal.ending:
            break
    result["deciding_ms_per_turn"] = spread(decided)
    return result


def whole_session(fixture: str, model: str, asr: str) -> dict[str, Any]:
    """A whole session from a recording, process and all, and what it took."""
    recording = ROOT / "audio_fixtures" / fixture / "trainee.flac"
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "voicesim", "practice", "delayed-report", "--trainee-audio", str(recording)]
        command += ["--out", f"{scratch}/session", "--json", "--asr", asr, *(["--model", model] if model else [])]
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        wall = time.perf_counter() - began
        length = json.loads(Path(scratch, "session", "meta.json").read_text())["samples"] / 16000
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "voicesim", "score", f"{scratch}/session", "--json"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        scoring = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {
        "fixture": fixture,
        "session_s": round(length, 1),
        "wall_s": round(wall, 1),
        "times_faster_than_real_time": round(length / wall, 1),
        "score_again_s": round(scoring, 2),
        "peak_memory_mib": round(peak / (1024 if sys.platform != "darwin" else 1 << 20)),
    }


def interviews(model: str, asr: str) -> dict[str, Any]:
    """`voicesim analyze`: a stereo recording with transcription, and half an hour of turns without.

    Processor time is told beside the clock: on a machine that does other things too it is the steadier figure.
    """
    import numpy as np
    import soundfile

    from voicesim.audio.files import read_mono_16k

    names = ("model-interview", "polite-but-closed")
    his, hers = (read_mono_16k(ROOT / "audio_fixtures" / name / "trainee.flac").samples for name in names)
    length = min(len(his), len(hers))
    # Four times over: over a minute alone, starting up would be most of it.
    his, hers = (np.tile(track[:length], 4) for track in (his, hers))
    length *= 4
    lines = [json.dumps(turn) for turn in _half_an_hour()]
    with tempfile.TemporaryDirectory() as scratch:
        pair, turns = Path(scratch, "pair.flac"), Path(scratch, "turns.jsonl")
        soundfile.write(pair, np.stack((his, hers), axis=1), 16000)
        turns.write_text("\n".join(lines), encoding="utf-8")
        chosen = ["--asr", asr, *(["--model", model] if model else [])]
        wall, cpu = _took("analyze", "--stereo", str(pair), "--json", *chosen)
        scoring, scoring_cpu = _took("analyze", "--turns", str(turns), "--json")
    seconds = length / 16000
    return {
        "recording_s": round(seconds, 1),
        "analyze_speed": round(seconds / wall, 1),
        "analyze_speed_of_one_core": round(seconds / cpu, 1),
        "score_30_minutes_s": round(scoring, 2),
        "score_30_minutes_processor_s": round(scoring_cpu, 2),
    }


def _half_an_hour() -> list[dict[str, Any]]:
    """300 turns of two speakers, no two alike: the sentences that the tests read, as they come."""
    folder = ROOT / "tests" / "language"
    rows = [
        json.loads(line)["text"]
        for name in ("authored_questions", "authored_spoken", "authored_marks")
        for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    texts = iter(dict.fromkeys(rows))
    return [
        {
            "speaker": ("trainee", "survivor")[i % 2],
            "start": 6 * i,
            "end": 6 * i + 5,
            "text": " ".join((next(texts), next(texts))),
        }
        for i in range(300)
    ]


def _took(*arguments: str) -> tuple[float, float]:
    """Seconds by the clock, and of processor time, of a whole command."""

    def spent() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before, began = spent(), time.perf_counter()
    subprocess.run([sys.executable, "-m", "voicesim", *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began, spent() - before
