"""The scorecard in the terminal: a handful of clear lines first, praise before advice, then the details."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from voicesim.review.words import (
    GROUPS,
    LEVELS,
    MARKS,
    MOVE_NAMES,
    PROFILES,
    TYPES,
    amount,
    capped_by,
    label,
    minutes,
    standard_of,
    times,
    value_of,
)
from voicesim.scoring.feedback import Moment
from voicesim.scoring.questions import MARKS as MARK_NAMES
from voicesim.scoring.rapport import HARMFUL
from voicesim.scoring.scorecard import Criterion, Scorecard
from voicesim.timebase import clock

if TYPE_CHECKING:
    from rich.console import Console

_STYLES = {"strong": "green", "sound": "cyan", "developing": "yellow", "needs_work": "red", None: "dim"}
_MOMENTS = 4
"""Moments shown per criterion; the report has them all."""


def print_scorecard(
    scorecard: Scorecard, *, plain: bool = False, support: Sequence[str] = (), console: Console | None = None
) -> None:
    """Print a scorecard.

    Args:
        scorecard: what to print.
        plain: True: one fact a line, no colour, no tables, no symbols: for screen readers and files.
        support: lines that say where to find help, printed last.
        console: where to; standard output by default.
    """
    from rich.console import Console

    console = console or Console(highlight=False)
    if plain:
        console.print(
            plain_text(scorecard, support), markup=False, highlight=False, soft_wrap=True, no_wrap=True, end=""
        )
        return
    _print_rich(scorecard, support, console)


def plain_text(scorecard: Scorecard, support: Sequence[str] = ()) -> str:
    """The scorecard as plain text, one fact a line."""
    lines = [_headline(scorecard), *_verdict(scorecard), ""]
    lines += ["What went well:", *(scorecard.went_well or ("Not enough to judge yet.",))]
    lines += [*(f"At {_praised(moment)}" for moment in scorecard.praise), ""]
    if scorecard.to_try:
        lines += ["Try next time:", *scorecard.to_try, ""]
    if scorecard.moments:
        lines.append("Moments to listen to again:")
        for moment in scorecard.moments:
            lines += [f"At {_named(moment)}", *(f"  {text}" for text in _told(moment))]
        lines.append("")
    for group, title in GROUPS.items():
        chosen = [criterion for criterion in scorecard.criteria if criterion.group == group]
        if chosen:
            lines.append(f"{title}:")
            for criterion in chosen:
                level = f", {LEVELS[criterion.level].lower()}, {criterion.points:.0f} points" if criterion.level else ""
                lines.append(f"{criterion.title}: {value_of(criterion)}{level}.")
                lines += [f"  At {moment}" for moment in _moments(criterion)]
            lines.append("")
    lines += [*_question_lines(scorecard), *_move_lines(scorecard)]
    if support:
        lines += ["", "If this stays with you, talk to somebody:", *support]
    return "\n".join(lines).rstrip() + "\n"


def _headline(scorecard: Scorecard) -> str:
    length = minutes(scorecard.length)
    cut = "" if scorecard.finished else " The session was cut short; this is up to that moment."
    if scorecard.overall is None or scorecard.level is None:
        return f"Too little was said for an overall score ({length}).{cut}"
    reviewed = ""
    if scorecard.overall_reviewed not in (None, scorecard.overall):
        reviewed = f" After review by an instructor: {scorecard.overall_reviewed:.0f}."
    level = LEVELS[scorecard.level].lower()
    return f"{scorecard.rubric.title}: {scorecard.overall:.0f} of 100, {level} ({length}).{reviewed}{cut}"


def _verdict(scorecard: Scorecard) -> list[str]:
    """What stands beside the overall: how it ended, what capped it, the pass standard, what an instructor changed."""
    ended = [f"How it ended: {scorecard.ending}."] if scorecard.ending else []
    changed = [
        f"{c.title}: {c.override.points:.0f} points by {c.override.by} (machine: "
        f"{'not judged' if c.points is None else f'{c.points:.0f}'}): {c.override.reason}"
        for c in scorecard.criteria
        if c.override
    ]
    changed += [
        f"{c.title}: {'not judged' if c.recounted.points is None else f'{c.recounted.points:.0f} points'} with the labels "
        f"people judged (machine: {'not judged' if c.points is None else f'{c.points:.0f}'})"
        for c in scorecard.criteria
        if c.recounted
    ]
    changed += [
        f"{clock(one.at)} {label(one.what, one.label, one.holds)} (machine: {label(one.what, one.machine)}), by {one.by}: "
        f"{one.reason}"
        for one in scorecard.relabelled
    ]
    standard = standard_of(scorecard)
    return [*ended, *capped_by(scorecard), *([standard] if standard else []), *changed]


def _named(moment: Moment) -> str:
    said = f": “{_short(moment.said, 110)}”" if moment.said else ""
    return f"{clock(moment.start)} {moment.title}{said}"


def _praised(moment: Moment) -> str:
    return _named(moment) + (f" – {moment.effect}" if moment.effect else "")


def _told(moment: Moment) -> list[str]:
    effect = [f"What it did: {moment.effect}"] if moment.effect else []
    return [*effect, moment.why, f"Better: {moment.better}"]


def _moments(criterion: Criterion) -> list[str]:
    """Where to listen, for criteria that lost points."""
    if criterion.level not in ("developing", "needs_work"):
        return []
    shown = [
        f"{clock(e.start)}" + (f" “{_short(e.quote)}”" if e.quote else "") + (f" ({e.note})" if e.note else "")
        for e in criterion.evidence[:_MOMENTS]
    ]
    more = len(criterion.evidence) - _MOMENTS
    return [*shown, f"{more} more in the report"] if more > 0 else shown


def _short(text: str, limit: int = 70) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _question_lines(scorecard: Scorecard) -> list[str]:
    profile = scorecard.rubric.profile
    rows = [row for row in scorecard.question_types if row.profile == profile]
    names = TYPES[profile]
    if not rows:
        return ["Questions: none asked."]
    counts = ", ".join(f"{names.get(row.type, row.type).lower()} {row.count} ({row.share:.0f} %)" for row in rows)
    lines = [f"Questions after {PROFILES[profile]}: {len(scorecard.questions)} asked: {counts}."]
    found = {mark: scorecard.measure(mark).value or 0 for mark in MARK_NAMES}
    marks = ", ".join(f"{MARKS[mark]} {count:.0f}" for mark, count in found.items() if count)
    return [*lines, f"Marked: {marks}."] if marks else lines


def _move_lines(scorecard: Scorecard) -> list[str]:
    good = [f"{MOVE_NAMES[move]} {times(count)}" for move, count in scorecard.move_counts if move not in HARMFUL]
    bad = [f"{MOVE_NAMES[move]} {times(count)}" for move, count in scorecard.move_counts if move in HARMFUL]
    lines = [f"You {', '.join(good)}."] if good else []
    return [*lines, f"Listen again to what {', '.join(bad)}."] if bad else lines


def _print_rich(scorecard: Scorecard, support: Sequence[str], console: Console) -> None:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    def heading(title: str) -> None:
        console.print()
        console.print(Text(title, style="bold"))

    def bullets(lines: Sequence[str], sign: str, style: str) -> None:
        for line in lines:
            grid = Table.grid(padding=(0, 1))
            grid.add_row(Text(f"  {sign}", style=style), Text(line))
            console.print(grid)

    console.print()
    console.print(Text(_headline(scorecard), style="bold " + _STYLES[scorecard.level]))
    for line in _verdict(scorecard):
        console.print(Text(line))
    heading("What went well")
    bullets(scorecard.went_well or ("Not enough to judge yet.",), "+", "green")
    bullets([_praised(moment) for moment in scorecard.praise], " ", "green")
    if scorecard.to_try:
        heading("Try next time")
        bullets(scorecard.to_try, ">", "yellow")
    if scorecard.moments:
        heading("Moments to listen to again")
        for moment in scorecard.moments:
            bullets([_named(moment)], ">", "yellow")
            for text in _told(moment):
                console.print(Padding(Text(text, style="dim"), (0, 0, 0, 6)))
    for group, title in GROUPS.items():
        chosen = [criterion for criterion in scorecard.criteria if criterion.group == group]
        if not chosen:
            continue
        heading(title)
        for criterion in chosen:
            row = Text("  ")
            row.append(
                f"{LEVELS[criterion.level] if criterion.level else 'Not judged':<12}", style=_STYLES[criterion.level]
            )
            row.append(criterion.title)
            row.append(f"  {value_of(criterion)}", style="dim")
            console.print(row)
            for shown in _moments(criterion):
                console.print(Padding(Text(shown, style="dim"), (0, 0, 0, 6)))
    console.print()
    for line in [*_question_lines(scorecard), *_move_lines(scorecard)]:
        console.print(Text(line))
    names = ("speech_rate", "wait_median", "talk_share", "fillers", "loudness_change", "pitch_change")
    rates = [scorecard.measure(name) for name in names]
    known = [
        f"{measure.title.lower()} {amount(measure.value, measure.unit)}"
        for measure in rates
        if measure.value is not None
    ]
    if known:
        console.print(Text("Also measured: " + ", ".join(known) + ".", style="dim"))
    if support:
        heading("If this stays with you, talk to somebody")
        for line in support:
            console.print(Text(f"  {line}"))
