"""Praat TextGrid, long text format: words, turns, overlaps and question types as tiers over the two tracks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from voicesim.exports.material import Material, Speaker
from voicesim.exports.text import one_line
from voicesim.review.words import OVERLAPS, TYPES
from voicesim.timebase import SAMPLE_RATE


@dataclass(frozen=True)
class Interval:
    """A stretch of a tier, in samples; without a text nothing is said of it."""

    start: int
    end: int
    text: str = ""


def to_textgrid(material: Material) -> bytes:
    """The session for Praat (https://www.fon.hum.uva.nl/praat/manual/TextGrid_file_formats.html), UTF-8.

    Every tier covers the whole session without gaps or overlaps, as Praat demands. Overlaps and question types are left out where
    labels may not be seen.
    """
    tiers = {
        "trainee words": _words(material, "trainee"),
        "survivor words": _words(material, "survivor"),
        "trainee turns": _turns(material, "trainee"),
        "survivor turns": _turns(material, "survivor"),
    }
    if material.card is not None:
        names = TYPES[material.card.rubric.profile]
        tiers["overlaps"] = [Interval(one.start, one.end, OVERLAPS[one.kind]) for one in material.card.overlaps]
        tiers["question types"] = [
            Interval(asked.start, asked.end, names.get(kind, kind))
            for asked in material.card.questions
            for kind in [getattr(asked, material.card.rubric.profile)]
        ]
    laid = {name: _laid(intervals) for name, intervals in tiers.items()}
    length = max([material.length, *(tier[-1].end for tier in laid.values() if tier)])
    return _written({name: _filled(tier, length) for name, tier in laid.items()}, length).encode()


def _words(material: Material, speaker: Speaker) -> list[Interval]:
    return [
        Interval(word.start, word.end, word.text)
        for stretch in material.said
        if stretch.speaker == speaker
        for word in stretch.words
    ]


def _turns(material: Material, speaker: Speaker) -> list[Interval]:
    return [Interval(one.start, one.end, one.text) for one in material.said if one.speaker == speaker]


def _laid(intervals: Iterable[Interval]) -> list[Interval]:
    """One after another: what begins inside another begins where that one ends. None is lost, and each has some length."""
    laid: list[Interval] = []
    reached = 0
    for one in sorted(intervals, key=lambda each: (each.start, each.end)):
        text = one_line(one.text)
        if not text:
            continue
        start = max(one.start, reached)
        reached = max(one.end, start + 1)
        laid.append(Interval(start, reached, text))
    return laid


def _filled(laid: list[Interval], length: int) -> list[Interval]:
    """With empty intervals wherever nothing is."""
    filled: list[Interval] = []
    reached = 0
    for one in laid:
        if one.start > reached:
            filled.append(Interval(reached, one.start))
        filled.append(one)
        reached = one.end
    if reached < length:
        filled.append(Interval(reached, length))
    return filled


def _written(tiers: dict[str, list[Interval]], length: int) -> str:
    lines = [
        'File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0 ", f"xmax = {_time(length)} ", "tiers? <exists> ",
        f"size = {len(tiers)} ", "item []: ",
    ]  # fmt: skip
    for number, (name, intervals) in enumerate(tiers.items(), start=1):
        lines += [
            f"    item [{number}]:", '        class = "IntervalTier" ', f"        name = {_quoted(name)} ", "        xmin = 0 ",
            f"        xmax = {_time(length)} ", f"        intervals: size = {len(intervals)} ",
        ]  # fmt: skip
        for place, one in enumerate(intervals, start=1):
            lines += [
                f"        intervals [{place}]:", f"            xmin = {_time(one.start)} ", f"            xmax = {_time(one.end)} ",
                f"            text = {_quoted(one.text)} ",
            ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _time(position: int) -> str:
    """Seconds, exactly: a sample is 62.5 microseconds."""
    return f"{position / SAMPLE_RATE:.7f}".rstrip("0").rstrip(".")
