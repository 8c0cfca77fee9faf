"""`voicesim rescore`: a whole corpus heard and scored again."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voicesim.cli.asr_option import asr_option

if TYPE_CHECKING:
    from voicesim.rescoring.differences import Change, Differences
    from voicesim.rescoring.run import Report

_EXAMPLES = """\b
Examples:
  voicesim rescore sessions/ --model base                         bigger model, same rubric
  voicesim rescore sessions/ --rubric iacp-first-response         newer rubric, words as recorded
  voicesim rescore scenario=delayed-report since=2026-01-01 mode=qualify --model base --rubric annual-qualification
  voicesim rescore sessions/ --model base --engine ray --address head-node:6379 --ship --out rescored/
"""
_PATH = click.Path(path_type=Path)


@click.command(short_help="Hear and score many sessions again.", epilog=_EXAMPLES)
@click.argument("corpus", nargs=-1, required=True, metavar="FOLDER|QUERY...")
@click.option("--model", default="", help="Whisper checkpoint that hears the words again.  [default: as recorded]")
@click.option("--model-path", type=_PATH, help="Your own Whisper weights, under the same path on every worker.")
@click.option("--rubric", default="default", show_default=True, help="Name of a bundled rubric, or a YAML file.")
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="Who works: processes of this machine, or a Ray cluster.",
)
@click.option("--address", default="", help="With --engine ray: HEAD:6379, ray://HEAD:10001, or local.")
@click.option("--workers", type=click.IntRange(1, 10_000), help="How many; default: one a core.")
@click.option("--ship", is_flag=True, help="With --engine ray: send sessions to workers that do not see their folder.")
@asr_option("Speech recognition for --model: auto, faster-whisper, openai-whisper, ray://HOST:PORT or openai:URL.")
@click.option("--device", type=click.Choice(["cpu", "cuda", "auto"]), default="cpu", help="What the model runs on.")
@click.option("--compute-type", default="", help="CTranslate2's arithmetic, for example int8 or float16.")
@click.option("--out", type=_PATH, help="Folder for the results; default: each beside its session.")
@click.option("--csv", "table", type=_PATH, help="Where the table of all figures goes; default: beside the results.")
@click.option("--again", is_flag=True, help="Also try sessions again that were set aside.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def rescore(
    corpus: tuple[str, ...],
    model: str,
    model_path: Path | None,
    rubric: str,
    engine: str,
    address: str,
    workers: int | None,
    ship: bool,
    asr: str,
    device: str,
    compute_type: str,
    out: Path | None,
    table: Path | None,
    again: bool,
    as_json: bool,
) -> int:
    """Hear the trainee's track of many sessions again with another model, and score them by another rubric.

    Name folders of sessions, or ask your own sessions: scenario=, mode=, since=, until=, model=, driver=, owner=, trainee=, state=,
    version= (* stands for anything). The original scorecards stay; results lie beside them as scorecard.MODEL+RUBRIC.json.

    Ctrl-C stops; the same command goes on from there. Exit code 1 when sessions were passed over or set aside.
    """
    from voicesim.cli.progress import progress_bar
    from voicesim.folders import sessions_folder
    from voicesim.rescoring.corpus import find_sessions, read_words
    from voicesim.rescoring.crew import Crew
    from voicesim.rescoring.differences import as_csv, differences
    from voicesim.rescoring.plan import make_plan
    from voicesim.rescoring.results import Place, base_of
    from voicesim.rescoring.run import go_over
    from voicesim.scoring.rubric import load_rubric
    from voicesim.session.disk import write_atomically
    from voicesim.session.writer import storage_error

    if engine == "local" and (address or ship):
        raise click.UsageError("--address and --ship belong to --engine ray.")
    if engine == "ray" and not address:
        raise click.UsageError("--engine ray needs --address: HEAD:6379, ray://HEAD:10001, or local.")
    folders, query = read_words(corpus)
    plan = make_plan(load_rubric(rubric), model, asr, model_path, device, compute_type)
    found = find_sessions(folders or (sessions_folder(),), query)
    place = Place(plan, base_of(folders, sessions_folder()), out)

    def hire() -> Crew:
        if engine == "ray":
            from voicesim.rescoring.ray_crew import RayCrew

            return RayCrew(plan, address, workers or 0)
        from voicesim.rescoring.local_crew import LocalCrew

        return LocalCrew(plan, workers or 0)

    with progress_bar(sys.stderr.isatty() and not as_json, as_json) as progress:
        report = go_over(found, plan, place, hire, ship=ship, again=again, progress=progress)
    changed = differences(report.results)
    target = table or place.table
    if report.results:
        try:
            write_atomically(target, as_csv(report.results))
        except OSError as error:
            raise storage_error(target.parent, error) from None
    if as_json:
        click.echo(json.dumps(_data(report, changed, target), ensure_ascii=False))
    else:
        _tell(report, changed, target, plan.label)
    if report.left:
        return 2
    return 1 if report.passed_over or report.set_aside else 0


def _data(report: Report, changed: Differences, table: Path) -> dict[str, object]:
    return {
        "results": len(report.results),
        "fresh": report.fresh,
        "left": report.left,
        "recorded_hours": round(report.seconds / 3600, 4),
        "worker_hours": round(report.worked / 3600, 4),
        "workers_lost": report.losses,
        "private": report.private,
        "sealed": report.sealed,
        "passed_over": [{"folder": str(one.folder), "reason": one.reason} for one in report.passed_over],
        "set_aside": [{"folder": str(one.folder), "reason": one.reason} for one in report.set_aside],
        "overall": asdict(changed.overall),
        "criteria": [asdict(one) for one in changed.criteria],
        "turned": [asdict(one) for one in changed.turned],
        "csv": str(table) if report.results else None,
    }


def _tell(report: Report, changed: Differences, table: Path, label: str) -> None:
    for one in report.passed_over:
        click.echo(f"passed over: {one.folder}: {one.reason}", err=True)
    for one in report.set_aside:
        click.echo(f"set aside: {one.folder}: {one.reason} Try it again with --again.", err=True)
    if report.private:
        click.echo(f"{report.private} private sessions were left alone: only their owners may see them.", err=True)
    if report.sealed:
        click.echo(f"{report.sealed} sealed sessions were left alone: unseal them first.", err=True)
    if not report.results:
        click.echo("No session was scored.")
    else:
        before = len(report.results) - report.fresh
        click.echo(f"{label}: {len(report.results)} sessions have a result ({report.fresh} new, {before} from before).")
        click.echo()
        rows = [_row(one) for one in (changed.overall, *changed.criteria)]
        heads = ("", "median before", "now", "changed in")
        widths = [max(len(row[place]) for row in (heads, *rows)) for place in range(4)]
        for row in (heads, *rows):
            click.echo("  ".join([row[0].ljust(widths[0]), *(row[n].rjust(widths[n]) for n in (1, 2, 3))]).rstrip())
        click.echo()
        for turned in changed.turned:
            click.echo(f"{turned.before} → {turned.after}:  {turned.folder}")
        click.echo(f"{len(changed.turned) or 'No'} sessions stand otherwise now. All figures: {table}")
    if report.left:
        click.echo(f"Stopped; {report.left} sessions are left. The same command goes on from here.", err=True)


def _row(one: Change) -> tuple[str, str, str, str]:
    from voicesim.review.words import amount

    unit = "" if one.unit in ("count", "kinds", "points") else one.unit

    def shown(value: float | None) -> str:
        if value is None:
            return "–"
        return amount(value, unit) if unit else f"{value:g}"

    return (one.title, shown(one.before), shown(one.after), f"{one.changed} of {one.sessions}")
