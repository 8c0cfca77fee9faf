"""The API as it describes itself: whatever a program sends, fitting or not, no answer is a mistake of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from people_served import Client, InProcess, kept_session
from schemathesis import GenerationMode

from voicesim.web.manual import calls_of, kind_of, models_of

EXAMPLES = 5
"""For each call and each way of making them up; the same every time."""


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    made = InProcess(tmp_path_factory.mktemp("openapi"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def schema(people: InProcess) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(people.nobody.ask("GET", "/api/openapi.json")[1])
    return found


def send(people: InProcess, client: Client, case: schemathesis.Case[Any]) -> tuple[int, str]:
    """One made-up request, as it stands."""
    made = case.as_transport_kwargs(base_url="http://127.0.0.1")
    body = json.dumps(made["json"]).encode() if "json" in made else made.get("data")
    headers = {name: str(value).encode("utf-8", "replace") for name, value in made["headers"].items()}
    if client.cookie:
        headers |= {"Cookie": client.cookie.encode(), "Form-Token": client.token.encode()}
    query = urlencode({name: str(value) for name, value in made["params"].items()}, errors="replace")
    url = made["url"] + (f"?{query}" if query else "")
    people.test_client.cookies.clear()
    content = body if isinstance(body, (bytes, type(None))) else str(body).encode()
    answer = people.test_client.request(made["method"], url, content=content, headers=headers)
    return answer.status_code, answer.text


def mistakes_in(
    people: InProcess, client: Client, call: Any, mode: GenerationMode, where: dict[str, str] | None
) -> list[str]:
    """What goes wrong when one call is asked in made-up ways.

    Args:
        people: the application.
        client: who asks.
        call: as the description has it.
        mode: whether what is sent fits the description.
        where: names in the path that there are; None: made up too.
    """
    found: list[str] = []

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(call.as_strategy(generation_mode=mode, path_parameters=where))
    def ask(case: schemathesis.Case[Any]) -> None:
        if not (people.sessions / "kept" / "meta.json").exists():
            kept_session(people.sessions, "kept", people.trainee.id)
        status, text = send(people, client, case)
        if (status >= 500 and status != 503) or (status >= 400 and not _says_why(text)):
            found.append(f"{call.label}: {status} {text[:200]}")

    try:
        ask()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, f"{call.label}: nothing fits its description"
    return found


@pytest.mark.parametrize("login", ["nobody", "trainee", "admin"])
def test_nothing_that_is_sent_is_answered_with_a_mistake(people: InProcess, schema: dict[str, Any], login: str) -> None:
    client = people.nobody if login == "nobody" else people.signed_in(login)
    known = {"name": "kept", "of": people.trainee.id}
    calls: list[Any] = [one.ok() for one in schemathesis.openapi.from_dict(schema).get_all_operations()]  # type: ignore[union-attr]
    assert len(calls) == sum(len(methods) for methods in schema["paths"].values())
    found = []
    for call in calls:
        found += mistakes_in(people, client, call, GenerationMode.POSITIVE, None)
        if call.body or call.query or call.headers:  # otherwise hardly anything can be made up that does not fit
            found += mistakes_in(people, client, call, GenerationMode.NEGATIVE, None)
        there = {one: value for one, value in known.items() if f"{{{one}}}" in call.path}
        if there and login != "nobody":
            found += mistakes_in(people, client, call, GenerationMode.POSITIVE, there)
    assert found == []


def _says_why(text: str) -> bool:
    try:
        return bool(json.loads(text)["problem"])
    except (ValueError, KeyError, TypeError):
        return False


def test_every_number_and_every_text_that_is_sent_has_its_bounds(schema: dict[str, Any]) -> None:
    """So that nobody keeps the server busy with a book. What a request's own length bounds already counts as bound."""
    loose = []
    for path, methods in schema["paths"].items():
        for method, call in methods.items():
            for one in call.get("parameters", ()):
                told = one["schema"]
                for each in told.get("anyOf", [told]):
                    bound = {"maxLength", "maximum", "exclusiveMaximum", "enum", "const", "pattern", "format"} & set(
                        each
                    )
                    if each.get("type") in ("string", "integer", "number") and not bound and one["in"] != "path":
                        loose.append(f"{method} {path}: {one['name']}")
    assert loose == []


def test_every_call_says_what_it_is_for(schema: dict[str, Any]) -> None:
    calls = calls_of(schema)
    assert len(calls) > 20
    assert [one.path for one in calls if not one.summary or not one.description] == []
    assert all(one.path.startswith("/api/") for one in calls)
    assert len({one.anchor for one in calls}) == len(calls)


def test_the_page_for_people_tells_the_same_without_anything_from_elsewhere(
    people: InProcess, schema: dict[str, Any]
) -> None:
    status, page, headers = people.nobody.ask("GET", "/api/docs")
    assert status == 200
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "<script" not in page
    for call in calls_of(schema):
        assert call.path in page
    for model in models_of(schema):
        assert f"model-{model.name}" in page


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"$ref": "#/components/schemas/Health"}, "Health"),
        ({"anyOf": [{"type": "string", "maxLength": 5}, {"type": "null"}]}, "text, at most 5 characters or nothing"),
        (
            {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 9}},
            "list of whole number, from 0, up to 9",
        ),
        ({"enum": ["a", "b"]}, '"a" | "b"'),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "by name: number"),
        ({}, "anything"),
    ],
)
def test_a_kind_is_told_in_a_few_words(told: dict[str, Any], words: str) -> None:
    assert kind_of(told) == words
