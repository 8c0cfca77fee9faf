"""What is left of a session's folder when the power fails: only what was synced is sure, all else is chance.

The model is harsher than a journalling file system. A file's bytes are there up to its last finished sync; of what was written
later any part may be there, and any sector of it may be zeros. A name is sure once its folder was synced; each making, renaming and
removing after that may or may not have happened, independently of the others.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

from durability.journal import Entries

_SECTOR = 512


def cut_power(bundle: Path, entries: Entries, left: Path, chance: Random) -> Path:
    """Make the folder that might be found after a power cut.

    Args:
        bundle: the folder as the killed process left it; it is not changed.
        entries: the process's journal.
        left: where to make the other; not there yet.
        chance: decides what had reached the disk.

    Returns:
        `left`.
    """
    left.mkdir(parents=True)
    synced: dict[str, int] = {}
    sure: set[str] = set()
    pending: list[tuple[str, str, str, str]] = []
    for line in entries.lines:
        path = Path(line["path"]) if "path" in line else None
        if path is None or (path != bundle and path.parent != bundle):
            continue
        if line["do"] == "sync-folder":
            sure, pending = set(line["names"]), []
        elif line["do"] == "sync":
            synced[path.name] = int(line["size"])
        elif line["do"] == "rename":
            target = Path(line["to"]).name
            synced[target] = synced.pop(path.name, 0)
            pending.append(("rename", path.name, target, line["kept"]))
        elif line["do"] == "remove":
            pending.append(("remove", path.name, "", line["kept"]))
    files = {each.name: each for each in bundle.iterdir() if each.is_file()}
    for name, source in files.items():
        renamed = any(do == "rename" and to == name for do, _, to, _ in pending)
        if name not in sure and not renamed and chance.random() < 0.5:
            continue  # its name had not reached the disk
        _torn_copy(source, left / name, synced.get(name, 0), chance)
    for do, name, to, kept in reversed(pending):
        if chance.random() < 0.5:
            continue  # it had reached the disk
        if do == "remove" and kept:
            shutil.copy(kept, left / name)
        elif do == "rename":
            if (left / to).exists():
                (left / to).replace(left / name)
            if kept:
                shutil.copy(kept, left / to)
    return left


def _torn_copy(source: Path, target: Path, sure: int, chance: Random) -> None:
    """Copy what was synced, and of the rest a random part, of which some may be zeros."""
    data = bytearray(source.read_bytes())
    end = chance.randint(min(sure, len(data)), len(data))
    del data[end:]
    if end > sure and chance.random() < 0.5:
        zeros = chance.randint(sure, end)
        zeros = max(sure, zeros // _SECTOR * _SECTOR)
        data[zeros:] = bytes(end - zeros)
    target.write_bytes(data)
