"""When each word of the transcript sounds: the words people read, matched with the words the log has times for."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from difflib import SequenceMatcher

from voicesim.engine.events import Word as Heard
from voicesim.review import transcript as report
from voicesim.scoring.conversation import Conversation
from voicesim.timebase import SAMPLE_RATE, seconds
from voicesim.web.replay.model import Entry, Part, Tag, Word

_PLAIN = re.compile(r"[\W_]+")
_SLACK = SAMPLE_RATE // 4
"""A word may be timed a little outside what it belongs to."""


def entries(conversation: Conversation, told: Sequence[report.Entry], cast: dict[str, str]) -> tuple[Entry, ...]:
    """The report's transcript, word by word.

    Args:
        conversation: the session.
        told: its transcript as the report shows it.
        cast: others on her side, id to name.
    """
    timed = {speaker: _Timed(conversation, speaker) for speaker in ("trainee", "survivor")}
    return tuple(_entry(entry, timed["survivor" if entry.who == "survivor" else "trainee"], cast) for entry in told)


def _entry(entry: report.Entry, timed: _Timed, cast: dict[str, str]) -> Entry:
    parts = entry.parts or (report.Part((report.Piece(entry.heard),), (), entry.at),)
    texts = [_tokens(part) for part in parts]
    tokens = [text for part in texts for text, _ in part]
    times = place(tokens, timed.between(entry.at, entry.until), entry.at, entry.until)
    built, done = [], 0
    for part, words in zip(parts, texts, strict=True):
        spoken: tuple[Word, ...] = tuple((text, *times[done + number], cue) for number, (text, cue) in enumerate(words))
        built.append(Part(words=spoken, tags=_tags(part.tags)))
        done += len(words)
    return Entry(
        who=entry.who,
        by=cast.get(entry.by, entry.by),
        start=entry.at,
        end=max(entry.at, entry.until),
        parts=tuple(built),
        unheard=entry.unheard,
        tags=_tags(entry.tags),
    )


def place(tokens: Sequence[str], heard: Sequence[Heard], start: float, end: float) -> tuple[tuple[float, float], ...]:
    """From and to of each word people read, in seconds.

    Words that are spelled alike are matched in order; what lies between two matches shares the time between them.

    Args:
        tokens: the words as they are shown.
        heard: the words with their times, in order; positions in samples. May be other or fewer words.
        start: where the first may begin, in seconds.
        end: where the last may end.
    """
    known: list[tuple[float, float] | None] = [None] * len(tokens)
    if [_plain(word.text) for word in heard] == [_plain(token) for token in tokens]:
        known = [(seconds(word.start), seconds(word.end)) for word in heard]
    elif heard and tokens:
        matcher = SequenceMatcher(
            None, [_plain(token) for token in tokens], [_plain(word.text) for word in heard], autojunk=False
        )
        for block in matcher.get_matching_blocks():
            for step in range(block.size):
                word = heard[block.b + step]
                known[block.a + step] = (seconds(word.start), seconds(word.end))
    return tuple(_filled(tokens, known, start, end))


def _filled(
    tokens: Sequence[str], known: list[tuple[float, float] | None], start: float, end: float
) -> list[tuple[float, float]]:
    """The same with times for words that have none: by their length between their neighbours. Never back in time."""
    result: list[tuple[float, float]] = []
    reached, index = start, 0
    while index < len(tokens):
        found = known[index]
        if found is not None:
            begin = max(found[0], reached)
            result.append((round(begin, 3), round(max(begin, found[1]), 3)))
            reached = begin
            index += 1
            continue
        until = next((number for number in range(index, len(tokens)) if known[number] is not None), len(tokens))
        following = known[until] if until < len(tokens) else None
        begin = result[-1][1] if result else start
        room = max(0.0, (following[0] if following else end) - begin)
        letters = [len(token) + 1 for token in tokens[index:until]]
        done = 0
        for length in letters:
            one = begin + room * done / sum(letters)
            done += length
            result.append((round(one, 3), round(begin + room * done / sum(letters), 3)))
        reached = result[-1][0]
        index = until
    return result


class _Timed:
    """A speaker's words with times, by onset."""

    def __init__(self, conversation: Conversation, speaker: str) -> None:
        found: list[Heard] = []
        if speaker == "trainee":  # of all that was said: listeners' sounds are in no turn
            found = [word for utterance in conversation.trainee for word in utterance.words]
        else:
            found = [word for turn in conversation.turns if turn.speaker == speaker for word in turn.words]
        self._words = sorted(found, key=lambda word: word.start)
        self._starts = [word.start for word in self._words]

    def between(self, start: float, end: float) -> list[Heard]:
        first = bisect_left(self._starts, round(start * SAMPLE_RATE) - _SLACK)
        last = bisect_left(self._starts, round(end * SAMPLE_RATE) + _SLACK)
        return self._words[first:last]


def _tokens(part: report.Part) -> list[tuple[str, str]]:
    """The words of a sentence, each with what it decided."""
    text = "".join(piece.text for piece in part.pieces)
    cues: list[tuple[int, int, str]] = []
    at = 0
    for piece in part.pieces:
        if piece.cue:
            cues.append((at, at + len(piece.text), piece.cue))
        at += len(piece.text)
    found = []
    for match in re.finditer(r"\S+", text):
        touching = [cue for begin, until, cue in cues if begin < match.end() and match.start() < until]
        labels = dict.fromkeys(label for cue in touching for label in cue.split(", "))
        found.append((match[0], ", ".join(labels)))
    return found


def _plain(text: str) -> str:
    return _PLAIN.sub("", text).lower()


def _tags(tags: Sequence[report.Tag]) -> tuple[Tag, ...]:
    return tuple(Tag(text=tag.text, tone=tag.tone) for tag in tags)
