"""What is said after a session: a calm close first, then how it went, then where help is and what was kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from voicesim.cli.session_run import SessionRun
    from voicesim.scoring.scorecard import Scorecard
    from voicesim.session.reader import Bundle


def close_calmly(run: SessionRun, bundle: Bundle) -> None:
    """A few plain words and, where somebody is there, room to breathe before any figure is shown."""
    from voicesim.cli.output import fitted
    from voicesim.review.closing import calm_close, closing_words

    if run.quiet:
        return
    about, back = calm_close(run.loaded.scenario, ending_of(bundle))
    run.tell()
    for paragraph in (about, back):
        run.tell(fitted(paragraph))
        run.tell()
    if run.terminal and run.someone and not run.recorded:
        try:
            click.prompt(closing_words().ready, default="", show_default=False, prompt_suffix=" ")
        except click.Abort:  # Ctrl-C here wants no more waiting; the session is over and safe
            run.tell()


def tell_ending(run: SessionRun, bundle: Bundle) -> None:
    """How she left, in the author's words."""
    from voicesim.cli.output import fitted

    ended = ending_of(bundle)
    ending = run.loaded.scenario.states[ended].ending if ended else None
    if ending is not None:
        run.tell(fitted(ending.summary))
        run.tell()


def score_and_report(
    run: SessionRun, bundle: Bundle, rubric: str, report: bool = True
) -> tuple[Scorecard, Path | None]:
    """Score a session and keep what is to be kept of it.

    Returns:
        The scorecard, and the report's path where one was written.
    """
    from voicesim.errors import StorageError
    from voicesim.review.report import write_report
    from voicesim.review.scoring import SCORECARD, score_bundle, write_scorecard
    from voicesim.session.disk import write_atomically

    card = score_bundle(bundle, rubric)
    written: Path | None = None
    try:
        if run.keep == "all":
            write_scorecard(bundle, card)
            written = write_report(bundle, card, run.folder / "report.html") if report else None
        elif run.keep == "scorecard":
            run.folder.mkdir(parents=True, exist_ok=True)
            write_atomically(run.folder / SCORECARD, card.to_json())
    except StorageError as error:
        run.problem = run.problem or str(error)
    except OSError as error:
        run.problem = run.problem or f"The scorecard could not be kept: {error.strerror}."
    return card, written


def tell_help_and_place(run: SessionRun, report: Path | None) -> None:
    """Where help is, and what was kept where."""
    from voicesim.review.closing import closing_words

    run.tell()
    run.tell(closing_words().help)
    run.tell_support()
    run.tell()
    if run.keep == "all":
        run.tell(f"Session: {run.folder}")
        if report:
            run.tell(f"Report:  {report}")
    elif run.keep == "scorecard":
        run.tell(f"Scorecard: {run.folder}. Nothing else was kept.")
    else:
        run.tell("Nothing was kept.")


def leave(run: SessionRun, report: Path | None) -> int:
    """What went wrong, the report in the browser, and the exit code."""
    saved = f" Everything up to then is saved in {run.folder}." if run.keep == "all" else " It was private."
    if run.problem:
        later = "" if report or run.keep != "all" else f" When that is mended, run `voicesim report {run.folder}`."
        click.echo(f"voicesim: {run.problem}{saved}{later}", err=True)
    elif run.stopped:
        kept = f"everything up to then is saved in {run.folder}" if run.keep == "all" else "it was private"
        click.echo(f"voicesim: stopped before its end; {kept}", err=True)
    wanted = run.options["open_it"]
    if report and (wanted or (wanted is None and run.terminal and run.someone)):
        click.launch(str(report))
    elif report and run.keep == "all":
        _encrypt(run)
    return 2 if run.stopped or run.problem else 0


def _encrypt(run: SessionRun) -> None:
    """Where there is a key, an open report apart: what lies on the disk from now on is encrypted."""
    from voicesim.errors import VoicesimError
    from voicesim.store.keys import KEY

    if not (run.folder.absolute().parent.parent / KEY).exists():  # the common case loads nothing
        return
    from voicesim.store.sealing import seal_when_done

    try:
        sealed = seal_when_done(run.folder.absolute())
    except VoicesimError as error:
        click.echo(f"voicesim: not encrypted: {error}", err=True)
        return
    run.tell("The session is encrypted." if sealed else "The session is not encrypted yet: `voicesim store encrypt`.")


def ending_of(bundle: Bundle) -> str:
    """The ending's state; empty when it came to none."""
    from voicesim.engine.events import End

    return next((record.ending for record in bundle.records if isinstance(record, End)), "")


def print_json(run: SessionRun, bundle: Bundle, **more: Any) -> None:
    """One JSON object: where it lies, how it ended, and what the mode adds."""
    place = None if run.keep == "nothing" else str(run.folder)
    click.echo(json.dumps({"session": place, "ending": ending_of(bundle), **more}, ensure_ascii=False))
