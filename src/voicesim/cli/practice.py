"""`voicesim practice`: a spoken conversation, live or from a recording."""

from __future__ import annotations

import json
from typing import Any

import click

from voicesim.cli.options import options
from voicesim.cli.output import keep_going_without_reader

_EXAMPLES = """\b
Examples:
  voicesim practice                              a live conversation
  voicesim practice --private                    the same, and nothing is kept
  voicesim practice --turn-end 2                 she waits longer before she answers
  voicesim practice --trainee-audio me.wav       a recording of your own
"""


@click.command(short_help="Practise a conversation out loud.", epilog=_EXAMPLES)
@click.argument("scenario", default="delayed-report")
@options(
    "out", "trainee-audio", "realtime", "input", "output", "asr", "model", "model-path", "turn-end", "push-to-talk", "voice",
    "bias", "check", "echo", "seed", "rubric", "private", "keep", "locale", "yes", "open", "plain", "json",
)  # fmt: skip
def practice(scenario: str, **given: Any) -> int:
    """Practise a conversation out loud. SCENARIO is a bundled name or a YAML file.

    Put on a headset, read the briefing, and answer her when she has spoken. You may pause (space, or say “pause please”) or stop
    (q, Ctrl-C, or say “stop the exercise”) at any time; everything up to then is kept, or nothing with --private. Without a
    microphone, a bundled recording plays the trainee, so that you can see what a session gives.
    """
    from voicesim.cli.ending import (
        close_calmly,
        leave,
        print_json,
        score_and_report,
        tell_ending,
        tell_help_and_place,
    )
    from voicesim.cli.session_run import Mode, SessionRun, keep_of
    from voicesim.review.terminal import print_scorecard
    from voicesim.scenario.check import refuse_broken
    from voicesim.scenario.load import load_scenario
    from voicesim.scoring.rubric import load_rubric

    keep_going_without_reader()
    keep_of(given)
    loaded = load_scenario(scenario)
    refuse_broken(loaded)
    load_rubric(given["rubric"])  # a misspelt name must not be found out after the conversation
    run = SessionRun(loaded, given, Mode(seed=given["seed"]))
    if run.keep != "nothing":
        run.refuse_unusable_folder()
    run.introduce()
    bundle = run.hold()
    close_calmly(run, bundle)
    card, report = score_and_report(run, bundle, given["rubric"])
    if run.quiet:
        print_json(run, bundle, report=str(report) if report else None, scorecard=json.loads(card.to_json()))
    else:
        tell_ending(run, bundle)
        print_scorecard(card, plain=not run.terminal)
        tell_help_and_place(run, report)
    return leave(run, report)
