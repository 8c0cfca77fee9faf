"""What can be said about a session: one model for each kind, each with who said it, when, and in which role.

Positions are samples at 16 kHz from the session's first. Nothing is ever changed or deleted: what is taken back is taken back by a
remark of its own.
"""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from voicesim.scoring.labels import LABELS, Labelled
from voicesim.scoring.rubric import Level
from voicesim.timebase import SAMPLE_RATE

Role = Literal["trainee", "peer", "instructor", "admin"]
Tone = Literal["good", "care", "plain"]
Voice = Literal["self", "peer", "instructor"]
"""In whose voice an evaluation speaks."""
Task = Literal["review", "listen_again", "self_evaluate", "practise_again"]

FARTHEST = 7 * 24 * 3600 * SAMPLE_RATE
"""No position of a session is larger: a week."""

Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Account = Annotated[str, StringConstraints(max_length=64)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
FewWords = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
MaybeWords = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
Position = Annotated[int, Field(ge=0, le=FARTHEST)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Points = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Who(_Frozen):
    """A person, as they were called when it was said."""

    account: Account = ""
    """Id of the account; empty for the one person of a computer without accounts."""
    name: FewWords


class Remark(_Frozen):
    """What all kinds share."""

    id: Id
    when: AwareDatetime
    by: Who
    role: Role
    """In which role it was said: whoever teaches says it as a teacher, an invited colleague as a peer."""


class Placed(Remark):
    """A remark on a moment, or on a stretch of the session."""

    at: Position
    until: Position | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Placed:
        if self.until is not None and self.until < self.at:
            raise ValueError("it ends before it begins")
        return self


class Comment(Placed):
    """Free words on a moment."""

    kind: Literal["comment"] = "comment"
    text: Words


class Flag(Placed):
    """A button pressed at a moment. It keeps the button's words, for the academy may change its buttons."""

    kind: Literal["flag"] = "flag"
    button: Name
    label: FewWords
    tone: Tone = "plain"
    text: MaybeWords = ""


class Commendation(Remark):
    """Something to be proud of, with words; at a moment or for the whole session."""

    kind: Literal["commendation"] = "commendation"
    text: Words
    at: Position | None = None


class LabelOverride(Remark):
    """Another label for one sentence, or for one overlap, than the machine's."""

    kind: Literal["label"] = "label"
    what: Labelled
    at: Position
    """Where the turn begins (sentences), or the overlap."""
    sentence: Annotated[int, Field(ge=0, le=100_000)] = 0
    """Where the sentence begins in the turn's text, in characters."""
    quote: MaybeWords = ""
    """The sentence as it was read then: a later reading that cuts it otherwise is not judged by accident."""
    label: Annotated[str, StringConstraints(max_length=40)]
    holds: bool = True
    """For marks and moves: whether it is there. An overlap that does not hold is none; a type always holds."""
    reason: Words

    @model_validator(mode="after")
    def _label_is_known(self) -> LabelOverride:
        if self.label not in LABELS[self.what]:
            raise ValueError(f"there is no {self.what} '{self.label}': use one of {', '.join(LABELS[self.what])}")
        return self


class CriterionOverride(Remark):
    """Points for one criterion beside the machine's. Without points, the machine's stand again."""

    kind: Literal["criterion"] = "criterion"
    rubric: Name
    criterion: Name
    points: Points | None
    reason: Words


class Evaluation(Remark):
    """A small form: a level for each criterion that was judged by ear, and free words."""

    kind: Literal["evaluation"] = "evaluation"
    voice: Voice
    rubric: Name
    levels: Annotated[dict[Name, Level], Field(max_length=60)]
    text: MaybeWords = ""

    @model_validator(mode="after")
    def _says_something(self) -> Evaluation:
        if not self.levels and not self.text:
            raise ValueError("it says nothing: choose a level or write something")
        return self


class Release(Remark):
    """From now on the trainee sees the scores."""

    kind: Literal["release"] = "release"
    text: MaybeWords = ""


class Hold(Remark):
    """From now on the trainee sees no scores."""

    kind: Literal["hold"] = "hold"
    text: MaybeWords = ""


class Assignment(Remark):
    """The session given to somebody as a task."""

    kind: Literal["assignment"] = "assignment"
    to: Who
    task: Task
    due: date | None = None
    text: MaybeWords = ""


class Invitation(Remark):
    """A colleague is asked to listen and to say what they think."""

    kind: Literal["invitation"] = "invitation"
    to: Who
    text: MaybeWords = ""


class FeedbackAsked(Remark):
    """The trainee would like an instructor to listen."""

    kind: Literal["feedback_asked"] = "feedback_asked"
    text: MaybeWords = ""


class SignOff(Remark):
    """The review is finished. The checksums say what was signed."""

    kind: Literal["sign_off"] = "sign_off"
    text: MaybeWords = ""
    log: Sha256
    """Of the session's log."""
    scorecard: Sha256
    """Of the scorecard as it then stood."""
    remarks: Sha256
    """Of all remarks before this one."""


class Rescored(Remark):
    """The session was scored anew and the new scorecard kept."""

    kind: Literal["rescored"] = "rescored"
    before: FewWords
    """The rubric before, and the overall."""
    after: FewWords


class Withdrawal(Remark):
    """One's own remark, taken back. It is kept, and shown as withdrawn."""

    kind: Literal["withdrawal"] = "withdrawal"
    of: Id
    text: MaybeWords = ""


AnyRemark = Annotated[
    Comment
    | Flag
    | Commendation
    | LabelOverride
    | CriterionOverride
    | Evaluation
    | Release
    | Hold
    | Assignment
    | Invitation
    | FeedbackAsked
    | SignOff
    | Rescored
    | Withdrawal,
    Field(discriminator="kind"),
]

_R = TypeVar("_R", bound=Remark)


def said(kind: type[_R], by: Who, role: Role, **fields: Any) -> _R:
    """A remark said now, with an id of its own.

    Args:
        kind: what is said.
        by: who says it.
        role: in which role.
        fields: what that kind holds.

    Raises:
        pydantic.ValidationError: the fields do not fit the kind.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    return kind(id=secrets.token_hex(8), when=now, by=by, role=role, **fields)
