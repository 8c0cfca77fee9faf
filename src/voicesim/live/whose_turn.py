"""Whose floor it is, in the plain words that every view shows: a terminal's line, a browser's page."""

from __future__ import annotations

from collections.abc import Mapping

from voicesim.engine.state import ConversationState
from voicesim.timebase import samples

_WORDS_LATE = samples(1.5)
"""Quiet after which missing words are why she does not answer. Before that the turn is simply the trainee's."""

HERS = "Her turn: she speaks"
THINKING = "Her turn: she thinks"
YOURS = "Your turn: she listens"
OPEN = "Your turn, or wait"
PAUSED = "Paused"


def whose_turn(
    state: ConversationState, now: int, push_to_talk: bool = False, cast: Mapping[str, str] | None = None
) -> str:
    """Whose floor it is, in plain words.

    A pause within the trainee's turn stays his: nothing on the screen hurries a slow sentence.
    """
    if state.phase == "paused":
        return PAUSED
    turn = state.turn
    if state.talking:
        return YOURS
    if turn is not None and push_to_talk:
        return THINKING  # the key has ended it
    if turn is not None:
        late = not turn.speaking and not turn.known and now - turn.end > _WORDS_LATE
        return THINKING if late else YOURS
    if state.utterance is not None:
        if state.utterance.status == "asked":
            return THINKING
        other = (cast or {}).get(state.utterance.by)
        return f"{other} speaks" if other else HERS
    return THINKING if state.say_at is not None else OPEN
