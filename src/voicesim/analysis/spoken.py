"""A recorded conversation of two people, without a script, in the shape that is scored.

::

    survivor  ######  ###   ######        stretches of hers: utterances whose words may break off
    trainee       mm     ######### ####   utterances; what lies over her is told apart by words and times alone
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from voicesim.engine.events import Word
from voicesim.language.reading import Speaker
from voicesim.scoring.conversation import Conversation, HerSpeech, Saying, Span, Utterance, words_in
from voicesim.scoring.measures import settings
from voicesim.scoring.turns import Reader, build_turns, is_token, read_turns
from voicesim.timebase import samples

_BRIDGED = samples(0.2)
"""Gaps under 200 ms lie inside a segment (docs/measures.md)."""


@dataclass(frozen=True)
class Spoken(Span):
    """What one speaker said in one go. `text` is None when the words are not known, empty when there were none."""

    speaker: Speaker = "trainee"
    text: str | None = None
    words: tuple[Word, ...] = ()
    segments: tuple[Span, ...] = ()
    """Voice activity inside; the whole span when left out."""

    @property
    def voiced(self) -> tuple[Span, ...]:
        """Voice activity inside it."""
        return self.segments or (Span(self.start, self.end),)


def converse(
    spoken: Sequence[Spoken], length: int = 0, reader: Reader | None = None, finished: bool = True
) -> Conversation:
    """Build the conversation that is scored.

    Args:
        spoken: both speakers' utterances, in any order.
        length: samples of the recording; the end of the last utterance when that is later.
        reader: what reads a turn; the house's own by default.
        finished: whether the recording is whole.
    """
    if reader is None:
        from voicesim.language.read import read_turn

        reader = read_turn
    ordered = sorted(spoken, key=lambda one: (one.start, one.end))
    trainee = _joined([one for one in ordered if one.speaker == "trainee" and one.text != ""])
    hers = _joined([one for one in ordered if one.speaker == "survivor" and one.text != ""])
    noises = tuple(Span(one.start, one.end) for one in ordered if one.speaker == "trainee" and one.text == "")
    utterances = tuple(
        Utterance(one.start, one.end, one.voiced, (one.text or "").strip(), one.words, one.text is not None)
        for one in trainee
    )
    survivor = _stretches(hers)
    sayings = tuple(Saying(one.start, one.end, (one.text or "").strip(), one.words) for one in hers)
    turns = build_turns(utterances, survivor, sayings)
    return Conversation(
        length=max([length, *(one.end for one in ordered)]),
        trainee=utterances,
        survivor=survivor,
        turns=read_turns(turns, {}, reader),
        noises=noises,
        finished=finished,
    )


def _joined(spoken: Sequence[Spoken]) -> list[Spoken]:
    """One speaker's utterances, with those that no silence parts made one."""
    joined: list[Spoken] = []
    for one in spoken:
        if joined:
            last = joined[-1]
            if last.text is not None and one.text is not None and one.start - last.end < _BRIDGED:
                joined[-1] = replace(
                    last,
                    end=max(last.end, one.end),
                    text=" ".join(part for part in (last.text, one.text) if part),
                    words=last.words + one.words,
                    segments=_bridged((*last.voiced, *one.voiced)),
                )
                continue
        joined.append(one)
    return joined


def _bridged(spans: Sequence[Span]) -> tuple[Span, ...]:
    result: list[Span] = []
    for span in sorted(spans, key=lambda each: each.start):
        if result and span.start - result[-1].end < _BRIDGED:
            result[-1] = Span(result[-1].start, max(result[-1].end, span.end))
        else:
            result.append(Span(span.start, span.end))
    return tuple(result)


def _stretches(hers: Sequence[Spoken]) -> tuple[HerSpeech, ...]:
    pieces: list[tuple[Span, bool, bool]] = []
    for one in hers:
        parts = one.voiced
        for number, span in enumerate(parts, start=1):
            last = number == len(parts)
            pieces.append((span, last and unfinished(one.text or ""), is_token(one.text or "")))
    found = []
    for index, (span, broken, token) in enumerate(pieces):
        following = pieces[index + 1][0] if index + 1 < len(pieces) else None
        goes_on = following is not None and following.start - span.end < samples(settings().breath)
        found.append(HerSpeech(span.start, span.end, ends_turn=not goes_on, unfinished=broken, token=token))
    return tuple(found)


def unfinished(text: str) -> bool:
    """Whether words break off in the middle of something: a dash, a fragment, or a word that needs another after it."""
    bare = text.rstrip(" \"'”’")
    if bare.endswith(("-", "–", "—", "…", "...")):
        return True
    if bare.endswith(("?", "!")):
        return False
    words = words_in(bare)
    return bool(words) and words[-1] in settings().unfinished
