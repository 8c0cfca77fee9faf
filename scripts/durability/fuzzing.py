"""What fuzzing throws at the readers, and what must hold: an answer or one clear error, in time, and no file outside the folder."""

from __future__ import annotations

import json
import os
import shutil
import signal
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

from hypothesis import strategies as st

from voicesim.errors import VoicesimError

HANGS_AFTER = 20.0
"""Seconds."""
Change = tuple[str, float, bytes]
"""What is done to some bytes: how, where (0 to 1) and with what."""

_NASTY = (
    b"\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80", b"\n", b"{", b"[" * 400, b"- " * 400,
    b"&a [*a, *a]", b"*a", b"!!python/object",
    b"null", b"-1", b"1e400", b"NaN", b"99999999999999999999", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"fLaC",
    b"data", b"../../x", b"'", b"{}",
)  # fmt: skip

changes: st.SearchStrategy[list[Change]] = st.lists(
    st.tuples(
        st.sampled_from(["flip", "cut", "insert", "overwrite", "double", "drop"]),
        st.floats(0, 1, allow_nan=False),
        st.one_of(st.binary(min_size=1, max_size=12), st.sampled_from(_NASTY)),
    ),
    min_size=1,
    max_size=6,
)


def changed(data: bytes, how: list[Change]) -> bytes:
    """The bytes with all the changes, one after the other."""
    for kind, where, bytes_ in how:
        at = min(int(where * len(data)), max(0, len(data) - 1))
        if kind == "cut":
            data = data[:at]
        elif kind == "insert":
            data = data[:at] + bytes_ + data[at:]
        elif kind == "overwrite":
            data = data[:at] + bytes_ + data[at + len(bytes_) :]
        elif kind == "double":
            data = data[:at] + data[at : at + 60] + data[at:]
        elif kind == "drop":
            data = data[:at] + data[at + len(bytes_) :]
        elif data:
            data = data[:at] + bytes([data[at] ^ (bytes_[0] or 1)]) + data[at + 1 :]
    return data


# ------------------------------------------------------------------------------------------------------------ what must hold


class OutsideError(AssertionError):
    """A file was written where none may be."""


class HangError(AssertionError):
    """It took too long."""


_allowed: list[Path] = []


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if not _allowed:
        return
    paths: list[Any] = []
    if event == "open":
        path, _, flags = arguments
        if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND):
            paths = [path]
    elif event in ("os.mkdir", "os.remove", "os.rmdir", "os.truncate"):
        paths = [arguments[0]]
    elif event in ("os.rename", "os.link", "os.symlink"):
        paths = list(arguments[:2])
    elif event in ("subprocess.Popen", "os.system", "os.exec", "socket.connect"):
        raise OutsideError(f"{event} {arguments[:1]}")
    for path in paths:
        if isinstance(path, bytes):
            path = os.fsdecode(path)
        if isinstance(path, str | os.PathLike):
            real = Path(os.path.realpath(path))
            if real != Path(os.devnull) and not any(real.is_relative_to(folder) for folder in _allowed):
                raise OutsideError(f"{event} {real}")


_audited: list[bool] = []


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Inside, nothing may be written but into the folder, no program started, nothing may take long; a clear error is fine."""
    if not _audited:
        sys.addaudithook(_audit)
        _audited.append(True)

    def late(number: int, frame: Any) -> None:
        raise HangError(f"it took more than {HANGS_AFTER:g} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, HANGS_AFTER)
    _allowed.append(folder.resolve())
    try:
        yield
    except VoicesimError as error:
        if not error.problem.strip():
            raise AssertionError("an error without words") from error
    finally:
        _allowed.clear()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


# ------------------------------------------------------------------------------------------------------------------- targets


@dataclass(frozen=True)
class Target:
    """Something that reads what others wrote."""

    name: str
    inputs: st.SearchStrategy[Any]
    run: Callable[[Any, Path], None]
    """Takes an input and an empty folder."""


def scenario_target() -> Target:
    """The scenario loader, the static check and the drawing."""
    from importlib.resources import files

    from voicesim.scenario.check import check
    from voicesim.scenario.load import load_scenario

    library = files("voicesim.scenario").joinpath("library")
    texts = sorted((entry for entry in library.iterdir() if entry.name.endswith(".yaml")), key=lambda entry: entry.name)
    small = Path(__file__).resolve().parents[2] / "tests" / "engine" / "small_scenario.yaml"
    seeds = [small.read_bytes()] * 3 + [entry.read_bytes() for entry in texts]

    def run(given: tuple[int, list[Change]], folder: Path) -> None:
        path = folder / "scenario.yaml"
        path.write_bytes(changed(seeds[given[0]], given[1]))
        with held(folder):
            check(load_scenario(path))

    return Target("scenario", st.tuples(st.integers(0, len(seeds) - 1), changes), run)


def audio_target() -> Target:
    """The decoders: recordings of every kind, and the tracks of a session."""
    import io

    import numpy as np
    import soundfile

    from voicesim.audio.files import read_mono_16k
    from voicesim.session.flac_frames import good_spans
    from voicesim.session.tracks import read_track

    random = np.random.default_rng(5)
    sound = (random.standard_normal(6000) * 3000).astype(np.int16)
    seeds: list[tuple[str, bytes]] = []
    for kind, subtype, rate, channels in (
        ("WAV", "PCM_16", 16_000, 1), ("WAV", "FLOAT", 44_100, 2), ("WAV", "PCM_24", 8_000, 1),
        ("WAVEX", "PCM_16", 48_000, 2),
        ("FLAC", "PCM_16", 16_000, 1), ("FLAC", "PCM_24", 48_000, 2), ("OGG", "VORBIS", 16_000, 1),
        ("MP3", "MPEG_LAYER_III", 16_000, 1),
        ("AIFF", "PCM_16", 16_000, 1), ("WAV", "IMA_ADPCM", 16_000, 1), ("W64", "PCM_16", 16_000, 1), ("AU", "PCM_16", 16_000, 1),
    ):  # fmt: skip
        file = io.BytesIO()
        soundfile.write(file, np.stack([sound] * channels, axis=1), rate, format=kind, subtype=subtype)
        seeds.append((kind.lower(), file.getvalue()))
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 99, b"WAVE", b"fmt ", 16, 1, 1, 16_000, 32_000, 2, 16, b"data", 63
    )
    seeds += [("wav", header), ("flac", b"fLaC\0\0\0\x22"), ("flac", b""), ("wav", b"")]

    def run(given: tuple[int, list[Change], bytes], folder: Path) -> None:
        kind, seed = seeds[given[0]]
        data = changed(seed, given[1]) + given[2]
        for name in (f"recording.{kind}", "trainee.flac"):
            (folder / name).write_bytes(data)
        (folder / "survivor.wav").write_bytes(data)
        with held(folder):
            read_mono_16k(folder / f"recording.{kind}")
        with held(folder):
            read_mono_16k(folder / f"recording.{kind}", channel="louder")
        for track in ("trainee", "survivor"):
            with held(folder):
                read_track(folder, track)  # type: ignore[arg-type]
        with held(folder):
            good_spans(folder / "trainee.flac")

    return Target("audio", st.tuples(st.integers(0, len(seeds) - 1), changes, st.binary(max_size=200)), run)


_json_values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=12),
        st.sampled_from(["trainee", "done", "", "state/x/0", -1, 0, 16_000, 10**12]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=6,
)  # fmt: skip


def bundle_target(seed: Path) -> Target:
    """The bundle's readers: opening, checking, replaying, scoring, reporting and mending.

    Args:
        seed: a session's folder, see `make_session`. Not changed.
    """
    from voicesim.cli.recover import mend_whole
    from voicesim.live.replay import replay
    from voicesim.review.page import render
    from voicesim.review.report import about
    from voicesim.review.scoring import conversation_of, score_bundle
    from voicesim.session.integrity import check_session
    from voicesim.session.mending import find_interrupted, mend
    from voicesim.session.reader import open_bundle
    from voicesim.session.transcript import transcript

    names = [name for name in FILES if (seed / name).exists()]
    lines = (seed / "events.jsonl").read_text(encoding="utf-8").splitlines()
    places = [(number, key) for number, line in enumerate(lines) for key in json.loads(line) if key != "crc"]
    meta = json.loads((seed / "meta.json").read_text(encoding="utf-8"))

    def run(given: tuple[str, Any], folder: Path) -> None:
        session = Path(shutil.copytree(seed, folder / "session"))
        what, how = given
        if what == "bytes":
            for index, each in how:
                path = session / names[index]
                path.write_bytes(changed(path.read_bytes(), each))
        elif what == "record":
            written = list(lines)
            for place, value in how:
                number, key = places[place]
                body = json.dumps(
                    {**{k: v for k, v in json.loads(written[number]).items() if k != "crc"}, key: value},
                    ensure_ascii=True, separators=(",", ":"),
                )  # fmt: skip
                written[number] = f'{body[:-1]},"crc":"{crc32(body.encode()):08x}"}}'
            (session / "events.jsonl").write_text("\n".join(written) + "\n", encoding="utf-8")
        elif what == "order":
            shuffled = [lines[index] for index in how if index < len(lines)]
            renumbered = []
            for number, line in enumerate(shuffled):
                body = json.dumps(
                    {**{k: v for k, v in json.loads(line).items() if k != "crc"}, "n": number}, separators=(",", ":")
                )
                renumbered.append(f'{body[:-1]},"crc":"{crc32(body.encode()):08x}"}}\n')
            (session / "events.jsonl").write_text("".join(renumbered), encoding="utf-8")
        elif what == "meta":
            (session / "meta.json").write_text(json.dumps({**meta, **how}), encoding="utf-8")
        else:
            for index in how:
                (session / names[index]).unlink(missing_ok=True)
        with held(folder):
            check_session(session)
        with held(folder):
            find_interrupted(folder)
        with held(folder):
            bundle = open_bundle(session)
            transcript(bundle.records)
            card = score_bundle(bundle)
            render(conversation_of(bundle), card, about(bundle, bundle.notes), "")
        with held(folder):
            replay(open_bundle(session))
        with held(folder):  # the report's sound takes longer than all the rest: now and then will do
            (mend_whole if len(repr(given)) % 5 == 0 else mend)(session)

    some = st.integers(0, len(names) - 1)
    inputs = st.one_of(
        st.tuples(st.just("bytes"), st.lists(st.tuples(some, changes), min_size=1, max_size=2)),
        st.tuples(
            st.just("record"),
            st.lists(st.tuples(st.integers(0, len(places) - 1), _json_values), min_size=1, max_size=3),
        ),
        st.tuples(st.just("order"), st.lists(st.integers(0, len(lines) - 1), max_size=80)),
        st.tuples(
            st.just("meta"), st.dictionaries(st.sampled_from(sorted(meta)), _json_values, min_size=1, max_size=2)
        ),
        st.tuples(st.just("missing"), st.lists(some, min_size=1, max_size=3)),
    )
    return Target("bundle", inputs, run)


FILES = (
    "meta.json", "scenario.yaml", "events.jsonl", "trainee.flac", "survivor.flac", "trainee.wav", "survivor.wav",
    "transcript.json", "overrides.json",
)  # fmt: skip


def make_session(folder: Path, close: bool = True) -> Path:
    """A short session with turns, lines, an interruption and an ending, by the real engine; no speech engine is needed."""
    import numpy as np
    import soundfile

    from voicesim.asr.scripted import ScriptedWhisper
    from voicesim.live.ears import Listener, PromptEars
    from voicesim.live.from_file import LATENCY, play_file
    from voicesim.live.practice import Prepared, new_meta, recording
    from voicesim.live.settings import default_turn_taking
    from voicesim.scenario.load import load_scenario
    from voicesim.session.meta import Consent
    from voicesim.timebase import SAMPLE_RATE
    from voicesim.tts.tones import ToneVoice
    from voicesim.tts.voicing import voice_ahead

    root = Path(__file__).resolve().parents[2]
    loaded = load_scenario(root / "tests" / "engine" / "small_scenario.yaml")
    sound, _ = soundfile.read(root / "audio_fixtures" / "interrupter" / "trainee.flac", dtype="int16")
    sound = np.asarray(sound[: 14 * SAMPLE_RATE], dtype=np.int16)
    voice = ToneVoice()
    transcriber = ScriptedWhisper(
        ["Hello, can you tell me what happened?", "Why did you wait?", "I believe you.", "Go on."] * 4
    )
    prepared = Prepared(
        loaded, voice_ahead(loaded.scenario, voice), voice.engine, transcriber, Listener(transcriber), "words",
        default_turn_taking(), 0,
    )  # fmt: skip
    meta = new_meta(prepared, driver="file", consent=Consent(given=True, how="recording"))
    with recording(prepared, folder, meta, PromptEars(prepared.listener, LATENCY)) as conductor:
        play_file(conductor, sound)
    if not close:
        open_again(folder)
    return folder


def open_again(folder: Path) -> None:
    """Make of a closed session one that was killed at its end."""
    import soundfile

    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    meta.update(state="recording", ended="", samples=0, checksums={})
    (folder / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
    for name in ("trainee", "survivor"):
        sound, rate = soundfile.read(folder / f"{name}.flac", dtype="int16")
        soundfile.write(folder / f"{name}.wav", sound, rate, subtype="PCM_16")
        (folder / f"{name}.flac").unlink()
    (folder / "transcript.json").unlink()
