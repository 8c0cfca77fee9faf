"""How the reviews say things: levels, values, names of types and moves. One place, so that screen and paper agree."""

from __future__ import annotations

from voicesim.scoring.rapport import NAMES as MOVE_NAMES
from voicesim.scoring.rubric import Group, Level
from voicesim.scoring.scorecard import Criterion, Scorecard

__all__ = [
    "GROUPS",
    "LEVELS",
    "MARKS",
    "MOVE_NAMES",
    "OVERLAPS",
    "TYPES",
    "amount",
    "capped_by",
    "label",
    "minutes",
    "standard_of",
    "times",
    "value_of",
]

LEVELS: dict[Level, str] = {
    "strong": "Strong",
    "sound": "Sound",
    "developing": "Developing",
    "needs_work": "Needs work",
}
GROUPS: dict[Group, str] = {
    "interruptions": "Listening",
    "pace": "Pace and room",
    "questions": "Questions",
    "rapport": "Support",
    "delivery": "Voice",
}
TYPES: dict[str, dict[str, str]] = {
    "griffiths": {
        "open": "Open",
        "probing": "Probing",
        "appropriate_closed": "Appropriate closed",
        "inappropriate_closed": "Inappropriate closed",
        "leading": "Leading",
        "multiple": "Multiple",
        "forced_choice": "Forced choice",
        "opinion": "Opinion or statement",
    },
    "nichd": {
        "invitation": "Invitation",
        "cued_invitation": "Cued invitation",
        "directive": "Directive",
        "option_posing": "Option-posing",
        "suggestive": "Suggestive",
    },
    "miti": {"open": "Open", "closed": "Closed"},
}
"""Most helpful first: the order of the question map, from top to bottom."""
HELPFUL = {
    "griffiths": frozenset({"open", "probing", "appropriate_closed"}),
    "nichd": frozenset({"invitation", "cued_invitation", "directive"}),
    "miti": frozenset({"open"}),
}
PROFILES = {
    "griffiths": "Griffiths & Milne",
    "nichd": "NICHD",
    "miti": "MITI",
}
MARKS: dict[str, str] = {
    "why": "asks why",
    "multiple": "several at once",
    "recast": "spoils an open question",
    "faux_invitation": "“tell me”, but closed",
    "presumes": "presumes a detail",
    "chronology": "presses for the order of events",
}
OVERLAPS: dict[str, str] = {
    "backchannel": "listening sound",
    "terminal_overlap": "overlapped turn end",
    "interruption": "interruption",
    "cut_in": "cut into her hesitation",
    "simultaneous_start": "both began at once",
    "brief": "brief overlap",
}


def amount(value: float | None, unit: str) -> str:
    """A value with its unit, as people write it: ``26.5 %``, ``1.2 s``, ``3``."""
    if value is None:
        return "—"
    if unit == "count":
        return f"{value:.0f}"
    if unit == "kinds":
        return f"{value:.0f} kind{'' if round(value) == 1 else 's'}"
    digits = 0 if unit.startswith("words") or unit == "%" else 1
    text = f"{value:.{digits}f}"
    text = "0" if float(text) == 0 and digits == 0 else text
    return f"{text} {unit}"


def value_of(criterion: Criterion) -> str:
    """A criterion's value, or that there is none."""
    if criterion.points is None:
        return "not enough to judge"
    if criterion.unit in ("count", "kinds") and criterion.value is not None:
        title = criterion.measure_title
        return f"{title[0].lower()}{title[1:]}: {criterion.value:.0f}"
    return amount(criterion.value, criterion.unit)


def capped_by(scorecard: Scorecard) -> list[str]:
    """Why the overall ends where it does, one sentence a cap."""
    if scorecard.overall is None or scorecard.weighted is None or scorecard.overall >= scorecard.weighted:
        return []
    return [f"At most {cap.most:.0f} overall: {cap.reason}" for cap in scorecard.caps]


def standard_of(scorecard: Scorecard) -> str:
    """How the session stands against the pass standard; empty where the rubric sets none."""
    standard = scorecard.standard
    if standard is None:
        return ""
    if standard.met:
        return f"Standard met. It holds for {standard.valid_months} months from the day of the session."
    missing = ", ".join(standard.unmet)
    return f"Standard not met yet ({standard.attempts} attempts are allowed). Missing: {missing}."


def label(what: str, name: str, holds: bool = True) -> str:
    """A label as people say it: ``leading (Griffiths & Milne)``, ``not: asks why``."""
    if name == "none":
        return {"overlap": "no overlap", "mark": "no such mark", "move": "no such move"}.get(what, "no question")
    if what in TYPES:
        return f"{TYPES[what].get(name, name).lower()} ({PROFILES[what]})"
    known = {**MARKS, **MOVE_NAMES, **OVERLAPS}
    text = known.get(name, name.replace("_", " "))
    return text if holds else f"not: {text}"


def times(count: int) -> str:
    """A count as people say it: ``once``, ``twice``, ``4 times``."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def minutes(position: int) -> str:
    """A length in samples as ``4 min 12 s``."""
    whole = round(position / 16_000)
    return f"{whole // 60} min {whole % 60} s" if whole >= 60 else f"{whole} s"
