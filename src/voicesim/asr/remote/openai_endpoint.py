"""Words from a server with OpenAI's transcription endpoint (``POST …/audio/transcriptions``), theirs or one of your own.

The house's own rules stay in force: what is sent is one speech segment at a time, never the whole track; what is no speech for
certain is not sent at all; and what comes back is believed only as far as the server's own figures allow
(`hearing.recognise`), since Whisper invents words over coughs wherever it runs.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from voicesim.asr.hearing import Decoded, Hearing, Piece, Samples, hearing, recognise
from voicesim.asr.ports import Transcript
from voicesim.asr.remote.address import Remote, key_from_environment
from voicesim.asr.remote.call import Caller
from voicesim.asr.remote.pcm import to_wav
from voicesim.asr.remote.settings import remote_settings
from voicesim.errors import ServiceError

ENDPOINT, MODELS = "/audio/transcriptions", "/models"
DEFAULT_MODEL = "whisper-1"
Figure = Annotated[float, Field(allow_inf_nan=False)]


class _Loose(BaseModel):
    """Servers add keys of their own."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Word(_Loose):
    """A word and its seconds."""

    word: str
    start: Figure
    end: Figure
    probability: Figure = 1.0


class Segment(_Loose):
    """What the server thinks of a stretch of its own text."""

    avg_logprob: Figure = 0.0
    no_speech_prob: Figure = 0.0


class Verbose(_Loose):
    """``verbose_json``."""

    text: str
    words: list[Word] | None = None
    segments: list[Segment] | None = None


@dataclass
class _Asked:
    """One window of sound, and what came of it."""

    samples: Samples
    answer: Verbose | None = None
    parts: list[Piece] = field(default_factory=list)


class OpenAIEndpoint:
    """A transcriber behind an OpenAI-compatible address. Safe to call from several threads; they take turns.

    Args:
        remote: where it is.
        model: the server's name for the model.
        settings: windows and gates; by default those of `hearing.yaml`.
    """

    engine = "openai-endpoint 1"

    def __init__(self, remote: Remote, model: str = "", settings: Hearing | None = None) -> None:
        self.model = model or DEFAULT_MODEL
        self._remote = remote
        # The server looks at its own 30 s whatever it is sent: to hear the same sound again in a longer window is of no use.
        self._settings = (settings or hearing()).with_full_window()
        self._caller = Caller(remote, remote_settings(), key_from_environment())

    def warm_up(self) -> None:
        """See whether the server is there and takes the key. No sound is sent.

        Raises:
            ServiceError: it does not answer, or refuses the key.
        """
        try:
            self._caller.get(MODELS)
        except ServiceError as error:
            if "(404" not in error.problem:  # many a server of one's own has no list of models
                raise

    def transcribe(self, samples: Samples, prompt: Sequence[str] = ()) -> Transcript:
        """Send one segment and wait for its words. See `Transcriber.transcribe`.

        Raises:
            ServiceError: the server does not answer in time or refuses.
        """
        return recognise(self, samples, prompt, self._settings)

    # ------------------------------------------------------------ what `hearing.recognise` asks of an engine

    def encode(self, samples: Samples, seconds: float) -> _Asked:
        """Nothing is encoded here."""
        return _Asked(samples)

    def decode(self, encoded: _Asked, prompt: str, most_tokens: int) -> Decoded:
        """Ask the server."""
        fields = [
            ("model", self.model), ("language", "en"), ("response_format", "verbose_json"), ("temperature", "0"),
            ("timestamp_granularities[]", "word"), ("timestamp_granularities[]", "segment"),
        ]  # fmt: skip
        if prompt:
            fields.append(("prompt", prompt))
        body, kind = multipart(fields, to_wav(encoded.samples))
        try:
            answer = Verbose.model_validate_json(self._caller.post(ENDPOINT, body, {"Content-Type": kind}))
        except ValidationError:
            raise ServiceError(
                f"{self._remote.place} sent something that is no transcript.",
                "It must answer response_format=verbose_json; check its model.",
            ) from None
        text = answer.text.strip()
        words = text.split()
        if words and not answer.words:
            raise ServiceError(
                f"{self._remote.place} gives no times for its words.",
                f"Choose a model that answers timestamp_granularities[]=word, as {DEFAULT_MODEL} does.",
            )
        encoded.parts = _pieces(words, answer.words or [])
        segments = answer.segments or [Segment()]
        sure = sum(segment.avg_logprob for segment in segments) / len(segments)
        silent = min(segment.no_speech_prob for segment in segments)
        return Decoded(tuple(range(len(words))), text, sure, silent)

    def align(self, encoded: _Asked, tokens: Sequence[int], seconds: float) -> Sequence[Piece]:
        """The words' times came with the words."""
        return encoded.parts


def _pieces(written: Sequence[str], words: Sequence[Word]) -> list[Piece]:
    """Words with their times. OpenAI's own words come without the punctuation of the text: it is put back where they agree."""
    texts = [word.word.strip() for word in words]
    if len(written) == len(texts) and all(
        _bare(shown) == _bare(timed) for shown, timed in zip(written, texts, strict=True)
    ):
        texts = list(written)
    return [
        Piece(f" {text}", word.start, word.end, min(1.0, max(0.0, word.probability)))
        for text, word in zip(texts, words, strict=True)
        if text
    ]


def _bare(word: str) -> str:
    return "".join(character for character in word.lower() if character.isalnum())


def multipart(fields: Sequence[tuple[str, str]], wav: bytes) -> tuple[bytes, str]:
    """A form with a sound file in it.

    Returns:
        The body and its content type.
    """
    boundary = f"voicesim-{secrets.token_hex(16)}"
    lines = []
    for name, value in fields:
        lines.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    lines.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="segment.wav"\r\n'
        "Content-Type: audio/wav\r\n\r\n".encode()
    )
    lines += [wav, f"\r\n--{boundary}--\r\n".encode()]
    return b"".join(lines), f"multipart/form-data; boundary={boundary}"
