"""A new scenario from the template: complete, runnable, with comments that teach."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from voicesim.errors import BadInputError, StorageError

_NAME = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"


def write_new(name: str, folder: Path) -> tuple[Path, Path]:
    """Write a scenario that runs, and scripted trainees for it.

    Args:
        name: the scenario's id and file name: lower-case words joined by hyphens.
        folder: where to; made when it is not there.

    Returns:
        The scenario's file and the trainees' file.

    Raises:
        BadInputError: the name cannot be used, or there is such a file already.
        StorageError: the folder cannot be written to.
    """
    if not re.fullmatch(_NAME, name):
        suggested = "-".join(re.findall(r"[a-z0-9]+", name.lower())).lstrip("0123456789-") or "my-scenario"
        raise BadInputError(
            f"'{name}' cannot be the name of a scenario.",
            f"Use lower-case words joined by hyphens, like {suggested}.",
        )
    targets = (folder / f"{name}.yaml", folder / f"{name}.trainees.yaml")
    for target in targets:
        if target.exists():
            raise BadInputError(f"{target} is already there; nothing is overwritten.", "Choose another name or --out.")
    templates = files("voicesim.scenario").joinpath("template")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for target, template in zip(targets, ("scenario.yaml", "trainees.yaml"), strict=True):
            text = templates.joinpath(template).read_text(encoding="utf-8").replace("NAME", name)
            target.write_text(text, encoding="utf-8")
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise StorageError(f"{folder} cannot be written to: {why}.", "Choose another folder with --out.") from error
    return targets
