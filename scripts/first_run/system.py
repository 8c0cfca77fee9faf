"""Libraries and programs that come from the operating system, not from Python packages. Only Linux needs any."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from first_run.console import Console
from first_run.errors import CommandFailedError, SetupError

INSTALL = {
    "apt-get": "apt-get install -y",
    "dnf": "dnf install -y",
    "zypper": "zypper install -y",
    "pacman": "pacman -S",
}
"""The package managers whose package names are known here, and how each installs."""

ALSA_PLUGIN = "alsa-lib/libasound_module_pcm_pulse.so"


@dataclass(frozen=True)
class Need:
    """Something the system must have, and the package that brings it."""

    what: str
    """For a person: what it is for."""
    packages: dict[str, tuple[str, ...]]
    """Package names by package manager."""
    libraries: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    """Any one of these is enough."""
    plugins: tuple[str, ...] = ()
    """Files under the system's library folders."""

    def met(self) -> bool:
        """Whether the system has it: each library loads, one of the programs is there, each plugin is there."""
        if self.programs and not any(map(_runs, self.programs)):
            return False
        return all(map(_loads, self.libraries)) and all(map(_in_library_folder, self.plugins))


PORTAUDIO = Need(
    "PortAudio (microphone and headphones)",
    {
        "apt-get": ("libportaudio2",),
        "dnf": ("portaudio",),
        "zypper": ("libportaudio2",),
        "pacman": ("portaudio",),
    },
    libraries=("libportaudio.so.2",),
)
FOR_TESTS = (
    Need(
        "PulseAudio (the tests' make-believe microphone and headphones)",
        {
            "apt-get": ("pulseaudio", "pulseaudio-utils"),
            "dnf": ("pulseaudio", "pulseaudio-utils"),
            "zypper": ("pulseaudio", "pulseaudio-utils"),
            "pacman": ("pulseaudio",),
        },
        programs=("pulseaudio",),
    ),
    Need(
        "pactl (sets the make-believe devices up)",
        {
            "apt-get": ("pulseaudio-utils",),
            "dnf": ("pulseaudio-utils",),
            "zypper": ("pulseaudio-utils",),
            "pacman": ("libpulse",),
        },
        programs=("pactl",),
    ),
    Need(
        "ALSA's PulseAudio plugin (PortAudio reaches PulseAudio through it)",
        {
            "apt-get": ("libasound2-plugins",),
            "dnf": ("alsa-plugins-pulseaudio",),
            "zypper": ("alsa-plugins-pulse",),
            "pacman": ("alsa-plugins",),
        },
        plugins=(ALSA_PLUGIN,),
    ),
    Need(
        "Chromium (opens the report, and practises in it)",
        {"apt-get": ("chromium",), "dnf": ("chromium",), "zypper": ("chromium",), "pacman": ("chromium",)},
        programs=("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    ),
    Need(
        "Firefox (practises in it)",
        {"apt-get": ("firefox-esr",), "dnf": ("firefox",), "zypper": ("MozillaFirefox",), "pacman": ("firefox",)},
        programs=("firefox-esr", "firefox"),
    ),
    Need(
        "strace (sees every connection a process tries)",
        {"apt-get": ("strace",), "dnf": ("strace",), "zypper": ("strace",), "pacman": ("strace",)},
        programs=("strace",),
    ),
    Need(
        "PostgreSQL (the database's tests run on it too)",
        {
            "apt-get": ("postgresql",),
            "dnf": ("postgresql-server",),
            "zypper": ("postgresql-server",),
            "pacman": ("postgresql",),
        },
        programs=("initdb",),
    ),
)


def missing(needs: Sequence[Need]) -> list[Need]:
    """Those that the system does not have; always none outside Linux, where the wheels carry everything."""
    return [need for need in needs if not need.met()] if sys.platform.startswith("linux") else []


def install_command(needs: Sequence[Need], manager: str | None) -> str:
    """What a person would type to install them; empty when this system's package manager is not known here."""
    if manager is None:
        return ""
    packages = list(dict.fromkeys(package for need in needs for package in need.packages[manager]))
    return f"{INSTALL[manager]} {' '.join(packages)}"


def package_manager() -> str | None:
    """The first of the known package managers on this system."""
    return next((manager for manager in INSTALL if shutil.which(manager)), None)


def provide(needs: Sequence[Need], console: Console, *, unattended: bool, without: str) -> None:
    """Install what is missing where that needs no password, else name the command and go on.

    Args:
        needs: what is needed.
        console: says what is going on.
        unattended: whether using ``sudo`` without a password is welcome too, not just being root.
        without: what happens as long as it is missing, for the person.

    Raises:
        SetupError: it could not be installed on a build server (the variable CI is set), where no test may be skipped.
    """
    lacking = missing(needs)
    if not lacking:
        return
    manager = package_manager()
    prefix = _root_prefix(unattended)
    if manager == "apt-get" and prefix is not None:
        try:
            _apt_install(lacking, prefix, console)
        except CommandFailedError as error:
            console.say(f"  {error.problem}")
        lacking = missing(needs)
    if not lacking:
        return
    names = "; ".join(need.what for need in lacking)
    command = install_command(lacking, manager)
    todo = "Install it with your system's package manager."
    if command:
        todo = f"To install: {'' if prefix == () else 'sudo '}{command}"
    if os.environ.get("CI"):
        raise SetupError(f"Missing on this build server: {names}.", todo)
    console.say(f"  Missing: {names}.")
    console.say(f"  {todo}")
    console.say(f"  {without}")


def _apt_install(needs: Sequence[Need], prefix: tuple[str, ...], console: Console) -> None:
    packages = list(dict.fromkeys(package for need in needs for package in need.packages["apt-get"]))
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=120"]
    install = [*apt, "install", "-y", "--no-install-recommends", *packages]
    label = f"Installing {', '.join(packages)}"
    try:
        console.step(label, install)
    except CommandFailedError:  # most often: no package lists yet, or old ones
        console.step("Updating the system's package lists", [*apt, "update"])
        console.step(label, install)


def _root_prefix(unattended: bool) -> tuple[str, ...] | None:
    """What to put before a command to run it as root without a password; None when that cannot be done."""
    if not hasattr(os, "geteuid"):
        return None
    if os.geteuid() == 0:
        return ()
    if unattended and shutil.which("sudo"):
        allowed = subprocess.run(["sudo", "-n", "true"], capture_output=True, stdin=subprocess.DEVNULL, check=False)
        return ("sudo", "-n") if allowed.returncode == 0 else None
    return None


def _runs(program: str) -> bool:
    """Whether a program is on the PATH, or where Debian keeps PostgreSQL's."""
    return bool(shutil.which(program)) or _in_library_folder(f"postgresql/*/bin/{program}")


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _in_library_folder(file: str) -> bool:
    return any(next(Path("/").glob(f"{folder}/{file}"), None) for folder in ("usr/lib", "usr/lib/*", "usr/lib64"))
