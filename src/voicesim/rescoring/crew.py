"""What is asked of whoever does the work: processes of this machine, or actors on a cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from voicesim.rescoring.shipment import Files
from voicesim.rescoring.worker import Answer, Job


@dataclass(frozen=True)
class Lost:
    """A worker ended without an answer. The job may be given to another."""

    job: Job
    why: str


class Crew(Protocol):
    """Some workers, each with its models loaded once. A worker that is lost is replaced."""

    @property
    def free(self) -> int:
        """Workers that are ready and have nothing to do."""

    @property
    def size(self) -> int:
        """All workers, ready or not."""

    def give(self, job: Job, files: Files | None = None) -> None:
        """Give a job to a free worker.

        Args:
            job: which session.
            files: the session itself, for a worker that does not see its folder.
        """

    def wait(self, seconds: float) -> list[Answer | Lost]:
        """What has come in, waiting for something at most so long. Each job comes back once.

        Raises:
            VoicesimError: no worker can be had.
        """

    def close(self) -> None:
        """Let all workers go, whatever they are doing."""
