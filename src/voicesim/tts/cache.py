"""Voiced lines on disk, found again by what they are made of. A missing or full disk costs time, never a line."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from voicesim import folders
from voicesim.tts.clips import ASSEMBLER
from voicesim.tts.kokoro_settings import kokoro_settings
from voicesim.tts.ports import Clip, Span, SpokenWord, VoiceStyle
from voicesim.tts.settings import VoiceSettings, voice_settings

_FORMAT = b"voicesim/clip/1"
_SPANS = ("hesitations", "pauses", "trailing")
_MEGABYTE = 1_000_000


def cache_folder() -> Path:
    """Where lines are kept: ``lines`` in the user's cache folder, or in the folder that VOICESIM_CACHE names."""
    return folders.cache_folder() / "lines"


def line_key(engine: str, style: VoiceStyle, text: str, settings: VoiceSettings | None = None) -> str:
    """A name for a clip from everything that shapes it: engine and version, style, text, assembler, settings."""
    settings = settings or voice_settings()
    made_of = {
        "engine": engine,
        "style": asdict(style),
        "default_voice": settings.default_voice,
        "neural": kokoro_settings().model_dump(mode="json") if engine.startswith("kokoro") else None,
        "text": text,
        "assembler": ASSEMBLER,
        "shape": settings.shape.model_dump(),
    }
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()


class LineCache:
    """Clips by key, one file each: a line that names the format, a checksum, a line of JSON, then int16 samples.

    Reading never fails: a file that is not what was written is thrown away and the clip counts as not there. Nor does
    writing: the first time that it cannot be done is warned of, and nothing is written from then on.

    Args:
        folder: where the files lie; `cache_folder()` when left out.
        warn: takes the one warning; a log warning when left out.
    """

    def __init__(self, folder: Path | None = None, warn: Callable[[str], None] | None = None) -> None:
        self.folder = folder or cache_folder()
        self._warn = warn or logging.getLogger("voicesim.tts").warning
        self._writes = True

    def get(self, key: str) -> Clip | None:
        """The clip, or None when it is not there or damaged."""
        file = self._file(key)
        try:
            raw = file.read_bytes()
        except OSError:
            return None
        clip = _decode(raw)
        with contextlib.suppress(OSError):
            if clip is None:
                file.unlink()
            else:
                os.utime(file)  # last used, for `keep_under`
        return clip

    def put(self, key: str, clip: Clip) -> None:
        """Keep a clip. The file appears whole or not at all."""
        if not self._writes:
            return
        draft = ""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".part", delete=False) as file:
                draft = file.name
                file.write(_encode(clip))
            os.replace(draft, self._file(key))
        except OSError as error:
            self._writes = False
            if draft:
                with contextlib.suppress(OSError):
                    os.unlink(draft)
            self._warn(
                f"Voiced lines cannot be kept in {self.folder} ({error.strerror or error}): they will be voiced again "
                "next time. Free some space, or name another folder in VOICESIM_CACHE."
            )

    def keep_under(self, megabytes: int) -> None:
        """Delete the clips longest unused until the rest takes no more than this, and drafts left by a crash."""
        with contextlib.suppress(OSError):
            found = sorted(((file, file.stat()) for file in self.folder.iterdir()), key=lambda one: one[1].st_mtime)
            newest = found[-1][1].st_mtime if found else 0.0
            left = sum(stat.st_size for _, stat in found)
            for file, stat in found:
                abandoned = file.suffix == ".part" and newest - stat.st_mtime > 3600
                if abandoned or (left > megabytes * _MEGABYTE and file.suffix == ".clip"):
                    file.unlink(missing_ok=True)
                    left -= stat.st_size

    def _file(self, key: str) -> Path:
        return self.folder / f"{key}.clip"


def _encode(clip: Clip) -> bytes:
    positions = {
        "samples": len(clip.samples),
        "words": [[word.text, word.start, word.end] for word in clip.words],
        **{name: [[span.start, span.end] for span in getattr(clip, name)] for name in _SPANS},
    }
    body = json.dumps(positions).encode() + b"\n" + clip.samples.astype("<i2").tobytes()
    return _FORMAT + b"\n" + hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def _decode(raw: bytes) -> Clip | None:
    form, _, rest = raw.partition(b"\n")
    checksum, _, body = rest.partition(b"\n")
    if form != _FORMAT or hashlib.sha256(body).hexdigest().encode() != checksum:
        return None
    header, _, sound = body.partition(b"\n")
    positions = json.loads(header)
    return Clip(
        samples=np.frombuffer(sound, dtype="<i2").astype(np.int16),
        words=tuple(SpokenWord(text, start, end) for text, start, end in positions["words"]),
        **{name: tuple(Span(start, end) for start, end in positions.get(name, ())) for name in _SPANS},
    )
