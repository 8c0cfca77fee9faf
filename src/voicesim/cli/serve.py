"""`voicesim serve`: practise in the browser, on this computer."""

from __future__ import annotations

import os
from typing import Any

import click

from voicesim.cli.options import options

_EXAMPLES = """\b
Examples:
  voicesim serve                     then open http://127.0.0.1:8750/
  voicesim serve --open              and open it at once
  voicesim serve --port 9000         another port
"""


@click.command(short_help="Practise in the browser.", epilog=_EXAMPLES)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to be reached at; so far only this computer."
)
@click.option(
    "--port", default=8750, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 for any free one."
)
@options("asr", "model", "model-path", "voice", "locale")
@click.option("--open/--no-open", "open_it", default=False, help="Open it in your browser.")
def serve(host: str, port: int, open_it: bool, **given: Any) -> int:
    """Serve voicesim to your own browser: practise with its microphone, and read and delete your sessions.

    For one person on one computer: nobody else can reach it, and there is no login. Ctrl-C stops it; a session that is running
    then is closed and kept.
    """
    from voicesim.folders import sessions_folder
    from voicesim.scenario.support_lines import country_from, country_of
    from voicesim.web.binding import address, listen

    country = country_of(given["locale"]) if given["locale"] else country_from(os.environ)
    opened = listen(host, port)
    from voicesim.web.app import build
    from voicesim.web.practice.stock import Engines
    from voicesim.web.server import run

    engines = Engines(given["asr"], given["model"], given["model_path"], given["voice"] or "auto")
    place = address(opened)

    def started() -> None:
        click.echo(f"voicesim is at {place}  (only on this computer; Ctrl-C stops it)")
        if open_it:
            click.launch(place)

    run(build(sessions_folder(), engines, country), opened, started)
    return 0
