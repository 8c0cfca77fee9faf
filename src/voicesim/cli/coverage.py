"""`voicesim scenario coverage`: trainees without a voice try a scenario out, by the thousand."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from voicesim.rehearsal.coverage import Coverage, Tally
    from voicesim.scenario.load import LoadedScenario
    from voicesim.yamlfile import Location

_SHOWN = 20
"""Of each kind of finding; the rest is counted. --json has them all."""


@click.command(short_help="Let trainees try it, by the thousand: what is never met?")
@click.argument("name", default="delayed-report")
@click.option("--runs", default=2000, show_default=True, type=click.IntRange(0, 1_000_000), help="Random trainees.")
@click.option("--seed", default=0, show_default=True, help="Of the random trainees: the same seed, the same runs.")
@click.option("--trainees", type=click.Path(path_type=Path), help="Scripted trainees; default: those of the scenario.")
@click.option(
    "--at-least", type=click.FloatRange(0, 100), help="Exit code 1 when fewer percent of states or lines are met."
)
@click.option(
    "--words-only", is_flag=True, help="Leave the sentence model out, as on a machine that has not fetched it."
)
@click.option("--json", "as_json", is_flag=True, help="Print everything for a machine.")
def coverage(
    name: str,
    runs: int,
    seed: int,
    trainees: Path | None,
    at_least: float | None,
    words_only: bool,
    as_json: bool,
) -> int:
    """Let trainees try a scenario without sound: which states and lines are met, does it always end, is she ever speechless?

    First the scripted trainees of the scenario, each with six seeds, then random ones, who do anything at all. Scripted trainees
    are understood as in a live session: by their words and, where its weights are here, by the sentence model. Exit code 1 when
    something is to be mended: a run without an end, a script with another ending than it says, or less than --at-least (by the
    scripted trainees, if there are any; else by the random ones).
    """
    from voicesim.cli.progress import progress_bar
    from voicesim.live.reading import examples_of
    from voicesim.meaning.finder import best_finder
    from voicesim.rehearsal.coverage import cover
    from voicesim.scenario.check import refuse_broken
    from voicesim.scenario.load import load_scenario
    from voicesim.scenario.scripted import load_trainees

    loaded = load_scenario(name)
    refuse_broken(loaded)
    scripted = load_trainees(loaded, trainees)
    find = None if words_only else best_finder(examples_of(loaded.scenario))[0]
    terminal = sys.stdout.isatty()
    with progress_bar(terminal, as_json or not terminal) as progress:
        found = cover(loaded.scenario, scripted, runs, seed, lambda done, of: progress("Trying it out", done, of), find)
    low = at_least is not None and _lowest(found) < at_least
    if as_json:
        click.echo(json.dumps(_for_machines(found, loaded), indent=1))
    else:
        _show(found, loaded)
        if low:
            click.echo(f"Less than {at_least:g} % of the states or lines are met.")
    return 1 if low or found.random.stuck or found.wrong_endings else 0


def _lowest(found: Coverage) -> float:
    return min(found.states_met(found.judged), found.lines_met(found.judged))


def _show(found: Coverage, loaded: LoadedScenario) -> None:
    scenario, scripted, random = found.scenario, found.scripted, found.random
    click.echo(f"{scenario.id}: {len(scenario.states)} states, {len(found.lines)} lines")
    who = len({run.trainee for run in found.scripted_runs})
    if who:
        click.echo(f"What the scripted trainees say is understood by {found.by}.")
    for title, tally in ((f"{who} scripted trainees", scripted), ("random trainees", random)):
        if tally.runs:
            click.echo(
                f"{title}, {tally.runs} runs: {found.states_met(tally):.0f} % of the states and "
                f"{found.lines_met(tally):.0f} % of the lines; the longest run took {tally.longest} steps."
            )
    if random.seconds:
        click.echo(f"{random.runs / random.seconds:.0f} random runs a second.")
    click.echo()
    width = max(len(name) for name in scenario.states)
    click.echo(f"{'state':<{width}}  {'scripted':>8}  {'random':>8}  lines met")
    for name, state in scenario.states.items():
        mine = [line for line, script in found.lines.items() if script.place[:2] == ("states", name)]
        met = sum(line in scripted.lines or line in random.lines for line in mine)
        ending = f"   {state.ending.kind}" if state.ending else ""
        visits = f"{scripted.states[name]:>8}  {random.states[name]:>8}"
        click.echo(f"{name:<{width}}  {visits}  {met} of {len(mine)}{ending}")
    for title, rows in _findings(found, loaded).items():
        if rows:
            click.echo(f"\n{title}")
            for row in rows[:_SHOWN]:
                click.echo(f"  {row}")
            if len(rows) > _SHOWN:
                click.echo(f"  ... and {len(rows) - _SHOWN} more")


def _findings(found: Coverage, loaded: LoadedScenario) -> dict[str, list[str]]:
    """What is to be looked at, by what it is; each with its line in the file."""
    scripted, random = found.scripted, found.random

    def at(place: Location, text: str) -> str:
        return f"{loaded.document.file}:{loaded.document.line_of(place)}: {text}"

    def missed(states: list[str], lines: list[str]) -> list[str]:
        return [at(("states", name), f"state {name}") for name in states] + [
            at(found.lines[line].place, found.lines[line].text) for line in lines
        ]

    met = {*scripted.states, *random.states, *scripted.lines, *random.lines}
    states, lines = found.missed_states(found.judged), found.missed_lines(found.judged)
    silent = scripted.speechless + random.speechless
    return {
        "Never met:": missed([one for one in states if one not in met], [one for one in lines if one not in met]),
        "Met by random trainees only; write a scripted one who comes here:": missed(
            [one for one in states if one in met], [one for one in lines if one in met]
        ),
        "Rules that nobody set off:": [at(place, f"rule {rule}") for rule, place in found.idle_rules().items()],
        "She had nothing to say (write more lines, or rules that speak):": [
            at(("states", name), f"{times} times in {name}") for name, times in silent.most_common()
        ],
        "Said twice in one conversation:": [
            at(found.lines[line].place, found.lines[line].text) for line in random.repeated
        ],
        "Never came to an end:": [f"{run.who}: {run.why}, in {' > '.join(run.where)}" for run in random.stuck],
        "Scripts that end otherwise than they say:": [
            f"{run.trainee} (seed {run.seed}): {run.ending or 'no ending'} in {run.state}, not {run.expected}"
            for run in found.wrong_endings
        ],
    }


def _for_machines(found: Coverage, loaded: LoadedScenario) -> dict[str, Any]:
    def told(tally: Tally) -> dict[str, Any]:
        return {
            "runs": tally.runs,
            "states_percent": round(found.states_met(tally), 1),
            "lines_percent": round(found.lines_met(tally), 1),
            "longest": tally.longest,
            "states": dict(tally.states),
            "lines": dict(tally.lines),
            "endings": dict(tally.endings),
            "speechless": dict(tally.speechless),
            "missed_states": found.missed_states(tally),
            "missed_lines": found.missed_lines(tally),
            "without_end": [
                {"who": run.who, "steps": run.steps, "where": run.where, "why": run.why} for run in tally.stuck
            ],
        }

    line_of = loaded.document.line_of
    return {
        "scenario": found.scenario.id,
        "file": loaded.document.file,
        "states": len(found.scenario.states),
        "lines": len(found.lines),
        "understood_by": found.by,
        "scripted": told(found.scripted),
        "random": told(found.random),
        "idle_rules": {rule: line_of(place) for rule, place in found.idle_rules().items()},
        "wrong_endings": [
            {
                "trainee": run.trainee,
                "seed": run.seed,
                "ending": run.ending,
                "expected": run.expected,
                "state": run.state,
            }
            for run in found.wrong_endings
        ],
    }
