"""The API's description, for programs (OpenAPI) and for people: a plain page made here, without scripts from elsewhere."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse

from voicesim.web.access import Person, public, visitor
from voicesim.web.pages import page

router = APIRouter(include_in_schema=False, dependencies=[Depends(public)])


@dataclass(frozen=True)
class Call:
    """One thing that can be asked."""

    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Field, ...]
    body: str
    """Name of the model a request brings; empty when it brings none."""
    answers: tuple[tuple[str, str, str], ...]
    """Status, what it means, and the name of the model in it."""

    @property
    def anchor(self) -> str:
        """For links within the page."""
        return f"{self.method}-{self.path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}".lower()


@dataclass(frozen=True)
class Field:
    """A parameter, or a field of a model."""

    name: str
    kind: str
    needed: bool
    says: str
    where: str = ""


@dataclass(frozen=True)
class Model:
    """What travels."""

    name: str
    says: str
    fields: tuple[Field, ...]


@router.get("/api/openapi.json")
def openapi(request: Request) -> JSONResponse:
    """The description for programs."""
    return JSONResponse(request.app.openapi())


@router.get("/api/docs")
def docs(request: Request, person: Annotated[Person | None, Depends(visitor)]) -> HTMLResponse:
    """The description for people."""
    schema = request.app.openapi()
    return page(
        "manual", person=person, here="", about=schema["info"], calls=calls_of(schema), models=models_of(schema)
    )


def calls_of(schema: dict[str, Any]) -> list[Call]:
    """Everything that can be asked, in the order of its paths."""
    return [
        _call(method.upper(), path, told)
        for path, methods in sorted(schema.get("paths", {}).items())
        for method, told in methods.items()
    ]


def models_of(schema: dict[str, Any]) -> list[Model]:
    """Everything that travels, by name."""
    named = schema.get("components", {}).get("schemas", {})
    return [
        Model(name, told.get("description", ""), _fields(told))
        for name, told in sorted(named.items())
        if name not in ("HTTPValidationError", "ValidationError")
    ]


def kind_of(told: dict[str, Any]) -> str:
    """A schema in a few words: ``list of Session``, ``text, at most 100 characters``."""
    if "$ref" in told:
        return str(told["$ref"]).rsplit("/", 1)[-1]
    if either := told.get("anyOf") or told.get("oneOf"):
        return " or ".join(kind_of(one) for one in either)
    if "const" in told:
        return json.dumps(told["const"])
    if "enum" in told:
        return " | ".join(json.dumps(one) for one in told["enum"])
    match told.get("type"):
        case "array":
            return f"list of {kind_of(told.get('items', {}))}"
        case "string":
            most = f", at most {told['maxLength']} characters" if "maxLength" in told else ""
            return f"text{most}"
        case "integer" | "number" as number:
            least = told.get("minimum", told.get("exclusiveMinimum"))
            highest = told.get("maximum", told.get("exclusiveMaximum"))
            above = f", from {least}" if least is not None else ""
            below = f", up to {highest}" if highest is not None else ""
            return ("whole number" if number == "integer" else "number") + above + below
        case "boolean":
            return "yes or no"
        case "null":
            return "nothing"
        case "object" if isinstance(told.get("additionalProperties"), dict):
            return f"by name: {kind_of(told['additionalProperties'])}"
        case kind:
            return str(kind or "anything")


def _call(method: str, path: str, told: dict[str, Any]) -> Call:
    parameters = tuple(
        Field(
            one["name"],
            kind_of(one.get("schema", {})),
            one.get("required", False),
            one.get("description", ""),
            one["in"],
        )
        for one in told.get("parameters", ())
    )
    answers = tuple(
        (status, answer.get("description", ""), _model_in(answer))
        for status, answer in told.get("responses", {}).items()
        if _model_in(answer) != "HTTPValidationError"
    )
    return Call(
        method,
        path,
        told.get("summary", ""),
        told.get("description", ""),
        parameters,
        _model_in(told.get("requestBody", {})),
        answers,
    )


def _model_in(told: dict[str, Any]) -> str:
    for content in told.get("content", {}).values():
        schema = content.get("schema")
        return kind_of(schema) if schema else ""
    return ""


def _fields(told: dict[str, Any]) -> tuple[Field, ...]:
    needed = told.get("required", ())
    return tuple(
        Field(name, kind_of(one), name in needed, one.get("description", ""))
        for name, one in told.get("properties", {}).items()
    )
