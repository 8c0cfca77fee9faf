"""A rubric: which measures count, how much, and what each figure is worth. YAML a trainer can read and change."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from voicesim.errors import BadInputError
from voicesim.scenario.model import Name
from voicesim.scoring.measures import catalogue
from voicesim.yamlfile import did_you_mean, load_model

Level = Literal["strong", "sound", "developing", "needs_work"]
Group = Literal["questions", "interruptions", "pace", "rapport", "delivery"]
RANKED: tuple[Level, ...] = ("needs_work", "developing", "sound", "strong")
"""Levels from the lowest up."""
Profile = Literal["griffiths", "nichd", "miti"]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Band(_Strict):
    """What a value is worth. Bands are tried in order; the first whose bounds hold the value is taken."""

    level: Level
    at_least: float | None = None
    at_most: float | None = None
    points: Annotated[float, Field(ge=0, le=100)]
    advice: Annotated[str, Field(min_length=1)]
    """One sentence to the trainee: praise first, then what to try."""

    def holds(self, value: float) -> bool:
        """Whether a value lies within the bounds, both inclusive."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)

    def bounds(self, unit: str = "") -> str:
        """The bounds in words: ``up to 20 %``."""
        unit = f" {unit}" if unit and unit not in ("count", "kinds") else ""
        if self.at_least is not None and self.at_most is not None:
            if self.at_least == self.at_most:
                return f"{self.at_least:g}{unit}"
            return f"{self.at_least:g} to {self.at_most:g}{unit}"
        if self.at_least is not None:
            return f"{self.at_least:g}{unit} or more"
        if self.at_most is not None:
            return f"none{unit}" if self.at_most == 0 else f"up to {self.at_most:g}{unit}"
        return "otherwise"


class CriterionRule(_Strict):
    """One line of the scorecard."""

    id: Name
    title: str
    group: Group
    measure: str
    weight: Annotated[float, Field(ge=0, le=100)]
    """Share in the overall score; 0: shown and explained, not counted."""
    needs: Annotated[int, Field(ge=1)] = 1
    """Fewest observations the measure must rest on; with fewer there is not enough to judge."""
    source: Annotated[str, Field(min_length=1)]
    """Where the thresholds come from, with the address, or "default of this project"."""
    bands: Annotated[tuple[Band, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def _bands_cover_everything(self) -> Self:
        if self.measure not in catalogue().measures:
            raise ValueError(f"there is no measure '{self.measure}': use one of {', '.join(catalogue().measures)}")
        if self.bands[-1].at_least is not None or self.bands[-1].at_most is not None:
            raise ValueError("the last band must hold every other value: leave its at_least and at_most out")
        for band in self.bands[:-1]:
            if band.at_least is None and band.at_most is None:
                raise ValueError(
                    "only the last band may be without at_least and at_most: no later one could be reached"
                )
            if band.at_least is not None and band.at_most is not None and band.at_least > band.at_most:
                raise ValueError(f"a band from {band.at_least:g} to {band.at_most:g} holds nothing: swap the bounds")
        return self

    def band_of(self, value: float) -> Band:
        """The band of a value."""
        return next(band for band in self.bands if band.holds(value))


class Cap(_Strict):
    """What no other points can make up for: from this value on, the overall is at most so much, and says why."""

    id: Name
    title: str
    measure: str
    at_least: float
    needs: Annotated[int, Field(ge=1)] = 1
    """Fewest observations the measure must rest on."""
    most: Annotated[float, Field(ge=0, le=100)]
    """The overall is at most this."""
    reason: Annotated[str, Field(min_length=1)]
    """One sentence to the trainee: why the overall ends here."""
    source: Annotated[str, Field(min_length=1)]

    @model_validator(mode="after")
    def _measure_is_known(self) -> Self:
        if self.measure not in catalogue().measures:
            raise ValueError(f"there is no measure '{self.measure}': use one of {', '.join(catalogue().measures)}")
        return self


class Standard(_Strict):
    """A pass standard: criteria that must each be met, so many attempts, and how long a pass holds."""

    must: Annotated[tuple[Name, ...], Field(min_length=1)]
    """Ids of the criteria that must each reach `level`; one that could not be judged is not met."""
    level: Level = "sound"
    overall: Annotated[float, Field(ge=0, le=100)]
    """Fewest points overall."""
    attempts: Annotated[int, Field(ge=1)]
    """Attempts before further training is due."""
    valid_months: Annotated[int, Field(ge=1)]
    """How long a pass holds."""
    source: Annotated[str, Field(min_length=1)]


class Rubric(_Strict):
    """A whole rubric."""

    format: Literal["voicesim/rubric/1"]
    id: Name
    title: str
    about: str
    profile: Profile = "griffiths"
    """The question typology that the report's map shows."""
    least_judged: Annotated[float, Field(ge=0, le=1)]
    """Share of the weight that must be judged before there is an overall score."""
    levels: dict[Level, Annotated[float, Field(ge=0, le=100)]]
    """Fewest points for each level of the overall score."""
    criteria: Annotated[tuple[CriterionRule, ...], Field(min_length=1)]
    caps: tuple[Cap, ...] = ()
    standard: Standard | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        ids = [criterion.id for criterion in self.criteria]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"two criteria share the id '{twice[0]}': give each its own")
        if not any(criterion.weight for criterion in self.criteria):
            raise ValueError("no criterion has a weight: give at least one more than 0")
        for name in self.standard.must if self.standard else ():
            if name not in ids:
                raise ValueError(f"standard.must: there is no criterion '{name}'. {did_you_mean(name, ids)}")
        missing = {"strong", "sound", "developing", "needs_work"} - set(self.levels)
        if missing:
            raise ValueError(f"levels: says nothing of {', '.join(sorted(missing))}")
        if min(self.levels.values()) != 0:
            raise ValueError("levels: one level must begin at 0 points")
        return self

    def level_of(self, points: float) -> Level:
        """The level of an overall score."""
        ranked = sorted(self.levels.items(), key=lambda item: -item[1])
        return next(level for level, least in ranked if points >= least)


def bundled_rubrics() -> tuple[str, ...]:
    """Names of the rubrics that come with voicesim, the default first."""
    names = sorted(
        entry.name.removesuffix(".yaml")
        for entry in (resources.files("voicesim.scoring") / "rubrics").iterdir()
        if entry.name.endswith(".yaml")
    )
    return tuple(sorted(names, key=lambda name: name != "default"))


def load_rubric(source: str | Path = "default") -> Rubric:
    """A bundled rubric by its name, or one from a file.

    Raises:
        BadInputError: there is none, or it is not valid; with file and line.
    """
    if isinstance(source, str) and source in bundled_rubrics():
        return load_model(resources.files("voicesim.scoring") / "rubrics" / f"{source}.yaml", Rubric)
    path = Path(source)
    if path.suffix not in (".yaml", ".yml") and not path.exists():
        raise BadInputError(
            f"There is no rubric '{source}'.", f"Use one of: {', '.join(bundled_rubrics())}, or name a YAML file."
        )
    return load_model(path, Rubric)
