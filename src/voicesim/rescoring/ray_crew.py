"""Workers on a Ray cluster: an actor each, spread over the machines. Nothing is kept over there.

An actor that dies, or whose machine does, is replaced; the replacement waits until the cluster has room again, and until then the
others carry on.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from voicesim import __version__
from voicesim.asr.serving.cluster import HERE, join
from voicesim.errors import ServiceError, VoicesimError
from voicesim.rescoring.crew import Lost
from voicesim.rescoring.plan import Plan
from voicesim.rescoring.settings import rescoring_settings
from voicesim.rescoring.shipment import Files
from voicesim.rescoring.worker import Answer, Job, Rescorer

_LATER = "Start it again, then give the same command again: it goes on from here."


class RemoteWorker:
    """What runs over there.

    Args:
        plan: what is done.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._rescorer: Rescorer | None = None

    def ready(self) -> tuple[str, str, str]:
        """Load the models.

        Returns:
            The version of voicesim over there; which machine it is; and what is wrong, empty when nothing is.
        """
        import ray

        node = str(ray.get_runtime_context().get_node_id())
        try:
            self._rescorer = Rescorer(self._plan)
        except VoicesimError as error:
            return __version__, node, str(error)
        return __version__, node, ""

    def answer(self, job: Job, files: Files | None) -> Answer:
        """Go over one session."""
        assert self._rescorer is not None
        return self._rescorer.answer(job, files)


@dataclass
class _Hand:
    actor: Any
    promise: Any
    """Of its readiness, or of its answer; None while it has nothing to do."""
    ready: bool = False
    node: str = ""
    """Ray's name for its machine."""
    job: Job | None = None
    since: float = 0.0
    why: str = ""


class RayCrew:
    """Actors of a cluster. See `Crew`.

    Args:
        plan: what is done.
        address: of the cluster; see `asr.serving.cluster.join`.
        workers: how many; 0 for one a core of the cluster (or one a graphics card, where the plan says cuda).

    Raises:
        BadInputError: ray is not installed here.
        ServiceError: there is no cluster.
    """

    def __init__(self, plan: Plan, address: str = HERE, workers: int = 0) -> None:
        from voicesim.asr.serving.cluster import ray_or_say_how

        self._ours = not ray_or_say_how().is_initialized()
        self._ray = join(address)
        self._plan, self._address = plan, address
        self._needs = {"num_cpus": 1, "num_gpus": 1 if plan.device == "cuda" else 0}
        kind = "GPU" if plan.device == "cuda" else "CPU"
        room = int(self._ray.cluster_resources().get(kind, 0))
        self._actor = self._ray.remote(RemoteWorker)
        self._anybody = time.monotonic()
        """When somebody was last there to work."""
        self._hands = [self._hire() for _ in range(workers or max(1, room))]

    @property
    def free(self) -> int:
        """See `Crew.free`."""
        return sum(hand.ready and hand.job is None for hand in self._hands)

    @property
    def size(self) -> int:
        """See `Crew.size`."""
        return len(self._hands)

    def give(self, job: Job, files: Files | None = None) -> None:
        """See `Crew.give`."""
        hand = next(hand for hand in self._hands if hand.ready and hand.job is None)
        hand.job, hand.since = job, time.monotonic()
        hand.promise = hand.actor.answer.remote(job, files)

    def wait(self, seconds: float) -> list[Answer | Lost]:
        """See `Crew.wait`."""
        promises = [hand.promise for hand in self._hands if hand.promise is not None]
        kept: list[Any] = []
        if promises:
            try:
                self._ray.wait(promises, num_returns=1, timeout=seconds)
                kept, _ = self._ray.wait(promises, num_returns=len(promises), timeout=0)
            except Exception as error:  # Ray has many kinds; all mean that its head does not answer any more
                raise ServiceError(
                    f"The cluster at {self._address} is gone ({type(error).__name__}).", _LATER
                ) from None
        else:
            time.sleep(seconds)
        found: list[Answer | Lost] = []
        for place, hand in enumerate(self._hands):
            self._hurry(hand)
            if hand.promise is None or hand.promise not in kept:
                continue
            try:
                said = self._ray.get(hand.promise, timeout=seconds + 30)
            except Exception as error:  # the actor, its machine, or the way there: the job goes to another
                found += self._gone(hand, error)
                self._hands[place] = self._hire()
                continue
            hand.promise = None
            found += self._said(hand, said)
        self._somebody_there()
        return found

    def close(self) -> None:
        """See `Crew.close`."""
        for hand in self._hands:
            with suppress(Exception):  # a cluster that is gone has let them go already
                self._ray.kill(hand.actor)
        if self._ours:
            with suppress(Exception):
                self._ray.shutdown()

    def _hire(self) -> _Hand:
        options = {**self._needs, "max_restarts": 0, "max_task_retries": 0, "scheduling_strategy": "SPREAD"}
        actor = self._actor.options(**options).remote(self._plan)
        return _Hand(actor, actor.ready.remote())

    def _said(self, hand: _Hand, said: Any) -> list[Answer | Lost]:
        if isinstance(said, Answer):
            hand.job = None
            return [said]
        version, hand.node, trouble = said
        if version != __version__:
            raise ServiceError(
                f"A machine of the cluster runs voicesim {version}, this one {__version__}.",
                "Use the same version everywhere: results of different versions cannot be compared.",
            )
        if trouble:
            raise ServiceError(f"A machine of the cluster cannot begin: {trouble}")
        hand.ready = True
        return []

    def _hurry(self, hand: _Hand) -> None:
        if hand.job is None or hand.why:
            return
        longest = rescoring_settings().longest.over(hand.job.seconds)
        if time.monotonic() - hand.since > longest:
            hand.why = f"it took longer than {longest:.0f} s"
            with suppress(Exception):
                self._ray.kill(hand.actor)

    def _gone(self, hand: _Hand, error: Exception) -> list[Answer | Lost]:
        with suppress(Exception):  # it may only be out of reach: it must not work on beside its replacement
            self._ray.kill(hand.actor)
        why = hand.why or f"its worker is gone ({type(error).__name__})"
        return [Lost(hand.job, why)] if hand.job is not None else []

    def _somebody_there(self) -> None:
        """Do not wait for ever for a cluster without room."""
        if any(hand.ready for hand in self._hands):
            self._anybody = time.monotonic()
        elif time.monotonic() - self._anybody > rescoring_settings().start:
            room = None
            with suppress(Exception):  # whatever Ray throws when its head is gone
                room = self._ray.available_resources().get("CPU", 0)
            if room is None:
                raise ServiceError(f"The cluster at {self._address} is gone.", _LATER)
            raise ServiceError(
                f"No worker of the cluster at {self._address} got ready in {rescoring_settings().start:.0f} s "
                f"({room:g} cores are free there).",
                "Free some or add a machine (see `ray status`), then give the same command again: it goes on from here.",
            )
