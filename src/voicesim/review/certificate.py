"""A certificate of a qualification: what was judged, by what, with which result, until when; and the hashes to check it by.

It is no digital signature, and says so: whoever can write to the folder can change it. What it can show is whether the recording,
the scenario and the rubric are still those that were judged; `check_certificate` does that, and judges again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from importlib import resources
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from voicesim.errors import BadInputError
from voicesim.scoring.rubric import Rubric
from voicesim.scoring.scorecard import Scorecard, StandardResult
from voicesim.session.checksums import file_sha256
from voicesim.session.disk import write_atomically
from voicesim.session.meta import META
from voicesim.session.reader import Bundle
from voicesim.session.writer import EVENTS, SCENARIO, storage_error
from voicesim.yamlfile import load_model

CERTIFICATE = "certificate.json"
CERTIFICATE_PAGE = "certificate.html"
FORMAT: Literal["voicesim/certificate/1"] = "voicesim/certificate/1"
HASHED = (EVENTS, META, SCENARIO, "trainee.flac", "trainee.wav", "survivor.flac", "survivor.wav")
"""What the session's hash covers, where it is there. Scorecard and report may be written anew; the recording may not."""

Result = Literal["passed", "not passed", "no attempt"]


class QualificationRules(BaseModel):
    """`qualification.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["voicesim/qualification/1"]
    rubric: str
    scenario: str
    seeds: Annotated[tuple[int, ...], Field(min_length=1)]

    def seed_of(self, attempt: int) -> int:
        """The seed of an attempt, counted from 1."""
        return self.seeds[(attempt - 1) % len(self.seeds)]


@cache
def qualification_rules() -> QualificationRules:
    """`qualification.yaml`."""
    return load_model(files("voicesim.review") / "qualification.yaml", QualificationRules)


@dataclass(frozen=True)
class CriterionMet:
    """One criterion of the standard."""

    title: str
    value: float | None
    unit: str
    level: str
    required: bool
    met: bool


@dataclass(frozen=True)
class Certificate:
    """Everything that stands on a certificate."""

    format: Literal["voicesim/certificate/1"]
    trainee: str
    held: str
    """When the session began, ISO 8601 with time zone."""
    result: Result
    finished: bool
    """Whether the session came to one of its endings; one that did not is no attempt."""
    live: bool
    """Whether a person spoke; a session from a recording is no attempt."""
    expires: str
    """The first day on which it no longer holds; empty unless passed."""
    attempt: int
    broken_off: int
    after_training: str
    """With whom and when training was completed after all attempts had failed; empty otherwise."""
    scenario_id: str
    scenario_title: str
    scenario_sha256: str
    rubric_id: str
    rubric_title: str
    rubric_sha256: str
    seed: int
    overall: float | None
    standard: StandardResult
    criteria: tuple[CriterionMet, ...]
    overridden: tuple[str, ...]
    """Criteria that an instructor judged otherwise than the machine."""
    adjustments: dict[str, str]
    pauses: int
    made_with: str
    session: str
    session_sha256: str

    def to_json(self) -> str:
        """As JSON text with a newline at the end."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n"


@dataclass(frozen=True)
class Circumstances:
    """What the certificate says of the attempt itself."""

    expires: date | None
    broken_off: int = 0
    after_training: str = ""
    finished: bool = True


def certify(bundle: Bundle, card: Scorecard, rubric: Rubric, about: Circumstances) -> Certificate:
    """Make out a certificate for a judged session; passed or not."""
    from voicesim.engine.events import PausedOrResumed

    assert card.standard is not None
    assert rubric.standard is not None
    meta = bundle.meta
    live = meta.driver == "soundcard"
    result: Result = "no attempt" if not (live and about.finished) else "passed" if card.standard.met else "not passed"
    return Certificate(
        format=FORMAT,
        trainee=meta.trainee,
        held=meta.created,
        result=result,
        finished=about.finished,
        live=live,
        expires=about.expires.isoformat() if about.expires and result == "passed" else "",
        attempt=meta.attempt,
        broken_off=about.broken_off,
        after_training=about.after_training,
        scenario_id=meta.scenario.id,
        scenario_title=meta.scenario.title,
        scenario_sha256=meta.scenario.sha256,
        rubric_id=rubric.id,
        rubric_title=rubric.title,
        rubric_sha256=rubric_sha256(rubric),
        seed=meta.seed,
        overall=card.overall_reviewed,
        standard=card.standard,
        criteria=tuple(
            CriterionMet(
                one.title,
                one.value,
                one.unit,
                one.level or "not judged",
                one.id in rubric.standard.must,
                not any(missing.startswith(one.title) for missing in card.standard.unmet),
            )
            for one in card.criteria
            if one.weight or one.id in rubric.standard.must
        ),
        overridden=tuple(one.title for one in card.criteria if one.override),
        adjustments=dict(meta.adjustments),
        pauses=sum(isinstance(record, PausedOrResumed) and record.paused for record in bundle.records),
        made_with=f"voicesim {meta.voicesim}; {meta.transcriber.engine} {meta.transcriber.model}".strip(),
        session=meta.id,
        session_sha256=session_sha256(bundle.path),
    )


def rubric_sha256(rubric: Rubric) -> str:
    """Of what the rubric says, however its file is laid out."""
    return hashlib.sha256(json.dumps(rubric.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()


def session_sha256(folder: Path) -> str:
    """Of the recording: name and SHA-256 of each of its files, in order."""
    digest = hashlib.sha256()
    for name in HASHED:
        path = folder / name
        if path.exists():
            digest.update(f"{name} {file_sha256(path)}\n".encode())
    return digest.hexdigest()


def write_certificate(folder: Path, certificate: Certificate) -> Path:
    """Write it as a page to print and as JSON.

    Returns:
        The page.

    Raises:
        StorageError: it cannot be written.
    """
    page = folder / CERTIFICATE_PAGE
    try:
        write_atomically(folder / CERTIFICATE, certificate.to_json())
        write_atomically(page, render_certificate(certificate))
    except OSError as error:
        raise storage_error(folder, error) from None
    return page


def render_certificate(certificate: Certificate) -> str:
    """The page: one HTML file that asks nothing of the network."""
    from jinja2 import BaseLoader, Environment, StrictUndefined

    environment = Environment(
        loader=BaseLoader(), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    text = (resources.files("voicesim.review") / "templates" / "certificate.html").read_text(encoding="utf-8")
    return environment.from_string(text).render(c=certificate, held=certificate.held[:10])


def read_certificate(path: Path) -> Certificate:
    """Read a certificate back.

    Raises:
        BadInputError: it is none, or is damaged.
    """
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
        return TypeAdapter(Certificate).validate_python(data)
    except FileNotFoundError:
        raise BadInputError(
            f"{path.parent} holds no certificate.", "Name the folder that `voicesim qualify` printed."
        ) from None
    except (OSError, ValueError, ValidationError) as error:
        what = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise BadInputError(f"{path} cannot be read: {what}.", "Take it from a copy of the session.") from None


def check_certificate(bundle: Bundle, certificate: Certificate, card: Scorecard, rubric: Rubric) -> tuple[str, ...]:
    """What is no longer as it was certified, in plain words; empty when everything agrees.

    Args:
        bundle: the session beside the certificate.
        certificate: as read.
        card: the session judged again, an instructor's overrides included.
        rubric: the rubric as it is now.
    """
    found = []
    if session_sha256(bundle.path) != certificate.session_sha256:
        found.append("The recording is not the one that was certified: its files have changed.")
    if rubric_sha256(rubric) != certificate.rubric_sha256:
        found.append("The rubric has changed since: thresholds or weights are others now.")
    if card.standard is not None and card.standard.met != certificate.standard.met:
        now = "meets" if card.standard.met else "does not meet"
        found.append(f"Judged again, the session {now} the standard.")
    expected = "no attempt" if not (certificate.live and certificate.finished) else (
        "passed" if certificate.standard.met else "not passed"
    )  # fmt: skip
    if certificate.result != expected or certificate.trainee != bundle.meta.trainee:
        found.append("The certificate does not agree with itself or with the session: it has been changed by hand.")
    return tuple(found)
