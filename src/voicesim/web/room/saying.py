"""What a page may ask to be said about a session, and who may say what."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from voicesim.remarks.kinds import (
    FARTHEST,
    Account,
    Id,
    MaybeWords,
    Name,
    Points,
    Position,
    Role,
    Task,
    Voice,
    Words,
)
from voicesim.scoring.labels import Labelled
from voicesim.scoring.rubric import Level
from voicesim.timebase import SAMPLE_RATE
from voicesim.web.access import ALONE, Person
from voicesim.web.sessions.kept import KeptSession

Standing = Literal["alone", "owner", "teacher", "peer"]
"""How a person stands to a session. Nobody teaches themself: an instructor's own session is an owner's."""
At = Annotated[float, Field(ge=0, le=FARTHEST / SAMPLE_RATE, allow_inf_nan=False)]
"""Seconds from the session's first sample."""

_EVERYBODY: tuple[Standing, ...] = ("alone", "owner", "teacher", "peer")
_OTHERS: tuple[Standing, ...] = ("alone", "teacher", "peer")
_JUDGES: tuple[Standing, ...] = ("alone", "teacher")
_KEEPERS: tuple[Standing, ...] = ("alone", "owner", "teacher")
_OWNERS: tuple[Standing, ...] = ("alone", "owner")

RIGHTS: dict[str, tuple[Standing, ...]] = {
    "comment": _EVERYBODY,
    "flag": _EVERYBODY,
    "evaluation": _EVERYBODY,
    "withdrawal": _EVERYBODY,
    "commendation": _OTHERS,
    "label": _JUDGES,
    "criterion": _JUDGES,
    "release": _JUDGES,
    "hold": _JUDGES,
    "assignment": _JUDGES,
    "sign_off": _JUDGES,
    "invitation": _KEEPERS,
    "feedback_asked": _OWNERS,
}
"""Who may say what."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SayComment(_Strict):
    """Words on a moment. Times in seconds."""

    kind: Literal["comment"]
    at: At
    until: At | None = None
    text: Words


class SayFlag(_Strict):
    """A button of the room's, pressed at a moment. Times in seconds."""

    kind: Literal["flag"]
    at: At
    until: At | None = None
    button: Name
    text: MaybeWords = ""


class SayCommendation(_Strict):
    """Praise, for a moment or the whole session."""

    kind: Literal["commendation"]
    at: At | None = None
    text: Words


class SayLabel(_Strict):
    """Another label than the machine's, as `labels` lists them."""

    kind: Literal["label"]
    what: Labelled
    position: Position
    """The sample of the turn or the overlap."""
    sentence: Annotated[int, Field(ge=0, le=100_000)] = 0
    quote: MaybeWords = ""
    label: Annotated[str, Field(max_length=40)]
    holds: bool = True
    reason: Words


class SayCriterion(_Strict):
    """Points for a criterion of the session's rubric; none: the machine's stand again."""

    kind: Literal["criterion"]
    criterion: Name
    points: Points | None
    reason: Words


class SayEvaluation(_Strict):
    """Levels by ear, and words."""

    kind: Literal["evaluation"]
    voice: Voice | None = None
    """Only who is alone chooses; everybody else speaks as what they are."""
    levels: Annotated[dict[Name, Level], Field(max_length=60)] = {}
    text: MaybeWords = ""


class SayOnly(_Strict):
    """What needs no more than a few words: release, hold, ask for feedback, sign off."""

    kind: Literal["release", "hold", "feedback_asked", "sign_off"]
    text: MaybeWords = ""


class SayAssignment(_Strict):
    """The session given to somebody as a task."""

    kind: Literal["assignment"]
    to: Account
    task: Task
    due: date | None = None
    text: MaybeWords = ""


class SayInvitation(_Strict):
    """A colleague asked to listen."""

    kind: Literal["invitation"]
    to: Account
    text: MaybeWords = ""


class SayWithdrawal(_Strict):
    """One's own remark taken back."""

    kind: Literal["withdrawal"]
    of: Id
    text: MaybeWords = ""


ToSay = Annotated[
    SayComment
    | SayFlag
    | SayCommendation
    | SayLabel
    | SayCriterion
    | SayEvaluation
    | SayOnly
    | SayAssignment
    | SayInvitation
    | SayWithdrawal,
    Field(discriminator="kind"),
]


def stands(person: Person, session: KeptSession) -> Standing:
    """How a person who may see a session stands to it."""
    if person.id == ALONE.id:
        return "alone"
    if session.owner == person.id:
        return "owner"
    return "teacher" if person.teaches else "peer"


def role_of(person: Person, how: Standing) -> Role:
    """The role in which something is said."""
    if how == "peer":
        return "peer"
    return "trainee" if how == "owner" else person.role


def voice_of(how: Standing, wished: Voice | None) -> Voice:
    """In whose voice an evaluation speaks."""
    if how == "alone":
        return wished or "self"
    return {"owner": "self", "peer": "peer", "teacher": "instructor"}[how]  # type: ignore[return-value]


def may_say(how: Standing) -> tuple[str, ...]:
    """All that somebody may say."""
    return tuple(kind for kind, who in RIGHTS.items() if how in who)
