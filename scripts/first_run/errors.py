"""The one error the set-up scripts show a person."""

from __future__ import annotations


class SetupError(Exception):
    """Set-up cannot go on: what is wrong, and what to do next."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{problem} {remedy}")


class CommandFailedError(SetupError):
    """A command of the set-up did not succeed.

    Args:
        problem: what was being done.
        output: what the command printed, to tell the reason from.
    """

    def __init__(self, problem: str, remedy: str, output: str) -> None:
        self.output = output
        super().__init__(problem, remedy)
