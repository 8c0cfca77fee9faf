"""`voicesim analyze`: any two-person interview, recorded or transcribed, scored like a session."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from voicesim.cli.asr_option import asr_option

_FILE = click.Path(path_type=Path)


@click.command(short_help="Score any recorded or transcribed interview.")
@click.option("--trainee", type=_FILE, help="Recording of the interviewer alone.")
@click.option("--survivor", type=_FILE, help="Recording of the other person alone, begun at the same moment.")
@click.option("--stereo", type=_FILE, help="One recording with a speaker on each channel, instead of the two above.")
@click.option(
    "--trainee-channel",
    type=click.Choice(["left", "right"]),
    default="left",
    show_default=True,
    help="With --stereo: where the interviewer is.",
)
@click.option("--turns", type=_FILE, help="A transcript instead of sound: one JSON object a line (docs/scorecard.md).")
@click.option("--rubric", default="default", show_default=True, help="Name of a bundled rubric, or a YAML file.")
@click.option("--out", type=_FILE, help="Folder for the report, the scorecard and the transcript.")
@click.option("--title", default="Interview", show_default=True, help="Title of the report.")
@asr_option()
@click.option("--model", default="", help="Whisper checkpoint; default: the one practice uses.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for a machine; times in seconds.")
@click.option("--plain", is_flag=True, help="No boxes or colours, for screen readers.")
def analyze(
    trainee: Path | None,
    survivor: Path | None,
    stereo: Path | None,
    trainee_channel: str,
    turns: Path | None,
    rubric: str,
    out: Path | None,
    title: str,
    asr: str,
    model: str,
    as_json: bool,
    plain: bool,
) -> None:
    """Score an interview that was not held here: a role-play with a colleague, an actor, a training recording.

    Give two recordings (--trainee and --survivor), one stereo file (--stereo), or a transcript with times (--turns). Only for
    recordings whose speakers agreed to it.
    """
    given = [trainee is not None or survivor is not None, stereo is not None, turns is not None]
    if sum(given) != 1 or (given[0] and not (trainee and survivor)):
        raise click.UsageError("Give --trainee and --survivor, or --stereo, or --turns.")

    from voicesim.analysis.analysis import analyze_recording, analyze_turns, write_analysis
    from voicesim.analysis.recording import read_pair, read_stereo
    from voicesim.review.terminal import print_scorecard
    from voicesim.scoring.rubric import load_rubric

    judge = load_rubric(rubric)
    if turns is not None:
        analysis = analyze_turns(turns, judge)
    else:
        from voicesim.analysis.recording import open_transcribers
        from voicesim.cli.progress import progress_bar

        if stereo is not None:
            recording = read_stereo(stereo, 1 if trainee_channel == "left" else 2)
        else:
            assert trainee is not None
            assert survivor is not None
            recording = read_pair(trainee, survivor)
        transcribers = open_transcribers(asr, model)
        with progress_bar(sys.stderr.isatty(), as_json) as progress:
            analysis = analyze_recording(
                recording, transcribers, judge, lambda share: progress("Listening", round(1000 * share), 1000)
            )
    report = write_analysis(analysis, out, title) if out is not None else None
    if as_json:
        click.echo(analysis.to_json(), nl=False)
        return
    for note in analysis.notes:
        click.echo(f"note: {note}", err=True)
    print_scorecard(analysis.scorecard, plain=plain)
    if report is not None:
        click.echo(f"\nReport:  {report}")
