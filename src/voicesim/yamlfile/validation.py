"""A document to a validated model, with pydantic's complaints in words an author understands."""

from __future__ import annotations

import difflib
import re
import types
from collections.abc import Iterable
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from voicesim.yamlfile.document import BadFileError, Document, Location, Problem, read

M = TypeVar("M", bound=BaseModel)


def load_model(path: Path | Traversable, model: type[M]) -> M:
    """Read and validate a YAML file.

    Raises:
        BadInputError: it cannot be read, or does not fit `model` (then a `BadFileError`): every problem with its line.
    """
    return validate(read(path), model)


def validate(document: Document, model: type[M]) -> M:
    """Make a model of a document.

    Raises:
        BadFileError: it does not fit; every problem with its line.
    """
    if not isinstance(document.data, dict):
        what = f"must hold keys and values, like '{next(iter(model.model_fields), 'key')}: …'."
        raise BadFileError([document.problem((), what, "Begin with a key at the left edge.")])
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        problems = [_translate(document, model, one) for one in errors if not _follows(one, errors)]
        raise BadFileError(dict.fromkeys(problems)) from None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``Did you mean 'trust'?``, or the known ones when none is near; empty when there are none."""
    names = sorted(set(known))
    near = _near(word, names)
    if near:
        return f"Did you mean '{near}'?"
    return f"Use one of: {', '.join(names)}." if names else ""


def _near(word: str, known: Iterable[str]) -> str | None:
    return next(iter(difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)), None)


def _follows(error: ErrorDetails, errors: list[ErrorDetails]) -> bool:
    """Whether an error only follows from another: a key missing since it is misspelt, a list short of a bad item."""
    place = error["loc"]
    if error["type"] == "too_short":
        return any(len(one["loc"]) > len(place) and one["loc"][: len(place)] == place for one in errors)
    if error["type"] != "missing":
        return False
    unknown = [one["loc"] for one in errors if one["type"] == "extra_forbidden"]
    strange = [str(one[-1]) for one in unknown if one[:-1] == place[:-1]]
    nothing_else = isinstance(error["input"], dict) and set(error["input"]) == set(strange)
    return bool(strange) and (nothing_else or _near(str(place[-1]), strange) is not None)


def _translate(document: Document, model: type[BaseModel], error: ErrorDetails) -> Problem:
    place, kind, given, context = error["loc"], error["type"], error["input"], error.get("ctx", {})
    kept: list[str | int] = []
    node = document.root
    for step in place:
        found = node.entry(step)
        if found:
            kept.append(step)
            node = found[1]
    shown = f"'{given}'" if isinstance(given, str | int | float) else "this"
    what, remedy = _PLAIN.get(kind, ("", ""))
    if kind == "extra_forbidden":
        name, known = str(place[-1]), _keys(model, place[:-1])
        if " " in name or (len(place) > 1 and isinstance(place[-2], int) and name[:1].isupper()):
            what, remedy = "is read as a key, because of the colon.", "Put the whole text in double quotes."
        else:
            what, remedy = f"there is no key '{name}' here.", did_you_mean(name, known)
    elif kind == "missing":
        what, remedy = f"'{place[-1]}' is missing.", f"Add '{place[-1]}: …' here."
    elif kind == "literal_error":
        known = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        what, remedy = f"{shown} is not known here.", did_you_mean("" if given is None else str(given), known)
    elif kind == "value_error":
        what = f"{context.get('error', error['msg'])}."
    elif given is None:
        what, remedy = "is empty.", "Write its value, or delete the key."
    elif what:
        what = what.format(shown=shown, **context)
    else:
        what = f"{shown}: {error['msg'][:1].lower()}{error['msg'][1:]}."
    return document.problem(kept, what, remedy)


_NUMBER = ("{shown} is no number.", "Write digits, without quotes or units.")
_LIST = ("must be a list.", "Write each item on its own line, after '- '.")
_KEYS = ("must hold keys and values.", "Write 'key: value' lines, indented under it.")
_TEXT = ("must be text.", "Put it in double quotes.")
_PLAIN = {
    "string_pattern_mismatch": ("{shown} is no name.", "Use lower-case words joined by hyphens, like first-memory."),
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "int_parsing": _NUMBER,
    "int_type": _NUMBER,
    "int_from_float": ("{shown} is no whole number.", "Leave out the fraction."),
    "bool_parsing": ("{shown} is neither true nor false.", "Write true or false."),
    "bool_type": ("{shown} is neither true nor false.", "Write true or false."),
    "string_type": _TEXT,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "frozen_set_type": _LIST,
    "dict_type": _KEYS,
    "model_type": _KEYS,
    "model_attributes_type": _KEYS,
    "greater_than": ("{shown} is too small: it must be more than {gt}.", ""),
    "greater_than_equal": ("{shown} is too small: it must be at least {ge}.", ""),
    "less_than": ("{shown} is too large: it must be less than {lt}.", ""),
    "less_than_equal": ("{shown} is too large: it must be at most {le}.", ""),
    "too_short": ("is empty.", "Add at least one."),
    "string_too_short": ("is empty.", "Write the text."),
}


def _keys(model: Any, location: Location) -> list[str]:
    """The keys an author may write at a place of a model."""
    here: Any = model
    for step in location:
        here = _inside(here, step)
    for option in _options(here):
        if isinstance(option, type) and issubclass(option, BaseModel):
            return [field.alias or name for name, field in option.model_fields.items()]
    return []


def _inside(annotation: Any, step: str | int) -> Any:
    for option in _options(annotation):
        if isinstance(option, type) and issubclass(option, BaseModel):
            if step in option.model_fields:
                return option.model_fields[str(step)].annotation
        elif get_origin(option) is dict:
            return get_args(option)[1]
        elif get_origin(option) in (tuple, list) and isinstance(step, int):
            return get_args(option)[0]
    return annotation


def _options(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) is Annotated:
        return _options(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(option for arg in get_args(annotation) for option in _options(arg))
    return (annotation,)
