"""A small server that speaks OpenAI's transcription protocol, with a real Whisper behind it; it can be told to misbehave."""

from __future__ import annotations

import io
import json
import threading
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

from voicesim.asr.engines import open_transcriber
from voicesim.asr.faster import FasterWhisper
from voicesim.asr.hearing import Attempt, hearing
from voicesim.timebase import SAMPLE_RATE


@dataclass
class Server:
    """What it is told to do, and what it was asked."""

    port: int = 0
    key: str = ""
    """What a caller must show."""
    first: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    """Answers it gives before it behaves: status, headers, body."""
    hang_up: int = 0
    """Calls it drops without a word."""
    slow: float = 0.0
    """Seconds before each answer."""
    word_times: bool = True
    calls: list[dict[str, str]] = field(default_factory=list)
    """The fields of every form it was sent."""

    @property
    def address(self) -> str:
        return f"openai:http://127.0.0.1:{self.port}/v1"


@contextmanager
def transcription_server(model: str = "tiny.en", **how: Any) -> Iterator[Server]:
    """The server, on a free port of this machine."""
    told = Server(**how)
    whisper = open_transcriber("faster-whisper", model) if model else None
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            if self._behaves():
                self._answer(200, {"object": "list", "data": [{"id": model}]})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            fields, sound = form(self.headers["Content-Type"], body)
            told.calls.append(fields)
            if self._behaves():
                with lock:
                    self._answer(200, verbose(whisper, sound, fields.get("prompt", ""), told.word_times))

        def _behaves(self) -> bool:
            time.sleep(told.slow)
            if told.hang_up:
                told.hang_up -= 1
                self.close_connection = True
                self.connection.close()
                return False
            if told.key and self.headers.get("Authorization") != f"Bearer {told.key}":
                self._answer(401, {"error": {"message": "Incorrect API key provided."}})
                return False
            if told.first:
                status, headers, content = told.first.pop(0)
                self._raw(status, content, headers)
                return False
            return True

        def _answer(self, status: int, data: dict[str, Any]) -> None:
            self._raw(status, json.dumps(data).encode(), {"Content-Type": "application/json"})

        def _raw(self, status: int, content: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass

    with Quiet(("127.0.0.1", 0), Handler) as http:
        told.port = http.server_address[1]
        thread = threading.Thread(target=http.serve_forever, daemon=True)
        thread.start()
        try:
            yield told
        finally:
            http.shutdown()
            thread.join()


def form(kind: str, body: bytes) -> tuple[dict[str, str], bytes]:
    """The fields of a multipart form, and the file in it."""
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    fields, file = {}, b""
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if part.get_filename():
            file = content
        else:
            fields[name] = ",".join(filter(None, [fields.get(name, ""), content.decode()]))
    return fields, file


def verbose(whisper: Any, wav: bytes, prompt: str, word_times: bool) -> dict[str, Any]:
    """What Whisper says, believed or not, as OpenAI lays it out: words bare of punctuation."""
    assert isinstance(whisper, FasterWhisper)
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (SAMPLE_RATE, 1, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768
    core, seconds = whisper.core(), len(samples) / SAMPLE_RATE
    attempt = Attempt(samples, hearing().window.length(seconds), prompt, hearing().tokens.most(seconds))
    (heard,) = core.hear_together([attempt])
    decoded, pieces = heard.decoded, heard.align()
    words: list[dict[str, Any]] = []
    for piece in pieces:
        bare = piece.text.strip().strip(".,?!")
        if not bare:
            continue
        if words and not piece.text.startswith(" "):
            words[-1] = {"word": words[-1]["word"] + bare, "start": words[-1]["start"], "end": piece.end}
        else:
            words.append({"word": bare, "start": piece.start, "end": piece.end})
    segment = {"avg_logprob": decoded.average_log_probability, "no_speech_prob": decoded.no_speech_probability}
    answer: dict[str, Any] = {"task": "transcribe", "text": decoded.text, "segments": [{"id": 0, **segment}]}
    return {**answer, "words": words} if word_times else answer
