"""Running a command quietly: one calm line with the time it has taken, everything it says in a log."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from first_run.errors import CommandFailedError

QUIET_SECONDS = 1.0
"""A step shorter than this is not worth a line."""
HEARTBEAT_SECONDS = 15.0
"""How often a step reports where lines cannot be rewritten (a log, a pipe, CI)."""
WIDTH = 78

REASONS = (
    (
        ("name resolution", "NewConnectionError", "getaddrinfo", "Name or service not known", "Network is unreachable",
         "Failed to establish", "ConnectTimeout", "Read timed out", "ProxyError", "Connection refused", "dns error"),
        "The package index cannot be reached.",
        "Check the internet connection (and, behind a proxy, HTTPS_PROXY), then run this again: nothing that is "
        "already downloaded is lost.",
    ),
    (
        ("CERTIFICATE_VERIFY_FAILED", "SSLError"),
        "The package index was reached, but its certificate is not trusted.",
        "On a network that inspects traffic, point PIP_CERT and SSL_CERT_FILE to your organisation's certificate file, "
        "then run this again.",
    ),
    (
        ("No space left on device", "Errno 28", "not enough space on the disk"),
        "The disk is full.",
        "Free 3 GB, then run this again.",
    ),
    (
        ("DO NOT MATCH THE HASHES",),
        "A downloaded package is not the file that the lock names, so it was not installed.",
        "Run this again; if it happens again, the package index or a mirror in between serves altered files.",
    ),
    (
        ("No matching distribution found", "has no wheels with a matching"),
        "A package is not published for this system and Python.",
        "voicesim needs 64-bit Linux (glibc 2.28 or newer), Windows, or macOS on Apple silicon. On one of these, try "
        "Python 3.11 or 3.12.",
    ),
    (
        ("Read-only file system", "Permission denied"),
        "A file or folder cannot be written.",
        "Put the folder of voicesim where you may write, then run this again.",
    ),
)  # fmt: skip


def explain(output: str) -> tuple[str, str] | None:
    """Turn what a failed command printed into a problem and a remedy; None when the reason is not a familiar one."""
    for signs, problem, remedy in REASONS:
        if any(sign in output for sign in signs):
            return problem, remedy
    return None


def clock(seconds: float) -> str:
    """Seconds as m:ss."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


class Console:
    """Says what is going on, on one stream; keeps the commands' own output in a log file.

    Args:
        stream: where the person looks (standard error, so that a command's own output stays clean).
        log: file that receives what the commands print; its folder is made.
    """

    def __init__(self, stream: TextIO, log: Path) -> None:
        self._stream = stream
        self._rewrite = stream.isatty() and os.environ.get("TERM") != "dumb"
        self.log = log
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")

    def say(self, text: str) -> None:
        """One line."""
        print(text, file=self._stream, flush=True)

    def step(
        self,
        label: str,
        command: Sequence[str | Path],
        *,
        env: dict[str, str] | None = None,
        hold: int | None = None,
    ) -> str:
        """Run a command to its end.

        Args:
            label: what is being done, as the person reads it: "Installing packages".
            command: program and arguments.
            env: its environment; None for this process's own.
            hold: file descriptor the command keeps open as long as it runs (a lock), where the system can do that.

        Returns:
            What the command printed.

        Raises:
            CommandFailedError: it could not be started or did not succeed.
        """
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("a", encoding="utf-8") as heading:
            heading.write(f"\n## {label}\n$ {' '.join(map(str, command))}\n")
        begin = self.log.stat().st_size
        returncode = self._run(label, command, env, hold, begin)
        output = self._output(begin)
        if returncode == 0:
            return output
        problem, remedy = explain(output) or (_last_error(output), "The log tells more.")
        raise CommandFailedError(f"{label} failed. {problem}", f"{remedy}\nLog: {self.log}", output)

    def _run(
        self, label: str, command: Sequence[str | Path], env: dict[str, str] | None, hold: int | None, begin: int
    ) -> int:
        with self.log.open("ab") as out:
            try:
                process = subprocess.Popen(
                    [str(part) for part in command],
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    env=env,
                    pass_fds=(hold,) if hold is not None and os.name == "posix" else (),
                )
            except OSError as error:
                out.write(f"{error}\n".encode())
                return 127
            try:
                self._watch(label, process, begin)
            finally:
                if process.poll() is None:
                    process.terminate()
                    try:
                        process.wait(5)
                    except subprocess.TimeoutExpired:
                        process.kill()
                        process.wait()
        return process.returncode

    def _watch(self, label: str, process: subprocess.Popen[bytes], begin: int) -> None:
        started = time.monotonic()
        shown = 0.0
        while True:
            try:
                process.wait(0.1)
                break
            except subprocess.TimeoutExpired:
                passed = time.monotonic() - started
            if self._rewrite and passed >= QUIET_SECONDS and passed - shown >= 0.5:
                shown = passed
                now = f"  {label}  {clock(passed)}  {self._latest(begin)}"
                self._stream.write("\r" + now[:WIDTH].ljust(WIDTH))
                self._stream.flush()
            elif not self._rewrite and passed >= QUIET_SECONDS and (not shown or passed - shown >= HEARTBEAT_SECONDS):
                shown = passed
                self.say(f"  {label} ..." if passed < HEARTBEAT_SECONDS else f"  {label} ... {clock(passed)}")
        if self._rewrite and shown:
            self._stream.write("\r" + " " * WIDTH + "\r")
        if shown and process.returncode == 0:
            self.say(f"  {label}: done in {clock(time.monotonic() - started)}")

    def _output(self, begin: int) -> str:
        with self.log.open("rb") as log:
            log.seek(begin)
            return log.read().decode("utf-8", "replace")

    def _latest(self, begin: int) -> str:
        """The last thing the command said, cut to what tells a person something."""
        with self.log.open("rb") as log:
            log.seek(max(begin, log.seek(0, os.SEEK_END) - 2000))
            lines = log.read().decode("utf-8", "replace").split("\n")
        for line in reversed(lines):
            words = line.split()
            if words and words[0] in {"Collecting", "Downloading", "Unpacking", "Selecting"}:
                return " ".join(words[:2])[:40]
        return ""


def _last_error(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith(("error", "e:"))]
    return (errors or lines or ["It gave no reason."])[-1]


def standard_console(log: Path) -> Console:
    """The console of the two commands."""
    return Console(sys.stderr, log)
