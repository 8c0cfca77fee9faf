"""Scripted trainees: how different people might take a conversation, written down, to try a scenario out with.

The file of a bundled scenario is ``scenario/trainees/<id>.yaml``; beside a scenario of one's own, ``<name>.trainees.yaml``.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, model_validator

from voicesim.errors import BadInputError
from voicesim.scenario.load import LoadedScenario
from voicesim.scenario.model import Event, Model, Name
from voicesim.yamlfile import read, validate

EndingKind = Literal["opens_up", "guarded", "ends_it"]
MANNERS: dict[str, Event] = {
    "interrupts": "interrupted",
    "cuts_in": "cut_in",
    "talks_over": "talked_over",
    "rushes": "rushed",
}
"""What a trainee does, and what that is to her."""


class Turn(Model):
    """One thing a trainee does: says something, in some manner, or waits."""

    says: str = ""
    manner: Event | None = None
    wait: Annotated[float, Field(gt=0, le=600)] | None = None
    """Seconds in which nobody speaks, unless she does."""

    @model_validator(mode="before")
    @classmethod
    def _parse(cls, value: Any) -> Any:
        if isinstance(value, str | int | float):
            return {"says": str(value)}
        if isinstance(value, dict) and len(value) == 1:
            (key, entry), *_ = value.items()
            if key in MANNERS:
                return {"says": str(entry), "manner": MANNERS[key]}
        return value

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if bool(self.says) == (self.wait is not None):
            raise ValueError(
                'write "what is said", wait: 6, or one of ' + ", ".join(f'{name}: "…"' for name in MANNERS)
            )
        return self


class Trainee(Model):
    """Somebody who takes the conversation in one way."""

    about: str
    seed: int = 0
    ends: EndingKind
    """The kind of ending that it must come to."""
    turns: Annotated[tuple[Turn, ...], Field(min_length=1)]


class Trainees(Model):
    """A file of scripted trainees."""

    format: Literal["voicesim/trainees/1"]
    scenario: Name
    """Id of the scenario they are for."""
    trainees: Annotated[dict[Name, Trainee], Field(min_length=1)]


def load_trainees(loaded: LoadedScenario, path: Path | None = None) -> dict[str, Trainee]:
    """The scripted trainees of a scenario, by name; none when nobody has written any.

    Args:
        loaded: the scenario.
        path: their file; left out, the one that belongs to the scenario.

    Raises:
        BadInputError: the file has mistakes, each with its line, or is for another scenario.
    """
    source: Traversable | Path
    if path is not None:
        source = path
    else:
        own = Path(loaded.source_path)
        beside = own.with_name(f"{own.stem}.trainees.yaml")
        bundled = files("voicesim.scenario").joinpath("trainees", f"{loaded.scenario.id}.yaml")
        ships = own.parent == Path(str(files("voicesim.scenario").joinpath("library")))
        source = bundled if ships else beside
        if not source.is_file():
            return {}
    document = read(source)
    found = validate(document, Trainees)
    if found.scenario != loaded.scenario.id:
        problem = document.problem(("scenario",), f"these trainees are for '{found.scenario}'.")
        raise BadInputError(str(problem), f"Write 'scenario: {loaded.scenario.id}', or choose another file.")
    return dict(found.trainees)


assert set(MANNERS.values()) == set(get_args(Event))
