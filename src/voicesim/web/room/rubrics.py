"""Rubrics that sessions can be judged by: those that come with voicesim, and the academy's own in `academy/rubrics/`."""

from __future__ import annotations

import json
from pathlib import Path

from voicesim.errors import BadInputError, VoicesimError
from voicesim.remarks.settings import ACADEMY
from voicesim.review.scoring import SCORECARD
from voicesim.scoring.rubric import Rubric, bundled_rubrics, load_rubric

_MOST = 100
"""Files that are looked at."""


def rubrics(sessions: Path) -> dict[str, Rubric]:
    """All rubrics by id. The academy's own count more than a bundled one of the same id; those that are not valid are left out."""
    found = {rubric.id: rubric for rubric in map(load_rubric, bundled_rubrics())}
    folder = sessions / ACADEMY / "rubrics"
    for path in sorted(folder.glob("*.yaml"))[:_MOST] if folder.is_dir() else ():
        try:
            own = load_rubric(path)
        except (VoicesimError, OSError):
            continue
        found[own.id] = own
    return found


def rubric_of(sessions: Path, folder: Path) -> Rubric:
    """The rubric a session was judged by; the default where it is not known any more."""
    return rubrics(sessions).get(judged_by(folder)) or load_rubric()


def chosen(sessions: Path, name: str) -> Rubric:
    """A rubric by its id.

    Raises:
        BadInputError: there is none.
    """
    known = rubrics(sessions)
    if name not in known:
        raise BadInputError(f"There is no rubric '{name}'.", f"Use one of: {', '.join(known)}.")
    return known[name]


def judged_by(folder: Path) -> str:
    """Id of the rubric in a session's scorecard; empty where there is none."""
    try:
        data = json.loads((folder / SCORECARD).read_text(encoding="utf-8"))
        return str(data["rubric"]["id"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""
