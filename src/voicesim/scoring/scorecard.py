"""The scorecard: criteria with values, bands, points, evidence and sources; overrides beside the machine's."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from voicesim.errors import BadInputError
from voicesim.scoring.conversation import Conversation
from voicesim.scoring.delivery import TurnDelivery, deliver, measure_delivery, tone_flags
from voicesim.scoring.feedback import Moment, care_moments, good_moments
from voicesim.scoring.interruptions import Overlap, find_overlaps, measure_interruptions
from voicesim.scoring.labels import Relabel
from voicesim.scoring.measures import Evidence, Measure
from voicesim.scoring.pace import TurnPace, measure_pace, turn_paces
from voicesim.scoring.questions import TypeCount, count_types, measure_questions
from voicesim.scoring.rapport import MoveMade, count_moves, find_moves, measure_rapport
from voicesim.scoring.rubric import RANKED, Cap, CriterionRule, Group, Level, Rubric
from voicesim.scoring.turn_taking import measure_turn_taking

SCHEMA = "voicesim/scorecard/2"
READABLE = ("voicesim/scorecard/1", SCHEMA)
"""Version 1 had no delivery, caps, standard, moments and ending."""


@dataclass(frozen=True)
class Override:
    """An instructor's judgement, kept beside the machine's value, never over it."""

    points: float
    by: str
    reason: str


@dataclass(frozen=True)
class BandShown:
    """A band as the reader sees it."""

    level: Level
    bounds: str
    points: float
    here: bool
    """Whether the value lies in it."""


@dataclass(frozen=True)
class Recounted:
    """A criterion counted again with the labels that a person judged otherwise; beside the machine's."""

    value: float | None
    level: Level | None
    points: float | None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Criterion:
    """One line of the scorecard. Without enough evidence `value`, `level` and `points` are None."""

    id: str
    title: str
    group: Group
    weight: float
    measure: str
    measure_title: str
    value: float | None
    unit: str
    level: Level | None
    points: float | None
    advice: str
    definition: str
    source: str
    """Where the thresholds come from."""
    measure_source: str
    """Where the measure comes from."""
    bands: tuple[BandShown, ...]
    evidence: tuple[Evidence, ...] = ()
    note: str = ""
    override: Override | None = None
    recounted: Recounted | None = None
    """None where no judged label changes it."""

    @property
    def counted(self) -> float | None:
        """The points that count: the instructor's where there are any, then those from judged labels, then the machine's."""
        if self.override:
            return self.override.points
        return self.recounted.points if self.recounted else self.points


@dataclass(frozen=True)
class Asked:
    """A question as the map and the transcript show it. Positions in samples; `turn` is its place among all turns."""

    start: int
    end: int
    turn: int
    text: str
    form: str
    griffiths: str
    nichd: str
    miti: str
    marks: tuple[str, ...]


@dataclass(frozen=True)
class Rated:
    """Which rubric judged."""

    id: str
    title: str
    profile: str


@dataclass(frozen=True)
class CapReached:
    """A limit on the overall that this session reached, and why."""

    id: str
    title: str
    most: float
    measure: str
    value: float
    reason: str
    source: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class StandardResult:
    """How the session stands against the rubric's pass standard."""

    met: bool
    unmet: tuple[str, ...]
    """Titles of the criteria that did not reach the level, and what else was missing."""
    level: Level
    overall: float
    attempts: int
    valid_months: int
    source: str


@dataclass(frozen=True)
class Scorecard:
    """Everything the reports show of the scoring. Positions are samples at 16 kHz."""

    rubric: Rated
    length: int
    """Samples that were scored."""
    finished: bool
    """Whether the session came to a proper end."""
    overall: float | None
    """The machine's score, 0 to 100: the weighted mean, or the lowest cap it reached; None when too little could be judged."""
    level: Level | None
    overall_reviewed: float | None
    """The same with the instructor's overrides; equal to `overall` without any."""
    judged: float
    """Share of the rubric's weight that could be judged, 0 to 1."""
    criteria: tuple[Criterion, ...]
    went_well: tuple[str, ...]
    to_try: tuple[str, ...]
    measures: tuple[Measure, ...]
    questions: tuple[Asked, ...]
    question_types: tuple[TypeCount, ...]
    overlaps: tuple[Overlap, ...]
    turns: tuple[TurnPace, ...]
    moves: tuple[MoveMade, ...]
    move_counts: tuple[tuple[str, int], ...]
    schema: str = SCHEMA
    weighted: float | None = None
    """The weighted mean before any cap."""
    caps: tuple[CapReached, ...] = ()
    standard: StandardResult | None = None
    """None where the rubric sets no pass standard."""
    moments: tuple[Moment, ...] = ()
    """What to look at again, three at most, each with one better way to put it."""
    praise: tuple[Moment, ...] = ()
    """What was done well, named."""
    delivery: tuple[TurnDelivery, ...] = ()
    ending: str = ""
    """How the conversation ended, in the scenario author's words; empty where no ending was reached or there is no scenario."""
    relabelled: tuple[Relabel, ...] = ()
    """Labels that a person judged otherwise, each with who, why, and what the machine says."""

    def measure(self, name: str) -> Measure:
        """A measure by its name."""
        return next(measure for measure in self.measures if measure.name == name)

    def to_json(self) -> str:
        """The scorecard as JSON text: keys in a fixed order, the schema first, a newline at the end."""
        return json.dumps({"schema": self.schema, **asdict(self)}, ensure_ascii=False, indent=2) + "\n"

    def criterion(self, identifier: str) -> Criterion:
        """A criterion by its id."""
        return next(criterion for criterion in self.criteria if criterion.id == identifier)


def score(conversation: Conversation, rubric: Rubric, overlaps: tuple[Overlap, ...] | None = None) -> Scorecard:
    """Measure a conversation and judge it by a rubric. The same conversation gives the same scorecard, bit for bit.

    Args:
        conversation: what is scored.
        rubric: what it is judged by.
        overlaps: who spoke over whom, where a person has judged that; None: as it is found.
    """
    overlaps = find_overlaps(conversation) if overlaps is None else overlaps
    moves = find_moves(conversation)
    delivery = deliver(conversation)
    measures = (
        *measure_turn_taking(conversation),
        *measure_interruptions(conversation, overlaps),
        *measure_pace(conversation),
        *measure_questions(conversation),
        *measure_rapport(conversation, moves),
        *measure_delivery(conversation, delivery),
    )
    by_name = {measure.name: measure for measure in measures}
    criteria = tuple(_judge(rule, by_name[rule.measure]) for rule in rubric.criteria)
    weight = sum(rule.weight for rule in rubric.criteria)
    judged = sum(criterion.weight for criterion in criteria if criterion.points is not None) / weight
    mean = weighted_mean(criteria, machine=True) if judged >= rubric.least_judged and judged > 0 else None
    caps = tuple(_reached(cap, by_name[cap.measure]) for cap in rubric.caps if _holds(cap, by_name[cap.measure]))
    overall = capped(mean, caps)
    return Scorecard(
        rubric=Rated(rubric.id, rubric.title, rubric.profile),
        length=conversation.length,
        finished=conversation.finished,
        overall=overall,
        level=None if overall is None else rubric.level_of(overall),
        overall_reviewed=overall,
        judged=round(judged, 3),
        criteria=criteria,
        went_well=_went_well(criteria),
        to_try=_to_try(criteria),
        measures=measures,
        questions=tuple(
            Asked(
                question.span.start,
                question.span.end,
                question.turn,
                question.sentence.text,
                question.sentence.form,
                question.sentence.types.griffiths,
                question.sentence.types.nichd,
                question.sentence.types.miti,
                tuple(question.sentence.marks),
            )
            for question in conversation.questions
        ),
        question_types=count_types(conversation),
        overlaps=overlaps,
        turns=turn_paces(conversation),
        moves=moves,
        move_counts=count_moves(moves),
        weighted=mean,
        caps=caps,
        standard=stands(rubric, criteria, overall) if rubric.standard else None,
        moments=care_moments(conversation, overlaps, moves, by_name["quick_fire_runs"].evidence, tone_flags(delivery)),
        praise=good_moments(conversation, overlaps, moves),
        delivery=delivery,
        ending=conversation.ending_title,
    )


def _holds(cap: Cap, found: Measure) -> bool:
    return found.value is not None and found.basis >= cap.needs and found.value >= cap.at_least


def _reached(cap: Cap, found: Measure) -> CapReached:
    value = found.value or 0.0
    return CapReached(cap.id, cap.title, cap.most, cap.measure, value, cap.reason, cap.source, found.evidence)


def capped(points: float | None, caps: tuple[CapReached, ...]) -> float | None:
    """An overall score under the caps that were reached."""
    return None if points is None else min([points, *(cap.most for cap in caps)])


def stands(rubric: Rubric, criteria: tuple[Criterion, ...], overall: float | None) -> StandardResult:
    """The pass standard, judged on the points that count: an instructor's where there are any."""
    standard = rubric.standard
    assert standard is not None
    unmet = []
    for criterion in criteria:
        if criterion.id in standard.must:
            level = _level_counted(rubric, criterion)
            if level is None:
                unmet.append(f"{criterion.title} (not judged)")
            elif RANKED.index(level) < RANKED.index(standard.level):
                unmet.append(criterion.title)
    if overall is None or overall < standard.overall:
        unmet.append(f"overall score of {standard.overall:g}")
    return StandardResult(
        not unmet,
        tuple(unmet),
        standard.level,
        standard.overall,
        standard.attempts,
        standard.valid_months,
        standard.source,
    )


def _level_counted(rubric: Rubric, criterion: Criterion) -> Level | None:
    if criterion.override:
        return rubric.level_of(criterion.override.points)
    return criterion.recounted.level if criterion.recounted else criterion.level


def weighted_mean(criteria: tuple[Criterion, ...], *, machine: bool = False) -> float | None:
    """Weighted mean of the points that count (`machine`: without overrides) over the criteria that were judged."""
    judged = [
        (criterion.weight, points)
        for criterion in criteria
        if (points := criterion.points if machine else criterion.counted) is not None
    ]
    total = sum(weight for weight, _ in judged)
    return round(sum(weight * points for weight, points in judged) / total, 1) if total else None


def _judge(rule: CriterionRule, measure: Measure) -> Criterion:
    enough = measure.value is not None and measure.basis >= rule.needs
    band = rule.band_of(measure.value) if enough and measure.value is not None else None
    return Criterion(
        id=rule.id,
        title=rule.title,
        group=rule.group,
        weight=rule.weight,
        measure=measure.name,
        measure_title=measure.title,
        value=measure.value if enough else None,
        unit=measure.unit,
        level=band.level if band else None,
        points=band.points if band else None,
        advice=band.advice if band else "Not enough to judge.",
        definition=measure.definition,
        source=rule.source,
        measure_source=measure.source,
        bands=tuple(BandShown(each.level, each.bounds(measure.unit), each.points, each is band) for each in rule.bands),
        evidence=measure.evidence,
        note=measure.note if enough else f"There is too little to go by: {measure.basis} so far, {rule.needs} needed.",
    )


def _went_well(criteria: tuple[Criterion, ...]) -> tuple[str, ...]:
    """What to be glad of: every strong criterion, weightiest first; the sound ones where none is strong."""
    for level in ("strong", "sound"):
        found = [criterion for criterion in criteria if criterion.level == level]
        if found:
            return tuple(c.advice for c in sorted(found, key=lambda c: -c.weight))
    return ()


def _to_try(criteria: tuple[Criterion, ...]) -> tuple[str, ...]:
    """What to work on next: where most points are lost, three at most."""
    weak = [c for c in criteria if c.points is not None and c.level in ("developing", "needs_work")]
    weak.sort(key=lambda c: -c.weight * (100 - (c.points or 0)))
    return tuple(c.advice for c in weak[:3])


# ----------------------------------------------------------------------------------------------------------- on disk


def from_json(text: str) -> Scorecard:
    """Read a scorecard back.

    Raises:
        BadInputError: it is no scorecard, or one of a newer version.
    """
    try:
        data: Any = json.loads(text)
    except ValueError as error:
        raise BadInputError(f"This is no scorecard: {error}.", "Score the session again: voicesim score.") from None
    found = data.get("schema") if isinstance(data, dict) else None
    if found not in READABLE:
        raise BadInputError(
            f"The scorecard has schema {found!r}, this version reads {SCHEMA!r}.",
            "Score the session again: voicesim score.",
        )
    try:
        return _adapter().validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadInputError(
            f"The scorecard is damaged at {where}: {first['msg']}.", "Score the session again: voicesim score."
        ) from None


@cache
def _adapter() -> TypeAdapter[Scorecard]:
    return TypeAdapter(Scorecard)
