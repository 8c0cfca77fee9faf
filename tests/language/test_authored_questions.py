"""Agreement with the interviewer sentences labelled by hand for this project, punctuated and not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from voicesim.language.measure import Agreement, kind_of, unpunctuated
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


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()]


def _read(row: dict[str, Any], bare: bool) -> TurnReading:
    context = [ContextTurn(**turn) for turn in row.get("context", [])]
    return read_turn(unpunctuated(row["text"]) if bare else row["text"], context)


@pytest.mark.parametrize("bare", [False, True], ids=["as written", "unpunctuated"])
@pytest.mark.parametrize(("half", "least"), [("mended", 0.93), ("held_out", 0.8)])
def test_counsellors_nurses_dispatchers_and_officers_are_read_alike(half: str, least: float, bare: bool) -> None:
    rows = [row for row in _rows("authored_spoken.jsonl") if row["half"] == half]
    read = [(row, _read(row, bare)) for row in rows]
    types = Agreement.of([row["griffiths"] for row, _ in read], [reading.question for _, reading in read])
    assert types.kappa() >= least, types.table()
    found = ["none" if r.main is None else r.sentences[r.main].types.miti for _, r in read]
    open_or_closed = Agreement.of([row["miti"] for row, _ in read], found)
    assert open_or_closed.kappa() >= least, open_or_closed.table()


@pytest.mark.parametrize(("bare", "least"), [(False, 0.9), (True, 0.8)], ids=["as written", "unpunctuated"])
def test_journalists_questions_are_told_apart(bare: bool, least: float) -> None:
    rows = _rows("authored_interviews.jsonl")
    agreement = Agreement.of([row["kind"] for row in rows], [kind_of(_read(row, bare)) for row in rows])
    assert agreement.kappa() >= least, agreement.table()


def test_what_is_held_out_was_not_trained_on() -> None:
    """No held-out sentence is among those that `scripts/train_second_opinion.py` learns from."""
    learned = Path(__file__).resolve().parents[2] / "scripts" / "second_opinion" / "sentences.jsonl"
    taught = {unpunctuated(json.loads(line)["text"]) for line in learned.read_text(encoding="utf-8").splitlines()}
    held = [row for name in ("authored_spoken.jsonl", "authored_interviews.jsonl") for row in _rows(name)]
    held = [row for row in held if row["half"] == "held_out"] + _rows("unseen_questions.jsonl")
    assert len(taught) > 1000
    assert len(held) > 190
    assert not taught & {unpunctuated(row["text"]) for row in held}


def test_the_two_passes_over_the_spoken_sentences_are_on_record() -> None:
    by_text = {row["text"]: row for row in _rows("authored_spoken.jsonl")}
    for entry in _rows("authored_spoken_disagreements.jsonl"):
        assert entry["first"] != entry["second"]
        for kind, settled in entry["settled"].items():
            assert by_text[entry["text"]].get(kind, []) == settled, entry["text"]
