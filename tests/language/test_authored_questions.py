"""Agreement with the interviewer sentences labelled by hand for this project, punctuated and not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from voicesim.language.measure import Agreement, unpunctuated
from voicesim.language.read import read_turn
from voicesim.language.reading import ContextTurn, TurnReading

ROWS: list[dict[str, Any]] = [
    json.loads(line)
    for line in Path(__file__).with_name("authored_questions.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.fixture(scope="module", params=["as written", "unpunctuated"])
def readings(request: pytest.FixtureRequest) -> list[tuple[dict[str, Any], TurnReading]]:
    bare = request.param == "unpunctuated"
    found = []
    for row in ROWS:
        if bare and row.get("bare") is False:
            continue
        context = [ContextTurn(**turn) for turn in row.get("context", [])]
        found.append((row, read_turn(unpunctuated(row["text"]) if bare else row["text"], context)))
    return found


def _form(reading: TurnReading) -> str:
    return "none" if reading.main is None else reading.sentences[reading.main].form


def test_forms_agree(readings: list[tuple[dict[str, Any], TurnReading]]) -> None:
    rows = [(row["form"], _form(reading)) for row, reading in readings if not row.get("skip_form")]
    agreement = Agreement.of(*zip(*rows, strict=True))
    assert agreement.macro_f1() >= 0.95, agreement.table()


def test_griffiths_types_agree(readings: list[tuple[dict[str, Any], TurnReading]]) -> None:
    rows = [(row["griffiths"], reading.question) for row, reading in readings if not row.get("skip_type")]
    agreement = Agreement.of(*zip(*rows, strict=True))
    assert agreement.macro_f1() >= 0.95, agreement.table()


@pytest.mark.parametrize("kind", ["marks", "moves"])
def test_marks_and_moves_agree(readings: list[tuple[dict[str, Any], TurnReading]], kind: str) -> None:
    hits = found = true = 0
    wrong = []
    for row, reading in readings:
        if row.get(f"skip_{kind}"):
            continue
        expected = set(row.get(kind, []))
        got = set(getattr(reading, kind)) - set(row.get(f"extra_{kind}", []))
        hits, found, true = hits + len(expected & got), found + len(got), true + len(expected)
        if expected != got:
            wrong.append(f"{row['text']}: expected {sorted(expected)}, found {sorted(got)}")
    assert 2 * hits / (found + true) >= 0.95, "\n".join(wrong)
