"""Records to and from one line of JSON. The line ends in its own checksum, so that a torn line is never taken for a whole one."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any
from zlib import crc32

from voicesim.engine import events
from voicesim.engine.events import Record, Word
from voicesim.language.meanings import Meaning

_TYPES: dict[str, type] = {kind.__name__: kind for kind in (*events.INPUTS, *events.EFFECTS, *events.FACTS)}
_ROLES: dict[type, str] = {
    **dict.fromkeys(events.INPUTS, "input"),
    **dict.fromkeys(events.EFFECTS, "effect"),
    **dict.fromkeys(events.FACTS, "fact"),
}


class DamagedLineError(ValueError):
    """A line of the log that is not what was written."""


def to_json(record: Record) -> dict[str, Any]:
    """A record as plain data: its type, its role (input, effect, fact) and its fields."""
    return {
        "type": type(record).__name__,
        "role": _ROLES[type(record)],
        **{item.name: _plain(getattr(record, item.name)) for item in fields(record)},
    }


def from_json(data: dict[str, Any]) -> Record:
    """The record that `to_json` made `data` from.

    Raises:
        DamagedLineError: the type is unknown or its fields do not fit.
    """
    kind = _TYPES.get(str(data.get("type")))
    if kind is None:
        raise DamagedLineError(f"unknown record type {data.get('type')!r}")
    try:
        record: Record = kind(
            **{item.name: _frozen(item.name, data[item.name]) for item in fields(kind) if item.name in data}
        )
    except (TypeError, KeyError) as error:
        raise DamagedLineError(f"{data.get('type')}: {error}") from error
    return record


def to_line(number: int, record: Record) -> str:
    """One line of `events.jsonl`, newline included."""
    body = json.dumps({"n": number, **to_json(record)}, ensure_ascii=False, separators=(",", ":"))
    return f'{body[:-1]},"crc":"{_checksum(body)}"}}\n'


def from_line(line: str) -> tuple[int, Record]:
    """Number and record of a line.

    Raises:
        DamagedLineError: the line is torn, altered or no record.
    """
    head, found, tail = line.rstrip("\n").rpartition(',"crc":"')
    body = head + "}"
    if not found or tail[:-2] != _checksum(body):
        raise DamagedLineError("the checksum does not match")
    data = json.loads(body)
    return int(data["n"]), from_json(data)


def _checksum(body: str) -> str:
    return f"{crc32(body.encode()):08x}"


def _plain(value: Any) -> Any:
    if isinstance(value, Word):
        return [value.text, value.start, value.end]
    if isinstance(value, Meaning):
        return [value.words, value.label, value.likeness, value.example]
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _frozen(name: str, value: Any) -> Any:
    if name == "words":
        return tuple(Word(*word) for word in value)
    if name == "meanings":
        return tuple(Meaning(*meaning) for meaning in value)
    if isinstance(value, list):
        return tuple(_frozen("", item) for item in value)
    return value
