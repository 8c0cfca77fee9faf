"""xAPI: what an LMS is told, by the rules of the specification, and what it is never told."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import jsonschema
import pytest
from exported import META, bare, material

from voicesim.exports.material import Material
from voicesim.exports.xapi import Actor, duration, to_xapi
from voicesim.timebase import samples

IRI = {"type": "string", "pattern": "^[a-z][a-z0-9+.-]*:[^ ]+$"}
LANGUAGES = {
    "type": "object",
    "minProperties": 1,
    "patternProperties": {"^en$": {"type": "string"}},
    "additionalProperties": False,
}
ACTIVITY = {
    "type": "object",
    "required": ["id"],
    "additionalProperties": False,
    "properties": {
        "objectType": {"const": "Activity"},
        "id": IRI,
        "definition": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"name": LANGUAGES, "description": LANGUAGES, "type": IRI},
        },
    },
}
VERBS = ("attempted", "completed", "passed", "failed", "scored")
STATEMENT = {
    "type": "object",
    "required": ["id", "actor", "verb", "object", "timestamp", "version"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string"},
        "actor": {
            "type": "object",
            "required": ["account"],
            "additionalProperties": False,  # no name, no mailbox: an account says who it is
            "properties": {
                "objectType": {"const": "Agent"},
                "account": {
                    "type": "object",
                    "required": ["homePage", "name"],
                    "additionalProperties": False,
                    "properties": {
                        "homePage": {"type": "string", "pattern": "^https?://"}, "name": {"type": "string", "minLength": 1}
                    },
                },
            },
        },
        "verb": {
            "type": "object",
            "required": ["id", "display"],
            "properties": {
                "id": {"enum": [f"http://adlnet.gov/expapi/verbs/{verb}" for verb in VERBS]},
                "display": LANGUAGES,
            },
        },
        "object": ACTIVITY,
        "result": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "score": {
                    "type": "object",
                    "required": ["scaled", "raw", "min", "max"],
                    "properties": {
                        "scaled": {"type": "number", "minimum": -1, "maximum": 1},
                        "raw": {"type": "number", "minimum": 0, "maximum": 100},
                        "min": {"const": 0},
                        "max": {"const": 100},
                    },
                },
                "success": {"type": "boolean"},
                "completion": {"type": "boolean"},
                "duration": {"type": "string", "pattern": r"^PT(?=\d)(\d+H)?(\d+M)?(\d+(\.\d{1,2})?S)?$"},
            },
        },
        "context": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "registration": {"type": "string"},
                "platform": {"type": "string"},
                "language": {"const": "en"},
                "contextActivities": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {name: {"type": "array", "items": ACTIVITY} for name in ("parent", "grouping", "category")},
                },
            },
        },
        "timestamp": {"type": "string"},
        "version": {"const": "1.0.3"},
    },
}  # fmt: skip
"""What xAPI 1.0.3 (part two, data) asks of the statements that are written here."""


def told(session: Material, actor: Actor | None = None) -> list[dict[str, Any]]:
    statements = json.loads(to_xapi(session, actor))
    for one in statements:
        jsonschema.validate(one, STATEMENT)
        UUID(one["id"])
        UUID(one["context"]["registration"])
        assert datetime.fromisoformat(one["timestamp"]).tzinfo is not None
    assert len({one["id"] for one in statements}) == len(statements)
    return statements


def verbs(statements: list[dict[str, Any]]) -> list[str]:
    return [one["verb"]["display"]["en"] for one in statements]


def test_an_lms_learns_that_somebody_practised_for_how_long_and_with_which_score() -> None:
    session = material()
    statements = told(session)
    assert verbs(statements)[:3] == ["attempted", "completed", "scored"]
    assert "passed" not in verbs(statements)
    assert "failed" not in verbs(statements)
    done = statements[1]
    assert session.card is not None
    assert done["result"]["score"]["raw"] == session.card.overall_reviewed
    assert done["result"]["duration"] == "PT2M"
    assert done["timestamp"] == "2026-03-01T06:12:00.000+01:00"
    assert done["actor"]["account"]["name"] == META.owner
    criteria = [one for one in statements if one["object"]["id"].startswith("urn:voicesim:criterion:")]
    assert criteria[0]["result"]["score"]["raw"] == 80  # the instructor's points
    assert criteria[0]["context"]["contextActivities"]["parent"][0]["id"] == "urn:voicesim:scenario:first-interview"


def test_no_word_that_was_said_leaves_the_house() -> None:
    session = material()
    exported = to_xapi(session).decode()
    for one in session.said:
        assert one.text not in exported
    assert "Moreau" not in exported
    assert not re.search(r"Sam\b|believe you|drinking", exported)


def test_sending_the_same_statements_again_doubles_nothing() -> None:
    assert to_xapi(material()) == to_xapi(material())
    assert {one["id"] for one in told(material())}.isdisjoint(one["id"] for one in told(material(id="another-session")))


def test_a_judgement_that_has_changed_is_a_statement_of_its_own() -> None:
    session = material()
    assert session.card is not None
    later = replace(session, card=replace(session.card, overall_reviewed=12.0))
    before, after = {one["id"]: one for one in told(session)}, {one["id"]: one for one in told(later)}
    assert before.keys() != after.keys()
    for name in before.keys() & after.keys():
        assert before[name] == after[name]


def test_a_session_that_was_stopped_is_neither_completed_nor_failed() -> None:
    statements = told(material("annual-qualification", ending="", mode="qualify"))
    assert not {"completed", "passed", "failed"} & set(verbs(statements))


@pytest.mark.parametrize(("driver", "verb"), [("soundcard", ["failed"]), ("file", [])])
def test_only_a_person_passes_or_fails_a_qualification(driver: str, verb: list[str]) -> None:
    found = verbs(told(material("annual-qualification", mode="qualify", driver=driver)))
    assert [each for each in found if each in ("passed", "failed")] == verb


def test_scores_that_are_not_released_are_not_told() -> None:
    statements = told(bare(material()))
    assert verbs(statements) == ["attempted", "completed"]
    assert "score" not in statements[1]["result"]


def test_the_account_can_be_the_lms_own() -> None:
    account = told(material(), Actor("reed.42", "https://lms.example.org"))[0]["actor"]["account"]
    assert account == {"homePage": "https://lms.example.org", "name": "reed.42"}


@pytest.mark.parametrize(
    ("seconds", "written"), [(0, "PT0S"), (3.14159, "PT3.14S"), (60, "PT1M"), (3661.5, "PT1H1M1.5S"), (59.999, "PT1M")]
)
def test_lengths_are_told_as_iso_8601(seconds: float, written: str) -> None:
    assert duration(samples(seconds)) == written
