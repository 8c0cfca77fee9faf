"""Words from `voicesim asr serve` on another machine. Needs nothing of Ray here: the service speaks plain HTTP.

One call a segment: the sound goes in the body, the words come back as JSON. What is no speech for certain (a click, silence) is
turned away before it is sent.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from voicesim.asr.hearing import Hearing, Samples, checked, hearing, loudest_dbfs
from voicesim.asr.ports import Transcript
from voicesim.asr.remote.address import Remote, key_from_environment
from voicesim.asr.remote.call import Caller
from voicesim.asr.remote.pcm import to_pcm
from voicesim.asr.remote.settings import remote_settings
from voicesim.errors import BadInputError, ServiceError
from voicesim.timebase import SAMPLE_RATE

ABOUT, HEAR = "/v1/about", "/v1/hear"
PROMPT = "Voicesim-Prompt"
"""Header: the words that are likely, a JSON list in ASCII."""
PROTOCOL = 1


class About(BaseModel):
    """What the service says of itself."""

    model_config = ConfigDict(frozen=True)

    service: str
    protocol: int
    voicesim: str = Field(max_length=40)
    engine: str = Field(max_length=80)
    model: str = Field(max_length=80)


class RayServe:
    """A transcriber on another machine. Safe to call from several threads; they take turns.

    Args:
        remote: where it is.
        model: which model it must have; empty for whatever it has.
        settings: what is no speech; by default those of `hearing.yaml`.
    """

    engine = f"ray-serve {PROTOCOL}"

    def __init__(self, remote: Remote, model: str = "", settings: Hearing | None = None) -> None:
        self.model = model or "as served"
        self._asked_for = model
        self._remote = remote
        self._settings = settings or hearing()
        self._caller = Caller(remote, remote_settings(), key_from_environment())
        self._met = False

    def warm_up(self) -> None:
        """Ask the service what it is. See `Transcriber.warm_up`.

        Raises:
            ServiceError: it does not answer, or is something else.
            BadInputError: it has another model than the one asked for.
        """
        try:
            about = About.model_validate_json(self._caller.get(ABOUT))
        except ValidationError:
            about = None
        if about is None or about.service != "voicesim-asr":
            raise ServiceError(
                f"{self._remote.place} answers, but is no speech recognition of voicesim.",
                "Start one there with `voicesim asr serve`, or check the port.",
            )
        if about.protocol != PROTOCOL:
            raise ServiceError(
                f"{self._remote.place} runs voicesim {about.voicesim}, which speaks another protocol.",
                "Use the same version on both machines.",
            )
        if self._asked_for and about.model != self._asked_for:
            raise BadInputError(
                f"{self._remote.place} hears with '{about.model}', not with '{self._asked_for}'.",
                "Leave --model out, or start the service with the model you want.",
            )
        self.model = about.model
        self._met = True

    def transcribe(self, samples: Samples, prompt: Sequence[str] = ()) -> Transcript:
        """Send one segment and wait for its words. See `Transcriber.transcribe`.

        Raises:
            ServiceError: the service does not answer in time or refuses.
        """
        samples = checked(samples)
        gate = self._settings.gate
        quiet = loudest_dbfs(samples, self._settings.split.frame) < gate.quietest_dbfs if len(samples) else True
        if len(samples) / SAMPLE_RATE < gate.shortest or quiet:
            return Transcript("", no_speech_probability=1.0)
        if not self._met:
            self.warm_up()
        headers = {"Content-Type": "application/octet-stream"}
        if prompt:
            headers[PROMPT] = json.dumps(list(prompt))
        parts = _parts(len(samples))
        found = [self._hear(samples[start:end], headers) for start, end in parts]
        return found[0] if len(found) == 1 else _joined(found, [start for start, _ in parts])

    def _hear(self, samples: Samples, headers: dict[str, str]) -> Transcript:
        answer = self._caller.post(HEAR, to_pcm(samples), headers)
        try:
            return read_transcript(answer)
        except ValueError:
            raise ServiceError(
                f"{self._remote.place} sent something that is no transcript.", "Use the same version on both machines."
            ) from None


def _parts(length: int) -> list[tuple[int, int]]:
    """A segment longer than the service takes at once, in equal parts."""
    longest = int(remote_settings().server.longest * SAMPLE_RATE)
    count = -(-length // longest)
    return [(length * part // count, length * (part + 1) // count) for part in range(count)]


def _joined(found: Sequence[Transcript], starts: Sequence[int]) -> Transcript:
    words = tuple(
        replace(word, start=word.start + at / SAMPLE_RATE, end=word.end + at / SAMPLE_RATE)
        for transcript, at in zip(found, starts, strict=True)
        for word in transcript.words
    )
    heard = [one for one in found if one.text]
    if not heard:
        return found[0]
    return Transcript(
        " ".join(one.text for one in heard),
        words,
        min(one.no_speech_probability for one in heard),
        sum(one.average_log_probability for one in heard) / len(heard),
        heard[-1].closing,
    )


def read_transcript(answer: bytes) -> Transcript:
    """A transcript from JSON.

    Raises:
        ValueError: it is none.
    """
    found: Transcript = _adapter().validate_json(answer)
    figures = [found.no_speech_probability, found.average_log_probability, found.closing]
    figures += [figure for word in found.words for figure in (word.start, word.end, word.probability)]
    if not all(math.isfinite(figure) for figure in figures):
        raise ValueError("figures that are none")
    return found


def write_transcript(transcript: Transcript) -> bytes:
    """A transcript as JSON."""
    data: bytes = _adapter().dump_json(transcript)
    return data


@cache
def _adapter() -> TypeAdapter[Transcript]:
    return TypeAdapter(Transcript)
