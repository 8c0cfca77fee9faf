"""The one kind of error a person is meant to read."""

from __future__ import annotations


class VoicesimError(Exception):
    """Something a trainer or trainee can put right.

    The command line prints it as one line, what went wrong and what to do next, and leaves with exit code 2.

    Args:
        problem: what is wrong, naming the file (and line) or the device.
        remedy: what to do next, as an instruction. Empty only where nothing can be done.
    """

    exit_code = 2

    def __init__(self, problem: str, remedy: str = "") -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{problem} {remedy}".strip())


class BadInputError(VoicesimError):
    """A file or an option that cannot be used as it is."""


class DeviceError(VoicesimError):
    """A microphone, a pair of headphones or the sound system is missing or has gone away."""


class WeightsError(VoicesimError):
    """Model weights are missing or are not the bytes they should be."""


class StorageError(VoicesimError):
    """The disk is full, read-only or gone: what was written so far is kept."""


class ServiceError(VoicesimError):
    """Another machine that was asked for something is gone, refuses, or answers what cannot be used."""
