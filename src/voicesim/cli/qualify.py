"""`voicesim qualify` and `voicesim certificate`: a pass standard, held under fixed conditions, and its check."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voicesim.cli.options import options
from voicesim.cli.output import keep_going_without_reader
from voicesim.cli.passphrase import ask_passphrase, reads_encrypted

if TYPE_CHECKING:
    from voicesim.review.attempts import Attempts
    from voicesim.scoring.rubric import Rubric

_ADJUSTING = {
    "turn_end": "--turn-end", "push_to_talk": "--push-to-talk", "model": "--model", "asr": "--asr", "echo": "--echo",
    "voice": "--voice",
}  # fmt: skip
"""Options that change the conditions: allowed, so that nobody is shut out, and named on the certificate."""


@click.command(short_help="A pass standard under fixed conditions, with a certificate.")
@click.option(
    "--name", "trainee", required=True, help="Whose certificate it is: a name, or a number of your service's."
)
@click.option("--after-training", default="", help="All attempts were used: with whom and when training was completed.")
@options(
    "out", "trainee-audio", "input", "output", "asr", "model", "model-path", "turn-end", "push-to-talk", "voice", "check", "echo",
    "locale", "yes", "open", "plain", "json",
)  # fmt: skip
def qualify(trainee: str, after_training: str, **given: Any) -> int:
    """Hold one attempt at the annual qualification.

    Scenario, rubric and seed are set; nothing is shown while you speak. A pass holds for a year; after two attempts that did not
    pass, training comes first. Attempts are counted from the sessions kept on this computer; encrypted ones where their key is at
    hand, else it is said that they were not. Stopping is always allowed: an attempt that you break off does not count, and the
    next certificate says that there was one.
    """
    from voicesim.cli.ending import close_calmly, leave, print_json, score_and_report, tell_ending, tell_help_and_place
    from voicesim.cli.session_run import Mode, SessionRun
    from voicesim.errors import BadInputError
    from voicesim.folders import sessions_folder
    from voicesim.review.attempts import came_to_an_end
    from voicesim.review.certificate import Circumstances, certify, qualification_rules, write_certificate
    from voicesim.review.qualification import months_later
    from voicesim.review.terminal import print_scorecard
    from voicesim.scenario.load import load_scenario
    from voicesim.scoring.rubric import load_rubric
    from voicesim.store.sealed_attempts import attempts_kept

    keep_going_without_reader()
    if not trainee.strip():
        raise BadInputError("A certificate needs a name.", "Give one with --name.")
    rules = qualification_rules()
    rubric = load_rubric(rules.rubric)
    kept = attempts_kept(sessions_folder(), trainee, rubric, ask_passphrase)
    before = kept.attempts
    if kept.unread:
        click.echo(
            f"Encrypted sessions that could not be read here: {kept.unread}. An attempt among them is not counted.",
            err=True,
        )
    number = _next_attempt(before, rubric, after_training)
    adjustments = {
        flag: str(given[name]) for name, flag in _ADJUSTING.items() if given[name] not in (None, False, "", "auto")
    }
    if given["model_path"]:
        adjustments["--model-path"] = Path(given["model_path"]).name
    mode = Mode("qualify", rules.seed_of(number), number, " ".join(trainee.split()), adjustments)
    run = SessionRun(load_scenario(rules.scenario), given, mode)
    run.refuse_unusable_folder()
    run.tell(
        f"{rubric.title}: attempt {number} of {rubric.standard.attempts if rubric.standard else 1}, {mode.trainee}"
    )
    run.tell(
        "Nothing is shown while you speak. You may pause or stop at any time; an attempt you break off does not count."
    )
    run.tell()
    run.introduce()
    bundle = run.hold()
    close_calmly(run, bundle)
    card, report = score_and_report(run, bundle, rules.rubric)
    held = datetime.fromisoformat(bundle.meta.created).date()
    expires = months_later(held, rubric.standard.valid_months) if rubric.standard else None
    finished = came_to_an_end(run.folder)
    certificate = certify(
        bundle, card, rubric, Circumstances(expires, before.broken_off, after_training.strip(), finished)
    )
    page = write_certificate(run.folder, certificate)
    if run.quiet:
        print_json(run, bundle, report=str(report) if report else None, certificate=json.loads(certificate.to_json()))
    else:
        tell_ending(run, bundle)
        print_scorecard(card, plain=not run.terminal)
        run.tell()
        run.tell(_verdict(certificate.result, certificate.expires, number, rubric))
        tell_help_and_place(run, report)
        run.tell(f"Certificate: {page}")
    return leave(run, report)


def _next_attempt(before: Attempts, rubric: Rubric, after_training: str) -> int:
    """Which attempt this is.

    Raises:
        BadInputError: all attempts are used and no training is named, or the other way round.
    """
    from voicesim.errors import BadInputError

    where = before.standing
    if where is None or where.state == "passed":
        return 1
    if where.state == "training due":
        if not after_training.strip():
            raise BadInputError(
                f"All {where.allowed} attempts are used; last missing: {', '.join(where.missing)}. Training comes first.",
                "When it is completed, add --after-training with whom and when.",
            )
        return 1
    return where.used + 1


def _verdict(result: str, expires: str, number: int, rubric: Rubric) -> str:
    allowed = rubric.standard.attempts if rubric.standard else 1
    if result == "passed":
        return f"Standard met. It holds until the day before {expires}."
    if result == "no attempt":
        return "No attempt: nothing was counted."
    left = allowed - number
    return f"Standard not met. {f'Attempts left: {left}.' if left > 0 else 'No attempts left: training comes first.'}"


@click.command(short_help="Check a certificate against its session.")
@click.argument("session", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print what was found for a machine.")
@reads_encrypted
def certificate(session: Path, as_json: bool) -> int:
    """Check a certificate: SESSION is the folder that qualify printed.

    Compares the recording, the rubric and the result with what was certified, and judges the session again. Exit code 1 when
    something is no longer the same.
    """
    from voicesim.review.certificate import CERTIFICATE, check_certificate, read_certificate
    from voicesim.review.scoring import score_bundle
    from voicesim.scoring.rubric import load_rubric
    from voicesim.session.reader import open_bundle

    bundle = open_bundle(session)
    kept = read_certificate(session / CERTIFICATE)
    rubric = load_rubric(kept.rubric_id)
    found = check_certificate(bundle, kept, score_bundle(bundle, rubric), rubric)
    if as_json:
        click.echo(
            json.dumps({"same": not found, "found": list(found), "result": kept.result, "expires": kept.expires})
        )
        return 1 if found else 0
    until = f", holds until the day before {kept.expires}" if kept.expires else ""
    click.echo(f"{kept.trainee}: {kept.result} on {kept.held[:10]}{until}.")
    for line in found or ("Recording, rubric and result are those that were certified.",):
        click.echo(line)
    return 1 if found else 0
