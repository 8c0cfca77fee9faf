"""Whether a session that was cut off opens, replays, scores and can be mended, and how much of it is there."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voicesim.cli.recover import mend_whole
from voicesim.errors import VoicesimError
from voicesim.live.replay import replay
from voicesim.review.scoring import score_bundle
from voicesim.session.integrity import check_session
from voicesim.session.reader import open_bundle
from voicesim.timebase import SAMPLE_RATE


@dataclass
class Verdict:
    """What was found."""

    samples: int = 0
    records: int = 0
    state: str = ""
    problems: list[str] = field(default_factory=list)


def verify(folder: Path, trainee: NDArray[np.int16] | None, work: Path, mending: bool = True) -> Verdict:
    """Do with a session what a person would.

    Args:
        folder: the session as it was found; it is not changed.
        trainee: what the trainee's track must be the beginning of; None where that is not known.
        work: a folder for the mended copy; not there yet.
        mending: whether to mend a copy and look at that, too.
    """
    verdict = Verdict()
    try:
        verdict.state = _look(folder, trainee, verdict)
        if mending:
            copy = Path(shutil.copytree(folder, work))
            for scrap in copy.glob(".*.part"):  # as if somebody came back to it the next day
                os.utime(scrap, (0, 0))
            mend_whole(copy)
            mended = Verdict()
            _look(copy, trainee, mended)
            verdict.problems += [f"mended: {problem}" for problem in mended.problems]
            if mended.samples < verdict.samples or mended.records != verdict.records:
                verdict.problems.append("mending lost something")
            if mend_whole(copy):
                verdict.problems.append("mended twice, it changed twice")
            for finding in check_session(copy).findings:
                if finding.state != "good":
                    verdict.problems.append(f"mended: {finding.file} is {finding.state}: {finding.says}")
            if (verdict.samples and list(copy.glob("*.wav"))) or list(copy.glob(".*")):
                verdict.problems.append("mended: something half-done is left")
    except VoicesimError as error:
        verdict.problems.append(str(error))
    except Exception as error:  # a traceback is what must never be
        verdict.problems.append(f"{type(error).__name__}: {error}")
    return verdict


def _look(folder: Path, trainee: NDArray[np.int16] | None, verdict: Verdict) -> str:
    bundle = open_bundle(folder)
    tracks = [bundle.track("trainee"), bundle.track("survivor")]
    verdict.samples, verdict.records = min(map(len, tracks)), len(bundle.records)
    difference = replay(bundle).difference
    if difference is not None:
        verdict.problems.append(f"replays otherwise: {difference[:120]}")
    score_bundle(bundle)
    if trainee is not None:
        wrong = _unlike(tracks[0], trainee)
        if wrong is not None:
            verdict.problems.append(f"the trainee's track is not what was said from {wrong / SAMPLE_RATE:.2f} s on")
    return bundle.meta.state


def _unlike(track: NDArray[np.int16], said: NDArray[np.int16]) -> int | None:
    """The first sample that is neither what was said nor silence (a pause, sectors that a power cut left empty)."""
    whole = np.zeros(len(track), dtype=np.int16)
    whole[: min(len(said), len(track))] = said[: len(track)]
    wrong = np.flatnonzero((track != whole) & (track != 0))
    return int(wrong[0]) if len(wrong) else None
