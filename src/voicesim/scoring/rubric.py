"""A rubric: which measures count, how much, and what each figure is worth. YAML a trainer can read and change."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from voicesim.scenario.model import Name
from voicesim.scoring.measures import catalogue
from voicesim.yamlfile import load_model

Level = Literal["strong", "sound", "developing", "needs_work"]
Group = Literal["questions", "interruptions", "pace", "rapport"]
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
    weight: Annotated[float, Field(gt=0, le=100)]
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

    @model_validator(mode="after")
    def _check(self) -> Self:
        ids = [criterion.id for criterion in self.criteria]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"two criteria share the id '{twice[0]}': give each its own")
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


def load_rubric(source: str | Path = "default") -> Rubric:
    """A bundled rubric by its name, or one from a file.

    Raises:
        BadInputError: there is none, or it is not valid; with file and line.
    """
    bundled = resources.files("voicesim.scoring") / "rubrics" / f"{source}.yaml"
    if isinstance(source, str) and "/" not in source and "\\" not in source and bundled.is_file():
        return load_model(bundled, Rubric)
    return load_model(Path(source), Rubric)
