"""From what a page asks to be said to a remark in the session's folder, and what follows from it: the scorecard written anew."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from fastapi import HTTPException

from voicesim.remarks import kinds
from voicesim.remarks.kinds import Remark, Who, said
from voicesim.remarks.log import append_remark, read_remarks
from voicesim.remarks.settings import room_settings
from voicesim.remarks.signature import to_sign
from voicesim.remarks.standing import standing
from voicesim.review.scoring import SCORECARD, check_criterion, score_bundle, write_scorecard
from voicesim.scoring.labels import LABELS
from voicesim.session.reader import open_bundle
from voicesim.timebase import samples
from voicesim.web.access import Person
from voicesim.web.room import saying
from voicesim.web.room.rubrics import rubric_of
from voicesim.web.sessions.kept import REPORT, KeptSession

_WHEN_OVER = frozenset({"label", "criterion", "sign_off", "evaluation", "release"})
"""What makes no sense while the session is still running."""
_SCORING = (kinds.LabelOverride, kinds.CriterionOverride)


def say(
    person: Person, folder: Path, session: KeptSession, wish: saying.ToSay, running: bool, people: dict[str, str]
) -> Remark:
    """Say something about a session, and keep it.

    Args:
        person: who says it.
        folder: the session's.
        session: in short.
        wish: what the page asks for.
        running: whether the session is being held at this moment.
        people: names of the accounts that may be named, by id.

    Raises:
        HTTPException: this person may not say that, or not now.
        VoicesimError: it names what there is not, or cannot be kept.
    """
    how = saying.stands(person, session)
    if how not in saying.RIGHTS[wish.kind]:
        raise HTTPException(403, _refusal(how))
    if running and wish.kind in _WHEN_OVER:
        raise HTTPException(409, "This session is still running: comment and flag now, judge it when it is over.")
    sessions = folder.parent
    remark = _made(person, folder, wish, how, people)
    if isinstance(remark, kinds.SignOff):
        refresh(sessions, folder)  # what is signed is what stands now
        sums = to_sign(folder, folder / SCORECARD)
        remark = remark.model_copy(update={"log": sums.log, "scorecard": sums.scorecard})
    before = read_remarks(folder).remarks
    append_remark(folder, remark)
    of = next((one for one in before if isinstance(remark, kinds.Withdrawal) and one.id == remark.of), remark)
    if isinstance(of, _SCORING):
        refresh(sessions, folder)
    return remark


def refresh(sessions: Path, folder: Path) -> None:
    """Score a session anew by its own rubric, with what people judged; its report is written again when it is next looked at."""
    bundle = open_bundle(folder)
    write_scorecard(bundle, score_bundle(bundle, rubric_of(sessions, folder)))
    with suppress(OSError):
        (folder / REPORT).unlink(missing_ok=True)


def _made(person: Person, folder: Path, wish: saying.ToSay, how: saying.Standing, people: dict[str, str]) -> Remark:
    by, role, sessions = Who(account=person.id, name=person.name), saying.role_of(person, how), folder.parent
    match wish:
        case saying.SayComment():
            start, until = _stretch(wish.at, wish.until)
            return said(kinds.Comment, by, role, at=start, until=until, text=wish.text)
        case saying.SayFlag():
            start, until = _stretch(wish.at, wish.until)
            button = next((one for one in room_settings(sessions).buttons if one.id == wish.button), None)
            if button is None:
                raise HTTPException(422, f"There is no button '{wish.button}'.")
            named = {"button": button.id, "label": button.label, "tone": button.tone}
            return said(kinds.Flag, by, role, at=start, until=until, text=wish.text, **named)
        case saying.SayCommendation():
            at = None if wish.at is None else samples(wish.at)
            return said(kinds.Commendation, by, role, at=at, text=wish.text)
        case saying.SayLabel():
            if wish.label not in LABELS[wish.what]:
                raise HTTPException(422, f"There is no {wish.what} '{wish.label}'.")
            fields = {"sentence": wish.sentence, "quote": wish.quote, "label": wish.label, "holds": wish.holds}
            return said(
                kinds.LabelOverride, by, role, what=wish.what, at=wish.position, reason=wish.reason, **fields
            )  # fmt: skip
        case saying.SayCriterion():
            rubric = rubric_of(sessions, folder)
            check_criterion(rubric, wish.criterion)
            judged = {"rubric": rubric.id, "criterion": wish.criterion, "points": wish.points, "reason": wish.reason}
            return said(kinds.CriterionOverride, by, role, **judged)
        case saying.SayEvaluation():
            rubric = rubric_of(sessions, folder)
            for criterion in wish.levels:
                check_criterion(rubric, criterion)
            if not wish.levels and not wish.text:
                raise HTTPException(422, "It says nothing yet: choose a level or write something.")
            voice = saying.voice_of(how, wish.voice)
            return said(
                kinds.Evaluation, by, role, voice=voice, rubric=rubric.id, levels=wish.levels, text=wish.text
            )  # fmt: skip
        case saying.SayAssignment():
            to = _named(wish.to, people)
            return said(kinds.Assignment, by, role, to=to, task=wish.task, due=wish.due, text=wish.text)
        case saying.SayInvitation():
            return said(kinds.Invitation, by, role, to=_named(wish.to, people), text=wish.text)
        case saying.SayWithdrawal():
            of = next((one for one in read_remarks(folder).remarks if one.id == wish.of), None)
            if of is None or of.by.account != person.id or isinstance(of, kinds.Withdrawal):
                raise HTTPException(403, "Only your own remarks can be withdrawn.")
            if wish.of in standing(read_remarks(folder).remarks).withdrawn:
                raise HTTPException(409, "It is withdrawn already.")
            return said(kinds.Withdrawal, by, role, of=wish.of, text=wish.text)
        case saying.SayOnly(kind="release"):
            return said(kinds.Release, by, role, text=wish.text)
        case saying.SayOnly(kind="hold"):
            return said(kinds.Hold, by, role, text=wish.text)
        case saying.SayOnly(kind="feedback_asked"):
            return said(kinds.FeedbackAsked, by, role, text=wish.text)
        case _:
            nothing = "0" * 64
            return said(
                kinds.SignOff, by, role, text=wish.text, log=nothing, scorecard=nothing, remarks=nothing
            )  # fmt: skip


def _stretch(at: float, until: float | None) -> tuple[int, int | None]:
    if until is not None and until < at:
        raise HTTPException(422, "It ends before it begins.")
    return samples(at), None if until is None else samples(until)


def _named(account: str, people: dict[str, str]) -> Who:
    if account not in people:
        raise HTTPException(422, "There is no such person.")
    return Who(account=account, name=people[account])


def _refusal(how: saying.Standing) -> str:
    if how == "owner":
        return "Somebody else has to judge your session."
    return "Only instructors may do that." if how == "peer" else "That is up to whoever practised."
