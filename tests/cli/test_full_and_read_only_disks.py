"""A disk that takes no more, and folders that may not be written to: what was recorded is kept, scored and replayable."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import copy_of, practise, refused, voicesim

pytestmark = [pytest.mark.models, pytest.mark.skipif(sys.platform == "win32", reason="no limits on files there")]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with room for a part of a session."""
    yield from _disk(tmp_path / "disk", "1200k")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with room enough."""
    yield from _disk(tmp_path / "disk", "20m")


def _disk(folder: Path, size: str) -> Iterator[Path]:
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root may mount a disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def kept(folder: Path, result: subprocess.CompletedProcess[str]) -> None:
    """That what was recorded on a full disk is told, scored, and can be replayed."""
    refused(result, "The disk is full", f"Everything up to then is saved in {folder}")
    assert "What went well" in result.stdout
    assert not list(folder.glob(".*")), "half-written files are left"
    replay = voicesim("replay", folder)
    assert replay.returncode == 0, replay.stdout
    assert "The session was interrupted" in replay.stdout
    assert "They said I should wait in here" in replay.stdout
    assert voicesim("score", folder).returncode == 0


def test_a_full_disk_in_mid_session_loses_nothing_of_what_was_recorded(small_disk):
    result = practise(small_disk / "session")
    kept(small_disk / "session", result)
    refused(voicesim("report", small_disk / "session"), "The disk is full")


def test_a_file_that_may_not_grow_is_a_full_disk(tmp_path):
    result = practise(tmp_path / "session", largest_file=500_000)
    kept(tmp_path / "session", result)
    assert voicesim("report", tmp_path / "session").returncode == 0


def test_a_disk_that_fills_up_while_the_session_is_closed_leaves_it_uncompressed(tmp_path):
    folder = tmp_path / "session"
    # Room for both tracks as they grow, none for the report with its sound.
    result = practise(folder, largest_file=1_100_000 // 8)
    refused(result, "The disk is full")
    assert (folder / "trainee.wav").stat().st_size > 100_000


def test_a_disk_that_is_full_from_the_start_leaves_the_folder_free_for_another_try(tmp_path):
    folder = tmp_path / "session"
    refused(practise(folder, largest_file=2_000), "The disk is full")
    assert not folder.exists()


def test_a_folder_that_may_not_be_written_to_is_refused_before_the_preparation(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere; see the read-only disk")
    tmp_path.chmod(0o500)
    result = practise(tmp_path / "session")
    tmp_path.chmod(0o700)
    refused(result, "cannot be written to", "--out")
    assert "Voicing" not in result.stdout


def test_a_read_only_disk_takes_no_session_but_one_on_it_can_be_read(disk, recorded):
    copy_of(recorded, disk / "session")
    (disk / "new").mkdir()
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    for folder in (disk / "new", disk / "other"):
        result = practise(folder)
        refused(result, "cannot be written to", "--out")
        assert "Voicing" not in result.stdout
    refused(voicesim("report", disk / "session"), "cannot be written to")
    assert voicesim("score", disk / "session").returncode == 0
    assert voicesim("replay", disk / "session").returncode == 0


def test_the_report_of_a_session_on_a_read_only_disk_can_be_put_elsewhere(disk, recorded, tmp_path):
    copy_of(recorded, disk / "session")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    assert voicesim("report", disk / "session", "--out", tmp_path / "here.html").returncode == 0
    assert (tmp_path / "here.html").stat().st_size > 50_000
