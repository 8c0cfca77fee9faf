"""The report: one HTML file that holds everything, asks nothing of the network, and opens from disk."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from voicesim.review import words
from voicesim.review.timeline import feelings, question_map, timeline
from voicesim.review.transcript import transcript
from voicesim.scoring.conversation import Conversation
from voicesim.scoring.questions import MARKS
from voicesim.scoring.rapport import HARMFUL
from voicesim.scoring.scorecard import Scorecard
from voicesim.timebase import clock, seconds

if TYPE_CHECKING:
    from jinja2 import Template


@dataclass(frozen=True)
class About:
    """What the report says around the figures."""

    title: str
    """The scenario's."""
    her_name: str = "She"
    cast: Mapping[str, str] = field(default_factory=dict)
    """Others who speak: id to name."""
    created: str = ""
    """When it was recorded, for people."""
    ending_title: str = ""
    ending_summary: str = ""
    content_note: str = ""
    support: tuple[tuple[str, str, str], ...] = ()
    """(name, contact, where)."""
    disclosures: Mapping[str, str] | None = None
    """Id to what it is about."""
    feelings: Mapping[str, tuple[float, float, float]] | None = None
    """Name to (start, low, high)."""
    made_with: str = ""
    """Versions and engines, one line."""
    notes: tuple[str, ...] = ()
    """What is missing or damaged in the recording."""


def render(conversation: Conversation, scorecard: Scorecard, about: About, audio: str = "") -> str:
    """The report as HTML text.

    Args:
        conversation: what was scored.
        scorecard: the scoring of it.
        about: what stands around the figures.
        audio: a data URI of the stereo sound; empty where there is none.
    """
    style, script = (_asset(name) for name in ("report.css", "report.js"))
    told = {one.disclosure: one.at for one in conversation.disclosures}
    disclosures = [
        {"about": text, "at": seconds(told[name]) if name in told else None, "clock": clock(told.get(name, 0))}
        for name, text in (about.disclosures or {}).items()
    ]
    groups = [
        (title, chosen)
        for group, title in words.GROUPS.items()
        if (chosen := [criterion for criterion in scorecard.criteria if criterion.group == group])
    ]
    profiles = [
        (
            words.PROFILES[profile],
            [(words.TYPES[profile].get(row.type, row.type), row.count, row.share) for row in rows],
        )
        for profile in words.PROFILES
        if (rows := [row for row in scorecard.question_types if row.profile == profile])
    ]
    marks = [(words.MARKS[mark], found) for mark in MARKS if (found := scorecard.measure(mark)).value]
    moves = [(words.MOVE_NAMES[move], count, move in HARMFUL) for move, count in scorecard.move_counts]
    return _template().render(
        about=about,
        card=scorecard,
        conversation=conversation,
        groups=groups,
        profiles=profiles,
        marks=marks,
        moves=moves,
        rows=timeline(conversation, scorecard, about.her_name),
        map=question_map(scorecard),
        entries=transcript(conversation, scorecard),
        feelings=feelings(conversation, about.feelings or {}),
        changes=[(clock(change.at), seconds(change.at), change.because) for change in conversation.feelings],
        disclosures=disclosures,
        audio=audio,
        levels=words.LEVELS,
        capped_by=words.capped_by(scorecard),
        standard=words.standard_of(scorecard),
        overlaps=words.OVERLAPS,
        amount=words.amount,
        value_of=words.value_of,
        label_of=lambda one: words.label(one.what, one.label, one.holds),
        machine_label=lambda one: words.label(one.what, one.machine),
        length=words.minutes(scorecard.length),
        clock=clock,
        seconds=seconds,
        style=style,
        script=script,
        script_hash=_hash(script),
    )


def _hash(script: str) -> str:
    """What the page's content security policy allows to run: this script and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")


@cache
def _asset(name: str) -> str:
    return (resources.files("voicesim.review") / "templates" / name).read_text(encoding="utf-8")


@cache
def _template() -> Template:
    from jinja2 import BaseLoader, Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=BaseLoader(), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    # Only files of this package are ever marked safe; what was said is always escaped.
    filters: dict[str, Any] = {"asset": Markup}
    environment.filters.update(filters)
    return environment.from_string(_asset("report.html"))
