"""From what was measured to what ten thousand trainees would need. On paper: nobody has run it."""

from __future__ import annotations

import math
from typing import Any

from costing.assumptions import Assumptions

BEGIN, END = "<!-- measured: written by scripts/cost.py -->", "<!-- end of what was measured -->"


def reckon(result: dict[str, Any], given: Assumptions) -> dict[str, Any]:
    """Machines, core hours and storage for a year, by model."""
    paper = given.paper
    sessions = paper.trainees * paper.sessions
    hours = sessions * paper.minutes / 60
    at_once = hours / (paper.days * paper.hours) * paper.peak
    storage = result["storage"]
    each = sum(storage[f"{kind}_bytes_per_minute"] for kind in ("sound", "log", "reading"))
    found: dict[str, Any] = {
        "sessions_a_year": round(sessions),
        "hours_a_year": round(hours),
        "at_once": math.ceil(at_once),
        "terabytes_a_year": round(hours * 60 * each * paper.copies / 1e12, 2),
        "models": {},
    }
    for model, measured in result["models"].items():
        live, again = measured.get("live"), measured.get("rescoring")
        row: dict[str, Any] = {}
        if live and live["sessions_per_core"]:
            needed = at_once / (live["sessions_per_core"] * paper.cores)
            row["machines"] = max(2, math.ceil(needed * paper.spare))
        if again:
            core_hours = hours / again["hours_per_core_hour"]
            row["core_hours"] = round(core_hours)
            row["days_on_one_machine"] = round(core_hours / paper.cores / 24, 1)
        found["models"][model] = row
    return found


def markdown(result: dict[str, Any], given: Assumptions) -> str:
    """The tables, between two marks that the command finds again."""
    paper, reckoned = given.paper, result["paper"]
    lines = [BEGIN, ""]
    if result["provisional"]:
        lines += ["**Provisional: the machine was doing other things too; the figures are too low.**", ""]
    lines += [
        f"Measured on {result['day']} with `{result['command']}`: {result['machine']}.",
        "",
        "| model | live sessions a core | words after, p50 / p95 | of a core each | memory each "
        "| hours re-scored a core-hour | memory a worker |",
        "|---|---|---|---|---|---|---|",
    ]
    for model, measured in result["models"].items():
        lines.append(f"| {model} | {_live(measured.get('live'))} | {_again(measured.get('rescoring'))} |")
    storage = result["storage"]
    lines += ["", "| each minute recorded | kB |", "|---|---|"]
    for kind, what in (
        ("sound", "both tracks, FLAC"), ("log", "log, scenario, metadata"), ("reading", "transcript, scorecard")
    ):  # fmt: skip
        lines.append(f"| {what} | {storage[f'{kind}_bytes_per_minute'] / 1000:.0f} |")
    if batches := {m: r["batches"] for m, r in result["models"].items() if r.get("batches")}:
        sizes = list(next(iter(batches.values())))
        lines += ["", f"| segments a second through one core, heard together by | {' | '.join(sizes)} |"]
        lines.append("|---|" + "---|" * len(sizes))
        lines += [f"| {model} | {' | '.join(f'{b[s]:g}' for s in sizes)} |" for model, b in batches.items()]
    lines += [
        "",
        f"### {paper.trainees:,} trainees, on paper",
        "",
        f"{paper.sessions:g} sessions each a year of {paper.minutes:g} minutes: {reckoned['sessions_a_year']:,} sessions, "
        f"{reckoned['hours_a_year']:,} hours. Over {paper.days:g} days of {paper.hours:g} hours, the busiest hour "
        f"{paper.peak:g} times the average: {reckoned['at_once']} sessions at once. Machines of {paper.cores} cores, "
        f"{paper.spare:g} for each that is needed, two at least; everything stored {paper.copies:g} times.",
        "",
        "| model | machines for live sessions | core-hours to re-score a year | on one machine |",
        "|---|---|---|---|",
    ]
    for model, row in reckoned["models"].items():
        days = f"{row['days_on_one_machine']:g} days" if "days_on_one_machine" in row else "–"
        lines.append(f"| {model} | {row.get('machines', '–')} | {row.get('core_hours', '–')} | {days} |")
    lines += ["", f"Storage: {reckoned['terabytes_a_year']:g} TB a year.", "", END]
    return "\n".join(lines)


def _live(live: dict[str, Any] | None) -> str:
    if not live:
        return "– | – | – | –"
    best = next((step for step in live["steps"] if step["sessions"] == live["sessions"]), live["steps"][0])
    return (
        f"{live['sessions_per_core']:g} ({live['sessions']} on {live['cores']}) | "
        f"{best['words_p50']:.2f} / {best['words_p95']:.2f} s | {100 * best['core_share']:.0f} % | "
        f"{best['megabytes']:.0f} MB"
    )


def _again(again: dict[str, Any] | None) -> str:
    return f"{again['hours_per_core_hour']:g} | {again['megabytes_per_worker']} MB" if again else "– | –"


def put_into(text: str, block: str) -> str:
    """A page with its measured block replaced."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + block + after
