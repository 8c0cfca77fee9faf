"""What happened in a session, and when, for the replay page: read off its log and its scorecard, whatever of them there is."""

from __future__ import annotations

from pathlib import Path

from voicesim.engine.events import StateEntered
from voicesim.errors import VoicesimError
from voicesim.review import words
from voicesim.review.scoring import SCORECARD, conversation_of
from voicesim.review.timeline import silences
from voicesim.review.transcript import transcript
from voicesim.scenario.model import Scenario
from voicesim.scoring import scorecard as cards
from voicesim.scoring.conversation import Conversation, Span
from voicesim.scoring.feedback import Moment as CardMoment
from voicesim.scoring.log import from_records
from voicesim.scoring.rubric import load_rubric
from voicesim.session.reader import Bundle, open_bundle
from voicesim.timebase import seconds
from voicesim.web.replay.model import (
    Criterion,
    CriterionGroup,
    Disclosure,
    Evidence,
    Feeling,
    FeelingStep,
    Mark,
    MarkKind,
    Moment,
    Question,
    QuestionLine,
    Replay,
    Score,
    State,
    Track,
)
from voicesim.web.replay.reasons import in_words
from voicesim.web.replay.spoken import entries

_UNSCORED = "It is not scored yet: `voicesim score` does that. Interruptions and questions are shown nevertheless."


def replay_of(path: Path, duration: float, trouble: tuple[str, ...] = ()) -> Replay:
    """Everything the page shows beside the sound.

    Args:
        path: the session's folder.
        duration: how long its sound is, in seconds.
        trouble: what is known to be wrong with its sound, each one sentence.

    Raises:
        BadInputError: not even its metadata can be read.
    """
    bundle = open_bundle(path)
    notes = [*bundle.notes, *trouble]
    if not bundle.records and not notes:
        notes.append("Its log is empty.")
    scenario = _scenario(bundle, notes)
    conversation = conversation_of(bundle, listen=False) if scenario else from_records(bundle.records)
    card, scored = _card(path, conversation, notes)
    her_name = scenario.persona.name.split()[0] if scenario else "Survivor"
    cast = {name: member.name for name, member in scenario.cast.items()} if scenario else {}
    profile = card.rubric.profile
    return Replay(
        duration=duration or seconds(conversation.length),
        her_name=her_name,
        finished=conversation.finished,
        ending=conversation.ending_title,
        notes=tuple(notes),
        entries=entries(conversation, transcript(conversation, card), cast),
        speech={
            who: tuple((seconds(span.start), seconds(span.end)) for span in spans)
            for who, spans in conversation.segments.items()
        },
        marks=_marks(conversation, card, her_name),
        question_profile=words.PROFILES[profile],
        question_lines=_lines(card),
        questions=_questions(card),
        states=_states(bundle, conversation, scenario),
        feelings=_feelings(conversation, scenario),
        disclosures=_disclosures(conversation, scenario),
        score=_score(card) if scored else None,
    )


def _scenario(bundle: Bundle, notes: list[str]) -> Scenario | None:
    try:
        return bundle.scenario
    except VoicesimError as error:
        notes.append(f"The scenario as it was played cannot be read: {error.problem}")
        return None


def _card(path: Path, conversation: Conversation, notes: list[str]) -> tuple[cards.Scorecard, bool]:
    """The kept scorecard; where there is none that can be read, one for the labels alone, without listening."""
    try:
        return cards.from_json((path / SCORECARD).read_text(encoding="utf-8")), True
    except FileNotFoundError:
        notes.append(_UNSCORED)
    except (OSError, UnicodeDecodeError) as error:
        notes.append(f"Its scorecard cannot be read ({error}).")
    except VoicesimError as error:
        notes.append(str(error))
    return cards.score(conversation, load_rubric("default")), False


# ------------------------------------------------------------------------------------------------- who did what when


def _marks(conversation: Conversation, card: cards.Scorecard, her_name: str) -> tuple[Mark, ...]:
    def mark(kind: MarkKind, span: Span, track: Track, label: str) -> Mark:
        return Mark(kind=kind, start=seconds(span.start), end=seconds(span.end), track=track, label=label)

    found = []
    for overlap in card.overlaps:
        effect = ", she stopped" if overlap.taking and overlap.kind != "terminal_overlap" else ""
        waited = f" after {seconds(overlap.waited):.1f} s of her silence" if overlap.kind == "cut_in" else ""
        label = f"{_first(words.OVERLAPS[overlap.kind])}{waited}{effect}: “{overlap.text}”"
        found.append(mark(overlap.kind, overlap, "trainee", label))
    for span in silences(conversation):
        found.append(mark("silence", span, "both", f"Both silent for {seconds(span.length):.1f} s"))
    for span in conversation.hesitations:
        found.append(mark("hesitation", span, "survivor", f"{her_name} hesitates for {seconds(span.length):.1f} s"))
    for span in conversation.pauses:
        found.append(mark("standstill", span, "both", f"The session stood still for {seconds(span.length):.1f} s"))
    return tuple(sorted(found, key=lambda one: (one.start, one.end)))


def _lines(card: cards.Scorecard) -> tuple[QuestionLine, ...]:
    profile = card.rubric.profile
    asked = [getattr(question, profile) for question in card.questions]
    return tuple(
        QuestionLine(id=kind, name=name, count=asked.count(kind), helpful=kind in words.HELPFUL[profile])
        for kind, name in words.TYPES[profile].items()
    )


def _questions(card: cards.Scorecard) -> tuple[Question, ...]:
    profile = card.rubric.profile
    return tuple(
        Question(
            start=seconds(question.start),
            end=seconds(question.end),
            text=question.text,
            type=getattr(question, profile),
            form=question.form,
            marks=tuple(words.MARKS.get(mark, mark) for mark in question.marks),
            why="why" in question.marks,
        )
        for question in card.questions
        if getattr(question, profile) in words.TYPES[profile]
    )


# --------------------------------------------------------------------------------------------------------- her side


def _states(bundle: Bundle, conversation: Conversation, scenario: Scenario | None) -> tuple[State, ...]:
    entered = [record for record in bundle.records if isinstance(record, StateEntered)]
    found = []
    for number, record in enumerate(entered):
        end = entered[number + 1].at if number + 1 < len(entered) else max(conversation.length, record.at)
        known = scenario.states.get(record.state) if scenario else None
        found.append(
            State(
                start=seconds(record.at),
                end=seconds(end),
                id=record.state,
                name=known.ending.title if known and known.ending else _name(record.state),
                about=known.about if known else "",
                because=in_words(record.via),
            )
        )
    return tuple(found)


def _feelings(conversation: Conversation, scenario: Scenario | None) -> tuple[Feeling, ...]:
    tracks = []
    for name, bounds in (scenario.feelings if scenario else {}).items():
        steps = [FeelingStep(at=0.0, value=bounds.start)]
        for change in conversation.feelings:
            value = dict(change.feelings).get(name, steps[-1].value)
            if value != steps[-1].value:
                steps.append(FeelingStep(at=seconds(change.at), value=value, because=in_words(change.because)))
        tracks.append(Feeling(name=_name(name), low=bounds.low, high=bounds.high, steps=tuple(steps)))
    return tuple(tracks)


def _disclosures(conversation: Conversation, scenario: Scenario | None) -> tuple[Disclosure, ...]:
    told = {one.disclosure: seconds(one.at) for one in reversed(conversation.disclosures)}
    known = scenario.disclosures if scenario else {}
    found = [Disclosure(about=one.about, at=told.get(name)) for name, one in known.items()]
    return tuple(sorted(found, key=lambda one: (one.at is None, one.at or 0.0)))


# ------------------------------------------------------------------------------------------------------- the scoring


def _score(card: cards.Scorecard) -> Score:
    groups = []
    for group, title in words.GROUPS.items():
        chosen = tuple(_criterion(one) for one in card.criteria if one.group == group)
        if chosen:
            groups.append(CriterionGroup(title=title, criteria=chosen))
    return Score(
        overall=card.overall,
        reviewed=card.overall_reviewed,
        level_name=words.LEVELS[card.level] if card.level else "Not enough to judge",
        rubric=card.rubric.title,
        groups=tuple(groups),
        moments=tuple(map(_moment, card.moments)),
        praise=tuple(map(_moment, card.praise)),
    )


def _criterion(one: cards.Criterion) -> Criterion:
    review = one.override
    return Criterion(
        id=one.id,
        title=one.title,
        value=words.value_of(one),
        level=one.level or "",
        level_name=words.LEVELS[one.level] if one.level else "Not judged",
        points=one.points,
        advice=one.advice if one.level else one.note,
        definition=one.definition,
        note=one.note if one.level else "",
        reviewed=f"{review.by}: {review.points:.0f} points. {review.reason}" if review else "",
        evidence=tuple(
            Evidence(start=seconds(each.start), end=seconds(each.end), quote=each.quote, note=each.note)
            for each in one.evidence
        ),
    )


def _moment(one: CardMoment) -> Moment:
    return Moment(
        start=seconds(one.start),
        end=seconds(one.end),
        title=one.title,
        said=one.said,
        effect=one.effect,
        why=one.why,
        better=one.better,
    )


def _name(identifier: str) -> str:
    """An id of the scenario's as a name: ``why-now`` as “Why now”."""
    return _first(identifier.replace("-", " ").replace("_", " "))


def _first(text: str) -> str:
    return text[:1].upper() + text[1:]
