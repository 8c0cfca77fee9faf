"""Trying inputs on a target and keeping what was found; by chance (hypothesis) or led by coverage (atheris)."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

from durability.fuzzing import Target
from durability.targets import target_named

IN_PROCESS = ("scenario", "bundle", "interrupted", "audio", "wire")
"""Targets that atheris can lead: all of the code under them runs in one process."""
_WITHOUT_ATHERIS = (
    "Coverage leads the fuzzing through atheris: pip install atheris (Linux or macOS, Python 3.11 to 3.13)."
)
_SAVED_EVERY = 20
_FIRST = 30


class Trial:
    """One target, and what became of the inputs tried on it.

    Args:
        name: what it is called.
        target: what reads.
        work: an empty folder to work in.
        finds: where inputs that found something are kept.
        until: monotonic seconds after which nothing is tried any more.
    """

    def __init__(self, name: str, target: Target, work: Path, finds: Path, until: float) -> None:
        self._name = name
        self._target = target
        self._folder = work / "input"
        self._finds = finds
        self.until = until
        self.tried = 0
        self._slowest = 0.0
        self._found: dict[str, int] = {}

    @property
    def over(self) -> bool:
        """Whether time is up."""
        return time.monotonic() > self.until

    @property
    def result(self) -> dict[str, Any]:
        """How many inputs were tried, the slowest, and what was found: the place in the code, and how often."""
        return {
            "target": self._name, "tried": self.tried, "slowest_s": round(self._slowest, 2),
            "found": self._found,
        }  # fmt: skip

    def run(self, given_input: Any) -> None:
        """Try one input. Nothing is raised."""
        if self.over:
            return
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir()
        began = time.monotonic()
        try:
            self._target.run(given_input, self._folder)
        except (Exception, RecursionError) as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            key = f"{type(error).__name__} in {Path(where.filename).name}:{where.lineno}: {str(error)[:100]}"
            if key not in self._found and len(self._found) < 60:
                text = f"{given_input!r}\n\n{traceback.format_exc()}"
                file = self._finds / f"{self._name}-{len(self._found):02d}.txt"
                file.write_text(text, encoding="utf-8", errors="replace")
            self._found[key] = self._found.get(key, 0) + 1
        self._slowest = max(self._slowest, time.monotonic() - began)
        self.tried += 1


def _test(target: Target, run: Callable[[Any], None]) -> Any:
    @settings(
        max_examples=200, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(target.inputs)
    def one(given_input: Any) -> None:
        run(given_input)

    return one


def by_chance(name: str, seconds: float, seed: int, finds: Path) -> dict[str, Any]:
    """Inputs as hypothesis draws them."""
    work = Path(tempfile.mkdtemp(prefix=f"voicesim-fuzz-{name}-"))
    target, stop = target_named(name, work)
    trial = Trial(name, target, work, finds, time.monotonic() + seconds)
    ever = random.Random(seed)
    while not trial.over:
        seeded(ever.getrandbits(64))(_test(target, trial.run))()
    stop()
    shutil.rmtree(work, ignore_errors=True)
    return trial.result


def by_coverage(name: str, seconds: float, seed: int, finds: Path) -> dict[str, Any]:
    """Inputs that atheris makes, preferring those that reach new places in voicesim's code; in a process of their own.

    Raises:
        RuntimeError: atheris is not installed, or the process ended before its time: the last input is named.
    """
    work = Path(tempfile.mkdtemp(prefix=f"voicesim-fuzz-{name}-"))
    (work / "corpus").mkdir()
    child = subprocess.run(
        [sys.executable, "-m", "durability.trying", name, str(seconds), str(seed), str(finds), str(work)],
        cwd=Path(__file__).resolve().parents[1], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        errors="replace", env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    result: dict[str, Any] = {}
    with suppress(OSError, json.JSONDecodeError):
        result = json.loads((work / "result.json").read_text(encoding="utf-8"))
    reached = len(list((work / "corpus").iterdir()))
    if not result or child.returncode != 0:
        raise RuntimeError(
            _WITHOUT_ATHERIS if "No module named 'atheris'" in child.stderr
            else f"{name}: the process ended with code {child.returncode}. Its last words: {child.stderr[-1500:]} (kept in {work})"
        )  # fmt: skip
    shutil.rmtree(work, ignore_errors=True)
    return {**result, "led_by": "coverage", "inputs_that_reached_new_places": reached}


def _led(name: str, seconds: float, seed: int, finds: Path, work: Path) -> None:
    """The process of its own: instrument voicesim, then let atheris try inputs. Never returns."""
    import atheris

    with atheris.instrument_imports(include=["voicesim"]):
        target, _ = target_named(name, work)
        trial = Trial(name, target, work, finds, time.monotonic() + seconds)
        fuzz_one = _test(target, trial.run).hypothesis.fuzz_one_input
        for number in range(_FIRST):  # what is imported only where it is needed is instrumented, too
            fuzz_one(random.Random(seed + number).randbytes(400))

    def save() -> None:
        (work / "result.json").write_text(json.dumps(trial.result), encoding="utf-8")

    def one(data: bytes) -> None:
        fuzz_one(data)
        if trial.over:
            save()
            os._exit(0)
        if trial.tried % _SAVED_EVERY == 0:
            save()

    # Its own alarm would disturb the one that finds hanging readers; a crash of the process itself is seen by its code.
    options = [
        f"-seed={seed + 1}",
        "-timeout=0",
        "-handle_alrm=0",
        "-rss_limit_mb=0",
        "-max_len=4096",
        "-len_control=20",
    ]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={work}/", str(work / "corpus")], one)
    atheris.Fuzz()


if __name__ == "__main__":
    _led(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]), Path(sys.argv[5]))
