"""A measure: a value with its unit, its definition, its source and the evidence it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from voicesim.scoring.conversation import Span
from voicesim.yamlfile import load_model

Track = Literal["trainee", "survivor", "both"]
OWN_DEFAULT = "default of this project"


@dataclass(frozen=True)
class Evidence:
    """A stretch of the recording that shows what a measure says. Positions in samples."""

    start: int
    end: int
    track: Track
    quote: str = ""
    note: str = ""


@dataclass(frozen=True)
class Measure:
    """One figure. `value` is None when the session holds nothing to measure."""

    name: str
    title: str
    value: float | None
    unit: str
    definition: str
    source: str
    basis: int
    """How many observations it rests on."""
    evidence: tuple[Evidence, ...] = ()
    note: str = ""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Entry(_Strict):
    """What the catalogue says of a measure."""

    title: str
    unit: str
    definition: str
    source: str = OWN_DEFAULT


class Settings(_Strict):
    """Where the definitions draw their lines. Seconds unless the name says otherwise."""

    overlap_after_her_onset: float
    overlap_before_her_end: float
    terminal_overlap: float
    simultaneous: float
    backchannel_length: float
    backchannel_floor: float
    interruption_length: float
    breath: float
    lapse: float
    substantive_words: int
    rate_words: int
    quick_fire_questions: int
    quick_fire_gap: float
    waits: Annotated[tuple[float, ...], Field(min_length=1)]
    fillers: tuple[str, ...]
    came_back: float
    unfinished: tuple[str, ...]
    first_minute: float
    least_voiced: float
    tone_louder: float
    tone_faster: float


class Catalogue(_Strict):
    """measures.yaml: every measure's words and every definition's numbers."""

    format: Literal["voicesim/measures/1"]
    settings: Settings
    measures: dict[str, Entry]


@cache
def catalogue() -> Catalogue:
    """The bundled catalogue."""
    return load_model(resources.files("voicesim.scoring") / "measures.yaml", Catalogue)


def settings() -> Settings:
    """The definitions' numbers."""
    return catalogue().settings


def measure(name: str, value: float | None, basis: int, evidence: tuple[Evidence, ...] = (), note: str = "") -> Measure:
    """A measure with the catalogue's words; the value is rounded so that scorecards compare as text."""
    entry = catalogue().measures[name]
    rounded = None if value is None else round(float(value), 3)
    return Measure(name, entry.title, rounded, entry.unit, entry.definition, entry.source, basis, evidence, note)


def evidence(span: Span, track: Track, quote: str = "", note: str = "") -> Evidence:
    """Evidence from a span."""
    return Evidence(span.start, span.end, track, quote, note)


def median(values: list[float]) -> float | None:
    """Middle value, None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
