"""How fast an hour opens on the replay page in headless Chromium, how smoothly it plays, and what the server needs for it.

"Opens": from asking for the page until the transcript is there, both lanes are drawn and everything can be pressed. The lanes show
who spoke when at first; "waveform" is when how loud it was has replaced that.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benches.hour import lengthen

ROOT = Path(__file__).resolve().parent.parent.parent
_FIXTURES = ("model-interview", "why-and-blame")
_WATCH = """new Promise(done => {
  const gaps = []; let last = performance.now(); const end = last + %d;
  const step = now => { gaps.push(now - last); last = now; now < end ? requestAnimationFrame(step) : done(gaps.slice(1)); };
  requestAnimationFrame(step);
})"""


def web_replay(model: str, minutes: float) -> dict[str, Any]:
    """Make a session of so many minutes, serve it, and look at it.

    Args:
        model: Whisper checkpoint that hears the fixtures it is made of.
        minutes: how long it is.
    """
    sys.path.insert(0, str(ROOT / "tests" / "review"))
    from browser import Browser

    from serving.server import Served
    from voicesim.review.scoring import score_bundle, write_scorecard
    from voicesim.session.cached import forget_cached
    from voicesim.session.reader import open_bundle

    with tempfile.TemporaryDirectory() as scratch:
        server = Served(Path(scratch))
        name = f"hour-{os.getpid()}"
        try:
            parts = [_recorded(fixture, Path(scratch, fixture), model) for fixture in _FIXTURES]
            bundle = open_bundle(lengthen(parts, server.sessions / name, minutes))
            write_scorecard(bundle, score_bundle(bundle))
            address = f"{server.url}/sessions/{name}/replay"
            before = _memory(server)
            with Browser(1440, 1000) as browser:
                browser.visit(f"{server.url}/sessions")  # the browser itself is warm
                spent = _processor(server)
                first = _opened(browser, address)
                spent = _processor(server) - spent
                again = [_opened(browser, address) for _ in range(3)]
                playing = _played(browser)
            return {
                "session_minutes": round(bundle.meta.samples / 16000 / 60, 1),
                "log_records": len(bundle.records),
                "first_time_s": {**first, "server_processor": round(spent, 2)},
                "again_s": again[1],
                "playing": playing,
                "server_memory_mib": {"before": before, "most": _memory(server)},
                "load_average": round(os.getloadavg()[0], 1),
            }
        finally:
            server.stop()
            forget_cached(name)


def _recorded(fixture: str, folder: Path, model: str) -> Path:
    recording = ROOT / "audio_fixtures" / fixture / "trainee.flac"
    command = [sys.executable, "-m", "voicesim", "practice", "delayed-report", "--trainee-audio", str(recording)]
    command += ["--out", str(folder), "--json", "--model", model]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return folder


def _opened(browser: Any, address: str) -> dict[str, float]:
    began = time.perf_counter()
    browser.visit(address)
    times: dict[str, float] = {"loaded": round(time.perf_counter() - began, 2)}
    for name, states in (("opens", "text all"), ("waveform", "all")):
        while browser.evaluate("document.getElementById('main').dataset.shown || 'no'") not in states.split():
            assert time.perf_counter() - began < 60, browser.problems
            time.sleep(0.01)
        times[name] = round(time.perf_counter() - began, 2)
    return times


def _played(browser: Any) -> dict[str, Any]:
    """Frames while it plays, goes elsewhere, and is zoomed; the screen is drawn 60 times a second at best."""
    browser._call("Performance.enable", timeDomain="threadTicks")
    browser.click("#play")
    result: dict[str, Any] = {}
    deeds = {
        "following": "0",
        "seeking_every_half_second": (
            "(() => { let n = 0; const t = setInterval(() => { n += 1; import('/static/replay/player.js')"
            ".then(({player}) => player.seek((n * 397) % player.duration)); if (n > 15) clearInterval(t); }, 500); })(), 0"
        ),
        "zooming_every_second": (
            "(() => { let n = 0; const t = setInterval(() => { n += 1; document.getElementById(n % 6 < 3 ? 'in' : 'out').click();"
            " if (n > 7) clearInterval(t); }, 1000); })(), 0"
        ),
    }
    for name, script in deeds.items():
        browser.evaluate(script)
        busy, begun = _busy(browser), time.perf_counter()
        gaps = sorted(browser.evaluate(_WATCH % 8000))
        share = (_busy(browser) - busy) / (time.perf_counter() - begun)
        result[name] = {
            "frames_a_second": round(1000 * len(gaps) / sum(gaps), 1),
            "p95_ms": round(gaps[int(len(gaps) * 0.95)], 1),
            "longest_ms": round(gaps[-1], 1),
            "page_busy_percent": round(100 * share),
        }
    moved = "document.getElementById('sound').currentTime"
    start, began = browser.evaluate(moved), time.perf_counter()
    time.sleep(2)
    result["sound_speed"] = round((browser.evaluate(moved) - start) / (time.perf_counter() - began), 2)
    return result


def _busy(browser: Any) -> float:
    """Seconds of processor time that the page's own thread has taken so far: steady on a busy machine too."""
    found = browser._call("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in found if one["name"] == "TaskDuration"))


def _processor(server: Any) -> float:
    """Seconds of processor time the server has taken so far; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(server: Any) -> int | None:
    """Most memory the server has needed so far, MiB; None where the system does not tell."""
    try:
        lines = Path(f"/proc/{server.pid}/status").read_text().splitlines()
    except OSError:
        return None
    return round(int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024)
