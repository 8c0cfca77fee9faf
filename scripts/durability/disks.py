"""Small disks for one session each: one that fills up, and one that can be switched off or made read-only. Root, on Linux."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_EXT4_SHUTDOWN = 0x8004587D
"""_IOR('X', 125, __u32)"""
_WITHOUT_FLUSH = 2
_MOUNTING = threading.Lock()


def possible() -> bool:
    """Whether disks can be made here."""
    return sys.platform == "linux" and os.geteuid() == 0 and shutil.which("mkfs.ext4") is not None


@contextmanager
def memory_disk(folder: Path, size: int) -> Iterator[Path]:
    """A disk of `size` bytes."""
    folder.mkdir(parents=True)
    _run("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        _run("umount", "-l", str(folder))


class Disk:
    """A real file system (ext4 with its journal) in a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._image = folder.with_name(f"{folder.name}.img")
        folder.mkdir(parents=True)
        with self._image.open("wb") as file:
            file.truncate(24 << 20)
        _run("mkfs.ext4", "-q", "-F", str(self._image))
        self._mount()

    def _mount(self) -> None:
        with _MOUNTING:  # two at once may be given the same loop device
            _run("mount", "-o", "loop,errors=remount-ro", str(self._image), str(self.folder))

    def power_off(self) -> None:
        """From now on nothing reaches the disk, not even what lies in the journal's memory."""
        import fcntl

        opened = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(opened, _EXT4_SHUTDOWN, _WITHOUT_FLUSH.to_bytes(4, sys.byteorder))
        finally:
            os.close(opened)

    def power_on(self) -> None:
        """Mount it again: the journal is replayed, as after a power cut."""
        _run("umount", str(self.folder))
        self._mount()

    def give_out(self) -> None:
        """Become read-only at once, as a disk does on its first error."""
        subprocess.run(["mount", "-o", "remount,abort", str(self.folder)], capture_output=True, check=False)

    def close(self) -> None:
        """Unmount it and remove it."""
        _run("umount", "-l", str(self.folder))
        self._image.unlink()


@contextmanager
def disk(folder: Path) -> Iterator[Disk]:
    """A disk for the time of the block."""
    made = Disk(folder)
    try:
        yield made
    finally:
        made.close()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
