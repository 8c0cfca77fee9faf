"""`voicesim scenario heard`: what trainees said that a scenario had no ear for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from voicesim.review.heard import Group


@click.command(short_help="List what trainees said that nothing understood.")
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option("--all", "show_all", is_flag=True, help="Also what was understood, but only a fallback answered.")
@click.option("--scenario", "only", help="Only sessions of this scenario, by its id.")
@click.option("--json", "as_json", is_flag=True, help="Print the groups for a machine.")
def heard(folders: tuple[Path, ...], show_all: bool, only: str | None, as_json: bool) -> None:
    """List what trainees said in recorded sessions that nothing understood: FOLDERS are sessions, or hold some.

    Without FOLDERS, your own sessions. What says much the same is put together. Take such words into a topic's examples,
    or write a rule for them. Sessions are read on this computer; nothing is sent or kept.
    """
    from voicesim.errors import WeightsError
    from voicesim.folders import sessions_folder
    from voicesim.meaning.encoder import MiniLM
    from voicesim.review.heard import go_through, grouped

    report = go_through(folders or (sessions_folder(),))
    turns = [turn for turn in report.unanswered if only in (None, turn.scenario)]
    if not show_all:
        turns = [turn for turn in turns if not turn.understood]
    try:
        groups = grouped(turns, MiniLM.find())
    except WeightsError:
        groups = grouped(turns)
    if as_json:
        listed = [
            {
                "scenario": group.first.scenario,
                "states": list(group.states),
                "said": [turn.text for turn in group.turns],
                "understood": list(group.first.understood),
                "sessions": list(dict.fromkeys(turn.session for turn in group.turns)),
            }
            for group in groups
        ]
        data = {"sessions": report.sessions, "turns": report.turns, "groups": listed, "skipped": list(report.skipped)}
        click.echo(json.dumps(data, ensure_ascii=False, indent=1))
        return
    for skipped in report.skipped:
        click.echo(f"left out: {skipped}", err=True)
    _show([group for group in groups if not group.first.understood], "Nothing understood")
    if show_all:
        _show([group for group in groups if group.first.understood], "Understood, but only a fallback answered")
    count = f"{len(turns)} of {report.turns} turns in {report.sessions} session{'s' * (report.sessions != 1)}"
    click.echo(f"{count}." if groups else f"Everything was taken up: {count} are left.")


def _show(groups: Sequence[Group], heading: str) -> None:
    scenario = ""
    for group in groups:
        if group.first.scenario != scenario:
            scenario = group.first.scenario
            click.echo(f"{heading} in {scenario}:")
        understood = f"  (understood: {', '.join(group.first.understood)})" if group.first.understood else ""
        click.echo(f"  {len(group.turns)} × “{group.first.text}”  in {', '.join(group.states)}{understood}")
        others = list(dict.fromkeys(turn.text for turn in group.turns if turn.text != group.first.text))
        for text in others[:4]:
            click.echo(f"      “{text}”")
    if groups:
        click.echo("")
