"""Asks what is known against the packages in the lock files: vulnerabilities, and licences that would bind voicesim.

    python scripts/audit.py                   both
    python scripts/audit.py --licences        licences only, from what is installed; needs no network

Vulnerabilities are looked up by pip-audit in PyPI's advisories, which needs the network; nothing else in voicesim does. Exit code 1
when something was found, 2 when nobody could be asked.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

LOCKS = Path(__file__).resolve().parent / "locks"
ACCEPTED = {
    "espeakng-loader": "GPL-3.0 (eSpeak NG): a library beside voicesim, loaded by child processes only (docs/voice.md)",
}
"""Packages whose licence would bind whatever is linked with them, and why they may be here."""
_BINDING = re.compile(r"\b(A?GPL)\b|GNU (Affero )?General Public", re.IGNORECASE)
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)
RUNTIME = ("runtime.txt", "torch.txt", "from-source.txt")


def pinned(lock: Path) -> list[str]:
    """Names of the packages in a lock."""
    return [name for name, _ in _PIN.findall(lock.read_text(encoding="utf-8"))]


def licence(name: str) -> str | None:
    """What a package says its licence is; None where it is not installed (another system needs it)."""
    try:
        found = metadata(name)
    except PackageNotFoundError:
        return None
    said = [
        line.rsplit("::")[-1].strip() for line in found.get_all("Classifier") or [] if line.startswith("License ::")
    ]
    whole: str = found.get("License-Expression") or "; ".join(said) or (found.get("License") or "").partition("\n")[0]
    return whole or "says nothing"


def licences() -> int:
    """Print what is installed under a licence that binds, or says nothing of it, and was not accepted."""
    wrong = 0
    names = [name for lock in RUNTIME for name in pinned(LOCKS / lock)]
    for name in names:
        found = licence(name)
        if found is None or (not _BINDING.search(found) and found != "says nothing"):
            continue
        accepted = ACCEPTED.get(name)
        wrong += accepted is None
        print(
            f"{name}: {found}. {accepted or 'Not accepted: name it in scripts/audit.py with the reason, or do without it.'}"
        )
    print(f"{len(names)} packages: {'no licence binds voicesim' if not wrong else f'{wrong} to look at'}.")
    return int(wrong > 0)


def vulnerabilities() -> int:
    """Ask PyPI's advisories about every pinned package."""
    program = shutil.which("pip-audit", path=str(Path(sys.executable).parent)) or shutil.which("pip-audit")
    if program is None:
        print("pip-audit is missing: pip install pip-audit", file=sys.stderr)
        return 2
    worst = 0
    for lock in sorted(LOCKS.glob("*.txt")):
        done = subprocess.run(
            [program, "--requirement", str(lock), "--no-deps", "--disable-pip", "--progress-spinner", "off"],
            capture_output=True, text=True,
        )  # fmt: skip
        unknown = done.stdout.count("could not be audited") + done.stderr.count("could not be audited")
        asked = len(pinned(lock)) - unknown
        print(f"{lock.name}: asked about {asked} of {len(pinned(lock))} packages")
        if done.returncode and asked > 0:
            print(done.stdout)
            worst = max(worst, 1)
        elif asked <= 0:
            print("  Nobody could be asked: no advisories here.", file=sys.stderr)
            worst = 2
    return worst


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--licences", action="store_true", help="licences only")
    only = parser.parse_args().licences
    found = licences()
    return found if only else max(found, vulnerabilities())


if __name__ == "__main__":
    sys.exit(main())
