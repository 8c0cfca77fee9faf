"""How many people this machine hears at once through the browser's connection, and what becomes of one more.

Each make-believe browser sends real speech in blocks of 20 ms by the clock, plays what comes back as a page does, and says which
block sounded. A server of its own, as `voicesim serve` starts it, holds the sessions; what is judged is what it logged.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from serving.page import BLOCK, Page
from serving.server import Served

ROOT = Path(__file__).resolve().parent.parent.parent
SCENARIO = "delayed-report"
HOLDS = {"added_p95_ms": 500.0, "silences_share": 0.01}
"""What "holds" means: in 95 of 100 turns no more than so much is added to the wait that her patience asks for, and of her sound at
most one block in a hundred came too late."""
ROUNDS = (1, 2, 4, 6, 8, 12, 16)
"""How many sessions at once are tried."""


def admit(server: Served) -> dict[str, str] | int:
    """A session, or the status with which it was refused."""
    try:
        admitted: dict[str, str] = server.post("/api/practices", {"scenario": SCENARIO, "consent": True})
        return admitted
    except HTTPError as error:
        return error.code


def used_by(server: Served) -> tuple[float, float]:
    """(seconds of processor time, peak MiB) of the server and what it started."""
    import psutil

    own = psutil.Process(server.pid)
    everybody = [own, *own.children(recursive=True)]
    times = [each.cpu_times() for each in everybody]
    return sum(t.user + t.system for t in times), sum(each.memory_info().rss for each in everybody) / 2**20


def speech() -> list[bytes]:
    """Ten seconds of one turn and a pause, over and over."""
    import numpy as np
    import soundfile

    turns = json.loads((ROOT / "audio_fixtures" / "turns" / "manifest.json").read_text(encoding="utf-8"))
    short = next(turn for turn in turns if 3 < turn["end_of_speech"] < 4)
    sound, _ = soundfile.read(ROOT / "audio_fixtures" / "turns" / short["audio"], dtype="int16")
    rng = np.random.default_rng(1)
    whole = (rng.standard_normal(500 * BLOCK) * 8).astype(np.int16)
    length = min(len(sound), len(whole))
    whole[:length] = sound[:length]
    return [whole[start : start + BLOCK].tobytes() for start in range(0, len(whole), BLOCK)]


def together(count: int, seconds: float, model: str, folder: Path) -> dict[str, Any]:
    """So many sessions at once, and one more that must be refused.

    Returns:
        Latencies in milliseconds over all turns, late blocks, processor share, memory; what the one too many was told.
    """
    from voicesim.engine.events import AudioTrouble, TurnTimed
    from voicesim.session.reader import open_bundle
    from voicesim.timebase import SAMPLE_RATE

    folder.mkdir()
    server = Served(folder, "--model", model, "--most-sessions", str(count))
    try:
        blocks = speech()

        def shift(number: int) -> int:
            return number * len(blocks) // count  # people do not all stop speaking at the same moment

        admitted = [admit(server) for _ in range(count)]
        browsers = [Page(server.url, one["id"], one["token"], blocks[shift(n) :] + blocks[: shift(n)])
                    for n, one in enumerate(admitted) if isinstance(one, dict)]  # fmt: skip
        used: list[tuple[float, float, float]] = []
        refused: list[dict[str, str] | int] = []

        async def everybody() -> None:
            talks = [asyncio.create_task(browser.talk(seconds)) for browser in browsers]
            while not all(browser.played for browser in browsers) and not all(talk.done() for talk in talks):
                await asyncio.sleep(0.2)
            used.append((time.monotonic(), *used_by(server)))
            await asyncio.sleep(seconds / 2)
            refused.append(await asyncio.to_thread(admit, server))
            await asyncio.gather(*talks)

        asyncio.run(everybody())
        used.append((time.monotonic(), *used_by(server)))
    finally:
        server.stop()
    e2e, added, troubles = [], [], 0
    for path in sorted(server.sessions.iterdir()):
        bundle = open_bundle(path)
        e2e += [one.e2e_latency * 1000 / SAMPLE_RATE for one in bundle.records if isinstance(one, TurnTimed)]
        added += [(one.decision_delay + one.playback_latency) * 1000 / SAMPLE_RATE
                  for one in bundle.records if isinstance(one, TurnTimed)]  # fmt: skip
        troubles += sum(isinstance(one, AudioTrouble) and one.kind != "gap" for one in bundle.records)
    e2e.sort()
    span = used[1][0] - used[0][0]
    late = sum(browser.late for browser in browsers) / max(1, sum(browser.played for browser in browsers))
    p95, added_p95 = _p95(e2e), _p95(added)
    return {
        "sessions": count,
        "turns": len(e2e),
        "e2e_p50_ms": round(e2e[len(e2e) // 2]) if e2e else None,
        "e2e_p95_ms": p95,
        "added_p95_ms": added_p95,
        "silences_share": round(late, 4),
        "audio_troubles": troubles,
        "cpu_cores": round((used[1][1] - used[0][1]) / span, 2),
        "memory_mib": round(used[1][2]),
        "broken_off": [browser.closed for browser in browsers if browser.closed],
        "one_more_was_told": refused[0],
        "holds": added_p95 is not None and added_p95 <= HOLDS["added_p95_ms"] and late <= HOLDS["silences_share"],
    }


def _p95(values: list[float]) -> int | None:
    return round(sorted(values)[round(0.95 * (len(values) - 1))]) if values else None


def web_load(model: str, seconds: float = 60.0, most: int = 12) -> dict[str, Any]:
    """More and more sessions at once, until they do not hold any more.

    Args:
        model: which Whisper.
        seconds: how long each round talks.
        most: sessions at most.
    """
    rounds: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="voicesim-load-") as folder:
        for count in (each for each in ROUNDS if each <= most):
            rounds.append(together(count, seconds, model, Path(folder, str(count))))
            print(json.dumps(rounds[-1]), file=sys.stderr, flush=True)
            if not rounds[-1]["holds"]:
                break
    held = [one["sessions"] for one in rounds if one["holds"]]
    return {"model": model, "holds_means": HOLDS, "sessions_at_once": max(held, default=0), "rounds": rounds}
