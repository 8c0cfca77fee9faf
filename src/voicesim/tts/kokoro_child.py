"""The child process in which the neural voice lives: ``python -m voicesim.tts.kokoro_child WEIGHTS ROOM``.

Each line on stdin is one request, ``{"text", "voice", "speed", "file", "seconds"}``. Each line on stdout is one answer:
``{"words": [[start, end], …]}`` when the file is there (float32 at 24 kHz; where each word sounds, in samples), else
``{"error": "voice" | "engine", "problem": …}``. The first line says whether the engine can be used at all. When stdin
closes, the child clears ROOM away and ends.

eSpeak NG makes the phonemes, so that a fault of its own stays in here too. The model is a plain function of its inputs:
the same words always give the same samples, however many threads compute them.
"""

from __future__ import annotations

import faulthandler
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voicesim.tts.espeak_library import Phonemizer
from voicesim.tts.kokoro_settings import KokoroSettings, kokoro_settings
from voicesim.tts.phonemes import Symbol, pieces, symbols

MODEL = "kokoro.onnx"
RATE = 24_000
_DURATIONS = "/encoder/Clip_output_0"
"""Inside the model: how many frames it gives each symbol. Word positions are read off it."""
_FRAME = 600
"""Samples a frame."""
_AHEAD = 3
"""Frames by which a symbol sounds earlier than the frames before it add up to (Kokoro's own pipeline takes off as many)."""
_STYLES = (510, 256)
"""A voice is a table: a style for each length of text."""


def main() -> None:
    """Serve requests until stdin closes."""
    weights, room = Path(sys.argv[1]), Path(sys.argv[2])
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def answer(reply: dict[str, Any]) -> None:
        answers.write(json.dumps(reply) + "\n")
        answers.flush()

    try:
        speaker = Speaker(weights, Phonemizer(room), kokoro_settings())
    except Exception as error:
        answer({"error": "engine", "problem": f"{type(error).__name__}: {error}"})
        return
    answer({})
    for line in sys.stdin:
        request = json.loads(line)
        faulthandler.dump_traceback_later(request["seconds"], exit=True)
        try:
            answer(speaker.speak(request))
        except Exception as error:
            answer({"error": "engine", "problem": f"{type(error).__name__}: {error}"})
        faulthandler.cancel_dump_traceback_later()
    shutil.rmtree(room, ignore_errors=True)


class Speaker:
    """The model, loaded.

    Args:
        weights: folder with the model and its voices.
        phonemizer: eSpeak NG.
        settings: alphabet and limits.
    """

    def __init__(self, weights: Path, phonemizer: Phonemizer, settings: KokoroSettings) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = min(settings.threads, os.cpu_count() or 1)
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        model = (weights / MODEL).read_bytes() + _also_gives(_DURATIONS)
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._weights = weights
        self._phonemizer = phonemizer
        self._settings = settings
        self._voices: dict[str, NDArray[np.float32]] = {}

    def speak(self, request: dict[str, Any]) -> dict[str, Any]:
        """Voice one phrase into the file that the request names."""
        voice = self._voice(request["voice"])
        if voice is None:
            return {"error": "voice", "problem": f"no voice {request['voice']!r}"}
        accent = self._settings.accent_of(request["voice"])
        phrase = symbols(
            request["text"], lambda text: self._phonemizer.say(text, accent.language), accent, self._settings
        )
        sounds: list[NDArray[np.float32]] = []
        words: dict[int, list[int]] = {}
        offset = 0
        for piece in pieces(phrase, self._settings.longest):
            sound, edges = self._run(piece, voice, request["speed"])
            for symbol, start, end in zip(piece, edges[:-1], edges[1:], strict=True):
                if symbol.word >= 0:
                    words.setdefault(symbol.word, [offset + int(start), 0])[1] = offset + int(end)
            sounds.append(sound)
            offset += len(sound)
        whole = np.concatenate(sounds) if sounds else np.zeros(0, dtype=np.float32)
        Path(request["file"]).write_bytes(whole.astype("<f4").tobytes())
        return {"words": [words[index] for index in sorted(words)]}

    def _run(
        self, piece: tuple[Symbol, ...], voice: NDArray[np.float32], speed: float
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        tokens = [self._settings.symbols[symbol.text] for symbol in piece]
        sound, frames = self._session.run(
            ["audio", _DURATIONS],
            {
                "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
                "style": voice[min(len(tokens), len(voice)) - 1][None],
                "speed": np.array([speed], dtype=np.float32),
            },
        )
        # From the first symbol's start to the last's end; the model begins a little before its own count.
        edges = np.maximum(np.cumsum(frames.ravel())[:-1].astype(np.int64) - _AHEAD, 0) * _FRAME
        return np.asarray(sound, dtype=np.float32).ravel(), edges

    def _voice(self, name: str) -> NDArray[np.float32] | None:
        if name not in self._voices:
            file = self._weights / f"{name}.bin"
            if Path(name).name != name or not file.is_file():
                return None
            self._voices[name] = np.fromfile(file, dtype="<f4").reshape(_STYLES)
        return self._voices[name]


def _also_gives(value: str) -> bytes:
    """What to append to a serialised ONNX model so that it also gives out one of its inner values (float).

    Protocol buffers that are joined end to end are merged: a second ``graph`` that holds nothing but an output adds that output.
    """
    tensor = _field(1, 1)  # TypeProto.Tensor.elem_type = FLOAT
    output = _field(1, value.encode()) + _field(2, _field(1, tensor))  # ValueInfoProto: name, type.tensor_type
    return _field(7, _field(12, output))  # ModelProto.graph, GraphProto.output


def _field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(number: int) -> bytes:
    raw = bytearray()
    while number > 127:
        raw.append(number & 127 | 128)
        number >>= 7
    raw.append(number)
    return bytes(raw)


if __name__ == "__main__":
    main()
