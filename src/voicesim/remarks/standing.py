"""What stands of all that was said about a session: a pure fold over its remarks, in the order they were said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from voicesim.remarks.kinds import (
    Assignment,
    Commendation,
    Comment,
    CriterionOverride,
    Evaluation,
    FeedbackAsked,
    Flag,
    Hold,
    Invitation,
    LabelOverride,
    Release,
    Remark,
    Rescored,
    SignOff,
    Withdrawal,
)
from voicesim.scoring.labels import Relabel
from voicesim.scoring.scorecard import Override

_R = TypeVar("_R", bound=Remark)

WEIGHTY = (Comment, Flag, Commendation, LabelOverride, CriterionOverride, Evaluation, Rescored, Withdrawal)
"""What changes a review: said after a sign-off, the signature no longer covers all of it."""


@dataclass(frozen=True)
class Review:
    """Where a session's review stands."""

    moments: tuple[Comment | Flag | Commendation, ...] = ()
    """What was said and not taken back, by its place in the session; what is about the whole session comes first."""
    criteria: Mapping[tuple[str, str], CriterionOverride] = field(default_factory=dict)
    """The last word on each criterion, by rubric and criterion; without points, the machine's stand."""
    labels: tuple[LabelOverride, ...] = ()
    """The last word on each label."""
    evaluations: tuple[Evaluation, ...] = ()
    """The last one of each person in each voice by each rubric."""
    released: Release | Hold | None = None
    """What was decided last about the scores; None where nobody has."""
    assignments: tuple[Assignment, ...] = ()
    """The last one to each person for each task."""
    invitations: tuple[Invitation, ...] = ()
    asked: FeedbackAsked | None = None
    """The last time the trainee asked for feedback."""
    rescored: tuple[Rescored, ...] = ()
    signed: SignOff | None = None
    """The last signature."""
    changed_since: tuple[Remark, ...] = ()
    """What was said after it, and so is not covered by it."""
    withdrawn: Mapping[str, Withdrawal] = field(default_factory=dict)
    """Remarks that were taken back, by their id."""

    @property
    def answered(self) -> bool:
        """Whether whoever asked for feedback has got it: an instructor signed off since."""
        return self.asked is not None and self.signed is not None and self.signed.when >= self.asked.when

    def points(self, rubric: str) -> dict[str, Override]:
        """Points that people gave, by criterion of one rubric."""
        return {
            criterion: Override(one.points, one.by.name, one.reason)
            for (of, criterion), one in self.criteria.items()
            if of == rubric and one.points is not None
        }

    def relabels(self) -> tuple[Relabel, ...]:
        """Judged labels as scoring takes them."""
        return tuple(
            Relabel(one.what, one.at, one.label, one.by.name, one.reason, one.holds, one.sentence, one.quote)
            for one in self.labels
        )

    def invites(self, account: str) -> bool:
        """Whether somebody was asked to listen."""
        return bool(account) and any(one.to.account == account for one in self.invitations)


def standing(remarks: Iterable[Remark]) -> Review:
    """What stands: withdrawn remarks left out, of several on the same thing the last.

    Only one's own remark can be withdrawn; any other withdrawal changes nothing.
    """
    said = list(remarks)
    by_id = {one.id: one for one in said}
    withdrawn = {
        one.of: one
        for one in said
        if isinstance(one, Withdrawal)
        and (of := by_id.get(one.of)) is not None
        and not isinstance(of, Withdrawal)
        and _same(of, one)
    }
    holds = [one for one in said if one.id not in withdrawn]
    signed = next((one for one in reversed(holds) if isinstance(one, SignOff)), None)
    after = said[said.index(signed) + 1 :] if signed else []
    return Review(
        moments=tuple(sorted(_of(holds, Comment, Flag, Commendation), key=_place)),
        criteria={(one.rubric, one.criterion): one for one in _all(holds, CriterionOverride)},
        labels=_last(_all(holds, LabelOverride), lambda one: (one.what, one.at, one.sentence, _which(one))),
        evaluations=_last(_all(holds, Evaluation), lambda one: (one.by.account, one.by.name, one.voice, one.rubric)),
        released=next((one for one in reversed(holds) if isinstance(one, Release | Hold)), None),
        assignments=_last(_all(holds, Assignment), lambda one: (one.to.account, one.task)),
        invitations=_last(_all(holds, Invitation), lambda one: one.to.account),
        asked=next((one for one in reversed(holds) if isinstance(one, FeedbackAsked)), None),
        rescored=tuple(_all(holds, Rescored)),
        signed=signed,
        changed_since=tuple(one for one in after if isinstance(one, WEIGHTY)),
        withdrawn=withdrawn,
    )


def _same(one: Remark, other: Remark) -> bool:
    """Whether the same person said both; without accounts, people are told apart by their names."""
    return one.by.account == other.by.account and (bool(one.by.account) or one.by.name == other.by.name)


def _which(one: LabelOverride) -> str:
    """Marks and moves are judged one by one; a sentence has one type in each profile, an overlap one kind."""
    return one.label if one.what in ("mark", "move") else ""


def _place(one: Comment | Flag | Commendation) -> int:
    return -1 if one.at is None else one.at


def _all(said: Iterable[Remark], kind: type[_R]) -> list[_R]:
    return [one for one in said if isinstance(one, kind)]


def _of(
    said: Iterable[Remark], *kinds: type[Comment] | type[Flag] | type[Commendation]
) -> list[Comment | Flag | Commendation]:
    return [one for one in said if isinstance(one, kinds)]


def _last(said: list[_R], key: Callable[[_R], object]) -> tuple[_R, ...]:
    """Of several with the same key the last, in the order in which the last was said."""
    found: dict[object, _R] = {}
    for one in said:
        found.pop(key(one), None)
        found[key(one)] = one
    return tuple(found.values())
