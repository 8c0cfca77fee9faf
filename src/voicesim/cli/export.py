"""`voicesim export`: a session in the format of another tool."""

from __future__ import annotations

from pathlib import Path

import click

_NAMES = ("pdf", "vtt", "csv", "json", "textgrid", "rttm", "xapi")
"""Written out here, so that `--help` loads nothing; a test holds them to the formats there are."""


@click.command(short_help="Take a session elsewhere: captions, table, PDF …")
@click.argument("session", type=click.Path(path_type=Path))
@click.option("--as", "wanted", type=click.Choice(_NAMES, case_sensitive=False), help="The format to write.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Where to write it, - for standard output; default: a file named after the session, here.",
)
@click.option("--no-scores", is_flag=True, help="Leave labels and scores out: what was said, and when.")
@click.option("--actor", default="", help="With xapi: name of the account whose learning it is.")
@click.option("--home-page", default="", help="With xapi: address of the system that account belongs to.")
def export(session: Path, wanted: str | None, out: Path | None, no_scores: bool, actor: str, home_page: str) -> None:
    """Write a recorded session in the format of another tool: SESSION is the folder that practice printed.

    pdf to print and sign; vtt captions; csv one row for everything said; json all of it; textgrid for Praat; rttm for diarisation
    tools; xapi statements for an LMS. Nothing is sent anywhere: xapi writes a file that your LMS takes in.
    """
    if wanted is None:
        raise click.UsageError(f"Say in which format: --as {', '.join(_NAMES)}.")

    import sys

    from voicesim.errors import BadInputError
    from voicesim.exports.formats import format_named
    from voicesim.exports.material import gather
    from voicesim.session.reader import open_bundle

    chosen = format_named(wanted)
    if chosen.name != "xapi" and (actor or home_page):
        raise click.UsageError("--actor and --home-page belong to --as xapi.")
    bundle = open_bundle(session)
    material = gather(bundle, scores=not no_scores)
    if chosen.name == "xapi":
        from voicesim.exports.xapi import Actor, to_xapi

        data = to_xapi(material, Actor(actor, _address(home_page)))
    else:
        data = chosen.make(material)
    for note in bundle.notes:
        click.echo(f"note: {note}", err=True)
    if out is not None and str(out) == "-":
        sys.stdout.buffer.write(data)
        return
    target = out or Path(chosen.file_name(bundle.path.resolve().name))
    if target.is_dir():
        target = target / chosen.file_name(bundle.path.resolve().name)
    if not target.parent.is_dir():
        raise BadInputError(f"There is no folder {target.parent} for it.", "Make it, or choose another --out.")
    _write(target, data)
    click.echo(target)


def _address(home_page: str) -> str:
    from urllib.parse import urlsplit

    if home_page and (urlsplit(home_page).scheme not in ("http", "https") or not urlsplit(home_page).hostname):
        raise click.UsageError("--home-page: write an address, such as https://lms.example.org.")
    return home_page


def _write(target: Path, data: bytes) -> None:
    """Whole or not at all; what is no ordinary file (a pipe, a device) is written to as it stands."""
    import os
    from contextlib import suppress

    from voicesim.errors import StorageError

    part = target.with_name(f".{target.name}.part")
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(data)
            return
        part.write_bytes(data)
        os.replace(part, target)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise StorageError(f"{target} cannot be written: {error.strerror}.", "Choose another --out.") from None
