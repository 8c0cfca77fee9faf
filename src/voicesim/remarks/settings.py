"""What the instructor's room offers: its buttons, when scores are shown, how the debrief plays. YAML that an academy can change."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from voicesim.remarks.kinds import FewWords, Name, Tone
from voicesim.yamlfile import load_model

ACADEMY = "academy"
"""The folder among the sessions that holds what an academy sets for itself: `room.yaml`, `rubrics/`, what was given to whom."""
ROOM = "room.yaml"
Rule = Literal["at_once", "by_instructor"]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Button(_Strict):
    """One button that marks a moment."""

    id: Name
    label: FewWords
    key: Annotated[str, StringConstraints(pattern=r"^[0-9]?$")] = ""
    """The key that presses it; empty for none."""
    tone: Tone = "plain"


class ReleaseRules(_Strict):
    """When a trainee sees scores, by what the session was for."""

    practice: Rule = "at_once"
    drill: Rule = "at_once"
    assigned: Rule = "by_instructor"
    qualify: Rule = "by_instructor"


class DebriefSettings(_Strict):
    """How moments are played on the big screen. Seconds."""

    lead_in: Annotated[float, Field(ge=0, le=60)] = 6
    lead_out: Annotated[float, Field(ge=0, le=120)] = 8


class RoomSettings(_Strict):
    """`room.yaml`."""

    format: Literal["voicesim/room/1"]
    buttons: Annotated[tuple[Button, ...], Field(min_length=1, max_length=30)]
    release: ReleaseRules = ReleaseRules()
    debrief: DebriefSettings = DebriefSettings()

    @model_validator(mode="after")
    def _nothing_twice(self) -> Self:
        for what in ("id", "key"):
            given = [value for button in self.buttons if (value := getattr(button, what))]
            twice = sorted({value for value in given if given.count(value) > 1})
            if twice:
                raise ValueError(f"two buttons share the {what} '{twice[0]}': give each its own")
        return self


def room_settings(sessions: Path) -> RoomSettings:
    """The academy's settings: `academy/room.yaml` among its sessions, else those that come with this version.

    Args:
        sessions: the folder where sessions are kept.

    Raises:
        BadInputError: the academy's file is not valid; with file and line.
    """
    own = sessions / ACADEMY / ROOM
    try:
        changed = own.stat().st_mtime_ns
    except OSError:
        return _bundled()
    return _own(own, changed)


@lru_cache(maxsize=1)
def _bundled() -> RoomSettings:
    return load_model(resources.files("voicesim.remarks") / ROOM, RoomSettings)


@lru_cache(maxsize=16)
def _own(path: Path, changed: int) -> RoomSettings:
    """Read again when the file has changed."""
    return load_model(path, RoomSettings)
