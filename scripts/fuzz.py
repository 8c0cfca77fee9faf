"""Throws damaged and malicious files at everything that reads files. Nothing may end in a traceback, hang, or write elsewhere.

    python scripts/fuzz.py --minutes 10                    each target ten minutes, one after the other
    python scripts/fuzz.py --minutes 10 --target bundle    one of them
    python scripts/fuzz.py --minutes 10 --led              led by coverage: inputs that reach new places are varied (needs atheris)

Found inputs are kept, one text file each, in the folder that is named at the end. Exit code 1 when something was
found, 2 when it could not be tried.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "scripts")]


def main() -> int:
    """Read the command line."""
    from durability.targets import TARGETS
    from durability.trying import IN_PROCESS, by_chance, by_coverage

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0, help="for each target (default: 10)")
    parser.add_argument("--target", action="append", choices=TARGETS, help="only this one; may be given again")
    parser.add_argument("--seed", type=int, default=0, help="same seed, same inputs (default: 0)")
    parser.add_argument("--led", action="store_true", help="let coverage lead, with atheris; all targets but socket")
    arguments = parser.parse_args()
    if arguments.led and "socket" in (arguments.target or ()):
        parser.error("--led looks into one process, and socket has two: leave it out")
    search = by_coverage if arguments.led else by_chance
    finds = Path(tempfile.mkdtemp(prefix="voicesim-fuzz-found-"))
    results = []
    for name in arguments.target or (IN_PROCESS if arguments.led else TARGETS):
        print(f"{name}: {arguments.minutes:g} minutes", file=sys.stderr)
        try:
            results.append(search(name, arguments.minutes * 60, arguments.seed, finds))
        except RuntimeError as error:
            print(error, file=sys.stderr)
            return 2
        print(json.dumps(results[-1], ensure_ascii=False), file=sys.stderr)
    print(json.dumps(results, indent=1, ensure_ascii=False))
    if any(result["found"] for result in results):
        print(f"Found inputs are in {finds}.", file=sys.stderr)
        return 1
    shutil.rmtree(finds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
