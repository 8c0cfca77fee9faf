"""Scenarios are found by id or by path, and a wrong name says which ones there are."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from small_scenario import SMALL, load

from voicesim.errors import BadInputError
from voicesim.scenario.diagram import markdown, mermaid
from voicesim.scenario.load import library, load_scenario
from voicesim.scenario.schema import json_schema


def test_a_bundled_scenario_is_found_by_its_id() -> None:
    assert "delayed-report" in library()
    assert load_scenario("delayed-report").scenario.id == "delayed-report"


def test_every_bundled_scenario_carries_its_file_name_as_id() -> None:
    assert all(load_scenario(name).scenario.id == name for name in library())


def test_an_unknown_name_lists_the_bundled_ones() -> None:
    with pytest.raises(BadInputError, match=r"no scenario 'delayed'\. Bundled: .*delayed-report"):
        load_scenario("delayed")


def test_a_missing_file_is_named() -> None:
    with pytest.raises(BadInputError, match=r"mine\.yaml: there is no such file"):
        load_scenario("mine.yaml")


def test_the_same_text_has_the_same_hash_on_every_system(tmp_path: Path) -> None:
    unix = load(SMALL, tmp_path)
    (tmp_path / "windows.yaml").write_bytes(SMALL.replace("\n", "\r\n").encode())
    windows = load_scenario(tmp_path / "windows.yaml")
    assert unix.sha256 == windows.sha256
    assert unix.scenario == windows.scenario
    assert unix.sha256 != load(SMALL + "# changed\n", tmp_path).sha256


def test_the_diagram_shows_every_state_and_every_way(tmp_path: Path) -> None:
    rows = mermaid(load(SMALL, tmp_path).scenario).splitlines()
    assert rows[0] == "stateDiagram-v2"
    assert {row.split()[-1] for row in rows if row.startswith('  state "')} == {
        "s_hello", "s_telling", "s_short", "s_told", "s_kept", "s_gone", "any_state", "closes_after",
    }  # fmt: skip
    assert "  [*] --> s_hello" in rows
    assert "  s_hello --> s_telling: • hears topic the-dog (trust ≥ 20)" in rows
    assert "  s_hello --> s_short: • hears anything" in rows
    assert "  s_kept --> [*]" in rows


def test_nothing_in_a_title_can_break_out_of_the_diagram(tmp_path: Path) -> None:
    text = SMALL.replace("title: Kept", 'title: "```\\" ; --> [*] %% <script>"').replace("A small one", '"# ``` x"')
    drawn = markdown(load(text, tmp_path).scenario)
    assert drawn.count("```") == 2
    assert "<script>" not in drawn
    assert drawn.startswith("## x\n")


def complaints(text: str) -> list[str]:
    # Editors read YAML 1.2, where a date or a 'yes' is plain text, as our reader does; here the values are harmless.
    value = json.loads(json.dumps(yaml.safe_load(text)))
    return [error.message for error in jsonschema.Draft202012Validator(json_schema()).iter_errors(value)]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


def test_the_schema_beside_the_handbook_is_the_present_one() -> None:
    kept = json.loads((Path(__file__).parents[2] / "docs" / "scenario.schema.json").read_text(encoding="utf-8"))
    assert kept == json_schema(), "rewrite it: python -m voicesim.scenario.schema docs/scenario.schema.json"


def test_the_schema_accepts_what_authors_write() -> None:
    assert complaints(load_scenario("delayed-report").text) == []
    assert complaints(SMALL) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("minutes: 2", "minuets: 2"),
        ("{move: blame}", "{move: blam}"),
        ('{trust: ">= 20"}', "{trust: 20}"),
        ('{trust: ">= 20"}', "{told: Not A Name}"),
        ("  - event: interrupted", "  - event: interrupted\n    silence: 4"),
        ("kind: guarded", "kind: closed"),
        ("    lines: I see.", "    lines: {txt: I see.}"),
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(old: str, new: str, tmp_path: Path) -> None:
    text = SMALL.replace(old, new)
    with pytest.raises(BadInputError):
        load(text, tmp_path)
    assert complaints(text)
