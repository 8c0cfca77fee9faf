"""The transcript as the report shows it: every line with what of it was heard, every question with what decided its type."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from voicesim.language.reading import Sentence
from voicesim.review.words import MARKS, MOVE_NAMES, OVERLAPS, TYPES
from voicesim.scoring.conversation import Conversation, Line, Turn
from voicesim.scoring.rapport import HARMFUL
from voicesim.scoring.scorecard import Scorecard
from voicesim.timebase import clock, seconds


@dataclass(frozen=True)
class Piece:
    """A run of text. `cue` says what these words decided; empty for the words around them."""

    text: str
    cue: str = ""


@dataclass(frozen=True)
class Tag:
    """A label beside a sentence. `tone`: ``good``, ``plain`` or ``care``."""

    text: str
    tone: str = "plain"


@dataclass(frozen=True)
class Part:
    """A sentence of the trainee's, with its tags."""

    pieces: tuple[Piece, ...]
    tags: tuple[Tag, ...]
    at: float


@dataclass(frozen=True)
class Entry:
    """One entry of the transcript. Times in seconds."""

    who: str
    """``trainee``, ``survivor`` or ``listening`` (a backchannel)."""
    at: float
    until: float
    clock: str
    parts: tuple[Part, ...] = ()
    heard: str = ""
    unheard: str = ""
    tags: tuple[Tag, ...] = ()
    by: str = ""
    """The cast member who said it; empty for the persona."""


def transcript(conversation: Conversation, scorecard: Scorecard) -> tuple[Entry, ...]:
    """All that was said, by onset."""
    entries = [_her_entry(line) for line in conversation.lines]
    if not conversation.lines:
        entries += [
            Entry("survivor", seconds(turn.start), seconds(turn.end), clock(turn.start), heard=turn.text)
            for turn in conversation.turns
            if turn.speaker == "survivor"
        ]
    entries += [_his_entry(turn, scorecard) for turn in conversation.trainee_turns]
    entries += [
        Entry(
            "listening",
            seconds(overlap.start),
            seconds(overlap.end),
            clock(overlap.start),
            parts=(Part((Piece(overlap.text),), (), seconds(overlap.start)),),
            tags=(Tag(OVERLAPS["backchannel"], "good"),),
        )
        for overlap in scorecard.overlaps
        if overlap.kind == "backchannel"
    ]
    return tuple(sorted(entries, key=lambda entry: (entry.at, entry.who)))


def _her_entry(line: Line) -> Entry:
    heard = line.text if line.complete else line.heard_text
    unheard = "" if line.complete else " ".join(line.text.split()[len(line.heard_text.split()) :])
    tags = [Tag("not heard to its end", "care")] if unheard else []
    silence = sum(span.length for span in line.hesitations)
    if silence:
        tags.append(Tag(f"hesitates {seconds(silence):.1f} s"))
    return Entry(
        "survivor",
        seconds(line.start),
        seconds(line.end),
        clock(line.start),
        heard=heard,
        unheard=unheard,
        tags=tuple(tags),
        by=line.by,
    )


def _his_entry(turn: Turn, scorecard: Scorecard) -> Entry:
    tags = []
    for overlap in scorecard.overlaps:
        if overlap.kind != "backchannel" and turn.start <= overlap.start < turn.end:
            effect = " – she stopped" if overlap.taking and overlap.kind != "terminal_overlap" else ""
            waited = f" after {seconds(overlap.waited):.1f} s" if overlap.kind == "cut_in" else ""
            tone = "care" if overlap.kind in ("interruption", "cut_in") else "plain"
            tags.append(Tag(OVERLAPS[overlap.kind] + waited + effect, tone))
    sentences = turn.reading.sentences if turn.reading else ()
    parts = tuple(_part(turn, sentence, scorecard.rubric.profile) for sentence in sentences)
    if not parts:
        text = turn.text or "(words not known: the session was cut short)"
        parts = (Part((Piece(text),), (), seconds(turn.start)),)
    return Entry("trainee", seconds(turn.start), seconds(turn.end), clock(turn.start), parts=parts, tags=tuple(tags))


def _part(turn: Turn, sentence: Sentence, profile: str) -> Part:
    tags = []
    kind = getattr(sentence.types, profile)
    if kind != "none":
        griffiths = sentence.types.griffiths
        tone = "good" if griffiths in ("open", "probing", "appropriate_closed") else "care"
        tags.append(Tag(TYPES[profile].get(kind, kind), tone))
    tags += [Tag(MARKS.get(mark, mark), "care") for mark in sentence.marks if mark != kind]
    tags += [
        Tag(MOVE_NAMES[move], "care" if move in HARMFUL else "good") for move in sentence.moves if move in MOVE_NAMES
    ]
    return Part(_pieces(turn.text, sentence), tuple(tags), seconds(turn.span_of(sentence.start, sentence.end).start))


def _pieces(text: str, sentence: Sentence) -> tuple[Piece, ...]:
    """The sentence cut at the words that decided something. Where cues overlap, a stretch carries all their labels."""
    start, end = sentence.start, min(sentence.end, len(text))
    cues = [cue for cue in sentence.cues if cue.start < end and start < cue.end]
    cuts = sorted({start, end, *(min(max(edge, start), end) for cue in cues for edge in (cue.start, cue.end))})
    pieces = []
    for left, right in pairwise(cuts):
        labels = dict.fromkeys(_label(cue.label) for cue in cues if cue.start <= left and right <= cue.end)
        pieces.append(Piece(text[left:right], ", ".join(labels)))
    return tuple(pieces)


def _label(label: str) -> str:
    name = label.rsplit(":", 1)[-1]
    known = TYPES["griffiths"].get(name) or MARKS.get(name) or MOVE_NAMES.get(name)
    return (known or name.replace("_", " ")).lower()
