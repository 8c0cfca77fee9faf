"""How many live sessions a machine carries at once: a process each, a recording as trainee, in real time, by the real ears.

Sessions are added until words come too late. Everything that a live session does runs: voice activity, early looks at a stretch,
recognition, the judge of turn ends, meanings, the engine, her lines; only sound card and disk are left out.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from costing.assumptions import Live

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Step:
    """So many sessions at once. Seconds."""

    sessions: int
    words_p50: float
    words_p95: float
    """From a stretch of speech being over to its words."""
    block_p95: float
    """By which a block of sound was taken in late."""
    stretches: int
    core_share: float
    """Of one core, for one session."""
    megabytes: float
    """Most memory of a session's process, median."""
    speech: float
    """Share of the time in which somebody was heard by recognition."""
    in_time: bool


def cores() -> int:
    """That this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def measure_live(model: str, how: Live, tell: Callable[[str], None]) -> list[Step]:
    """Double the sessions until words come too late, then close in on the number from both sides.

    Args:
        model: checkpoint.
        how: for how long, and what is too late.
        tell: told each step.
    """
    context = multiprocessing.get_context("spawn")
    crew: list[tuple[Any, Connection]] = []
    steps: list[Step] = []

    def at_once(count: int) -> Step:
        while len(crew) < count:
            ours, theirs = context.Pipe()
            fixture = how.fixtures[len(crew) % len(how.fixtures)]
            process = context.Process(target=_sessions, args=(theirs, model, fixture), daemon=True)
            process.start()
            theirs.close()
            crew.append((process, ours))
            if len(crew) % cores() == 0 or len(crew) == count:
                for _, pipe in crew[-cores() :]:
                    pipe.poll(120)
        for _, pipe in crew:
            while pipe.poll():
                pipe.recv()
        for number, (_, pipe) in enumerate(crew[:count]):
            pipe.send((how.seconds, number * 0.37))
        step = _summed(count, [pipe.recv() for _, pipe in crew[:count]], how)
        steps.append(step)
        tell(
            f"{model}: {count} at once: words after {step.words_p50:.2f} s (p50), {step.words_p95:.2f} s (p95)"
            f"{'' if step.in_time else ', too late'}"
        )
        return step

    try:
        kept, late, count = 0, how.most + 1, 2 * cores()
        while late - kept > max(1, late // 8) and count <= how.most:
            if at_once(count).in_time:
                kept = count
            else:
                late = count
            count = (kept + late) // 2 if late <= how.most else 2 * count
    finally:
        for process, _ in crew:
            process.kill()
            process.join()
    return sorted(steps, key=lambda step: step.sessions)


def _summed(count: int, told: Sequence[dict[str, Any]], how: Live) -> Step:
    import numpy as np

    words = [delay for one in told for delay in one["words"]]
    blocks = [late for one in told for late in one["blocks"]]
    p50, p95 = (float(np.percentile(words, part)) if words else 0.0 for part in (50, 95))
    late = float(np.percentile(blocks, 95))
    return Step(
        count, round(p50, 3), round(p95, 3), round(late, 4), len(words),
        round(sum(one["cpu"] for one in told) / (count * how.seconds), 3),
        round(float(np.median([one["megabytes"] for one in told]))),
        round(sum(one["speech"] for one in told) / (count * how.seconds), 3),
        p95 <= how.latest_words and late <= how.latest_block,
    )  # fmt: skip


def _sessions(pipe: Connection, model: str, fixture: str) -> None:
    """A process that holds one session after the other, when it is told to."""
    os.environ["OMP_NUM_THREADS"] = "1"
    from voicesim.audio.files import read_mono_16k
    from voicesim.live.practice import prepare
    from voicesim.scenario.load import load_scenario

    track = read_mono_16k(ROOT / "audio_fixtures" / fixture / "trainee.flac").samples
    prepared = prepare(load_scenario("delayed-report"), asr="auto", model=model, voice="pyttsx3")
    pipe.send("ready")
    try:
        while True:
            seconds, wait = pipe.recv()
            time.sleep(wait)
            pipe.send(_hold(prepared, track, seconds))
    except (EOFError, OSError):
        return


def _hold(prepared: Any, track: Any, seconds: float) -> dict[str, Any]:
    import numpy as np

    from voicesim.audio.vad import VoiceActivity
    from voicesim.live.conductor import Conductor
    from voicesim.live.ears import WorkerEars
    from voicesim.live.player import Player
    from voicesim.timebase import FRAME, SAMPLE_RATE

    ready = prepared.for_another(0)
    ears, player = TimedEars(WorkerEars(ready.listener)), Player()
    conductor = Conductor(ready.rules, _Nowhere(), VoiceActivity(), ears, player, ready.book.clip)
    blocks: list[float] = []
    used, began = time.process_time(), time.monotonic()
    conductor.begin()
    for position in range(0, int(seconds * SAMPLE_RATE), FRAME):
        due = began + (position + FRAME) / SAMPLE_RATE
        time.sleep(max(0.0, due - time.monotonic()))
        captured = np.zeros(FRAME, dtype=np.int16)
        piece = track[position : position + FRAME]
        captured[: len(piece)] = piece
        played, marks = player.render(FRAME)
        conductor.block(captured, played, marks)
        blocks.append(time.monotonic() - due)
    ears.wait(5.0)
    ears.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    cpu = time.process_time() - used
    return {"words": ears.delays, "blocks": blocks, "cpu": cpu, "megabytes": peak, "speech": ears.speech}


class _Nowhere:
    """A recorder that keeps nothing."""

    def record(self, record: Any) -> None:
        """Nothing."""

    def audio(self, trainee: Any, survivor: Any) -> None:
        """Nothing."""


class TimedEars:
    """Ears with a watch: from a request to its words being there.

    Args:
        ears: that do the work.
    """

    def __init__(self, ears: Any) -> None:
        self._ears = ears
        self._asked: dict[int, float] = {}
        self.delays: list[float] = []
        self.speech = 0.0

    def ask(self, request: Any, samples: Any, lately: Any) -> None:
        """See `voicesim.live.ears.Ears`."""
        self._asked[request.request] = time.monotonic()
        self.speech += (request.end - request.onset) / 16_000
        self._ears.ask(request, samples, lately)

    def answers(self, now: int) -> list[Any]:
        """See `voicesim.live.ears.Ears`."""
        found: list[Any] = self._ears.answers(now)
        for one in found:
            self.delays.append(time.monotonic() - self._asked.pop(one.request))
        return found

    def wait(self, seconds: float) -> None:
        """Until the last words are there; those that never come count as so late."""
        until = time.monotonic() + seconds
        while self._asked and time.monotonic() < until:
            self.answers(0)
            time.sleep(0.02)
        self.delays += [seconds] * len(self._asked)

    def close(self) -> None:
        """See `voicesim.live.ears.Ears`."""
        self._ears.close()


def as_data(steps: Sequence[Step]) -> dict[str, Any]:
    """For JSON: the steps, and the most sessions that kept in time."""
    in_time = [step.sessions for step in steps if step.in_time]
    best = max(in_time, default=0)
    return {
        "steps": [asdict(step) for step in steps],
        "sessions": best,
        "cores": cores(),
        "sessions_per_core": round(best / cores(), 2),
    }
