"""Throws damaged and malicious files at everything that reads files. Nothing may end in a traceback, hang, or write elsewhere.

    python scripts/fuzz.py --minutes 10                    each target ten minutes, one after the other
    python scripts/fuzz.py --minutes 10 --target bundle    one of them

Found inputs are kept, one text file each, in the folder that is named at the end. Exit code 1 when something was found.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "scripts")]

TARGETS = ("scenario", "bundle", "interrupted", "audio", "wire", "socket")


def _nothing() -> None:
    """Nothing is to be stopped."""


def fuzz(name: str, seconds: float, seed: int, finds: Path) -> dict[str, Any]:
    """One target for some time.

    Returns:
        How many inputs were tried, and what was found: the place in the code, and how often.
    """
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded

    from durability.fuzzing import Target, audio_target, bundle_target, make_session, scenario_target
    from durability.wire_fuzzing import socket_target, wire_target

    work = Path(tempfile.mkdtemp(prefix=f"voicesim-fuzz-{name}-"))
    target: Target
    stop = _nothing
    if name == "scenario":
        target = scenario_target()
    elif name == "audio":
        target = audio_target()
    elif name == "wire":
        target = wire_target()
    elif name == "socket":
        target, stop = socket_target()
    else:
        target = bundle_target(make_session(work / "seed", close=name == "bundle"))
    tried, slowest = 0, 0.0
    found: dict[str, int] = {}
    until = time.monotonic() + seconds
    ever = random.Random(seed)

    @settings(
        max_examples=200, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(target.inputs)
    def one(given_input: Any) -> None:
        nonlocal tried, slowest
        if time.monotonic() > until:
            return
        folder = work / "input"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        began = time.monotonic()
        try:
            target.run(given_input, folder)
        except (Exception, RecursionError) as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            key = f"{type(error).__name__} in {Path(where.filename).name}:{where.lineno}: {str(error)[:100]}"
            if key not in found and len(found) < 60:
                text = f"{given_input!r}\n\n{traceback.format_exc()}"
                (finds / f"{name}-{len(found):02d}.txt").write_text(text, encoding="utf-8", errors="replace")
            found[key] = found.get(key, 0) + 1
        slowest = max(slowest, time.monotonic() - began)
        tried += 1

    while time.monotonic() < until:
        seeded(ever.getrandbits(64))(one)()
    stop()
    shutil.rmtree(work, ignore_errors=True)
    return {"target": name, "tried": tried, "slowest_s": round(slowest, 2), "found": found}


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0, help="for each target (default: 10)")
    parser.add_argument("--target", action="append", choices=TARGETS, help="only this one; may be given again")
    parser.add_argument("--seed", type=int, default=0, help="same seed, same inputs (default: 0)")
    arguments = parser.parse_args()
    finds = Path(tempfile.mkdtemp(prefix="voicesim-fuzz-found-"))
    results = []
    for name in arguments.target or TARGETS:
        print(f"{name}: {arguments.minutes:g} minutes", file=sys.stderr)
        results.append(fuzz(name, arguments.minutes * 60, arguments.seed, finds))
        print(json.dumps(results[-1], ensure_ascii=False), file=sys.stderr)
    print(json.dumps(results, indent=1, ensure_ascii=False))
    if any(result["found"] for result in results):
        print(f"Found inputs are in {finds}.", file=sys.stderr)
        return 1
    shutil.rmtree(finds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
