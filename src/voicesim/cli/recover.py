"""`voicesim recover`: sessions that were cut off, and bundles that were damaged."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from voicesim.session.mending import Interrupted


@click.command(short_help="List, mend and check interrupted or damaged sessions.")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--all", "mend_all", is_flag=True, help="Mend every interrupted session in the folder.")
@click.option("--check", is_flag=True, help="Check files against their checksums, and say what is still good.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--plain", is_flag=True, help="Plain lines only, for screen readers.")
def recover(folder: Path | None, mend_all: bool, check: bool, as_json: bool, plain: bool) -> int:
    """Find sessions that were cut off (a crash, a power cut, a full disk) and close them: tracks, transcript, scorecard, report.

    FOLDER is one session, which is mended, or a folder of sessions, whose interrupted ones are listed; default: your own
    sessions. A session that is being recorded at this moment is left alone. What was recorded is never overwritten.

    Exit code 1 when something is listed that can be mended, or is damaged.
    """
    from voicesim.folders import sessions_folder
    from voicesim.session.mending import all_sessions, find_interrupted

    if check and mend_all:
        raise click.UsageError("--check changes nothing and --all mends: choose one of them.")
    place = folder or sessions_folder()
    if folder is None and not place.is_dir():
        return _tell([], as_json, {}, f"No session has been recorded yet (there is no folder {place}).")
    found = find_interrupted(place)
    if check:
        return _check(all_sessions(place), place, as_json)
    itself = len(all_sessions(place)) == 1 and all_sessions(place)[0] == place
    if itself or mend_all:
        return _mend(found, place, as_json, plain)
    lines = [line for one in found for line in _lines(one)]
    ready = [one for one in found if not one.running and not one.hopeless]
    if ready:
        lines.append(f"{len(ready)} to mend: `voicesim recover {place} --all`, or name one of them.")
    data = {"folder": str(place), "interrupted": [_data(one) for one in found]}
    _tell(lines, as_json, data, f"No interrupted session in {place}.")
    return 1 if any(not one.running for one in found) else 0


def _tell(lines: list[str], as_json: bool, data: dict[str, Any], nothing: str) -> int:
    if as_json:
        click.echo(json.dumps(data, ensure_ascii=False))
    for line in [] if as_json else lines or [nothing]:
        click.echo(line)
    return 0


def _data(one: Interrupted) -> dict[str, Any]:
    from voicesim.timebase import seconds

    data = asdict(one)
    return {**data, "folder": str(one.folder), "seconds": seconds(data.pop("samples"))}


def _lines(one: Interrupted) -> list[str]:
    """An interrupted session as people read it."""
    from voicesim.timebase import clock

    when = one.created[:16].replace("T", " ") or "date unknown"
    head = f"{one.folder}\n  {when}  {one.title or 'scenario unknown'}: {clock(one.samples)} of sound, {one.records} records"
    if one.running:
        return [f"{head}\n  is being recorded at this moment"]
    if one.hopeless:
        return [f"{head}\n  cannot be mended: {one.hopeless}"]
    return [f"{head}\n  {'; '.join(one.missing)}"]


def _mend(found: tuple[Interrupted, ...], place: Path, as_json: bool, plain: bool) -> int:
    import sys

    from voicesim.cli.progress import progress_bar
    from voicesim.errors import VoicesimError

    outcomes: list[dict[str, Any]] = []
    terminal = sys.stdout is not None and sys.stdout.isatty() and not plain and not as_json
    with progress_bar(terminal, not terminal) as progress:
        for number, one in enumerate(found):
            progress("Mending", number, len(found))
            if one.running and len(found) > 1:
                outcomes.append({"folder": str(one.folder), "done": [], "problem": "is being recorded at this moment"})
                continue
            try:
                outcomes.append({"folder": str(one.folder), "done": list(mend_whole(one.folder)), "problem": ""})
            except VoicesimError as error:
                if len(found) == 1:
                    raise
                outcomes.append({"folder": str(one.folder), "done": [], "problem": str(error)})
    lines = [f"{each['folder']}\n  {each['problem'] or '; '.join(each['done'])}" for each in outcomes]
    _tell(lines, as_json, {"folder": str(place), "mended": outcomes}, f"Nothing to mend in {place}.")
    return 2 if any(each["problem"] for each in outcomes) else 0


def mend_whole(folder: Path) -> tuple[str, ...]:
    """Mend a session and make the readings it lacks: scorecard and report.

    Raises:
        VoicesimError: it cannot be mended, or the disk would not take it.
    """
    from voicesim.review.report import write_report
    from voicesim.review.scoring import SCORECARD, score_bundle, write_scorecard
    from voicesim.session.mending import mend
    from voicesim.session.reader import open_bundle

    done = mend(folder)
    bundle = open_bundle(folder)
    report = folder / "report.html"
    lacking = not ((folder / SCORECARD).exists() and report.exists())
    if "closed" not in done and not (lacking and (done or bundle.meta.recovered)):
        return done
    card = score_bundle(bundle)
    write_scorecard(bundle, card)
    write_report(bundle, card, report)
    return (*done, "scored", "report written")


def _check(sessions: tuple[Path, ...], place: Path, as_json: bool) -> int:
    from voicesim.session.integrity import check_session

    checked = [check_session(folder) for folder in sessions]
    lines = []
    for one in checked:
        lines.append(str(one.folder))
        lines += [f"  {finding.state:<9} {finding.file:<14} {finding.says}" for finding in one.findings]
    damaged = sum(one.damaged for one in checked)
    lines += [f"{len(checked)} sessions, {damaged} damaged."] if len(checked) != 1 else []
    data = {
        "folder": str(place),
        "sessions": [
            {"folder": str(one.folder), "damaged": one.damaged, "files": [asdict(each) for each in one.findings]}
            for one in checked
        ],
    }
    _tell(lines, as_json, data, f"No session in {place}.")
    return 1 if damaged else 0
