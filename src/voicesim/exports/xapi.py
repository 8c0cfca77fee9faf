"""xAPI 1.0.3 statements for a learning record store: that somebody practised, for how long, with which result.

Nothing that was said is in them, nor any name: the actor is an account. Nothing is sent either: voicesim works offline, so what is
written here is handed to the LMS by whoever runs it. Every statement's id follows from what it says; sending the same statements
twice leaves one of each, and a judgement that has changed is a statement of its own beside the older one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, UUID, uuid5

from voicesim.exports.material import Material
from voicesim.exports.settings import export_settings
from voicesim.scoring.scorecard import Scorecard
from voicesim.timebase import SAMPLE_RATE

Statement = dict[str, Any]
_Said = tuple[str, Statement, Statement, datetime | None]
"""(verb, activity, result, when)."""


@dataclass(frozen=True)
class Actor:
    """Whose learning it is: an account, by the address of the system it belongs to. Empty: as `exports.yaml` has it."""

    account: str = ""
    home_page: str = ""


def to_xapi(material: Material, actor: Actor | None = None) -> bytes:
    """The session as a JSON array of statements, in the order in which they became true.

    Args:
        material: the session; without a scorecard no result of it is told.
        actor: whose learning it is; by default the session's own account.
    """
    return (json.dumps(statements(material, actor or Actor()), ensure_ascii=False, indent=1) + "\n").encode()


def statements(material: Material, actor: Actor) -> list[Statement]:
    """The statements as data."""
    meta, card = material.meta, material.card
    begun = _moment(meta.created)
    over = begun + timedelta(seconds=material.length / SAMPLE_RATE) if begun else None
    lasted: Statement = {"duration": duration(material.length)}
    made: list[_Said] = [("attempted", _scenario(material), {}, begun)]
    if (
        material.conversation.ending
    ):  # one of the scenario's endings was reached; to stop is no failure, and no completion
        told = {} if card is None else _score(card.overall_reviewed)
        made.append(("completed", _scenario(material), {**lasted, "completion": True, **told}, over))
    if card is not None:
        made += _judged(material, card, lasted, over)
    return [_statement(material, actor, *one) for one in made]


def _judged(material: Material, card: Scorecard, lasted: Statement, over: datetime | None) -> list[_Said]:
    found: list[_Said] = []
    if card.overall_reviewed is not None:
        found.append(("scored", _scenario(material), {**lasted, **_score(card.overall_reviewed)}, over))
    for one in card.criteria:
        if one.counted is not None:
            activity = _activity("criterion", f"{card.rubric.id}/{one.id}", one.title, "objective")
            found.append(("scored", activity, _score(one.counted), over))
    counts = material.meta.mode == "qualify" and material.meta.driver != "file" and material.conversation.ending
    if card.standard is not None and counts:
        told = {**lasted, "completion": True, "success": card.standard.met, **_score(card.overall_reviewed)}
        found.append(("passed" if card.standard.met else "failed", _scenario(material), told, over))
    return found


def _score(points: float | None) -> Statement:
    if points is None:
        return {}
    return {"score": {"scaled": round(points / 100, 4), "raw": round(points, 1), "min": 0, "max": 100}}


def _scenario(material: Material) -> Statement:
    return _activity("scenario", material.meta.scenario.id, material.meta.scenario.title, "simulation")


def _activity(kind: str, identifier: str, name: str, type_of: str) -> Statement:
    known = export_settings().xapi
    return {
        "objectType": "Activity",
        "id": f"{known.activities}{kind}:{quote(identifier, safe='/')}",
        "definition": {"name": {"en": name}, "type": f"{known.activity_types}{type_of}"},
    }


def _statement(
    material: Material, actor: Actor, verb: str, about: Statement, result: Statement, at: datetime | None
) -> Statement:
    known, meta = export_settings().xapi, material.meta
    grouping = [_activity("mode", meta.mode, meta.mode, "course")]
    if material.card is not None:
        grouping.append(_activity("rubric", material.card.rubric.id, material.card.rubric.title, "assessment"))
    activities: Statement = {"grouping": grouping}
    if about["id"] != _scenario(material)["id"]:
        activities = {"parent": [_scenario(material)], **activities}
    said: Statement = {
        "actor": {
            "objectType": "Agent",
            "account": {
                "homePage": actor.home_page or known.home_page,
                "name": actor.account or meta.owner or known.nobody,
            },
        },
        "verb": {"id": f"{known.verbs}{verb}", "display": {"en": verb}},
        "object": about,
        **({"result": result} if result else {}),
        "context": {
            "registration": str(_registration(meta.id)),
            "contextActivities": activities,
            "platform": f"voicesim {meta.voicesim}",
            "language": "en",
        },
        **({"timestamp": at.isoformat(timespec="milliseconds")} if at else {}),
        "version": known.version,
    }
    return {"id": str(uuid5(_registration(meta.id), json.dumps(said, sort_keys=True))), **said}


def _registration(session: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"{export_settings().xapi.activities}session:{session}")


def duration(length: int) -> str:
    """A length in samples as ISO 8601, to the hundredth of a second that xAPI compares by: ``PT12M4.5S``."""
    hundredths = round(length * 100 / SAMPLE_RATE)
    hours, rest = divmod(hundredths, 360_000)
    minutes, rest = divmod(rest, 6_000)
    text = f"{rest / 100:g}S" if rest or not (hours or minutes) else ""
    return "PT" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "") + text


def _moment(created: str) -> datetime | None:
    """A time with its zone; None where there is none: a statement without a time is better than one with a wrong one."""
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
