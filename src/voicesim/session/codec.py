"""Records to and from one line of JSON. The line ends in its own checksum, so that a torn line is never taken for a whole one."""

from __future__ import annotations

import json
import math
from dataclasses import MISSING, fields
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from zlib import crc32

from voicesim.engine import events
from voicesim.engine.events import Record, Word
from voicesim.language.meanings import Meaning
from voicesim.timebase import SAMPLE_RATE

_TYPES: dict[str, type] = {kind.__name__: kind for kind in (*events.INPUTS, *events.EFFECTS, *events.FACTS)}
_ROLES: dict[type, str] = {
    **dict.fromkeys(events.INPUTS, "input"),
    **dict.fromkeys(events.EFFECTS, "effect"),
    **dict.fromkeys(events.FACTS, "fact"),
}

_FARTHEST = 7 * 24 * 3600 * SAMPLE_RATE
"""No position and no number of a session is larger: a week. Whoever reads a log may go through it minute by minute."""


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
    given = {}
    for name, (annotation, needed) in _shape(kind).items():
        if name in data:
            given[name] = _frozen(annotation, data[name], f"{kind.__name__}.{name}")
        elif needed:
            raise DamagedLineError(f"{kind.__name__} has no {name}")
    record: Record = kind(**given)
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
    try:
        data = json.loads(body)
    except RecursionError:
        raise DamagedLineError("it is nested too deep") from None
    if not isinstance(data, dict) or type(data.get("n")) is not int:
        raise DamagedLineError("it is no record")
    return data["n"], from_json(data)


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


@cache
def _shape(kind: type) -> dict[str, tuple[Any, bool]]:
    """The fields of a record: their types, and whether they must be there."""
    hints = get_type_hints(kind)
    return {each.name: (hints[each.name], each.default is MISSING) for each in fields(kind)}


def _frozen(annotation: Any, value: Any, where: str) -> Any:
    """A value as its field has it.

    Raises:
        DamagedLineError: the value is not of the field's type.
    """
    if annotation in (str, bool, NoneType):
        if type(value) is annotation:
            return value
    elif annotation is int:
        if type(value) is int and -_FARTHEST < value < _FARTHEST:
            return value
    elif annotation is float:
        if type(value) in (int, float) and math.isfinite(value) and abs(value) < _FARTHEST:
            return value
    elif annotation in (Word, Meaning):
        shape = _shape(annotation)
        if isinstance(value, list) and len(value) == len(shape):
            parts = zip(shape.items(), value, strict=True)
            return annotation(*(_frozen(kind, part, f"{where}.{name}") for (name, (kind, _)), part in parts))
    elif get_origin(annotation) is Literal:
        if type(value) is str and value in get_args(annotation):
            return value
    elif get_origin(annotation) in (Union, UnionType):
        for choice in get_args(annotation):
            try:
                return _frozen(choice, value, where)
            except DamagedLineError:
                continue
    elif get_origin(annotation) is tuple and isinstance(value, list):
        kinds = get_args(annotation)
        if kinds[-1] is Ellipsis:
            return tuple(_frozen(kinds[0], item, where) for item in value)
        if len(kinds) == len(value):
            return tuple(_frozen(kind, item, where) for kind, item in zip(kinds, value, strict=True))
    raise DamagedLineError(f"{where} cannot be {str(value)[:40]!r}")
