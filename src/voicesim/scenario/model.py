"""The scenario language: what a trainer writes in YAML, as validated, immutable objects.

A scenario is a set of states. In a state she says one of its `lines`; then its `next` rules wait for what the trainee
says (`hears`), how it is said (`event`) or that nothing is said (`silence`). A rule speaks, changes feelings, moves on.
docs/scenarios.md teaches the language; `voicesim scenario check` explains mistakes with file and line.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$")]
"""Lower-case words joined by hyphens: ``first-memory``."""

Event = Literal["interrupted", "cut_in", "talked_over", "rushed"]

Move = Literal[
    "introduce", "explain_why", "ask_permission", "offer_choice", "acknowledge", "believe", "not_your_fault",
    "reassure_safety", "ground_rule", "invite_pause", "thank", "apologise", "backchannel", "reflect", "stay", "refer",
    "blame", "doubt", "minimise", "rush", "threaten", "promise_outcome", "jargon", "sarcasm", "order",
]  # fmt: skip
Question = Literal[
    "open", "probing", "appropriate_closed", "inappropriate_closed", "leading", "multiple", "forced_choice", "opinion",
    "none",
]  # fmt: skip
Mark = Literal["why", "multiple", "recast", "faux_invitation", "presumes", "chronology"]


class Model(BaseModel):
    """Frozen, and strict about keys: a misspelt key is an error, never silently ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, coerce_numbers_to_str=True)


def _listed(value: Any) -> Any:
    """Let an author write one thing where a list of things may stand."""
    if value is None or isinstance(value, list | tuple):
        return value
    return [value]


class Comparison(Model):
    """``">= 40"``: a bound on a feeling, or on how often something has happened."""

    operator: Literal["<", "<=", ">", ">="]
    value: float

    @model_validator(mode="before")
    @classmethod
    def _parse(cls, value: Any) -> Any:
        if isinstance(value, str):
            match = re.fullmatch(r"\s*(<=|>=|<|>)\s*(-?\d+(?:\.\d+)?)\s*", value)
            if not match:
                raise ValueError(f'{value!r} is no comparison: write it like ">= 40" or "< 25"')
            return {"operator": match[1], "value": float(match[2])}
        if not isinstance(value, dict | Comparison):
            raise ValueError(f'{value!r} is no comparison: write it like ">= 40" or "< 25"')
        return value

    def holds(self, number: float) -> bool:
        """Whether `number` is within the bound."""
        return {
            "<": number < self.value,
            "<=": number <= self.value,
            ">": number > self.value,
            ">=": number >= self.value,
        }[self.operator]


class Guard(Model):
    """When a rule, a line or a mood applies. All conditions must hold; an empty guard always holds."""

    feelings: dict[str, tuple[Comparison, ...]] = {}
    happened: dict[Event, tuple[Comparison, ...]] = {}
    """How many of the trainee's turns were taken in this manner so far, the present one included."""
    told: tuple[Name, ...] = ()
    """Disclosures that must have been heard."""
    not_told: tuple[Name, ...] = ()
    visited: tuple[Name, ...] = ()
    """States she must have been in before (the present one does not count)."""
    not_visited: tuple[Name, ...] = ()
    turns_at_least: int = 0
    """Trainee turns taken so far in the session."""

    @model_validator(mode="before")
    @classmethod
    def _sort_keys(cls, value: Any) -> Any:
        if not isinstance(value, dict) or "feelings" in value or "happened" in value:
            return value
        known = {"told", "not_told", "visited", "not_visited"}
        guard: dict[str, Any] = {"feelings": {}, "happened": {}}
        for key, entry in value.items():
            if key in known:
                guard[key] = _listed(entry)
            elif key == "turns_at_least":
                guard[key] = entry
            else:
                guard["happened" if key in get_args(Event) else "feelings"][key] = _listed(entry)
        return guard


class Hears(Model):
    """What the trainee's turn must contain. Within a key any listed value will do; all keys given must match."""

    move: tuple[Move, ...] = ()
    question: tuple[Question, ...] = ()
    """Griffiths type of the turn's main question."""
    mark: tuple[Mark, ...] = ()
    topic: tuple[Name, ...] = ()
    anything: bool = False
    """True: any turn with words in it."""

    @model_validator(mode="before")
    @classmethod
    def _parse(cls, value: Any) -> Any:
        if value == "anything":
            return {"anything": True}
        if isinstance(value, dict):
            return {key: entry if key == "anything" else _listed(entry) for key, entry in value.items()}
        return value

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not (self.move or self.question or self.mark or self.topic or self.anything):
            raise ValueError('say what she must hear: a move, a question type, a mark, a topic, or "anything"')
        return self


class Line(Model):
    """One way to say it. Marks in the text: ``[pause 0.6]`` a breath, ``[hesitates 2.5]`` a silence that is hers."""

    text: Annotated[str, StringConstraints(min_length=1)]
    when: Guard = Guard()
    reveals: tuple[Name, ...] = ()
    """Disclosures this line tells, if it is heard to its end."""
    by: Name | None = None
    """The cast member who says it; left out, the persona does."""

    @model_validator(mode="before")
    @classmethod
    def _parse(cls, value: Any) -> Any:
        if isinstance(value, str | int | float):
            return {"text": str(value)}
        if isinstance(value, dict) and "reveals" in value:
            return {**value, "reveals": _listed(value["reveals"])}
        return value


class Trigger(Model):
    """What sets a rule off: exactly one of `hears`, `event`, `silence`; and a guard."""

    hears: Hears | None = None
    event: tuple[Event, ...] = ()
    silence: Annotated[float, Field(gt=0, le=120)] | None = None
    """Seconds of shared silence after her line."""
    when: Guard = Guard()

    @field_validator("event", mode="before")
    @classmethod
    def _list_events(cls, value: Any) -> Any:
        return _listed(value)

    @model_validator(mode="after")
    def _one_trigger(self) -> Self:
        given = [name for name in ("hears", "event", "silence") if getattr(self, name)]
        if len(given) != 1:
            raise ValueError(
                "a rule starts with exactly one of hears:, event: or silence:"
                + (f" (this one has {' and '.join(given)})" if given else "")
            )
        return self


class Rule(Trigger):
    """What happens next. Rules are tried in order; the first whose trigger and guard match is taken."""

    says: tuple[Line, ...] = ()
    """She says one of these first."""
    changes: dict[str, float] = {}
    """Feelings that move, by how much."""
    go: Name | None = None
    """State she moves to; left out, she stays."""

    @field_validator("says", mode="before")
    @classmethod
    def _list_lines(cls, value: Any) -> Any:
        return _listed(value)


class GlobalRule(Rule):
    """A rule that holds in every state, tried after the state's own (or `first`), except in the states listed."""

    first: bool = False
    """Tried before the state's own rules, not after them: for what must win everywhere."""
    except_in: tuple[Name, ...] = ()


class FeelingRule(Trigger):
    """How feelings move, whatever the state. All that match apply."""

    changes: dict[str, float]
    times: Annotated[int, Field(ge=1)] | None = None
    """How often it counts in one session; without it, always."""


class Feeling(Model):
    """A bounded number."""

    start: float
    low: float = 0
    high: float = 100
    about: str = ""

    @model_validator(mode="after")
    def _in_bounds(self) -> Self:
        if not self.low <= self.start <= self.high:
            raise ValueError(f"start {self.start} lies outside {self.low} to {self.high}")
        return self


class Ending(Model):
    """How it ended, for the debrief."""

    kind: Literal["opens_up", "guarded", "ends_it"]
    title: str
    summary: str


class State(Model):
    """A place she can be in."""

    about: str
    lines: tuple[Line, ...] = ()
    next: tuple[Rule, ...] = ()
    ending: Ending | None = None

    @field_validator("lines", mode="before")
    @classmethod
    def _list_lines(cls, value: Any) -> Any:
        return _listed(value)


class Mood(Model):
    """How her voice changes while the guard holds. The first that holds is hers; one without a guard comes last."""

    when: Guard = Guard()
    rate: Annotated[float, Field(ge=0.5, le=1.5)] = 1.0
    """Factor on the persona's words per minute."""
    pitch: Annotated[int, Field(ge=-30, le=30)] = 0
    volume: Annotated[float, Field(ge=0.3, le=1.0)] = 1.0


class VoiceChoice(Model):
    """Which voice speaks her lines, per voice engine, and its steady rate and pitch."""

    engine: Literal["kokoro", "pyttsx3"] = "pyttsx3"
    voice: str = ""
    """The engine's own name for the voice; empty for its default."""
    fallback: str = ""
    """The pyttsx3 voice that speaks where the neural one is not to be had; empty for the default."""
    words_per_minute: Annotated[int, Field(ge=80, le=260)] = 150
    pitch: Annotated[int, Field(ge=0, le=100)] = 50
    moods: dict[Name, Mood] = {"steady": Mood()}


class Persona(Model):
    """Who she is."""

    name: str
    age: int
    pronouns: str
    about: str
    voice: VoiceChoice = VoiceChoice()


class Support(Model):
    """Where a trainee, or anyone, finds help afterwards."""

    name: str
    contact: str
    where: str


class Topic(Model):
    """A subject the trainee may raise, by the words that name it or by examples of how it is raised."""

    phrases: tuple[str, ...] = ()
    """Words or phrases that name it (matched on word stems)."""
    examples: tuple[str, ...] = ()
    """Whole sentences that raise it: another sentence that means much the same raises it too."""

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not (self.phrases or self.examples):
            raise ValueError("say how the topic is raised: phrases, examples, or both")
        return self


class Disclosure(Model):
    """A piece of what happened that she may or may not come to tell."""

    about: str


class ClosesAfter(Model):
    """When she brings it to an end by herself, so that no conversation goes on for ever."""

    turns: Annotated[int, Field(ge=5)]
    """The trainee's turn with which she closes, whatever it says."""
    silence: Annotated[float, Field(ge=20, le=300)]
    """Seconds of shared silence after which she closes."""
    go: Name
    """The ending that it comes to."""


class Goal(Trigger):
    """One thing a drill listens for, counted over the trainee's turns (or silences); `when` is not used."""

    title: str
    """What to do, in a few words; shown afterwards, and before in the briefing if the author says it there."""
    at_least: Annotated[int, Field(ge=1)] | None = None
    at_most: Annotated[int, Field(ge=0)] | None = None
    within_turns: Annotated[int, Field(ge=1)] | None = None
    """Only the first so many turns count."""
    after_told: tuple[Name, ...] = ()
    """Only the first turn after one of these disclosures counts."""
    met: str
    """One sentence to the trainee when it was met ..."""
    missed: str
    """... and when it was not: what to try."""

    @field_validator("after_told", mode="before")
    @classmethod
    def _list_disclosures(cls, value: Any) -> Any:
        return _listed(value)

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("a goal has exactly one of at_least: and at_most:")
        return self


class Drill(Model):
    """Makes a scenario a drill: a few minutes on one skill, with feedback on that skill alone."""

    skill: str
    """The skill in a few words: ``Leave her silences``."""
    order: Annotated[int, Field(ge=1)]
    """Its place among the drills."""
    goals: Annotated[tuple[Goal, ...], Field(min_length=1, max_length=4)]


SupportKind = Literal["sexual-violence", "domestic-abuse", "crime", "crisis", "officers"]


class Scenario(Model):
    """A whole spoken scenario."""

    format: Literal["voicesim/scenario/1"]
    id: Name
    title: str
    language: Literal["en"] = "en"
    minutes: Annotated[float, Field(gt=0, le=120)]
    """How long it usually takes."""
    patience: Annotated[float, Field(ge=0.5, le=4)] = 1.0
    """How much longer (or shorter) than usual she waits before she takes it that the trainee has finished."""
    briefing: str
    content_note: str
    support: Annotated[tuple[Support, ...], Field(min_length=1)]
    """Shown everywhere, after the lines of the trainee's own country."""
    support_for: tuple[SupportKind, ...] = ()
    """Which lines of the trainee's country are shown (`support_lines.yaml`)."""
    drill: Drill | None = None
    """Set for a drill on one skill."""
    instructor_notes: str
    persona: Persona
    cast: dict[Name, Persona] = {}
    """Others who are heard: whoever stands in a line's `by`. They have voices of their own, but no feelings."""
    feelings: Annotated[dict[Name, Feeling], Field(min_length=1)]
    feels: tuple[FeelingRule, ...] = ()
    topics: dict[Name, Topic] = {}
    disclosures: dict[Name, Disclosure] = {}
    start: Name
    anywhere: tuple[GlobalRule, ...] = ()
    closes_after: ClosesAfter | None = None
    """Without it the rules alone decide when it ends."""
    states: Annotated[dict[Name, State], Field(min_length=1)]

    def speaker(self, by: str | None) -> Persona:
        """Who says a line with this `by`: a cast member, or the persona."""
        return self.cast[by] if by else self.persona
