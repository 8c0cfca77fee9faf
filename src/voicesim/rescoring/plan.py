"""What is done to every session, the same on every worker; and the key under which its result is known."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from voicesim import __version__
from voicesim.errors import BadInputError
from voicesim.scoring.rubric import Rubric

RECORDED = "recorded"
"""Stands for the words as they were heard at the time."""


@dataclass(frozen=True)
class Plan:
    """How a corpus is gone over. Plain data: it travels to other machines."""

    rubric_json: str
    """The rubric itself, not its name: another machine may have another file of that name."""
    model: str = ""
    """What hears the words anew; empty leaves them as they were recorded."""
    asr: str = "auto"
    """Engine, or the address of another machine; see `asr.engines`."""
    model_path: str = ""
    weights: str = ""
    """SHA-256 of the model's weights, or where it is asked."""
    meaning: bool = True
    """Whether sentences heard anew are also understood by what they resemble; then every worker must have that model."""
    device: str = "cpu"
    compute_type: str = ""

    @cached_property
    def rubric(self) -> Rubric:
        """What judges."""
        return Rubric.model_validate_json(self.rubric_json)

    @property
    def label(self) -> str:
        """For file names: ``base+default``."""
        return f"{_for_a_name(self.model or RECORDED)}+{_for_a_name(self.rubric.id)}"

    @property
    def file_name(self) -> str:
        """Of each result. Never that of the original scorecard."""
        return f"scorecard.{self.label}.json"

    def key(self, session: str, log: str, sound: str) -> str:
        """What makes a result: the same key, the same result.

        Args:
            session: its id.
            log: SHA-256 of its log.
            sound: SHA-256 of the trainee's track.
        """
        parts = [
            session, log, sound, self.model, self.weights, self.meaning and bool(self.model),
            sha256(self.rubric_json.encode()).hexdigest(), __version__,
        ]  # fmt: skip
        return sha256(json.dumps(parts).encode()).hexdigest()


def make_plan(
    rubric: Rubric,
    model: str = "",
    asr: str = "auto",
    model_path: Path | None = None,
    device: str = "cpu",
    compute_type: str = "",
) -> Plan:
    """A plan for what is on this machine, or behind an address.

    Args:
        rubric: what judges.
        model: what hears the words anew; empty, with no address and no path, leaves them as recorded.
        asr: see `asr.engines.open_transcriber`.
        model_path: weights of one's own; they must lie there on every worker.
        device: what the model runs on.
        compute_type: CTranslate2's name for the arithmetic.

    Raises:
        BadInputError: there is no such engine or model.
        WeightsError: the weights are missing or damaged.
        ServiceError: the other machine does not answer.
    """
    from voicesim.asr.engines import open_transcriber
    from voicesim.asr.remote.address import is_remote, parse
    from voicesim.asr.store import find
    from voicesim.meaning.finder import best_finder

    plain = rubric.model_dump_json()
    if not (model or model_path or is_remote(asr)):
        return Plan(plain)
    if is_remote(asr):
        remote = parse(asr)
        if remote.fallback:
            raise BadInputError(
                "A corpus is heard by one model, or its sessions could not be compared.", "Leave ?fallback= out."
            )
        transcriber = open_transcriber(asr, model)
        transcriber.warm_up()
        model, weights = transcriber.model, f"{remote.kind}:{remote.place}{remote.path}"
    else:
        model = model or (model_path.stem if model_path else "")
        weights = find(model, model_path).sha256
    meaning = best_finder()[0] is not None
    path = str(model_path.resolve()) if model_path else ""
    return Plan(plain, model, asr, path, weights, meaning, device, compute_type)


def _for_a_name(text: str) -> str:
    kept = "".join(character if character.isalnum() or character in "._-" else "-" for character in text)
    return kept.strip(".-")[:60] or "unnamed"
