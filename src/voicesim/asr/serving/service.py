"""The service itself: one copy of the model on one machine, behind HTTP, with Ray Serve doing the queueing and the batching.

Nothing is kept: sound and words live in memory for as long as a call lasts, and neither is logged.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voicesim import __version__
from voicesim.asr.hearing import Attempt, Attempted, hearing, listening
from voicesim.asr.ports import Transcript
from voicesim.asr.remote.pcm import from_pcm
from voicesim.asr.remote.ray_serve import ABOUT, HEAR, PROMPT, PROTOCOL, write_transcript
from voicesim.asr.remote.settings import remote_settings
from voicesim.errors import VoicesimError
from voicesim.timebase import SAMPLE_RATE

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_MOST_PROMPT = 64
"""Words in a prompt, and characters in each."""


@dataclass(frozen=True)
class ServiceOptions:
    """What is served, and how."""

    model: str = ""
    device: str = "cpu"
    compute_type: str = ""
    copies: int = 1
    """Copies of the model, each with its own share of the cores or its own graphics card."""
    threads: int = 1
    """Cores for each copy."""
    batch: int = 0
    """Segments heard together at most; 0 for the usual."""
    token: str = ""
    """What callers must show; empty lets everybody in who reaches the port."""


class Hearer:
    """One copy of the model and its callers.

    Args:
        options: what is served.

    Raises:
        VoicesimError: the weights are missing or cannot be loaded.
    """

    def __init__(self, options: ServiceOptions) -> None:
        import os

        os.environ["OMP_NUM_THREADS"] = str(options.threads)
        from voicesim.asr.engines import open_transcriber
        from voicesim.asr.faster import FasterWhisper

        opened = open_transcriber(
            "faster-whisper", options.model, device=options.device, compute_type=options.compute_type
        )
        assert isinstance(opened, FasterWhisper)
        opened.warm_up()
        self._core = opened.core()
        self._about = {
            "service": "voicesim-asr", "protocol": PROTOCOL, "voicesim": __version__, "engine": opened.engine,
            "model": opened.model,
        }  # fmt: skip
        self._token = options.token
        self._model = ThreadPoolExecutor(1, "voicesim-model")
        """The model does one thing at a time."""

    async def attempt(self, attempt: Attempt) -> Attempted:
        """One attempt, with whatever else waits at this moment. Replaced by the batched one where it is served."""
        (heard,) = await self.together([attempt])
        return heard

    async def together(self, attempts: Sequence[Attempt]) -> list[Attempted]:
        """Several attempts as one batch, outside the event loop, and their words found in the sound."""

        def hear() -> list[Attempted]:
            heard = self._core.hear_together(attempts)
            for one in heard:
                one.align()
            return heard

        return await asyncio.get_running_loop().run_in_executor(self._model, hear)

    async def hear(self, pcm: bytes, prompt: Sequence[str] = ()) -> Transcript:
        """Words for one segment: its attempts wait for those of others, and are heard together with them. ::

        segment A ─ attempt ─┐                       ┌─► A goes on
        segment B ─ attempt ─┼─► one batch: encode,  ┼─► B goes on
        segment C ─ attempt ─┘   decode, align       └─► C asks again, with a longer window
        """
        steps = listening(from_pcm(pcm), prompt, hearing())
        try:
            attempt = next(steps)
            while True:
                attempt = steps.send(await self.attempt(attempt))
        except StopIteration as done:
            transcript: Transcript = done.value
            return transcript

    async def __call__(self, request: Request) -> Response:
        """Answer one call."""
        from starlette.responses import Response

        if not self._allowed(request.headers.get("authorization", "")):
            return _plain("a token is needed", 401)
        if request.method == "GET" and request.url.path == ABOUT:
            return Response(json.dumps(self._about), media_type="application/json")
        if request.method != "POST" or request.url.path != HEAR:
            return _plain("there is nothing here", 404)
        most = int(remote_settings().server.longest * SAMPLE_RATE) * 2
        pcm = bytearray()
        async for piece in request.stream():
            pcm += piece
            if len(pcm) > most:
                return _plain(f"more than {remote_settings().server.longest:g} s of sound in one call", 413)
        prompt = read_prompt(request.headers.get(PROMPT, ""))
        if prompt is None:
            return _plain("the prompt is no list of words", 400)
        try:
            heard = await self.hear(bytes(pcm), prompt)
        except VoicesimError as error:
            return _plain(error.problem, 400)
        return Response(write_transcript(heard), media_type="application/json")

    def _allowed(self, header: str) -> bool:
        wanted = f"Bearer {self._token}"
        return not self._token or hmac.compare_digest(header.encode("latin-1", "replace"), wanted.encode())


def _plain(words: str, status: int) -> Response:
    from starlette.responses import PlainTextResponse

    return PlainTextResponse(words, status_code=status)


def read_prompt(header: str) -> tuple[str, ...] | None:
    """The words of a prompt header; None when it is none."""
    if not header:
        return ()
    try:
        words = json.loads(header)
    except (ValueError, RecursionError):
        return None
    if not isinstance(words, list) or len(words) > _MOST_PROMPT:
        return None
    if not all(isinstance(word, str) and len(word) <= _MOST_PROMPT for word in words):
        return None
    return tuple(words)


def application(options: ServiceOptions) -> Any:
    """The service as Ray Serve runs it: copies of the model, each hearing what waits as one batch."""
    from ray import serve

    limits = remote_settings().server

    class BatchingHearer(Hearer):
        """A hearer whose attempts wait a moment for company."""

        @serve.batch(max_batch_size=options.batch or limits.batch, batch_wait_timeout_s=limits.batch_wait)
        async def attempt(self, attempts: list[Attempt]) -> list[Attempted]:
            return await self.together(attempts)

    resources: dict[str, Any] = {"num_cpus": options.threads}
    if options.device == "cuda":
        resources["num_gpus"] = 1
    deployed = serve.deployment(
        name="voicesim-asr",
        num_replicas=options.copies,
        max_ongoing_requests=limits.waiting,
        max_queued_requests=limits.waiting,
        ray_actor_options=resources,
        logging_config={"log_level": "WARNING", "enable_access_log": False},
    )(BatchingHearer)
    return deployed.bind(options)
