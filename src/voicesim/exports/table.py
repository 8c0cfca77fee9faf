"""CSV: one row for everything said, with its labels, its measures and the points of the criteria that it is evidence for."""

from __future__ import annotations

from voicesim.exports.material import Material, Stretch
from voicesim.exports.spreadsheet import Cell, to_csv
from voicesim.scoring.conversation import Span, words_in
from voicesim.scoring.scorecard import Asked, Scorecard
from voicesim.timebase import seconds

COLUMNS = (
    "session", "scenario", "number", "speaker", "name", "kind", "start_s", "end_s", "duration_s", "words", "text", "unheard",
)  # fmt: skip
LABELS = (
    "questions", "griffiths", "nichd", "miti", "marks", "moves", "overlap", "she_stopped", "speech_rate_wpm",
    "articulation_rate_wpm", "loudness_db", "pitch_semitones", "evidence_for", "session_overall", "session_overall_reviewed",
)  # fmt: skip
"""Only where labels and scores may be seen. Several values in one cell are parted by `;`."""


def to_table(material: Material) -> bytes:
    """The session as CSV; see docs/exports.md for the columns."""
    card = material.card
    header = COLUMNS if card is None else (*COLUMNS, *LABELS)
    rows = []
    for number, stretch in enumerate(material.said, start=1):
        row = _said(material, number, stretch)
        rows.append(row if card is None else [*row, *_labels(card, stretch)])
    return to_csv(header, rows)


def _said(material: Material, number: int, one: Stretch) -> list[Cell]:
    return [
        material.meta.id, material.meta.scenario.id, number, one.speaker, one.name, one.kind, seconds(one.start), seconds(one.end),
        seconds(one.end - one.start), len(words_in(one.text)), one.text, one.unheard,
    ]  # fmt: skip


def _labels(card: Scorecard, one: Stretch) -> list[Cell]:
    overall: list[Cell] = [card.overall, card.overall_reviewed]
    if one.speaker != "trainee":
        return [None] * (len(LABELS) - 2) + overall
    span = Span(one.start, one.end)
    asked = [question for question in card.questions if one.turn is not None and question.turn == one.turn]
    moves = dict.fromkeys(move.move for move in card.moves if span.overlaps(move))
    overlaps = [overlap for overlap in card.overlaps if one.start <= overlap.start < one.end]
    pace = next((turn for turn in card.turns if turn.start == one.start), None)
    voice = next((turn for turn in card.delivery if turn.start == one.start), None)
    return [
        len(asked),
        _types(asked, "griffiths"),
        _types(asked, "nichd"),
        _types(asked, "miti"),
        "; ".join(dict.fromkeys(mark for question in asked for mark in question.marks)),
        "; ".join(moves),
        "; ".join(overlap.kind for overlap in overlaps),
        ("yes" if any(overlap.taking for overlap in overlaps) else "no") if overlaps else None,
        pace.speech_rate if pace else None,
        pace.articulation_rate if pace else None,
        voice.loudness if voice else None,
        voice.pitch if voice else None,
        "; ".join(_evidence(card, one)),
        *overall,
    ]


def _types(asked: list[Asked], profile: str) -> str:
    return "; ".join(kind for question in asked if (kind := getattr(question, profile)) != "none")


def _evidence(card: Scorecard, one: Stretch) -> list[str]:
    """Criteria that rest on this stretch, with the points that count: ``no-blame=20``."""
    return [
        f"{criterion.id}={criterion.counted:g}"
        for criterion in card.criteria
        if criterion.counted is not None
        and any(each.track == "trainee" and one.start <= each.start < one.end for each in criterion.evidence)
    ]
