"""`voicesim scenario`: write, check, draw and list scenarios. Trying them out: `rehearse`, `coverage`, `scenario_voice`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from voicesim.cli.coverage import coverage
from voicesim.cli.heard import heard
from voicesim.cli.rehearse import say
from voicesim.cli.scenario_voice import voice


@click.group()
def scenario() -> None:
    """Write a scenario, check it, draw it, try it out. Give a bundled name (delayed-report) or a YAML file."""


@scenario.command("list")
def list_scenarios() -> None:
    """Show the bundled scenarios."""
    from voicesim.scenario.load import library, load_scenario

    stories = {name: load_scenario(name).scenario for name in library()}
    drills = {name: story for name, story in stories.items() if story.drill}
    for name, story in stories.items():
        if name not in drills:
            click.echo(f"{name:<24} {story.title} (about {story.minutes:g} minutes)")
    if drills:
        click.echo("\nDrills, a few minutes on one skill each (voicesim drill):")
    for name, story in sorted(drills.items(), key=lambda item: item[1].drill.order if item[1].drill else 0):
        click.echo(f"{name:<24} {story.drill.skill if story.drill else ''}")


@scenario.command(short_help="Begin a scenario of your own, from one that runs.")
@click.argument("name")
@click.option("--out", type=click.Path(path_type=Path), default=Path(), help="Folder to write to.  [default: this one]")
def new(name: str, out: Path) -> None:
    """Begin a scenario of your own: NAME.yaml, which runs at once and explains itself, and NAME.trainees.yaml."""
    from voicesim.scenario.new import write_new

    story, trainees = write_new(name, out)
    click.echo(f"Written: {story} and {trainees}")
    click.echo(f"It runs as it stands. Try it:  voicesim scenario say {story}")


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


@scenario.command(short_help="Draw the states and the ways between them.")
@click.argument("name")
@click.option("--as", "kind", type=click.Choice(["mermaid", "markdown", "svg"]), help="Default: by the file's ending.")
@click.option("--out", type=click.Path(path_type=Path), help="A file: .svg, .mmd or .md. Default: print it.")
def graph(name: str, kind: str | None, out: Path | None) -> None:
    """Draw a scenario: as Mermaid text (for any Markdown page) or as an SVG picture (for any browser)."""
    from voicesim.errors import StorageError
    from voicesim.scenario.diagram import markdown, mermaid
    from voicesim.scenario.drawing import svg
    from voicesim.scenario.load import load_scenario

    story = load_scenario(name).scenario
    by_ending = {".svg": "svg", ".md": "markdown"}.get(out.suffix if out else "", "mermaid")
    text = {"mermaid": mermaid, "markdown": markdown, "svg": svg}[kind or by_ending](story)
    if out is None:
        click.echo(text)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{out} cannot be written: {error.strerror}.", "Choose another file with --out.") from error
    click.echo(f"Written: {out}")


@scenario.command(short_help="Print the JSON Schema, for editors.")
def schema() -> None:
    """Print the JSON Schema of the scenario language, for editors that complete and check YAML."""
    from voicesim.scenario.schema import json_schema

    click.echo(json.dumps(json_schema(), indent=1))


for command in (say, coverage, voice, heard):
    scenario.add_command(command)
