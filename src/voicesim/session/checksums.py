"""SHA-256 of what a closed session consists of, kept in `meta.json`: it is there exactly when the session is closed."""

from __future__ import annotations

import json
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from voicesim.session.meta import META, SessionMeta
from voicesim.session.names import EVENTS, SCENARIO
from voicesim.session.tracks import TRACKS

COVERED: tuple[str, ...] = (EVENTS, SCENARIO, *(f"{name}.flac" for name in TRACKS))
"""Files that never change once a session is closed. What can be made again from them (transcript, scorecard, report) may."""


def file_sha256(path: Path) -> str:
    """Of a file's bytes, in hexadecimal.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def meta_sha256(data: dict[str, Any]) -> str:
    """Of metadata as it stands in `meta.json`, without its checksums and however it is laid out."""
    plain = {key: value for key, value in data.items() if key != "checksums"}
    return sha256(json.dumps(plain, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def with_checksums(folder: Path, meta: SessionMeta) -> SessionMeta:
    """The metadata of a closed session with the checksums of its files.

    Raises:
        OSError: a file cannot be read.
    """
    sums = {name: file_sha256(folder / name) for name in COVERED if (folder / name).exists()}
    return meta.model_copy(update={"checksums": {**sums, META: meta_sha256(json.loads(meta.model_dump_json()))}})
