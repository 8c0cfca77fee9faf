"""Setting voicesim up on a machine that has nothing but Python."""

from __future__ import annotations

import ast
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from first_run import environment as environment_module
from first_run import system
from first_run.console import Console, explain
from first_run.environment import NOTE, Environment, Note, alone, first_damaged, require_venv_module
from first_run.errors import CommandFailedError, SetupError
from first_run.packages import pip_environment
from first_run.python_version import NEWEST, OLDEST, complaint
from first_run.system import Need, install_command, missing, provide

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts"


@pytest.fixture
def heard() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def console(heard: io.StringIO, tmp_path: Path) -> Console:
    return Console(heard, tmp_path / "setup.log")


# --------------------------------------------------------------------------------------------------- which Python


def test_a_python_that_is_too_old_or_too_new_is_told_which_ones_will_do() -> None:
    assert complaint(OLDEST) == complaint(NEWEST) == ""
    assert complaint((3, 9)) == "voicesim needs Python 3.11 to 3.14; this is Python 3.9."
    assert "this is Python 2.7" in complaint((2, 7))
    assert complaint((NEWEST[0], NEWEST[1] + 1))


@pytest.mark.parametrize("file", ["practice.py", "test.py", "first_run/__init__.py", "first_run/python_version.py"])
def test_an_old_python_can_read_as_far_as_its_refusal(file: str) -> None:
    tree = ast.parse((SCRIPTS / file).read_text(encoding="ascii"), feature_version=(3, 4))
    newer = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.AsyncFunctionDef, ast.Starred)
    assert not [node for node in ast.walk(tree) if isinstance(node, newer)]
    signatures = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert not [node for node in signatures if node.returns or any(arg.annotation for arg in node.args.args)]


def test_without_the_venv_module_the_package_to_install_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    require_venv_module()
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SetupError, match=rf"apt-get install python3\.{sys.version_info.minor}-venv"):
        require_venv_module()


# ------------------------------------------------------------------------------------------------- the environment


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """A virtual environment as the set-up leaves it, with pip as its one package."""
    finished = Environment(tmp_path_factory.mktemp("checkout"))
    subprocess.run([sys.executable, "-m", "venv", finished.folder], check=True)
    finished.write_note(Note(str(finished.root), "locks-1", "project-1", ("runtime",)))
    return finished


@pytest.fixture
def whole(finished: Environment) -> Iterator[Environment]:
    """The same, with its note put back afterwards."""
    note = finished.read_note()
    assert note is not None
    yield finished
    finished.write_note(note)


def test_a_finished_environment_is_used_as_it_is(whole: Environment) -> None:
    assert whole.trouble("locks-1") == ""
    assert "pip" in whole.installed()


def test_an_environment_made_from_other_locks_is_made_anew(whole: Environment) -> None:
    assert "pinned packages have changed" in whole.trouble("locks-2")


def test_an_environment_whose_making_was_interrupted_is_made_anew(whole: Environment) -> None:
    whole.write_note(Note(str(whole.root), "locks-1", unfinished="runtime"))
    assert "interrupted" in whole.trouble("locks-1")


def test_an_environment_that_was_moved_is_made_anew(whole: Environment) -> None:
    whole.write_note(Note("elsewhere", "locks-1", parts=("runtime",)))
    assert "another folder" in whole.trouble("locks-1")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"root": "x"}', '{"root": "x", "locks": "y", "parts": 3}'])
def test_a_note_that_cannot_be_read_counts_as_none(whole: Environment, text: str) -> None:
    (whole.folder / NOTE).write_text(text, encoding="utf-8")
    assert whole.read_note() is None
    assert whole.trouble("locks-1")


def test_a_truncated_or_deleted_file_of_a_package_is_noticed(whole: Environment) -> None:
    victim = whole.site_packages() / "pip" / "__init__.py"
    content = victim.read_bytes()
    try:
        victim.write_bytes(content[:10])
        assert first_damaged(whole.site_packages()) == "pip/__init__.py"
        victim.unlink()
        assert "pip/__init__.py is damaged or missing" in whole.trouble("locks-1")
    finally:
        victim.write_bytes(content)


def test_an_environment_whose_python_went_away_is_made_anew(whole: Environment) -> None:
    hidden = whole.python.with_name("hidden")
    whole.python.rename(hidden)
    try:
        assert "does not start" in whole.trouble("locks-1")
    finally:
        hidden.rename(whole.python)


def test_making_anew_clears_our_own_but_sets_a_stranger_aside(tmp_path: Path, console: Console) -> None:
    checkout = Environment(tmp_path)
    checkout.folder.mkdir()
    (checkout.folder / "somebody's work").write_text("kept", encoding="utf-8")
    checkout.clear_away(console)
    kept = list((tmp_path / ".cache").glob("venv-set-aside-*/somebody's work"))
    assert [file.read_text(encoding="utf-8") for file in kept] == ["kept"]
    checkout.folder.mkdir()
    checkout.write_note(Note(str(tmp_path), "locks-1", unfinished="runtime"))
    checkout.clear_away(console)
    assert not checkout.folder.exists()
    assert len(list((tmp_path / ".cache").glob("venv-set-aside-*"))) == 1


@pytest.mark.skipif(os.name != "posix", reason="on Windows a child does not inherit the lock")
def test_a_second_set_up_waits_even_for_the_pip_of_one_that_was_killed(tmp_path: Path, console: Console) -> None:
    with alone(tmp_path, console) as hold:
        orphan = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(hold,))
    with (tmp_path / ".cache" / "setup.lock").open("a+b") as second:
        assert not environment_module.try_lock(second.fileno())
        orphan.communicate(b"\n")
        assert environment_module.try_lock(second.fileno())


# ----------------------------------------------------------------------------------------------- running commands


def test_a_step_is_silent_when_it_is_short_and_keeps_its_output_in_the_log(
    console: Console, heard: io.StringIO
) -> None:
    assert console.step("Saying hello", [sys.executable, "-c", "print('hello')"]).strip() == "hello"
    assert heard.getvalue() == ""
    assert "hello" in console.log.read_text(encoding="utf-8")


def test_a_step_that_takes_longer_says_so_once_and_then_how_long_it_took(console: Console, heard: io.StringIO) -> None:
    console.step("Counting sheep", [sys.executable, "-c", "import time; time.sleep(1.5)"])
    first, last = heard.getvalue().splitlines()
    assert first == "  Counting sheep ..."
    assert last.startswith("  Counting sheep: done in 0:0")


def test_a_failed_step_tells_its_reason_and_where_the_log_is(console: Console) -> None:
    command = [sys.executable, "-c", "print('noise'); print('ERROR: the reason'); print('more'); raise SystemExit(1)"]
    with pytest.raises(CommandFailedError) as failed:
        console.step("Installing packages", command)
    assert failed.value.problem == "Installing packages failed. ERROR: the reason"
    assert str(console.log) in failed.value.remedy


def test_a_program_that_is_not_there_fails_like_any_other_step(console: Console) -> None:
    with pytest.raises(CommandFailedError, match="No such file"):
        console.step("Starting nothing", ["no-such-program"])


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("NewConnectionError: [Errno -3] Temporary failure in name resolution", "cannot be reached"),
        ("ConnectTimeout ... ERROR: No matching distribution found for numpy", "cannot be reached"),
        ("SSLError(SSLCertVerificationError(1, 'CERTIFICATE_VERIFY_FAILED'))", "not trusted"),
        ("ERROR: Could not install packages: [Errno 28] No space left on device", "disk is full"),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES",
            "not the file that the lock names",
        ),
        ("ERROR: No matching distribution found for torch==2.13.0", "not published for this system"),
    ],
)
def test_familiar_failures_are_explained_in_words(output: str, told: str) -> None:
    explained = explain(output)
    assert explained is not None
    assert told in explained[0]
    assert explain("something nobody foresaw") is None


def test_pip_installs_into_the_environment_whatever_the_user_has_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_TARGET", "/elsewhere")
    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("PIP_CERT", "/certificate")
    env = pip_environment()
    assert "PIP_TARGET" not in env
    assert env["PIP_USER"] == "0"
    assert env["PIP_CERT"] == "/certificate"


# ---------------------------------------------------------------------------------------------- system libraries

NOWHERE = Need(
    "A library of nowhere", {"apt-get": ("libnowhere1",), "dnf": ("nowhere",)}, libraries=("libnowhere.so.1",)
)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux needs system libraries")
class TestSystemLibraries:
    def test_what_is_there_is_not_asked_for(self) -> None:
        there = Need("Python", {}, programs=("no-such-program", Path(sys.executable).name), libraries=("libc.so.6",))
        assert missing([there, NOWHERE]) == [NOWHERE]
        assert missing([Need("A program", {}, programs=("no-such-program",))])
        assert missing([Need("A plugin", {}, plugins=("alsa-lib/no-such-plugin.so",))])

    def test_the_command_for_this_distribution_is_named(self) -> None:
        assert install_command([NOWHERE, NOWHERE], "apt-get") == "apt-get install -y libnowhere1"
        assert install_command([NOWHERE], "dnf") == "dnf install -y nowhere"
        assert install_command([system.PORTAUDIO], "pacman") == "pacman -S portaudio"

    def test_every_need_knows_its_package_on_every_distribution(self) -> None:
        for need in (system.PORTAUDIO, *system.FOR_TESTS):
            assert need.packages.keys() == system.INSTALL.keys()

    def test_practice_goes_on_without_what_cannot_be_installed(
        self, console: Console, heard: io.StringIO, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.delenv("CI", raising=False)
        provide([NOWHERE], console, unattended=True, without="There is no microphone then.")
        assert "Missing: A library of nowhere." in heard.getvalue()
        assert "There is no microphone then." in heard.getvalue()

    def test_a_build_server_stops_rather_than_skip_a_test(
        self, console: Console, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setenv("CI", "true")
        with pytest.raises(SetupError, match="A library of nowhere"):
            provide([NOWHERE], console, unattended=False, without="")


def test_help_before_the_set_up_installs_nothing(tmp_path: Path) -> None:
    shutil.copytree(SCRIPTS, tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    for script in ("practice.py", "test.py"):
        command: list[str | Path] = [sys.executable, tmp_path / "scripts" / script, "--help"]
        helped = subprocess.run(command, capture_output=True, text=True, check=False)
        assert helped.returncode == 0
        assert "Sets voicesim up in .venv" in helped.stdout
    assert not (tmp_path / ".venv").exists()
