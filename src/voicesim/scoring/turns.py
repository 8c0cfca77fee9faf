"""From voice activity and words to turns: who held the floor, and which sounds were only listening.

::

    survivor  ######################      ~~~~     ####
    trainee        mm-hm               what happened
                   ^ backchannel:      ^ a turn: it follows her turn,
                     no turn             and is read as questions and moves
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from voicesim.language.backchannels import is_backchannel
from voicesim.language.reading import ContextTurn, TurnReading
from voicesim.scoring.conversation import HerSpeech, Saying, Span, Turn, Utterance, words_in
from voicesim.scoring.measures import settings
from voicesim.timebase import samples

Reader = Callable[[str, Sequence[ContextTurn], Mapping[str, Sequence[str]]], TurnReading]


@dataclass(frozen=True)
class Known(Span):
    """A turn as the live session took it: what it answered to, and so what is scored."""

    text: str = ""


def is_token(text: str) -> bool:
    """Whether a text is nothing but listener's tokens, few enough of them: the same words as in the live engine."""
    return is_backchannel(text)


def backchannels(
    trainee: Sequence[Utterance], survivor: Sequence[HerSpeech], sayings: Sequence[Saying] = ()
) -> frozenset[int]:
    """Indices of the utterances that are listening and nothing more.

    A token that goes on into something else within a second takes the floor, unless she ended her turn in between or
    simply speaks on through both; and an "okay" that answers a question of hers is an answer.
    """
    limits = settings()
    found = set()
    for index, utterance in enumerate(trainee):
        short = utterance.length <= samples(limits.backchannel_length)
        if not (utterance.transcribed and short and is_token(utterance.text)):
            continue
        following = trainee[index + 1] if index + 1 < len(trainee) else None
        if (
            following is not None
            and following.start - utterance.end < samples(limits.backchannel_floor)
            and not is_token(following.text)
            and _floor(utterance.start, survivor) == _floor(following.start, survivor)
            and _gives_way(utterance, following, survivor)
        ):
            continue
        speaking, before = _floor(utterance.start, survivor)
        asked = [saying.text for saying in sayings if before and saying.start < before.end and saying.text]
        if not speaking and asked and asked[-1].rstrip(" \"'”’").endswith("?"):
            continue
        found.add(index)
    return frozenset(found)


def _gives_way(token: Utterance, following: Utterance, survivor: Sequence[HerSpeech]) -> bool:
    """Whether what follows a token takes the floor: it is said in one breath with it, or she does not speak on through it."""
    if following.start - token.end < samples(settings().breath):
        return True
    speaking, stretch = _floor(token.start, survivor)
    return not speaking or stretch is None or stretch.end < following.end


def _floor(at: int, survivor: Sequence[HerSpeech]) -> tuple[bool, HerSpeech | None]:
    """Whether she speaks (or was stopped while speaking) at a position, and her stretch then or last before."""
    latest = None
    for stretch in survivor:
        if stretch.start > at:
            break
        latest = stretch
    return (latest is not None and at < latest.due, latest)


def build_turns(
    trainee: Sequence[Utterance],
    survivor: Sequence[HerSpeech],
    sayings: Sequence[Saying] = (),
    known: Sequence[Known] = (),
) -> tuple[Turn, ...]:
    """Both speakers' turns, by onset.

    Args:
        trainee: the trainee's utterances, in order.
        survivor: the stretches in which she is audible, in order.
        sayings: her words, where they are known.
        known: turns of the trainee's as a live session took them; their bounds and text are kept.
    """
    listening = backchannels(trainee, survivor, sayings)
    speaking = [utterance for index, utterance in enumerate(trainee) if index not in listening]
    turns = [*_trainee_turns(speaking, survivor, known), *_her_turns(speaking, survivor, sayings)]
    return tuple(sorted(turns, key=lambda turn: (turn.start, turn.speaker)))


def _trainee_turns(speaking: Sequence[Utterance], survivor: Sequence[HerSpeech], known: Sequence[Known]) -> list[Turn]:
    groups: list[tuple[Known | None, list[Utterance]]] = []
    for utterance in speaking:
        taken = next((turn for turn in known if turn.overlaps(utterance)), None)
        if groups:
            last_taken, group = groups[-1]
            gap = Span(group[-1].end, utterance.start)
            she_spoke = any(stretch.overlaps(gap) for stretch in survivor)
            same = taken is last_taken if taken and last_taken else gap.length < samples(settings().lapse)
            if not she_spoke and same:
                group.append(utterance)
                groups[-1] = (taken or last_taken, group)
                continue
        groups.append((taken, [utterance]))
    turns = []
    for taken, group in groups:
        text = " ".join(utterance.text for utterance in group if utterance.text)
        if taken and words_in(text) == words_in(taken.text):
            text = taken.text
        turns.append(
            Turn(
                group[0].start,
                group[-1].end,
                "trainee",
                text,
                tuple(word for utterance in group for word in utterance.words),
                tuple(segment for utterance in group for segment in utterance.segments),
            )
        )
    return turns


def _her_turns(speaking: Sequence[Utterance], survivor: Sequence[HerSpeech], sayings: Sequence[Saying]) -> list[Turn]:
    groups: list[list[HerSpeech]] = []
    for stretch in survivor:
        if groups:
            gap = Span(groups[-1][-1].end, stretch.start)
            he_spoke = any(utterance.overlaps(gap) for utterance in speaking)
            if not he_spoke and gap.length < samples(settings().lapse):
                groups[-1].append(stretch)
                continue
        groups.append([stretch])
    turns = []
    for index, group in enumerate(groups):
        # A line's words belong to the turn in which they sounded; one without word times to the turn it began in.
        begin = group[0].start if index else 0
        until = groups[index + 1][0].start if index + 1 < len(groups) else None
        parts: list[str] = []
        words = []
        for saying in sayings:
            if saying.words:
                if saying.words[-1].start < begin or (until is not None and saying.words[0].start >= until):
                    continue  # an hour has thousands: most lie elsewhere
                inside = [
                    word for word in saying.words if begin <= word.start and (until is None or word.start < until)
                ]
                whole = len(inside) == len(saying.words)
                parts.append(saying.text if whole else " ".join(word.text for word in inside))
                words += inside
            elif begin <= saying.start and (until is None or saying.start < until):
                parts.append(saying.text)
        text = " ".join(part for part in parts if part)
        segments = tuple(Span(stretch.start, stretch.end) for stretch in group)
        turns.append(Turn(group[0].start, group[-1].end, "survivor", text, tuple(words), segments))
    return turns


def read_turns(turns: Sequence[Turn], topics: Mapping[str, Sequence[str]], reader: Reader) -> tuple[Turn, ...]:
    """The same turns with the trainee's read, each in the light of all that was said before."""
    context: list[ContextTurn] = []
    done = []
    for turn in turns:
        if turn.speaker == "trainee" and turn.text.strip():
            turn = replace(turn, reading=reader(turn.text, tuple(context), topics))
        if turn.text.strip():
            context.append(ContextTurn(turn.speaker, turn.text))
        done.append(turn)
    return tuple(done)
