"""`voicesim practice`: a spoken conversation, live or from a recording."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voicesim.cli.output import keep_going_without_reader

if TYPE_CHECKING:
    from voicesim.live.practice import Prepared
    from voicesim.scenario.load import LoadedScenario

_EXAMPLES = """\b
Examples:
  voicesim practice                              a live conversation
  voicesim practice --turn-end 2                 she waits longer before she answers
  voicesim practice --trainee-audio me.wav       a recording of your own
"""


@click.command(short_help="Practise a conversation out loud.", epilog=_EXAMPLES)
@click.argument("scenario", default="delayed-report")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="New folder for the session; default: one under your own data folder.",
)
@click.option(
    "--trainee-audio", type=click.Path(path_type=Path), help="A recording plays the trainee; no sound card is used."
)
@click.option(
    "--realtime", is_flag=True, help="With --trainee-audio: keep to the clock instead of running as fast as possible."
)
@click.option("--input", "input_name", help="Microphone, by (part of) its name; see voicesim devices.")
@click.option("--output", "output_name", help="Headphones, by (part of) their name.")
@click.option(
    "--asr", default="auto", show_default=True, help="Speech recognition: auto, faster-whisper or openai-whisper."
)
@click.option("--model", default="", help="Whisper checkpoint, for example tiny.en, base, small.en.  [default: base]")
@click.option(
    "--model-path",
    type=click.Path(path_type=Path),
    help="Your own Whisper weights: a .pt file or a CTranslate2 folder.",
)
@click.option(
    "--turn-end", type=click.FloatRange(0.3, 10), help="Seconds of quiet that end your turn: larger is more patient."
)
@click.option(
    "--push-to-talk", is_flag=True, help="You mark your turns: space begins one, space ends it. Silence ends nothing."
)
@click.option("--bias", is_flag=True, help="Lean speech recognition towards the names in the scenario.")
@click.option("--check/--no-check", default=True, help="Look at microphone and headphones before a live session.")
@click.option(
    "--echo",
    type=click.Choice(["auto", "off", "cancel", "half-duplex"]),
    default="auto",
    show_default=True,
    help="Her voice in your microphone (loudspeakers): take it out, or do not listen while she speaks. "
    "auto: whatever the check finds needed.",
)
@click.option("--seed", default=0, show_default=True, help="Which of several fitting lines she picks.")
@click.option("--rubric", default="default", show_default=True, help="Rubric for the scorecard.")
@click.option("--yes", is_flag=True, help="I have read the content note and agree to be recorded (asks otherwise).")
@click.option("--open/--no-open", "open_it", default=None, help="Open the report in your browser afterwards.")
@click.option("--plain", is_flag=True, help="Plain lines only, for screen readers.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end instead of the scorecard.")
def practice(scenario: str, **options: Any) -> int:
    """Practise a conversation out loud. SCENARIO is a bundled name or a YAML file.

    Put on a headset, read the briefing, and answer her when she has spoken. You may pause (space) or stop (q or Ctrl-C) at any
    time; everything up to then is kept. Without a microphone, a bundled recording plays the trainee, so that you can see what a
    session gives.
    """
    from voicesim.scenario.check import refuse_broken
    from voicesim.scenario.load import load_scenario
    from voicesim.scoring.rubric import load_rubric

    keep_going_without_reader()
    loaded = load_scenario(scenario)
    refuse_broken(loaded)
    load_rubric(options["rubric"])  # a misspelt name must not be found out after the conversation
    return _Practice(loaded, options).run()


class _Practice:
    """One run of the command: what is said to the person, in order."""

    def __init__(self, loaded: LoadedScenario, options: dict[str, Any]) -> None:
        from voicesim.live.practice import default_folder

        self.loaded = loaded
        self.options = options
        self.folder: Path = options["out"] or default_folder(loaded)
        self.quiet = bool(options["as_json"])
        self.problem = ""
        self.terminal = sys.stdout is not None and sys.stdout.isatty() and not options["plain"] and not self.quiet

    def tell(self, text: str = "") -> None:
        click.echo(text, err=self.quiet)

    def run(self) -> int:
        recording: Path | None = self.options["trainee_audio"]
        self.refuse_unusable_folder()
        self.introduce()
        if recording is None:
            recording = self.find_stand_in()
        return self.from_recording(recording) if recording is not None else self.live()

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

    def introduce(self) -> None:
        from voicesim.cli.output import fitted

        story = self.loaded.scenario
        self.tell(f"{story.title}  (about {story.minutes:g} minutes)")
        self.tell()
        self.tell(fitted(story.content_note))
        self.tell()
        self.tell(fitted(story.briefing))
        self.tell()

    def find_stand_in(self) -> Path | None:
        """A bundled recording when there is no microphone; None when there is one."""
        from voicesim.audio.soundcard import find_device
        from voicesim.errors import DeviceError
        from voicesim.live.stand_in import bundled_recording

        try:
            find_device(self.options["input_name"], "input")
            find_device(self.options["output_name"], "output")
        except DeviceError as error:
            stand_in = bundled_recording()
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
        from voicesim.cli.progress import progress_bar
        from voicesim.live.practice import prepare

        wanted = {
            key: self.options[key] for key in ("asr", "model", "model_path", "seed", "turn_end", "push_to_talk", "bias")
        }
        with progress_bar(self.terminal, self.quiet) as progress:
            return prepare(self.loaded, **wanted, progress=progress, warn=lambda text: click.echo(text, err=True))

    # ------------------------------------------------------------ the two ways

    def from_recording(self, path: Path) -> int:
        from voicesim.audio.files import read_mono_16k
        from voicesim.cli.progress import progress_bar
        from voicesim.live.ears import PromptEars
        from voicesim.live.from_file import LATENCY, play_file
        from voicesim.live.practice import new_meta, recording
        from voicesim.session.meta import Consent

        audio = read_mono_16k(path)
        for note in audio.notes:
            self.tell(f"{path.name}: {note}")
        prepared = self.prepare()
        meta = new_meta(prepared, driver="file", source=path.name, consent=Consent(given=True, how="recording"))
        stopped = False
        with (
            self.keeping_what_there_is(),
            recording(prepared, self.folder, meta, PromptEars(prepared.listener, LATENCY)) as conductor,
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
                stopped = True
        return self.finish(stopped)

    def live(self) -> int:
        from voicesim.cli.headset import get_ready
        from voicesim.cli.live_view import LiveView
        from voicesim.live.ears import WorkerEars
        from voicesim.live.from_soundcard import converse, open_card
        from voicesim.live.guarded_card import GuardedCard
        from voicesim.live.player import Player
        from voicesim.live.practice import new_meta, recording
        from voicesim.session.meta import Consent

        how = "option --yes" if self.options["yes"] else "prompt"
        if not self.options["yes"]:
            self.ask_consent()
        ready = get_ready(self.options, self.tell, self.terminal, sys.stdin.isatty() and not self.quiet)
        prepared = self.prepare()
        player = Player()
        stopped = False
        with (
            self.keeping_what_there_is(),
            open_card(player, self.options["input_name"], self.options["output_name"]) as card,
        ):
            meta = new_meta(
                prepared, driver="soundcard", consent=Consent(given=True, how=how), devices=card.names,
                loop_latency=card.loop_latency,
            ).model_copy(update=ready.as_meta())  # fmt: skip
            cast = {name: member.name for name, member in prepared.loaded.scenario.cast.items()}
            view = LiveView(self.tell, self.terminal, self.options["push_to_talk"], cast)
            ears = WorkerEars(prepared.listener)
            with recording(prepared, self.folder, meta, ears, view.watch, player) as conductor, view:
                outcome = converse(conductor, GuardedCard(card, ready.echo), view)
            for failure in ears.failures:
                click.echo(f"Speech recognition failed once and heard nothing: {failure}", err=True)
            stopped, self.problem = outcome.stopped_by_signal, outcome.problem
        return self.finish(stopped)

    def ask_consent(self) -> None:
        self.tell("You will be recorded: your voice and hers, two files, on this computer only.")
        self.tell("You can delete the folder at any time.")
        self.tell(f"It will be kept in {self.folder}")
        click.confirm("Do you agree, and do you want to begin?", abort=True, err=self.quiet)
        self.tell()

    # ------------------------------------------------------------ the end

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

    def finish(self, stopped: bool) -> int:
        from voicesim.engine.events import End
        from voicesim.errors import StorageError
        from voicesim.review.report import write_report
        from voicesim.review.scoring import score_bundle, write_scorecard
        from voicesim.review.terminal import print_scorecard
        from voicesim.session.reader import open_bundle

        bundle = open_bundle(self.folder)
        card = score_bundle(bundle, self.options["rubric"])
        report: Path | None = None
        try:
            write_scorecard(bundle, card)
            report = write_report(bundle, card, self.folder / "report.html")
        except StorageError as error:
            self.problem = self.problem or str(error)
        ended = next((record.ending for record in bundle.records if isinstance(record, End)), "")
        if self.quiet:
            data = {
                "session": str(self.folder),
                "report": str(report) if report else None,
                "ending": ended,
                "scorecard": json.loads(card.to_json()),
            }
            click.echo(json.dumps(data, ensure_ascii=False))
        else:
            ending = self.loaded.scenario.states[ended].ending if ended else None
            if ending is not None:
                self.tell(ending.summary.strip())
                self.tell()
            print_scorecard(card, plain=not self.terminal)
            self.tell()
            self.tell("If any of this stays with you, talk to someone:")
            for support in self.loaded.scenario.support:
                self.tell(f"  {support.name}: {support.contact} ({support.where})")
            self.tell()
            self.tell(f"Session: {self.folder}")
            if report:
                self.tell(f"Report:  {report}")
        if self.problem:
            later = "" if report else f" When that is mended, run `voicesim report {self.folder}`."
            click.echo(f"voicesim: {self.problem} Everything up to then is saved in {self.folder}.{later}", err=True)
        elif stopped:
            click.echo(f"voicesim: stopped before its end; everything up to then is saved in {self.folder}", err=True)
        wanted = self.options["open_it"]
        if report and (wanted or (wanted is None and self.terminal and sys.stdin is not None and sys.stdin.isatty())):
            click.launch(str(report))
        return 2 if stopped or self.problem else 0
