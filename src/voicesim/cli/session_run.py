"""One session from the terminal, the same for every mode: what is said to the person before it, and holding it."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from voicesim.cli.options import DEFAULTS

if TYPE_CHECKING:
    from voicesim.live.conductor import Conductor
    from voicesim.live.ears import Ears
    from voicesim.live.player import Player
    from voicesim.live.practice import Prepared, Watch
    from voicesim.scenario.load import LoadedScenario
    from voicesim.scenario.model import Support
    from voicesim.session.in_memory import MemoryRecorder
    from voicesim.session.meta import SessionMeta
    from voicesim.session.reader import Bundle

_SEEDS = 10_000
Keep = Literal["all", "scorecard", "nothing"]


@dataclass(frozen=True)
class Mode:
    """What makes this session a practice, a drill or a qualification."""

    name: Literal["practice", "drill", "qualify"] = "practice"
    seed: int | None = None
    """Which of several fitting lines she picks; None: another each time, 0 with a recording, which was spoken to those lines."""
    attempt: int = 0
    trainee: str = ""
    adjustments: dict[str, str] = field(default_factory=dict)


class SessionRun:
    """One session.

    Args:
        loaded: what is played.
        options: of the command; those it does not have are as in `DEFAULTS`.
        mode: what it is for.
        prepared: from an earlier run of the same scenario, so that a retry begins at once.
    """

    def __init__(
        self, loaded: LoadedScenario, options: dict[str, Any], mode: Mode, prepared: Prepared | None = None
    ) -> None:
        from voicesim.live.practice import default_folder
        from voicesim.scenario.support_lines import country_from, country_of, support_for

        self.loaded = loaded
        self.options = {**DEFAULTS, **options}
        self.mode = mode
        self.prepared = prepared
        self.keep: Keep = keep_of(self.options)
        self.folder: Path = self.options["out"] or default_folder(loaded)
        self.quiet = bool(self.options["as_json"])
        self.problem = ""
        self.stopped = False
        self.recorded = False
        self.recorder: MemoryRecorder | None = None
        self.terminal = sys.stdout is not None and sys.stdout.isatty() and not self.options["plain"] and not self.quiet
        locale = self.options["locale"]
        self.country = country_of(locale) if locale else country_from(os.environ)
        self.support: tuple[Support, ...] = support_for(loaded.scenario, self.country)

    @property
    def someone(self) -> bool:
        """Whether a person can be asked."""
        return sys.stdin is not None and sys.stdin.isatty() and not self.quiet

    def tell(self, text: str = "") -> None:
        """Print a line; to standard error where a machine reads the other."""
        click.echo(text, err=self.quiet)

    def hold(self) -> Bundle:
        """Hold the session to its end, however it ends.

        Returns:
            What was recorded, from its folder or from memory.
        """
        recording: Path | None = self.options["trainee_audio"]
        if self.keep != "nothing":
            self.refuse_unusable_folder()
        if recording is None:
            recording = self.find_stand_in()
        self.recorded = recording is not None
        if recording is not None:
            self.from_recording(recording)
        else:
            self.live()
        return self.bundle()

    def bundle(self) -> Bundle:
        """What was recorded."""
        from voicesim.session.reader import open_bundle

        return open_bundle(self.folder) if self.recorder is None else self.recorder.bundle()

    def refuse_unusable_folder(self) -> None:
        """Say so before the minute of preparation, not after it."""
        from voicesim.errors import BadInputError, StorageError

        # os.path and not Path: it answers no, instead of raising, below a folder that may not be looked into.
        above = next(each for each in (self.folder, *self.folder.absolute().parents) if os.path.exists(each))
        if not above.is_dir() and above != self.folder:
            raise BadInputError(f"{above} is a file, not a folder.", "Choose another folder with --out.")
        if above == self.folder and (not above.is_dir() or (os.access(above, os.R_OK) and any(above.iterdir()))):
            raise BadInputError(
                f"{self.folder} is already in use.", "Choose a new folder with --out; nothing is overwritten."
            )
        if not os.access(above, os.W_OK | os.X_OK):
            raise StorageError(f"{above} cannot be written to.", "Choose a folder you may write to with --out.")

    # ------------------------------------------------------------ before it

    def introduce(self) -> None:
        """Title, content note, briefing, how to stop, and where help is."""
        from voicesim.cli.output import fitted
        from voicesim.language.controls import shown_phrase

        story = self.loaded.scenario
        self.tell(f"{story.title}  (about {story.minutes:g} minutes)")
        self.tell()
        self.tell(fitted(story.content_note))
        self.tell()
        self.tell(fitted(story.briefing))
        self.tell()
        pause, stop, resume = (f"“{shown_phrase(name)}”" for name in ("pause", "stop", "resume"))
        self.tell(fitted(f"At any moment, aloud: {pause}, {stop}; and {resume} when you are ready again."))
        self.tell()
        self.tell("Someone to talk to:")
        self.tell_support()
        if not self.country and story.support_for:
            self.tell("  For the lines of your country add --locale, for example --locale en-GB.")
        self.tell()

    def tell_support(self) -> None:
        """Where help is, one line each."""
        for one in self.support:
            self.tell(f"  {one.name}: {one.contact} ({one.where})" if one.where else f"  {one.name}: {one.contact}")

    def find_stand_in(self) -> Path | None:
        """A bundled recording when there is no microphone; None when there is one."""
        from voicesim.audio.soundcard import find_device
        from voicesim.errors import DeviceError
        from voicesim.live.stand_in import bundled_recording

        try:
            find_device(self.options["input_name"], "input")
            find_device(self.options["output_name"], "output")
        except DeviceError as error:
            stand_in = bundled_recording() if self.mode.name == "practice" else None
            if self.options["input_name"] or self.options["output_name"] or stand_in is None:
                raise
            self.tell(f"No sound device for a live conversation: {error}")
            self.tell(
                "A bundled recording plays the trainee instead, through the same engine, so that you see what a session gives."
            )
            self.tell()
            return stand_in
        return None

    def prepare(self) -> Prepared:
        """Recognition and her lines, ready; at once when they are already."""
        from voicesim.cli.progress import progress_bar
        from voicesim.live.practice import prepare

        if self.prepared is None:
            wanted = {
                name: self.options[name] for name in ("asr", "model", "model_path", "turn_end", "push_to_talk", "bias")
            }
            # The bundled recordings were spoken to the plain voice: with another, they would talk into her lines.
            wanted["voice"] = self.options["voice"] or ("pyttsx3" if self.recorded else "auto")
            with progress_bar(self.terminal, self.quiet) as progress:
                self.prepared = prepare(
                    self.loaded, **wanted, progress=progress, warn=lambda text: click.echo(text, err=True)
                )
        seed = self.mode.seed
        if seed is None:
            seed = 0 if self.recorded else secrets.randbelow(_SEEDS)
        self.prepared = self.prepared.for_another(seed)
        return self.prepared

    def ask_consent(self) -> None:
        """What is recorded and where it stays; the session begins only on a yes."""
        if self.keep == "all":
            self.tell("You will be recorded: your voice and hers, two files, on this computer only.")
            self.tell("You can delete the folder at any time.")
            self.tell(f"It will be kept in {self.folder}")
        else:
            self.tell("Private: your voice is listened to and is never written to disk. It is gone when this ends.")
            if self.keep == "scorecard":
                self.tell(f"The scorecard, which quotes your questions, will be kept in {self.folder}")
        if elsewhere := self.sent_elsewhere():
            self.tell(elsewhere)
        click.confirm("Do you agree, and do you want to begin?", abort=True, err=self.quiet)
        self.tell()

    def sent_elsewhere(self) -> str:
        """What to say where what is said leaves this machine for its words; empty where it does not."""
        from voicesim.asr.remote.address import is_remote, parse

        return parse(self.options["asr"]).warning if is_remote(self.options["asr"]) else ""

    # ------------------------------------------------------------ the two ways

    def from_recording(self, path: Path) -> None:
        """A recording plays the trainee, in virtual time."""
        from voicesim.audio.files import read_mono_16k
        from voicesim.cli.progress import progress_bar
        from voicesim.live.ears import PromptEars
        from voicesim.live.from_file import LATENCY, play_file
        from voicesim.live.practice import new_meta
        from voicesim.session.meta import Consent

        audio = read_mono_16k(path)
        for note in audio.notes:
            self.tell(f"{path.name}: {note}")
        prepared = self.prepare()
        meta = new_meta(prepared, driver="file", source=path.name, consent=Consent(given=True, how="recording"))
        with (
            self.keeping_what_there_is(),
            self.opened(prepared, self.marked(meta), PromptEars(prepared.listener, LATENCY)) as conductor,
            progress_bar(self.terminal, self.quiet) as progress,
        ):
            try:
                play_file(
                    conductor,
                    audio.samples,
                    realtime=self.options["realtime"],
                    progress=lambda done, total: progress("Playing the conversation", done, total),
                )
            except KeyboardInterrupt:
                self.stopped = True

    def live(self) -> None:
        """A person at a headset."""
        from voicesim.cli.headset import get_ready
        from voicesim.cli.live_view import LiveView
        from voicesim.live.ears import WorkerEars
        from voicesim.live.from_soundcard import converse, open_card
        from voicesim.live.guarded_card import GuardedCard
        from voicesim.live.player import Player
        from voicesim.live.practice import new_meta
        from voicesim.session.meta import Consent

        how = "option --yes" if self.options["yes"] else "prompt"
        if not self.options["yes"]:
            self.ask_consent()
        ready = get_ready(self.options, self.tell, self.terminal, self.someone)
        prepared = self.prepare()
        player = Player()
        with (
            self.keeping_what_there_is(),
            open_card(player, self.options["input_name"], self.options["output_name"]) as card,
        ):
            meta = new_meta(
                prepared, driver="soundcard", consent=Consent(given=True, how=how), devices=card.names,
                loop_latency=card.loop_latency,
            ).model_copy(update=ready.as_meta())  # fmt: skip
            cast = {name: member.name for name, member in prepared.loaded.scenario.cast.items()}
            view = LiveView(self.tell, self.terminal, self.options["push_to_talk"], cast, kept=self.keep == "all")
            ears = WorkerEars(prepared.listener)
            with self.opened(prepared, self.marked(meta), ears, view.watch, player) as conductor, view:
                outcome = converse(conductor, GuardedCard(card, ready.echo), view)
            for failure in ears.failures:
                click.echo(f"Speech recognition failed once and heard nothing: {failure}", err=True)
            self.stopped, self.problem = outcome.stopped_by_signal, outcome.problem

    def marked(self, meta: SessionMeta) -> SessionMeta:
        """The metadata with what this mode adds."""
        mode = self.mode
        return meta.model_copy(
            update={
                "mode": mode.name,
                "attempt": mode.attempt,
                "trainee": mode.trainee,
                "adjustments": mode.adjustments,
                "country": self.country,
            }
        )

    @contextmanager
    def opened(
        self,
        prepared: Prepared,
        meta: SessionMeta,
        ears: Ears,
        watch: Watch = lambda record, state: None,
        player: Player | None = None,
    ) -> Iterator[Conductor]:
        """The session, kept in its folder or nowhere."""
        from voicesim.live.practice import recording
        from voicesim.live.unkept import unkept

        if self.keep == "all":
            with recording(prepared, self.folder, meta, ears, watch, player) as conductor:
                yield conductor
        else:
            with unkept(prepared, meta, ears, watch, player) as (conductor, self.recorder):
                yield conductor

    @contextmanager
    def keeping_what_there_is(self) -> Iterator[None]:
        """When the disk gives out, what was recorded up to then is scored like any other session."""
        from voicesim.errors import StorageError
        from voicesim.session.meta import META

        try:
            yield
        except StorageError as error:
            if not (self.folder / META).exists():
                raise
            self.problem = str(error)


def keep_of(options: dict[str, Any]) -> Keep:
    """What is kept of a session.

    Raises:
        click.UsageError: the options contradict each other.
    """
    if options["keep"] and not options["private"]:
        raise click.UsageError("--keep belongs to --private; without --private the whole session is kept.")
    if not options["private"]:
        return "all"
    kept: Keep = options["keep"] or "nothing"
    if kept == "nothing" and options["out"]:
        raise click.UsageError(
            "--private keeps nothing, so --out has no use. Add --keep scorecard, or leave --out out."
        )
    return kept
