"""What every export is made from: a session, what was said in it, and, where they may be seen, the labels and scores."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, get_args

from voicesim.engine.events import Word
from voicesim.errors import BadInputError
from voicesim.exports.text import one_line
from voicesim.remarks.kinds import Voice
from voicesim.scoring.conversation import Conversation
from voicesim.scoring.rubric import Level
from voicesim.scoring.scorecard import Scorecard
from voicesim.session.meta import SessionMeta

if TYPE_CHECKING:
    from voicesim.remarks.standing import Review
    from voicesim.session.reader import Bundle

Speaker = Literal["trainee", "survivor"]
TRAINEE = "Trainee"
"""How the trainee is called in captions and tables: exports travel, and need no name."""
_SAID = ("remarks.jsonl", "overrides.json")
"""Where people's judgements of a session are kept."""


@dataclass(frozen=True)
class Stretch:
    """Something said: a turn of the trainee's, a listener's sound, or a line of hers as far as heard. Positions in samples."""

    speaker: Speaker
    name: str
    """Whom the reader is shown: the persona's or cast member's first name, or the trainee."""
    start: int
    end: int
    text: str
    words: tuple[Word, ...] = ()
    kind: Literal["turn", "listening", "line"] = "turn"
    unheard: str = ""
    """What of her line was not heard any more."""
    turn: int | None = None
    """The trainee's turns: index in `Conversation.turns`, to which questions refer."""

    @property
    def timed(self) -> bool:
        """Whether its words and their times are all known."""
        return bool(self.words) and one_line(" ".join(word.text for word in self.words)) == self.text


@dataclass(frozen=True)
class Remarked:
    """What an instructor said about the session: a comment, a commendation, a flag."""

    kind: Literal["comment", "commendation", "flag"]
    at: int | None
    """Position in samples; None where it is about the whole session."""
    by: str
    text: str


@dataclass(frozen=True)
class Evaluated:
    """What somebody made of the session by ear: the trainee, a colleague, an instructor."""

    voice: Voice
    by: str
    """Who; of the trainee `TRAINEE`: exports travel, and need no name."""
    when: str
    """ISO 8601."""
    rubric: str
    levels: tuple[tuple[str, Level], ...]
    """By the criterion's id, in the rubric's order as far as it is known."""
    text: str


@dataclass(frozen=True)
class Signed:
    """Who signed the session off, and when. `changed`: something was said about it since."""

    by: str
    when: str
    """ISO 8601."""
    changed: bool


@dataclass(frozen=True)
class Material:
    """A session, ready to be written in any format."""

    meta: SessionMeta
    conversation: Conversation
    card: Scorecard | None
    """Labels and scores; None where they may not be seen (yet)."""
    her_name: str = "She"
    cast: Mapping[str, str] = field(default_factory=dict)
    """Others who speak: id to name."""
    ending_title: str = ""
    ending_summary: str = ""
    notes: tuple[str, ...] = ()
    """What is missing or damaged in the recording."""
    trainee: str = ""
    """Name of whoever practised, where it is known."""
    remarks: tuple[Remarked, ...] = ()
    evaluations: tuple[Evaluated, ...] = ()
    signed: Signed | None = None

    @property
    def length(self) -> int:
        """Samples from the first to the last thing known of it."""
        return max(self.conversation.length, self.meta.samples, *(one.end for one in self.said), 1)

    @cached_property
    def said(self) -> tuple[Stretch, ...]:
        """Everything said, by onset; the trainee's listening sounds among it."""
        conversation = self.conversation
        turns = conversation.trainee_turns
        found = [
            Stretch("trainee", TRAINEE, turn.start, turn.end, one_line(turn.text), turn.words, turn=index)
            for index, turn in enumerate(conversation.turns)
            if turn.speaker == "trainee"
        ]
        found += [
            Stretch("trainee", TRAINEE, each.start, each.end, one_line(each.text), each.words, "listening")
            for each in conversation.trainee
            if each.text and not any(turn.overlaps(each) for turn in turns)
        ]
        found += self._hers()
        return tuple(sorted(found, key=lambda one: (one.start, one.end, one.speaker)))

    def _hers(self) -> list[Stretch]:
        turns = [turn for turn in self.conversation.turns if turn.speaker == "survivor"]
        if not self.conversation.lines:
            return [
                Stretch("survivor", self.her_name, turn.start, turn.end, one_line(turn.text), turn.words, "line")
                for turn in turns
            ]
        begins = [line.start for line in self.conversation.lines]
        words: dict[int, list[Word]] = {}
        for word in sorted((word for turn in turns for word in turn.words), key=lambda each: each.start):
            words.setdefault(max(0, bisect_right(begins, word.start) - 1), []).append(word)
        found = []
        for place, line in enumerate(self.conversation.lines):
            heard = line.text if line.complete else line.heard_text
            if not heard.strip():
                continue
            unheard = "" if line.complete else " ".join(line.text.split()[len(line.heard_text.split()) :])
            inside = tuple(words.get(place, ()))
            name = self.cast.get(line.by, line.by).split()[0] if line.by else self.her_name
            found.append(
                Stretch(
                    "survivor", name, line.start, line.end, one_line(heard), inside, "line", one_line(unheard)
                )
            )  # fmt: skip
        return found


def gather(bundle: Bundle, *, scores: bool = True, trainee: str = "") -> Material:
    """Everything the exports need of a session.

    Args:
        bundle: the session, whole or cut off.
        scores: whether labels and scores go with it. The scorecard kept with the session is taken, an instructor's overrides
            included; where there is none that can be read, the session is scored now.
        trainee: name of whoever practised; empty where only the session itself may know it.

    Raises:
        BadInputError: the scenario, or what is kept with the session, cannot be read.
    """
    from voicesim.review.report import about
    from voicesim.review.scoring import conversation_of, read_review

    review = read_review(bundle.path) if scores else None
    told = about(bundle, bundle.notes)
    card = _card(bundle) if scores else None
    return Material(
        meta=bundle.meta,
        conversation=conversation_of(bundle, listen=False),
        card=card,
        her_name=told.her_name,
        cast=told.cast,
        ending_title=told.ending_title,
        ending_summary=told.ending_summary,
        notes=told.notes,
        trainee=bundle.meta.trainee or trainee,
        remarks=_remarks(review) if review else (),
        evaluations=_evaluations(review, card) if review else (),
        signed=_signed(review) if review else None,
    )


def _remarks(review: Review) -> tuple[Remarked, ...]:
    """What those who teach said; colleagues and the trainee spoke for the room, not for the file."""
    return tuple(
        Remarked(
            one.kind, one.at, one.by.name, ". ".join(part for part in (getattr(one, "label", ""), one.text) if part)
        )
        for one in review.moments
        if one.role in ("instructor", "admin")
    )


def _evaluations(review: Review, card: Scorecard | None) -> tuple[Evaluated, ...]:
    """Everybody's forms: the trainee's first, then colleagues', then instructors'."""
    places = {one.id: place for place, one in enumerate(card.criteria)} if card else {}
    found = [
        Evaluated(
            one.voice,
            TRAINEE if one.voice == "self" else one.by.name,
            one.when.isoformat(),
            one.rubric,
            tuple(sorted(one.levels.items(), key=lambda level: (places.get(level[0], len(places)), level[0]))),
            one.text,
        )
        for one in review.evaluations
    ]
    return tuple(sorted(found, key=lambda one: get_args(Voice).index(one.voice)))


def _signed(review: Review) -> Signed | None:
    signed = review.signed
    return Signed(signed.by.name, signed.when.isoformat(), bool(review.changed_since)) if signed else None


def _card(bundle: Bundle) -> Scorecard:
    """The scorecard as it stands: the kept one, unless somebody has said something about the session since."""
    from voicesim.review.scoring import SCORECARD, score_bundle
    from voicesim.scoring.rubric import bundled_rubrics
    from voicesim.scoring.scorecard import from_json

    path = bundle.path / SCORECARD
    try:
        kept = from_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, BadInputError):
        return score_bundle(bundle)
    since = path.stat().st_mtime_ns
    said = any((bundle.path / name).is_file() and (bundle.path / name).stat().st_mtime_ns > since for name in _SAID)
    return score_bundle(bundle, kept.rubric.id) if said and kept.rubric.id in bundled_rubrics() else kept
