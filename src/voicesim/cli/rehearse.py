"""`voicesim scenario say`: a scenario in text, with her feelings in sight."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from voicesim.rehearsal.dry_run import Beat, Rehearsal
    from voicesim.scenario.model import Scenario
    from voicesim.scenario.scripted import Trainee

_BAR = 20
"""Characters from a feeling's lowest to its highest."""


@click.command(short_help="Try it in text, without sound.")
@click.argument("name", default="delayed-report")
@click.option("--seed", default=0, show_default=True, help="Which of several fitting lines she picks.")
@click.option("--trainee", "who", help="A scripted trainee speaks, by name; say which there are with --trainee list.")
@click.option("--trainees", type=click.Path(path_type=Path), help="Scripted trainees; default: those of the scenario.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per step.")
def say(name: str, seed: int, who: str | None, trainees: Path | None, as_json: bool) -> int:
    """Try a scenario in text, without sound: type what you would say, one turn a line.

    An empty line, or a number of seconds, waits. :interrupted, :cut_in, :talked_over or :rushed before a turn says
    how it was taken. The numbers shown are her feelings; a live session never shows them. End with Ctrl-D.
    """
    from voicesim.live.reading import examples_of
    from voicesim.meaning.finder import WITHOUT, best_finder
    from voicesim.rehearsal.dry_run import Rehearsal
    from voicesim.scenario.check import refuse_broken
    from voicesim.scenario.load import load_scenario
    from voicesim.scenario.scripted import load_trainees

    loaded = load_scenario(name)
    refuse_broken(loaded)
    scripted = load_trainees(loaded, trainees) if who else {}
    if who == "list":
        for trainee_name, each in scripted.items():
            click.echo(f"{trainee_name:<24} {each.ends:<9} {each.about}")
        return 0
    find, by = best_finder(examples_of(loaded.scenario))
    if by == WITHOUT:
        click.echo("She understands by words alone; `voicesim doctor --fetch` teaches her paraphrases.", err=True)
    show = _Shown(loaded.scenario, as_json)
    if who:
        trainee = _named(who, scripted)
        rehearsal = Rehearsal(loaded.scenario, trainee.seed + seed, find)
        show.beat(rehearsal.begin())
        return _by_script(rehearsal, who, trainee, show)
    rehearsal = Rehearsal(loaded.scenario, seed, find)
    show.beat(rehearsal.begin())
    _by_hand(rehearsal, show)
    return 0


def _named(who: str, scripted: dict[str, Trainee]) -> Trainee:
    from voicesim.errors import BadInputError

    if who not in scripted:
        known = f"There are: {', '.join(scripted)}." if scripted else "Nobody has written one: see docs/scenarios.md."
        raise BadInputError(f"There is no scripted trainee '{who}'.", known)
    return scripted[who]


def _by_hand(rehearsal: Rehearsal, show: _Shown) -> None:
    from voicesim.errors import BadInputError

    prompt = sys.stdin.isatty() and not show.as_json
    while rehearsal.ending is None:
        if prompt:
            click.echo("you> ", nl=False)
        line = sys.stdin.readline()
        if not line:
            break
        words = line.strip()
        if words.startswith(":"):
            try:
                rehearsal.do(words[1:].strip().replace("-", "_"))
            except BadInputError as slip:
                click.echo(f"     {slip}", err=show.as_json)
        elif words == "" or words.replace(".", "", 1).isdigit():
            show.silence(rehearsal, float(words or 30))
        else:
            show.beat(rehearsal.say(words))


def _by_script(rehearsal: Rehearsal, who: str, trainee: Trainee, show: _Shown) -> int:
    for turn in trainee.turns:
        if rehearsal.ending is not None:
            break
        if turn.wait is not None:
            show.note(f"you> (silence, {turn.wait:g} s)")
            show.silence(rehearsal, turn.wait)
            continue
        if turn.manner:
            rehearsal.do(turn.manner)
        show.note(f"you> {turn.says}" + (f"  ({turn.manner})" if turn.manner else ""))
        show.beat(rehearsal.say(turn.says))
    reached = rehearsal.ending.kind if rehearsal.ending else "no ending"
    if reached != trainee.ends:
        show.note(f"     {who} should come to {trainee.ends}, and came to {reached}.")
        return 1
    return 0


class _Shown:
    """What is printed about each step."""

    def __init__(self, scenario: Scenario, as_json: bool) -> None:
        self._scenario = scenario
        self.as_json = as_json

    def note(self, text: str) -> None:
        if not self.as_json:
            click.echo(text)

    def silence(self, rehearsal: Rehearsal, seconds: float) -> None:
        beats = list(rehearsal.wait(seconds))
        for beat in beats:
            self.beat(beat)
        if not beats:
            self.note("     (nothing is scripted for this silence)")

    def beat(self, beat: Beat) -> None:
        if self.as_json:
            click.echo(json.dumps(_for_machines(beat), ensure_ascii=False))
            return
        if beat.reading is not None:
            found = beat.reading
            asks: list[str] = [f"{found.question} question"] if found.question != "none" else []
            labels = [*asks, *sorted(found.moves), *sorted(found.marks), *found.topics]
            click.echo(f"     understood: {', '.join(labels) or 'nothing in particular'}")
        why: dict[str, list[str]] = {}
        for change in beat.changes:
            for name, amount in change.change:
                why.setdefault(name, []).append(f"{amount:+g} {_because(change.because, beat)}")
        width = max(len(name) for name in self._scenario.feelings)
        for name, value in beat.feelings.items():
            click.echo(
                f"     {name:<{width}} {self._bar(name, value)} {value:>5g}  {', '.join(why.get(name, []))}".rstrip()
            )
        via = f" by {'; '.join(beat.via)}" if beat.via else ""
        click.echo(f"     [{beat.state}]{via}")
        if beat.reading is not None and not beat.answered and beat.reading.backchannel_only:
            click.echo("     (you are listening; she goes on)")
        elif not beat.lines:
            click.echo("     (she says nothing)")
        for speaker, line in zip(beat.speakers, beat.lines, strict=True):
            click.echo(f"{speaker}> {line}")
        if beat.ending is not None:
            click.echo(f"     ending: {beat.ending.title} ({beat.ending.kind})")

    def _bar(self, name: str, value: float) -> str:
        feeling = self._scenario.feelings[name]
        span = feeling.high - feeling.low
        full = round(_BAR * (value - feeling.low) / span) if span else 0
        return f"[{'#' * full}{'.' * (_BAR - full)}]"


def _because(written: str, beat: Beat) -> str:
    """Of what a rule waits for, what was there: ``blame`` of ``hears move:blame|doubt``."""
    if not written.startswith("hears ") or beat.reading is None:
        return written
    found = beat.reading
    there = {found.question, *found.moves, *found.marks, *found.topics}
    words = [each for part in written.removeprefix("hears ").split(" ") for each in part.split(":")[-1].split("|")]
    return ", ".join(each for each in words if each in there) or written


def _for_machines(beat: Beat) -> dict[str, object]:
    reading = beat.reading
    return {
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
        "changes": [{"because": change.because, **dict(change.change)} for change in beat.changes],
        "told": list(beat.told),
        "ending": beat.ending.kind if beat.ending else None,
    }
