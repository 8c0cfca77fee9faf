"""Opens a transcriber by name."""

from __future__ import annotations

from pathlib import Path

from voicesim.asr.catalogue import catalogue
from voicesim.asr.hearing import Hearing
from voicesim.asr.ports import Transcriber
from voicesim.asr.remote.address import is_remote, parse
from voicesim.asr.store import find
from voicesim.asr.verify import Progress, no_progress
from voicesim.errors import BadInputError

ENGINES = ("auto", "openai-whisper", "faster-whisper")
"""``auto`` is faster-whisper, which measures faster at no worse word error rate (docs/ears.md), wherever the checkpoint
has the files for it, and openai-whisper elsewhere."""
DEVICES = ("cpu", "cuda", "auto")
"""What the model runs on. Anything but ``cpu`` is for the faster-whisper engine only."""


def open_transcriber(
    engine: str = "auto",
    model: str = "",
    path: Path | None = None,
    settings: Hearing | None = None,
    progress: Progress = no_progress,
    device: str = "cpu",
    compute_type: str = "",
) -> Transcriber:
    """A transcriber whose weights are here and verified. They are loaded by `warm_up` or by the first segment.

    Args:
        engine: one of `ENGINES`, or the address of another machine (`voicesim.asr.remote.address`). Nobody is called before
            `warm_up` or the first segment; a caller asks whoever speaks before that.
        model: a name from models.yaml; empty for the default. With an address, the other machine's name for it.
        path: explicit weights: a folder with CTranslate2 files or a ``.pt`` file. See `store.find`.
        settings: windows and gates; by default those of `hearing.yaml`.
        progress: told about hashing and conversion.
        device: one of `DEVICES`.
        compute_type: CTranslate2's name for the arithmetic (``int8``, ``float16``, ``int8_float16``); empty for the quickest.

    Raises:
        WeightsError: the weights are missing or damaged, or not in a form that this engine reads.
        BadInputError: there is no such engine or model, or it cannot be used so.
    """
    if is_remote(engine):
        return _open_remote(engine, model, settings, progress)
    if engine not in ENGINES:
        known = ", ".join((*ENGINES, "ray://HOST:PORT", "openai:https://HOST/v1"))
        raise BadInputError(f"There is no speech recognition engine '{engine}'.", f"Use one of: {known}.")
    if device != "cpu" and engine == "openai-whisper":
        raise BadInputError("openai-whisper runs on the processor only here.", "Choose --asr faster-whisper.")
    found = find(model or catalogue().default, path, progress)
    if engine == "faster-whisper" or (engine == "auto" and found.folder is not None):
        from voicesim.asr.faster import FasterWhisper

        return FasterWhisper(found, settings, device, compute_type)
    from voicesim.asr.openai_whisper import OpenAIWhisper

    return OpenAIWhisper(found, settings, progress)


def _open_remote(address: str, model: str, settings: Hearing | None, progress: Progress) -> Transcriber:
    """Whatever hears at an address, with the local model behind it where the address names one."""
    from voicesim.asr.remote.fallback import WithFallback
    from voicesim.asr.remote.openai_endpoint import OpenAIEndpoint
    from voicesim.asr.remote.ray_serve import RayServe
    from voicesim.asr.remote.settings import remote_settings

    remote = parse(address)
    opened: Transcriber = (OpenAIEndpoint if remote.kind == "openai" else RayServe)(remote, model, settings)
    if not remote.fallback:
        return opened
    local = open_transcriber("auto", remote.fallback, settings=settings, progress=progress)
    return WithFallback(opened, local, remote_settings().rest)
