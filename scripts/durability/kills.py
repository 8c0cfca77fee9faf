"""The ways a live session is cut off: each starts the real command, cuts it off at a random moment and looks at what is left."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from durability import disks, journal
from durability.power import cut_power
from durability.verify import Verdict, verify
from voicesim.timebase import FRAME, SAMPLE_RATE

ROOT = Path(__file__).resolve().parents[2]
_WATCHED = Path(__file__).with_name("watched_session.py")
_LONGEST = 90.0
"""Seconds any one session may take."""


@dataclass(frozen=True)
class Kind:
    """A way to be cut off, and how much of the end it may cost."""

    name: str
    bound: float | None
    """Seconds that may be missing at the end; None where the figure is only told."""
    about: str


KINDS = {
    kind.name: kind
    for kind in (
        Kind("kill", 0.25, "SIGKILL while the session runs, at the clock's pace"),
        Kind("closing", 0.0, "SIGKILL while the session is being closed and scored"),
        Kind("power", 0.25, "power cut, modelled: only what was synced is sure"),
        Kind("power-ext4", 0.25, "power cut on a real ext4 disk that is switched off"),
        Kind("full", 0.25, "the disk fills up"),
        Kind("read-only", 0.25, "the disk turns read-only in mid-session"),
        Kind("unplugged", 0.25, "the sound device vanishes, and the process is killed soon after"),
    )
}


@dataclass
class Outcome:
    """One session cut off."""

    kind: str
    seed: int
    after: float = 0.0
    """Seconds of session at which it was cut off."""
    kept: float = 0.0
    """Seconds of it that are there."""
    lost: float = 0.0
    """Seconds that had been handed to the recording, and are not."""
    phase: str = "running"
    problems: list[str] = field(default_factory=list)


class Session:
    """The real `voicesim practice` in a process of its own, and its journal.

    Args:
        work: an empty folder for everything.
        folder: where the session is recorded.
        options: of `practice`.
        env: environment.
    """

    def __init__(self, work: Path, folder: Path, *options: str, env: dict[str, str] | None = None) -> None:
        self.folder = folder
        self._journal = work / "journal"
        grave = folder.parent / "graveyard"
        grave.mkdir()
        self._said = (work / "said").open("w+b")
        command = [sys.executable, str(_WATCHED), str(self._journal), str(grave), "practice", *options]
        self.process = subprocess.Popen(
            [*command, "--model", "tiny.en", "--plain", "--no-open", "--out", str(folder)],
            env=env or environment(), stdin=subprocess.DEVNULL, stdout=self._said, stderr=subprocess.STDOUT,
        )  # fmt: skip

    @property
    def entries(self) -> journal.Entries:
        """The journal so far."""
        return journal.read(self._journal)

    def wait_for(self, condition: Callable[[journal.Entries], bool]) -> bool:
        """Wait until the journal says so.

        Returns:
            Whether it ever did before the session ended.
        """
        until = time.monotonic() + _LONGEST
        while time.monotonic() < until:
            over = self.process.poll() is not None
            if condition(self.entries):
                return True
            if over:
                return False
            time.sleep(0.01)
        self.kill()
        raise RuntimeError(f"the session took more than {_LONGEST:g} s: {self.said()}")

    def begun(self) -> None:
        """Wait for the first sound.

        Raises:
            RuntimeError: it ended before.
        """
        if not self.wait_for(lambda entries: entries.handed > 0):
            raise RuntimeError(f"the session never began: {self.said()}")

    def kill(self) -> None:
        """SIGKILL; returns once it is gone."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)

    def end(self) -> int:
        """Wait until it ends by itself."""
        try:
            return self.process.wait(_LONGEST)
        except subprocess.TimeoutExpired:
            self.kill()
            raise RuntimeError(f"the session never ended: {self.said()}") from None

    def said(self) -> str:
        """What it printed, the end of it."""
        self._said.seek(0)
        return self._said.read().decode(errors="replace")[-600:]


def environment() -> dict[str, str]:
    """One thread each, so that several sessions fit on a machine; the plain voice, whose lines lie in the cache."""
    return {
        **os.environ, "PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1", "VOICESIM_VOICE": "pyttsx3",
        "PYTHONUNBUFFERED": "1",
    }  # fmt: skip


class Harness:
    """Cuts sessions off.

    Args:
        work: a folder for everything.
        recording: plays the trainee.
        samples: the same, read.
        short: its first seconds in a file of their own, for sessions that shall come to their end soon.
    """

    def __init__(self, work: Path, recording: Path, samples: NDArray[np.int16], short: Path) -> None:
        self._work = work
        self._recording = recording
        self._samples = samples
        self._short = short
        self._ways: dict[str, Callable[[Path, Random, Outcome], None]] = {
            "kill": self._kill, "closing": self._closing, "power": self._power, "power-ext4": self._power_ext4,
            "full": self._full, "read-only": self._read_only, "unplugged": self._unplugged,
        }  # fmt: skip

    def cut_off(self, kind: str, seed: int) -> Outcome:
        """One session, cut off in one way at a moment that the seed decides."""
        outcome = Outcome(kind, seed)
        work = self._work / f"{seed:05d}-{kind}"
        work.mkdir()
        try:
            self._ways[kind](work, Random(seed), outcome)
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            outcome.problems.append(f"{type(error).__name__}: {error}")
        bound = KINDS[kind].bound
        if bound is not None and outcome.lost > bound + 1e-6:
            outcome.problems.append(f"{outcome.lost:.3f} s are missing, {bound:g} s may be")
        if not outcome.problems:
            shutil.rmtree(work, ignore_errors=True)
        return outcome

    def _start(self, work: Path, folder: Path, *options: str) -> Session:
        session = Session(work, folder, "--trainee-audio", str(self._recording), "--realtime", *options)
        try:
            session.begun()
        except RuntimeError:
            session.kill()
            raise
        return session

    def _judge(
        self,
        outcome: Outcome,
        folder: Path,
        entries: journal.Entries,
        work: Path,
        said: bool = True,
        records: bool = True,
    ) -> Verdict:
        found = verify(folder, self._samples if said else None, work / "mended")
        outcome.problems += found.problems
        outcome.after, outcome.kept = entries.handed / SAMPLE_RATE, found.samples / SAMPLE_RATE
        outcome.lost = max(0.0, outcome.after - outcome.kept)
        if records and found.records < entries.recorded:
            outcome.problems.append(f"{found.records} records of {entries.recorded}")
        return found

    def _kill(self, work: Path, chance: Random, outcome: Outcome) -> None:
        session = self._start(work, work / "session")
        time.sleep(chance.uniform(0, 7))
        session.kill()
        self._judge(outcome, session.folder, session.entries, work)

    def _closing(self, work: Path, chance: Random, outcome: Outcome) -> None:
        # As fast as the machine can: what is cut off is the closing, which comes at its own pace anyway.
        session = Session(work, work / "session", "--trainee-audio", str(self._short))
        session.wait_for(journal.Entries.closing)
        time.sleep(chance.uniform(0, 0.35))
        outcome.phase = "ended" if session.process.poll() is not None else "closing"
        session.kill()
        found = self._judge(outcome, session.folder, session.entries, work)
        outcome.phase += f", {found.state}"

    def _power(self, work: Path, chance: Random, outcome: Outcome) -> None:
        if chance.random() < 0.3:
            session = Session(work, work / "session", "--trainee-audio", str(self._short))
            session.wait_for(journal.Entries.closing)
            time.sleep(chance.uniform(0, 0.35))
            outcome.phase = "closing"
        else:
            session = self._start(work, work / "session")
            time.sleep(chance.uniform(0, 7))
        session.kill()
        entries = session.entries
        left = cut_power(session.folder, entries, work / "left", chance)
        found = self._judge(outcome, left, entries, work, records=False)
        if (
            outcome.phase == "closing" and outcome.lost
        ):  # it ran many times as fast as the clock, by which disks are synced
            outcome.lost = entries.age_of(found.samples)

    def _power_ext4(self, work: Path, chance: Random, outcome: Outcome) -> None:
        with disks.disk(work / "disk") as disk:
            session = self._start(work, disk.folder / "session")
            time.sleep(chance.uniform(0, 7))
            disk.power_off()
            moment = time.monotonic()
            session.kill()
            disk.power_on()
            left = Path(shutil.copytree(disk.folder / "session", work / "left"))
        self._judge(outcome, left, session.entries.until(moment), work, records=False)

    def _full(self, work: Path, chance: Random, outcome: Outcome) -> None:
        with disks.memory_disk(work / "disk", chance.randint(200, 600) << 10) as disk:
            session = self._start(work, disk / "session")
            self._ends_in_one_line(session, outcome, "The disk is full")
            left = Path(shutil.copytree(disk / "session", work / "left"))
        self._judge(outcome, left, session.entries, work)

    def _read_only(self, work: Path, chance: Random, outcome: Outcome) -> None:
        with disks.disk(work / "disk") as disk:
            session = self._start(work, disk.folder / "session")
            time.sleep(chance.uniform(0, 5))
            disk.give_out()
            self._ends_in_one_line(session, outcome, "cannot be written", "failed: Input/output error")
            disk.power_on()  # what only lay in memory is gone
            left = Path(shutil.copytree(disk.folder / "session", work / "left"))
        self._judge(outcome, left, session.entries, work, records=False)

    def _unplugged(self, work: Path, chance: Random, outcome: Outcome) -> None:
        sys.path.append(str(ROOT / "tests" / "devices"))
        from pulse import Pulse

        pulse = Pulse()
        try:
            session = Session(
                work, work / "session", "--yes", "--no-check", env={**environment(), **pulse.environment()}
            )
            session.begun()
            player = subprocess.Popen(  # not `pulse.play`: this one is meant to lose its server, and need not say so
                ["paplay", "--device=mic", str(self._recording)], env=pulse.environment(), stderr=subprocess.DEVNULL
            )
            time.sleep(chance.uniform(0.5, 6))
            pulse.kill()
            moment = time.monotonic()
            time.sleep(chance.uniform(0, 2))
            session.kill()
            player.kill()
            player.wait(5)
        finally:
            pulse.close()
        entries = session.entries
        self._judge(outcome, session.folder, entries, work, said=False)
        # By the clock, too: what the device had recorded must not still have been on its way.
        first = next(line for line in entries.lines if line["do"] == "handed")
        by_the_clock = (first["samples"] + (moment - first["t"]) * SAMPLE_RATE) / SAMPLE_RATE
        outcome.after = by_the_clock
        outcome.lost = max(outcome.lost, by_the_clock - outcome.kept - FRAME / SAMPLE_RATE)

    def _ends_in_one_line(self, session: Session, outcome: Outcome, *words: str) -> None:
        code, said = session.end(), session.said()
        if code != 2 or not any(each in said for each in words) or "Traceback" in said:
            outcome.problems.append(f"left with {code}: {said[-300:]}")
