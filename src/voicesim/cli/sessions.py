"""`voicesim replay`, `score` and `report`: readings of a recorded session."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voicesim import __version__
from voicesim.cli.passphrase import reads_encrypted

if TYPE_CHECKING:
    from voicesim.scoring.scorecard import Scorecard
    from voicesim.session.reader import Bundle

_SESSION = click.argument("session", type=click.Path(path_type=Path))


@click.command(short_help="Read a session again, and prove that it repeats.")
@_SESSION
@click.option("--json", "as_json", is_flag=True, help="Print the transcript and the verdict for a machine.")
@click.option("--listen", is_flag=True, help="Play both tracks through your headphones.")
@click.option("--from-sound", is_flag=True, help="Hold it again from the trainee's track: hear, decide and score anew.")
@reads_encrypted
def replay(session: Path, as_json: bool, listen: bool, from_sound: bool) -> int:
    """Go through a recorded session again: SESSION is the folder that practice printed.

    Prints who said what and when, and runs the engine over the recorded events: it must decide the same again. Exit code 1 when
    it does not (the session was made by another version).

    With --from-sound the whole session is held again from the trainee's track: what was said, and all that followed from it, is
    found anew. It must come out the same to the sample; exit code 1 says that it did not, and what was heard otherwise is told.
    """
    if from_sound:
        return _from_sound(session, as_json)
    from voicesim.live.replay import replay as rerun
    from voicesim.session.reader import open_bundle
    from voicesim.session.transcript import to_json, transcript

    bundle = open_bundle(session)
    result = rerun(bundle)
    said = transcript(bundle.records)
    if as_json:
        verdict = {"records": len(bundle.records), "same": result.difference is None, "difference": result.difference}
        click.echo(
            json.dumps({**verdict, "notes": list(bundle.notes), "transcript": to_json(said)}, ensure_ascii=False)
        )
    else:
        for note in bundle.notes:
            click.echo(f"note: {note}")
        for each in said:
            click.echo(each.line())
        same = "The engine decides the same again" if result.difference is None else "The engine decides otherwise now"
        click.echo(
            f"{same} ({len(bundle.records)} records).{'' if result.difference is None else ' ' + result.difference}"
        )
    if listen:
        from voicesim.live.listen import listen_to

        listen_to(bundle)
    return 0 if result.difference is None else 1


def _from_sound(session: Path, as_json: bool) -> int:
    """Hold it again, and say what came out otherwise."""
    from voicesim.cli.progress import progress_bar
    from voicesim.rescoring.held_again import hold_again
    from voicesim.session.reader import open_bundle

    bundle = open_bundle(session)
    with progress_bar(sys.stderr.isatty(), as_json) as progress:
        again = hold_again(bundle, progress, lambda done, total: progress("Holding it again", done, total))
    overall = again.scorecard.overall
    if as_json:
        found = {"same": again.same, "difference": again.difference, "turns": again.turns, "states": again.states}
        click.echo(json.dumps({**found, "ending": again.ending, "overall": overall}, ensure_ascii=False))
    else:
        for then, now in again.turns:
            click.echo(f"then heard: {then or '(nothing)'}\n now heard: {now or '(nothing)'}")
        course = "the same course" if again.states[0] == again.states[1] else "another course"
        heard = "every turn was heard alike" if not again.turns else f"{len(again.turns)} turns were heard otherwise"
        exact = ", to the sample" if again.same else ""
        click.echo(f"Held again from its sound: {heard}, and it took {course}{exact}. Overall {overall or '–'}.")
        if again.difference:
            if bundle.meta.voicesim != __version__:
                click.echo(f"It was recorded with voicesim {bundle.meta.voicesim}; this is {__version__}.")
            click.echo(f"The first difference: {again.difference}")
    return 0 if again.same else 1


@click.command(short_help="Score a session: pace, interruptions, questions.")
@_SESSION
@click.option("--json", "as_json", is_flag=True, help="Print the whole scorecard for a machine.")
@click.option("--rubric", default="default", show_default=True, help="Name of a bundled rubric, or a YAML file.")
@click.option("--plain", is_flag=True, help="No boxes or colours, for screen readers.")
@click.option(
    "--override", help="An instructor's points for one criterion: CRITERION=POINTS, or CRITERION=none to take it back."
)
@click.option("--by", default="", help="With --override: who judges.")
@click.option("--reason", default="", help="With --override: why.")
@reads_encrypted
def score(session: Path, as_json: bool, rubric: str, plain: bool, override: str | None, by: str, reason: str) -> None:
    """Score a recorded session: pace, interruptions, question phrasing. Works on interrupted sessions, up to where they end.

    An override is kept in the session's folder beside the machine's value, never over it.
    """
    from voicesim.review.scoring import score_bundle
    from voicesim.review.terminal import print_scorecard
    from voicesim.session.reader import open_bundle

    bundle = open_bundle(session)
    if override is None:
        if by or reason:
            raise click.UsageError("--by and --reason belong to --override CRITERION=POINTS.")
        card = score_bundle(bundle, rubric)
    else:
        card = _overridden(bundle, rubric, override, by, reason)
    if as_json:
        click.echo(card.to_json())
        return
    for note in bundle.notes:
        click.echo(f"note: {note}", err=True)
    print_scorecard(card, plain=plain)


def _overridden(bundle: Bundle, rubric: str, override: str, by: str, reason: str) -> Scorecard:
    from voicesim.review.scoring import keep_override
    from voicesim.scoring.rubric import load_rubric
    from voicesim.scoring.scorecard import Override

    criterion, _, points = override.partition("=")
    criterion, points = criterion.strip(), points.strip()
    if points == "none":
        return keep_override(bundle, load_rubric(rubric), criterion, None)
    try:
        judged = Override(float(points), by.strip(), reason.strip())
    except ValueError:
        raise click.UsageError(f"--override {override}: write CRITERION=POINTS, points from 0 to 100.") from None
    return keep_override(bundle, load_rubric(rubric), criterion, judged)


@click.command(short_help="Write a session's report, one HTML file.")
@_SESSION
@click.option("--rubric", default="default", show_default=True, help="Name of a bundled rubric, or a YAML file.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Where to write it; default: report.html in the session's folder."
)
@click.option("--open/--no-open", "open_it", default=False, help="Open it in your browser.")
def report(session: Path, rubric: str, out: Path | None, open_it: bool) -> None:
    """Write a recorded session's report: one HTML file with timeline, question map, transcript and sound. Opens from disk."""
    if out is None and (session / "sealed.json").is_file():
        from voicesim.errors import BadInputError

        raise BadInputError(
            f"{session.name} is encrypted, and a report is not.", "Say with --out where the plain report may lie."
        )
    _report(session=session, rubric=rubric, out=out, open_it=open_it)


@reads_encrypted
def _report(session: Path, rubric: str, out: Path | None, open_it: bool) -> None:
    from voicesim.errors import BadInputError
    from voicesim.review.report import write_report
    from voicesim.review.scoring import score_bundle
    from voicesim.session.reader import open_bundle

    bundle = open_bundle(session)
    target = out or session
    if target.is_dir():
        target = target / "report.html"
    if not target.parent.is_dir():
        raise BadInputError(f"There is no folder {target.parent} for the report.", "Make it, or choose another --out.")
    path = write_report(bundle, score_bundle(bundle, rubric), target)
    click.echo(path)
    if open_it:
        click.launch(str(path))
