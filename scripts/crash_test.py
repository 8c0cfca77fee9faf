"""Cuts live sessions off at random moments, and looks whether anything is lost: every bundle must open, replay, score and mend.

    python scripts/crash_test.py --kills 200             all ways to be cut off, two sessions at a time
    python scripts/crash_test.py --kills 20 --only kill  one of them
    python scripts/crash_test.py --kills 200 --json FILE the figures, for a machine

The sessions are the real `voicesim practice`. Disks of their own, and power cuts on them, need root on Linux; the unplugged
device needs PulseAudio. What cannot be done here is left out, and said. The moments follow from --seed, but not to the sample:
the machine's own pace is in them too. Exit code 1 when something was lost.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "scripts")]

SHARES = {"kill": 38, "closing": 15, "power": 17, "power-ext4": 10, "full": 8, "read-only": 7, "unplugged": 5}
"""Of a hundred sessions."""
SHORT = 4.0
"""Seconds of the recording in sessions that shall come to their end."""


def possible_here() -> dict[str, str]:
    """What cannot be done on this machine, and why."""
    from durability import disks

    missing = {}
    if not disks.possible():
        missing = dict.fromkeys(("power-ext4", "full", "read-only"), "needs root on Linux, and mkfs.ext4")
    if shutil.which("pulseaudio") is None or shutil.which("pactl") is None:
        missing["unplugged"] = "needs PulseAudio"
    return missing


def planned(kills: int, kinds: Iterable[str]) -> list[str]:
    """How many of each kind, spread evenly over the run; each at least once if there is room."""
    shares = {kind: SHARES[kind] for kind in kinds}
    whole = sum(shares.values())
    counts = {kind: max(1, round(kills * share / whole)) for kind, share in shares.items()}
    first = max(counts, key=lambda kind: counts[kind])
    counts[first] += kills - sum(counts.values())
    places = [((index + 0.5) / count, kind) for kind, count in counts.items() for index in range(count)]
    return [kind for _, kind in sorted(places)]


def table(outcomes: list[Any]) -> str:
    """A line per kind: how many, how many lost something, and how much of the end was missing."""
    from durability.kills import KINDS

    lines = [f"{'':<12}{'sessions':>9}{'failed':>8}{'median lost':>13}{'most lost':>11}{'allowed':>9}"]
    for name, kind in KINDS.items():
        mine = [one for one in outcomes if one.kind == name]
        if mine:
            lost = [one.lost * 1000 for one in mine]
            failed = sum(bool(one.problems) for one in mine)
            bound = f"{kind.bound * 1000:.0f} ms" if kind.bound is not None else "-"
            lines.append(
                f"{name:<12}{len(mine):>9}{failed:>8}{statistics.median(lost):>10.0f} ms{max(lost):>8.0f} ms{bound:>9}"
                f"   {kind.about}"
            )
    return "\n".join(lines)


def run(arguments: argparse.Namespace) -> int:
    """Cut off as many as asked for, and tell."""
    import numpy as np
    import soundfile
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from durability.kills import Harness, Outcome

    missing = possible_here()
    kinds = [kind for kind in SHARES if kind not in missing and (not arguments.only or kind in arguments.only)]
    for kind, why in missing.items():
        print(f"left out: {kind} ({why})", file=sys.stderr)
    recording = ROOT / "audio_fixtures" / "interrupter" / "trainee.flac"
    samples, _ = soundfile.read(recording, dtype="int16")
    work = Path(tempfile.mkdtemp(prefix="voicesim-crash-", dir=arguments.work))
    short = work / "short.flac"
    soundfile.write(short, samples[: round(SHORT * 16_000)], 16_000)
    whole = np.asarray(samples, dtype=np.int16)
    harness = Harness(work, recording, whole, short)
    began = time.monotonic()
    outcomes: list[Outcome] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with (
        Progress(*columns, transient=True, disable=not sys.stderr.isatty()) as bars,
        ThreadPoolExecutor(arguments.parallel) as pool,
    ):
        task = bars.add_task("Cutting sessions off", total=arguments.kills)
        plan = planned(arguments.kills, kinds)
        futures = [
            pool.submit(harness.cut_off, kind, arguments.seed * 10_000 + number) for number, kind in enumerate(plan)
        ]
        for future in as_completed(futures):
            outcomes.append(future.result())
            one = outcomes[-1]
            bars.advance(task)
            if one.problems:
                print(f"{one.kind}, seed {one.seed}: {'; '.join(one.problems)}", file=sys.stderr)
            elif not sys.stderr.isatty() and len(outcomes) % 10 == 0:
                print(f"{len(outcomes)} of {arguments.kills}", file=sys.stderr)
    failed = [one for one in outcomes if one.problems]
    print(table(outcomes))
    print(
        f"{len(outcomes)} sessions cut off in {time.monotonic() - began:.0f} s: "
        f"{len(failed)} lost something or failed." + (f" Their folders are in {work}." if failed else "")
    )
    if arguments.json:
        data = {
            "kills": len(outcomes), "lost": len(failed), "seed": arguments.seed, "left_out": missing,
            "outcomes": [asdict(one) for one in sorted(outcomes, key=lambda one: one.seed)],
        }  # fmt: skip
        arguments.json.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    if not failed:
        shutil.rmtree(work, ignore_errors=True)
    return 1 if failed else 0


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200, help="how many sessions (default: 200)")
    parser.add_argument("--seed", type=int, default=1, help="decides the moments (default: 1)")
    parser.add_argument("--parallel", type=int, default=2, help="sessions at a time (default: 2)")
    parser.add_argument("--only", action="append", choices=list(SHARES), help="only this way; may be given again")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--work", type=Path, help="folder for the sessions (default: the system's temporary one)")
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
