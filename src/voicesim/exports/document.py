"""JSON: the whole session as one document that explains itself. Its JSON Schema is docs/export.schema.json.

python -m voicesim.exports.document docs/export.schema.json
"""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from voicesim import __version__
from voicesim.exports.material import Material, Stretch
from voicesim.exports.text import one_line
from voicesim.remarks.kinds import Voice
from voicesim.scoring.feedback import Moment
from voicesim.scoring.rubric import Level
from voicesim.scoring.scorecard import Criterion, Scorecard
from voicesim.timebase import seconds


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class ScenarioPart(_Part):
    """Which scenario was played."""

    id: str
    title: str
    sha256: str


class SessionPart(_Part):
    """What was held, when, with what."""

    id: str
    created: str = Field(description="When it began, ISO 8601 with time zone.")
    length: float = Field(description="Seconds.")
    state: Literal["complete", "recording"] = Field(description="`recording`: it was interrupted, or still runs.")
    mode: Literal["practice", "drill", "qualify"]
    attempt: int = Field(description="Which attempt at the drill or qualification, from 1; 0 in practice.")
    owner: str = Field(description="Account of whoever practised; empty where there are none.")
    driver: Literal["soundcard", "file", "browser"]
    seed: int
    scenario: ScenarioPart
    ending: str = Field(description="How it ended, in the scenario author's words; empty where no ending was reached.")
    made_with: dict[str, str] = Field(description="voicesim, speech recognition and voice that made it.")


class WordPart(_Part):
    """A word, and when it sounds."""

    text: str
    start: float
    end: float


class SaidPart(_Part):
    """A turn of the trainee's, a listener's sound, or a line of the survivor's (or of others with her) as far as it was heard."""

    speaker: Literal["trainee", "survivor"]
    name: str
    kind: Literal["turn", "listening", "line"]
    start: float
    end: float
    text: str
    unheard: str = Field(description="What of the line was not heard any more.")
    words: list[WordPart]


class QuestionPart(_Part):
    """A question of the trainee's, in three typologies. docs/questions.md has the definitions."""

    start: float
    end: float
    text: str
    form: str
    griffiths: str
    nichd: str
    miti: str
    marks: list[str]


class OverlapPart(_Part):
    """Trainee speech that began while the floor was hers, or a listener's sound."""

    start: float
    end: float
    kind: str
    she_stopped: bool
    text: str


class MovePart(_Part):
    """Something the trainee's words did: believed her, thanked her, blamed her."""

    start: float
    end: float
    move: str
    text: str


class EvidencePart(_Part):
    """A stretch of the recording that shows what a criterion says."""

    start: float
    end: float
    track: Literal["trainee", "survivor", "both"]
    quote: str
    note: str


class OverridePart(_Part):
    """An instructor's judgement, beside the machine's."""

    points: float
    by: str
    reason: str


class CriterionPart(_Part):
    """One line of the scorecard. Points are 0 to 100; null: not enough to judge."""

    id: str
    title: str
    weight: float
    measure: str
    value: float | None
    unit: str
    level: str | None
    points: float | None = Field(description="The machine's.")
    counted: float | None = Field(description="What counts: the instructor's points where there are any.")
    override: OverridePart | None
    advice: str
    source: str
    evidence: list[EvidencePart]


class MeasurePart(_Part):
    """One figure; docs/measures.md has the definitions."""

    value: float | None
    unit: str
    basis: int = Field(description="How many observations it rests on.")


class MomentPart(_Part):
    """A moment to look at again, or to be glad of."""

    start: float
    end: float
    title: str
    said: str
    effect: str
    better: str


class StandardPart(_Part):
    """How the session stands against the rubric's pass standard."""

    met: bool
    unmet: list[str]


class ScoringPart(_Part):
    """Labels and scores. A program's, and an aid: an instructor has the last word."""

    rubric: str
    rubric_title: str
    overall: float | None = Field(description="The machine's, 0 to 100; null: too little could be judged.")
    overall_reviewed: float | None = Field(description="With the instructor's overrides.")
    level: str | None
    judged: float = Field(description="Share of the rubric's weight that could be judged, 0 to 1.")
    caps: list[str] = Field(description="Why the overall is limited, one sentence each.")
    standard: StandardPart | None
    criteria: list[CriterionPart]
    measures: dict[str, MeasurePart]
    questions: list[QuestionPart]
    overlaps: list[OverlapPart]
    moves: list[MovePart]
    moments: list[MomentPart]
    praise: list[MomentPart]


class RemarkPart(_Part):
    """What an instructor said about the session."""

    kind: Literal["comment", "commendation", "flag"]
    at: float | None = Field(description="null: about the whole session.")
    by: str
    text: str


class EvaluationPart(_Part):
    """What somebody made of the session by ear, on a form with the rubric's criteria."""

    voice: Voice = Field(description="Whether whoever practised judged themself, a colleague, or an instructor.")
    by: str
    when: str = Field(description="ISO 8601 with time zone.")
    rubric: str
    levels: dict[str, Level] = Field(description="By criterion; only those that were judged.")
    text: str = Field(description="In their own words; may be empty.")


class FeelingPart(_Part):
    """Her feelings from here on."""

    at: float
    feelings: dict[str, float]
    because: str


class ExportDocument(_Part):
    """A session. All times are seconds from the session's first sample, exact to 0.1 ms; both tracks share that clock."""

    schema_: Literal["voicesim/export/1"] = Field("voicesim/export/1", alias="schema")
    generator: str
    session: SessionPart
    said: list[SaidPart] = Field(description="Everything said, by onset. Stretches of two speakers may overlap.")
    feelings: list[FeelingPart]
    disclosures: dict[str, float] = Field(description="What she told, and when it had been heard.")
    scoring: ScoringPart | None = Field(
        description="null where labels and scores were not released to whoever made this."
    )
    remarks: list[RemarkPart] = Field(description="Empty where scores were not released.")
    evaluations: list[EvaluationPart] = Field(description="Empty where scores were not released.")
    notes: list[str] = Field(description="What is missing or damaged in the recording.")


def to_document(material: Material) -> bytes:
    """The session as JSON, UTF-8."""
    document = ExportDocument(
        generator=f"voicesim {__version__}",
        session=_session(material),
        said=[_said(one) for one in material.said],
        feelings=[
            FeelingPart(at=seconds(one.at), feelings=dict(one.feelings), because=one.because)
            for one in material.conversation.feelings
        ],
        disclosures={one.disclosure: seconds(one.at) for one in material.conversation.disclosures},
        scoring=None if material.card is None else _scoring(material.card),
        remarks=[
            RemarkPart(
                kind=one.kind, at=None if one.at is None else seconds(one.at), by=one.by, text=one_line(one.text)
            )
            for one in material.remarks
        ],
        evaluations=[
            EvaluationPart(
                voice=one.voice,
                by=one.by,
                when=one.when,
                rubric=one.rubric,
                levels=dict(one.levels),
                text=one_line(one.text),
            )
            for one in material.evaluations
        ],
        notes=list(material.notes),
    )
    return (json.dumps(document.model_dump(by_alias=True), ensure_ascii=False, indent=1) + "\n").encode()


def _session(material: Material) -> SessionPart:
    meta = material.meta
    return SessionPart(
        id=meta.id,
        created=meta.created,
        length=seconds(material.length),
        state=meta.state,
        mode=meta.mode,
        attempt=meta.attempt,
        owner=meta.owner,
        driver=meta.driver,
        seed=meta.seed,
        scenario=ScenarioPart(id=meta.scenario.id, title=meta.scenario.title, sha256=meta.scenario.sha256),
        ending=material.ending_title,
        made_with={
            "voicesim": meta.voicesim,
            "recognition": f"{meta.transcriber.engine} {meta.transcriber.model}".strip(),
            "voice": f"{meta.voice.engine} {meta.voice.model}".strip(),
        },
    )


def _said(one: Stretch) -> SaidPart:
    return SaidPart(
        speaker=one.speaker,
        name=one_line(one.name),
        kind=one.kind,
        start=seconds(one.start),
        end=seconds(one.end),
        text=one.text,
        unheard=one.unheard,
        words=[
            WordPart(text=one_line(word.text), start=seconds(word.start), end=seconds(word.end)) for word in one.words
        ],
    )


def _scoring(card: Scorecard) -> ScoringPart:
    return ScoringPart(
        rubric=card.rubric.id,
        rubric_title=card.rubric.title,
        overall=card.overall,
        overall_reviewed=card.overall_reviewed,
        level=card.level,
        judged=card.judged,
        caps=[cap.reason for cap in card.caps],
        standard=StandardPart(met=card.standard.met, unmet=list(card.standard.unmet)) if card.standard else None,
        criteria=[_criterion(one) for one in card.criteria],
        measures={one.name: MeasurePart(value=one.value, unit=one.unit, basis=one.basis) for one in card.measures},
        questions=[
            QuestionPart(
                start=seconds(one.start),
                end=seconds(one.end),
                text=one_line(one.text),
                form=one.form,
                griffiths=one.griffiths,
                nichd=one.nichd,
                miti=one.miti,
                marks=list(one.marks),
            )
            for one in card.questions
        ],
        overlaps=[
            OverlapPart(
                start=seconds(one.start),
                end=seconds(one.end),
                kind=one.kind,
                she_stopped=one.taking,
                text=one_line(one.text),
            )
            for one in card.overlaps
        ],
        moves=[
            MovePart(start=seconds(one.start), end=seconds(one.end), move=one.move, text=one_line(one.text))
            for one in card.moves
        ],
        moments=_moments(card.moments),
        praise=_moments(card.praise),
    )


def _criterion(one: Criterion) -> CriterionPart:
    return CriterionPart(
        id=one.id,
        title=one.title,
        weight=one.weight,
        measure=one.measure,
        value=one.value,
        unit=one.unit,
        level=one.level,
        points=one.points,
        counted=one.counted,
        override=OverridePart(points=one.override.points, by=one.override.by, reason=one.override.reason)
        if one.override
        else None,
        advice=one.advice,
        source=one.source,
        evidence=[
            EvidencePart(
                start=seconds(each.start),
                end=seconds(each.end),
                track=each.track,
                quote=one_line(each.quote),
                note=each.note,
            )
            for each in one.evidence
        ],
    )


def _moments(moments: tuple[Moment, ...]) -> list[MomentPart]:
    return [
        MomentPart(
            start=seconds(one.start),
            end=seconds(one.end),
            title=one.title,
            said=one_line(one.said),
            effect=one_line(one.effect),
            better=one.better,
        )
        for one in moments
    ]


def json_schema() -> dict[str, Any]:
    """The JSON Schema of what `to_document` writes."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **ExportDocument.model_json_schema(by_alias=True, mode="serialization"),
    }


if __name__ == "__main__":
    import sys
    from pathlib import Path

    Path(sys.argv[1]).write_text(json.dumps(json_schema(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
