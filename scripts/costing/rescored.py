"""How much recording a core goes over in an hour and in what memory; what a minute takes on the disk; what batches give."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from costing.assumptions import Rescoring
from costing.live import ROOT, cores


def make_corpus(how: Rescoring, scratch: Path) -> Path:
    """Sessions held in virtual time, the same one under several ids."""
    first = scratch / "first"
    recording = ROOT / "audio_fixtures" / how.fixture / "trainee.flac"
    command = [sys.executable, "-m", "voicesim", "practice", "delayed-report", "--trainee-audio", str(recording)]
    command += ["--out", str(first), "--json", "--asr", "faster-whisper", "--model", "tiny.en", "--voice", "pyttsx3"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    corpus = scratch / "corpus"
    for number in range(how.copies * cores()):
        copy = corpus / f"session-{number:03d}"
        shutil.copytree(first, copy)
        meta = json.loads((copy / "meta.json").read_text("utf-8"))
        meta["id"] += f"-{number}"
        (copy / "meta.json").write_text(json.dumps(meta), "utf-8")
    return corpus


def measure_rescoring(model: str, corpus: Path) -> dict[str, Any]:
    """Go over the corpus with a worker for each core.

    Args:
        model: that hears the words anew; empty: words as recorded.
        corpus: see `make_corpus`.
    """
    import psutil

    from voicesim.rescoring.corpus import Query, find_sessions
    from voicesim.rescoring.local_crew import LocalCrew
    from voicesim.rescoring.plan import make_plan
    from voicesim.rescoring.results import Place
    from voicesim.rescoring.run import go_over
    from voicesim.scoring.rubric import load_rubric

    plan = make_plan(load_rubric(), model)
    crew = LocalCrew(plan, cores())
    while crew.free < crew.size:
        crew.wait(0.5)
    most: dict[int, int] = {}

    def watch(what: str, done: int, total: int) -> None:
        for process in crew.processes:
            try:
                most[process] = max(most.get(process, 0), psutil.Process(process).memory_info().rss)
            except psutil.Error:
                continue

    began = time.monotonic()
    report = go_over(find_sessions([corpus], Query()), plan, Place(plan, corpus), lambda: crew, progress=watch)
    wall = time.monotonic() - began
    assert not report.passed_over, report.passed_over
    return {
        "recorded_seconds": round(report.seconds, 1),
        "wall_seconds": round(wall, 1),
        "hours_per_core_hour": round(report.seconds / (wall * cores()), 1),
        "megabytes_per_worker": round(max(most.values(), default=0) / 1e6),
    }


def measure_storage(session: Path) -> dict[str, Any]:
    """Bytes for each minute recorded, by kind."""
    meta = json.loads((session / "meta.json").read_text("utf-8"))
    minutes = meta["samples"] / 16_000 / 60
    kinds = {"sound": ("trainee.flac", "survivor.flac"), "log": ("events.jsonl", "meta.json", "scenario.yaml")}
    kinds["reading"] = ("scorecard.json", "transcript.json")
    sizes = {kind: sum((session / name).stat().st_size for name in names) for kind, names in kinds.items()}
    return {
        "minutes": round(minutes, 2),
        **{f"{kind}_bytes_per_minute": round(s / minutes) for kind, s in sizes.items()},
    }


def measure_batches(model: str) -> dict[str, float]:
    """Segments a second through one core, by how many are heard together."""
    import os

    os.environ["OMP_NUM_THREADS"] = "1"
    import numpy as np

    from voicesim.asr.engines import open_transcriber
    from voicesim.asr.faster import FasterWhisper
    from voicesim.asr.hearing import hearing
    from voicesim.asr.serving.together import Attempt, hear_together
    from voicesim.audio.files import read_mono_16k

    fixture = ROOT / "audio_fixtures" / "model-interview"
    track = read_mono_16k(fixture / "trainee.flac").samples
    truth = json.loads((fixture / "truth.json").read_text())
    spans = [span for turn in truth["trainee"] for span in turn["segments"]][:16]
    segments = [np.divide(track[int(a * 16000) : int(b * 16000)], 32768, dtype=np.float32) for a, b in spans]
    attempts = [
        Attempt(s, hearing().window.length(len(s) / 16000), "", hearing().tokens.most(len(s) / 16000)) for s in segments
    ]
    opened = open_transcriber("auto", model)
    if not isinstance(opened, FasterWhisper):
        return {}  # the other engine hears one by one
    opened.warm_up()
    found = {}
    for size in (1, 4, 8):
        began = time.perf_counter()
        for start in range(0, len(attempts), size):
            hear_together(opened.core(), attempts[start : start + size])
        found[str(size)] = round(len(attempts) / (time.perf_counter() - began), 2)
    return found
