"""One worker: the models loaded once, then one session after the other, from bytes to a scorecard. It writes nothing."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from voicesim import __version__
from voicesim.engine.events import Transcribed
from voicesim.errors import BadInputError, ServiceError, VoicesimError, WeightsError
from voicesim.live.ears import Listener
from voicesim.live.reading import examples_of
from voicesim.rescoring.plan import RECORDED, Plan
from voicesim.rescoring.rehearing import heard_anew
from voicesim.rescoring.shipment import Files, Sums, pack, unpack
from voicesim.review.scoring import SCORECARD, conversation_of
from voicesim.scenario.model import Scenario
from voicesim.scoring.scorecard import Scorecard, from_json, score
from voicesim.session.in_memory import UnkeptBundle

if TYPE_CHECKING:
    from voicesim.asr.ports import Transcriber

FORMAT = "voicesim/rescored/1"
COMPARED = ("title", "value", "unit", "points", "measure")
"""What is compared of a criterion."""


@dataclass(frozen=True)
class Job:
    """One session to be gone over."""

    key: str
    session: str
    folder: str
    sums: Sums
    seconds: float
    """Of recording; 0 when it was cut off and nobody knows."""


@dataclass(frozen=True)
class Answer:
    """What a worker makes of a job.

    ``scored``: `text` is the result. ``unusable``: `text` says why. ``unseen``: the folder is not there on the worker's machine.
    ``stop``: nothing more can be done by anybody until a person has acted; `text` says why.
    """

    key: str
    kind: Literal["scored", "unusable", "unseen", "stop"]
    text: str = ""
    took: float = 0.0


class Rescorer:
    """The models of one worker.

    Args:
        plan: what is done.

    Raises:
        VoicesimError: weights are missing or damaged, or the other machine does not answer.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._finders: dict[str, Any] = {}
        self._encoder: Any = None
        self._transcriber: Transcriber | None = None
        if plan.model:
            from voicesim.asr.engines import open_transcriber

            self._transcriber = open_transcriber(
                plan.asr, plan.model, Path(plan.model_path) if plan.model_path else None,
                device=plan.device, compute_type=plan.compute_type,
            )  # fmt: skip
            self._transcriber.warm_up()
            self._encoder = _sentence_model() if plan.meaning else None

    def answer(self, job: Job, files: Files | None = None) -> Answer:
        """Go over one session. Whatever is wrong with it is told, never raised.

        Args:
            job: which.
            files: the session, where this machine does not see its folder.
        """
        began = time.perf_counter()
        try:
            if files is None:
                try:
                    files = pack(Path(job.folder))
                except FileNotFoundError:
                    return Answer(job.key, "unseen")
            text = self.rescored(job, files)
        except (ServiceError, WeightsError) as error:
            return Answer(job.key, "stop", str(error))
        except VoicesimError as error:
            return Answer(job.key, "unusable", error.problem)
        except Exception as error:  # one strange session must not end the work on ten thousand
            return Answer(job.key, "unusable", f"It could not be gone over ({type(error).__name__}: {error}).")
        return Answer(job.key, "scored", text, time.perf_counter() - began)

    def rescored(self, job: Job, files: Files) -> str:
        """The result as JSON: the scorecard, and where it comes from.

        Raises:
            VoicesimError: the session is damaged, or the words cannot be had.
        """
        bundle = unpack(files, job.sums)
        before = _before(files, bundle, self._plan)
        bundle = self._heard_anew(bundle)
        card = score(conversation_of(bundle), self._plan.rubric)
        about = {
            "format": FORMAT,
            "key": job.key,
            "session": job.session,
            "words": self._plan.model or RECORDED,
            "engine": self._transcriber.engine if self._transcriber else "",
            "weights": self._plan.weights,
            "voicesim": __version__,
            "before": before,
            "heard": [[r.onset, r.end, r.text] for r in bundle.records if isinstance(r, Transcribed)],
        }
        whole = {"schema": card.schema, "rescored": about, **asdict(card)}
        return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"

    def _heard_anew(self, bundle: UnkeptBundle) -> UnkeptBundle:
        if self._transcriber is None:
            return bundle
        listener = Listener(self._transcriber, find=self._finder(bundle.meta.scenario.sha256, bundle.scenario))
        return replace(bundle, records=heard_anew(bundle.records, bundle.track("trainee"), listener))

    def _finder(self, sha256: str, scenario: Scenario) -> Any:
        """What sentences resemble in this scenario; one scenario's examples are read once."""
        if self._encoder is None:
            return None
        if sha256 not in self._finders:
            from voicesim.meaning.finder import MeaningFinder

            self._finders[sha256] = MeaningFinder(self._encoder, examples_of(scenario))
        return self._finders[sha256]


def _sentence_model() -> Any:
    from voicesim.meaning.encoder import MiniLM

    return MiniLM.find()


def _before(files: Files, bundle: UnkeptBundle, plan: Plan) -> dict[str, Any]:
    """What the session's own scorecard says; where there is none, what this rubric makes of the words as recorded."""
    if SCORECARD in files:
        try:
            return brief(from_json(files[SCORECARD].decode("utf-8")))
        except (BadInputError, UnicodeDecodeError):
            pass
    return brief(score(conversation_of(bundle), plan.rubric))


def brief(card: Scorecard) -> dict[str, Any]:
    """What a comparison needs of a scorecard: the machine's own judgement."""
    return {
        "rubric": card.rubric.id,
        "overall": card.overall,
        "level": card.level,
        "met": card.standard.met if card.standard else None,
        "criteria": {each.id: {name: getattr(each, name) for name in COMPARED} for each in card.criteria},
        "measures": {each.name: each.value for each in card.measures},
    }
