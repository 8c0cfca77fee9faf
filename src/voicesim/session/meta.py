"""What `meta.json` holds: who and what made the recording, and whether it was closed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from voicesim.errors import BadInputError
from voicesim.session.disk import write_atomically

FORMAT = "voicesim/session/1"
META = "meta.json"


class Part(BaseModel):
    """An engine and what it was loaded with."""

    model_config = ConfigDict(frozen=True)

    engine: str
    model: str = ""


class Consent(BaseModel):
    """That the person recorded agreed, and how: ``prompt``, ``option --yes``, ``recording`` (the file was theirs to give)."""

    model_config = ConfigDict(frozen=True)

    given: bool
    how: str


class ScenarioRef(BaseModel):
    """Which scenario was played; its text lies beside this file as `scenario.yaml`."""

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    sha256: str


class SessionMeta(BaseModel):
    """Metadata of one session. Unknown keys of later versions are kept."""

    model_config = ConfigDict(frozen=True, extra="allow")

    format: Literal["voicesim/session/1"] = "voicesim/session/1"
    id: str
    created: str
    """When it began, ISO 8601 with time zone."""
    voicesim: str
    """Version that recorded it."""
    platform: str
    scenario: ScenarioRef
    seed: int
    driver: Literal["soundcard", "file", "browser"]
    source: str = ""
    """Name (not path) of the trainee's recording, file driver only."""
    transcriber: Part
    turn_end: str = ""
    """What decided whether a turn was over: ``words``, or ``words + smart-turn``."""
    meaning: str = ""
    """What moves and topics went by: ``words alone``, or words and an embedding model."""
    voice: Part
    turn_taking: dict[str, float]
    """The turn-taking numbers in force, in seconds and counts."""
    devices: dict[str, str] = {}
    loop_latency: int = 0
    """Samples by which what she says reaches the microphone's time line later than it was rendered."""
    consent: Consent
    mode: Literal["practice", "drill", "qualify"] = "practice"
    """What it was for. A private session is not kept, so that it has no metadata at all."""
    attempt: int = 0
    """Which attempt at the drill or the qualification it is, from 1; 0 in practice."""
    trainee: str = ""
    """Whom a certificate is made out to; only a qualification asks."""
    owner: str = ""
    """Account of whoever practised, on a server with accounts; empty elsewhere."""
    private: bool = False
    """Whether nobody but the owner may see it there."""
    adjustments: dict[str, str] = {}
    """Where a qualification was held under other conditions than the usual ones: option to value."""
    country: str = ""
    """Whose support lines are shown, two capital letters; empty when not known."""
    sample_rate: int = 16000
    state: Literal["recording", "complete"] = "recording"
    ended: str = ""
    samples: int = 0
    """Length of both tracks once complete."""
    recovered: str = ""
    """When an interrupted session was mended, ISO 8601 with time zone; empty when it was closed by itself."""
    sound_removed: str = ""
    """When its sound was deleted as the rules of retention ask for, ISO 8601 with time zone; empty while it is there."""
    checksums: dict[str, str] = {}
    """SHA-256 of each file at the closing, by its name; `meta.json` stands for this file without this entry."""


def write_meta(folder: Path, meta: SessionMeta) -> None:
    """Write `meta.json` so that a reader sees the old file or the new one, never half of one."""
    write_atomically(folder / META, meta.model_dump_json(indent=2) + "\n")


def read_meta(folder: Path) -> SessionMeta:
    """Read `meta.json`.

    Raises:
        BadInputError: no session lies here, or its metadata cannot be read.
    """
    path = folder / META
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInputError(
            f"{folder} holds no recorded session (no {META} in it).",
            "Name the folder that `voicesim practice` printed.",
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise BadInputError(
            f"{path} cannot be read: {str(error).rstrip('.')}.",
            "Take it from a copy of the session; the log and the sound do not need mending.",
        ) from error
    found = data.get("format") if isinstance(data, dict) else None
    if found != FORMAT:
        newer = isinstance(found, str) and found.startswith("voicesim/session/")
        raise BadInputError(
            f"{path} has format {found!r}, this version reads {FORMAT!r}.",
            "Use a newer voicesim." if newer else "Name the folder that `voicesim practice` printed.",
        )
    try:
        return SessionMeta.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInputError(
            f"{path} is not valid: {where}: {first['msg']}.", "Undo what was changed in it, or take it from a copy."
        ) from error
