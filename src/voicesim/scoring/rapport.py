"""How it was said to her: the moves that support, and those that hurt, each with the words that decided it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from voicesim.scoring.conversation import Conversation, Span
from voicesim.scoring.measures import Evidence, Measure, evidence, measure

SUPPORTIVE = (
    "introduce", "explain_why", "ask_permission", "offer_choice", "acknowledge", "believe", "not_your_fault",
    "reassure_safety", "ground_rule", "invite_pause", "thank", "apologise", "reflect", "stay", "refer",
)  # fmt: skip
HARMFUL = (
    "blame", "doubt", "minimise", "rush", "threaten", "promise_outcome", "jargon", "sarcasm", "order",
)  # fmt: skip
GRAVE = frozenset({"blame", "doubt", "minimise", "threaten", "sarcasm"})
"""Of the harmful ones, those that a session cannot make up for."""
_COUNTED = {
    "explain_why": ("explain_why",),
    "choices": ("offer_choice", "ask_permission"),
    "ground_rules": ("ground_rule", "invite_pause"),
    "orders": ("order",),
}
"""Measures that count single moves, for rubrics that ask for them by name."""
NAMES = {
    "introduce": "introduced yourself",
    "explain_why": "said why you ask",
    "ask_permission": "asked her leave",
    "offer_choice": "offered her a choice",
    "acknowledge": "acknowledged what it costs her",
    "believe": "said that you believe her",
    "not_your_fault": "said that it is not her fault",
    "reassure_safety": "reassured her about safety",
    "ground_rule": "gave a ground rule",
    "invite_pause": "invited a pause",
    "thank": "thanked her",
    "apologise": "apologised",
    "reflect": "reflected her words",
    "stay": "said you would stay with her",
    "refer": "pointed to further help",
    "blame": "may sound like blame",
    "doubt": "may sound like doubt",
    "minimise": "makes it small",
    "rush": "hurries her",
    "threaten": "may sound like a threat",
    "promise_outcome": "promises what you cannot keep",
    "jargon": "uses police or legal jargon",
    "sarcasm": "may sound sarcastic",
    "order": "gives an order",
}


@dataclass(frozen=True)
class MoveMade(Span):
    """A move and the sentence it was made in; `cues` are the words that decided it."""

    move: str = ""
    text: str = ""
    cues: tuple[str, ...] = ()

    @property
    def harmful(self) -> bool:
        """Whether it may hurt her."""
        return self.move in HARMFUL


def find_moves(conversation: Conversation) -> tuple[MoveMade, ...]:
    """Every move in the trainee's turns, in order; listening sounds are counted from voice activity instead."""
    found = []
    for turn in conversation.trainee_turns:
        for sentence in turn.reading.sentences if turn.reading else ():
            span = turn.span_of(sentence.start, sentence.end)
            for move in sentence.moves:
                if move in NAMES:
                    cues = tuple(cue.text for cue in sentence.cues if move in cue.label)
                    found.append(MoveMade(span.start, span.end, move, sentence.text, cues))
    return tuple(found)


def count_moves(moves: tuple[MoveMade, ...]) -> tuple[tuple[str, int], ...]:
    """How often each move was made, in the order of the lists above."""
    counts = Counter(made.move for made in moves)
    return tuple((move, counts[move]) for move in (*SUPPORTIVE, *HARMFUL) if counts[move])


def measure_rapport(conversation: Conversation, moves: tuple[MoveMade, ...]) -> tuple[Measure, ...]:
    """Kinds of support given, and words that may hurt."""
    spoken = sum(1 for turn in conversation.trainee_turns if turn.word_count)
    good = [made for made in moves if made.move in SUPPORTIVE]
    bad = [made for made in moves if made.harmful]
    return (
        measure("supportive_moves", len({made.move for made in good}), spoken, tuple(map(_show, good))),
        measure("harmful_moves", len(bad), spoken, tuple(map(_show, bad))),
        measure(
            "grave_moves",
            sum(made.move in GRAVE for made in bad),
            spoken,
            tuple(_show(made) for made in bad if made.move in GRAVE),
        ),
        *(
            measure(name, len(found), spoken, tuple(map(_show, found)))
            for name, kinds in _COUNTED.items()
            for found in [[made for made in moves if made.move in kinds]]
        ),
    )


def _show(made: MoveMade) -> Evidence:
    return evidence(made, "trainee", made.text, NAMES[made.move])
