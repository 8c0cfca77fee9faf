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


def test_denied_and_quoted_unkindness_is_never_held_against_the_trainee() -> None:
    """Every labelled sentence that denies, reports or corrects something unkind, in either spelling."""
    signs = (
        "not saying",
        "never tell",
        "never going",
        "not going to tell",
        "won't ask",
        "isn't true",
        "people worry",
        "don't think you",
    )
    rows = [row for row in ROWS if any(sign in row["text"] for sign in signs)]
    assert len(rows) >= 8
    for row in rows:
        for text in (row["text"], unpunctuated(row["text"])):
            reading = read_turn(text)
            assert reading.moves == set(row.get("moves", [])), text
            assert "why" not in reading.marks, text


def test_open_and_closed_agree_in_the_words_of_motivational_interviewing() -> None:
    rows = [row for row in ROWS if "miti" in row]
    found = []
    for row in rows:
        reading = read_turn(row["text"])
        found.append("none" if reading.main is None else reading.sentences[reading.main].types.miti)
    agreement = Agreement.of([row["miti"] for row in rows], found)
    assert agreement.kappa() >= 0.85, agreement.table()


def test_there_are_enough_sentences_and_every_disagreement_of_the_two_passes_is_listed() -> None:
    listed = [
        json.loads(line)
        for line in Path(__file__).with_name("authored_disagreements.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert len({(row["text"], json.dumps(row.get("context"))) for row in ROWS}) == len(ROWS) >= 400
    by_text = {(row["text"], json.dumps(row.get("context"))): row for row in ROWS}
    for entry in listed:
        row = by_text[entry["text"], json.dumps(entry.get("context"))]
        assert entry["first"] != entry["second"]
        for kind, settled in entry["settled"].items():
            assert row.get(kind, []) == settled, entry["text"]


def test_sentences_never_used_to_mend_the_rules_agree_almost_as_well() -> None:
    rows = [
        json.loads(line)
        for line in Path(__file__).with_name("unseen_questions.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    agreement = Agreement.of([row["griffiths"] for row in rows], [read_turn(row["text"]).question for row in rows])
    assert agreement.kappa() >= 0.8, agreement.table()
