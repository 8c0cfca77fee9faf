"""What trainers ask for by name: why, multiple, recast, chronology. What is presumed stands in `presumed`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from voicesim.language.evidence import matches
from voicesim.language.reading import GriffithsType
from voicesim.language.text.phrases import Line, Match


def why(line: Line) -> Match | None:
    """The words that ask for a reason."""
    return matches("why", line)


def chronology(line: Line) -> Match | None:
    """The words that push her along in order of time."""
    return matches("chronology", line)


def several(asking: Sequence[tuple[int, GriffithsType, bool]]) -> frozenset[int]:
    """Sentences that together put two or more questions in one breath.

    Args:
        asking: index, griffiths type and whether it is only about her comfort, of each sentence that asks.

    Two open invitations in a row are one invitation put twice, and asking leave first is no second question.
    """
    counted = [(index, kind) for index, kind, welfare in asking if not welfare]
    if len(counted) < 2 or all(kind == "open" for _, kind in counted):
        return frozenset()
    return frozenset(index for index, _ in counted)


def recast(asking: Sequence[tuple[int, GriffithsType, bool]]) -> int | None:
    """The narrower question that spoils an open one just before it, if there is one."""
    counted = [(index, kind) for index, kind, welfare in asking if not welfare]
    for (_, before), (index, after) in pairwise(counted):
        if before == "open" and after not in ("open", "none"):
            return index
    return None
