"""What a page's form brings, as a model: plain `application/x-www-form-urlencoded`, never a file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

_URLENCODED = "application/x-www-form-urlencoded"
_MOST_FIELDS = 50
Model = TypeVar("Model", bound=BaseModel)


async def fields(request: Request) -> dict[str, str]:
    """The fields of the form a request brings; empty when it brings none.

    Raises:
        RequestValidationError: it looks like one and is not.
    """
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != _URLENCODED:
        return {}
    try:
        text = (await request.body()).decode("ascii")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"))
    except ValueError:
        raise RequestValidationError([]) from None


def form(model: type[Model]) -> Callable[[Request], Awaitable[Model]]:
    """A dependency that reads a form into a model; the page's token is left out, it is looked at elsewhere."""

    async def read(request: Request) -> Model:
        found = await fields(request)
        found.pop("token", None)
        try:
            return model.model_validate(found)
        except ValidationError as error:
            raise RequestValidationError(
                error.errors(include_url=False, include_input=False, include_context=False)
            ) from None

    return read
