"""What a sign-off covers, and whether it still does: the log, the scorecard, and all that had been said before it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from voicesim.errors import BadInputError
from voicesim.remarks.log import Remarks
from voicesim.remarks.standing import Review
from voicesim.session.checksums import file_sha256
from voicesim.session.names import EVENTS

_NOTHING = sha256(b"").hexdigest()

WORDS = {
    "comment": "a comment was added",
    "flag": "a moment was marked",
    "commendation": "a commendation was added",
    "label": "a label was judged otherwise",
    "criterion": "other points were given",
    "evaluation": "an evaluation was added",
    "rescored": "the session was scored anew",
    "withdrawal": "something was withdrawn",
}


@dataclass(frozen=True)
class Signed:
    """Checksums of what is signed beside the remarks, SHA-256 in hexadecimal."""

    log: str
    scorecard: str


def to_sign(folder: Path, scorecard: Path) -> Signed:
    """What would be signed at this moment; the remarks are summed when the signature is added to them.

    Args:
        folder: the session's.
        scorecard: the scorecard's file; where there is none, its checksum is that of nothing.

    Raises:
        BadInputError: something of it cannot be read.
    """
    try:
        card = file_sha256(scorecard) if scorecard.exists() else _NOTHING
        return Signed(file_sha256(folder / EVENTS), card)
    except OSError as error:
        raise BadInputError(
            f"{folder.name} cannot be signed off: {error.strerror}.", "Check it: voicesim recover."
        ) from None


def changes_since(folder: Path, scorecard: Path, remarks: Remarks, review: Review) -> tuple[str, ...]:
    """What is not as it was signed, in plain words; empty when all is, and where nothing was signed."""
    signed = review.signed
    if signed is None:
        return ()
    now = to_sign(folder, scorecard)
    said = dict.fromkeys(WORDS.get(getattr(one, "kind", ""), "something was said") for one in review.changed_since)
    found = list(said)
    if remarks.before(signed.id) != signed.remarks:
        found.append("remarks before it are not as they were")
    if now.log != signed.log:
        found.append("the session's log is not as it was")
    if now.scorecard != signed.scorecard and not review.changed_since:
        found.append("the scorecard is not as it was")
    return tuple(found)
