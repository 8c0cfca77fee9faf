"""How well voicesim measures, on data that anyone may bring: ``python scripts/evaluate.py questions`` (or another name).

Prints confusion tables, F1 and Cohen's kappa with bootstrap intervals. The data are looked for in ``../shared/data`` beside
the repository (``--data`` names another folder) and are never part of it; docs/evaluation.md says what they are.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = {
    "questions": "question forms, types, marks and moves",
    "marks": "why, multiple, recast and the other marks, one by one",
    "moves": "what is done to her in words of its own",
    "yardstick": "how far text alone goes on Switchboard, by classifiers trained on it (never shipped)",
    "overlaps": "who overlapped whom, and how",
    "segments": "where speech is",
    "wer": "what was said",
}
"""Each is a module of scripts/evaluation/ with ``main(arguments) -> exit code``."""


def main(arguments: list[str]) -> int:
    """Run one evaluation.

    Returns:
        Its exit code; 2 when there is no such evaluation.
    """
    sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "src")]
    there = {name: what for name, what in COMMANDS.items() if find_spec(f"evaluation.{name}")}
    if not arguments or arguments[0] not in there:
        print(__doc__.strip(), "\n")
        for name, what in there.items():
            print(f"  {name:<10} {what}")
        return 0 if arguments[:1] in ([], ["--help"], ["-h"]) else 2
    result: int = import_module(f"evaluation.{arguments[0]}").main(arguments[1:])
    return result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
