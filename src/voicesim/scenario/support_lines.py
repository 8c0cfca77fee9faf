"""Where a trainee finds help: the lines of his own country that fit the scenario, then the scenario's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from voicesim.errors import BadInputError
from voicesim.scenario.model import Scenario, Support, SupportKind
from voicesim.yamlfile import load_model

_LOCALE = re.compile(r"(?:[A-Za-z]{2,3}(?:[-_][A-Za-z]{4})?[-_])?([A-Za-z]{2})(?:[.@].*)?")
"""``en-GB``, ``en_GB.UTF-8``, ``cy_GB``, or ``GB`` alone: what counts is the country."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True, populate_by_name=True)


class SupportLine(_Strict):
    """One line, its source, and whether somebody has rung it."""

    name: str
    contact: str
    where: str = ""
    kinds: Annotated[tuple[SupportKind, ...], Field(min_length=1, alias="for")]
    source: Annotated[str, Field(pattern=r"^https://")]
    rung: Literal[False] | date
    """The day on which somebody rang it and found it right; False: nobody has."""


class Country(_Strict):
    """A country's lines."""

    name: str
    emergency: str
    lines: tuple[SupportLine, ...]


class SupportLines(_Strict):
    """`support_lines.yaml`."""

    format: Literal["voicesim/support-lines/1"]
    emergency: Support
    elsewhere: tuple[SupportLine, ...]
    countries: dict[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], Country]


@cache
def load_support_lines() -> SupportLines:
    """`support_lines.yaml`."""
    return load_model(files("voicesim.scenario") / "support_lines.yaml", SupportLines)


def support_for(scenario: Scenario, country: str) -> tuple[Support, ...]:
    """What is shown before and after a session.

    Args:
        scenario: says which kinds of line are fitting, and has lines of its own.
        country: two capital letters; empty when it is not known.
    """
    data = load_support_lines()
    known = data.countries.get(country)
    listed = known.lines if known else data.elsewhere
    wanted = set(scenario.support_for)
    chosen = [
        Support(name=line.name, contact=line.contact, where=line.where or (known.name if known else ""))
        for line in listed
        if wanted.intersection(line.kinds)
    ]
    shown = {_digits(one.contact) for one in chosen} - {""}
    own = [one for one in scenario.support if _digits(one.contact) not in shown]
    if not wanted:
        return tuple(own)
    number = f"{known.emergency}" if known else data.emergency.contact
    emergency = Support(name=data.emergency.name, contact=number, where=data.emergency.where)
    own = [one for one in own if one.name != emergency.name]
    return (*chosen, *own, emergency)


def country_of(locale: str) -> str:
    """The country of a locale as a person or a system writes it: ``en-GB``, ``en_GB.UTF-8``.

    Raises:
        BadInputError: it is no locale, or no lines of that country are known.
    """
    found = _LOCALE.fullmatch(locale.strip())
    country = found[1].upper() if found else ""
    known = load_support_lines().countries
    if country not in known:
        choices = ", ".join(f"en-{name}" for name in sorted(known))
        raise BadInputError(
            f"No support lines are known for the locale '{locale}'.",
            f"Use one of {choices}, or leave --locale out and look at findahelpline.com.",
        )
    return country


def country_from(environment: Mapping[str, str]) -> str:
    """The country the system is set to (``LC_ALL``, ``LC_MESSAGES``, ``LANG``); empty when it is none we have lines of."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            try:
                return country_of(value)
            except BadInputError:
                return ""
    return ""


def _digits(contact: str) -> str:
    """A telephone number as its digits, so that one line is not shown twice in two spellings."""
    return "".join(re.findall(r"\d", contact.split(",")[0]))
