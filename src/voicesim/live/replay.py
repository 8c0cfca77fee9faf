"""Re-running the engine over a session's log: the proof that the log is the truth."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from voicesim.engine.conversation import Conversation
from voicesim.engine.events import INPUTS, Record
from voicesim.engine.survivor import Survivor
from voicesim.errors import BadInputError
from voicesim.live.reading import reader_for
from voicesim.live.settings import TurnTakingSeconds
from voicesim.session.meta import META
from voicesim.session.reader import Bundle


@dataclass(frozen=True)
class Replayed:
    """What a replay gave. `difference` names the first record that came out otherwise; None when all agree."""

    records: tuple[Record, ...]
    difference: str | None


def replay(bundle: Bundle) -> Replayed:
    """Feed the logged inputs through the engine again and compare effects and facts with the logged ones.

    A log that was cut off is compared up to its end.

    Raises:
        BadInputError: the session's turn-taking numbers are not those this version knows.
    """
    try:
        turn_taking = TurnTakingSeconds.model_validate(bundle.meta.turn_taking).in_samples()
    except ValidationError as error:
        names = ", ".join(sorted({str(one["loc"][0]) for one in error.errors()}))
        raise BadInputError(
            f"{bundle.path / META} has turn_taking numbers that this version does not know or misses ({names}).",
            f"Replay it with voicesim {bundle.meta.voicesim}, which recorded it.",
        ) from None
    rules = Conversation(Survivor(bundle.scenario, bundle.meta.seed), turn_taking, reader_for(bundle.scenario))
    state = rules.initial()
    again: list[Record] = []
    for record in bundle.records:
        if isinstance(record, INPUTS):
            again.append(record)
            state, outputs = rules.step(state, record)  # type: ignore[arg-type]
            again.extend(outputs)
    again = again[: len(bundle.records)]
    for number, (then, now) in enumerate(zip(bundle.records, again, strict=False)):
        if then != now:
            return Replayed(tuple(again), f"record {number}: was {then}, is now {now}")
    if len(again) != len(bundle.records):
        return Replayed(tuple(again), f"{len(bundle.records)} records were logged, {len(again)} came out")
    return Replayed(tuple(again), None)
