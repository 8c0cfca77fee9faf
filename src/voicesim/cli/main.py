"""The command group. Commands parse, call and print; they decide nothing. Heavy imports happen inside the commands."""

from __future__ import annotations

from collections.abc import Sequence

import click

from voicesim import __version__
from voicesim.cli.analyze import analyze
from voicesim.cli.asr import asr
from voicesim.cli.bench import bench
from voicesim.cli.drill import drill
from voicesim.cli.export import export
from voicesim.cli.headset import headset
from voicesim.cli.label import label
from voicesim.cli.machine import devices, doctor
from voicesim.cli.people import people
from voicesim.cli.practice import practice
from voicesim.cli.qualify import certificate, qualify
from voicesim.cli.recover import recover
from voicesim.cli.rescore import rescore
from voicesim.cli.rubric import rubric
from voicesim.cli.scenario import scenario
from voicesim.cli.segments import segments
from voicesim.cli.serve import serve
from voicesim.cli.sessions import replay, report, score
from voicesim.cli.store import store
from voicesim.errors import VoicesimError

EPILOG = """Start here:  voicesim doctor   checks this machine;  voicesim practice   starts a conversation.
Everything stays on this computer. Exit codes: 0 all well, 1 something was found to mend, 2 bad input or cut off."""


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="voicesim")
def cli() -> None:
    """Practise the hardest first conversation of your job, out loud.

    A survivor speaks, you answer, she reacts to what you say and how. The session is recorded on your computer and ends with a
    scorecard on pace, interruptions and the way you put your questions.
    """


for command in (
    practice,
    drill,
    qualify,
    certificate,
    replay,
    score,
    report,
    export,
    recover,
    rescore,
    scenario,
    rubric,
    analyze,
    label,
    segments,
    devices,
    headset,
    doctor,
    bench,
    asr,
    serve,
    people,
    store,
):
    cli.add_command(command)


def run(arguments: Sequence[str]) -> int:
    """Run one command.

    Returns:
        The exit code: 0 all well, 1 something was found to mend, 2 bad input or cut off.
    """
    try:
        result = cli.main(args=list(arguments), prog_name="voicesim", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except VoicesimError as error:
        click.echo(f"voicesim: {error}", err=True)
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx is not None else "voicesim"
        click.echo(f"voicesim: {error.format_message()} See `{command} --help`.", err=True)
        return 2
    except click.ClickException as error:
        click.echo(f"voicesim: {error.format_message()}", err=True)
        return 2
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("voicesim: stopped. Nothing more was done.", err=True)
        return 2
    except SystemExit:  # click leaves so, and only so, when nobody reads the output any more (`| head`)
        return 0
