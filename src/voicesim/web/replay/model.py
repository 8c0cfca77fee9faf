"""What the replay page is told about a session, as plain data. All times are seconds from the session's first sample."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Tone = Literal["good", "plain", "care"]
Track = Literal["trainee", "survivor", "both"]
MarkKind = Literal[
    "interruption",
    "cut_in",
    "terminal_overlap",
    "simultaneous_start",
    "brief",
    "backchannel",
    "silence",
    "hesitation",
    "standstill",
]
Word = tuple[str, float, float, str]
"""Text, from, to, and which labels it decided (empty for most words)."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Tag(_Frozen):
    """A label beside what was said."""

    text: str
    tone: Tone


class Part(_Frozen):
    """A sentence, its words with their times, and its labels."""

    words: tuple[Word, ...]
    tags: tuple[Tag, ...] = ()


class Entry(_Frozen):
    """One entry of the transcript."""

    who: Literal["trainee", "survivor", "listening"]
    """``listening``: a listener's sound of the trainee's, no turn."""
    by: str = ""
    """Name of whoever else speaks on her side; empty for the survivor herself."""
    start: float
    end: float
    parts: tuple[Part, ...] = ()
    unheard: str = ""
    """Words of hers that were never heard, since she was stopped."""
    tags: tuple[Tag, ...] = ()


class Mark(_Frozen):
    """A stretch worth seeing in the waveform: an interruption, a listening sound, a silence."""

    kind: MarkKind
    start: float
    end: float
    track: Track
    label: str


class Question(_Frozen):
    """A question of the trainee's on the map."""

    start: float
    end: float
    text: str
    type: str
    """Id of one of the map's lines."""
    form: str
    """How it is built: ``wh``, ``polar``, ``declarative`` …"""
    marks: tuple[str, ...] = ()
    """What else is to say of it, in words: ``asks why``."""
    why: bool = False


class QuestionLine(_Frozen):
    """One type of question, a line across the map, the most helpful first."""

    id: str
    name: str
    count: int
    helpful: bool


class State(_Frozen):
    """Where she was in the story, and what brought her there."""

    start: float
    end: float
    id: str
    name: str
    about: str = ""
    because: str = ""


class FeelingStep(_Frozen):
    """A change of a feeling, and why."""

    at: float
    value: float
    because: str = ""


class Feeling(_Frozen):
    """One of her feelings over the session."""

    name: str
    low: float
    high: float
    steps: tuple[FeelingStep, ...]
    """The first is where she started."""


class Disclosure(_Frozen):
    """Something she had to tell; `at` is None where she did not come to tell it."""

    about: str
    at: float | None = None


class Evidence(_Frozen):
    """A stretch that shows what a criterion says."""

    start: float
    end: float
    quote: str = ""
    note: str = ""


class Criterion(_Frozen):
    """One criterion of the scorecard."""

    id: str
    title: str
    value: str
    level: str
    """``strong``, ``sound``, ``developing``, ``needs_work``, or empty: not judged."""
    level_name: str
    points: float | None
    advice: str
    definition: str
    note: str = ""
    reviewed: str = ""
    """An instructor's judgement, in words; empty where there is none."""
    evidence: tuple[Evidence, ...] = ()


class CriterionGroup(_Frozen):
    """Criteria that belong together."""

    title: str
    criteria: tuple[Criterion, ...]


class Moment(_Frozen):
    """A moment to listen to again, or one done well."""

    start: float
    end: float
    title: str
    said: str = ""
    effect: str = ""
    why: str = ""
    better: str = ""


class Score(_Frozen):
    """What the scorecard says of the whole."""

    overall: float | None
    """0 to 100; None where too little could be judged."""
    reviewed: float | None
    """The same with an instructor's judgements."""
    level_name: str
    rubric: str
    groups: tuple[CriterionGroup, ...]
    moments: tuple[Moment, ...]
    praise: tuple[Moment, ...]


class Replay(_Frozen):
    """Everything the replay page shows beside the sound."""

    duration: float
    her_name: str
    finished: bool
    ending: str = ""
    judged: bool = True
    """Whether labels, scores and her side are shown. Without them the fields about them are empty."""
    notes: tuple[str, ...] = ()
    """What is missing or damaged, each one sentence for a person."""
    entries: tuple[Entry, ...]
    speech: dict[str, tuple[tuple[float, float], ...]]
    """Voice activity of ``trainee`` and ``survivor``: from, to."""
    marks: tuple[Mark, ...]
    question_profile: str
    """Whose types of question these are."""
    question_lines: tuple[QuestionLine, ...]
    questions: tuple[Question, ...]
    states: tuple[State, ...]
    feelings: tuple[Feeling, ...]
    disclosures: tuple[Disclosure, ...]
    score: Score | None = None
    """None where the session is not scored, or is shown without judgement."""
