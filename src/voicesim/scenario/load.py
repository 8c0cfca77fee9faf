"""Finds a scenario, bundled or the trainer's own, and reads it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from voicesim.errors import BadInputError
from voicesim.scenario.model import Scenario
from voicesim.yamlfile import Document, read, validate


@dataclass(frozen=True)
class LoadedScenario:
    """A scenario and the file it was read from."""

    scenario: Scenario
    source_path: str
    document: Document
    sha256: str
    """Of the text with ``\\n`` line ends, so that a checkout on Windows has the same one."""

    @property
    def text(self) -> str:
        """The file as it was read: what a session keeps a copy of."""
        return self.document.text


def library() -> tuple[str, ...]:
    """Ids of the bundled scenarios, sorted."""
    return tuple(sorted(_bundled()))


def load_scenario(name_or_path: str | Path) -> LoadedScenario:
    """Read a bundled scenario by its id, or a file by its path.

    Raises:
        BadInputError: there is no such scenario or file, or it has mistakes; each with its line.
    """
    name = str(name_or_path)
    bundled = _bundled()
    if isinstance(name_or_path, str) and name in bundled:
        return _load(bundled[name])
    path = Path(name).expanduser()
    if not path.exists() and path.suffix not in (".yaml", ".yml") and len(path.parts) == 1:
        known = ", ".join(sorted(bundled))
        raise BadInputError(
            f"There is no scenario '{name}'. Bundled: {known}.", "Name one of them, or the path of a YAML file."
        )
    return _load(path)


def _load(source: Path | Traversable) -> LoadedScenario:
    document = read(source)
    scenario = validate(document, Scenario)
    digest = sha256(document.text.replace("\r\n", "\n").encode()).hexdigest()
    return LoadedScenario(scenario, str(source), document, digest)


def _bundled() -> dict[str, Traversable]:
    folder = files("voicesim.scenario").joinpath("library")
    return {entry.name.removesuffix(".yaml"): entry for entry in folder.iterdir() if entry.name.endswith(".yaml")}
