"""Reads what `watched_session.py` wrote down, while it runs and afterwards."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Entries:
    """The journal up to some moment."""

    lines: tuple[dict[str, Any], ...]

    def last(self, do: str, key: str) -> int:
        """The last value of a kind of entry, 0 when there was none."""
        return next((int(line[key]) for line in reversed(self.lines) if line["do"] == do), 0)

    def first_time(self, do: str) -> float | None:
        """When the first of a kind was written down."""
        return next((float(line["t"]) for line in self.lines if line["do"] == do), None)

    def until(self, moment: float) -> Entries:
        """What was written down by a moment of the monotonic clock."""
        return Entries(tuple(line for line in self.lines if line["t"] <= moment))

    @property
    def handed(self) -> int:
        """Samples of each track that the recording was given."""
        return self.last("handed", "samples")

    @property
    def recorded(self) -> int:
        """Records whose writing had returned."""
        return self.last("recorded", "records")

    def age_of(self, kept: int) -> float:
        """Seconds by the clock from the first sample that is not among the kept ones to the last that was handed."""
        later = [float(line["t"]) for line in self.lines if line["do"] == "handed" and int(line["samples"]) > kept]
        return later[-1] - later[0] if later else 0.0

    def closing(self) -> bool:
        """Whether the session had begun to close."""
        return any(line["do"] == "sync" and line["path"].endswith(".transcript.json.part") for line in self.lines)


def read(path: Path) -> Entries:
    """The journal as far as it is written."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return Entries(())
    return Entries(tuple(json.loads(line) for line in lines[:-1]))
