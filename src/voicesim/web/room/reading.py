"""What was said about a session, read whether it is encrypted or not, without opening its sound."""

from __future__ import annotations

from pathlib import Path

from voicesim.errors import VoicesimError
from voicesim.remarks.log import REMARKS, read_remarks
from voicesim.remarks.release import released
from voicesim.remarks.settings import ReleaseRules
from voicesim.remarks.standing import Review, standing
from voicesim.session.meta import META, read_meta
from voicesim.store.opened import opened_in_part


def review_in(folder: Path) -> Review:
    """Where people's review of a session stands.

    Raises:
        VoicesimError: it cannot be read, or it is encrypted and the key is not at hand.
    """
    with opened_in_part(folder, REMARKS) as part:
        return standing(read_remarks(part).remarks)


def invites(folder: Path, account: str) -> bool:
    """Whether somebody was asked to listen to a session; nobody, where that cannot be read."""
    try:
        return review_in(folder).invites(account)
    except VoicesimError:
        return False


def is_released(folder: Path, rules: ReleaseRules | None = None) -> bool:
    """Whether whoever practised is shown the scores.

    Raises:
        VoicesimError: as above.
    """
    with opened_in_part(folder, META, REMARKS) as part:
        return released(part, read_meta(part), rules, folder.parent)
