"""Deleting what was heard and keeping what was said: both tracks go; scorecard, log, transcript and remarks stay."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from voicesim.errors import VoicesimError
from voicesim.review.report import write_report
from voicesim.review.scoring import SCORECARD
from voicesim.scoring.scorecard import from_json
from voicesim.session.checksums import meta_sha256
from voicesim.session.meta import META, read_meta, write_meta
from voicesim.session.reader import open_bundle
from voicesim.session.tracks import TRACKS
from voicesim.session.writer import storage_error

REPORT = "report.html"


def tracks() -> tuple[str, ...]:
    """Names of the files that hold sound."""
    return tuple(f"{name}.{ending}" for name in TRACKS for ending in ("flac", "wav"))


def remove_sound(folder: Path, at: datetime) -> None:
    """Delete a closed session's sound. `meta.json` says so first, so that nobody takes the tracks for lost.

    Its report, which holds the sound too, is written anew without, from the scorecard as it was: what was heard in the voice cannot
    be judged again.

    Args:
        folder: the session's; plain.
        at: now.

    Raises:
        VoicesimError: it cannot be read.
        StorageError: the disk refuses; done again, it goes on where it stopped.
    """
    meta = read_meta(folder)
    sums = {name: one for name, one in meta.checksums.items() if name not in (*tracks(), META)}
    meta = meta.model_copy(update={"sound_removed": at.isoformat(timespec="seconds"), "checksums": sums})
    if sums:
        meta = meta.model_copy(update={"checksums": {**sums, META: meta_sha256(json.loads(meta.model_dump_json()))}})
    try:
        write_meta(folder, meta)
        (folder / REPORT).unlink(missing_ok=True)
        for name in tracks():
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise storage_error(folder, error) from error
    with suppress(VoicesimError, OSError):  # without a scorecard there is no report; it can be asked for at any time
        card = from_json((folder / SCORECARD).read_text(encoding="utf-8"))
        write_report(open_bundle(folder), card, folder / REPORT)
