"""A practice session from preparation to the closed bundle: everything that is the same for every driver."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from voicesim import __version__
from voicesim.engine.conversation import Conversation
from voicesim.engine.events import Record
from voicesim.engine.state import ConversationState
from voicesim.engine.survivor import Survivor
from voicesim.errors import BadInputError, VoicesimError
from voicesim.folders import sessions_folder
from voicesim.live.ears import Ears, Listener
from voicesim.live.reading import examples_of, reader_for
from voicesim.live.settings import TurnTakingSeconds, default_turn_taking
from voicesim.scenario.load import LoadedScenario
from voicesim.session.meta import Consent, Part, ScenarioRef, SessionMeta

if TYPE_CHECKING:
    from voicesim.asr.ports import Transcriber
    from voicesim.live.conductor import Activity, Conductor, Recorder
    from voicesim.live.player import Player
    from voicesim.scenario.model import Scenario
    from voicesim.session.writer import SessionWriter
    from voicesim.tts.voicing import LineBook

Watch = Callable[[Record, ConversationState], None]
Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done and how much there is."""


def silent_progress(what: str, done: int, total: int) -> None:
    """Progress nobody watches."""


@dataclass(frozen=True)
class Prepared:
    """All that must be ready before she may speak."""

    loaded: LoadedScenario
    book: LineBook
    voice_engine: str
    transcriber: Transcriber
    listener: Listener
    """The transcriber, with the judge of when a turn is over."""
    judge: str
    """What that judge goes by, for the log."""
    turn_taking: TurnTakingSeconds
    seed: int
    meaning: str = ""
    """What moves and topics go by, for the log."""

    def for_another(self, seed: int) -> Prepared:
        """The same for one more session, at once: what is heavy is shared, what remembers is new."""
        return replace(self, listener=self.listener.anew(), seed=seed)

    @property
    def rules(self) -> Conversation:
        """The conversation's rules for this scenario."""
        scenario = self.loaded.scenario
        return Conversation(Survivor(scenario, self.seed), self.turn_taking.in_samples(), reader_for(scenario))


def prepare(
    loaded: LoadedScenario,
    *,
    asr: str = "auto",
    model: str = "",
    model_path: Path | None = None,
    seed: int = 0,
    turn_end: float | None = None,
    push_to_talk: bool = False,
    bias: bool = False,
    voice: str = "auto",
    transcriber: Transcriber | None = None,
    progress: Progress = silent_progress,
    warn: Callable[[str], None] = lambda message: None,
) -> Prepared:
    """Load and warm up everything: recognition, her voice, her lines.

    Args:
        loaded: the scenario.
        asr: recognition engine, see `asr.engines.ENGINES`.
        model: recognition checkpoint; empty for the default.
        model_path: explicit weights.
        seed: which of several fitting lines she picks.
        turn_end: seconds of quiet that end a finished turn, for a more (or less) patient survivor than the scenario's.
        push_to_talk: the trainee's key, not silence, begins and ends a turn.
        bias: lean recognition towards the scenario's names.
        voice: who speaks her lines: ``auto`` (as the scenario says), ``kokoro`` or ``pyttsx3``.
        transcriber: recognition that is awake already and shared with other sessions; `asr`, `model` and `model_path` are then
            not looked at.
        progress: told about everything slow.
        warn: told what does not work but can be done without.

    Raises:
        VoicesimError: weights are missing or damaged, the voice does not speak, an option is out of bounds.
    """
    from voicesim.asr.engines import open_transcriber
    from voicesim.live.turn_end import best_judge
    from voicesim.meaning.finder import best_finder

    usual = default_turn_taking()
    patience = loaded.scenario.patience if turn_end is None else turn_end / usual.turn_end
    turn_taking = usual.more_patient(patience).model_copy(update={"push_to_talk": push_to_talk})
    awake = transcriber is not None
    transcriber = transcriber or open_transcriber(asr, model, model_path, progress=progress)
    book, engine = voice_lines(loaded.scenario, voice, progress, warn)
    progress("Waking the speech recognition", 0, 1)
    if not awake:
        transcriber.warm_up()
    judge, judged_by = best_judge()
    find, meaning = best_finder(examples_of(loaded.scenario))
    if find is None:
        warn("She understands by words alone: run `voicesim doctor --fetch`, and she knows paraphrases too.")
    progress("Waking the speech recognition", 1, 1)
    listener = Listener(transcriber, judge, (loaded.scenario.persona.name,) if bias else (), find)
    return Prepared(loaded, book, engine, transcriber, listener, judged_by, turn_taking, seed, meaning)


def voice_lines(
    scenario: Scenario,
    voice: str = "auto",
    progress: Progress = silent_progress,
    warn: Callable[[str], None] = lambda message: None,
) -> tuple[LineBook, str]:
    """Voice everything that may come to be said, from the cache where it was voiced before.

    Where the neural voice is wanted by the scenario but cannot be had, the plain one speaks and `warn` is told.

    Args:
        scenario: whose lines.
        voice: as for `prepare`.
        progress: told how far it is.
        warn: told what does not work but can be done without.

    Returns:
        The lines, and the engines that voiced them, for the log.

    Raises:
        VoicesimError: no voice can be had, or not the one that was asked for by name.
    """
    from voicesim.asr import store
    from voicesim.tts.cache import LineCache
    from voicesim.tts.voices import Voices, wants_neural
    from voicesim.tts.voicing import voice_ahead

    def spoken_by(wanted: str, weights: Path | None) -> tuple[LineBook, str]:
        with Voices(wanted, weights) as voices:
            book = voice_ahead(
                scenario, voices, LineCache(warn=warn), lambda done, total: progress("Voicing her lines", done, total)
            )
            return book, voices.engines

    if not wants_neural(scenario, voice):
        return spoken_by(voice, None)
    try:
        return spoken_by(voice, store.find("kokoro", progress=progress).folder)
    except BadInputError:
        raise  # a slip in the scenario, which the plain voice would not mend
    except VoicesimError as error:
        if voice == "kokoro":
            raise
        warn(f"Her plain voice speaks, since the neural one cannot be had. {error}")
        return spoken_by("pyttsx3", None)


def new_meta(
    prepared: Prepared,
    *,
    driver: Literal["soundcard", "file", "browser"],
    consent: Consent,
    source: str = "",
    devices: dict[str, str] | None = None,
    loop_latency: int = 0,
) -> SessionMeta:
    """Metadata of a session that begins now."""
    now = datetime.now().astimezone()
    scenario = prepared.loaded.scenario
    return SessionMeta(
        id=f"{now:%Y%m%dT%H%M%S}-{scenario.id}-{os.urandom(3).hex()}",
        created=now.isoformat(timespec="seconds"),
        voicesim=__version__,
        platform=f"{platform.system()} {platform.machine()}, Python {sys.version_info.major}.{sys.version_info.minor}",
        scenario=ScenarioRef(id=scenario.id, title=scenario.title, sha256=prepared.loaded.sha256),
        seed=prepared.seed,
        driver=driver,
        source=source,
        transcriber=Part(engine=prepared.transcriber.engine, model=prepared.transcriber.model),
        turn_end=prepared.judge,
        meaning=prepared.meaning,
        voice=Part(engine=prepared.voice_engine, model=_voice_name(prepared)),
        turn_taking=prepared.turn_taking.model_dump(),
        devices=devices or {},
        loop_latency=loop_latency,
        consent=consent,
    )


def _voice_name(prepared: Prepared) -> str:
    """The persona's voice, as the engine that spoke calls it."""
    choice = prepared.loaded.scenario.persona.voice
    return choice.voice if prepared.voice_engine.startswith(choice.engine) else choice.fallback


def default_folder(loaded: LoadedScenario) -> Path:
    """A new folder for a session, under the user's own data folder."""
    return sessions_folder() / f"{datetime.now():%Y-%m-%d-%H%M%S}-{loaded.scenario.id}"


def conductor_of(
    prepared: Prepared,
    recorder: Recorder,
    meta: SessionMeta,
    ears: Ears,
    watch: Watch,
    player: Player | None,
    activity: Activity | None = None,
) -> Conductor:
    """A session about to begin: what is prepared, with whoever records, listens, watches and plays."""
    from voicesim.audio.vad import VoiceActivity
    from voicesim.live.conductor import Conductor
    from voicesim.live.player import Player

    return Conductor(
        prepared.rules,
        recorder,
        activity or VoiceActivity(),
        ears,
        player or Player(),
        prepared.book.clip,
        meta.loop_latency,
        watch,
    )


@contextmanager
def recording(
    prepared: Prepared,
    folder: Path,
    meta: SessionMeta,
    ears: Ears,
    watch: Watch = lambda record, state: None,
    player: Player | None = None,
) -> Iterator[Conductor]:
    """A session's bundle, open while the body runs and closed whatever happens in it.

    Closing writes the transcript and compresses the tracks. If the disk gives out, what was written stays, as an interrupted
    session.

    Raises:
        StorageError: the folder cannot be written to, or the disk is full.
    """
    from voicesim.session.names import EVENTS
    from voicesim.session.reader import read_records
    from voicesim.session.transcript import write_transcript
    from voicesim.session.writer import SessionWriter, storage_error

    writer: SessionWriter = SessionWriter(folder, meta, prepared.loaded.text)
    try:
        yield conductor_of(prepared, writer, meta, ears, watch, player)
    finally:
        ears.close()
        if writer.failed:
            writer.leave()
        else:
            try:
                write_transcript(folder, read_records(folder / EVENTS)[0])
            except OSError as error:
                writer.leave()
                raise storage_error(folder, error) from error
            writer.close(datetime.now().astimezone().isoformat(timespec="seconds"))
