"""`voicesim rubric`: what a session is judged by, where each threshold comes from, and how a pass standard stands."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import click


@click.group(short_help="List, check and explain what is judged.")
def rubric() -> None:
    """List, check and explain rubrics: what counts, how much, and where each threshold comes from."""


@rubric.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the list for a machine.")
def list_rubrics(as_json: bool) -> None:
    """Show the bundled rubrics."""
    from voicesim.scoring.rubric import bundled_rubrics, load_rubric

    loaded = [load_rubric(name) for name in bundled_rubrics()]
    if as_json:
        click.echo(json.dumps([{"id": each.id, "title": each.title, "about": each.about} for each in loaded], indent=1))
        return
    for each in loaded:
        click.echo(f"{each.id:<22} {each.title}: {each.about.split('.')[0].strip()}.")


@rubric.command(short_help="Find mistakes, each with its file and line.")
@click.argument("name")
def check(name: str) -> int:
    """Find mistakes in a rubric: NAME is a bundled rubric or a YAML file. Exit code 1 when there are any."""
    from voicesim.scoring.measures import OWN_DEFAULT
    from voicesim.scoring.rubric import load_rubric
    from voicesim.yamlfile import BadFileError

    try:
        loaded = load_rubric(name)
    except BadFileError as error:
        click.echo(str(error))
        return 1
    rules = [rule.source for rule in loaded.criteria] + [cap.source for cap in loaded.caps]
    sourced = sum(not source.startswith(OWN_DEFAULT) for source in rules)
    click.echo(
        f"{loaded.id}: {len(loaded.criteria)} criteria, {len(loaded.caps)} limits: ready to use. {sourced} of {len(rules)} name a "
        "published source, the others are defaults of this project."
    )
    return 0


@rubric.command(short_help="Say in words what a rubric counts, and why.")
@click.argument("name", default="default")
@click.option("--json", "as_json", is_flag=True, help="Print the rubric for a machine.")
def explain(name: str, as_json: bool) -> None:
    """Say in words what a rubric counts, how much, and where each threshold comes from."""
    from voicesim.review.words import GROUPS, LEVELS
    from voicesim.scoring.measures import catalogue
    from voicesim.scoring.rubric import load_rubric

    loaded = load_rubric(name)
    if as_json:
        click.echo(loaded.model_dump_json(indent=1))
        return
    measures = catalogue().measures
    total = sum(rule.weight for rule in loaded.criteria)
    click.echo(f"{loaded.title} ({loaded.id})\n{loaded.about.strip()}\n")
    for rule in loaded.criteria:
        entry = measures[rule.measure]
        share = f"{100 * rule.weight / total:.0f} % of the overall" if rule.weight else "shown, not counted"
        click.echo(f"{rule.title}  [{GROUPS[rule.group]}; {share}]")
        click.echo(f"  Measured: {entry.title}. {entry.definition}")
        for band in rule.bands:
            click.echo(f"  {LEVELS[band.level]:<11} {band.bounds(entry.unit)}: {band.points:g} points")
        click.echo(f"  Judged from {rule.needs} observations on. Thresholds: {' '.join(rule.source.split())}.")
        click.echo(f"  Measure: {entry.source}.\n")
    if loaded.caps:
        click.echo("What no other points make up for:")
        for cap in loaded.caps:
            entry = measures[cap.measure]
            unit = "" if entry.unit in ("count", "kinds") else f" {entry.unit}"
            click.echo(f"  {cap.title}: {entry.title} {cap.at_least:g}{unit} or more → at most {cap.most:g} overall.")
            click.echo(f"    {cap.reason} Source: {' '.join(cap.source.split())}.")
        click.echo()
    if loaded.standard:
        standard = loaded.standard
        titles = ", ".join(rule.title for rule in loaded.criteria if rule.id in standard.must)
        click.echo(
            f"Pass standard: each of these at least “{LEVELS[standard.level].lower()}”: {titles}; and {standard.overall:g} points "
            f"overall. {standard.attempts} attempts; a pass holds for {standard.valid_months} months. Source: {standard.source}.\n"
        )
    levels = ", ".join(f"{LEVELS[level].lower()} from {least:g}" for level, least in loaded.levels.items())
    click.echo(
        f"Overall: weighted mean of what could be judged ({levels}); none with less than {100 * loaded.least_judged:g} % of "
        "the weight judged."
    )


@rubric.command(short_help="Read sessions as attempts at a pass standard.")
@click.argument("sessions", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--rubric", "name", default="annual-qualification", show_default=True, help="A rubric with a pass standard."
)
@click.option("--json", "as_json", is_flag=True, help="Print the standing for a machine.")
def standing(sessions: tuple[Path, ...], name: str, as_json: bool) -> int:
    """Read one person's recorded SESSIONS, in the order of their dates, as attempts at a pass standard.

    Exit code 1 when no pass holds today.
    """
    from voicesim.errors import BadInputError
    from voicesim.review.qualification import standing as stand
    from voicesim.review.scoring import score_bundle
    from voicesim.scoring.rubric import load_rubric
    from voicesim.session.reader import open_bundle

    judge = load_rubric(name)
    attempts = []
    for folder in sessions:
        bundle = open_bundle(folder)
        result = score_bundle(bundle, judge).standard
        if result is None:
            raise BadInputError(f"The rubric '{judge.id}' sets no pass standard.", "Use annual-qualification.")
        attempts.append((date.fromisoformat(bundle.meta.created[:10]), result))
    found = stand(attempts)
    holds = found.holds(date.today())
    if as_json:
        data = {
            "state": found.state,
            "attempts_used": found.used,
            "attempts_allowed": found.allowed,
            "passed_on": found.passed_on.isoformat() if found.passed_on else None,
            "expires": found.expires.isoformat() if found.expires else None,
            "holds": holds,
            "missing": list(found.missing),
        }
        click.echo(json.dumps(data, ensure_ascii=False))
        return 0 if holds else 1
    if found.expires is not None:
        click.echo(f"Passed on {found.passed_on}; {'holds until' if holds else 'expired on'} {found.expires}.")
    if found.state == "attempts left":
        click.echo(
            f"Attempt {found.used} of {found.allowed} did not meet the standard. Missing: {', '.join(found.missing)}."
        )
    elif found.state == "training due":
        click.echo(
            f"All {found.allowed} attempts are used: further training first. Missing: {', '.join(found.missing)}."
        )
    return 0 if holds else 1
