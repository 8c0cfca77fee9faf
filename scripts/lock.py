"""Write the lock files anew: ``.venv/bin/python scripts/lock.py`` (for maintainers; needs the network).

pyproject.toml says what voicesim can work with; the locks say what is really installed: every package at one exact
version, with the SHA-256 of each file the package index holds for it. uv resolves them once for Linux, macOS, Windows
and every Python that is supported. Four files, because pip must treat them differently (see first_run/packages.py):

    locks/runtime.txt      what voicesim needs to run, ready-built
    locks/from-source.txt  what is published as source only (openai-whisper)
    locks/dev.txt          what the tests and the checks need on top: the extras `dev` and `cluster`
    locks/uv.txt           uv itself
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "scripts" / "locks"
SOURCE_ONLY = {"openai-whisper"}
APART = {"torch"}
HEADER = "# Written by scripts/lock.py from pyproject.toml: do not edit by hand.\n"


def resolve(*arguments: str) -> dict[str, str]:
    """Resolve with uv.

    Returns:
        The lock lines (pin, marker, hashes) of each package, by package name; a package may have several pins that
        exclude each other by their markers.
    """
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "resolved.txt"
        options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--upgrade"]
        options += ["--no-annotate", "--no-header", "--quiet"]
        constraints = ["--constraints", str(LOCKS / "torch.txt")]
        subprocess.run(
            [sys.executable, "-m", "uv", "pip", "compile", *options, *constraints, *arguments, "-o", str(target)],
            cwd=ROOT,
            check=True,
        )
        blocks: dict[str, str] = {}
        for block in re.split(r"\n(?=[^\s#])", target.read_text(encoding="utf-8").strip()):
            name = re.match(r"[\w.-]+", block)
            if name:
                blocks[name[0]] = blocks.get(name[0], "") + block + "\n"
        return blocks


def main() -> None:
    """Resolve and write the four files."""
    runtime = resolve("pyproject.toml")
    both = resolve("pyproject.toml", "--extra", "dev", "--extra", "cluster")
    moved = [name for name in runtime if runtime[name] != both.get(name)]
    if moved:
        sys.exit(f"The tests' packages change the runtime's: {', '.join(moved)}. Loosen them in pyproject.toml.")
    with tempfile.NamedTemporaryFile("w", suffix=".in", delete=False) as wish:
        wish.write("uv\n")
    files = {
        "runtime.txt": {n: b for n, b in runtime.items() if n not in APART | SOURCE_ONLY},
        "from-source.txt": {n: b for n, b in runtime.items() if n in SOURCE_ONLY},
        "dev.txt": {n: b for n, b in both.items() if n not in runtime},
        "uv.txt": resolve(wish.name),
    }
    Path(wish.name).unlink()
    for file, blocks in files.items():
        (LOCKS / file).write_text(HEADER + "".join(blocks[name] for name in sorted(blocks)), encoding="utf-8")
        print(f"scripts/locks/{file}: {len(blocks)} packages")


if __name__ == "__main__":
    main()
