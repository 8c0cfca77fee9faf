"""The debrief: the marked moments of a session in order, each with a lead-in and what was said in it."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

from voicesim.remarks.kinds import Commendation, Comment, Flag
from voicesim.remarks.log import read_remarks
from voicesim.remarks.settings import room_settings
from voicesim.remarks.standing import standing
from voicesim.session.reader import open_bundle
from voicesim.session.transcript import Said, transcript
from voicesim.timebase import clock, seconds
from voicesim.web.access import Person
from voicesim.web.room.release import shows_scores
from voicesim.web.sessions.kept import KeptSession


class LineShown(BaseModel):
    """What somebody said in a moment."""

    who: str
    """``trainee``, or the name of whoever speaks on the survivor's side."""
    trainee: bool
    at: float
    text: str


class MomentShown(BaseModel):
    """One moment. Times in seconds."""

    title: str
    text: str
    tone: str
    by: str
    at: float
    clock: str
    start: float
    """Where playing begins."""
    end: float
    lines: tuple[LineShown, ...]


class Debrief(BaseModel):
    """All moments of a session, in order."""

    session: str
    title: str
    trainee: str
    """Empty where nobody's name is known."""
    overall: float | None
    """None where it is not shown to whoever asks."""
    moments: tuple[MomentShown, ...]


def debrief(person: Person, folder: Path, session: KeptSession, trainee: str) -> Debrief:
    """A session's debrief, for one person: before release, their own marks only.

    Raises:
        BadInputError: the session cannot be read.
    """
    bundle, settings = open_bundle(folder), room_settings(folder.parent).debrief
    scores = shows_scores(person, folder)
    said = transcript(bundle.records)
    names = {name: member.name for name, member in bundle.scenario.cast.items()}
    hers = bundle.scenario.persona.name.split()[0]
    longest = seconds(bundle.meta.samples) or max([seconds(one.end) for one in said], default=0.0)
    moments = []
    marks = [one for one in standing(read_remarks(folder).remarks).moments if one.at is not None]
    for mark in marks:
        if not (scores or mark.by.account == person.id or (person.teaches and session.owner != person.id)):
            continue
        begin = max(0.0, seconds(mark.at or 0) - settings.lead_in)
        until = getattr(mark, "until", None)
        end = seconds(until) if until is not None else seconds(mark.at or 0) + settings.lead_out
        end = max(min(end, longest), begin + 1) if longest else end
        moments.append(_moment(mark, begin, end, _between(said, begin, end, hers, names)))
    return Debrief(
        session=session.id,
        title=session.title,
        trainee=trainee,
        overall=session.score if scores else None,
        moments=tuple(moments),
    )


def _moment(mark: Comment | Flag | Commendation, begin: float, end: float, lines: tuple[LineShown, ...]) -> MomentShown:
    title, tone = "Comment", "plain"
    if isinstance(mark, Flag):
        title, tone = mark.label, mark.tone
    elif isinstance(mark, Commendation):
        title, tone = "Commendation", "good"
    at = mark.at or 0
    return MomentShown(
        title=title,
        text=mark.text,
        tone=tone,
        by=mark.by.name,
        at=seconds(at),
        clock=clock(at)[:-2],
        start=begin,
        end=end,
        lines=lines,
    )


def _between(
    said: tuple[Said, ...], begin: float, end: float, hers: str, names: dict[str, str]
) -> tuple[LineShown, ...]:
    return tuple(
        LineShown(
            who="trainee" if one.speaker == "trainee" else names.get(one.by, hers),
            trainee=one.speaker == "trainee",
            at=seconds(one.onset),
            text=one.text,
        )
        for one in said
        if seconds(one.end) > begin and seconds(one.onset) < end
    )
