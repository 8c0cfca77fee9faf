"""Whether a trainee is shown the scores of a session: at once, or when an instructor has released them."""

from __future__ import annotations

from pathlib import Path

from voicesim.remarks.given import answers, given_tasks
from voicesim.remarks.kinds import Release
from voicesim.remarks.log import read_remarks
from voicesim.remarks.settings import ReleaseRules, Rule, room_settings
from voicesim.remarks.standing import Review, standing
from voicesim.session.meta import SessionMeta


def released(folder: Path, meta: SessionMeta, rules: ReleaseRules | None = None, sessions: Path | None = None) -> bool:
    """Whether whoever practised is shown the scores.

    Args:
        folder: the session's.
        meta: its metadata.
        rules: the academy's; None: those in force where the session lies.
        sessions: where the session is kept, if `folder` is a copy of it; None: where it lies.

    Raises:
        BadInputError: the remarks, or the academy's settings, cannot be read.
    """
    if not meta.owner:
        return True  # recorded where there are no accounts: nobody else could release anything
    if meta.private:
        return True  # nobody else sees it
    review = standing(read_remarks(folder).remarks)
    if review.released is not None:
        return isinstance(review.released, Release)
    home = sessions or folder.parent
    return rule_for(home, meta, review, rules or room_settings(home).release) == "at_once"


def rule_for(sessions: Path, meta: SessionMeta, review: Review, rules: ReleaseRules) -> Rule:
    """The rule a session falls under as long as nobody has decided."""
    if meta.mode == "qualify":
        return rules.qualify
    if _assigned(sessions, meta, review):
        return rules.assigned
    return rules.drill if meta.mode == "drill" else rules.practice


def _assigned(sessions: Path, meta: SessionMeta, review: Review) -> bool:
    """Whether an instructor has given the scenario before, or asked whoever practised to judge themself first."""
    if any(one.to.account == meta.owner and one.task == "self_evaluate" for one in review.assignments):
        return True
    given, _ = given_tasks(sessions)
    return any(answers(one, meta) for one in given)
