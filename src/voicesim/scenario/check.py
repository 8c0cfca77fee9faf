"""Static checks of a scenario: mistakes that are found without speaking it, each with its line, why, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from voicesim.scenario.checks import feelings, guards, names, ways, words
from voicesim.scenario.checks.walk import Check
from voicesim.scenario.load import LoadedScenario
from voicesim.yamlfile import BadFileError, Problem


@dataclass(frozen=True)
class Finding:
    """Something the check found. An error breaks the conversation; a warning most likely is not what was meant."""

    level: Literal["error", "warning"]
    problem: Problem

    def __str__(self) -> str:
        where = f"{self.problem.where}: " if self.problem.where else ""
        said = f"{where}{self.problem.what} {self.problem.remedy}".rstrip()
        return f"{self.problem.file}:{self.problem.line}: {self.level}: {said}"


def check(loaded: LoadedScenario) -> tuple[Finding, ...]:
    """Everything that looks wrong in a scenario, in the order of its file."""
    return _found(loaded, _CHECKS)


def _found(loaded: LoadedScenario, parts: tuple[Check, ...]) -> tuple[Finding, ...]:
    scenario, document = loaded.scenario, loaded.document
    findings = [
        Finding(level, document.problem(location, what, remedy))
        for part in parts
        for level, location, what, remedy in part(scenario, document.line_of)
    ]
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: finding.problem.line))


def refuse_broken(loaded: LoadedScenario, *, names_only: bool = False) -> None:
    """Stop before a broken scenario is spoken.

    Args:
        loaded: the scenario.
        names_only: look only whether everything it names is there, without which the engine cannot go through it: for what was
            played once, by a version that may have checked less.

    Raises:
        BadFileError: the check found errors; warnings pass.
    """
    found = _found(loaded, (names.known_names,) if names_only else _CHECKS)
    errors = [finding.problem for finding in found if finding.level == "error"]
    if errors:
        raise BadFileError(errors)


_CHECKS: tuple[Check, ...] = (
    names.known_names,
    names.silent_cast,
    names.untold,
    names.unused,
    guards.moods_and_bounds,
    guards.out_of_reach,
    guards.in_this_place,
    guards.too_late,
    words.spoken,
    words.something_said,
    words.coming_back,
    ways.endings,
    ways.ways_on,
    ways.tried,
    ways.it_ends,
    feelings.way_back,
    feelings.mending,
    feelings.interrupted_for_ever,
)
