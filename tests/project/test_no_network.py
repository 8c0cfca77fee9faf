"""Voicesim speaks to nobody: whatever is done with it here, no process of it reaches beyond this computer.

Watched twice: by Python itself (an audit hook in every Python process that is started), and by the kernel (strace, where a process
may be traced), which also sees what libraries do behind Python's back.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIXTURE = ROOT / "audio_fixtures" / "why-and-blame"
pytestmark = pytest.mark.models

WATCH = """
import os, sys

def _watch(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"):
        address = arguments[1] if len(arguments) > 1 else None
        if isinstance(address, tuple):
            _tell(event, str(address[0]))
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        _tell(event, str(arguments[0]))

def _tell(event, host):
    with open(os.environ["VOICESIM_TEST_SOCKETS"], "a") as file:
        file.write(event + " " + host + "\\n")

sys.addaudithook(_watch)
"""
LOOPBACK_NAMES = ("localhost", "None", "")
_ADDRESS = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')


def beyond(host: str) -> bool:
    """Whether an address or name is not this computer's own."""
    if host in LOOPBACK_NAMES:
        return False
    try:
        return not ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return True


class Watched:
    """Runs commands so that every connection they try is seen.

    Args:
        folder: an empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self.seen = folder / "sockets"
        self.seen.touch()
        (folder / "site").mkdir()
        (folder / "site" / "sitecustomize.py").write_text(WATCH)
        inherited = os.environ.get("PYTHONPATH", "")
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, (str(folder / "site"), inherited))),
            "VOICESIM_TEST_SOCKETS": str(self.seen),
            "VOICESIM_SESSIONS": str(folder / "sessions"),
            "PYTHONUNBUFFERED": "1",
        }
        self._trace = folder / "trace"

    def command(self, words: Sequence[str]) -> list[str]:
        """The words, traced where that is allowed."""
        own = [sys.executable, *words]
        if not may_trace():
            return own
        calls = "trace=connect,sendto,sendmsg,sendmmsg"
        return [
            "strace",
            "-f",
            "--seccomp-bpf",
            "-qq",
            "-e",
            calls,
            "-e",
            "signal=none",
            "-o",
            str(self._trace),
            "-A",
            *own,
        ]

    def run(self, *words: str, given: str = "") -> str:
        """Run it to its end; what it printed."""
        done = subprocess.run(
            self.command(words), env=self.environment, input=given, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def reached(self) -> list[str]:
        """Every attempt to reach somebody else."""
        by_python = [line for line in self.seen.read_text().splitlines() if beyond(line.partition(" ")[2])]
        traced = self._trace.read_text(errors="replace").splitlines() if self._trace.exists() else []
        by_kernel = [line for line in traced if any(beyond(one or other) for one, other in _ADDRESS.findall(line))]
        return by_python + by_kernel


def may_trace() -> bool:
    """Whether a process may be traced here."""
    program = shutil.which("strace")
    return (
        program is not None
        and subprocess.run([program, "-f", "--seccomp-bpf", "-qq", "true"], capture_output=True).returncode == 0
    )


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


def test_the_watch_sees_whoever_looks_outside(watched: Watched) -> None:
    """From Python, and by a system call that Python does not see. 192.0.2.1 belongs to nobody (RFC 5737)."""
    behind = "import ctypes, socket, struct; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); " \
        "a = struct.pack('=H', socket.AF_INET) + struct.pack('!H', 9) + bytes([192, 0, 2, 1]) + bytes(8); " \
        "ctypes.CDLL(None).connect(s.fileno(), a, len(a))"  # fmt: skip
    watched.run("-c", "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 9))")
    assert any(line.startswith("socket.connect 192.0.2.1") for line in watched.reached())
    watched.seen.write_text("")
    watched.run("-c", behind)
    assert bool(watched.reached()) == may_trace()


def test_a_whole_session_from_consent_to_report_reaches_nobody(watched: Watched, tmp_path: Path) -> None:
    """Recognition, both kinds of weights, her voice, scoring, report, replay: every engine there is by default."""
    truth = json.loads((FIXTURE / "truth.json").read_text())
    session = str(tmp_path / "session")
    run = watched.run
    run(
        "-m",
        "voicesim",
        "practice",
        truth["scenario"],
        "--trainee-audio",
        str(FIXTURE / "trainee.flac"),
        "--out",
        session,
        "--json",
    )
    run("-m", "voicesim", "report", session)
    run("-m", "voicesim", "analyze", "--trainee", f"{session}/trainee.flac", "--survivor", f"{session}/survivor.flac",
        "--out", str(tmp_path / "analysis"), "--json")  # fmt: skip
    run("-m", "voicesim", "label", given="did you tell anyone\n")
    run("-m", "voicesim", "scenario", "check", truth["scenario"])
    assert watched.reached() == []


def test_the_neural_voice_reaches_nobody(watched: Watched) -> None:
    bench = (
        "-m",
        "voicesim.live.voice_bench",
        "drill-silence",
        "--voice",
        "kokoro",
        "--sample",
        "1",
        "--model",
        "tiny.en",
        "--json",
    )
    assert "kokoro" in watched.run(*bench)
    assert watched.reached() == []


def test_the_browser_server_answers_this_computer_only_and_reaches_nobody(watched: Watched) -> None:
    serve = ["-m", "voicesim", "serve", "--port", "0", "--model", "tiny.en", "--voice", "pyttsx3"]
    process = subprocess.Popen(
        watched.command(serve), env=watched.environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert process.stdout is not None
        url = next(word for word in process.stdout.readline().split() if word.startswith("http")).rstrip("/")
        for page in ("/", "/sessions", "/practice/drill-silence", "/api/scenarios", "/api/openapi.json"):
            with urlopen(url + page) as answer:
                assert answer.status == 200
        time.sleep(0.5)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(40)
    assert watched.reached() == []
    assert {line.split()[1] for line in watched.seen.read_text().splitlines() if line.startswith("socket.bind")} <= {
        "127.0.0.1"
    }
