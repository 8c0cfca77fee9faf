"""The locks: what a newcomer's machine will install."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from first_run.environment import Environment
from first_run.packages import LOCKS, lock_files, needless, torch_pin

ROOT = Path(__file__).resolve().parents[2]


def pins(*names: str) -> dict[str, list[Requirement]]:
    """The pins of the lock files named, by package."""
    found: dict[str, list[Requirement]] = {}
    for name in names:
        for line in (LOCKS / name).read_text(encoding="utf-8").splitlines():
            if line and line[0].isalnum():
                pin = Requirement(line.removesuffix("\\").strip())
                found.setdefault(canonicalize_name(pin.name), []).append(pin)
    return found


EVERY_LOCK = [file.name for file in lock_files()]
HASHED = [name for name in EVERY_LOCK if name != "torch.txt"]


@pytest.mark.parametrize("name", EVERY_LOCK)
def test_every_package_is_pinned_to_one_exact_version(name: str) -> None:
    found = pins(name)
    assert found
    for pin in (pin for several in found.values() for pin in several):
        assert re.fullmatch(r"==[\w.+]+", str(pin.specifier)), pin


@pytest.mark.parametrize("name", HASHED)
def test_every_pin_names_the_files_it_may_be_installed_from(name: str) -> None:
    text = (LOCKS / name).read_text(encoding="utf-8")
    for block in re.split(r"\n(?=\w)", text)[1:]:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block.splitlines()[0]


def test_nothing_for_graphics_cards_is_locked() -> None:
    assert needless(dict.fromkeys(pins(*EVERY_LOCK), "")) == []
    assert needless({"triton": "3", "nvidia-cublas": "13", "numpy": "2"}) == ["nvidia-cublas", "triton"]


def test_the_locks_hold_everything_pyproject_asks_for_at_a_version_it_allows() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {
        ("runtime.txt", "from-source.txt", "torch.txt"): project["dependencies"],
        ("dev.txt", "runtime.txt"): [
            *project["optional-dependencies"]["dev"],
            *project["optional-dependencies"]["cluster"],
        ],
    }
    for files, lines in wanted.items():
        locked = pins(*files)
        for asked in map(Requirement, lines):
            several = locked.get(canonicalize_name(asked.name), [])
            assert several, f"{asked} is in none of {files}: run scripts/lock.py"
            for pin in several:
                version = next(iter(pin.specifier)).version
                assert asked.specifier.contains(version), f"{pin} is not allowed by {asked}: run scripts/lock.py"


@pytest.mark.skipif(Path(sys.prefix) != ROOT / ".venv", reason="not started by scripts/test.py: another environment")
def test_what_is_installed_is_what_is_locked() -> None:
    installed = Environment(ROOT).installed()
    assert needless(installed) == []
    assert installed["torch"].partition("+")[0] == torch_pin().partition("==")[2]
    for name, several in pins("runtime.txt", "from-source.txt", "dev.txt").items():
        versions = [next(iter(pin.specifier)).version for pin in several if pin.marker is None or pin.marker.evaluate()]
        if versions:
            assert installed[name] == versions[0]
