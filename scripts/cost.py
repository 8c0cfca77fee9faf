"""What sessions cost this machine, by model: live sessions a core, hours re-scored a core-hour, memory, bytes a minute.

    python scripts/cost.py                                   measure (about seven minutes on an idle machine), print JSON
    python scripts/cost.py --out cost.json --docs            and write docs/scale.md's tables and docs/images/cost.svg
    python scripts/cost.py --reckon cost.json --docs         do not measure: reckon and draw again from an earlier run
    nice -n 19 python scripts/cost.py --provisional --docs   on a busy machine; says so wherever the figures stand

What is assumed stands in scripts/costing/assumptions.yaml. Not a test: nothing fails for being slow.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from costing.assumptions import Assumptions, assumptions
from costing.live import ROOT, as_data, cores, measure_live
from costing.paper import markdown, put_into, reckon
from costing.picture import draw
from costing.rescored import make_corpus, measure_batches, measure_rescoring, measure_storage

DOCS, PICTURE = ROOT / "docs" / "scale.md", ROOT / "docs" / "images" / "cost.svg"


def tell(text: str) -> None:
    """What is going on, beside the JSON."""
    print(text, file=sys.stderr, flush=True)


def measure(models: list[str], given: Assumptions, parts: set[str]) -> dict[str, Any]:
    """Everything, one model after the other."""
    began = time.monotonic()
    found: dict[str, Any] = {model: {} for model in models}
    with tempfile.TemporaryDirectory() as scratch:
        tell("Holding a session to be gone over ...")
        corpus = make_corpus(given.rescoring, Path(scratch))
        storage = measure_storage(Path(scratch) / "first")
        for model in models:
            if "rescoring" in parts:
                found[model]["rescoring"] = measure_rescoring(model, corpus)
                tell(f"{model}: {found[model]['rescoring']['hours_per_core_hour']} h of recording in a core-hour")
            if "batches" in parts:
                found[model]["batches"] = measure_batches(model)
            if "live" in parts:
                found[model]["live"] = as_data(measure_live(model, given.live, tell))
    return {"models": found, "storage": storage, "took_seconds": round(time.monotonic() - began)}


def machine() -> str:
    """This machine in a few words."""
    import psutil

    name = next(
        (line.partition(":")[2].strip() for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")), ""
    )
    memory = psutil.virtual_memory().total / 2**30
    return f"{name or platform.machine()}, {cores()} cores, {memory:.0f} GiB, {platform.system()}"


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except OSError:
        return []


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=["tiny.en", "base"], help="checkpoints that are on this machine")
    parser.add_argument("--parts", nargs="+", default=["live", "rescoring", "batches"], help="what is measured")
    parser.add_argument("--out", type=Path, help="where the JSON goes as well")
    parser.add_argument("--docs", action="store_true", help="write the tables into docs/scale.md and draw the picture")
    parser.add_argument("--provisional", action="store_true", help="the machine is busy: say so beside the figures")
    parser.add_argument(
        "--reckon", type=Path, metavar="JSON", help="take an earlier run's figures instead of measuring"
    )
    asked = parser.parse_args()
    given = assumptions()
    if asked.reckon:
        result = json.loads(asked.reckon.read_text("utf-8"))
    else:
        result = {
            "command": "scripts/cost.py",
            "day": time.strftime("%Y-%m-%d"),
            "machine": machine(),
            "provisional": asked.provisional,
            **measure(asked.models, given, set(asked.parts)),
        }
    result["paper"] = reckon(result, given)
    text = json.dumps(result, indent=1)
    print(text)
    if asked.out:
        asked.out.write_text(text + "\n", "utf-8")
    if asked.docs:
        DOCS.write_text(put_into(DOCS.read_text("utf-8"), markdown(result, given)), "utf-8")
        PICTURE.write_text(draw(result, given.live.latest_words), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
