"""The scenario language as a JSON Schema, for editors that complete and check while one types."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, get_args

from voicesim.scenario.model import Event, Scenario

Schema = dict[str, Any]

_COMPARISON: Schema = {
    "type": "string",
    "pattern": r"^\s*(<=|>=|<|>)\s*-?\d+(\.\d+)?\s*$",
    "description": 'A bound on a feeling, in quotes: ">= 40".',
}


def json_schema() -> Schema:
    """What an author may write, short forms included: one value for a list, text for a line, text for a bound."""
    schema = Scenario.model_json_schema(mode="validation")
    parts: dict[str, Schema] = schema["$defs"]
    for part in (schema, *parts.values()):
        for name, value in part.get("properties", {}).items():
            part["properties"][name] = _texts_take_numbers(value)
    parts["Comparison"] = _COMPARISON
    parts["Guard"] = _guard(parts["Guard"])
    _take_one(parts["Hears"], "move", "question", "mark", "topic")
    parts["Hears"]["anyOf"] = [{"required": [key]} for key in ("move", "question", "mark", "topic", "anything")]
    parts["Hears"] = {"anyOf": [{"const": "anything"}, parts["Hears"]]}
    _take_one(parts["Line"], "reveals")
    parts["Line"] = {"anyOf": [{"type": ["string", "number"], "minLength": 1}, parts["Line"]]}
    _take_one(parts["State"], "lines")
    _take_one(parts["Goal"], "after_told")
    for name in ("Rule", "GlobalRule", "FeelingRule", "Goal"):
        _take_one(parts[name], "event", *(["says"] if name.endswith("Rule") and name != "FeelingRule" else []))
        parts[name]["oneOf"] = [{"required": [key]} for key in ("hears", "event", "silence")]
    return {**schema, "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "voicesim scenario"}


def _guard(written: Schema) -> Schema:
    """In the file, feelings stand beside the other conditions: ``{trust: ">= 40", told: walk-home}``."""
    properties = dict(written["properties"])
    del properties["feelings"], properties["happened"]
    guard: Schema = {**written, "properties": properties}
    _take_one(guard, "told", "not_told", "visited", "not_visited")
    bound: Schema = {"anyOf": [_COMPARISON, {"type": "array", "items": _COMPARISON}]}
    for event in get_args(Event):
        properties[event] = {
            **bound,
            "description": "How many turns were taken in this manner so far, this one included.",
        }
    guard["additionalProperties"] = bound
    return guard


def _take_one(part: Schema, *keys: str) -> None:
    """Let one item stand where a list may."""
    for key in keys:
        listed = part["properties"][key]
        part["properties"][key] = {**_notes(listed), "anyOf": [listed["items"], _without_notes(listed)]}


def _texts_take_numbers(value: Schema) -> Schema:
    """A telephone number or a year need not stand in quotes."""
    return (
        {**value, "type": ["string", "number"]} if value.get("type") == "string" and "pattern" not in value else value
    )


def _notes(value: Schema) -> Schema:
    return {key: value[key] for key in ("description", "title", "default") if key in value}


def _without_notes(value: Schema) -> Schema:
    return {key: entry for key, entry in value.items() if key not in ("description", "title", "default")}


if __name__ == "__main__":  # how docs/scenario.schema.json is made
    Path(sys.argv[1]).write_text(json.dumps(json_schema(), indent=1) + "\n", encoding="utf-8")
