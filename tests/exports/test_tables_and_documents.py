"""CSV and JSON: read back by other readers, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import jsonschema
from exported import any_session, bare, material
from hypothesis import given, settings
from hypothesis import strategies as some

from voicesim.exports.document import json_schema, to_document
from voicesim.exports.material import Material
from voicesim.exports.spreadsheet import to_csv
from voicesim.exports.table import COLUMNS, LABELS, to_table

SCHEMA = Path(__file__).parents[2] / "docs" / "export.schema.json"


def rows(exported: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported.decode("utf-8-sig"), newline="")))


def test_the_table_has_a_row_for_everything_said_with_labels_and_points() -> None:
    found = rows(to_table(material()))
    assert list(found[0]) == [*COLUMNS, *LABELS]
    why = next(row for row in found if row["text"].startswith("Why didn't you tell"))
    assert why["speaker"] == "trainee"
    assert "why" in why["marks"]
    assert "blame" in why["moves"]
    assert why["overlap"] == "interruption"
    assert why["she_stopped"] == "yes"
    assert "no-blame" in why["evidence_for"] or "=" in why["evidence_for"]
    assert {row["kind"] for row in found} == {"line", "turn", "listening"}
    assert float(found[0]["end_s"]) > float(found[0]["start_s"])


def test_a_spreadsheet_shows_the_letters_as_they_were_said() -> None:
    exported = to_csv(["text"], [["it’s “fine” – é"]])
    assert exported.startswith(b"\xef\xbb\xbf")
    assert rows(exported)[0]["text"] == "it’s “fine” – é"


def test_scores_that_are_not_released_are_not_in_the_table() -> None:
    assert list(rows(to_table(bare(material())))[0]) == list(COLUMNS)


@given(
    some.lists(
        some.one_of(
            some.text(), some.sampled_from(["=1+1", "+1", "-1", "@a", "\t=1", " \n=cmd|'/c calc'!A0", "＝1", "\r@x"])
        )
    )
)
def test_nothing_said_can_run_in_a_spreadsheet(texts: list[str]) -> None:
    exported = to_csv(["n", "text"], [[-1.5, text] for text in texts])
    lines = exported.decode("utf-8-sig").split("\r\n")
    assert len(lines) == len(texts) + 2  # no line break inside a cell
    for row in rows(exported):
        assert row["n"] == "-1.5"  # numbers stay numbers
        assert not row["text"].startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))


def test_the_document_explains_itself_by_its_schema() -> None:
    document = json.loads(to_document(material()))
    jsonschema.validate(document, json_schema())
    assert document["schema"] == "voicesim/export/1"
    assert document["scoring"]["criteria"][0]["override"]["by"] == "I. Moreau"
    assert document["scoring"]["criteria"][0]["counted"] == 80
    assert [one["start"] for one in document["said"]] == sorted(one["start"] for one in document["said"])


def test_what_was_judged_by_ear_comes_back_from_the_document() -> None:
    found = json.loads(to_document(material()))["evaluations"]
    assert [(one["voice"], one["by"], one["levels"], one["text"]) for one in found] == [
        ("self", "Trainee", {"no-why": "developing"}, "I rushed her <b>once</b>."),
        ("peer", "P. Łuk", {"no-why": "sound", "gone": "strong"}, ""),
        ("instructor", "I. Moreau", {}, "She trusted you in the end."),
    ]
    assert json.loads(to_document(bare(material())))["evaluations"] == []


def test_the_schema_in_the_docs_is_the_one_that_holds() -> None:
    kept = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert kept == json_schema(), "rewrite it: python -m voicesim.exports.document docs/export.schema.json"
    jsonschema.Draft202012Validator.check_schema(kept)


@given(any_session())
@settings(max_examples=25, deadline=None)
def test_any_words_come_back_from_the_document(said: Material) -> None:
    document = json.loads(to_document(said).decode())
    jsonschema.validate(document, json_schema())
    assert document["scoring"] is None
    assert [one["text"] for one in document["said"]] == [one.text for one in said.said]
