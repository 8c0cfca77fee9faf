"""People's judgements: kept beside the machine's values, one for each criterion, and shown next to them.

`overrides.json` is how versions before the instructor's room kept them; it is still read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from voicesim.errors import BadInputError
from voicesim.scoring.labels import Relabel
from voicesim.scoring.rubric import Rubric
from voicesim.scoring.scorecard import Criterion, Override, Recounted, Scorecard, capped, stands, weighted_mean
from voicesim.yamlfile import did_you_mean

FORMAT = "voicesim/overrides/1"


class _Item(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    points: Annotated[float, Field(ge=0, le=100)]
    by: Annotated[str, Field(min_length=1)]
    reason: Annotated[str, Field(min_length=1)]


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["voicesim/overrides/1"]
    rubrics: dict[str, dict[str, _Item]]


def overrides_to_json(by_rubric: Mapping[str, Mapping[str, Override]]) -> str:
    """Overrides as text: by rubric, then by criterion."""
    rubrics = {
        rubric: {
            criterion: {"points": one.points, "by": one.by, "reason": one.reason}
            for criterion, one in sorted(items.items())
        }
        for rubric, items in sorted(by_rubric.items())
        if items
    }
    return json.dumps({"format": FORMAT, "rubrics": rubrics}, ensure_ascii=False, indent=2) + "\n"


def overrides_from_json(text: str) -> dict[str, dict[str, Override]]:
    """Read overrides back.

    Raises:
        BadInputError: the text holds none, or something that is no override.
    """
    remedy = "Mend overrides.json or delete it, and give the overrides again."
    try:
        data: Any = json.loads(text)
        file = _File.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the top"
        raise BadInputError(f"The overrides are damaged at {where}: {first['msg']}.", remedy) from None
    except ValueError as error:
        raise BadInputError(f"The overrides cannot be read: {error}.", remedy) from None
    return {
        rubric: {criterion: Override(one.points, one.by, one.reason) for criterion, one in items.items()}
        for rubric, items in file.rubrics.items()
    }


def reviewed(
    scorecard: Scorecard,
    overrides: Mapping[str, Override],
    rubric: Rubric,
    recount: Scorecard | None = None,
    labels: tuple[Relabel, ...] = (),
) -> Scorecard:
    """The scorecard with people's judgements beside the machine's.

    Args:
        scorecard: the machine's.
        overrides: points by criterion id.
        rubric: the one it was judged by.
        recount: the same conversation scored with the labels people judged otherwise; None without any.
        labels: those labels, as they were applied.

    Raises:
        BadInputError: an override names no criterion of this rubric.
    """
    known = {criterion.id for criterion in scorecard.criteria}
    unknown = next((name for name in overrides if name not in known), None)
    if unknown is not None:
        raise BadInputError(
            f"The rubric '{scorecard.rubric.id}' has no criterion '{unknown}'.", did_you_mean(unknown, known)
        )
    again = {each.id: each for each in (recount.criteria if recount else ())}
    criteria = tuple(
        replace(each, override=overrides.get(each.id), recounted=_recounted(each, again.get(each.id)))
        for each in scorecard.criteria
    )
    weight = sum(rule.weight for rule in rubric.criteria)
    counted = sum(each.weight for each in criteria if each.counted is not None) / weight
    mean = weighted_mean(criteria) if counted >= rubric.least_judged and counted > 0 else None
    # A cap rests on what was found; an instructor who overrules a criterion of the same measure lifts it.
    overruled = {each.measure for each in criteria if each.override and (each.override.points > (each.points or 0))}
    caps = (recount or scorecard).caps
    lifted = tuple(cap for cap in caps if not _family(cap.measure) & overruled)
    overall = capped(mean, lifted)
    return replace(
        scorecard,
        criteria=criteria,
        overall_reviewed=overall,
        standard=stands(rubric, criteria, overall) if rubric.standard else None,
        relabelled=labels,
    )


def _recounted(machine: Criterion, again: Criterion | None) -> Recounted | None:
    """What judged labels make of a criterion; None where they change nothing of it."""
    if again is None or (again.value, again.points, again.evidence) == (
        machine.value,
        machine.points,
        machine.evidence,
    ):
        return None
    return Recounted(again.value, again.level, again.points, again.evidence)


def _family(measure_name: str) -> set[str]:
    """Measures that count the same things as a cap's."""
    families = (
        {"grave_moves", "harmful_moves"},
        {"interruption_share", "interruptions", "interruptions_taking", "cut_ins"},
        {"quick_fire_share", "quick_fire_runs", "multiple", "wait_median"},
    )
    return next((family for family in families if measure_name in family), {measure_name})
