"""`voicesim replay`, `score` and `report`: readings of a recorded session."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from voicesim.scoring.scorecard import Scorecard
    from voicesim.session.reader import Bundle

_SESSION = click.argument("session", type=click.Path(path_type=Path))


@click.command(short_help="Read a session again, and prove that it repeats.")
@_SESSION
@click.option("--json", "as_json", is_flag=True, help="Print the transcript and the verdict for a machine.")
@click.option("--listen", is_flag=True, help="Play both tracks through your headphones.")
def replay(session: Path, as_json: bool, listen: bool) -> int:
    """Go through a recorded session again: SESSION is the folder that practice printed.

    Prints who said what and when, and runs the engine over the recorded events: it must decide the same again. Exit code 1 when
    it does not (the session was made by another version).
    """
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
