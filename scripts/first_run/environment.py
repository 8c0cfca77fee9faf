"""The virtual environment in the repository's folder: is it ours, is it whole, is it the one the locks describe?

A note inside it says what was finished. Whatever was interrupted is started over rather than repaired: pip keeps its
downloads, so that costs a minute, and nobody practises on half an installation.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from first_run.console import Console
from first_run.errors import SetupError

NOTE = "voicesim-setup.json"


@dataclass(frozen=True)
class Note:
    """What the set-up wrote down about an environment."""

    root: str
    """Folder it was made for: an environment does not survive being moved."""
    locks: str
    """Fingerprint of the lock files it was made from."""
    project: str = ""
    """Fingerprint of the pyproject.toml with which voicesim itself was installed."""
    parts: tuple[str, ...] = ()
    """What is completely installed: ``runtime``, ``dev``."""
    unfinished: str = ""
    """What was being done when this was written; empty when nothing is pending."""


@dataclass(frozen=True)
class Environment:
    """The virtual environment of one checkout.

    Args:
        root: the repository's folder.
    """

    root: Path
    folder: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "folder", self.root / ".venv")

    @property
    def programs(self) -> Path:
        """Folder of its programs."""
        return self.folder / ("Scripts" if os.name == "nt" else "bin")

    @property
    def python(self) -> Path:
        """Its Python."""
        return self.programs / ("python.exe" if os.name == "nt" else "python")

    @property
    def voicesim(self) -> Path:
        """The ``voicesim`` command in it."""
        return self.programs / ("voicesim.exe" if os.name == "nt" else "voicesim")

    def read_note(self) -> Note | None:
        """The note, or None when there is none that can be read."""
        try:
            told = json.loads((self.folder / NOTE).read_text(encoding="utf-8"))
            return Note(**{**told, "parts": tuple(told["parts"])})
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def write_note(self, note: Note) -> None:
        """Put the note in place, whole or not at all."""
        fresh = self.folder / (NOTE + ".new")
        fresh.write_text(json.dumps(note.__dict__, indent=1) + "\n", encoding="utf-8")
        os.replace(fresh, self.folder / NOTE)

    def trouble(self, locks: str) -> str:
        """Why this environment cannot be used as it is.

        Args:
            locks: fingerprint of the lock files as they are now.

        Returns:
            The reason, as the end of a sentence; empty when it can be used.
        """
        note = self.read_note()
        if note is None:
            return "it was not made by this script, or not finished"
        if note.unfinished:
            return "setting it up was interrupted"
        if note.root != str(self.root):
            return "it was made for another folder"
        if note.locks != locks:
            return "the pinned packages have changed"
        if not self._python_starts():
            return "its Python does not start"
        damaged = first_damaged(self.site_packages())
        if damaged:
            return f"{damaged} is damaged or missing"
        return ""

    def site_packages(self) -> Path:
        """Folder of its installed packages."""
        if os.name == "nt":
            return self.folder / "Lib" / "site-packages"
        return next(iter(sorted(self.folder.glob("lib/python3*/site-packages"))), self.folder / "lib")

    def installed(self) -> dict[str, str]:
        """Names (in their normal form) and versions of the installed packages."""
        found = {}
        for info in self.site_packages().glob("*.dist-info"):
            name, _, version = info.name.removesuffix(".dist-info").partition("-")
            found[name.lower().replace("_", "-").replace(".", "-")] = version
        return found

    def _python_starts(self) -> bool:
        try:
            return (
                subprocess.run([self.python, "-I", "-c", "import pip"], capture_output=True, check=False).returncode
                == 0
            )
        except OSError:
            return False

    def make(self, console: Console, note: Note, hold: int) -> None:
        """Make it, with the note in it from the first moment.

        Raises:
            SetupError: it cannot be made.
        """
        require_venv_module()
        self.folder.mkdir(parents=True)
        self.write_note(note)
        console.step("Making a virtual environment", [sys.executable, "-I", "-m", "venv", self.folder], hold=hold)

    def clear_away(self, console: Console) -> None:
        """Make room for a new one. What this script did not make is set aside under .cache, never deleted.

        Raises:
            SetupError: it cannot be removed.
        """
        if (self.folder / NOTE).exists():
            remove = "import shutil, sys; shutil.rmtree(sys.argv[1])"
            console.step("Clearing the old .venv", [sys.executable, "-I", "-c", remove, self.folder])
            return
        aside = self.root / ".cache" / time.strftime("venv-set-aside-%Y%m%d-%H%M%S")
        aside.parent.mkdir(exist_ok=True)
        os.replace(self.folder, aside)
        console.say(f"  The one that was there is kept in {aside.relative_to(self.root)}.")


def first_damaged(site_packages: Path) -> str:
    """Compare every installed file's size with what its package recorded.

    Returns:
        Name of the first file that is missing or has another size, relative to `site_packages`; empty when all is well.
    """
    for record in sorted(site_packages.glob("*.dist-info/RECORD")):
        with record.open(newline="", encoding="utf-8") as rows:
            for row in csv.reader(rows):
                if len(row) < 3 or not row[2]:
                    continue
                try:
                    whole = os.stat(site_packages / row[0]).st_size == int(row[2])
                except OSError:
                    whole = False
                if not whole:
                    return row[0]
    return ""


def fingerprint(files: Iterable[Path]) -> str:
    """SHA-256 over the names and contents of files, line endings apart."""
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.name.encode() + b"\0" + file.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


def require_venv_module() -> None:
    """Make sure that this Python can make virtual environments.

    Raises:
        SetupError: its distribution keeps that in a package of its own.
    """
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise SetupError(
            f"This Python {version} cannot make virtual environments: its `venv` module is not installed.",
            f"On Debian and Ubuntu: sudo apt-get install python{version}-venv. On others install the full Python "
            f"{version} of your system, then run this again.",
        ) from None


@contextmanager
def alone(root: Path, console: Console) -> Iterator[int]:
    """Keep a second set-up of the same checkout waiting until this one is over.

    Yields:
        File descriptor of the lock. Commands that hold it open keep it locked even when this process is killed.
    """
    path = root / ".cache" / "setup.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as lock:
        told = False
        while not try_lock(lock.fileno()):
            if not told:
                console.say("  Another set-up of this folder is still running; waiting for it to end ...")
                told = True
            time.sleep(0.5)
        yield lock.fileno()


def try_lock(descriptor: int) -> bool:
    """Lock an open file for this process and those it hands the file to; False when somebody else has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, 0, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
