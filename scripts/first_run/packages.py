"""Installing what the locks name, and nothing else.

Everything goes in with ``--no-deps``: the locks are complete, and openai-whisper and torch ask for gigabytes of CUDA
and its compiler that a CPU has no use for. pip checks every file's SHA-256. torch alone is not in the locks: on Linux
its build for the CPU is not on the package index. It is taken from where pip has been told to look, and else with uv,
which knows where PyTorch publishes it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from first_run.console import Console
from first_run.environment import Environment
from first_run.errors import CommandFailedError, SetupError

LOCKS = Path(__file__).resolve().parent.parent / "locks"

CHECK_IMPORTS = (
    "import torch, whisper, faster_whisper, onnxruntime, pyttsx3, soundfile, soxr, transitions, "
    "pydantic, yaml, fastapi, uvicorn"
)

# fmt: off
ELSEWHERE = {
    "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIRE_VIRTUALENV", "PIP_CONSTRAINT", "PYTHONPATH", "PYTHONHOME",
}
# fmt: on
"""Variables that would make pip install somewhere else, or something else."""


def torch_pin() -> str:
    """The pinned version of torch, ``torch==x.y.z``."""
    lines = (LOCKS / "torch.txt").read_text(encoding="utf-8").splitlines()
    return next(line.strip() for line in lines if line.startswith("torch=="))


def lock_files() -> list[Path]:
    """The files that decide what is installed."""
    return sorted(LOCKS.glob("*.txt"))


def pip_environment() -> dict[str, str]:
    """This process's environment without what would make pip install somewhere else."""
    kept = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    return {**kept, "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}


class Installer:
    """Installs into one environment.

    Args:
        environment: where to.
        console: says what is going on.
        hold: the set-up's lock, kept by pip while it runs.
    """

    def __init__(self, environment: Environment, console: Console, hold: int) -> None:
        self._environment = environment
        self._console = console
        self._hold = hold

    def runtime(self) -> None:
        """Everything that voicesim needs to run, and a look whether it really does."""
        self._torch()
        self._pip("Installing packages", "--require-hashes", "--only-binary=:all:", "-r", LOCKS / "runtime.txt")
        source = LOCKS / "from-source.txt"
        self._pip("Building openai-whisper", "--require-hashes", "--no-build-isolation", "-r", source)
        heavy = needless(self._environment.installed())
        if heavy:
            raise SetupError(
                f"Needless packages for graphics cards came along: {', '.join(heavy)}.", "Please report this as a bug."
            )
        check: list[str | Path] = [self._environment.python, "-I", "-c", CHECK_IMPORTS]
        self._console.step("Checking that everything starts", check, hold=self._hold)

    def dev(self) -> None:
        """What the tests and the checks need on top, Ray among it: the cluster is tested like everything else."""
        self._pip("Installing the test tools", "--require-hashes", "--only-binary=:all:", "-r", LOCKS / "dev.txt")

    def project(self) -> None:
        """voicesim itself, in place: changes to the source count at once."""
        self._pip("Installing voicesim", "--no-build-isolation", "-e", self._environment.root)

    def _torch(self) -> None:
        pin = torch_pin()
        if sys.platform != "linux":  # elsewhere the ordinary build is the one for the CPU
            self._pip("Installing PyTorch", "--only-binary=:all:", pin)
            return
        try:
            self._pip("Installing PyTorch (CPU)", "--only-binary=:all:", "--retries", "1", f"{pin}+cpu")
        except CommandFailedError as error:
            if "No matching distribution found" not in error.output:
                raise
            self._pip("Installing uv", "--require-hashes", "--only-binary=:all:", "-r", LOCKS / "uv.txt")
            python = self._environment.python
            uv_install: list[str | Path] = [python, "-m", "uv", "pip", "install", "--python", python]
            self._console.step(
                "Installing PyTorch (CPU) from its own index",
                [*uv_install, "--no-deps", "--torch-backend=cpu", pin],
                env=pip_environment(),
                hold=self._hold,
            )

    def _pip(self, label: str, *arguments: str | Path) -> None:
        self._console.step(
            label,
            [self._environment.python, "-I", "-m", "pip", "install", "--no-deps", "--no-compile", *arguments],
            env=pip_environment(),
            hold=self._hold,
        )


def needless(installed: dict[str, str]) -> list[str]:
    """The installed packages that only a graphics card would use."""
    return sorted(name for name in installed if name == "triton" or name.startswith(("nvidia-", "cuda-")))
