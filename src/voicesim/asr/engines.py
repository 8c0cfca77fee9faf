"""Opens a transcriber by name."""

from __future__ import annotations

from pathlib import Path

from voicesim.asr.catalogue import catalogue
from voicesim.asr.hearing import Hearing
from voicesim.asr.ports import Transcriber
from voicesim.asr.store import find
from voicesim.asr.verify import Progress, no_progress
from voicesim.errors import BadInputError

ENGINES = ("auto", "openai-whisper", "faster-whisper")
"""``auto`` is faster-whisper, which measures faster at no worse word error rate (docs/ears.md), wherever the checkpoint
has the files for it, and openai-whisper elsewhere."""


def open_transcriber(
    engine: str = "auto",
    model: str = "",
    path: Path | None = None,
    settings: Hearing | None = None,
    progress: Progress = no_progress,
) -> Transcriber:
    """A transcriber whose weights are here and verified. They are loaded by `warm_up` or by the first segment.

    Args:
        engine: one of `ENGINES`.
        model: a name from models.yaml; empty for the default.
        path: explicit weights: a folder with CTranslate2 files or a ``.pt`` file. See `store.find`.
        settings: windows and gates; by default those of `hearing.yaml`.
        progress: told about hashing and conversion.

    Raises:
        WeightsError: the weights are missing or damaged, or not in a form that this engine reads.
        BadInputError: there is no such engine or model.
    """
    if engine not in ENGINES:
        raise BadInputError(f"There is no speech recognition engine '{engine}'.", f"Use one of: {', '.join(ENGINES)}.")
    found = find(model or catalogue().default, path, progress)
    if engine == "faster-whisper" or (engine == "auto" and found.folder is not None):
        from voicesim.asr.faster import FasterWhisper

        return FasterWhisper(found, settings)
    from voicesim.asr.openai_whisper import OpenAIWhisper

    return OpenAIWhisper(found, settings, progress)
