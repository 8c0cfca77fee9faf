"""The set-up as a whole: what the two commands do, in order, before they start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import NoReturn

from first_run import system
from first_run.console import Console, standard_console
from first_run.environment import Environment, Note, alone, fingerprint, require_venv_module
from first_run.errors import SetupError
from first_run.packages import Installer, lock_files, pip_environment

ROOT = Path(__file__).resolve().parent.parent.parent
MODELS = ("tiny.en", "base", "smart-turn", "room-speech", "sentence-meaning", "kokoro")
"""Speech models every set-up fetches: `practice` uses one of them, the tests both."""
REAL_TIME = "devices or real_time"
"""Marks of the tests that play and record in real time: nothing else may keep the processor busy beside them."""


def prepare(root: Path, console: Console, *, dev: bool) -> Environment:
    """Bring the environment to what the locks say. Where it is in place and whole, that takes a second.

    Args:
        root: the repository's folder.
        console: says what is going on.
        dev: also what the tests need.

    Raises:
        SetupError: it cannot be done; what to do next is said.
    """
    environment = Environment(root)
    locks, project = fingerprint(lock_files()), fingerprint([root / "pyproject.toml"])
    with alone(root, console) as hold:
        console.log.unlink(missing_ok=True)
        installer = Installer(environment, console, hold)
        trouble = environment.trouble(locks)
        note = environment.read_note()
        if trouble or note is None:
            note = Note(str(root), locks, unfinished="runtime")
            if environment.folder.exists() or environment.folder.is_symlink():
                console.say(f"Making .venv anew: {trouble}.")
                require_venv_module()
                environment.clear_away(console)
            else:
                console.say("Setting up voicesim in .venv. This happens once and takes a few minutes.")
            environment.make(console, note, hold)
            installer.runtime()
            note = replace(note, parts=("runtime",), unfinished="")
        if note.project != project:
            environment.write_note(replace(note, unfinished="project"))
            installer.project()
            note = replace(note, project=project)
            environment.write_note(note)
        if dev and "dev" not in note.parts:
            environment.write_note(replace(note, unfinished="dev"))
            try:
                installer.dev()
            except SetupError:  # pip installs nothing until it has everything: what was there still works
                environment.write_note(note)
                raise
            environment.write_note(replace(note, parts=(*note.parts, "dev")))
        fetch: list[str | Path] = [environment.python, "-m", "voicesim.asr.store", "fetch", *MODELS]
        console.step("Fetching and verifying the speech models", fetch, env=pip_environment(), hold=hold)
        drawing: list[str | Path] = [environment.python, "-m", "voicesim.web.replay.libraries", "fetch"]
        try:
            console.step("Fetching and verifying what draws waveforms", drawing, env=pip_environment(), hold=hold)
        except SetupError as error:  # the replay page draws plainer lanes without it
            console.say(f"{error.problem} The replay page works without it.")
    return environment


def practice(arguments: list[str]) -> NoReturn:
    """Set up, then become ``voicesim practice`` with these arguments."""
    _help_before_set_up(arguments, "a practice interview; then --help lists what else it can do")
    with ToldPlainly() as console:
        environment = prepare(ROOT, console, dev=False)
        system.provide(
            [system.PORTAUDIO],
            console,
            unattended=True,
            without="Until then there is no microphone: a recorded trainee stands in for you.",
        )
    _become(environment.voicesim, "practice", *arguments)


def test(arguments: list[str]) -> NoReturn:
    """Set up with what the tests need, then become pytest with these arguments."""
    _help_before_set_up(arguments, "the tests; what else is on the command line goes on to pytest")
    with ToldPlainly() as console:
        environment = prepare(ROOT, console, dev=True)
        system.provide(
            [system.PORTAUDIO, *system.FOR_TESTS],
            console,
            unattended=bool(os.environ.get("CI")),
            without="Until then the tests that need it are skipped.",
        )
    os.chdir(ROOT)
    if arguments:
        _become(environment.python, "-m", "pytest", *arguments)
    try:
        sys.exit(all_tests(environment))
    except KeyboardInterrupt:
        sys.exit(130)


def all_tests(environment: Environment) -> int:
    """Every test: those that bear company several at a time, then those that listen in real time one by one.

    Returns:
        The exit code: 0 when all of both passed.
    """
    pytest = [str(environment.python), "-m", "pytest"]
    workers = str(min(4, os.cpu_count() or 1))
    together = subprocess.run([*pytest, "-n", workers, "--dist", "loadfile", "-m", f"not ({REAL_TIME})"])
    if together.returncode not in (0, 1):  # stopped, or not even begun
        return together.returncode
    alone = subprocess.run([*pytest, "-m", REAL_TIME])
    return max(together.returncode, alone.returncode)


def _help_before_set_up(arguments: list[str], does: str) -> None:
    """Nobody who asks for help wants a gigabyte installed first."""
    if {"-h", "--help"}.intersection(arguments) and not Environment(ROOT).voicesim.exists():
        print(f"Sets voicesim up in .venv (once: about 1.5 GB, some minutes), then starts {does}.")
        sys.exit(0)


class ToldPlainly:
    """Whatever stops the set-up is told in a line or two, with the exit code that goes with it."""

    def __enter__(self) -> Console:
        signal.signal(signal.SIGTERM, _terminated)
        return standard_console(ROOT / ".cache" / "setup.log")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if isinstance(error, SetupError):
            print(f"{error.problem}\n{error.remedy}", file=sys.stderr)
            sys.exit(2)
        if isinstance(error, OSError):
            print(f"{error.strerror or error}: {error.filename or ROOT}", file=sys.stderr)
            print("Make sure that you may write here and the disk is not full, then run this again.", file=sys.stderr)
            sys.exit(2)
        if isinstance(error, KeyboardInterrupt):
            print("\nStopped. Run the same command again to go on.", file=sys.stderr)
            sys.exit(130)


def _terminated(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _become(*command: str | Path) -> NoReturn:
    """Go on as this command: same terminal, same signals, its exit code."""
    words = [str(word) for word in command]
    if os.name == "posix":
        sys.stdout.flush()
        sys.stderr.flush()
        os.execv(words[0], words)
    process = subprocess.Popen(words)
    while True:
        try:
            sys.exit(process.wait())
        except KeyboardInterrupt:
            continue  # the command got it too and decides
