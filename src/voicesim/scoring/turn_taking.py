"""How the floor passed from her to the trainee: waits, overlaps of turns, shares of the talking."""

from __future__ import annotations

from dataclasses import dataclass

from voicesim.scoring.conversation import Conversation, Span, Turn
from voicesim.scoring.measures import Evidence, Measure, evidence, measure, median, settings
from voicesim.timebase import seconds


@dataclass(frozen=True)
class Transfer:
    """The floor passing from her to the trainee. `offset`: his onset minus her last end, in samples."""

    turn: Turn
    her_end: int

    @property
    def offset(self) -> int:
        """Floor transfer offset in samples: positive a gap, negative an overlap."""
        return self.turn.start - self.her_end

    @property
    def gap(self) -> Span:
        """The silence, or the overlap, between them."""
        return Span(min(self.her_end, self.turn.start), max(self.her_end, self.turn.start))


def find_transfers(conversation: Conversation) -> tuple[Transfer, ...]:
    """Every time the floor passed from her to the trainee, in order.

    Not counted: a turn of his that follows his own, and one with a standstill of the session between. Where he began
    over her, it counts if her speech was over before his: else the floor did not pass.
    """
    found = []
    for turn in conversation.trainee_turns:
        before = [s for s in conversation.survivor if s.start < turn.start]
        if not before:
            continue
        last = max(before, key=lambda stretch: stretch.end)
        if last.end >= turn.end:
            continue
        own = any(
            other is not turn and other.start < turn.start and other.end > last.end
            for other in conversation.trainee_turns
        )
        transfer = Transfer(turn, last.end)
        if not own and not any(pause.overlaps(transfer.gap) for pause in conversation.pauses):
            found.append(transfer)
    return tuple(found)


def measure_turn_taking(conversation: Conversation) -> tuple[Measure, ...]:
    """Waits, floor transfer offset, talk time and the longest turn."""
    transfers = find_transfers(conversation)
    waits = [transfer for transfer in transfers if transfer.offset >= 0]
    lengths = [seconds(transfer.offset) for transfer in waits]
    proof = tuple(_show(transfer) for transfer in waits)
    shares = [
        measure(
            f"wait_{limit:g}s_share",
            100 * sum(length >= limit for length in lengths) / len(lengths) if lengths else None,
            len(lengths),
            tuple(_show(t) for t in waits if seconds(t.offset) >= limit),
        )
        for limit in settings().waits
    ]
    shortest = min(waits, key=lambda transfer: transfer.offset, default=None)
    return (
        _talk_share(conversation),
        measure("wait_median", median(lengths), len(lengths), proof),
        measure("wait_shortest", min(lengths, default=None), len(lengths), (_show(shortest),) if shortest else ()),
        *shares,
        measure(
            "transfer_offset_median",
            median([seconds(transfer.offset) for transfer in transfers]),
            len(transfers),
            tuple(_show(transfer) for transfer in transfers),
        ),
        _longest(conversation),
    )


def _show(transfer: Transfer) -> Evidence:
    length = seconds(abs(transfer.offset))
    note = f"{length:.1f} s of silence before you spoke" if transfer.offset >= 0 else f"{length:.1f} s of overlap"
    return evidence(transfer.gap, "both", transfer.turn.text, note)


def _talk_share(conversation: Conversation) -> Measure:
    his, hers = (sum(span.length for span in conversation.segments[who]) for who in ("trainee", "survivor"))
    total = his + hers
    note = f"You spoke for {seconds(his):.0f} s, she for {seconds(hers):.0f} s."
    return measure("talk_share", 100 * his / total if total else None, len(conversation.turns), note=note)


def _longest(conversation: Conversation) -> Measure:
    turn = max(conversation.trainee_turns, key=lambda turn: turn.length, default=None)
    if turn is None:
        return measure("longest_monologue", None, 0)
    shown = (evidence(turn, "trainee", turn.text),)
    return measure("longest_monologue", seconds(turn.length), len(conversation.trainee_turns), shown)
