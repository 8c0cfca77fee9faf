"""`voicesim scenario`: check, draw and try scenarios."""

from __future__ import annotations

import json
import sys

import click


@click.group()
def scenario() -> None:
    """Check a scenario, draw it, or try it in text. Give a bundled name (delayed-report) or a YAML file."""


@scenario.command("list")
def list_scenarios() -> None:
    """Show the bundled scenarios."""
    from voicesim.scenario.load import library, load_scenario

    for name in library():
        loaded = load_scenario(name).scenario
        click.echo(f"{name:<20} {loaded.title} (about {loaded.minutes:g} minutes)")


@scenario.command(short_help="Find mistakes, each with its file and line.")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print the findings for a machine.")
def check(name: str, as_json: bool) -> int:
    """Find mistakes in a scenario: NAME is a bundled scenario or a YAML file.

    Says where (file:line), what is wrong and what to do. Exit code 1 when there are errors.
    """
    from voicesim.scenario.check import check as look_for_mistakes
    from voicesim.scenario.load import load_scenario

    loaded = load_scenario(name)
    findings = look_for_mistakes(loaded)
    errors = [finding for finding in findings if finding.level == "error"]
    if as_json:
        data = [
            {
                "level": finding.level,
                "file": finding.problem.file,
                "line": finding.problem.line,
                "where": finding.problem.where,
                "problem": finding.problem.what,
                "remedy": finding.problem.remedy,
            }
            for finding in findings
        ]
        click.echo(json.dumps({"scenario": loaded.scenario.id, "errors": len(errors), "findings": data}, indent=1))
    else:
        for finding in findings:
            click.echo(str(finding))
        states = len(loaded.scenario.states)
        endings = sum(state.ending is not None for state in loaded.scenario.states.values())
        verdict = f"{len(errors)} to mend" if errors else "ready to play"
        click.echo(f"{loaded.scenario.id}: {states} states, {endings} endings: {verdict}.")
    return 1 if errors else 0


@scenario.command(short_help="Draw the states as a Mermaid diagram.")
@click.argument("name")
def graph(name: str) -> None:
    """Draw a scenario as a Mermaid diagram (paste it into any Markdown page)."""
    from voicesim.scenario.diagram import mermaid
    from voicesim.scenario.load import load_scenario

    click.echo(mermaid(load_scenario(name).scenario))


@scenario.command(short_help="Print the JSON Schema, for editors.")
def schema() -> None:
    """Print the JSON Schema of the scenario language, for editors that complete and check YAML."""
    from voicesim.scenario.schema import json_schema

    click.echo(json.dumps(json_schema(), indent=1))


@scenario.command(short_help="Try it in text, without sound.")
@click.argument("name", default="delayed-report")
@click.option("--seed", default=0, show_default=True, help="Which of several fitting lines she picks.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per step.")
def say(name: str, seed: int, as_json: bool) -> None:
    """Try a scenario in text, without sound: type what you would say, one turn a line.

    An empty line, or a number of seconds, waits. :interrupted, :cut_in, :talked_over or :rushed before a turn says
    how it was taken. The numbers shown are her feelings; a live session never shows them. End with Ctrl-D.
    """
    from voicesim.live.rehearsal import Rehearsal
    from voicesim.scenario.check import refuse_broken
    from voicesim.scenario.load import load_scenario

    loaded = load_scenario(name)
    refuse_broken(loaded)
    rehearsal = Rehearsal(loaded.scenario, seed)
    show = _show_json if as_json else _show
    show(rehearsal.begin())
    prompt = sys.stdin.isatty() and not as_json
    while rehearsal.ending is None:
        if prompt:
            click.echo("you> ", nl=False)
        line = sys.stdin.readline()
        if not line:
            break
        words = line.strip()
        if words.startswith(":"):
            rehearsal.do(words[1:].strip().replace("-", "_"))
        elif words == "" or words.replace(".", "", 1).isdigit():
            beats = list(rehearsal.wait(float(words or 30)))
            for beat in beats:
                show(beat)
            if not beats and not as_json:
                click.echo("     (nothing is scripted for this silence)")
        else:
            show(rehearsal.say(words))


def _show(beat: object) -> None:
    from voicesim.live.rehearsal import Beat

    assert isinstance(beat, Beat)
    if beat.reading is not None:
        found = beat.reading
        labels: list[str] = [found.question] if found.question != "none" else []
        labels = [*labels, *sorted(found.moves), *sorted(found.marks), *found.topics]
        click.echo(f"     understood: {', '.join(labels) or 'nothing in particular'}")
    for change in beat.changes:
        moved = ", ".join(f"{name} {amount:+g}" for name, amount in change.change)
        click.echo(f"     {moved}  ({change.because})")
    feelings = "  ".join(f"{name} {value:g}" for name, value in beat.feelings.items())
    via = f" via {'; '.join(beat.via)}" if beat.via else ""
    click.echo(f"     [{beat.state}]{via}   {feelings}")
    for speaker, line in zip(beat.speakers, beat.lines, strict=True):
        click.echo(f"{speaker}> {line}")
    if beat.ending is not None:
        click.echo(f"     ending: {beat.ending.title} ({beat.ending.kind})")


def _show_json(beat: object) -> None:
    from voicesim.live.rehearsal import Beat

    assert isinstance(beat, Beat)
    reading = beat.reading
    data = {
        "did": beat.did,
        "question": reading.question if reading else None,
        "moves": sorted(reading.moves) if reading else [],
        "marks": sorted(reading.marks) if reading else [],
        "topics": list(reading.topics) if reading else [],
        "state": beat.state,
        "via": list(beat.via),
        "lines": list(beat.lines),
        "speakers": list(beat.speakers),
        "feelings": beat.feelings,
        "told": list(beat.told),
        "ending": beat.ending.kind if beat.ending else None,
    }
    click.echo(json.dumps(data, ensure_ascii=False))
