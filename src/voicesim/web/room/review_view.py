"""A session's review as its panel shows it: what was said, by place in the session, and what of it this person may see."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from voicesim.remarks import kinds
from voicesim.remarks.kinds import FARTHEST, Remark, Voice
from voicesim.remarks.log import read_remarks
from voicesim.remarks.release import released, rule_for
from voicesim.remarks.settings import Button, Rule, room_settings
from voicesim.remarks.signature import changes_since
from voicesim.remarks.standing import Review, standing
from voicesim.review import words
from voicesim.review.scoring import SCORECARD
from voicesim.scoring.rubric import Level, Rubric
from voicesim.scoring.scorecard import Criterion, Scorecard, from_json
from voicesim.session.meta import read_meta
from voicesim.timebase import seconds
from voicesim.web.access import Person
from voicesim.web.room.people import PersonShown
from voicesim.web.room.release import shows_scores
from voicesim.web.room.rubrics import rubric_of
from voicesim.web.room.saying import Standing, may_say, stands
from voicesim.web.sessions.kept import KeptSession

_OPEN = (kinds.Release, kinds.Hold, kinds.Assignment, kinds.Invitation, kinds.FeedbackAsked)
"""What whoever practised sees of others' remarks before the scores are released."""


class RemarkShown(BaseModel):
    """One remark. Times in seconds; null where it is about the whole session."""

    id: str
    kind: str
    when: datetime
    by: str
    role: str
    mine: bool
    at: float | None = None
    until: float | None = None
    title: str = ""
    """The button, the criterion, the label: what it is about."""
    text: str = ""
    tone: str = "plain"
    withdrawn: bool = False


class CriterionShown(BaseModel):
    """One criterion: the machine's points, those with judged labels, and an instructor's. Null where there are none."""

    id: str
    title: str
    value: str = ""
    level: Level | None = None
    points: float | None = None
    recounted: float | None = None
    override: float | None = None
    by: str = ""
    reason: str = ""


class EvaluationShown(BaseModel):
    """What somebody made of the session by ear."""

    id: str
    by: str
    mine: bool
    voice: Voice
    levels: dict[str, Level]
    text: str
    when: datetime


class TaskShown(BaseModel):
    """The session as somebody's task."""

    to: str
    task: str
    due: date | None
    text: str


class SignedShown(BaseModel):
    """Who signed the review off, when, and what has changed since."""

    by: str
    when: datetime
    text: str
    sha256: str
    """The first letters of the scorecard's checksum, to compare by eye."""
    changed: tuple[str, ...]


class ReviewShown(BaseModel):
    """Everything that a session's panel shows."""

    session: str
    how: Standing
    may: tuple[str, ...]
    scores: bool
    """Whether scores are shown; without them, `criteria`, `overall` and others' evaluations are empty."""
    released: bool
    """Whether whoever practised is shown them."""
    released_by: str = ""
    rule: Rule
    buttons: tuple[Button, ...]
    rubric: str
    form: dict[str, str]
    """Titles of the criteria, by id: the evaluation's form."""
    remarks: tuple[RemarkShown, ...]
    criteria: tuple[CriterionShown, ...] = ()
    overall: float | None = None
    overall_reviewed: float | None = None
    evaluations: tuple[EvaluationShown, ...] = ()
    assignments: tuple[TaskShown, ...] = ()
    invitations: tuple[str, ...] = ()
    asked: str | None = None
    """The words of whoever asked for feedback; empty words are words too."""
    signed: SignedShown | None = None
    people: tuple[PersonShown, ...] = ()
    """Who can be named, for those who may name somebody."""
    notes: tuple[str, ...] = ()
    """What is damaged."""


def shown(person: Person, folder: Path, session: KeptSession, people: tuple[PersonShown, ...]) -> ReviewShown:
    """A session's review, for one person.

    Raises:
        BadInputError: the session or its remarks cannot be read.
    """
    meta, said = read_meta(folder), read_remarks(folder)
    review, settings = standing(said.remarks), room_settings(folder.parent)
    how, scores = stands(person, session), shows_scores(person, folder)
    rubric, card = rubric_of(folder.parent, folder), _card(folder)
    everything = scores or how in ("teacher", "alone")
    visible = [one for one in said.remarks if everything or _mine(one, person) or (how == "owner" and _is_open(one))]
    may = may_say(how)
    return ReviewShown(
        session=session.id,
        how=how,
        may=may,
        scores=scores,
        released=released(folder, meta, settings.release),
        released_by=review.released.by.name if review.released and everything else "",
        rule=rule_for(folder.parent, meta, review, settings.release),
        buttons=settings.buttons,
        rubric=rubric.title,
        form={rule.id: rule.title for rule in rubric.criteria},
        remarks=tuple(_remark(one, person, review, rubric) for one in _by_place(visible)),
        criteria=tuple(_criterion(one, rubric.id, review) for one in card.criteria) if card and scores else (),
        overall=card.overall if card and scores else None,
        overall_reviewed=card.overall_reviewed if card and scores else None,
        evaluations=tuple(_evaluation(one, person) for one in review.evaluations if everything or _mine(one, person)),
        assignments=tuple(
            TaskShown(to=one.to.name, task=one.task, due=one.due, text=one.text)
            for one in review.assignments
            if everything or one.to.account == person.id
        ),
        invitations=tuple(one.to.name for one in review.invitations) if how != "peer" else (),
        asked=review.asked.text if review.asked and not review.answered and how != "peer" else None,
        signed=_signed(folder, said, review) if everything else None,
        people=people if {"assignment", "invitation"} & set(may) else (),
        notes=said.notes if how in ("teacher", "alone") else (),
    )


def _mine(remark: Remark, person: Person) -> bool:
    return remark.by.account == person.id


def _is_open(remark: Remark) -> bool:
    return isinstance(remark, _OPEN)


def _card(folder: Path) -> Scorecard | None:
    try:
        return from_json((folder / SCORECARD).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except OSError:
        return None


def _by_place(remarks: list[Remark]) -> list[Remark]:
    """By place, what is about the whole session last; what was said of one moment in the order it was said."""
    return sorted(remarks, key=lambda one: FARTHEST + 1 if (at := getattr(one, "at", None)) is None else int(at))


def _remark(remark: Remark, person: Person, review: Review, rubric: Rubric) -> RemarkShown:
    title, text, tone = _words(remark, rubric)
    at, until = getattr(remark, "at", None), getattr(remark, "until", None)
    fields: dict[str, Any] = {"title": title, "text": text, "tone": tone}
    return RemarkShown(
        id=remark.id,
        kind=getattr(remark, "kind", ""),
        when=remark.when,
        by=remark.by.name,
        role=remark.role,
        mine=_mine(remark, person),
        at=None if at is None else seconds(at),
        until=None if until is None else seconds(until),
        withdrawn=remark.id in review.withdrawn,
        **fields,
    )


def _words(remark: Remark, rubric: Rubric) -> tuple[str, str, str]:
    """Title, text and tone of a remark."""
    titles = {rule.id: rule.title for rule in rubric.criteria}
    match remark:
        case kinds.Flag():
            return remark.label, remark.text, remark.tone
        case kinds.Commendation():
            return "Commendation", remark.text, "good"
        case kinds.LabelOverride():
            title = words.label(remark.what, remark.label, remark.holds)
            quote = f"“{remark.quote}” " if remark.quote else ""
            return f"Label: {title}", f"{quote}{remark.reason}", "plain"
        case kinds.CriterionOverride():
            points = "the machine’s points" if remark.points is None else f"{remark.points:g} points"
            return f"{titles.get(remark.criterion, remark.criterion)}: {points}", remark.reason, "plain"
        case kinds.Evaluation():
            voice = {
                "self": "Self-evaluation",
                "peer": "A colleague’s evaluation",
                "instructor": "Instructor’s evaluation",
            }
            return voice[remark.voice], remark.text, "plain"
        case kinds.Release():
            return "Scores released", remark.text, "plain"
        case kinds.Hold():
            return "Scores held back", remark.text, "plain"
        case kinds.Assignment():
            return f"Given to {remark.to.name}: {TASKS[remark.task]}", remark.text, "plain"
        case kinds.Invitation():
            return f"{remark.to.name} invited to listen", remark.text, "plain"
        case kinds.FeedbackAsked():
            return "Feedback asked for", remark.text, "plain"
        case kinds.SignOff():
            return "Signed off", remark.text, "plain"
        case kinds.Rescored():
            return "Scored anew", f"before: {remark.before}; now: {remark.after}", "plain"
        case kinds.Withdrawal():
            return "Withdrew a remark", remark.text, "plain"
        case kinds.Comment():
            return "", remark.text, "plain"
        case _:
            return "", "", "plain"


TASKS: dict[str, str] = {
    "review": "review it",
    "listen_again": "listen to it again",
    "self_evaluate": "evaluate yourself",
    "practise_again": "practise it again",
}


def _criterion(one: Criterion, rubric: str, review: Review) -> CriterionShown:
    return CriterionShown(
        id=one.id,
        title=one.title,
        value=words.value_of(one),
        level=one.level,
        points=one.points,
        recounted=one.recounted.points if one.recounted else None,
        override=one.override.points if one.override else None,
        by=one.override.by if one.override else "",
        reason=one.override.reason if one.override else "",
    )


def _evaluation(one: kinds.Evaluation, person: Person) -> EvaluationShown:
    return EvaluationShown(
        id=one.id,
        by=one.by.name,
        mine=_mine(one, person),
        voice=one.voice,
        levels=dict(one.levels),
        text=one.text,
        when=one.when,
    )


def _signed(folder: Path, said: Any, review: Review) -> SignedShown | None:
    signed = review.signed
    if signed is None:
        return None
    changed = changes_since(folder, folder / SCORECARD, said, review)
    return SignedShown(
        by=signed.by.name, when=signed.when, text=signed.text, sha256=signed.scorecard[:12], changed=changed
    )
