"""Which questions were asked: types in three profiles, shares, and the marks trainers ask for by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from voicesim.language.reading import Sentence
from voicesim.scoring.conversation import Conversation, Question
from voicesim.scoring.measures import Evidence, Measure, evidence, measure

PRODUCTIVE = frozenset({"open", "probing", "appropriate_closed"})
PROFILES = ("griffiths", "nichd", "miti")
MARKS = ("why", "multiple", "recast", "faux_invitation", "presumes", "chronology")


@dataclass(frozen=True)
class TypeCount:
    """How often a type was asked, in one profile; `share` in per cent of all questions."""

    profile: str
    type: str
    count: int
    share: float


def count_types(conversation: Conversation) -> tuple[TypeCount, ...]:
    """Counts and shares in all three profiles, most frequent first."""
    questions = conversation.questions
    rows = []
    for profile in PROFILES:
        counts = Counter(
            kind for question in questions if (kind := getattr(question.sentence.types, profile)) != "none"
        )
        for kind, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            rows.append(TypeCount(profile, kind, count, round(100 * count / len(questions), 1)))
    return tuple(rows)


def measure_questions(conversation: Conversation) -> tuple[Measure, ...]:
    """Shares of open and productive questions, the unproductive kinds, and the marks."""
    questions = conversation.questions

    def among(wanted: Callable[[Question], bool]) -> list[Question]:
        return [question for question in questions if wanted(question)]

    def share(name: str, types: frozenset[str], profile: str = "griffiths") -> Measure:
        found = among(lambda question: getattr(question.sentence.types, profile) in types)
        value = 100 * len(found) / len(questions) if questions else None
        return measure(name, value, len(questions), _show(found))

    def count(name: str, found: list[Question]) -> Measure:
        return measure(name, len(found), len(questions), _show(found))

    return (
        count("questions", list(questions)),
        share("open_share", frozenset({"open"})),
        _productive(list(questions)),
        count("leading", among(lambda question: question.sentence.types.griffiths in ("leading", "opinion"))),
        count("forced_choice", among(lambda question: question.sentence.types.griffiths == "forced_choice")),
        share("invitation_share", frozenset({"invitation", "cued_invitation"}), "nichd"),
        share("option_posing_share", frozenset({"option_posing"}), "nichd"),
        count("suggestive", among(lambda question: question.sentence.types.nichd == "suggestive")),
        *(_marked(conversation, mark) for mark in MARKS),
    )


def _productive(questions: list[Question]) -> Measure:
    """The share of productive questions; its evidence is what lowers it."""
    rest = [question for question in questions if question.sentence.types.griffiths not in PRODUCTIVE]
    value = 100 * (len(questions) - len(rest)) / len(questions) if questions else None
    return measure("productive_share", value, len(questions), _show(rest), "The moments are the other questions.")


def _marked(conversation: Conversation, mark: str) -> Measure:
    found = []
    for turn in conversation.turns:
        marked = [s for s in turn.reading.sentences if mark in s.marks] if turn.reading else []
        if mark == "multiple":
            # Two questions in one breath are one multiple question, however many of its sentences carry the mark.
            several = marked or [
                s for s in (turn.reading.questions if turn.reading else ()) if s.types.griffiths == "multiple"
            ]
            if several:
                span = turn.span_of(several[0].start, several[-1].end)
                found.append(
                    evidence(span, "trainee", turn.text[several[0].start : several[-1].end], _words(several[0], mark))
                )
            continue
        found += [evidence(turn.span_of(s.start, s.end), "trainee", s.text, _words(s, mark)) for s in marked]
    return measure(mark, len(found), len(conversation.questions), tuple(found))


def _words(sentence: Sentence, label: str) -> str:
    cues = dict.fromkeys(cue.text for cue in sentence.cues if label in cue.label)
    return "decided by: " + ", ".join(f"“{cue}”" for cue in cues) if cues else ""


def _show(questions: list[Question]) -> tuple[Evidence, ...]:
    return tuple(
        evidence(
            question.span,
            "trainee",
            question.sentence.text,
            question.sentence.types.griffiths.replace("_", " "),
        )
        for question in questions
    )
